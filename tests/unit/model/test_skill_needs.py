from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.needs import BadNeeds, merge_needs, parse_needs
from tandem.cti.model.skills import Need, needs_text


def test_an_expression_is_read() -> None:
    assert parse_needs("language:zh>=3 and product:loans >= 2") == (Need("language:zh", 3), Need("product:loans", 2))
    assert parse_needs("  vip ") == (Need("vip", 1),)


@pytest.mark.parametrize(
    "text", ["", "and", "a>=", "a>=0", "a>=6", "a>=1 or b>=1", "a>=1 and", "a >= 1 b >= 2", "é>=1", "a=>1", "a>=1,b>=2"]
)
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(BadNeeds):
        parse_needs(text)


def test_at_most_eight_skills() -> None:
    assert len(parse_needs(" and ".join(f"s{n}" for n in range(8)))) == 8
    with pytest.raises(BadNeeds):
        parse_needs(" and ".join(f"s{n}" for n in range(9)))


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}(:[a-z]{2})?", fullmatch=True), st.integers(1, 5), min_size=1, max_size=8)
)
def test_what_is_written_out_is_read_back(wanted: dict[str, int]) -> None:
    needs = tuple(Need(skill, minimum) for skill, minimum in wanted.items())
    assert parse_needs(needs_text(needs)) == needs


def test_the_later_word_counts() -> None:
    earlier = (Need("language:zh", 3), Need("vip", 1))
    assert merge_needs(earlier, (Need("language:zh", 5),)) == (Need("language:zh", 5), Need("vip", 1))
