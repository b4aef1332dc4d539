"""What must never happen to who is in a flow with every kind of step, whatever he presses, whatever is late,
lost, twice or killed, and whatever is deployed meanwhile: silence, a lost call, another edition than he began with."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.test_center_never import AGENTS, check, come_to_rest, take
from tests.support.customers import customer
from tests.support.kitchen import KitchenFloor, edition, kitchen_house

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app.house import Limits
from tandem.cti.core import contact as ct
from tandem.cti.core import flow_events as fe
from tandem.cti.core import path
from tandem.cti.core.contact import Contact
from tandem.cti.model import requests as rq
from tandem.cti.model.errors import CtiError
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId
from tandem.cti.model.records import CallRecord, SurveyRecord, VisitRecord
from tandem.cti.model.states import Phase
from tandem.ivr.core.interpreter import is_over
from tandem.ivr.core.state import decode_state

PIN = "4711"
OWN = [
    *["press"] * 12, "silence", "silence", "dip", "dip", "dip_twice", "dip_fails", "speech", "speech_fails",
    "media_fails", "media_refused", "deploy", "deploy", "draft", "talk", "talk", "talk_over", "talk_over", "long_wait",
    *["known"] * 4,
]  # fmt: skip
OTHERS = [
    "call", "call", "settle", "settle", "settle", "ready", "ready", "paint", "paint", "answer", "answer", "hang_up",
    "decline", "reject", "caller_gone", "leg_gone", "transfer_queue", "transfer_agent", "page_gone", "page_back",
    "dispose", "time", "time", "long_time", "link_cut", "switch_restart", "heal", "kill", "kill", "kill_late",
    "kill_without_store", "lose", "any", "again",
]  # fmt: skip
NEVER_BY_CHANCE = {  # tests of their own take these rows: a dip that ends in the moment of an offer, and the rarest end
    *("offered FlowOverdue", "ringing FlowOverdue", "offered FlowAnswered", "ringing FlowAnswered"),
    "survey CallbackPromised",
}
STEP = st.tuples(st.sampled_from(OWN + OTHERS), st.integers(0, 11))


class Day:
    """A floor on which a flow's callers do as they like; ``began``: the edition of each call."""

    def __init__(self, floor: KitchenFloor | None = None) -> None:
        self.floor = floor or KitchenFloor(house=replace(kitchen_house(), limits=Limits()))
        self.floor.auto_answer = False
        self.floor.ready(*AGENTS)
        self.calls: list[str] = []
        self.began: dict[CallId, str] = {}
        self.answered: list[c.DipAnswered] = []
        self.versions = 1
        self.store_lost = False

    def take(self, what: str, number: int) -> None:
        self.store_lost |= what == "kill_without_store"
        with contextlib.suppress(CtiError):
            if what in OWN:
                self._own(what, number)
            else:
                take(self.floor, what, number, self.calls)
        check(self.floor)
        self.check()

    def _own(self, what: str, number: int) -> None:
        floor = self.floor
        asked = _some([call for call in floor.center.contacts if floor.hears(call) is not None], number)
        match what:
            case "press" if asked is not None:
                heard = floor.hears(asked)
                sensitive = isinstance(heard, rq.Collect) and heard.sensitive
                floor.press(asked, PIN if sensitive else "123456789*#5"[number])
            case "silence" if asked is not None:
                floor.silence(asked)
            case "media_fails" if asked is not None:
                floor.media_fails(asked)
            case "media_refused" if asked is not None:
                floor.media_refused(asked)
            case "talk":
                self._talk(number)
            case "talk_over":
                for agent in AGENTS:
                    contact = floor.center.contact_of(agent)
                    if contact is not None and contact.phase is Phase.TALKING:
                        floor.command(agent, m.HangUp(id=1, call=contact.id))
                        return
            case "long_wait":
                floor.pass_time(200)
            case "dip" | "dip_twice" | "dip_fails" if floor.dips:
                self._dip(what, number)
            case "dip_twice" if self.answered:
                floor.handle(self.answered[-1 - number % len(self.answered)])
            case "known" if floor.center.contacts:
                newest = list(floor.center.contacts)[-1 - number % min(3, len(floor.center.contacts))]
                floor.handle(c.CustomersFound(newest, (customer("known"),) if number % 2 else (), number % 3 > 0))
            case "speech" | "speech_fails" if floor.speech:
                call = _some(list(floor.speech), number)
                floor.spoken(call, made=what == "speech")
            case "deploy":
                self.versions += 1
                canary = edition(self.versions + 100) if number % 2 else None
                floor.deploy(edition(self.versions), canary, 0.5)
            case "draft" if self.versions < 20:
                self.versions += 1
                call = CallId(f"d-{self.versions}")
                floor.handle(c.DraftCalled(call, DeviceId("1001"), edition(0), (), "ada"))
                if number % 3:
                    floor.answer(floor.center.contacts[call].caller)
            case _:
                pass

    def _talk(self, number: int) -> None:
        """An agent takes the call that he was offered."""
        agent = AGENTS[number % 3]
        self.floor.ready(agent)
        self.floor.settle()
        contact = self.floor.center.contact_of(agent)
        if contact is not None and contact.phase is Phase.OFFERED:
            self.floor.command(agent, m.PopShown(id=1, call=contact.id, offer=contact.offer))
            leg = self.floor.center.contacts[contact.id].leg
            if leg is not None:
                self.floor.answer(leg)
                self.floor.settle()

    def _dip(self, what: str, number: int) -> None:
        floor = self.floor
        call = _some(list(floor.dips), number)
        asked = floor.dips.pop(call)
        status = (
            ("failed", "timeout", "refused")[number % 3] if what == "dip_fails" else ("ok", "not_found")[number % 2]
        )
        values: dict[str, str | int | bool] = {"known": True, "name": f"王{number}", "money": "123.50"}
        answer = c.DipAnswered(call, asked.token, status, values if status == "ok" else {})
        self.answered.append(answer)
        floor.handle(answer)
        if what == "dip_twice":
            floor.handle(answer)

    # ---- what must hold ----

    def check(self) -> None:
        here = {contact.id for contact in self.floor.center.contacts.values() if not contact.ended}
        self.began = {call: begun for call, begun in self.began.items() if call in here}
        for contact in self.floor.center.contacts.values():
            assert ct.decode(ct.encode(contact)) == contact
            if contact.ended:
                continue
            if contact.flow_state:
                assert decode_state(contact.flow_state).flow == "kitchen"
            if contact.flow_state:  # it has begun
                assert self.began.setdefault(contact.id, contact.flow_edition) == contact.flow_edition
            if contact.wake_at is not None:
                wake_at = self.floor.center.wake_at()
                assert wake_at is not None
                assert wake_at <= contact.wake_at, "a deadline that nobody looks at"
            if contact.caller_ready and not contact.leaving:
                assert self._has_something(contact), f"silence in {contact.phase}"

    def _has_something(self, contact: Contact) -> bool:
        """Something that he hears, or that ends by itself."""
        if contact.in_hand:
            return contact.in_hand_until is not None
        match contact.phase:
            case Phase.IVR | Phase.SURVEY:
                return contact.deadline is not None or self._is_over(contact)
            case Phase.QUEUED | Phase.OFFERED | Phase.RINGING | Phase.REJOINING | Phase.TRANSFERRING:
                return isinstance(self._last_media(contact.caller), rq.StartMusic)
            case _:
                return True

    def _is_over(self, contact: Contact) -> bool:
        """The call is being cleared."""
        cleared = (r.connection for r in self.floor.requests if isinstance(r, rq.ClearConnection))
        flow = self.floor.center.editions.get(contact.flow_edition)
        over = flow is None or not contact.flow_state or is_over(flow, decode_state(contact.flow_state))
        return contact.caller in cleared and (over or contact.draft)

    def _last_media(self, connection: ConnectionId) -> Any:
        media = rq.Play | rq.Collect | rq.Music | rq.StartMusic
        mine = (r for r in reversed(self.floor.requests) if isinstance(r, media) and r.connection == connection)
        return next(mine, None)

    def end(self) -> None:
        """All people gone: nothing is left over, and what was written down is whole."""
        floor = self.floor
        come_to_rest(floor)
        check(floor)
        assert not floor.legs, "a leg is left over"
        # who was promised a call back waits for it, and for an agent who comes back to work
        absent = {contact.id for contact in floor.center.contacts.values() if contact.absent}
        assert all(contact.ended for contact in floor.center.contacts.values() if contact.id not in absent)
        assert not any(PIN in repr(each) for each in (*floor.records, *floor.outputs))
        rows = {each.id: each for each in floor.records if isinstance(each, CallRecord)}
        if not self.store_lost:  # who has lost the store cannot keep its rows whole
            assert all(row.ended_at is not None for row in rows.values() if row.id not in absent)
        assert not any(call.startswith("d-") for call in rows), "a draft was kept"
        anew = self._begun_anew()
        for kind in (VisitRecord, SurveyRecord):
            keys = [(r.call, r.number) for r in floor.records if isinstance(r, kind) and r.call not in anew]
            assert len(keys) == len(set(keys)), f"two {kind.__name__} with one number"

    def _begun_anew(self) -> set[CallId]:
        """Calls whose very first news came once more, long after their end and a restart: only tests do that."""
        newest: dict[CallId, int] = {}
        anew = set()
        for record in self.floor.records:
            if isinstance(record, CallRecord):
                if record.rev < newest.get(record.id, 0):
                    anew.add(record.id)
                newest[record.id] = record.rev
        return anew


