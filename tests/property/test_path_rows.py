"""Every row of the contact's table is really taken by something that can happen."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from tests.property.test_attempt_never import of_campaigns
from tests.property.test_center_flows_never import of_flows
from tests.property.test_center_never import AGENTS, check, come_to_rest, take
from tests.support.customers import customer
from tests.support.house import make_house
from tests.support.paths import PathFloor

from tandem.cti.app import floor_plan as c
from tandem.cti.app.house import House
from tandem.cti.core import line_events as le
from tandem.cti.core import path
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import CtiError
from tandem.cti.model.ids import QueueId, WorkId
from tandem.cti.model.states import Phase
from tandem.routing.core.plan import CallbackRule, Calling

WHY = {"zh": "", "en": "a rule"}
TOLD = (
    le.Announced(prompts=("p",)),
    *[le.CallbackOffered(prompts=("p",))] * 4,
    le.NumberPrompted(prompts=("p",)),
    le.CallbackAgreed(prompts=("p",), number="+8613800138000"),
    le.QueueChanged(queue=QueueId("operator"), needs=(), priority=0, why=WHY),
    le.SentOutside(number="+861095588", why=WHY, prompts=("p",)),
    le.LastWords(prompts=("p",), why=WHY),
    le.MessageAsked(prompts=("p",), why=WHY, most_s=20.0),
)
BACK = ("promise", "cancel", "do_not_call", "customer_gone", "dial_fails", "dead_man")
WHAT = (
    ["call", "next", "next", "settle", "settle", "settle", "ready", "paint", "paint", "answer", "answer", "time"] * 3
    + ["any", "again", "decline", "reject", "caller_gone", "leg_gone", "hang_up", "transfer_queue", "transfer_agent"]
    + ["transfer_number", "page_gone", "page_cut", "page_back", "phone_out", "phone_back", "dispose", "dispose"]
    + ["told", "told", "told", "lose", "long_time", *BACK, "promise", "promise", "kill"]
    + ["long_time", "link_cut", "heal", "switch_restart", "hold", "refuse", "customer", "not_ready"]
)
CUSTOMER = customer("demo-001", name="王小明", tier="vip", numbers=[])
NEVER_BY_CHANCE = {
    # the demo flow never hangs up by itself, and never fails; tests of their own take these rows
    "ivr FlowEnded",
    "ivr RequestFailed",
    "ivr DeadlinePassed",
}


def test_every_row_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: set[str] = set()
    taken: set[str] = set()
    counted = {}
    for (phase, event), row in path.TABLE.items():
        if of_flows(phase, event) or of_campaigns(phase, event):
            continue  # they are taken where flows have every kind of step, and where leads are dialled
        name = _name(phase, event)
        rows.add(name)

        def counting(turn: Any, e: Any, *, row: Any = row, name: str = name) -> None:
            taken.add(name)
            row(turn, e)

        counted[phase, event] = counting
    monkeypatch.setattr(path, "TABLE", {**path.TABLE, **counted})
    for seed in range(400):
        if rows - taken <= NEVER_BY_CHANCE:
            break
        one_day(random.Random(seed))
    assert rows - taken <= NEVER_BY_CHANCE


def test_nobody_is_lost_and_no_attempt_is_dialled_twice() -> None:
    dialled = 0
    for seed in range(1000, 1080):
        floor = one_day(random.Random(seed))
        dialled += sum(isinstance(r, rq.MakeConnection) and r.party is ev.Party.CUSTOMER for r in floor.requests)
        customers = [leg for leg in floor.legs.values() if leg.party is ev.Party.CUSTOMER]
        assert all(leg.call in floor.center.contacts for leg in customers), "a customer's leg belongs to nobody"
    assert dialled > 100


def _name(phase: str, event: type) -> str:
    """Rows that stand in every phase count as one."""
    return f"always {event.__name__}" if event in path.ALWAYS else f"{phase} {event.__name__}"


def house_for(chance: random.Random) -> House:
    """Calls back soon, the agent or the customer first."""
    made = make_house()
    rule = CallbackRule(first=chance.choice(["agent", "customer"]), busy_retry_s=3.0, no_answer_retry_s=3.0)
    queues = {queue: replace(profile, callback=rule) for queue, profile in made.plan.queues.items()}
    return replace(made, plan=replace(made.plan, queues=queues))


def one_day(chance: random.Random) -> PathFloor:
    floor = PathFloor(house_for(chance))
    floor.auto_answer = False
    floor.ready(*AGENTS)
    calls: list[str] = []
    for _ in range(150):
        what, number = chance.choice(WHAT), chance.randrange(12)
        try:
            if what in ("hold", "refuse", "customer", "told", *BACK):
                more(floor, what, chance)
            else:
                take(floor, what, number, calls)
        except CtiError:
            pass
        check(floor)
        check_places(floor)
    come_to_rest(floor)
    dialled = Counter(
        r.connection for r in floor.requests if isinstance(r, rq.MakeConnection) and r.party is ev.Party.CUSTOMER
    )
    assert all(count == 1 for count in dialled.values()), "an attempt was dialled twice"
    return floor


def check_places(floor: PathFloor) -> None:
    """The ledger knows everybody who waits, once, in a strict order; an entry and its contact agree."""
    center = floor.center
    entries = list(center.ledger.entries())
    assert [center.ledger.place(entry.id) for entry in entries] == list(range(1, len(entries) + 1))
    known = {entry.id for entry in entries}
    for contact in center.contacts.values():
        if contact.phase in (Phase.QUEUED, Phase.OFFERED, Phase.RINGING) and not contact.callback:
            assert WorkId(contact.id) in known, "somebody waits and has no place"
    for record in center.callbacks.values():
        under_way = center.contacts.get(record.attempt) if record.attempt is not None else None
        if record.state == "dialling":
            assert under_way is not None
            assert under_way.dialled
            assert not under_way.ended
        if record.state == "due" and under_way is not None and not under_way.ended:
            assert under_way.absent


def more(floor: PathFloor, what: str, chance: random.Random) -> None:
    """News that the other property test does not make."""
    contacts = list(floor.center.contacts.values())
    if what == "cancel":
        for id_ in list(floor.center.callbacks)[:1]:
            floor.handle(c.CallbackCancelled(id_, "sam"))
    elif what == "do_not_call":
        gate = floor.center.gate
        never = () if gate.refusal("+8613800138000", floor.now) else ("+8613800138000",)
        gate.set_rules(Calling(never=frozenset(never)), {})
    elif what == "customer_gone":
        for connection in [key for key, leg in floor.legs.items() if leg.party is ev.Party.CUSTOMER][:1]:
            floor.gone(connection, Cause.BUSY)
    elif what == "dead_man":
        floor.restart(fallback=True)
    elif what == "promise":
        id_ = f"k{chance.randrange(10**6)}"
        first = chance.choice(["agent", "agent", "customer"])
        floor.handle(
            c.CallbackAsked(id=id_, number="+8613800138000", queue=QueueId("service"), first=first, by="sam")  # type: ignore[arg-type]
        )
        floor.pass_time(0.1)
    elif what == "dial_fails":
        for contact in contacts:
            if contact.phase is Phase.DIALLING:
                floor.legs.pop(contact.caller, None)
                floor.handle(
                    ev.RequestFailed(
                        call=contact.id, connection=contact.caller, request="MakeConnection", code="wrong_state"
                    )
                )
    if not contacts or what in BACK:
        return
    contact = chance.choice([c for c in contacts if what != "told" or c.phase is Phase.QUEUED] or contacts)
    if what == "told":
        floor.tell(contact.id, chance.choice(TOLD))
        return
    connection = contact.leg or contact.caller
    if what == "hold":
        floor.handle(ev.Held(call=contact.id, connection=connection))
        floor.handle(ev.Retrieved(call=contact.id, connection=connection))
    elif what == "refuse":
        request = chance.choice(["MakeConnection", "Join", "Play", "Collect", ""])
        if not request and contact.leg is not None:
            floor.legs.pop(contact.leg, None)
            floor.handle(ev.Failed(call=contact.id, connection=contact.leg, cause=Cause.BUSY))
        floor.handle(ev.RequestFailed(call=contact.id, connection=connection, request=request, code="wrong_state"))
    else:
        floor.handle(c.SeatOpened(chance.choice(AGENTS), on_call=False))
        floor.handle(c.CustomersFound(contact.id, (CUSTOMER,), complete=True))
