"""What the pacing is told of the end of the day, of agents who are about to leave, and of the days before a restart."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from tests.support.campaign_floor import SPRING, CampaignFloor, campaign, lead
from tests.support.house import MEI, TOM

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app.dialer import days
from tandem.cti.app.dialer.days import ends_at
from tandem.cti.app.dialer.state import Running
from tandem.cti.model.campaigns import CampaignRecord, Hours, Span
from tandem.cti.model.causes import Cause
from tandem.cti.model.leads import CampaignExperience, TriesOfHour
from tandem.routing.core.dialer.gate import CLOCKS_S


def _talking() -> tuple[CampaignFloor, Running]:
    floor = CampaignFloor()
    floor.ready(MEI, TOM)
    floor.add(*(lead(number) for number in range(10)))
    floor.seasoned(campaign(mode="predictive"))
    floor.run(campaign(mode="predictive"))
    floor.pick_up()
    floor.pass_time(20)
    return floor, floor.center.dialer.campaigns[SPRING]


def _expected_free(floor: CampaignFloor, run: Running) -> float:
    decision = run.pacer.decide(now=floor.now, segments={"": 100}, lines=100)
    return decision.evidence["expected_free"]


def test_who_asked_for_a_break_is_not_counted_on_after_his_call() -> None:
    floor, run = _talking()
    [agent] = [agent for agent, status in run.agents.items() if status == "talking"]
    before, went = _expected_free(floor, run), run.pacer.learned.went
    floor.command(agent, m.SetNotReady(id=1, reason="break"))
    assert _expected_free(floor, run) < before - 0.05
    assert run.agents[agent] == "talking"
    floor.command(agent, m.SetReady(id=2))
    assert _expected_free(floor, run) == pytest.approx(before)
    floor.command(agent, m.SetNotReady(id=3, reason="break"))
    floor.pass_time(20)
    call = floor.center.agents[agent].call
    assert call is not None
    floor.hang_up_caller(call)
    floor.settle()
    floor.command(agent, m.WrapUp(id=4, call=call, disposition="done", notes=""))
    assert agent not in run.agents
    assert not run.leaving
    learned = run.pacer.learned
    assert learned.talk.seen == 1, "the whole talk, once"
    assert learned.went == went, "it was announced"


def test_hours_are_asked_of_the_machine_s_clock_too_when_it_was_set_anew() -> None:
    """It is 21:46 in Shanghai by the server; no timer moves."""
    floor = CampaignFloor()
    floor.ready(MEI)
    floor.add(*(lead(number) for number in range(3)))
    day = campaign(hours=Hours(timezone="Asia/Shanghai", days={0: [Span(begin=1260, end=1380)]}))
    floor.handle(c.ClockSet(3 * 3_600.0))
    floor.run(day)
    floor.pass_time(120)
    assert not floor.dials
    assert not floor.center.dialer.campaigns[SPRING].pool, "they take nobody's place"
    assert all(floor.now < each.next_at <= floor.now + CLOCKS_S for each in floor.store.values()), "not until tomorrow"
    floor.handle(c.ClockSet(0.0))
    floor.pass_time(CLOCKS_S + 60)
    assert len(floor.dials) == 3


def test_a_time_zone_that_is_changed_while_it_dials_brings_no_day_back() -> None:
    """21:46 on Monday the 12th in Shanghai is 8:46 in New York, and the 13th in Auckland."""
    floor = CampaignFloor()
    floor.ready(MEI)
    floor.add(*(lead(number) for number in range(9)))
    always = {day: [Span(begin=0, end=1440)] for day in range(7)}
    seen = []
    for zone in ("Asia/Shanghai", "America/New_York", "Pacific/Auckland", "Asia/Shanghai", "America/New_York"):
        floor.run(campaign(hours=Hours(timezone=zone, days=always)))
        floor.fail(0, Cause.BUSY)
        floor.pass_time(1)
        run = floor.center.dialer.campaigns[SPRING]
        seen.append((run.day, run.today.dialled))
    assert seen == [
        ("1970-01-12", 2),
        ("1970-01-12", 3),
        ("1970-01-13", 1),
        ("1970-01-13", 2),
        ("1970-01-13", 3),
    ]


def _hours(**changes: object) -> Hours:
    spans = [Span(begin=540, end=720), Span(begin=780, end=1080)]
    return msgspec.structs.replace(Hours(timezone="Asia/Shanghai", days={0: spans}), **changes)


@pytest.mark.parametrize(
    ("hours", "day", "end"),
    [
        (_hours(), "2026-11-23", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        (_hours(), "2026-11-24", None),
        (_hours(closed_on=["2026-11-23"]), "2026-11-23", None),
        (_hours(closed_on=["x"]), "2026-11-23", None),
        (_hours(timezone="Mars/Base"), "2026-11-23", None),
        (_hours(holidays="XX"), "2026-11-23", None),
        (_hours(days={0: [Span(begin=0, end=1440)]}), "2026-11-23", datetime(2026, 11, 23, 16, tzinfo=UTC)),
        (None, "2026-11-23", None),
    ],
)
def test_a_day_ends_when_the_campaign_closes_for_the_last_time(
    hours: Hours | None, day: str, end: datetime | None
) -> None:
    assert ends_at(campaign(hours=hours), day) == (end.timestamp() if end else None)


def test_the_pacing_is_told_the_end_and_another_one() -> None:
    told: list[float | None] = []
    floor, run = _talking()
    run.pacer.new_day = lambda now, *, ends_at=None, began_at=None: told.append(ends_at)  # type: ignore[method-assign]
    always = {weekday: [Span(begin=0, end=1440)] for weekday in range(7)}
    document = campaign(mode="predictive", hours=Hours(timezone="Asia/Shanghai", days=always))
    floor.run(document)
    midnight = ends_at(document, run.day)
    assert midnight is not None
    assert days.turn(run, midnight + 60.0)
    floor.run(campaign(mode="predictive", hours=None))
    assert told == [midnight, midnight + 86_400.0, None]


def test_the_pacing_is_told_when_the_last_lead_may_not_be_called_any_more() -> None:
    told: list[float | None] = []
    floor, run = _talking()
    run.pacer.new_day = lambda now, *, ends_at=None, began_at=None: told.append(ends_at)  # type: ignore[method-assign]

    def counted(at: float | None) -> None:
        floor.handle(c.LeadsRead(campaign=SPRING, leads=(), closes_at=at))

    midnight = days.next_midnight(run.campaign, floor.now)
    counted(None)
    counted(midnight - 7_200.0)
    counted(midnight - 7_200.0)
    counted(midnight - 3_600.0)
    counted(midnight)
    assert told == [midnight - 7_200.0, midnight - 3_600.0, None], "only what is new"
    counted(midnight - 7_200.0)
    always = {weekday: [Span(begin=0, end=1440)] for weekday in range(7)}
    floor.run(campaign(mode="predictive", hours=Hours(timezone="Asia/Shanghai", days=always)))
    assert told[-1] == midnight - 7_200.0, "the earlier one counts"
    assert days.turn(run, midnight + 60.0)
    assert told[-1] == midnight + 86_400.0, "it has to be counted again"


def test_what_the_store_knows_is_what_the_pacing_begins_with() -> None:
    floor = CampaignFloor()
    hour = TriesOfHour(segment="a", days_ago=1, hour=9, tries=1_000, answered=100, abandoned=1)
    past = CampaignExperience(campaign=SPRING, hours=(hour,), talk_s=(50.0,) * 20)
    record = CampaignRecord(id=SPRING, rev=1, state="running", document=campaign(), by="sam", at=floor.now)
    floor.campaigns[SPRING] = record
    floor.handle(
        c.Restored(calls=(), agent_states={}, callbacks=(), counts={}, campaigns=(record,), experience=(past,))
    )
    gauges = floor.center.dialer.campaigns[SPRING].pacer.gauges(floor.now)
    assert gauges.answer_rate == pytest.approx(0.1, abs=0.01)
    assert gauges.talk_s == pytest.approx(50.0, abs=10.0)
