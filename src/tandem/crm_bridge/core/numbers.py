"""Telephone numbers as callers and people write them, brought to one form. Nothing here ever raises.

E.164 (``+8613800138000``) for what the world can dial; the bare digits for short codes and local numbers (``95533``,
``10086``), which mean something only inside their country; '' for what is withheld or unusable.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

_LONGEST_TEXT = 80
_SHORTEST, _LONGEST_LOCAL = 3, 8
_PREFIX = re.compile(r"^(?:tel|sips?):", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\-./()\[\]–—‐‑−·]+")
_PLAIN = re.compile(r"\+?[0-9]+")
_WITHHELD = frozenset({"anonymous", "unknown", "private", "restricted", "unavailable", "withheld"})


class NumberKind(StrEnum):
    E164 = "e164"
    SHORT = "short"
    """A short code or a local number: meant as dialled, valid only in its own country or area."""
    WITHHELD = "withheld"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    kind: NumberKind
    key: str
    """What is looked up and kept: E.164, the digits of a short number, or ''."""


_NOBODY = PhoneNumber(NumberKind.WITHHELD, "")
_USELESS = PhoneNumber(NumberKind.UNUSABLE, "")


def normalise(text: str, region: str) -> str:
    """The number's key (E.164, short digits) or ''. ``region``: ISO 3166 country where it was dialled (``CN``)."""
    return parse(text, region).key


def parse(text: str, region: str) -> PhoneNumber:
    """What ``text`` is, read as somebody in ``region`` would dial it."""
    if len(text) > _LONGEST_TEXT:
        return _USELESS
    text = unicodedata.normalize("NFKC", text).strip()
    text = _PREFIX.sub("", text).partition("@")[0].partition(";")[0]
    if not text or text.lower() in _WITHHELD:
        return _NOBODY
    text = _SEPARATORS.sub("", text)
    if not _PLAIN.fullmatch(text):
        return _USELESS
    digits = text.lstrip("+")
    if text == digits and _SHORTEST <= len(digits) <= _LONGEST_LOCAL and not digits.startswith("00"):
        # Before phonenumbers: to it 95533 is a subscriber of some city.
        return PhoneNumber(NumberKind.SHORT, digits)
    # Carriers hand over 8613800138000 without the plus. A number of the numbering plan beats one of the right length,
    # but not for North America: without its plus 1 401 200 0000 cannot be told from a Chinese mobile number.
    home, abroad = _read(text, region), _read("+" + digits, None)
    if home is not None and phonenumbers.is_possible_number(home) and abroad is not None and abroad.country_code == 1:
        abroad = None
    readings = [number for number in (home, abroad) if number is not None]
    for accepts in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for number in readings:
            if accepts(number):
                return PhoneNumber(
                    NumberKind.E164, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                )
    return _USELESS


def _read(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
