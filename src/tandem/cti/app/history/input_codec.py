"""Inputs of the center as text, and back: exactly, to the last bit of a float. Pure.

    <name of the type> SP <json>          Delivered {"call":"c-1","connection":"c-1.1","device":"1001"}

Whatever stands in the ``Input`` union can be written, as long as msgspec knows its fields' types: a new input needs
nothing here. ``SHAPES`` is a hash of all these types with everything they are made of: a text of other shapes is told
apart before it is read.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, get_args, get_type_hints

import msgspec

from tandem.cti.app.floor_plan import Input, Output, ToSwitch
from tandem.cti.model.errors import BadRequest, CtiError


class BadInput(BadRequest):
    """A text that is no input, or an input that cannot be written as text."""

    code = "bad_input"


def _by_name(types: tuple[type, ...]) -> Mapping[str, type]:
    named = {kind.__name__: kind for kind in types}
    assert len(named) == len(types), "two inputs have one name"
    return named


INPUTS: Mapping[str, type] = _by_name(get_args(Input))
_NAMES = {kind: name.encode() + b" " for name, kind in INPUTS.items()}
_json = msgspec.json.Encoder()
_msgpack = msgspec.msgpack.Encoder()


def encode(input_: Input) -> bytes:
    """Raises BadInput for what has no text: another type, half a surrogate pair, a float that is not finite."""
    name = _NAMES.get(type(input_))
    if name is None:
        raise BadInput(f"{type(input_).__name__} is not an input of the center")
    try:
        text = _json.encode(input_)
    except (TypeError, ValueError, msgspec.MsgspecError) as error:
        raise BadInput(f"{type(input_).__name__} cannot be written as text: {error}") from None
    # JSON has no infinity: it would come back as null, or not at all
    if b"null" in text and not _finite(input_):
        raise BadInput(f"{type(input_).__name__} has a number that is not finite")
    return name + text


def decode(text: bytes) -> Input:
    """Inverse of ``encode``. Raises BadInput, which says what does not fit."""
    name, _, body = text.partition(b" ")
    kind = INPUTS.get(name.decode("ascii", "replace"))
    if kind is None:
        raise BadInput(f"there is no input named {name[:40]!r}")
    try:
        input_ = _decoder(kind).decode(body)
    except msgspec.DecodeError as error:
        raise BadInput(f"{kind.__name__}: {error}") from None
    # fields that nobody knows would be passed over silently; sets may come in another order, so only lengths compare
    if len(_json.encode(input_)) != len(body):
        raise BadInput(f"{kind.__name__}: it has fields or spellings that are not ours")
    decoded: Input = input_
    return decoded


@lru_cache(None)
def _decoder(kind: type) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _finite(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, Mapping):
        return all(_finite(key) and _finite(each) for key, each in value.items())
    if isinstance(value, tuple | list | frozenset | set):
        return all(map(_finite, value))
    if isinstance(value, msgspec.Struct):
        return all(_finite(getattr(value, name)) for name in value.__struct_fields__)
    if dataclasses.is_dataclass(value):
        return all(_finite(getattr(value, field.name)) for field in dataclasses.fields(value))
    return True


# ---- what came of an input ---------------------------------------------------------------------------------------

NO_OUTPUTS_YET = "0" * 16


def chain(before: str, outcome: list[Output] | CtiError) -> str:
    """Hash (16 hex digits) of everything that came of the inputs so far: ``before`` of all but the last one."""
    if isinstance(outcome, CtiError):
        said = f"{outcome.code} {outcome}".encode()
    elif not outcome:
        return before
    else:
        # a request's text does not tell its type: some have the same fields
        names = [type(output.request if isinstance(output, ToSwitch) else output).__name__ for output in outcome]
        said = _msgpack.encode((names, outcome))
    return hashlib.blake2b(said, digest_size=8, key=before.encode()).hexdigest()


# ---- the shapes of the types -------------------------------------------------------------------------------------


def shapes_of(kinds: Mapping[str, type]) -> str:
    """Hash (16 hex digits) of the names, fields and fields' types of ``kinds`` and of all that these are made of."""
    seen: dict[type, None] = {}
    waiting = list(kinds.values())
    lines = sorted(kinds)
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen[kind] = None
        if issubclass(kind, Enum):
            lines.append(f"{kind.__qualname__}={[member.value for member in kind]}")
        elif dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct):
            for name, hint in get_type_hints(kind).items():
                lines.append(f"{kind.__qualname__}.{name}: {_hint_text(hint)}")
                waiting += _classes(hint)
    return hashlib.blake2b("\n".join(sorted(lines)).encode(), digest_size=8).hexdigest()


def _hint_text(hint: Any) -> str:
    if inner := get_args(hint):
        return f"{getattr(hint, '__origin__', type(hint))}[{', '.join(map(_hint_text, inner))}]"
    return getattr(hint, "__qualname__", None) or repr(hint)


def _classes(hint: Any) -> Iterator[type]:
    hint = getattr(hint, "__supertype__", hint)
    if isinstance(hint, type) and not get_args(hint):
        yield hint
    for inner in get_args(hint):
        yield from _classes(inner)


SHAPES = shapes_of(INPUTS)
