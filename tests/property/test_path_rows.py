"""Every row of the contact's table is really taken by something that can happen."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.property.test_center_never import AGENTS, check, come_to_rest, take
from tests.support.paths import PathFloor

from tandem.cti.app import floor_plan as c
from tandem.cti.core import contact as ct
from tandem.cti.core import path
from tandem.cti.model import events as ev
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import CtiError
from tandem.cti.model.ids import CustomerId, QueueId
from tandem.cti.model.records import CustomerMatch
from tandem.cti.model.states import Phase

WHY = {"zh": "", "en": "a rule"}
TOLD = (
    ct.Announced(prompts=("p",)),
    ct.CallbackOffered(prompts=("p",)),
    ct.NumberPrompted(prompts=("p",)),
    ct.CallbackAgreed(prompts=("p",), number="+8613800138000"),
    ct.QueueChanged(queue=QueueId("operator"), needs=(), priority=0, why=WHY),
    ct.SentOutside(number="+861095588", why=WHY, prompts=("p",)),
    ct.LastWords(prompts=("p",), why=WHY),
    ct.MessageAsked(prompts=("p",), why=WHY, most_s=20.0),
)
WHAT = (
    ["call", "next", "next", "settle", "settle", "settle", "ready", "paint", "paint", "answer", "answer", "time"] * 3
    + ["any", "again", "decline", "reject", "caller_gone", "leg_gone", "hang_up", "transfer_queue", "transfer_agent"]
    + ["transfer_number", "page_gone", "page_cut", "page_back", "phone_out", "phone_back", "dispose", "dispose"]
    + ["told", "told", "told", "lose", "long_time"]
    + ["long_time", "link_cut", "heal", "switch_restart", "hold", "refuse", "customer", "not_ready"]
)
CUSTOMER = CustomerMatch(
    id=CustomerId("demo-001"),
    name="王小明",
    company="",
    tier="vip",
    language="zh",
    numbers=[],
    email="",
    city="",
    since=0.0,
    note="",
    why="",
    contacts=[],
    tickets=[],
)
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
        name = _name(phase, event)
        rows.add(name)

        def counting(turn: Any, e: Any, *, row: Any = row, name: str = name) -> None:
            taken.add(name)
            row(turn, e)

        counted[phase, event] = counting
    monkeypatch.setattr(path, "TABLE", counted)
    for seed in range(400):
        if rows - taken <= NEVER_BY_CHANCE:
            break
        one_day(random.Random(seed))
    assert rows - taken <= NEVER_BY_CHANCE


def _name(phase: str, event: type) -> str:
    """Rows that stand in every phase count as one."""
    return f"always {event.__name__}" if event in path.ALWAYS else f"{phase} {event.__name__}"


def one_day(chance: random.Random) -> None:
    floor = PathFloor()
    floor.auto_answer = False
    floor.ready(*AGENTS)
    calls: list[str] = []
    for _ in range(150):
        what, number = chance.choice(WHAT), chance.randrange(12)
        try:
            if what in ("hold", "refuse", "customer", "told"):
                more(floor, what, chance)
            else:
                take(floor, what, number, calls)
        except CtiError:
            pass
        check(floor)
    come_to_rest(floor)


def more(floor: PathFloor, what: str, chance: random.Random) -> None:
    """News that the other property test does not make."""
    contacts = list(floor.center.contacts.values())
    if not contacts:
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