def _some(items: list[Any], number: int) -> Any:
    return items[number % len(items)] if items else None


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=90))
def test_never(steps: list[tuple[str, int]]) -> None:
    day = Day()
    for what, number in [("call", 0), ("settle", 0), *steps]:
        day.take(what, number)
    day.end()


def test_who_talks_while_the_store_is_lost_is_not_rung_for_another() -> None:
    day = Day(KitchenFloor())
    steps = [("call", 6), ("settle", 0), ("long_wait", 0), ("talk", 9), ("call", 3), ("kill_without_store", 0)]
    for what, number in steps:
        day.take(what, number)
    talk = day.floor.center.contacts[CallId(day.calls[0])]
    assert (talk.phase, talk.agent) == (Phase.TALKING, AGENTS[0])
    for what, number in [("long_wait", 0), ("talk", 9), ("kill", 0)]:
        day.take(what, number)
    day.end()


def test_every_row_of_flows_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {f"{phase} {event.__name__}" for phase, event in path.TABLE if of_flows(phase, event)}
    taken: set[str] = set()
    counted = {}
    for (phase, event), row in path.TABLE.items():

        def counting(turn: Any, e: Any, *, row: Any = row, name: str = f"{phase} {event.__name__}") -> None:
            taken.add(name)
            row(turn, e)

        counted[phase, event] = counting
    monkeypatch.setattr(path, "TABLE", counted)
    # few rows are left to take after the one, and before the other
    actions = [what for what in OWN + OTHERS if what not in ("kill_without_store", "known")]
    for seed in range(300):
        if rows - taken <= NEVER_BY_CHANCE:
            break
        chance = random.Random(seed)
        day = Day(KitchenFloor())
        for _ in range(150):
            day.take(chance.choice(actions), chance.randrange(12))
        day.end()
    assert rows - taken <= NEVER_BY_CHANCE


def of_flows(phase: Phase, event: type) -> bool:
    """Rows that only a flow with all kinds of steps takes."""
    named = event.__name__.startswith(("Flow", "Draft")) or event in (fe.LineLeft, fe.CallbackPromised)
    moved = (phase, event) == (Phase.QUEUED, ct.QueueAsked)
    return named or moved or (phase is Phase.SURVEY and event not in path.ALWAYS)
