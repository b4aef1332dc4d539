"""What a campaign may name, and the rule books in words."""

from __future__ import annotations

from tests.support.campaign_ground import Desk

from tandem.routing.core.dialer.jurisdictions import RULE_BOOK


async def test_a_form_learns_what_its_fields_may_name() -> None:
    choices = await Desk().desk.choices()
    assert {queue.id for queue in choices.queues} == {"service", "loans", "support", "operator"}
    assert [(flow.id, flow.name) for flow in choices.flows] == [("main", {"zh": "main", "en": "main"})]
    assert [code.id for code in choices.dispositions] == ["done"]
    assert {rules.id for rules in choices.rules} == set(RULE_BOOK)
    assert choices.defaults.attempts.retries["busy"].times == 3


def test_the_hours_of_a_rule_book_are_said_in_as_few_lines_as_possible() -> None:
    books = {book.id: book for book in Desk().desk.jurisdictions().jurisdictions}
    assert books["us"].hours == [{"zh": "周一-周日 08:00-21:00", "en": "Mon-Sun 08:00-21:00"}]
    assert [line["en"] for line in books["uk"].hours] == ["Mon-Fri 08:00-21:00", "Sat-Sun 09:00-21:00"]
    assert [line["en"] for line in books["cn"].quiet] == ["Mon-Sun 12:00-13:30"]
    assert (books["us"].quiet, books["cn"].consent_needed) == ([], True)
    assert all(set(book.name) == {"zh", "en"} for book in books.values())
