"""What a number says by itself: its country, kind, and the time zones that it can be in. Offline data of the library
``phonenumbers``, looked up per number and remembered.

A mobile number of a large country can be in several zones: then calls are allowed only while it is allowed in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, timezone

from tandem.cti.model.timezones import known_timezone

_KINDS = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "fixed",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.TOLL_FREE: "toll_free",
}
_YEARS = range(2025, 2028)
"""Zones whose clocks show the same in these years are one."""


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """``zone``: IANA name, several with ``|`` between them; '' unknown. ``country``: ISO 3166; '' for a number of none
    (satellite, universal). ``kind``: ``mobile``, ``fixed``, ``premium``, ``shared_cost``, ``toll_free``, ``other``; ''
    for fixed or mobile. Not ``valid``: in no numbering plan."""

    zone: str = ""
    country: str = ""
    kind: str = ""
    valid: bool = False


@lru_cache(maxsize=32_768)
def facts_of(number: str) -> NumberFacts:
    """Of an E.164 number; anything else is not valid."""
    if len(number) > 16 or not number.startswith("+") or not (number[1:].isascii() and number[1:].isdigit()):
        return NumberFacts()
    try:
        return facts_of_parsed(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return NumberFacts()


def facts_of_parsed(number: PhoneNumber) -> NumberFacts:
    """The same for who has parsed it already (an import)."""
    region = phonenumbers.region_code_for_number(number)
    kind = phonenumbers.number_type(number)
    if region is None or kind == PhoneNumberType.UNKNOWN:
        return NumberFacts()
    zones = timezone.time_zones_for_number(number)
    return NumberFacts(
        zone=_distinct(tuple(zones)),
        country=region if len(region) == 2 else "",
        kind=_KINDS.get(kind, "other"),
        valid=True,
    )


@lru_cache(maxsize=4_096)
def _distinct(zones: tuple[str, ...]) -> str:
    """One name of each clock."""
    clocks: dict[tuple[timedelta | None, ...], str] = {}
    for zone in sorted(zones, key=_rank):
        if known_timezone(zone):
            clocks.setdefault(_clock(zone), zone)
    return "|".join(sorted(clocks.values()))


def _rank(zone: str) -> tuple[bool, str]:
    """Of several names of one clock the one that people know."""
    return zone in ("Europe/Guernsey", "Europe/Isle_of_Man", "Europe/Jersey"), zone


@lru_cache(maxsize=1_024)
def _clock(zone: str) -> tuple[timedelta | None, ...]:
    """The offset at the beginning and in the middle of every day: equal for zones with one clock."""
    zone_info = ZoneInfo(zone)
    first = datetime(_YEARS[0], 1, 1, tzinfo=UTC)
    days = (datetime(_YEARS[-1], 12, 31, tzinfo=UTC) - first).days
    return tuple((first + timedelta(hours=12 * half)).astimezone(zone_info).utcoffset() for half in range(2 * days))
