"""The promise on abandoned calls, by both formulas, and the sheets that show it."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.routing.dialer.people import NOON, attempt, campaign, day

from tandem.cti.model.campaigns import MachineDetection
from tandem.cti.model.detections import Heard
from tandem.routing.core.dialer.compliance import (
    Broken,
    Link,
    Sheet,
    SheetCounts,
    SheetMistaken,
    SheetShare,
    counts_of,
    hash_of,
    read,
    sheet,
    text_of,
    verify,
)
from tandem.routing.core.dialer.jurisdictions import RULE_BOOK, Jurisdiction
from tandem.routing.core.dialer.promise import Tally, answers_owed, first_day, limit_of, share, tally_of

US, UK = RULE_BOOK["us"], RULE_BOOK["uk"]


def test_the_formulas() -> None:
    tally = Tally(answered=1_000, abandoned=30, talked=920, mistaken=10.0)
    assert share(tally, "us") == 0.03
    assert share(tally, "ofcom") == pytest.approx(40 / 960)
    assert share(Tally(), "us") is None
    assert share(Tally(), "ofcom") is None
    mistaken = tally_of(day("2026-06-15", answered=5, machines=200), mistaken_share=0.02)
    assert mistaken.mistaken == 4.0


def test_the_stricter_limit_and_the_first_day() -> None:
    assert limit_of(0.05, US) == 0.03
    assert limit_of(0.02, US) == 0.02
    assert first_day("2026-03-01", 30) == "2026-01-31"
    assert first_day("2026-03-01", 1) == "2026-03-01"


ATTEMPTS = [
    attempt("talked", answered_at=NOON, connected_at=NOON + 1),
    attempt("abandoned", answered_at=NOON, message_at=NOON + 2.0),
    attempt("abandoned", answered_at=NOON, message_at=NOON + 2.5),
    attempt("abandoned", answered_at=NOON),
    attempt("abandoned", answered_at=NOON, person_at=NOON + 1.4, message_at=NOON + 3.3),
    attempt("abandoned", answered_at=NOON, person_at=NOON + 0.2, message_at=NOON + 2.3),
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


@pytest.mark.parametrize(
    ("answered", "abandoned", "limit", "owed"),
    [(0, 0, 0.03, 0), (100, 3, 0.03, 0), (99, 3, 0.03, 1), (24, 1, 0.03, 10), (10, 2, 0.03, 57), (5, 1, 0.0, 995)],
)
def test_how_many_answers_a_day_is_short_of(answered: int, abandoned: int, limit: float, owed: int) -> None:
    assert answers_owed(answered, abandoned, limit) == owed


@given(st.integers(0, 2_000), st.integers(0, 50), st.sampled_from((0.01, 0.02, 0.03, 0.05)))
def test_with_so_many_answers_more_the_promise_is_kept_and_not_with_one_less(
    answered: int, abandoned: int, limit: float
) -> None:
    answered = max(answered, abandoned)
    owed = answers_owed(answered, abandoned, limit)
    assert abandoned <= limit * (answered + owed) + 1e-6
    if owed:
        assert abandoned > limit * (answered + owed - 1) - 1e-6


def test_what_is_counted() -> None:
    counts = counts_of(ATTEMPTS, US)
    assert (counts.dialled, counts.answered, counts.talked, counts.served) == (16, 8, 1, 1)
    assert (counts.abandoned, counts.messages_in_time, counts.messages_late) == (5, 2, 3)
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
        chain.append(Link(number=number, day=made.day, text=text, previous=made.previous, hash=hash_of(text)))
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


def test_the_window_ends_with_the_day_and_is_counted_in_days() -> None:
    days = [day(f"2026-05-{n:02}", answered=100, abandoned=2, talked=98) for n in range(1, 32)]
    later = day("2026-06-02", answered=1_000, abandoned=1_000)
    counts = SheetCounts(answered=50, abandoned=3, talked=46, served=1, hung_up=0)

    def shares(rules: Jurisdiction, limit: float) -> SheetShare:
        document = campaign(abandon_limit=limit)
        made = sheet(
            document, rules, day("2026-06-01"), counts, [*days, later], zone="UTC", number=1, previous="", made_at=NOON
        )
        return next(each for each in made.shares if each.legal)

    us = shares(US, 0.05)
    assert (us.share, us.window_abandoned, us.window_counted) == (0.06, 61, 2_950)  # 29 days and this one
    assert (us.limit, us.kept) == (0.03, True)
    uk = shares(UK, 0.02)
    assert (uk.formula, uk.limit, uk.kept, uk.window_counted) == ("ofcom", 0.02, False, 50)
    empty = sheet(campaign(), US, day("2026-06-01"), SheetCounts(), [], zone="", number=1, previous="", made_at=NOON)
    assert (empty.shares[0].share, empty.shares[0].kept) == (None, True)


def test_persons_taken_for_machines_are_estimated() -> None:
    def ofcom(detection: MachineDetection) -> float | None:
        counts = SheetCounts(answered=100, abandoned=2, talked=88, machines=200)
        made = sheet(
            campaign(machine_detection=detection),
            UK,
            day("2026-06-01"),
            counts,
            [],
            zone="UTC",
            number=1,
            previous="",
            made_at=NOON,
        )
        return next(each.share for each in made.shares if each.formula == "ofcom")

    assert ofcom(MachineDetection(use=True, mistaken_share=0.05)) == pytest.approx(12 / 100)
    assert ofcom(MachineDetection(use=True)) == pytest.approx(2 / 90)
    assert ofcom(MachineDetection(use=False, mistaken_share=0.05)) == pytest.approx(2 / 90)


def heard(connected: int, marked: int, calls: int = 1_000) -> list[Heard]:
    human = Heard(said="human", kind="HUMAN", threshold=800, calls=500, connected=500, marked=20)
    machine = Heard(
        said="machine", kind="LONGGREETING", threshold=1500, calls=calls, connected=connected, marked=marked
    )
    return [human, machine]


def sheet_of(detection: MachineDetection, of: list[Heard], *, machines_heard: int = 0) -> Sheet:
    counts = SheetCounts(answered=100, abandoned=2, talked=88, machines=200, machines_heard=machines_heard)
    days = [day("2026-05-31", answered=100, abandoned=2, talked=88, machines=200)]
    return sheet(
        campaign(machine_detection=detection), UK, day("2026-06-01"), counts, days, zone="UTC", number=1, previous="",
        made_at=NOON, heard=of,
    )  # fmt: skip


def test_what_agents_heard_goes_before_what_was_entered() -> None:
    entered = MachineDetection(use=True, mistaken_share=0.05)
    measured = sheet_of(entered, heard(connected=100, marked=90), machines_heard=20)
    assert measured.mistaken is not None
    assert (measured.mistaken.source, measured.mistaken.share) == ("measured", 0.1)
    assert (measured.mistaken.heard, measured.mistaken.persons) == (100, 10)
    assert measured.mistaken.low < 0.1 < measured.mistaken.high
    ofcom = next(each for each in measured.shares if each.formula == "ofcom")
    assert ofcom.abandoned == pytest.approx(2 + 180 * 0.1), "whom an agent heard, nobody has hung up on"
    assert sheet_of(entered, heard(connected=0, marked=0)).mistaken == SheetMistaken(source="entered", share=0.05)


def test_a_few_that_were_heard_count_only_where_nothing_was_entered() -> None:
    few = heard(connected=10, marked=8)
    assert sheet_of(MachineDetection(use=True, mistaken_share=0.05), few).mistaken == SheetMistaken(
        source="entered", share=0.05
    )
    alone = sheet_of(MachineDetection(use=True), few).mistaken
    assert alone is not None
    assert (alone.source, alone.share) == ("measured", 0.2)
    for detection in (MachineDetection(use=False, mistaken_share=0.05), MachineDetection(use=True)):
        assert sheet_of(detection, []).mistaken == SheetMistaken(source="none")
    assert sheet_of(MachineDetection(use=False), heard(connected=100, marked=50)).mistaken == SheetMistaken(
        source="none"
    )


def test_where_every_machine_goes_to_an_agent_nobody_is_hung_up_on() -> None:
    made = sheet_of(MachineDetection(use=True), heard(connected=1_000, marked=900), machines_heard=200)
    us = sheet(
        campaign(machine_detection=MachineDetection(use=True)), US, day("2026-06-01"), made.counts,
        [day("2026-05-31", answered=100, abandoned=2, talked=88, machines=200)], zone="UTC", number=1, previous="",
        made_at=NOON, heard=heard(connected=1_000, marked=900),
    )  # fmt: skip
    ofcom = next(each for each in us.shares if each.formula == "ofcom")
    assert (ofcom.abandoned, ofcom.window_abandoned) == (2.0, 4.0)


def test_sheets_from_before_the_source_was_noted_still_verify() -> None:
    chain = made_chain(1)
    fields = msgspec.json.decode(chain[0].text)
    del fields["mistaken"]
    del fields["counts"]["machines_heard"]
    old = msgspec.json.encode(fields, order="sorted").decode()
    first = Link(number=1, day=fields["day"], text=old, previous="", hash=hash_of(old))
    made = sheet(
        campaign(), US, day("2026-06-02"), SheetCounts(), [], zone="UTC", number=2, previous=first.hash, made_at=NOON
    )
    second = Link(number=2, day=made.day, text=text_of(made), previous=first.hash, hash=hash_of(text_of(made)))
    assert verify([first, second]) is None
    assert read(old).mistaken is None
    assert read(second.text).mistaken == SheetMistaken(source="none")


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
    assert verify([Link(number=1, day="", text="{}", previous="", hash=hash_of("{}"))]) == Broken(1, "unreadable")
    assert verify([chain[0], replace(chain[1], day="2020-01-01")]) == Broken(2, "changed"), "under another day"
    other = read(chain[1].text)
    forged = text_of(msgspec.structs.replace(other, previous=""))
    for previous in ("", chain[0].hash):
        link = Link(number=2, day=other.day, text=forged, previous=previous, hash=hash_of(forged))
        assert verify([chain[0], link]) == Broken(2, "previous")
