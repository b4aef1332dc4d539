"""Intervals of shares, against published examples and what must hold for any counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.ivr.core.shares import paired_difference, wilson

counts = st.integers(0, 200)


def test_the_score_interval_is_the_published_one() -> None:
    """Newcombe 1998 (Statistics in Medicine 17, 857), table I: 81 of 263 and 15 of 148."""
    some = wilson(81, 263)
    assert some is not None
    assert (round(some.low, 4), round(some.high, 4)) == (0.2553, 0.3662)
    few = wilson(15, 148)
    assert few is not None
    assert (round(few.low, 4), round(few.high, 4)) == (0.0624, 0.1605)
    none = wilson(0, 20)
    assert none is not None
    assert (none.low, round(none.high, 4)) == (0.0, 0.1611)
    assert wilson(0, 0) is None


@given(counts, counts)
def test_an_interval_holds_its_share(yes: int, no: int) -> None:
    found = wilson(yes, yes + no)
    assert found is None or 0 <= found.low <= found.value <= found.high <= 1


@given(counts, counts, counts, counts)
def test_a_difference_lies_inside_its_interval_and_turns_round(both: int, gained: int, lost: int, none: int) -> None:
    found, turned = paired_difference(both, gained, lost, none), paired_difference(both, lost, gained, none)
    assert (found is None) == (turned is None) == (both + gained + lost + none == 0)
    if found and turned:
        assert -1 <= found.low <= found.value <= found.high <= 1
        assert found.low == pytest.approx(-turned.high)


def test_who_answers_alike_makes_the_difference_surer() -> None:
    alike, unlike = paired_difference(45, 10, 5, 40), paired_difference(25, 30, 25, 20)
    assert alike is not None
    assert unlike is not None
    assert alike.value == unlike.value == pytest.approx(0.05)
    assert alike.high - alike.low < unlike.high - unlike.low
    assert alike.low < 0 < alike.high
    sure = paired_difference(45, 40, 5, 10)
    assert sure is not None
    assert sure.low > 0


def test_the_paired_interval_is_the_published_one() -> None:
    """Newcombe 1998 (Statistics in Medicine 17, 2635), table II, method 10: 36, 12, 2, 0."""
    found = paired_difference(36, 12, 2, 0)
    assert found is not None
    assert (found.value, round(found.low, 4), round(found.high, 4)) == (0.2, 0.0569, 0.3404)
