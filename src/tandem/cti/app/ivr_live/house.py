"""Who and what is at work in the throw-away installation: just what the flows name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tandem.agent_desktop.core import messages as m
from tandem.cti.adapters.asterisk.carrier import Carrier
from tandem.cti.app import floor_plan as c
from tandem.cti.app.shell import Shell
from tandem.cti.model.ids import AgentId, CallId
from tandem.cti.model.skills import HIGHEST
from tandem.cti.model.states import AgentState, Phase
from tandem.ivr.core.flow import Flow

DISPOSITION = "tested"
_ANSWER_S = 20.0
_EVERY_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """What flows name outside of themselves."""

    queues: tuple[str, ...]
    skills: tuple[str, ...]
    tiers: tuple[str, ...]
    agents: tuple[str, ...]
    tables: tuple[str, ...]
    credentials: tuple[str, ...]

    def plan(self, agents: Iterable[str]) -> str:
        """A routing plan with these queues, whose agents can everything (JSON, which YAML 1.2 takes in whole)."""
        steps = ["anyone"]
        queue = {"target": "80% in 20 s", "handle": "3 min", "steps": steps}
        skills = dict.fromkeys(self.skills, HIGHEST) or {"any": HIGHEST}
        names = dict.fromkeys((*agents, *self.agents, "nobody"))
        plan = {
            "format": 1,
            "queues": {name: {"name": {"zh": name, "en": name}, **queue} for name in self.queues},
            "agents": {name: {"skills": skills} for name in names},
            "tiers": {name: {"rank": rank} for rank, name in enumerate(self.tiers)},
        }
        return json.dumps({key: value for key, value in plan.items() if value}, ensure_ascii=False, indent=1)


def needed(flows: Iterable[Flow]) -> Needed:
    found: dict[str, dict[str, None]] = {name: {} for name in Needed.__dataclass_fields__}
    for flow in flows:
        found["queues"][flow.on_error] = None
        for step in flow.steps.values():
            for name, attribute in (("queues", "queue"), ("tiers", "tier"), ("credentials", "credentials")):
                if value := getattr(step, attribute, None):
                    found[name][value] = None
            if step.kind == "answer":
                found["tables"][getattr(step, "from_", "")] = None
            if (agent := getattr(step, "agent", None)) and isinstance(login := agent.literal(), str):
                found["agents"][login] = None
            found["skills"].update(dict.fromkeys(need.skill for need in getattr(step, "needs", ())))
    return Needed(**{name: tuple(values) for name, values in found.items()})


class Staff:
    """Agents with phones that answer by themselves. ``devices``: phone of each log-in."""

    def __init__(self, shell: Shell, carrier: Carrier, devices: Mapping[str, str]) -> None:
        self._shell = shell
        self._carrier = carrier
        self._devices = devices

    async def take(self, login: str, call: CallId, talk_s: float) -> bool:
        """He is Ready until he has the call, talks, and hangs up; False when it did not come to him in time. Others
        who wait meanwhile may get him instead: run such tests by themselves."""
        agent = AgentId(login)
        self._shell.take(c.SeatOpened(agent, on_call=False))
        self._command(agent, m.SetReady(id=1))
        contacts = self._shell.center.contacts
        if (
            await self._until(lambda: call not in contacts or contacts[call].phase is Phase.OFFERED)
            and call in contacts
        ):
            self._command(agent, m.PopShown(id=2, call=call, offer=contacts[call].offer))
        answered = await self._until(lambda: call not in contacts or contacts[call].phase is Phase.TALKING)
        self._command(agent, m.SetNotReady(id=3, reason="break"))
        if not answered or call not in contacts or contacts[call].phase is not Phase.TALKING:
            return False
        await asyncio.sleep(talk_s)
        await self._carrier.hang_up_phone(self._devices[login])
        if await self._until(lambda: self._state(agent) is AgentState.WORKING_AFTER_CALL):
            self._command(agent, m.WrapUp(id=4, call=call, disposition=DISPOSITION, notes="", next="not_ready"))
        return True

    def _command(self, agent: AgentId, command: m.PageCommand) -> None:
        self._shell.take(c.Commanded(agent, command))

    def _state(self, agent: AgentId) -> AgentState:
        return self._shell.center.agents[agent].state

    async def _until(self, so: Callable[[], bool]) -> bool:
        for _ in range(round(_ANSWER_S / _EVERY_S)):
            if so():
                return True
            await asyncio.sleep(_EVERY_S)
        return False
