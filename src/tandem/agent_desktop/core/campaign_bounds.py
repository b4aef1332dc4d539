"""How large the parts of a campaign's document may be. Whether it makes sense is decided elsewhere."""

from __future__ import annotations

import math
import re
from typing import Any

import msgspec

from tandem.cti.model.campaigns import Campaign
from tandem.cti.model.errors import BadRequest

LONGEST_TEXT = 20_000
MOST_ENTRIES = 1_000
_LARGEST = 1e12
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ID = re.compile(r"[A-Za-z0-9._-]{0,64}")


def within_bounds(document: Campaign) -> Campaign:
    """The same document. Raises BadRequest: a text with control characters or too long, a list too long, a number that
    is none, an id that is not one of ours."""
    if not _ID.fullmatch(document.id):
        raise BadRequest.because("bad_id")
    _look(msgspec.to_builtins(document), "")
    return document


def _look(value: Any, path: str) -> None:
    match value:
        case str():
            if len(value) > LONGEST_TEXT:
                raise BadRequest.because("text_too_long", field=path[:200], most=LONGEST_TEXT)
            if _CONTROL.search(value):
                raise BadRequest.because("control_characters", field=path[:200])
        case bool() | None:
            pass
        case int() | float():
            if not math.isfinite(value) or abs(value) > _LARGEST:
                raise BadRequest.because("number_not_meant", field=path[:200])
        case dict():
            _few(value, path)
            for key, inner in value.items():
                _look(str(key), path)
                _look(inner, f"{path}.{key}".lstrip("."))
        case list() | tuple():
            _few(value, path)
            for index, inner in enumerate(value):
                _look(inner, f"{path}.{index}")


def _few(value: dict[Any, Any] | list[Any] | tuple[Any, ...], path: str) -> None:
    if len(value) > MOST_ENTRIES:
        raise BadRequest.because("too_many_entries", field=path[:200], most=MOST_ENTRIES)
