"""Which of the customers with a number is most likely the caller, and why.

A customer who has the very number goes before one whose number only ends alike (a CRM may hold a number without its
country or area). Among equals: VIP before gold before standard, then who was in contact last, then who has been a
customer longest. Customers of equal tails are offered only when nobody has the very number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from tandem.cti.model.records import CustomerMatch

SHORTEST_TAIL = 8
MOST = 10
_TIERS = {"vip": 0, "gold": 1, "standard": 2}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer, not yet ranked. ``last_contact_at``: seconds since the epoch, None when there was none."""

    customer: CustomerMatch
    last_contact_at: float | None


def rank(number: str, candidates: Iterable[Candidate]) -> list[CustomerMatch]:
    """Those who match ``number`` (a key of ``numbers``), best first, at most ``MOST``, each with its ``why``."""
    matching = [(tail, found) for found in candidates if (tail := best_tail(number, found.customer.numbers))]
    exact = [pair for pair in matching if pair[0] == len(number)]
    ranked = sorted(exact or matching, key=lambda pair: _order(*pair))
    return [
        msgspec.structs.replace(found.customer, why=_why(number, tail, found, ranked)) for tail, found in ranked[:MOST]
    ]


def best_tail(number: str, numbers: Sequence[str]) -> int:
    """How well the best of ``numbers`` fits: ``len(number)`` when equal, else the common last digits, or 0."""
    if number in numbers:
        return len(number)
    tail = max((_common_tail(number, other) for other in numbers), default=0)
    return min(tail, len(number) - 1) if tail >= SHORTEST_TAIL else 0


def _common_tail(one: str, other: str) -> int:
    length = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b or a == "+":
            break
        length += 1
    return length


def _order(tail: int, found: Candidate) -> tuple[float, ...] | tuple[float | str, ...]:
    customer = found.customer
    return (-tail, _TIERS.get(customer.tier, 3), -(found.last_contact_at or 0.0), customer.since, customer.id)


def _why(number: str, tail: int, found: Candidate, ranked: Sequence[tuple[int, Candidate]]) -> str:
    """Words of a fixed vocabulary, joined by ``; ``, so that a page can translate them."""
    words = ["exact number" if tail == len(number) else f"same last {tail} digits"]
    if len(ranked) > 1:
        if found.customer.tier in ("vip", "gold"):
            words.append(found.customer.tier)
        latest = max((other.last_contact_at or 0.0 for _, other in ranked), default=0.0)
        if found.last_contact_at and found.last_contact_at == latest:
            words.append("latest contact")
    return "; ".join(words)
