"""Calls that were promised: whose list has which, who may change them, and when."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.campaign_floor import SPRING, campaign, lead
from tests.support.campaign_ground import Desk
from tests.support.house import MEI, TOM

from tandem.agent_desktop.core.list_resources import MovePromise
from tandem.cti.adapters.postgres.promises import PromisedCall
from tandem.cti.app.campaign_desk.promises import AHEAD_S, MOST
from tandem.cti.app.floor_plan import LeadsRead
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.leads import LeadRecord


def call(id_: str, **fields: Any) -> PromisedCall:
    usual: dict[str, Any] = {
        "campaign": SPRING,
        "name": "Lin",
        "at": 1_000_100.0,
        "agent": None,
        "note": "",
        "in_hand": False,
        "number": "+8613800000001",
        "zone": "Asia/Shanghai",
    }
    return PromisedCall(id=id_, **(usual | fields))


async def opened(*calls: PromisedCall) -> Desk:
    on = Desk(records=[CampaignRecord(id=SPRING, rev=2, state="running", document=campaign(), by="sue", at=1.0)])
    await on.desk.open()
    on.promised.calls = list(calls)
    return on


async def test_an_agent_sees_his_own_and_his_teams_and_changes_his_own() -> None:
    now = Desk().now()
    on = await opened(
        call("a", agent=MEI, at=now - 60.0),
        call("b", at=now),
        call("c", agent="tom", at=now),
        call("d", agent=MEI, at=now, in_hand=True),
        call("e", agent=MEI, at=now + AHEAD_S + 1.0),
    )
    found = await on.desk.promises(MEI)
    assert [(one.id, one.may_change) for one in found.promises] == [("a", True), ("b", False), ("d", False)]
    assert (found.promises[0].campaign_name, found.more) == (campaign().name, False)
    everybody = await on.desk.promises(None)
    assert [(one.id, one.may_change) for one in everybody.promises][:3] == [("a", True), ("b", True), ("c", True)]


async def test_the_team_is_who_may_work_for_the_campaign() -> None:
    now = Desk().now()
    on = await opened(call("b", at=now))
    assert [one.id for one in (await on.desk.promises("nobody")).promises] == []


async def test_a_very_long_list_says_that_there_is_more() -> None:
    now = Desk().now()
    on = await opened(*(call(f"l{number}", at=now) for number in range(MOST + 1)))
    found = await on.desk.promises(None)
    assert (len(found.promises), found.more) == (MOST, True)


async def test_moved_and_cancelled_by_whom_it_belongs_to() -> None:
    now = Desk().now()
    on = await opened(call("a", agent=MEI), call("b"), call("d", agent=MEI, in_hand=True))
    await on.desk.move_promise("a", MovePromise(at=now + 60.0), by=MEI, agent=MEI)
    assert isinstance(on.shell.taken[-1], LeadsRead)
    await on.desk.cancel_promise("a", by=MEI, agent=MEI)
    await on.desk.cancel_promise("b", by="sue", agent=None)
    assert on.promised.changed == [("a", now + 60.0), ("a", None), ("b", None)]
    with pytest.raises(ResourceMissing):
        await on.desk.cancel_promise("b", by=MEI, agent=MEI)
    with pytest.raises(ResourceMissing):
        await on.desk.cancel_promise("gone", by="sue", agent=None)
    with pytest.raises(WrongState):
        await on.desk.move_promise("d", MovePromise(at=now + 60.0), by=MEI, agent=MEI)
    for at in (now - 3_600.0, now + 400 * 86_400.0):
        with pytest.raises(BadRequest):
            await on.desk.move_promise("a", MovePromise(at=at), by=MEI, agent=MEI)
    assert len(on.promised.changed) == 3


async def test_given_to_another_agent_or_to_the_team() -> None:
    now = Desk().now()
    on = await opened(call("a", agent=MEI), call("b", agent=TOM))
    await on.desk.move_promise("a", MovePromise(at=now + 60.0, agent=TOM), by="sue", agent=None)
    await on.desk.move_promise("a", MovePromise(at=now + 60.0, agent=""), by=MEI, agent=MEI)
    await on.desk.move_promise("b", MovePromise(at=now + 60.0), by="sue", agent=None)
    assert on.promised.given == [
        ("a", TOM, "given by sue: tom"),
        ("a", None, "given by mei: *"),
        ("b", TOM, "moved by sue"),
    ]
    with pytest.raises(BadRequest, match="not to others"):
        await on.desk.move_promise("a", MovePromise(at=now + 60.0, agent=TOM), by=MEI, agent=MEI)
    with pytest.raises(BadRequest, match="no agent nobody"):
        await on.desk.move_promise("a", MovePromise(at=now + 60.0, agent="nobody"), by="sue", agent=None)


async def overdue() -> Desk:
    """Mei promised a call and went home; its time has come, and it waits for her."""
    on = Desk(records=[CampaignRecord(id=SPRING, rev=2, state="running", document=campaign(), by="sue", at=1.0)])
    await on.desk.open()
    floor, now = on.shell.floor, on.now()
    floor.add(lead(1, callback_at=now, callback_agent=MEI, callback_note="Büro", callback_number="+8613800000001"))
    floor.slow = False
    floor.ready(TOM)
    floor.run(campaign())
    on.promised.calls = [call("spring-1", agent=MEI, at=now, in_hand=True, campaign=SPRING)]
    assert "spring-1" in floor.center.dialer.campaigns[SPRING].pool
    assert not floor.dials
    return on


async def test_an_overdue_call_of_who_is_away_is_given_to_another_agent() -> None:
    on = await overdue()
    floor = on.shell.floor
    [shown] = (await on.desk.promises(None)).promises
    assert shown.may_change
    await on.desk.move_promise("spring-1", MovePromise(at=on.now(), agent=TOM), by="sue", agent=None)
    kept = floor.store["spring-1"]  # type: ignore[index]
    assert (kept.callback_agent, kept.callback_note) == (TOM, "Büro")
    assert kept.callback_number == "+8613800000001"
    assert "given by sue: tom" in [record.why for record in floor.records if isinstance(record, LeadRecord)]
    floor.pass_time(5)
    assert floor.last("spring-1.1").agent == TOM


async def test_an_overdue_call_is_given_to_the_team_moved_and_cancelled() -> None:
    on = await overdue()
    floor = on.shell.floor
    await on.desk.move_promise("spring-1", MovePromise(at=on.now() + 600.0, agent="", note="neu"), by="sue", agent=None)
    kept = floor.store["spring-1"]  # type: ignore[index]
    assert (kept.callback_agent, kept.callback_at, kept.callback_note) == (None, on.now() + 600.0, "neu")
    on = await overdue()
    await on.desk.cancel_promise("spring-1", by="sue", agent=None)
    assert on.shell.floor.store["spring-1"].callback_at is None  # type: ignore[index]
    assert not on.promised.changed
    with pytest.raises(WrongState):
        await on.desk.cancel_promise("spring-1", by="sue", agent=None)
