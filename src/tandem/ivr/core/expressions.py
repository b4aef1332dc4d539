"""Expressions of a flow: ``customer.tier == "vip" and number(balance) < 100``. Parsed once, evaluated in order.

    or   and   not   == != < <= > >= in ("a", "b")   + -   *   literals, names, functions, ( )

Names are variables of the flow and the fields in ``FIELDS`` (``call.ani``). There are texts, numbers (whole and
decimal), flags and secrets. What makes no sense - a value that is not there, a text times a number - has no value
(None), as in SQL: ``and``, ``or`` and ``not`` follow Kleene's three-valued logic, and a condition without a value does
not hold. Nothing is looked up in Python, and nothing loops: an expression takes time in proportion to its length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tandem.ivr.core.expression_functions import FUNCTIONS, OPERATORS, Result, stored

__all__ = ["FIELDS", "Apply", "Expression", "Literal", "Look", "Name", "Part", "Result", "stored"]

NOW = "call.now"
FIELDS: Mapping[str, frozenset[str]] = {
    "call": frozenset({"id", "ani", "number", "dnis", "name", "now"}),
    "customer": frozenset({"known", "id", "name", "tier", "language", "company", "email", "owner"}),
    "queue": frozenset({"position", "wait_p50_s", "wait_p90_s", "waited_s", "ready", "id"}),
    "agent": frozenset({"id", "name", "talk_s"}),
}
"""As in ``World``; ``call.now`` is its ``now`` in whole seconds."""

Look = Callable[[str], Result]
"""The value of a name; None when it has none."""


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | int | bool | Decimal


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """``function``: a key of OPERATORS or FUNCTIONS."""

    function: str
    arguments: tuple[Part, ...]


Part = Literal | Name | Apply


@dataclass(frozen=True, slots=True)
class Expression:
    """``text``: as the author wrote it."""

    text: str
    root: Part

    def value(self, look: Look) -> Result:
        return _value(self.root, look)

    def holds(self, look: Look) -> bool:
        return _value(self.root, look) is True

    def names(self) -> frozenset[str]:
        return frozenset(name for name, _ in _names(self.root, ""))

    def needed(self) -> frozenset[str]:
        """Names without which there is no value: all but those that it asks ``known`` of."""
        asked = {name for name, inside in _names(self.root, "") if inside == "known"}
        return self.names() - asked

    def known_when(self, holds: bool) -> frozenset[str]:
        """Names that surely have a value when the expression holds, or when it is false."""
        return _known_when(self.root, holds)

    def opened(self) -> frozenset[str]:
        """Names whose very value is needed: all but those in ``length(x)`` and ``known(x)``, which a secret may be."""
        return frozenset(name for name, inside in _names(self.root, "") if inside not in ("length", "known"))

    def name(self) -> str | None:
        """The name when the whole expression is just that."""
        return self.root.name if isinstance(self.root, Name) else None

    def literal(self) -> str | int | bool | Decimal | None:
        """The value when the whole expression is just that."""
        return self.root.value if isinstance(self.root, Literal) else None

    def renamed(self, name: Callable[[str], str]) -> Expression:
        return Expression(self.text, _renamed(self.root, name))


def _value(part: Part, look: Look) -> Result:
    if isinstance(part, Apply):
        function = OPERATORS.get(part.function) or FUNCTIONS[part.function]
        return function.value([_value(each, look) for each in part.arguments])
    return look(part.name) if isinstance(part, Name) else part.value


def _names(part: Part, inside: str) -> list[tuple[str, str]]:
    if isinstance(part, Apply):
        return [pair for each in part.arguments for pair in _names(each, part.function)]
    return [(part.name, inside)] if isinstance(part, Name) else []


def _known_when(part: Part, holds: bool) -> frozenset[str]:
    match part:
        case Apply("not", (inner,)):
            return _known_when(inner, not holds)
        case Apply("and" | "or" as function, (left, right)):
            first, second = _known_when(left, holds), _known_when(right, holds)
            return first | second if (function == "and") is holds else first & second
        case Apply("known", (inner,)):
            return _valued(inner) if holds else frozenset()
    return _valued(part)


def _valued(part: Part) -> frozenset[str]:
    """Names that have a value when the part has one."""
    match part:
        case Name(name):
            return frozenset({name})
        case Apply("known" | "and" | "or", _):
            return frozenset()
        case Apply("in", (value, *_)):
            return _valued(value)
        case Apply(_, arguments):
            return frozenset(name for each in arguments for name in _valued(each))
    return frozenset()


def _renamed(part: Part, name: Callable[[str], str]) -> Part:
    match part:
        case Apply(function, arguments):
            return Apply(function, tuple(_renamed(each, name) for each in arguments))
        case Name(old):
            return Name(name(old))
    return part
