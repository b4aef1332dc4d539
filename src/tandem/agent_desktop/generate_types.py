"""Writes the TypeScript interfaces of the live channel and the REST interface from the same structs that check them.

    python -m tandem.agent_desktop.generate_types            writes web/src/generated/{live,rest}.ts

An interface has the name of its struct. A field with a default is optional. A tagged struct has ``type: "<tag>"``.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import inspect as shape

from tandem.agent_desktop.core import (
    campaign_day_resources,
    campaign_resources,
    compliance_resources,
    flow_resources,
    lead_resources,
    list_resources,
    messages,
    resources,
    routing_resources,
    seat_views,
    study_resources,
    survey_resources,
)
from tandem.cti.model import campaigns, records

GENERATED = Path(__file__).parent / "web" / "src" / "generated"
_HEAD = "// {what}. Written by `python -m tandem.agent_desktop.generate_types`; do not edit.\n"
_LINE = 100
_SHAPES = (
    resources,
    routing_resources,
    study_resources,
    flow_resources,
    campaign_resources,
    lead_resources,
    campaign_day_resources,
    compliance_resources,
    list_resources,
    survey_resources,
)
_MODELS = (records, campaigns)


def rest_typescript() -> str:
    """Content of ``rest.ts``: the records that are shown, then every shape of the modules of resources."""
    own = [struct for module in _SHAPES for struct in _structs(module)]
    reached = _reachable([*own, *_structs(seat_views), *_structs(messages)])
    shared = [struct for module in _MODELS for struct in _structs(module) if struct in reached]
    return "\n".join([_HEAD.format(what="Shapes of the REST interface"), *map(_interface, [*shared, *own])])


def live_typescript() -> str:
    """Content of ``live.ts``: every shape of the channel's modules and the unions of what either side may say."""
    own = [*_structs(seat_views), *_structs(messages)]
    named = {inner for struct in own for field in _info(struct).fields for inner in _named(field.type)}
    foreign = sorted(struct.__name__ for struct in named if struct not in own)
    parts = [
        _HEAD.format(what="Shapes of the live channel"),
        f'import type {{ {", ".join(foreign)} }} from "./rest";\n',
        f"export const PROTOCOL = {messages.PROTOCOL};\n",
        *map(_interface, own),
    ]
    for name, value in vars(messages).items():
        if isinstance(value, types.UnionType):
            parts.append(_union(name, [member.__name__ for member in value.__args__]))
    return "\n".join(parts)


def write(folder: Path = GENERATED) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rest.ts").write_text(rest_typescript(), encoding="utf-8")
    (folder / "live.ts").write_text(live_typescript(), encoding="utf-8")


def _structs(module: types.ModuleType) -> list[type[msgspec.Struct]]:
    """The structs that a module defines, in the order of its source."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, msgspec.Struct) and value.__module__ == module.__name__
    ]


def _reachable(roots: list[type[msgspec.Struct]]) -> set[type[msgspec.Struct]]:
    found: set[type[msgspec.Struct]] = set()
    waiting = list(roots)
    while waiting:
        struct = waiting.pop()
        if struct not in found:
            found.add(struct)
            waiting += [inner for field in _info(struct).fields for inner in _named(field.type)]
    return found


def _named(kind: shape.Type) -> Iterator[type[msgspec.Struct]]:
    match kind:
        case shape.StructType():
            yield kind.cls
        case shape.ListType() | shape.VarTupleType():
            yield from _named(kind.item_type)
        case shape.DictType():
            yield from _named(kind.value_type)
        case shape.UnionType():
            for member in kind.types:
                yield from _named(member)


def _info(struct: type[msgspec.Struct]) -> shape.StructType:
    info = shape.type_info(struct)
    assert isinstance(info, shape.StructType)
    return info


def _interface(struct: type[msgspec.Struct]) -> str:
    info = _info(struct)
    lines = [] if info.tag is None else [f'  {info.tag_field}: "{info.tag}";']
    lines += [
        f"  {field.encode_name}{'' if field.required else '?'}: {_typescript(field.type)};" for field in info.fields
    ]
    return "\n".join([*_comment(struct), f"export interface {struct.__name__} {{", *lines, "}\n"])


def _comment(struct: type[msgspec.Struct]) -> list[str]:
    text = [line.strip() for line in (struct.__doc__ or "").strip().splitlines()]
    if len(text) < 2:
        return [f"/** {line} */" for line in text]
    return ["/**", *(f" * {line}".rstrip() for line in text), " */"]


def _union(name: str, members: list[str]) -> str:
    flat = f"export type {name} = {' | '.join(members)};\n"
    if len(flat) <= _LINE:
        return flat
    return "\n".join([f"export type {name} =", *(f"  | {member}" for member in members)]) + ";\n"


def _typescript(kind: shape.Type) -> str:
    match kind:
        case shape.StrType():
            return "string"
        case shape.IntType() | shape.FloatType():
            return "number"
        case shape.BoolType():
            return "boolean"
        case shape.NoneType():
            return "null"
        case shape.AnyType():
            return "unknown"
        case shape.LiteralType():
            return " | ".join(f'"{value}"' for value in kind.values)
        case shape.StructType():
            return kind.cls.__name__
        case shape.ListType() | shape.VarTupleType():
            item = _typescript(kind.item_type)
            return f"({item})[]" if "|" in item else f"{item}[]"
        case shape.DictType():
            return f"Record<string, {_typescript(kind.value_type)}>"
        case shape.UnionType():
            return " | ".join(_typescript(member) for member in kind.types)
    raise TypeError(f"no TypeScript for {kind!r}: teach it to {__name__}")


if __name__ == "__main__":
    write()
    sys.stdout.write(f"written: {GENERATED}\n")
