"""Shapes of plain values, tables and records: how each is read, and its JSON Schema, in one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import MISSING, dataclass, field, fields
from functools import partial
from typing import Any, Generic, TypeVar, dataclass_transform, overload

from tandem.cti.documents.document import Mapping, Node, Scalar
from tandem.cti.documents.reading import Reading, Schema, Shape, called, read_all

T = TypeVar("T")
D = TypeVar("D")

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_NAME_RULE = "a name is made of small letters, digits and _, starts with a letter, and has at most 32 of them"
# What YAML 1.2's core schema takes for something else than text when it stands there without quotes.
INTEGER = re.compile(r"[-+]?[0-9]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_TEXT = re.compile(rf"|~|null|Null|NULL|true|True|TRUE|false|False|FALSE|0[xo][0-9a-fA-F]+|{_NUMBER.pattern}")


@dataclass(frozen=True, slots=True)
class Text:
    """Text of 1 to ``longest`` characters. ``pattern`` must match all of it, else the author is told the ``rule``."""

    longest: int = 200
    pattern: re.Pattern[str] | None = None
    rule: str = ""

    def read(self, node: Node, reading: Reading) -> str:
        scalar = reading.scalar(node, "a text")
        if not scalar.quoted and _NO_TEXT.fullmatch(scalar.text):
            fix = "Put it in quotes if a text is meant." if scalar.text else "Write a text after the colon."
            raise reading.refusal(node, "wrong_type", f"{called(node)} stands where a text belongs", fix)
        if not scalar.text.strip():
            raise reading.refusal(node, "empty_text", "the text is empty", "Write a text.")
        if len(scalar.text) > self.longest:
            raise reading.refusal(node, "too_long", f"the text has more than {self.longest} characters", "Shorten it.")
        if self.pattern is not None and not self.pattern.fullmatch(scalar.text):
            raise reading.refusal(node, "bad_text", f"{called(node)} is not allowed here", f"Mind: {self.rule}.")
        return scalar.text

    def schema(self) -> Schema:
        schema: Schema = {"type": "string", "minLength": 1, "maxLength": self.longest, "pattern": r"\S"}
        if self.pattern is not None:
            schema["pattern"] = f"^(?:{self.pattern.pattern})$"
        return schema


@dataclass(frozen=True, slots=True)
class Number:
    low: float
    high: float

    def read(self, node: Node, reading: Reading) -> float:
        scalar = reading.scalar(node, "a number")
        wanted = f"a number from {self.low:g} to {self.high:g}"
        if scalar.quoted or not _NUMBER.fullmatch(scalar.text):
            what = f"{called(node)} stands where a number belongs"
            raise reading.refusal(node, "wrong_type", what, f"Write {wanted}, without quotes.")
        value = float(scalar.text)
        if not self.low <= value <= self.high:
            raise reading.refusal(node, "out_of_range", f"{scalar.text} is out of range", f"Write {wanted}.")
        return value

    def schema(self) -> Schema:
        return {"type": "number", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Integer:
    low: int
    high: int

    def read(self, node: Node, reading: Reading) -> int:
        scalar = reading.scalar(node, "a whole number")
        wanted = f"a whole number from {self.low} to {self.high}" if self.low < self.high else f"{self.low}"
        if scalar.quoted or not INTEGER.fullmatch(scalar.text):
            what = f"{called(node)} stands where a whole number belongs"
            raise reading.refusal(node, "wrong_type", what, f"Write {wanted}, without quotes.")
        # The length goes first: int() of a very long text is slow, and refused by Python above 4,300 digits.
        if len(scalar.text) > 18 or not self.low <= int(scalar.text) <= self.high:
            raise reading.refusal(node, "out_of_range", f"{scalar.text[:40]} is out of range", f"Write {wanted}.")
        return int(scalar.text)

    def schema(self) -> Schema:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, node: Node, reading: Reading) -> str:
        scalar = reading.scalar(node, f"one of {', '.join(self.words)}")
        if scalar.text not in self.words:
            what = f"{called(node)} is not allowed here"
            raise reading.refusal(node, "unknown_word", what, reading.instead_of(scalar.text, self.words))
        return scalar.text

    def schema(self) -> Schema:
        return {"enum": list(self.words)}


class Flag:
    def read(self, node: Node, reading: Reading) -> bool:
        scalar = reading.scalar(node, "true or false")
        if scalar.quoted or scalar.text not in ("true", "false"):
            what = f"{called(node)} stands where true or false belongs"
            raise reading.refusal(node, "wrong_type", what, "Write true or false, without quotes.")
        return scalar.text == "true"

    def schema(self) -> Schema:
        return {"type": "boolean"}


# -- containers --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """A mapping whose keys match ``key`` and whose values have one shape. At least ``fewest`` entries."""

    key: re.Pattern[str]
    key_rule: str
    value: Shape[T]
    fewest: int = 0

    def read(self, node: Node, reading: Reading) -> MappingOf[str, T]:
        mapping = reading.mapping(node, "a mapping")
        if len(mapping.entries) < self.fewest:
            raise reading.refusal(node, "too_few", "there is nothing in it", "Add an entry.")
        return dict(read_all(partial(self._entry, key, value, reading) for key, value in mapping.entries))

    def _entry(self, key: Scalar, value: Node, reading: Reading) -> tuple[str, T]:
        return self.read_key(key, reading), self.value.read(value, reading)

    def read_key(self, key: Scalar, reading: Reading) -> str:
        if not self.key.fullmatch(key.text):
            raise reading.refusal(
                key, "bad_key", f'"{key.text[:40]}" is not allowed as a key', f"Mind: {self.key_rule}."
            )
        return key.text

    def schema(self) -> Schema:
        schema: Schema = {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{self.key.pattern})$"},
            "additionalProperties": self.value.schema(),
        }
        if self.fewest:
            schema["minProperties"] = self.fewest
        return schema


def named_table(value: Shape[T]) -> Table[T]:
    return Table(NAME, _NAME_RULE, value)


@dataclass(frozen=True, slots=True)
class Item:
    """A field of a record: its shape and what it is for (goes into the JSON Schema)."""

    shape: Shape[Any]
    doc: str
    is_exit: bool = False
    """It says where the call goes on."""


@overload
def item(shape: Shape[T], doc: str, *, is_exit: bool = False) -> T: ...


@overload
def item(shape: Shape[T], doc: str, *, default: D, is_exit: bool = False) -> T | D: ...


@overload
def item(shape: Shape[T], doc: str, *, default_factory: Callable[[], D], is_exit: bool = False) -> T | D: ...


def item(
    shape: Shape[Any], doc: str, *, default: Any = MISSING, default_factory: Any = MISSING, is_exit: bool = False
) -> Any:
    """Declare a field of a ``record``: it is read by ``shape``, and must be given unless there is a default."""
    metadata = {"item": Item(shape, doc, is_exit)}
    if default_factory is not MISSING:
        return field(metadata=metadata, default_factory=default_factory)
    return field(metadata=metadata, default=default)


@dataclass_transform(field_specifiers=(item,), frozen_default=True, kw_only_default=True)
def record(cls: type[T]) -> type[T]:
    """A frozen, slotted dataclass whose fields are declared with ``item`` and so can be read from a file."""
    return dataclass(frozen=True, slots=True, kw_only=True)(cls)


@dataclass(frozen=True, slots=True)
class Record(Generic[T]):
    """A mapping with exactly the ``item`` fields of ``made``, read in the order of their declaration.

    A field whose key is a word of Python's has an underscore at its end: ``as_`` is ``as:`` in the file.
    ``also`` are keys that someone else reads.
    """

    made: type[T]
    also: tuple[str, ...] = ()

    def read(self, node: Node, reading: Reading, **given: Any) -> T:
        """``given``: values for fields of ``made`` that are not in the file."""
        mapping = reading.mapping(node, "a mapping")
        items = dict(self._items())
        present = {key.text: value for key, value in mapping.entries}
        for key, _ in mapping.entries:
            if key.text not in items and key.text not in self.also:
                what = f'"{key.text[:40]}" is not a field here'
                reading.report(
                    key.line, "unknown_field", what, reading.instead_of(key.text, items.keys() - present.keys())
                )
        values = read_all(
            partial(self._field, name, it, present.get(name), mapping, reading)
            for name, (it, required) in items.items()
            if required or name in present
        )
        names = {each.name.removesuffix("_"): each.name for each in fields(self.made)}  # type: ignore[arg-type]
        return self.made(**given, **{names[key]: value for key, value in values})

    def _items(self) -> Iterator[tuple[str, tuple[Item, bool]]]:
        for each in fields(self.made):  # type: ignore[arg-type]
            if "item" in each.metadata:
                required = each.default is MISSING and each.default_factory is MISSING
                yield each.name.removesuffix("_"), (each.metadata["item"], required)

    def _field(self, name: str, it: Item, node: Node | None, mapping: Mapping, reading: Reading) -> tuple[str, Any]:
        if node is not None:
            return name, it.shape.read(node, reading)
        if it.is_exit:
            raise reading.refusal(mapping, "unwired_exit", f'the exit "{name}" leads nowhere', f"Add {name}: {it.doc}.")
        raise reading.refusal(mapping, "missing_field", f'"{name}" is missing', f"Add {name}: {it.doc}.")

    def schema(self) -> Schema:
        items = dict(self._items())
        return {
            "type": "object",
            "properties": {name: {**it.shape.schema(), "description": it.doc} for name, (it, _) in items.items()},
            "required": [name for name, (_, required) in items.items() if required],
            "additionalProperties": False,
        }
