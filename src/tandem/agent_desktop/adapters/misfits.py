"""What was sent has not the shape that it should have: msgspec's sentence, taken apart into a reason and values.

msgspec 0.21 says what it missed and where (``Expected `int` <= 200 - at `$.limit` ``), in English, and the one bound
that was overstepped. The shape itself knows the other bound, and what could have been chosen. A sentence that is not
known here stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import inspect

from tandem.cti.model.errors import BadRequest

MISFITS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for text of the wrong shape, that is not UTF-8, or is nested too deeply."""

WHOLE = "$"
"""The field that is the whole of what was sent."""
_LONGEST = 80
"""Letters of what was sent that are said back."""
_COUNTABLE = 10**9
"""From there on a bound is a limit of the machine; nobody means it."""
_MOST_CHOICES = 12

_WHERE = re.compile(r" - at (?:`key` in )?`(?P<path>[^`]*)`$")
_MISSING = re.compile(r"Object missing required field `(.*)`")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_TYPE = re.compile(r"Expected `([a-z |]+)`, got `([a-z]+)`")
_BOUND = re.compile(r"Expected `(?:int|float)` (<|<=|>|>=) (\S+)")
_LENGTH = re.compile(r"Expected `(str|array|object)` of length (<=|>=) (\d+)")
_PATTERN = re.compile(r"Expected `str` matching regex .*", re.DOTALL)
_VALUE = re.compile(r"Invalid (?:enum )?value (.*)", re.DOTALL)
_RANGE = re.compile(r"(?:Number|Integer value) out of range")
_BROKEN = re.compile(r"JSON is malformed: .* \(byte (\d+)\)", re.DOTALL)
_STEP = re.compile(r"\.(?P<field>[^.\[\]]+)|\[(?:\d+|\.\.\.)\]")


def misfit(error: Exception, shape: Any = None, *, described_at: str) -> BadRequest:
    """``shape``: the type that it should have been, when there is one; ``described_at``: where that can be read."""
    whole = str(error)
    found = _WHERE.search(whole)
    text, path = (whole, WHOLE) if found is None else (whole[: found.start()], found["path"])
    refusal = _broken(error, text) or _ill_shaped(text, path, shape)
    if refusal is None:
        return BadRequest(f"That does not fit: {whole}. The shape is described at {described_at}.")
    refusal.args = (f"That does not fit: {refusal}. The shape is described at {described_at}.",)
    return refusal


def _broken(error: Exception, text: str) -> BadRequest | None:
    """It is no JSON at all."""
    if isinstance(error, RecursionError):
        return BadRequest.because("json_deep")
    if isinstance(error, UnicodeDecodeError):
        return BadRequest.because("json_utf8")
    if text == "Input data was truncated":
        return BadRequest.because("json_cut")
    if found := _BROKEN.fullmatch(text):
        return BadRequest.because("json_broken", byte=int(found[1]))
    return None


def _ill_shaped(text: str, path: str, shape: Any) -> BadRequest | None:
    field = _said(path.removeprefix("$."))
    if found := _MISSING.fullmatch(text):
        return BadRequest.because("shape_missing", field=_below(path, found[1]))
    if found := _UNKNOWN.fullmatch(text):
        return BadRequest.because("shape_unknown", field=_below(path, found[1]))
    if found := _TYPE.fullmatch(text):
        return BadRequest.because("shape_type", field=field, expected=found[1], got=found[2])
    if found := _BOUND.fullmatch(text):
        return _out_of_bounds(field, found[1], found[2], _numbers(path, shape))
    if found := _LENGTH.fullmatch(text):
        return _ill_sized(field, found[1], found[2], int(found[3]))
    if _PATTERN.fullmatch(text):
        return _ill_written(field, text)
    if _RANGE.fullmatch(text):
        return BadRequest.because("number_not_meant", field=field)
    if found := _VALUE.fullmatch(text):
        choices = sorted({str(value) for node in _nodes(path, shape) for value in _choices(node)})
        if 0 < len(choices) <= _MOST_CHOICES:
            return BadRequest.because("shape_choice", field=field, choices=", ".join(choices))
        return BadRequest.because("shape_value", field=field, given=_said(found[1]))
    return None


