"""Thousands are to be called back when a server begins: how long a turn of the center takes, in which nobody is heard.

``python -m benchmarks callbacks_due``: 5,000 entries, 50 agents; those whose time has come, looked up and put into the
line or rung, and those who stood in the line when the server before was killed. Each with turns as they are, and with
all of them in one turn, in the same run. CPU time of the thread around each input; the center alone, without what its
outputs cost.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Sequence
from unittest.mock import patch

from benchmarks.report import Figure, Machine, say, show
from tests.support.house import DNIS, make_house

from tandem.cti.app import callback_turns
from tandem.cti.app import floor_plan as c
from tandem.cti.app.center import Center
from tandem.cti.model import events as ev
from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.records import AgentStateRecord, CallbackRecord, CallRecord, Record
from tandem.routing.core.dialer.zones import facts_of

ENTRIES = 5_000
AGENTS = 50
BEGIN = 1_800_000_000.0
LOOKED_AT_S = 10.0
"""So much of the time after the start is played."""


class Start:
    """A server begins; the store answers about a number after the turn that asked."""

    def __init__(self, known: Sequence[Record], agents: Sequence[AgentId], *, now: float) -> None:
        skills = {"language:zh": 5, "product:accounts": 5}
        self.center = Center(make_house(skills=dict.fromkeys(agents, skills)))
        self.now = now
        self.longest_s = 0.0
        self.took_s: float | None = None
        """From the switch found until everybody has had his turn."""
        self.kept: dict[tuple[type, str], Record] = {(type(each), _key(each)): each for each in known}
        self._asked: list[str] = []
        records = list(self.kept.values())
        self._turn(
            c.Restored(
                calls=tuple(each for each in records if isinstance(each, CallRecord) and each.ended_at is None),
                agent_states={each.agent: each for each in records if isinstance(each, AgentStateRecord)},
                callbacks=tuple(each for each in records if isinstance(each, CallbackRecord) and each.done_at is None),
                counts={},
            )
        )
        self.longest_s = 0.0  # what the store knows is read before anybody is heard, as ever
        began = self.now
        here = frozenset(agent.device for agent in self.center.agents.values())
        self._turn(ev.SwitchFound(snapshot=ev.Snapshot(connections=(), in_service=here), restarted=False))
        for agent in agents:
            self._turn(c.SeatOpened(agent, on_call=False))
        while self.now < began + LOOKED_AT_S:
            if self.took_s is None and self._all_had_theirs():
                self.took_s = self.now - began
            asked, self._asked = self._asked, []
            for number in asked:
                self._turn(c.ForbiddenFound(number, ()))
            at = self.center.wake_at()
            if at is None:
                break
            self.now = max(self.now, at)
            self._turn(c.Tick())

    def _all_had_theirs(self) -> bool:
        """Nobody is left whose time has not come, or who is to wait for an agent and does not."""
        entries = list(self.center.callbacks.values())
        waiting = len(self.center.matcher.waiting())
        first = sum(entry.first == "agent" for entry in entries)
        return waiting >= first - AGENTS and all(entry.state != "open" for entry in entries)

    def _turn(self, input_: c.Input) -> None:
        before = time.thread_time()
        outputs = self.center.handle(input_, now=self.now)
        spent_s = time.thread_time() - before
        self.longest_s = max(self.longest_s, spent_s)
        self.now += spent_s
        records = [output.record for output in outputs if isinstance(output, c.Keep)]
        self.kept.update({(type(each), _key(each)): each for each in records})
        self._asked += [output.number for output in outputs if isinstance(output, c.ForbiddenAsked)]


def _key(record: Record) -> str:
    return str(getattr(record, "id", getattr(record, "agent", "")))


def _known(first: str, agents: Sequence[AgentId]) -> list[Record]:
    """What the store has: agents who are ready, and entries whose time has come."""
    ready = [
        AgentStateRecord(agent=agent, number=1, at=BEGIN - 60.0, state="ready", reason=None, pending=None, call=None)
        for agent in agents
    ]
    owed = [
        CallbackRecord(
            id=f"k{number}", rev=1, call=None, number_e164=f"+86138{number:08}", caller_name="", customer=None,
            queue=QueueId("service"), reason="asked", created_at=BEGIN - 3_600.0 + number / 10.0, state="open",
            done_by=None, done_at=None, dnis=DNIS, language="zh", first=first, queued_at=None,
            expires_at=BEGIN + 86_400.0, next_at=BEGIN - 60.0,
        )
        for number in range(ENTRIES)
    ]  # fmt: skip
    return [*ready, *owed]


def _measure(most: int) -> dict[str, Start]:
    agents = [AgentId(f"a{number}") for number in range(AGENTS)]
    with patch.object(callback_turns, "MOST", most):
        found = {}
        for first in ("agent", "customer"):
            facts_of.cache_clear()
            gc.collect()
            found[first] = Start(_known(first, agents), agents, now=BEGIN)
        before = found["agent"]
        stood = list(before.kept.values())
        gc.collect()
        found["stood"] = Start(stood, agents, now=before.now)
    return found


WHAT = {
    "agent": "agent first",
    "customer": "customer first",
    "stood": "stood in the line",
}


def main() -> int:
    machine = Machine()
    facts_of("+8613900139000")
    facts_of.cache_clear()
    gc.freeze()
    say(f"{ENTRIES:,} entries, {AGENTS} agents: all in one turn, and {callback_turns.MOST} a turn")
    together, by_turns = _measure(10**9), _measure(callback_turns.MOST)
    figures = []
    for name, what in WHAT.items():
        for how, start in (("all in one", together[name]), (f"{callback_turns.MOST} a turn", by_turns[name])):
            took_s = LOOKED_AT_S if start.took_s is None else start.took_s
            figures.append(Figure(f"{what}, {how}: the longest turn", start.longest_s * 1e3, "ms"))
            figures.append(Figure(f"{what}, {how}: the last one's turn after", took_s * 1e3, "ms"))
    show("Thousands to call back at a start", [*figures, *machine.figures()])
    return 0


if __name__ == "__main__":
    sys.exit(main())
