"""Leads as lines of PostgreSQL's COPY (text format), and cells that no spreadsheet takes for a formula."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tandem.cti.app.lists.prepare import Prepared

_ESCAPES = str.maketrans({"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_json = msgspec.json.Encoder()


def lead_line(lead: Prepared) -> str:
    """Columns as in ``lead_import.STAGED``."""
    numbers = lead.numbers
    cells = (
        str(lead.position),
        _text(lead.person),
        _text(lead.name),
        _text(lead.language),
        lead.zone,
        lead.zones,
        _text(_json.encode(lead.fields).decode()),
        str(lead.priority),
        _number(lead.callback_at),
        _text(lead.callback_agent),
        _text(lead.callback_note),
        "\\N" if lead.consent is None else "t" if lead.consent else "f",
        _text(lead.customer),
        _text(lead.segment),
        _number(lead.until),
        _array(number.number for number in numbers),
        _array(number.kind for number in numbers),
        _array(number.zone for number in numbers),
        _array(number.country for number in numbers),
    )
    return "\t".join(cells) + "\n"


def _text(text: str) -> str:
    return text.translate(_ESCAPES)


def _number(value: float | None) -> str:
    return "\\N" if value is None else repr(value)


def _array(words: Iterable[str]) -> str:
    return "{" + ",".join(f'"{word}"' for word in words) + "}"