def _out_of_bounds(field: str, sign: str, bound: str, known: inspect.IntType | inspect.FloatType | None) -> BadRequest:
    if known is not None and known.ge is not None and known.le is not None and known.le < _COUNTABLE:
        return BadRequest.because("shape_range", field=field, least=_plain(known.ge), most=_plain(known.le))
    value = _plain(float(bound)) if "." in bound or "e" in bound else int(bound)
    if sign == "<":
        return BadRequest.because("shape_below", field=field, most=value)
    if sign == ">":
        return BadRequest.because("shape_above", field=field, least=value)
    if sign == "<=":
        return BadRequest.because("shape_most", field=field, most=value)
    return BadRequest.because("shape_least", field=field, least=value)


def _ill_sized(field: str, what: str, sign: str, length: int) -> BadRequest:
    if sign == ">=" and length == 1:
        return BadRequest.because("shape_empty", field=field)
    if sign == "<=":
        return BadRequest.because("text_too_long" if what == "str" else "too_many_entries", field=field, most=length)
    return BadRequest.because("shape_short" if what == "str" else "shape_few", field=field, least=length)


def _ill_written(field: str, text: str) -> BadRequest:
    """The patterns of ``core.fields``, by what is peculiar to them."""
    if r"(?=.*\\S)" in text:
        return BadRequest.because("shape_filled", field=field)
    if r"\\x00-" in text and "ya?ml" not in text:
        return BadRequest.because("control_characters", field=field)
    if "[A-Za-z0-9._" in text:
        return BadRequest.because("shape_id", field=field)
    if "[0-9]{4}-[0-9]{2}-[0-9]{2}" in text:
        return BadRequest.because("shape_day", field=field)
    return BadRequest.because("shape_pattern", field=field)


# ---- what the shape knows ----


@lru_cache(maxsize=256)
def _described(shape: Any) -> inspect.Type:
    return inspect.type_info(shape)


def _nodes(path: str, shape: Any) -> list[inspect.Type]:
    """What may stand at this path: more than one where the shape leaves a choice."""
    if shape is None:
        return []
    nodes = list(_alternatives(_described(shape)))
    for step in _STEP.finditer(path):
        nodes = [deeper for node in nodes for inner in _inside(node, step["field"]) for deeper in _alternatives(inner)]
    return nodes


def _alternatives(node: inspect.Type) -> Iterator[inspect.Type]:
    match node:
        case inspect.Metadata():
            yield from _alternatives(node.type)
        case inspect.UnionType():
            for each in node.types:
                yield from _alternatives(each)
        case _:
            yield node


def _inside(node: inspect.Type, field: str | None) -> Iterator[inspect.Type]:
    match node:
        case inspect.StructType() if field is not None:
            yield from (each.type for each in node.fields if each.encode_name == field)
        case inspect.DictType():
            yield node.value_type
        case inspect.CollectionType() if field is None:
            yield node.item_type
        case inspect.TupleType() if field is None:
            yield from node.item_types


def _numbers(path: str, shape: Any) -> inspect.IntType | inspect.FloatType | None:
    """The number that may stand there; None when there are several kinds."""
    found = [node for node in _nodes(path, shape) if isinstance(node, inspect.IntType | inspect.FloatType)]
    return found[0] if len(found) == 1 else None


def _choices(node: inspect.Type) -> tuple[Any, ...]:
    match node:
        case inspect.LiteralType():
            return node.values
        case inspect.EnumType():
            return tuple(member.value for member in node.cls)
    return ()


# ---- how it is said ----


def _below(path: str, name: str) -> str:
    return _said(f"{path}.{name}".removeprefix("$."))


def _said(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value
