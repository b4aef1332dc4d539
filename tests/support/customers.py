"""Customers with believable defaults."""

from __future__ import annotations

from typing import Any

from tandem.cti.model.records import CustomerMatch

NUMBER = "+8613888001201"


def customer(customer_id: str, **fields: Any) -> CustomerMatch:
    given: dict[str, Any] = {
        "name": customer_id,
        "company": "",
        "tier": "standard",
        "language": "zh",
        "numbers": [NUMBER],
        "email": "",
        "city": "",
        "since": 0.0,
        "note": "",
        "why": "",
        "contacts": [],
        "tickets": [],
    }
    return CustomerMatch(id=customer_id, **{**given, **fields})  # type: ignore[arg-type]
