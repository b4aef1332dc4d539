"""Who is most likely the caller, and what the agent can take in."""

from __future__ import annotations

import pytest
from tests.support.customers import NUMBER, customer

from tandem.crm_bridge.core.digest import CONTACTS, LONGEST_NOTES, digest, shorten
from tandem.crm_bridge.core.match import MOST, Candidate, best_tail, rank
from tandem.cti.model.records import ContactLine, CustomerMatch, TicketLine


def contact(contact_id: str, at: float, notes: str = "") -> ContactLine:
    return ContactLine(
        id=contact_id,  # type: ignore[arg-type]
        at=at,
        channel="voice",
        direction="inbound",
        agent_name="",
        queue="",
        outcome="answered",
        disposition="",
        notes=notes,
        duration_s=0.0,
    )


def ticket(ticket_id: str, state: str, priority: str, opened_at: float) -> TicketLine:
    return TicketLine(id=ticket_id, title=ticket_id, state=state, priority=priority, opened_at=opened_at)


def ranked(*candidates: tuple[CustomerMatch, float | None]) -> list[tuple[str, str]]:
    found = rank(NUMBER, [Candidate(person, at) for person, at in candidates])
    return [(match.id, match.why) for match in found]


def test_the_only_one() -> None:
    assert ranked((customer("a", tier="vip"), 5.0)) == [("a", "exact number")]


def test_tier_then_recency_then_age_then_id() -> None:
    assert ranked(
        (customer("d", since=9.0), 1.0),
        (customer("c", since=3.0), 1.0),
        (customer("never"), None),
        (customer("b"), 2.0),
        (customer("gold", tier="gold"), 1.0),
        (customer("vip", tier="vip"), None),
        (customer("odd", tier="?"), 9.0),
        (customer("cc", since=3.0), 1.0),
    ) == [
        ("vip", "exact number; vip"),
        ("gold", "exact number; gold"),
        ("b", "exact number"),
        ("c", "exact number"),
        ("cc", "exact number"),
        ("d", "exact number"),
        ("never", "exact number"),
        ("odd", "exact number; latest contact"),
    ]


def test_a_tail_counts_only_when_nobody_has_the_number() -> None:
    tail = customer("tail", tier="vip", numbers=["013888001201"])
    assert ranked((tail, 9.0), (customer("exact"), None)) == [("exact", "exact number")]
    assert ranked((tail, 9.0)) == [("tail", "same last 11 digits")]
    assert ranked((customer("none", numbers=["+8613888001202", "8001201"]), 9.0)) == []


@pytest.mark.parametrize(
    ("number", "other", "tail"),
    [
        ("+8613888001201", "+8613888001201", 14),
        ("+8613888001201", "13888001201", 11),
        ("13888001201", "+8613888001201", 10),
        ("95533", "+862195533", 0),
        ("95533", "95533", 5),
        ("+8613888001201", "", 0),
    ],
)
def test_tails(number: str, other: str, tail: int) -> None:
    assert best_tail(number, [other]) == tail


def test_a_switchboard_of_many() -> None:
    many = [(customer(f"c{number:02}"), None) for number in range(30)]
    assert len(ranked(*many)) == MOST


def test_the_last_ten_contacts_newest_first() -> None:
    short = digest(customer("a", contacts=[contact(f"k{at:02}", at) for at in (3, 1, *range(4, 20), 2)]))
    assert [line.at for line in short.contacts] == list(range(19, 9, -1))
    assert len(short.contacts) == CONTACTS


def test_open_tickets_by_urgency() -> None:
    tickets = [
        ticket("old", "open", "high", 1.0),
        ticket("done", "closed", "urgent", 9.0),
        ticket("odd", "open", "?", 9.0),
        ticket("new", "pending", "high", 2.0),
        ticket("now", "open", "urgent", 0.0),
    ]
    assert [line.id for line in digest(customer("a", tickets=tickets)).tickets] == ["now", "new", "old", "odd"]


def test_no_more_text_than_fits() -> None:
    [line] = digest(customer("a", contacts=[contact("k", 1.0, "王" * 5_000)])).contacts
    assert len(line.notes) == LONGEST_NOTES
    assert line.notes.endswith("王…")
    assert shorten("a\0b\x1b[31m\u202ec\td\n", 100) == "ab[31mc\td\n"
