"""Thousands are to be called back at once: so many in one turn, who has waited longest first, nobody forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.history import RecordedFloor
from tests.support.house import ANA, DNIS, MEI, TOM, Floor, make_house

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import callback_turns, callbacks, number_checks
from tandem.cti.app import floor_plan as c
from tandem.cti.app.center import Center
from tandem.cti.app.history.center_state import HouseCode, freeze, thaw
from tandem.cti.app.history.input_files import parts
from tandem.cti.app.history.replay import Proof
from tandem.cti.app.history.replay import replay as replayed
from tandem.cti.core import contact as ct
from tandem.cti.model import events as ev
from tandem.cti.model.ids import AgentId, CallId, QueueId, WorkId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.model.records import CallbackRecord, CallRecord
from tandem.cti.model.states import AgentState, Phase

NOTHING = c.Restored(calls=(), agent_states={}, callbacks=(), counts={})
BEGIN = 1_000_000.0


def owed(number: int, **fields: Any) -> CallbackRecord:
    """Who has the number 0 has waited longest."""
    given: dict[str, Any] = {
        "id": f"k{number}",
        "rev": 3,
        "call": None,
        "number_e164": f"+86138{number:08}",
        "caller_name": "",
        "customer": None,
        "queue": QueueId("service"),
        "reason": "asked",
        "created_at": BEGIN - 3_600.0 + number,
        "queued_at": BEGIN - 3_600.0 + number,
        "state": "open",
        "done_by": None,
        "done_at": None,
        "dnis": DNIS,
        "language": "zh",
        "first": "agent",
        "expires_at": BEGIN + 86_400.0,
        "next_at": BEGIN - 60.0,
    }
    return CallbackRecord(**{**given, **fields})


def standing(number: int, **fields: Any) -> CallbackRecord:
    return owed(number, state="due", next_at=None, attempt=CallId(f"k{number}.3"), **fields)


def dialled(floor: Floor) -> list[str]:
    """Whom, in this order."""
    return [record.id for record in floor.records if isinstance(record, CallbackRecord) and record.state == "dialling"]


def served(floor: Floor) -> list[str]:
    """Who was given an agent, or was rung before, in this order."""
    found: dict[str, None] = {}
    for record in floor.records:
        if isinstance(record, CallRecord) and record.agent is not None:
            found[record.id.rpartition(".")[0]] = None
        elif isinstance(record, CallbackRecord) and record.state == "dialling":
            found[record.id] = None
    return list(found)


def in_line(floor: Floor) -> list[str]:
    """Who can be given an agent, best place first."""
    return [work.id.rpartition(".")[0] for work in floor.center.matcher.waiting()]


class AtStart(Floor):
    """A server begins with these to be called back."""

    def begin(self, entries: Sequence[CallbackRecord]) -> list[int]:
        """How many entries each turn has changed or asked about, until all have had one."""
        self.center = Center(self.house)
        self.handle(replace(NOTHING, callbacks=tuple(entries)))
        turns = [self._did(ev.SwitchFound(snapshot=self.snapshot(), restarted=False))]
        while (at := self.center.wake_at()) is not None and at < BEGIN + 1.0:
            self.now = max(self.now, at)
            turns.append(self._did(c.Tick()))
            self.settle(10_000)
        return turns

    def _did(self, input_: c.Input) -> int:
        outputs = self.handle(input_)
        records = [output.record for output in outputs if isinstance(output, c.Keep)]
        changed = {record.id for record in records if isinstance(record, CallbackRecord)}
        asked = [output for output in outputs if isinstance(output, c.ForbiddenAsked)]
        begun = [output for output in outputs if isinstance(output, c.LookUp)]
        return max(len(changed), len(asked), len(begun))

    def work(self, seconds: float) -> None:
        """Agents take whom they are offered, and talk for no time at all."""
        for _ in range(int(seconds * 4)):
            self.pass_time(0.25)
            for contact in list(self.center.contacts.values()):
                if contact.phase is Phase.OFFERED:
                    self.to_agent(contact.id)
                contact = self.center.contacts[contact.id]
                if contact.phase is Phase.TALKING:
                    self.gone(contact.caller)
                    self.settle()
            for agent, wrap_up in list(self.center.wrap_ups.items()):
                done = m.WrapUp(id=1, call=wrap_up.contact.id, disposition="done", notes="")
                self.command(agent, done)


@pytest.mark.parametrize("made", [owed, standing])
@pytest.mark.parametrize("first", ["agent", "customer"])
def test_a_start_with_many_has_no_long_turn(made: Any, first: str) -> None:
    floor = AtStart()
    turns = floor.begin([made(number, first=first) for number in range(400)])
    assert max(turns) <= callback_turns.MOST
    assert all(record.state == "due" for record in floor.center.callbacks.values())
    assert len(floor.center.callbacks) == 400
    assert len(floor.center.numbers_known) == 400
    assert in_line(floor) == ([f"k{number}" for number in range(400)] if first == "agent" else [])
    assert not floor.center.callbacks_put_off


def test_those_who_stood_in_the_line_come_back_into_it_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback_turns, "MOST", 5)
    floor = AtStart()
    floor.begin([owed(number) for number in range(40)])
    before = in_line(floor)
    floor.restart()
    assert len(floor.center.contacts) == 40
    assert in_line(floor) == before[:5]
    floor.pass_time(1.0)
    assert in_line(floor) == before
    assert not [each for each in floor.records if isinstance(each, CallbackRecord) and each.attempts]


def test_callers_are_served_between_two_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback_turns, "MOST", 2)
    floor = AtStart()
    floor.center = Center(floor.house)
    floor.handle(replace(NOTHING, callbacks=tuple(owed(number) for number in range(20))))
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    floor.handle(c.Tick())
    floor.handle(c.Tick())  # the store has answered about the first two
    assert len(floor.center.callbacks_put_off) == 20
    at = floor.center.wake_at()
    assert at is not None
    assert floor.now < at <= floor.now + callback_turns.PAUSE_S, "nothing is due meanwhile"
    call = floor.call()
    floor.settle()
    floor.handle(c.Tick())
    assert floor.center.contacts[call].phase is Phase.QUEUED
    assert len(floor.center.callbacks_put_off) == 20, "the pause lasts"
    floor.now -= 3_600.0
    floor.handle(c.Tick())
    assert len(floor.center.callbacks_put_off) < 20, "a clock that was set back makes it no longer"


def test_a_deadline_of_a_call_waits_for_no_callback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback_turns, "MOST", 1)
    floor = AtStart()
    order: list[str] = []
    tick, step = callbacks.tick, Center.step

    def ticked(center: Center, id_: str) -> None:
        order.append(id_)
        tick(center, id_)

    def stepped(center: Center, contact: ct.Contact, event: Any) -> None:
        if isinstance(event, ct.DeadlinePassed):
            order.append("deadline")
        step(center, contact, event)

    monkeypatch.setattr(callbacks, "tick", ticked)
    monkeypatch.setattr(Center, "step", stepped)
    floor.ready(MEI)
    call = floor.call()
    floor.settle()
    deadline = floor.center.contacts[call].deadline
    assert floor.center.contacts[call].phase is Phase.OFFERED
    assert deadline is not None
    for number in range(3):
        floor.handle(
            c.CallbackAsked(
                id=f"p{number}",
                number=f"+861380000000{number}",
                queue=QueueId("loans"),
                first="customer",
                by="mei",
                window=(deadline - 1.0, deadline + 60.0),
            )
        )
    floor.now = deadline
    floor.handle(c.Tick())
    assert order == ["deadline", "p0"]


@given(
    most=st.sampled_from([1, 2, 3, 7]),
    first=st.sampled_from(["agent", "customer"]),
    stood=st.booleans(),
    people=st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=12),
    ready=st.lists(st.sampled_from([MEI, TOM, ANA]), unique=True),
    later=st.sampled_from([0.0, 0.02, 1.3, 30.0]),
)
def test_nobody_is_called_before_who_has_waited_longer(
    most: int, first: str, stood: bool, people: list[tuple[int, bool]], ready: list[AgentId], later: float
) -> None:
    """However many have a turn at once, and whenever agents come; who may not be called is called by nobody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(callback_turns, "MOST", most)
        floor = AtStart()
        entries = []
        for number, (place, forbidden) in enumerate(people):
            made = standing if stood else owed
            entries.append(made(number, first=first, queued_at=BEGIN - 3_600.0 + place * 60.0 + number))
            if forbidden:
                floor.forbidden.append(no_calls(entries[-1].number_e164))
        floor.center = Center(floor.house)
        floor.handle(replace(NOTHING, callbacks=tuple(entries)))
        floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
        floor.pass_time(later)
        floor.ready(*ready)
        floor.work(30.0)
        floor.ready(*(agent for agent in (MEI, TOM, ANA) if agent not in ready))
        floor.work(60.0)
        wanted = [each for each, (_, forbidden) in zip(entries, people, strict=True) if not forbidden]
        assert served(floor) == [each.id for each in sorted(wanted, key=callback_turns.place)]
        assert not floor.center.callbacks


