"""Who said long ago that he wants no calls is promised none, and is never dialled for one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.support.house import MEI, make_house
from tests.support.kitchen import KitchenFloor
from tests.support.paths import PathFloor

from tandem.cti.app import floor_plan as c
from tandem.cti.app import number_checks
from tandem.cti.core import line_events as le
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.errors import BadRequest
from tandem.cti.model.ids import CallId, QueueId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.model.records import CallbackRecord, CallEventRecord
from tandem.cti.model.states import Outcome, Phase
from tandem.routing.core.plan import CallbackRule

ANI = "+8613800138000"
OTHER = "+8613800138001"


def entry(number: str = ANI, **fields: Any) -> DoNotCallEntry:
    known = {"id": "old", "rev": 1, "scope": "global", "person": "", "campaign": None, "at": 0.0, "by": "sam"}
    return DoNotCallEntry(**{**known, "source": "file", "number": number, **fields})


def line_floor(first: Any = "agent") -> PathFloor:
    made = make_house()
    rule = replace(CallbackRule(), first=first)
    queues = {queue: replace(profile, callback=rule) for queue, profile in made.plan.queues.items()}
    return PathFloor(replace(made, plan=replace(made.plan, queues=queues)))


def presses_one(floor: PathFloor) -> CallId:
    floor.digit = "1"
    call = floor.call()
    floor.settle()
    floor.now += 30
    floor.tell(call, le.CallbackOffered(prompts=("offer",)))
    floor.settle()
    return call


def notes(floor: Any, call: CallId) -> list[str]:
    return [each.kind for each in floor.records if isinstance(each, CallEventRecord) and each.call == call]


def dials(floor: Any) -> list[rq.MakeConnection]:
    return [r for r in floor.requests if isinstance(r, rq.MakeConnection) and r.party is ev.Party.CUSTOMER]


def test_who_asks_in_the_line_is_refused_and_waits_on() -> None:
    floor = line_floor()
    floor.forbidden.append(entry())
    call = presses_one(floor)
    assert not floor.center.callbacks
    assert floor.center.contacts[call].phase is Phase.QUEUED
    assert "callback_refused" in notes(floor, call)


def test_who_asks_in_the_line_waits_for_the_answer_and_then_has_the_promise() -> None:
    floor = line_floor()
    floor.store_away = True
    call = presses_one(floor)
    assert floor.numbers_asked == [ANI]
    assert floor.center.contacts[call].phase is Phase.QUEUED, "nothing is promised yet"
    floor.store_away = False
    floor.handle(c.Tick())
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.CALLBACK
    assert not floor.center.numbers_awaited


@pytest.mark.parametrize("first", ["agent", "customer"])
@pytest.mark.parametrize("forbidden", [False, True])
def test_without_the_store_it_is_promised_and_not_dialled_before_it_is_looked_up(first: str, forbidden: bool) -> None:
    floor = line_floor(first)
    floor.store_away = True
    call = presses_one(floor)
    floor.pass_time(number_checks.ANSWER_S)
    floor.settle()
    assert floor.center.contacts[call].outcome is Outcome.CALLBACK
    assert "number_unknown" in notes(floor, call)
    floor.ready(MEI)
    floor.pass_time(60)
    assert not dials(floor)
    assert not [each for each in floor.center.contacts.values() if each.callback]
    if forbidden:
        floor.forbidden.append(entry())
    floor.store_away = False
    floor.pass_time(number_checks.AGAIN_S + 1.0)
    last = [each for each in floor.records if isinstance(each, CallbackRecord)][-1]
    assert (last.state, last.last_result) == (("failed", "do_not_call") if forbidden else (last.state, ""))
    assert bool(floor.center.callbacks) is not forbidden
    assert bool([each for each in floor.center.contacts.values() if each.callback]) is not forbidden


def test_an_entry_that_is_over_or_lifted_refuses_nobody() -> None:
    floor = line_floor()
    floor.forbidden.extend([entry(until=1.0), entry(id="other", lifted=True)])
    call = presses_one(floor)
    assert floor.center.contacts[call].outcome is Outcome.CALLBACK


def test_an_agent_found_meanwhile_has_him_and_nothing_is_promised() -> None:
    floor = line_floor()
    floor.store_away = True
    call = presses_one(floor)
    floor.ready(MEI)
    floor.settle()
    assert floor.center.contacts[call].agent == MEI
    floor.store_away = False
    floor.pass_time(5)
    assert not floor.center.callbacks


def test_what_was_promised_before_a_restart_is_looked_up_before_it_is_dialled() -> None:
    floor = line_floor()
    presses_one(floor)
    [known] = floor.center.callbacks.values()
    floor.forbidden.append(entry())
    floor.restart()
    floor.ready(MEI)
    floor.pass_time(10)
    assert not dials(floor)
    last = [each for each in floor.records if isinstance(each, CallbackRecord) and each.id == known.id][-1]
    assert (last.state, last.last_result) == ("failed", "do_not_call")


def test_no_agent_is_rung_in_vain_for_what_was_promised_before_a_restart() -> None:
    floor = line_floor()
    presses_one(floor)
    floor.pass_time(10)
    floor.restart()
    floor.ready(MEI)
    floor.settle()
    [call] = [call for call, contact in floor.center.contacts.items() if contact.callback]
    floor.to_agent(call)
    assert len(dials(floor)) == 1
    assert "dial_refused" not in notes(floor, call)


@pytest.mark.parametrize("forbidden", [False, True])
def test_a_flow_promises_when_it_is_known(forbidden: bool) -> None:
    floor = KitchenFloor()
    if forbidden:
        floor.forbidden.append(entry())
    floor.store_away = True
    call = floor.arrive()
    floor.press(call, "3")
    assert floor.center.contacts[call].in_hand == "number"
    floor.restart()
    assert floor.numbers_asked, "it is asked again"
    floor.store_away = False
    floor.handle(c.Tick())
    floor.settle()
    assert bool(floor.center.callbacks) is not forbidden
    assert ("call_me", "refused" if forbidden else "goto") in [visit[:2] for visit in floor.visits(call)]


def test_a_flow_does_not_wait_for_ever() -> None:
    floor = KitchenFloor()
    floor.store_away = True
    call = floor.arrive()
    floor.press(call, "3")
    floor.pass_time(number_checks.ANSWER_S)
    floor.settle()
    assert len(floor.center.callbacks) == 1
    assert not floor.center.numbers_awaited


def test_a_promise_by_an_agent_asks_as_well() -> None:
    floor = line_floor()
    floor.handle(c.ForbiddenFound(ANI, (entry(),)))
    with pytest.raises(BadRequest):
        floor.handle(c.CallbackAsked(id="a", number=ANI, queue=QueueId("service"), first="agent", by=MEI))
    floor.handle(c.CallbackAsked(id="b", number=OTHER, queue=QueueId("service"), first="agent", by=MEI))
    assert list(floor.center.callbacks) == ["b"]


def test_numbers_that_were_looked_up_are_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_checks, "MOST", 2)
    floor = line_floor()
    for number in ("+861", "+862", "+863", "+861"):
        floor.handle(c.ForbiddenFound(number, ()))
    assert list(floor.center.numbers_known) == ["+863", "+861"]


def test_numbers_that_were_asked_for_while_the_store_is_away_are_forgotten_in_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(number_checks, "MOST", 2)
    floor = line_floor()
    floor.store_away = True
    for number in ("+861", "+862"):
        number_checks.ask(floor.center, number)
    floor.center.now += number_checks.AGAIN_S
    for number in ("+861", "+863"):
        number_checks.ask(floor.center, number)
    assert list(floor.center.numbers_asked) == ["+861", "+863"]


def test_who_goes_on_to_another_number_when_the_answer_is_late_waits_for_that_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    floor = line_floor()
    floor.store_away = True
    call = presses_one(floor)

    def goes_on(*_: object) -> None:
        del floor.center.numbers_awaited[call]
        assert number_checks.waits(floor.center, call, OTHER)

    monkeypatch.setattr(number_checks, "_resume", goes_on)
    floor.pass_time(number_checks.ANSWER_S)
    assert floor.center.numbers_awaited[call][0] == OTHER


class OneByOne(dict[str, CallbackRecord]):
    """Open entries of which nobody may look through all."""

    def __iter__(self) -> Any:
        raise AssertionError("all are looked through for one number")

    keys = values = items = __iter__


def test_an_answer_about_one_number_looks_at_no_other() -> None:
    """After a restart thousands may be due, and each number has an answer of its own."""
    floor = line_floor()
    promised = c.CallbackAsked(id="a", number=ANI, queue=QueueId("service"), first="agent", by=MEI)
    for each in (promised, replace(promised, id="b"), replace(promised, id="c", number=OTHER)):
        floor.handle(each)
    floor.center.callbacks = OneByOne(floor.center.callbacks)
    floor.center.handle(c.ForbiddenFound(OTHER, ()), now=floor.now)
    floor.center.handle(c.ForbiddenFound(ANI, (entry(),)), now=floor.now)
    assert not {"a", "b"} & dict.keys(floor.center.callbacks)
    assert dict.keys(floor.center.callbacks) == {"c"}


def test_an_altered_number_is_looked_up_under_the_new_one() -> None:
    floor = line_floor()
    floor.handle(c.CallbackAsked(id="a", number=ANI, queue=QueueId("service"), first="agent", by=MEI))
    floor.handle(c.CallbackAltered(id="a", number=OTHER, first="agent", window=None, note=""))
    floor.handle(c.ForbiddenFound(ANI, (entry(),)))
    assert list(floor.center.callbacks) == ["a"]
    floor.handle(c.ForbiddenFound(OTHER, (entry(OTHER),)))
    assert not floor.center.callbacks
    assert not floor.center.callbacks_of


def test_an_answer_with_nothing_against_it_concerns_no_campaign() -> None:
    floor = line_floor()
    floor.center.dialer.campaigns = OneByOne()  # type: ignore[assignment]
    floor.center.handle(c.ForbiddenFound(ANI, ()), now=floor.now)
