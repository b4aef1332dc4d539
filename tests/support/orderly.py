"""An ordinary day in the house: callers with their patience, agents who answer, talk and wrap up. Recorded."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from pathlib import Path
from random import Random

from tests.support.history import RecordedFloor

from tandem.agent_desktop.core import messages as m
from tandem.cti.model import events as ev
from tandem.cti.model.ids import AgentId, CallId
from tandem.cti.model.states import Phase

ANSWER_S = 1.0
WRAP_UP_S = 15.0


@dataclass
class OrderlyDay:
    floor: RecordedFloor
    random: Random
    events: list[tuple[float, int, str, str]] = field(default_factory=list)
    offered: dict[CallId, int] = field(default_factory=dict)
    count: int = 0

    def at(self, when: float, what: str, who: str) -> None:
        self.count += 1
        heappush(self.events, (when, self.count, what, who))

    def run(self, *, hours: float, per_hour: float, talk_s: float, patience_s: float) -> None:
        floor, random = self.floor, self.random
        floor.auto_answer = True
        end = floor.now + hours * 3600
        floor.ready(*floor.center.agents)
        at = floor.now
        while (at := at + random.expovariate(per_hour / 3600)) < end:
            self.at(at, "call", str(self.count))
        while self.events:
            when, _, what, who = heappop(self.events)
            floor.pass_time(max(0.0, when - floor.now))
            self.happens(what, who, talk_s, patience_s)
            self.look(talk_s)
            floor.forget()

    def happens(self, what: str, who: str, talk_s: float, patience_s: float) -> None:
        floor, center = self.floor, self.floor.center
        contact = center.contacts.get(CallId(who))
        match what:
            case "call":
                floor.digit = "1"
                call = floor.call(who, ani=f"+86138{self.random.randrange(10**8):08}")
                floor.settle()
                self.at(floor.now + self.random.expovariate(1 / patience_s), "give_up", call)
            case "give_up" if contact is not None and contact.phase in (Phase.QUEUED, Phase.OFFERED, Phase.RINGING):
                floor.gone(contact.caller)
                floor.settle()
            case "answer" if contact is not None and contact.phase is Phase.OFFERED and contact.agent is not None:
                floor.command(contact.agent, m.PopShown(id=1, call=contact.id, offer=contact.offer))
                self.at(floor.now + self.random.expovariate(1 / talk_s), "hang_up", contact.id)
            case "hang_up" if contact is not None and contact.agent is not None:
                agent = contact.agent
                floor.command(agent, m.HangUp(id=1, call=contact.id))
                self.at(floor.now + WRAP_UP_S, "dispose", agent)
            case "dispose":
                wrap_up = center.wrap_ups.get(AgentId(who))
                if wrap_up is not None:
                    done = m.WrapUp(id=1, call=wrap_up.contact.id, disposition="done", notes="", next="ready")
                    floor.command(AgentId(who), done)

    def look(self, talk_s: float) -> None:
        """Whoever is offered a call takes it a second later."""
        for contact in self.floor.center.contacts.values():
            if contact.phase is Phase.OFFERED and self.offered.get(contact.id) != contact.offer:
                self.offered[contact.id] = contact.offer
                self.at(self.floor.now + ANSWER_S, "answer", contact.id)


def orderly_day(folder: Path, *, seed: int, begins_at: float, hours: float, per_hour: float) -> RecordedFloor:
    floor = RecordedFloor(folder=folder, now=begins_at, keeps=1_000_000)
    OrderlyDay(floor, Random(seed)).run(hours=hours, per_hour=per_hour, talk_s=90.0, patience_s=120.0)
    for agent in floor.center.agents:
        floor.handle(ev.BackInService(device=floor.center.agents[agent].device))
    floor.close()
    return floor
