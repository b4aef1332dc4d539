"""Leads with their reasons, the waterfall, the day's numbers, forecasts, what-if, the board."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.support.campaign_floor import SPRING, campaign, lead
from tests.support.campaign_ground import Desk
from tests.support.house import MEI

from tandem.agent_desktop.core import campaign_day_resources as day_shapes
from tandem.agent_desktop.core import lead_resources as lead_shapes
from tandem.cti.adapters.postgres.campaigns import Stretch
from tandem.cti.app import floor_plan as c
from tandem.cti.app.campaign_desk.board import CampaignBoard
from tandem.cti.app.campaign_desk.samples import Samples
from tandem.cti.app.campaign_desk.simulated_hours import World, simulate
from tandem.cti.app.campaign_desk.whatif_worker import Order, carry_out
from tandem.cti.app.dialer.rows import campaign_row
from tandem.cti.app.floor_plan import LeadsRead
from tandem.cti.model.campaigns import CallerIds, CampaignRecord, Hours, Span, State
from tandem.cti.model.detections import Heard
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.leads import AttemptRecord, CampaignSample, Lead, LeadNumber, PacingRecord
from tandem.routing.core.dialer.carriers import CarrierPlan
from tandem.routing.core.dialer.pacing import Learned
from tandem.routing.core.dialer.pacing_settings import PacingSettings
from tandem.routing.core.plan import ShiftPlan


def desk(state: State = "running", **document: Any) -> Desk:
    record = CampaignRecord(id=SPRING, rev=2, state=state, document=campaign(**document), by="sue", at=1.0)
    return Desk(records=[record])


def some_leads() -> list[Lead]:
    forbidden = LeadNumber(number="+8613800000009", country="CN", zone="Asia/Shanghai", do_not_call="global")
    return [
        lead(1),
        lead(2, numbers=(forbidden,)),
        lead(3, next_at=2_000_000.0),
        lead(4, state="done"),
        lead(5, numbers=(forbidden, *lead(5).numbers)),
    ]


async def opened(on: Desk) -> Desk:
    await on.desk.open()
    on.leads.rows = some_leads()
    return on


async def test_every_lead_has_its_reason() -> None:
    on = await opened(desk())
    page = await on.desk.leads("spring", lead_shapes.LeadsQuery())
    assert [line.verdict.rule for line in page.leads] == ["yes", "do_not_call", "not_yet", "over", "yes"]
    assert page.leads[2].verdict.again_at == 2_000_000.0
    assert set(page.leads[1].verdict.text) == {"zh", "en"}
    assert page.next == ""


async def test_leads_of_one_reason_page_by_page() -> None:
    on = await opened(desk())
    first = await on.desk.leads("spring", lead_shapes.LeadsQuery(reason="yes", limit=1))
    assert [line.id for line in first.leads] == ["spring-1"]
    second = await on.desk.leads("spring", lead_shapes.LeadsQuery(reason="yes", limit=1, cursor=first.next))
    assert [line.id for line in second.leads] == ["spring-5"]
    assert second.next == ""
    with pytest.raises(BadRequest):
        await on.desk.leads("spring", lead_shapes.LeadsQuery(cursor="x"))
    with pytest.raises(ResourceMissing):
        await on.desk.leads("gone", lead_shapes.LeadsQuery())


def attempt(number_of: int, **fields: Any) -> AttemptRecord:
    values: dict[str, Any] = {
        "id": f"spring-1.{number_of}",
        "rev": 1,
        "campaign": SPRING,
        "lead": lead(1).id,
        "list": lead(1).list,
        "person": "p1",
        "number_of": number_of,
        "number": "+8613800000001",
        "caller_id": "",
        "carrier": "trunk",
        "mode": "progressive",
        "segment": "",
        "reserved": False,
        "at": 900_000.0,
        "ringing_at": 900_002.0,
        "answered_at": None,
        "connected_at": None,
        "ended_at": 900_020.0,
        "result": "no_answer",
        "machine": "",
        "agent": None,
        "message_at": None,
        "cause": None,
        "disposition": None,
        "cost": 0.0,
        "why": {"pacing": {"why": {"zh": "发起", "en": "launched 1"}}, "gate": {"rule": "yes", "evidence": {}}},
    }
    return AttemptRecord(**{**values, **fields})


async def test_one_lead_with_every_number_and_attempt() -> None:
    on = await opened(desk())
    on.leads.tried["spring-5"] = [attempt(1), attempt(2, why={}, machine_why="HUMAN-820-800", machine_s=1.8)]
    detail = await on.desk.lead("spring-5")
    assert [line.verdict.rule for line in detail.numbers] == ["do_not_call", "yes"]
    assert detail.numbers[1].local_time == "21:46"
    assert [line.pacing for line in detail.attempts] == [{"zh": "发起", "en": "launched 1"}, {}]
    assert detail.attempts[0].gate is not None
    assert detail.attempts[1].gate is None
    assert [(line.machine_why, line.machine_s) for line in detail.attempts] == [("", None), ("HUMAN-820-800", 1.8)]
    with pytest.raises(ResourceMissing):
        await on.desk.lead("gone")


async def test_a_promise_needs_a_moment_to_come_and_an_agent_who_exists() -> None:
    on = await opened(desk())
    at = on.floor.now + 60.0
    await on.desk.promise_callback("spring-1", lead_shapes.LeadCallback(at=at, agent="mei"), by="sue")
    assert on.leads.again == [("spring-1", at, "mei")]
    for refused in (lead_shapes.LeadCallback(at=1.0), lead_shapes.LeadCallback(at=at, agent="nobody")):
        with pytest.raises(BadRequest):
            await on.desk.promise_callback("spring-1", refused, by="sue")
    on.leads.rows[0] = msgspec.structs.replace(on.leads.rows[0], state="in_hand")
    with pytest.raises(WrongState):
        await on.desk.dial_again("spring-1", by="sue")


async def test_who_is_in_hand_and_not_being_dialled_is_called_again_by_the_center() -> None:
    on = await opened(desk())
    [known] = [row for row in on.leads.rows if row.id == "spring-1"]
    on.leads.rows[0] = msgspec.structs.replace(known, state="in_hand")
    on.floor.add(known)
    on.floor.handle(LeadsRead(campaign=SPRING, leads=(known,)))
    run = on.floor.center.dialer.campaigns[SPRING]
    assert known.id in run.pool
    await on.desk.dial_again("spring-1", by="sue")
    assert known.id not in run.pool
    assert not on.leads.again, "the store was not asked behind the center's back"


async def test_the_waterfall_goes_down_to_those_who_may_be_called_now() -> None:
    on = await opened(desk())
    found = await on.desk.waterfall("spring")
    assert (found.total, found.callable_now) == (50, 20)
    assert [(step.rule, step.count, step.left) for step in found.steps] == [
        ("do_not_call", 10, 40),
        ("over", 10, 30),
        ("not_yet", 10, 20),
    ]
    on.leads.rows = []
    assert (await on.desk.waterfall("spring")).total == 50
    on.floor.now += 6.0
    assert (await on.desk.waterfall("spring")).total == 0


async def test_a_change_of_the_campaign_is_seen_at_once() -> None:
    on = await opened(desk())
    await on.desk.waterfall("spring")
    await on.desk.set_state("spring", "paused", by="sue")
    assert [step.rule for step in (await on.desk.waterfall("spring")).steps] == ["state"]


# ---- numbers ---------------------------------------------------------------------------------------------------------


def stretch(at: float) -> Stretch:
    return Stretch(
        at=at,
        dialled=10,
        answered=4,
        abandoned=1,
        machines=2,
        talked=3,
        busy=0,
        no_answer=3,
        failed=0,
        talk_s=300.0,
        cost=1.0,
    )


async def test_the_day_in_stretches_of_five_minutes() -> None:
    on = desk()
    on.campaigns.stretches = [stretch(999_000.0)]
    series = await on.desk.day("spring", None)
    assert (series.day, series.zone, series.step_s) == ("1970-01-12", "Asia/Shanghai", 300.0)
    [point] = series.points
    assert (point.at, point.dialled, point.answer_rate, point.agents_idle) == (999_000.0, 10, 0.4, None)
    at_noon = CampaignSample(
        campaign=CampaignId("spring"), at=998_700.0, looks=4, idle=2, talking=10, lines=3.0, lines_looks=2
    )
    on.campaigns.sampled = [at_noon, msgspec.structs.replace(at_noon, at=999_000.0, looks=2)]
    earlier, now = (await on.desk.day("spring", None)).points
    assert (earlier.at, earlier.dialled, earlier.agents_talking, earlier.lines_per_agent) == (998_700.0, 0, 2.5, 1.5)
    assert (now.at, now.dialled, now.agents_talking) == (999_000.0, 10, 5.0)
    assert (await on.desk.day("spring", "1970-01-13")).points == []
    with pytest.raises(BadRequest):
        await on.desk.day("spring", "1970-02-30")


async def test_the_numbers_and_carriers_of_today_as_they_are_now() -> None:
    ours = ["+862161234567", "+862161234568"]
    on = await opened(desk(caller_ids=CallerIds(numbers=ours), carrier="north"))
    dialer, now = on.floor.center.dialer, on.floor.center.now
    dialer.carriers.set([CarrierPlan(name="trunk"), CarrierPlan(name="north", lines=60)])
    for call in ("a", "b", "c", "d"):
        dialer.carriers.took("north", call, now)
    for call in ("a", "b", "c"):
        dialer.carriers.ended("north", call, "congestion", now)
    run = dialer.campaigns[SPRING]
    today = (await on.desk.day("spring", None)).day
    run.caller_ids.dialled(ours[1], today)
    for number, answered in ((ours[0], 30), (ours[1], 5)):
        for earlier in range(50):
            run.caller_ids.ended(number, answered=earlier < answered, now=now)
    series = await on.desk.day("spring", today)
    good = day_shapes.CallerIdLine(
        number=ours[0], calls_today=0, answer_rate=0.6, rests_until=None, rested_rate=None, others_rate=None
    )
    rests = day_shapes.CallerIdLine(
        number=ours[1], calls_today=1, answer_rate=None, rests_until=now + 86_400.0, rested_rate=0.1, others_rate=0.6
    )
    assert series.caller_ids == [good, rests]
    assert series.carriers == [
        day_shapes.CarrierLine(name="trunk", used=False, in_use=0, lines=30, rate_share=1.0, rests_until=None),
        day_shapes.CarrierLine(name="north", used=True, in_use=1, lines=60, rate_share=0.125, rests_until=now + 5.0),
    ]
    yesterday = await on.desk.day("spring", "1970-01-11")
    assert (yesterday.caller_ids, yesterday.carriers) == (None, None)


async def test_a_campaign_without_numbers_shows_none_and_a_draft_nothing() -> None:
    series = await (await opened(desk())).desk.day("spring", None)
    assert (series.caller_ids, [carrier.used for carrier in series.carriers or ()]) == ([], [True])
    draft = await (await opened(desk("draft"))).desk.day("spring", None)
    assert (draft.caller_ids, draft.carriers) == (None, None)


async def test_what_the_errors_of_the_machine_detection_cost() -> None:
    on = desk()
    on.outlook.heard = [
        Heard(said="human", kind="HUMAN", threshold=800, calls=150, connected=120, marked=30, marked_s=180.0),
        Heard(said="unsure", kind="TOOLONG", threshold=6_020, calls=10, connected=8, marked=1, marked_s=5.0),
        Heard(said="machine", kind="MAXWORDS", threshold=4, calls=40, connected=7, marked=6, marked_s=20.0),
    ]
    report = await on.desk.detections("spring")
    assert (report.human, report.unsure, report.machines) == (150, 10, 40)
    assert (report.connected, report.missed, report.missed_agent_s) == (128, 31, 185.0)
    assert (report.put_through, report.unmarked) == (7, 1)
    assert (report.advice.change, report.advice.before, report.advice.after) == ("after_greeting_silence_ms", 800, 1000)
    assert report.advice.more_mistaken
    assert 0.02 < report.mistaken_low < 1 / 7 < report.mistaken_high < 0.6
    assert report.cost_s == pytest.approx((185.0 + 40 / 7 * 180.0) / 200)


async def test_thresholds_are_set_by_themselves_where_that_is_wanted() -> None:
    on = await opened(desk())
    sample = Heard(said="machine", kind="LONGGREETING", threshold=1_500, calls=1_000, connected=40, marked=30)
    on.outlook.heard = [sample]
    known = await on.desk.campaign("spring")
    by_hand = known.document.machine_detection
    wanted = msgspec.structs.replace(by_hand, use=True, tune="by_itself", sample_one_in=25)

    async def tuned() -> bool:
        return await on.desk.tune_by_itself(on.desk._book.known("spring"))

    assert not await tuned()
    document = msgspec.structs.replace(known.document, machine_detection=wanted)
    await on.desk.change("spring", known.rev, document, by="op")
    assert await tuned()
    after = await on.desk.campaign("spring")
    [step] = after.document.machine_detection.steps
    assert (step.threshold, step.before, step.after) == ("greeting_ms", 1_500, 1_700)
    assert after.document.machine_detection.greeting_ms == 1_700
    assert (after.changed_by, after.why, after.rev) == ("", step.why["en"], known.rev + 2)
    assert on.shell.center.dialer.campaigns[SPRING].campaign.machine_detection.greeting_ms == 1_700
    assert not await tuned(), "one step a day"
    assert not await on.desk.tune("spring", known.rev, step), "somebody has changed it since"


async def test_decisions_page_by_page() -> None:
    on = desk()
    on.campaigns.decided = [
        PacingRecord(campaign=SPRING, number=number, at=1.0, launched=1, why={}, evidence={}) for number in range(1, 6)
    ]
    first = await on.desk.decisions("spring", before=None, limit=3)
    assert ([each.number for each in first.decisions], first.before) == ([5, 4, 3], 3)
    rest = await on.desk.decisions("spring", before=3, limit=3)
    assert ([each.number for each in rest.decisions], rest.before) == ([2, 1], None)


async def test_a_forecast_counts_only_the_hours_in_which_is_dialled() -> None:
    """21:46 in Shanghai; the campaign works from 09:00 to 17:00."""
    hours = Hours(timezone="Asia/Shanghai", days={day: [Span(begin=540, end=1020)] for day in range(7)})
    on = await opened(desk(hours=hours))
    on.outlook.tried = {0: 1000}
    on.floor.ready(MEI)
    run = on.shell.center.dialer.campaigns[SPRING]
    run.agents[MEI] = "idle"
    found = await on.desk.forecast("spring")
    assert found.left == 1000
    assert found.agent_hours is not None
    assert found.ends_at is not None
    days = found.agent_hours / 8.0
    assert found.ends_at > on.floor.now + (days - 1.0) * 86_400.0
    run.agents.clear()
    assert (await on.desk.forecast("spring")).ends_at is None


async def test_a_forecast_counts_only_the_agents_who_will_be_there() -> None:
    """From 21:46 on, Mei until 22:30 and from 09:00 on; others of her kind come at 09:00."""
    on = await opened(desk())
    on.outlook.tried = {0: 100}
    on.floor.ready(MEI)
    center = on.shell.center
    center.dialer.campaigns[SPRING].agents[MEI] = "idle"
    before = await on.desk.forecast("spring")
    assert before.agent_hours is not None
    assert before.ends_at is not None
    assert before.ends_at == pytest.approx(on.floor.now + before.agent_hours * 3600)
    evening, day = ((1290, 1350),), ((540, 1020),)
    shift = ShiftPlan(hours=WeeklyHours(days={0: evening, 1: day, 2: day}), teams=("loans",))
    agents = {login: replace(agent, team="loans") for login, agent in center.plan.agents.items() if login == MEI}
    on.floor.handle(c.PlanApplied(replace(center.plan, agents=agents, shifts={"day": shift}), (), "ada"))
    after = await on.desk.forecast("spring")
    assert after.ends_at == pytest.approx(before.ends_at + 10.5 * 3600, abs=900), "the night does not count"


async def test_a_forecast_that_goes_wrong_harms_nobody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    on = await opened(desk())

    async def wrong(campaign: str) -> day_shapes.CampaignForecast:
        raise ZeroDivisionError(campaign)

    monkeypatch.setattr(on.desk, "forecast", wrong)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await on.desk.keep_ends()
    assert "when the campaign spring will be through could not be worked out" in caplog.text


async def test_recycling_is_tried_before_it_is_done() -> None:
    on = await opened(desk())
    tried = await on.desk.recycle("spring", day_shapes.Recycle(results=["busy"]), by="sue")
    assert (tried.leads, tried.done, on.leads.recycled) == (30, False, [])
    done = await on.desk.recycle("spring", day_shapes.Recycle(results=["busy", "busy"], try_only=False), by="sue")
    assert (done.leads, done.done, on.leads.recycled) == (3, True, [("spring", ("busy",))])


async def test_nothing_is_simulated_for_nobody_or_for_who_dials_by_hand() -> None:
    on = await opened(desk())
    with pytest.raises(BadRequest):
        await on.desk.what_if("spring", -1)
    await on.desk.set_mode("spring", "manual", by="sue")
    with pytest.raises(WrongState):
        await on.desk.what_if("spring", 5)


def test_the_same_hours_with_more_agents() -> None:
    settings = PacingSettings(mode="progressive", abandon_limit=0.03)
    world = World(
        settings=settings, learned=Learned(), answer_rate=0.3, talk_s=60.0, wrap_up_s=20.0, answer_s=8.0, other_s=20.0
    )
    three, six = (simulate(world, agents, hours_s=900.0, seed=1) for agents in (3, 6))
    assert three == simulate(world, 3, hours_s=900.0, seed=1)
    assert six.connects_per_hour > 1.5 * three.connects_per_hour
    assert 0.0 < three.talk_ratio < 1.0
    with pytest.raises(ValueError, match="nobody"):
        simulate(world, 0, hours_s=900.0, seed=1)


def test_what_one_agent_more_brings_is_not_lost_in_the_noise() -> None:
    settings = PacingSettings(mode="progressive", abandon_limit=0.03)
    world = World(
        settings=settings, learned=Learned(), answer_rate=0.3, talk_s=90.0, wrap_up_s=20.0, answer_s=10.0, other_s=22.0
    )
    answer = carry_out(Order(world, (3, 4)))
    more = answer.after.connects_per_hour - answer.before.connects_per_hour
    assert answer.runs == 8
    assert answer.margin is not None
    assert 20.0 < more < 28.0, "a cycle of 150 s: 24 talks of an agent in an hour"
    assert 0.1 < answer.margin < 3.0
    assert carry_out(Order(world, (0, 1))).before.connects_per_hour == 0.0


# ---- the board -------------------------------------------------------------------------------------------------------


def board_of(on: Desk, away: dict[Any, str], **more: Any) -> CampaignBoard:
    center = on.shell.center
    return CampaignBoard(
        lambda: center.dialer.campaigns,
        lambda run, now: campaign_row(center, run, now),
        away=away,
        samples=Samples(lambda sample: None),
        ends={"spring": 5.0},
        **more,
    )


async def test_boards_get_the_rows_that_changed_once_a_second() -> None:
    on = await opened(desk())
    away: dict[Any, str] = {}
    board = board_of(on, away)
    first = board.changes(10.0)
    assert first is not None
    assert [(row.id, row.ends_at) for row in first.rows] == [("spring", 5.0)]
    await on.desk.set_state("spring", "paused", by="sue")
    assert board.changes(10.5) is None
    changed = board.changes(11.0)
    assert changed is not None
    assert [row.state for row in changed.rows] == ["paused"]
    assert board.changes(12.0) is None
    assert board.whole(12.0).whole
    await on.desk.set_state("spring", "running", by="sue")
    away[SPRING] = "the database is away"
    said = board.changes(13.0)
    assert said is not None
    assert "database" in said.rows[0].why_not["en"]
    on.shell.center.dialer.campaigns.clear()
    gone = board.changes(14.0)
    assert gone is not None
    assert (gone.rows, gone.gone) == ([], ["spring"])


async def test_hundreds_of_campaigns_do_not_hold_up_the_calls() -> None:
    """One row a turn when rows are slow: in the end each was made, and those at rest are left alone."""
    ids = [CampaignId(f"c{number}") for number in range(5)]
    records = [CampaignRecord(id=id_, rev=2, state="stopped", document=campaign(id_), by="sue", at=1.0) for id_ in ids]
    on = Desk(records=records)
    await on.desk.open()
    ticks = iter(range(1_000))
    board = board_of(on, {}, stopwatch=lambda: float(next(ticks)))
    seen: list[str] = []
    for turn in range(8):
        changes = board.changes(10.0 + 0.2 * turn)
        seen += [row.id for row in changes.rows] if changes else []
    assert sorted(seen) == ids
    assert board.changes(20.0) is None
    assert [row.id for row in board.whole(20.0).rows] == ids


async def test_a_stretch_is_kept_once_a_minute_and_goes_on_after_a_restart() -> None:
    on = await opened(desk())
    [run] = on.shell.center.dialer.campaigns.values()
    row = campaign_row(on.shell.center, run, on.floor.now)
    row = msgspec.structs.replace(row, agents=5, agents_talking=0, agents_wrapping=0, lines_per_agent=None)
    kept: list[CampaignSample] = []
    samples = Samples(kept.append)
    for at, idle in ((300.0, 1), (310.0, 3), (360.0, 5), (361.0, 5)):
        samples.add(msgspec.structs.replace(row, agents_idle=idle), at)
    assert kept == [CampaignSample(campaign=CampaignId("spring"), at=300.0, looks=3, idle=9)]
    again = Samples(kept.append, kept)  # killed: the last look is lost
    again.add(msgspec.structs.replace(row, agents_idle=4, lines_per_agent=1.5), 400.0)
    again.add(row, 600.0)
    assert kept[1:] == [
        CampaignSample(campaign=CampaignId("spring"), at=300.0, looks=4, idle=13, lines=1.5, lines_looks=1)
    ]
    assert again.of("spring") is not None
    again.add(msgspec.structs.replace(row, state="stopped", agents=0), 610.0)
    again.add(msgspec.structs.replace(row, state="stopped", agents=0), 1_000.0)
    assert [each.at for each in kept] == [300.0, 300.0, 600.0]
    assert again.of("spring") is None
