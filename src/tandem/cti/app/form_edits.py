"""Edits of a form: plain JSON, changed at one place. Pure; the given value stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tandem.cti.model.errors import BadRequest

APPEND = "-"


def edited(form: Any, path: Sequence[str], value: Any) -> Any:
    """``form`` with ``value`` at ``path``; None takes away what is there. Parents that are missing are made (mappings).

    A list's entry is named by its index, ``-`` appends. Raises BadRequest for a path that leads nowhere.
    """
    if not path:
        return value
    key, rest = path[0], path[1:]
    if isinstance(form, list):
        return _edited_list(form, key, rest, value)
    if not isinstance(form, dict):
        raise BadRequest(f"there is nothing below {key}: a plain value stands there")
    new = dict(form)
    if value is None and not rest:
        new.pop(key, None)
    else:
        new[key] = edited(form.get(key, {}) if rest else None, rest, value)
    return new


def _edited_list(items: list[Any], key: str, rest: Sequence[str], value: Any) -> list[Any]:
    if key == APPEND:
        return [*items, edited({}, rest, value)]
    if not key.isascii() or not key.isdigit() or len(key) > 6 or int(key) >= len(items):
        raise BadRequest(f"there is no entry {key[:40]} in a list of {len(items)}")
    at = int(key)
    if value is None and not rest:
        return [*items[:at], *items[at + 1 :]]
    return [*items[:at], edited(items[at], rest, value), *items[at + 1 :]]
