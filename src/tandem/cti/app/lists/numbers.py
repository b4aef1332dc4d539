"""Telephone numbers of lists: as people, spreadsheets and CRMs write them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumberFormat

from tandem.routing.core.dialer.zones import facts_of_parsed

_LONGEST = 40
_PREFIX = re.compile(r"^(?:tel|sips?|callto):", re.IGNORECASE)
_SEPARATING = re.compile(r"[\s\-./()\[\]–—‐‑−·'`\u200b-\u200f\u202a-\u202e\ufeff]+")
_PLAIN = re.compile(r"\+?[0-9]+")
_ROUNDED = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)
_TAIL_OF_FLOAT = re.compile(r"(?<=[0-9]{5})\.0+$")
SEVERAL = re.compile(r"[;；，,、\n]+|\s+/\s+")
"""What stands between numbers of one cell."""


@dataclass(frozen=True, slots=True)
class ListNumber:
    """``number``: E.164, '' when there is none; then ``problem`` says why (``texts.REASONS``). See ``zones``."""

    number: str
    zone: str = ""
    country: str = ""
    kind: str = ""
    problem: str = ""


def read_number(text: str, region: str) -> ListNumber:
    """``region``: ISO 3166 country where somebody would dial it like this."""
    if len(text) > _LONGEST:
        return ListNumber("", problem="number")
    text = _TAIL_OF_FLOAT.sub("", unicodedata.normalize("NFKC", text).strip())
    if _ROUNDED.fullmatch(text):
        return ListNumber("", problem="number_rounded")
    text = _SEPARATING.sub("", _PREFIX.sub("", text))
    if not _PLAIN.fullmatch(text) or not 5 <= len(text) <= 20:
        return ListNumber("", problem="number")
    found = _facts(text, region)
    # Without its plus: 8613800138000. Not for North America: 1 401 200 0000 is as well a Chinese mobile number.
    if found is None and not text.startswith(("+", "1")):
        found = _facts("+" + text.removeprefix("00"), None)
    if found is None:
        return ListNumber("", problem="number")
    return found if found.kind != "premium" else ListNumber("", problem="premium")


def _facts(text: str, region: str | None) -> ListNumber | None:
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    facts = facts_of_parsed(parsed)
    if not facts.valid:
        return None
    number = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    return ListNumber(number, facts.zone, facts.country, facts.kind)
