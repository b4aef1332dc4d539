"""The time zones of a lead as one text, so that leads which may be called at the same hours are kept together.

``A|B``: both must be open (a number's zone and the address's, or a number in either of two zones). ``A;B``: one of them
is enough (two numbers in different zones). '' stands for a zone that is not known.
"""

from __future__ import annotations

from collections.abc import Iterable


def zones_key(address: str, numbers: Iterable[str]) -> str:
    """``address``: a zone or ''. ``numbers``: of each number its zone, ``A|B`` when it may be in either, or ''."""
    ways = {_both(address, zone) for zone in numbers} or {_both(address, "")}
    return ";".join(sorted(ways))


def ways_of(key: str) -> tuple[tuple[str, ...], ...]:
    """The alternatives; of each all zones must be open. ``('',)``: nothing is known of it."""
    return tuple(tuple(way.split("|")) for way in key.split(";"))


def _both(address: str, number: str) -> str:
    return "|".join(sorted({zone for zone in (address, *number.split("|")) if zone}))
