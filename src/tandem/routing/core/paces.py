"""How long calls took on a day, freed of who had them: the usual pace of each queue, each agent's own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tandem.cti.model.ids import AgentId, QueueId
from tandem.routing.core.day import Day
from tandem.routing.core.plan import Plan

_AS_CALLS = 20.0
"""An agent's own pace counts as much as the usual one after so many calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paces:
    """Handling times (talk and wrap-up) of a day. Queues without answered calls are as the plan says."""

    usual_s: Mapping[QueueId, float]
    work_s: Mapping[QueueId, tuple[float, ...]]
    """By queue, sorted: what each call would have taken an agent of the usual pace."""
    agent: Mapping[AgentId, float]
    """Handling time relative to the usual one, drawn towards 1 while he had few calls."""

    @classmethod
    def of(cls, day: Day, plan: Plan) -> Paces:
        times: dict[QueueId, list[tuple[AgentId, float]]] = {}
        for arrival in day.arrivals:
            if arrival.handle_s is not None and arrival.agent is not None:
                times.setdefault(arrival.queue, []).append((arrival.agent, arrival.handle_s))
        usual = {queue: sum(s for _, s in seen) / len(seen) for queue, seen in times.items()}
        own: dict[AgentId, tuple[float, float]] = {}
        for queue, seen in times.items():
            for agent, handle_s in seen:
                took, expected = own.get(agent, (0.0, 0.0))
                own[agent] = (took + handle_s, expected + usual[queue])
        everybody = sum(usual.values()) / len(usual) if usual else 180.0
        agents = {
            agent: (took + _AS_CALLS * everybody) / (expected + _AS_CALLS * everybody)
            for agent, (took, expected) in own.items()
        }
        work = {
            queue: tuple(sorted(handle_s / agents[agent] for agent, handle_s in seen)) for queue, seen in times.items()
        }
        return cls(usual_s={**{q: p.handle_s for q, p in plan.queues.items()}, **usual}, work_s=work, agent=agents)
