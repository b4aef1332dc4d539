"""The promise on abandoned calls, by both formulas, and the sheets that show it."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.routing.dialer.people import NOON, attempt, campaign, day

from tandem.routing.core.dialer.compliance import (
    Broken,
    Link,
    SheetCounts,
    counts_of,
    hash_of,
    read,
    sheet,
    text_of,
    verify,
)
from tandem.routing.core.dialer.jurisdictions import RULE_BOOK
from tandem.routing.core.dialer.promise import Tally, first_day, left, limit_of, share, standing, tally_of, worst_window

US, UK = RULE_BOOK["us"], RULE_BOOK["uk"]


def test_the_formulas() -> None:
    tally = Tally(answered=1_000, abandoned=30, talked=920, mistaken=10.0)
    assert share(tally, "us") == 0.03
    assert share(tally, "ofcom") == pytest.approx(40 / 960)
    assert share(Tally(), "us") is None
    assert share(Tally(), "ofcom") is None
    mistaken = tally_of(day("2026-06-15", answered=5, machines=200), mistaken_share=0.02)
    assert mistaken.mistaken == 4.0


@given(st.integers(0, 5_000), st.integers(0, 200), st.sampled_from(["us", "ofcom"]))
def test_what_is_left_is_what_the_limit_bears(talked: int, abandoned: int, formula: str) -> None:
    tally = Tally(answered=talked + abandoned, abandoned=abandoned, talked=talked)
    more = int(left(tally, formula, 0.03) + 1e-9)  # type: ignore[arg-type]
    then = replace(tally, answered=tally.answered + more, abandoned=abandoned + more)
    over = replace(then, answered=then.answered + 1, abandoned=then.abandoned + 1)
    before, after_one = share(then, formula), share(over, formula)  # type: ignore[arg-type]
    assert after_one is not None
    assert after_one > 0.03
    if more:
        assert before is not None
        assert before <= 0.03 + 1e-9


def test_days_and_windows() -> None:
    days = [day(f"2026-05-{n:02}", answered=100, abandoned=2, talked=98) for n in range(1, 32)]
    today = day("2026-06-01", answered=50, abandoned=3, talked=47)
    us = standing(days, today, US, limit_of(0.05, US))
    assert (us.limit, us.day_share) == (0.03, 0.06)
    assert us.window == Tally(answered=2_950, abandoned=61, talked=2_889)  # 29 days and today
    assert us.kept
    assert us.left_today == 0.0
    assert us.left_window == pytest.approx((0.03 * 2_950 - 61) / 0.97)
    uk = standing(days, today, UK, limit_of(0.02, UK))
    assert (uk.limit, uk.kept, uk.window) == (0.02, False, Tally(answered=50, abandoned=3, talked=47))
    nobody = standing([], day("2026-06-01"), US, 0.03)
    assert nobody.kept
    assert nobody.window_share is None
    assert left(Tally(), "us", 1.0) == float("inf")


def test_the_worst_window() -> None:
    days = [day("2026-01-01", answered=100, abandoned=2), day("2026-01-31", answered=100, abandoned=4)]
    assert worst_window(reversed(days), US) == ("2026-01-31", 0.04)
    near = [days[0], day("2026-01-30", answered=100, abandoned=4)]
    assert worst_window(near, US) == ("2026-01-30", 0.03)
    assert worst_window([day("2026-01-01")], US) is None
    assert first_day("2026-03-01", 30) == "2026-01-31"


ATTEMPTS = [
    attempt("talked", answered_at=NOON, connected_at=NOON + 1),
    attempt("abandoned", answered_at=NOON, message_at=NOON + 2.0),
    attempt("abandoned", answered_at=NOON, message_at=NOON + 2.5),
    attempt("abandoned", answered_at=NOON),
    attempt("hung_up", answered_at=NOON),
    attempt("served", answered_at=NOON, reserved=True),
    attempt("machine", answered_at=NOON, machine="machine"),
    attempt("message_left", answered_at=NOON),
    attempt("no_answer", ringing_at=NOON + 5, ended_at=NOON + 19),
    attempt("no_answer", ringing_at=NOON + 5, ended_at=NOON + 30),
    attempt("no_answer", ended_at=NOON + 14),
    attempt("no_answer"),
    attempt("busy"),
    attempt("withdrawn"),
    attempt(None),
]


def test_what_is_counted() -> None:
    counts = counts_of(ATTEMPTS, US)
    assert (counts.dialled, counts.answered, counts.talked, counts.served) == (14, 6, 1, 1)
    assert (counts.abandoned, counts.messages_in_time, counts.messages_late) == (3, 1, 2)
    assert (counts.machines, counts.hung_up, counts.busy, counts.unknown, counts.reserved) == (2, 1, 1, 1, 1)
    assert (counts.no_answer, counts.rings_too_short) == (4, 2)


def made_chain(count: int) -> list[Link]:
    chain: list[Link] = []
    for number in range(1, count + 1):
        made = sheet(
            campaign(),
            US,
            day(f"2026-06-{number:02}"),
            SheetCounts(answered=100, abandoned=number, talked=90, machines=10),
            [day(f"2026-06-{before:02}", answered=100, abandoned=before, talked=90) for before in range(1, number)],
            zone="America/New_York",
            number=number,
            previous=chain[-1].hash if chain else "",
            made_at=NOON,
        )
        text = text_of(made)
        chain.append(Link(number=number, text=text, previous=made.previous, hash=hash_of(text)))
    return chain


def test_a_sheet() -> None:
    link = made_chain(3)[-1]
    made = read(link.text)
    assert text_of(made) == link.text
    us, ofcom = made.shares
    assert (us.formula, us.share, us.window_abandoned, us.window_counted, us.window_share) == ("us", 0.03, 6, 300, 0.02)
    assert (us.legal, us.kept, ofcom.legal) == (True, True, False)
    assert ofcom.share == pytest.approx(3 / 93)
    assert (made.rules, made.rules_version, made.window_days) == ("us", US.version, 30)


def test_a_chain_that_holds() -> None:
    chain = made_chain(5)
    assert verify(chain) is None
    assert verify([]) is None
    assert verify(chain, last_hash=chain[-1].hash) is None


@given(st.integers(0, 4), st.data())
def test_any_change_breaks_it(place: int, data: st.DataObject) -> None:
    chain = made_chain(5)
    link = chain[place]
    at = data.draw(st.integers(0, len(link.text) - 1))
    character = data.draw(st.characters(min_codepoint=32, max_codepoint=126).filter(lambda c: c != link.text[at]))
    text = link.text[:at] + character + link.text[at + 1 :]
    chain[place] = replace(link, text=text)
    assert verify(chain) == Broken(place + 1, "changed")
    # who hashes it anew as well leaves the next sheet, or the noted hash, without its link
    last = chain[-1].hash if place < 4 else made_chain(5)[-1].hash
    chain[place] = replace(link, text=text, hash=hash_of(text))
    broken = verify(chain, last_hash=last)
    assert broken is not None


def test_gaps_order_and_cuts() -> None:
    chain = made_chain(5)
    assert verify(chain[1:]) == Broken(1, "missing")
    assert verify([*chain[:2], *chain[3:]]) == Broken(3, "missing")
    assert verify([chain[1], chain[0], *chain[2:]]) == Broken(1, "missing")
    assert verify(chain[:4], last_hash=chain[-1].hash) == Broken(5, "cut")
    assert verify([*chain[:2], replace(chain[2], previous="0" * 64)]) == Broken(3, "previous")
    assert verify([Link(number=1, text="{}", previous="", hash=hash_of("{}"))]) == Broken(1, "unreadable")
    other = read(chain[1].text)
    forged = text_of(msgspec.structs.replace(other, previous=""))
    assert verify([chain[0], Link(number=2, text=forged, previous="", hash=hash_of(forged))]) == Broken(2, "previous")
