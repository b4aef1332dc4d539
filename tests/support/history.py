"""Histories of a whole house, drawn from a seed: calls come, agents work, and things go wrong now and then."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.support.house import Floor, make_house

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app.floor_plan import Keep, ToSwitch
from tandem.cti.app.history.center_state import HouseCode
from tandem.cti.app.history.input_journal import InputJournal
from tandem.cti.app.house import House
from tandem.cti.model import events as ev
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import CtiError
from tandem.cti.model.ids import CallId, ConnectionId
from tandem.cti.model.states import ConnectionState, Phase

_CALLERS = 12


@dataclass
class RecordedFloor(Floor):
    """A floor whose inputs go through the journal; it forgets what it has seen, so that it can run for long."""

    journal: InputJournal | None = None
    folder: Path = Path()
    part_bytes: int = 64 << 20
    journal_of: type[InputJournal] = InputJournal
    keeps: int = 2_000
    """Records that it does not forget."""

    def __post_init__(self) -> None:
        self.inputs = 0
        self.refused = 0
        super().__post_init__()

    def handle(self, input_: c.Input) -> list[c.Output]:
        if self.journal is None:
            self.journal = self.journal_of(self.folder, self.center, part_bytes=self.part_bytes)
            self.journal.open()
            self._recorded = self.center
        elif self._recorded is not self.center:
            self._recorded = self.center
            self.journal.checkpoint(self.center)
        self.inputs += 1
        try:
            outputs = self.journal.handle(input_, now=self.now)
        except CtiError:
            self.refused += 1
            raise
        for output in outputs:
            if isinstance(output, ToSwitch):
                self.request(output.request)
            elif isinstance(output, Keep):
                self.records.append(output.record)
        return outputs

    def forget(self) -> None:
        for seen in (self.requests, self.looked_up, self.talks, self.seen_events):
            seen.clear()
        if len(self.records) > self.keeps:
            del self.records[: -self.keeps]

    def close(self) -> None:
        assert self.journal is not None
        self.journal.close()


def code_of(house: House) -> HouseCode:
    return HouseCode.of(house)


def recorded_history(
    folder: Path, inputs: int, *, seed: int = 1, part_bytes: int = 64 << 20, house: House | None = None
) -> RecordedFloor:
    """A floor after at least ``inputs`` inputs, all of which are in ``folder``."""
    floor = RecordedFloor(house=house or make_house(), folder=folder, part_bytes=part_bytes)
    play(floor, inputs, Random(seed))
    floor.close()
    return floor


def play(floor: RecordedFloor, inputs: int, random: Random) -> Counter[str]:
    """Something happens, again and again, until the floor has taken so many inputs."""
    floor.auto_answer = False
    agents = list(floor.center.agents)
    for agent in agents:
        floor.ready(agent)
    moves = Counter[str]()
    calls = 0
    while floor.inputs < inputs:
        move = random.choices(_MOVES, _WEIGHTS)[0]
        moves[move] += 1
        callers = [key for key, leg in floor.legs.items() if leg.party is ev.Party.CALLER]
        if move == "call" and len(callers) < _CALLERS:
            calls += 1
            floor.digit = random.choice("12")
            floor.call(str(calls), ani=f"+86138{random.randrange(10**8):08}" if random.random() < 0.9 else "")
        elif move == "look_up" and floor.center.contacts:
            call = random.choice(list(floor.center.contacts))
            floor.handle(c.CustomersFound(call, (), random.random() < 0.5, random.randrange(3)))
        with suppress(CtiError):
            _happen(floor, move, random, callers)
        floor.now += random.random() * 0.4
        if sum(moves.values()) % 500 == 0:
            floor.forget()
    return moves


def _happen(floor: RecordedFloor, move: str, random: Random, callers: list[ConnectionId]) -> None:
    agent = random.choice(list(floor.center.agents))
    contact = floor.center.contact_of(agent)
    match move:
        case "settle":
            floor.settle()
        case "next" if floor.news:
            floor.handle(floor.news.popleft())
        case "late" if floor.news:
            floor.news.rotate(-random.randrange(len(floor.news)))
            event = floor.news.popleft()
            floor.seen_events.append(event)
            floor.handle(event)
        case "again" if floor.seen_events:
            floor.handle(random.choice(floor.seen_events[-12:]))
        case "lose" if floor.news:
            floor.news.popleft()
        case "work":
            _work(floor, random)
        case "time":
            floor.pass_time(random.choice((0.5, 2.0, 5.0)))
        case "long_time":
            floor.pass_time(45.0)
        case "caller_gone" if callers:
            floor.gone(random.choice(callers))
        case "ready":
            floor.ready(agent)
        case "break":
            floor.command(agent, m.SetNotReady(id=1, reason=random.choice(("break", "meal", "nonsense"))))
        case "decline" if contact is not None:
            floor.handle(c.Commanded(agent, m.Decline(id=1, call=contact.id)))
        case "transfer" if contact is not None:
            kind, to = random.choice((("queue", "loans"), ("agent", "tom"), ("number", "+861095588"), ("queue", "no")))
            floor.handle(c.Commanded(agent, m.Transfer(id=1, call=contact.id, kind=kind, to=to)))  # type: ignore[arg-type]
        case "page":
            floor.handle(c.SeatClosed(agent, page_gone=random.random() < 0.5))
            floor.pass_time(random.random() * 30)
            floor.handle(c.SeatOpened(agent, on_call=random.random() < 0.5))
        case "phone":
            device = floor.center.agents[agent].device
            floor.handle(ev.OutOfService(device=device))
            floor.handle(ev.BackInService(device=device))
        case "leg_gone":
            legs = [key for key, leg in floor.legs.items() if leg.party is not ev.Party.CALLER]
            if legs:
                floor.gone(random.choice(legs), random.choice((Cause.REJECTED, Cause.NORMAL)))
        case "heal":
            floor.handle(c.Healed(floor.snapshot(), asked_at=floor.now))
        case "link_cut":
            floor.handle(ev.SwitchLost(gone=False, reason="cut"))
            floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
        case "kill":
            floor.restart(store=random.random() < 0.8, fallback=random.random() < 0.2)
        case "stranger":
            floor.handle(ev.Held(call=CallId("nobody"), connection=callers[0] if callers else ConnectionId("x")))


def _work(floor: RecordedFloor, random: Random) -> None:
    """What agents do at their seats when all is well."""
    for agent in list(floor.center.agents):
        contact = floor.center.contact_of(agent)
        if contact is not None and contact.phase is Phase.OFFERED:
            floor.command(agent, m.PopShown(id=1, call=contact.id, offer=contact.offer))
        elif contact is not None and contact.phase is Phase.RINGING:
            leg = floor.legs.get(contact.leg) if contact.leg else None
            if leg is not None and leg.state is ConnectionState.ALERTING and contact.leg is not None:
                floor.answer(contact.leg)
        elif contact is not None and contact.phase is Phase.TALKING and random.random() < 0.3:
            floor.command(agent, m.HangUp(id=1, call=contact.id))
        wrap_up = floor.center.wrap_ups.get(agent)
        if wrap_up is not None:
            floor.command(agent, m.WrapUp(id=1, call=wrap_up.contact.id, disposition="done", notes="好 ✓"))


_MOVES, _WEIGHTS = zip(
    *{
        "call": 10, "settle": 12, "next": 10, "late": 3, "again": 2, "lose": 0.3, "work": 12, "time": 8,
        "long_time": 0.6, "caller_gone": 2.5, "ready": 4, "break": 0.7, "decline": 0.4, "transfer": 0.8, "page": 0.3,
        "phone": 0.4, "leg_gone": 0.6, "heal": 0.5, "link_cut": 0.05, "kill": 0.02, "stranger": 0.5, "look_up": 2,
    }.items(),
    strict=True,
)  # fmt: skip
