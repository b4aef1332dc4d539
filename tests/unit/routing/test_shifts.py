"""Until when agents are expected at work: breaks, midnight, summer time, days off, teams, who stays."""

from __future__ import annotations

from datetime import date, datetime
from math import inf
from zoneinfo import ZoneInfo

import pytest

from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import AgentId
from tandem.routing.core.plan import AgentPlan, Plan, ShiftPlan
from tandem.routing.core.shifts import LINGERS_S, Presence, Roster, changes_at, leaves_at

BERLIN = "Europe/Berlin"
DAY = WeeklyHours(days=dict.fromkeys(range(5), ((540, 720), (780, 1020))), closed_on=frozenset({date(2026, 10, 1)}))
NIGHT = WeeklyHours(
    days={0: ((1320, 1440),), 1: ((0, 360), (1320, 1440)), 2: ((0, 360),), 6: ((1320, 1440),)}, timezone=BERLIN
)


def at(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def local(moment: float | None, zone: str = "Asia/Shanghai") -> str:
    return "never" if moment in (None, inf) else f"{datetime.fromtimestamp(moment, ZoneInfo(zone)):%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("now", "leaves", "changes"),
    [
        ("2026-11-23 08:59", "never", "11-23 09:00"),
        ("2026-11-23 09:00", "11-23 12:00", "11-23 12:05"),
        ("2026-11-23 12:00", "11-23 12:00", "11-23 12:05"),
        ("2026-11-23 12:04", "11-23 12:00", "11-23 12:05"),
        ("2026-11-23 12:05", "never", "11-23 13:00"),
        ("2026-11-23 13:00", "11-23 17:00", "11-23 17:05"),
        ("2026-11-23 17:05", "never", "11-24 09:00"),
        ("2026-11-27 20:00", "never", "11-30 09:00"),
        ("2026-10-01 10:00", "never", "10-02 09:00"),
    ],
)
def test_he_goes_at_the_break_and_at_the_end_and_who_stays_five_minutes_has_stayed(
    now: str, leaves: str, changes: str
) -> None:
    assert local(leaves_at(DAY, at(now))) == leaves
    assert local(changes_at(DAY, at(now))) == changes


def test_after_a_short_break_he_is_there_until_the_next_one() -> None:
    hours = WeeklyHours(days={0: ((540, 600), (603, 660))})
    assert local(leaves_at(hours, at("2026-11-23 10:01"))) == "11-23 10:00"
    assert local(changes_at(hours, at("2026-11-23 09:30"))) == "11-23 10:03"
    assert local(leaves_at(hours, at("2026-11-23 10:03"))) == "11-23 11:00"


def test_a_shift_goes_past_midnight() -> None:
    for now in ("2026-11-23 22:00", "2026-11-23 23:59:59", "2026-11-24 00:00", "2026-11-24 05:59"):
        assert local(leaves_at(NIGHT, at(now, BERLIN)), BERLIN) == "11-24 06:00"
    assert local(changes_at(NIGHT, at("2026-11-23 23:00", BERLIN)), BERLIN) == "11-24 06:05"


def test_the_clock_on_the_wall_counts_when_summer_time_begins_and_ends() -> None:
    hours = WeeklyHours(days={5: ((1320, 1440),), 6: ((0, 360),)}, timezone=BERLIN)
    for evening, morning, length in (
        ("2027-03-27 22:00", "2027-03-28 06:00", 7),
        ("2026-10-24 22:00", "2026-10-25 06:00", 9),
    ):
        assert leaves_at(hours, at(evening, BERLIN)) == at(morning, BERLIN) == at(evening, BERLIN) + length * 3600
    skipped = WeeklyHours(days={6: ((60, 150),)}, timezone=BERLIN)
    assert leaves_at(skipped, at("2027-03-28 01:30", BERLIN)) == at("2027-03-28 03:00", BERLIN), "02:30 is skipped"
    twice = WeeklyHours(days={6: ((60, 150),)}, timezone=BERLIN)
    assert leaves_at(twice, at("2026-10-25 01:30", BERLIN)) == at("2026-10-25 02:30", BERLIN, fold=1)


def test_hours_without_an_end_say_nothing() -> None:
    always = WeeklyHours(days=dict.fromkeys(range(7), ((0, 1440),)))
    assert leaves_at(always, at("2026-11-23 12:00")) is None
    assert changes_at(always, at("2026-11-23 12:00")) == inf
    over = WeeklyHours(days={}, open_on={date(2026, 11, 20): ((540, 600),)})
    assert leaves_at(over, at("2026-11-23 12:00")) is None
    assert changes_at(over, at("2026-11-23 12:00")) == inf


def _plan() -> Plan:
    agents = (
        AgentPlan(login=AgentId("mei"), team="loans"),
        AgentPlan(login=AgentId("tom"), team="loans", shift="night"),
        AgentPlan(login=AgentId("ann"), team="cards"),
        AgentPlan(login=AgentId("bob"), shift="gone"),
    )
    shifts = {"day": ShiftPlan(hours=DAY, teams=("loans",)), "night": ShiftPlan(hours=NIGHT)}
    return Plan(queues={}, agents={agent.login: agent for agent in agents}, shifts=shifts)


