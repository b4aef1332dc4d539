"""Shifts: what is said between two borders does not change, and it is never about who is gone for long."""

from __future__ import annotations

from datetime import date
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.hours import WeeklyHours, is_open
from tandem.routing.core.shifts import LINGERS_S, changes_at, leaves_at

BEGINS = 1_790_000_000
"""September 2026; the range holds both changes of the clock."""
SPANS = st.lists(st.integers(0, 1440), unique=True, max_size=6).map(
    lambda minutes: tuple(zip(sorted(minutes)[::2], sorted(minutes)[1::2], strict=False))
)
HOURS = st.builds(
    WeeklyHours,
    days=st.dictionaries(st.integers(0, 6), SPANS | st.just(((0, 1440),))),
    timezone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]),
    closed_on=st.frozensets(st.dates(date(2026, 9, 20), date(2027, 4, 20)), max_size=3),
    open_on=st.dictionaries(st.dates(date(2026, 9, 20), date(2027, 4, 20)), SPANS, max_size=3),
)
MOMENTS = st.integers(BEGINS, BEGINS + 210 * 86_400).map(float)


@given(hours=HOURS, at=MOMENTS, share=st.floats(0, 1, exclude_max=True))
def test_nothing_changes_between_two_borders(hours: WeeklyHours, at: float, share: float) -> None:
    until = changes_at(hours, at)
    assert until > at
    between = at + share * min(until - at, 9 * 86_400)
    if between < until:
        assert leaves_at(hours, between) == leaves_at(hours, at)


@given(hours=HOURS, at=MOMENTS)
def test_who_is_at_work_leaves_later_and_who_should_be_gone_for_long_is_there_to_stay(
    hours: WeeklyHours, at: float
) -> None:
    leaves = leaves_at(hours, at)
    if is_open(hours, at):
        assert leaves is None or leaves > at
    elif leaves is not None:
        assert at - LINGERS_S < leaves <= at
        assert not is_open(hours, leaves)
    elif changes_at(hours, at) < inf:
        assert is_open(hours, changes_at(hours, at)), "his time begins"
