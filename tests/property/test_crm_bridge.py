"""What must hold for any number that a network sends and any customers that a CRM holds."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st
from tests.support.customers import customer

from tandem.crm_bridge.core.digest import digest, shorten
from tandem.crm_bridge.core.match import MOST, Candidate, rank
from tandem.crm_bridge.core.numbers import NumberKind, normalise, parse
from tandem.cti.model.records import ContactLine

_KEYS = {
    NumberKind.E164: re.compile(r"\+[0-9]{4,17}"),
    NumberKind.SHORT: re.compile(r"[0-9]{3,8}"),
    NumberKind.WITHHELD: re.compile(""),
    NumberKind.UNUSABLE: re.compile(""),
}
_dialable = st.text("0123456789+-() ./", max_size=24)
_regions = st.sampled_from(["CN", "US", "GB", "IT", "ZZ", "", "x"])


@given(st.text(max_size=120) | _dialable, _regions)
@example("+" + "0" * 30, "CN")
def test_any_text_has_a_kind_and_a_key_of_its_form(text: str, region: str) -> None:
    number = parse(text, region)
    assert _KEYS[number.kind].fullmatch(number.key)


@given(_dialable, _regions, _regions)
def test_a_key_is_its_own_key_everywhere(text: str, region: str, elsewhere: str) -> None:
    key = normalise(text, region)
    assert normalise(key, elsewhere) == key


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_chinese_mobile_number_is_one_number_however_it_is_written(digits: str) -> None:
    ways = [digits, f"+86{digits}", f"0086{digits}", f"86{digits}", f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"]
    keys = {normalise(way, "CN") for way in ways}
    assert len(keys) == 1 or normalise(f"+86{digits}", "CN") == ""


_numbers = st.sampled_from(["+8613888001201", "013888001201", "13888001201", "+8613888001202", "95533", "8001201"])
_people = st.lists(
    st.builds(
        Candidate,
        st.builds(
            customer,
            st.uuids().map(str),
            numbers=st.lists(_numbers, max_size=3),
            tier=st.sampled_from(["vip", "gold", "standard", "odd"]),
            since=st.floats(0, 10),
        ),
        st.none() | st.floats(0, 10),
    ),
    max_size=15,
)


@given(_numbers, _people, st.randoms(use_true_random=False))
def test_ranking_is_honest_and_does_not_depend_on_order(number: str, people: list[Candidate], chance: object) -> None:
    best = rank(number, people)
    shuffled = list(people)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert rank(number, shuffled) == best
    assert len(best) <= MOST
    assert len({match.id for match in best}) == len(best)
    exact = [number in match.numbers for match in best]
    assert all(exact) or not any(exact)
    assert any(exact) == any(number in person.customer.numbers for person in people)
    assert all(match.why.startswith("exact number") == is_exact for match, is_exact in zip(best, exact, strict=True))


_contacts = st.builds(
    ContactLine,
    id=st.text(max_size=5),
    at=st.floats(allow_nan=False),
    channel=st.just("voice"),
    direction=st.just("inbound"),
    agent_name=st.just(""),
    queue=st.just(""),
    outcome=st.just(""),
    disposition=st.just(""),
    notes=st.text(max_size=50),
    duration_s=st.just(0.0),
)


@given(st.lists(_contacts, max_size=20))
def test_a_digest_of_a_digest_is_the_same(contacts: list[ContactLine]) -> None:
    once = digest(customer("a", contacts=contacts))
    assert digest(once) == once
    assert len(once.contacts) == min(10, len(contacts))


@given(st.text(max_size=60), st.integers(1, 30))
def test_shortened_text_fits(text: str, longest: int) -> None:
    assert len(shorten(text, longest)) <= longest