def no_calls(number: str) -> DoNotCallEntry:
    return DoNotCallEntry(
        id=number, rev=1, scope="global", number=number, person="", campaign=None, at=0.0, by="sam", source="file"
    )


def test_who_has_the_best_place_is_rung_whoever_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Customers who are rung first are looked at every two seconds, each at a moment of his own."""
    floor = AtStart()
    floor.auto_answer = False
    floor.begin([owed(0, first="customer"), owed(1, first="customer", next_at=BEGIN + 1.3)])
    floor.pass_time(2.0)
    floor.ready(MEI)
    looks = floor.center.callback_looks
    looked_at = "k1" if looks["k1"] < looks["k0"] else "k0"
    assert looked_at == "k1", "the second is looked at next"
    floor.now = looks["k1"]
    floor.handle(c.Tick())
    assert dialled(floor) == ["k0"]


def test_who_was_not_looked_up_yet_keeps_nobody_from_being_rung() -> None:
    """He has the best place, and the store has said nothing of his number."""
    floor = AtStart()
    floor.auto_answer = False
    floor.store_away = True
    floor.begin([standing(0, first="customer"), owed(1, first="customer")])
    floor.handle(c.ForbiddenFound(owed(1).number_e164, ()))
    floor.ready(MEI)
    floor.pass_time(1.0)
    assert dialled(floor) == ["k1"]
    assert floor.center.callbacks["k0"].state == "due"
    assert CallId("k0.3") not in floor.center.contacts


def test_who_is_cancelled_before_his_turn_does_not_come_into_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback_turns, "MOST", 1)
    floor = AtStart()
    floor.begin([owed(number) for number in range(6)])
    floor.restart()
    assert in_line(floor) == ["k0"]
    floor.handle(c.CallbackCancelled("k4", "sam"))
    floor.pass_time(1.0)
    assert in_line(floor) == ["k0", "k1", "k2", "k3", "k5"]
    assert floor.center.contacts[CallId("k4.4")].ended
    assert floor.center.matcher.place(WorkId("k4.4")) is None


def test_the_switch_is_lost_before_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback_turns, "MOST", 1)
    floor = AtStart()
    floor.begin([owed(number) for number in range(6)])
    floor.restart()
    floor.handle(ev.SwitchLost(gone=False, reason="cut"))
    floor.pass_time(1.0)
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    floor.pass_time(1.0)
    assert in_line(floor) == [f"k{number}" for number in range(6)]


def test_without_the_store_they_are_asked_about_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback_turns, "MOST", 2)
    floor = AtStart()
    floor.store_away = True
    floor.begin([*(standing(number) for number in range(5)), *(owed(number) for number in range(5, 10))])
    assert in_line(floor) == ["k0", "k1"], "of who stood there before, and not of all"
    assert sorted(floor.numbers_asked) == [owed(number).number_e164 for number in range(10)]
    floor.store_away = False
    floor.pass_time(2 * number_checks.AGAIN_S)
    assert in_line(floor) == [f"k{number}" for number in range(10)]


def test_a_center_frozen_between_two_turns_goes_on_as_it_would_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback_turns, "MOST", 3)
    floor = AtStart()
    floor.center = Center(floor.house)
    floor.handle(replace(NOTHING, callbacks=tuple(owed(number) for number in range(20))))
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    floor.handle(c.Tick())
    assert floor.center.callbacks_put_off
    other = thaw(freeze(floor.center), HouseCode.of(floor.house))
    for _ in range(60):
        at = floor.center.wake_at()
        assert at == other.wake_at()
        assert at is not None
        floor.now = max(floor.now, at)
        outputs = floor.center.handle(c.Tick(), now=floor.now)
        assert outputs == other.handle(c.Tick(), now=floor.now)
        for number in [output.number for output in outputs if isinstance(output, c.ForbiddenAsked)]:
            for center in (floor.center, other):
                center.handle(c.ForbiddenFound(number, ()), now=floor.now)
    assert len(in_line(floor)) == 20


class Recorded(RecordedFloor):
    def handle(self, input_: c.Input) -> list[c.Output]:
        outputs = super().handle(input_)
        for number in [output.number for output in outputs if isinstance(output, c.ForbiddenAsked)]:
            self.handle(c.ForbiddenFound(number, ()))
        return outputs


def test_a_recorded_start_is_replayed_to_the_same_decisions(tmp_path: Path) -> None:
    floor = Recorded(folder=tmp_path)
    floor.center = Center(floor.house)
    floor.handle(replace(NOTHING, callbacks=tuple(owed(number) for number in range(200))))
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    floor.pass_time(2.0)
    floor.ready(MEI, TOM)
    assert {floor.center.agents[agent].state for agent in (MEI, TOM)} == {AgentState.BUSY}
    assert len(in_line(floor)) == 198
    assert floor.journal is not None
    floor.journal.close()
    proof = Proof()
    for _ in replayed(parts(tmp_path), code=lambda _: HouseCode.of(make_house()), proof=proof):
        pass
    assert (proof.inputs, proof.different, proof.unproven) == (floor.inputs, 0, 0)
