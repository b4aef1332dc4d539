"""What an agent can take in while a phone rings: the last ten contacts, the open tickets, no more text than fits.

A directory may hand over what it likes (any order, closed tickets, a novel in the notes): this brings it in shape.
"""

from __future__ import annotations

import re

import msgspec

from tandem.cti.model.records import ContactLine, CustomerMatch, TicketLine

CONTACTS = 10
TICKETS = 10
LONGEST_NOTES = 2_000
_URGENCY = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line feed, and those that turn the direction of writing around."""


def digest(customer: CustomerMatch) -> CustomerMatch:
    """The customer with the newest contacts first and open tickets by urgency, then newest first."""
    contacts = sorted(customer.contacts, key=lambda contact: (-contact.at, contact.id))[:CONTACTS]
    tickets = sorted(
        (ticket for ticket in customer.tickets if ticket.state != "closed"),
        key=lambda ticket: (_URGENCY.get(ticket.priority, 4), -ticket.opened_at, ticket.id),
    )[:TICKETS]
    return msgspec.structs.replace(
        customer, contacts=[_readable(contact) for contact in contacts], tickets=[_titled(ticket) for ticket in tickets]
    )


def shorten(text: str, longest: int) -> str:
    """``text`` without control characters, cut at ``longest`` characters with an ellipsis."""
    text = _CONTROL.sub("", text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _readable(contact: ContactLine) -> ContactLine:
    return msgspec.structs.replace(contact, notes=shorten(contact.notes, LONGEST_NOTES))


def _titled(ticket: TicketLine) -> TicketLine:
    return msgspec.structs.replace(ticket, title=shorten(ticket.title, 200))