def test_his_own_shift_goes_before_that_of_his_team() -> None:
    roster = Roster(_plan())
    hours = {login: roster.hours_of(AgentId(login)) for login in ("mei", "tom", "ann", "bob", "eve")}
    assert hours == {"mei": DAY, "tom": NIGHT, "ann": None, "bob": None, "eve": None}
    now = at("2026-11-23 16:30")
    assert local(roster.leaves_at(AgentId("mei"), now)) == "11-23 17:00"
    assert roster.leaves_at(AgentId("tom"), now) is None
    assert roster.leaves_at(AgentId("ann"), now) is None
    assert local(roster.changes_at(now)) == "11-23 17:05"
    assert Roster(Plan(queues={})).changes_at(now) == inf


def test_what_a_roster_remembers_holds_until_the_border_and_not_before_it_was_asked() -> None:
    roster, mei = Roster(_plan()), AgentId("mei")
    times = ["2026-11-23 16:30", "2026-11-23 17:04", "2026-11-23 17:05", "2026-11-23 11:00", "2026-11-23 16:59"]
    for now in map(at, times):
        assert roster.leaves_at(mei, now) == leaves_at(DAY, now)


def test_a_roster_works_a_shift_out_once_whoever_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def counted(hours: WeeklyHours, now: float) -> float | None:
        asked.append(now)
        return leaves_at(hours, now)

    monkeypatch.setattr("tandem.routing.core.shifts.leaves_at", counted)
    agents = {AgentId(f"a{n}"): AgentPlan(login=AgentId(f"a{n}"), team="loans") for n in range(1000)}
    roster = Roster(Plan(queues={}, agents=agents, shifts={"day": ShiftPlan(hours=DAY, teams=("loans",))}))
    now = at("2026-11-23 16:30")
    for moment in (now, now + 60, now + 1800 + LINGERS_S):
        for agent in agents:
            roster.leaves_at(agent, moment)
    assert len(asked) <= 2 * 2


LATE = WeeklyHours(days=dict.fromkeys(range(5), ((840, 1320),)))


def _presence(here: str, able: str, now: str) -> Presence:
    """Agents by the first letter of their shift (d, l) or without one (n), numbered."""
    logins = [AgentId(login) for login in f"{here} {able}".split()]
    names = {"d": "day", "l": "late", "n": ""}
    plan = Plan(
        queues={},
        agents={login: AgentPlan(login=login, shift=names[login[0]]) for login in logins},
        shifts={"day": ShiftPlan(hours=DAY), "late": ShiftPlan(hours=LATE)},
    )
    who, others = map(AgentId, here.split()), map(AgentId, able.split())
    return Presence(Roster(plan), here=who, able=others, now=at(now))


@pytest.mark.parametrize(
    ("here", "able", "now", "shares"),
    [
        ("n1 n2", "d1 l1", "2026-11-23 11:00", {"11:00": 1.0, "12:30": 1.0, "23:00": 1.0}),
        ("d1 d2", "", "2026-11-23 11:00", {"11:59": 1.0, "12:30": 0.0, "13:00": 1.0, "17:00": 0.0}),
        ("d1 d2", "d3 d4", "2026-11-23 11:00", {"11:59": 1.0, "12:30": 0.0, "13:00": 1.0, "17:00": 0.0}),
        ("d1 d2 n1 n2", "", "2026-11-23 11:00", {"11:59": 1.0, "12:30": 0.5, "13:00": 1.0, "17:00": 0.5}),
        ("d1 d2", "l1", "2026-11-23 11:00", {"11:59": 1.0, "13:30": 1.0, "14:00": 1.5, "17:00": 0.5, "22:00": 0.0}),
        ("d1", "", "2026-11-23 20:00", {"20:00": 1.0, "23:59": 1.0}),
        ("d1 d2", "l1", "2026-11-23 12:30", {"12:45": 1.0, "13:00": 1.0, "14:00": 1.5, "17:00": 0.5}),
        ("", "d1", "2026-11-23 11:00", {"11:00": 1.0, "12:30": 1.0}),
    ],
)
def test_how_many_will_be_there(here: str, able: str, now: str, shares: dict[str, float]) -> None:
    presence = _presence(here, able, now)
    assert {time: presence.at(at(f"2026-11-23 {time}")) for time in shares} == shares


def test_who_works_longer_stays_until_the_first_shift_begins() -> None:
    presence = _presence("d1 d2", "", "2026-11-23 20:00")
    assert presence.at(at("2026-11-24 08:59")) == 1.0
    assert presence.at(at("2026-11-24 09:00")) == 1.0
    assert presence.at(at("2026-11-24 12:00")) == 0.0
