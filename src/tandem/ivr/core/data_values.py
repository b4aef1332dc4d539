"""What came from outside, as the types that a step declares (``as:``). Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from tandem.ivr.core.values import MAX_INTEGER, MAX_TEXT, Value

_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,12})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_YES, _NO = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)", re.ASCII)
_CENT = Decimal("0.01")


def convert(raw: Any, kind: str) -> Value | None:
    """``raw`` (of JSON, with decimals as texts; or a column's text) as ``kind``; None when it is none.

    ``text``: without control characters, clipped to MAX_TEXT. ``number``: a whole number up to MAX_INTEGER, else its
    decimal text. ``money``: decimal text with two places. ``flag``. ``date``: ``YYYY-MM-DD`` (of a time: its date as it
    is written, whatever its zone).
    """
    return _KINDS[kind](raw)


def _text(raw: Any) -> str | None:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        return str(raw) if abs(raw) < 10**MAX_TEXT else None
    return clean(raw) if isinstance(raw, str) else None


def clean(text: str) -> str:
    """One line without control and format characters and halves of surrogate pairs, clipped to MAX_TEXT."""
    spaced = (" " if letter.isspace() else letter for letter in text[: 4 * MAX_TEXT])
    kept = "".join(letter for letter in spaced if unicodedata.category(letter)[0] != "C")
    return " ".join(kept.split())[:MAX_TEXT].strip()


def _number(raw: Any) -> int | str | None:
    value = _decimal(raw)
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else _plain(value)


def _money(raw: Any) -> str | None:
    value = _decimal(raw)
    return None if value is None else _plain(value.quantize(_CENT))


def _decimal(raw: Any) -> Decimal | None:
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        return None
    if isinstance(raw, int) and abs(raw) > MAX_INTEGER:
        return None
    text = str(raw).strip()
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text)
    return value if abs(value) <= MAX_INTEGER else None


def _plain(value: Decimal) -> str:
    return f"{value:f}"


def _flag(raw: Any) -> bool | None:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int):
        raw = str(raw) if raw in (0, 1) else ""
    word = raw.strip().lower() if isinstance(raw, str) else ""
    return True if word in _YES else False if word in _NO else None


def _date(raw: Any) -> str | None:
    if not isinstance(raw, str):
        return None
    text = raw.strip()[:40]
    try:
        found = _DATE.fullmatch(text)
        if found:
            return date(*map(int, found.groups())).isoformat()
        return datetime.fromisoformat(text).date().isoformat()
    except ValueError:
        return None


_KINDS: Mapping[str, Callable[[Any], Value | None]] = MappingProxyType(
    {"text": _text, "number": _number, "money": _money, "flag": _flag, "date": _date}
)
KINDS = tuple(_KINDS)
