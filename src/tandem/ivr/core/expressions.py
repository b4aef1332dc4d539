"""Expressions of a flow: ``customer.tier == "vip" and number(balance) < 100``. Parsed once, evaluated in order.

    or   and   not   == != < <= > >= in ("a", "b")   + -   *   literals, names, functions, ( )

Names are variables of the flow and the fields in ``FIELDS`` (``call.ani``). There are texts, numbers (whole and
decimal), flags and secrets. What makes no sense - a value that is not there, a text times a number - has no value
(None), as in SQL: ``and``, ``or`` and ``not`` follow Kleene's three-valued logic, and a condition without a value does
not hold. Nothing is looked up in Python, and nothing loops: an expression takes time in proportion to its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tandem.cti.documents.problems import instead_of
from tandem.ivr.core.expression_functions import FUNCTIONS, OPERATORS, Function, Result, stored

__all__ = ["FIELDS", "BadExpression", "Expression", "Look", "Result", "parse", "stored"]

MAX_LENGTH = 400
MAX_PARTS = 100
"""Of names, literals, operators and calls; so evaluation is never deeper than this either."""
MAX_NESTING = 16

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

_TOKEN = re.compile(
    r"""\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?)"""
    r"""|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<word>[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)"""
    r"""|(?P<sign>==|!=|<=|>=|[-<>()+*,])|(?P<end>$))""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"""\\(["'\\])""")
_WORDS = {"and", "or", "not", "in", "true", "false"}
_COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")


class BadExpression(ValueError):
    """``column``: counted from 1. ``what`` is wrong, as a clause; ``fix``: a sentence."""

    def __init__(self, column: int, what: str, fix: str) -> None:
        super().__init__(f"character {column}: {what}")
        self.column = column
        self.what = what
        self.fix = fix


@dataclass(frozen=True, slots=True)
class _Literal:
    value: str | int | bool | Decimal


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


@dataclass(frozen=True, slots=True)
class _Apply:
    """``function``: a key of OPERATORS or FUNCTIONS."""

    function: str
    arguments: tuple[_Part, ...]


_Part = _Literal | _Name | _Apply


@dataclass(frozen=True, slots=True)
class Expression:
    """``text``: as the author wrote it."""

    text: str
    root: _Part

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
        return self.root.name if isinstance(self.root, _Name) else None

    def literal(self) -> str | int | bool | Decimal | None:
        """The value when the whole expression is just that."""
        return self.root.value if isinstance(self.root, _Literal) else None

    def renamed(self, name: Callable[[str], str]) -> Expression:
        return Expression(self.text, _renamed(self.root, name))


def _value(part: _Part, look: Look) -> Result:
    if isinstance(part, _Apply):
        function = OPERATORS.get(part.function) or FUNCTIONS[part.function]
        return function.value([_value(each, look) for each in part.arguments])
    return look(part.name) if isinstance(part, _Name) else part.value


def _names(part: _Part, inside: str) -> list[tuple[str, str]]:
    if isinstance(part, _Apply):
        return [pair for each in part.arguments for pair in _names(each, part.function)]
    return [(part.name, inside)] if isinstance(part, _Name) else []


def _known_when(part: _Part, holds: bool) -> frozenset[str]:
    match part:
        case _Apply("not", (inner,)):
            return _known_when(inner, not holds)
        case _Apply("and" | "or" as function, (left, right)):
            first, second = _known_when(left, holds), _known_when(right, holds)
            return first | second if (function == "and") is holds else first & second
        case _Apply("known", (inner,)):
            return _valued(inner) if holds else frozenset()
    return _valued(part)


def _valued(part: _Part) -> frozenset[str]:
    """Names that have a value when the part has one."""
    match part:
        case _Name(name):
            return frozenset({name})
        case _Apply("known" | "and" | "or", _):
            return frozenset()
        case _Apply("in", (value, *_)):
            return _valued(value)
        case _Apply(_, arguments):
            return frozenset(name for each in arguments for name in _valued(each))
    return frozenset()


def _renamed(part: _Part, name: Callable[[str], str]) -> _Part:
    match part:
        case _Apply(function, arguments):
            return _Apply(function, tuple(_renamed(each, name) for each in arguments))
        case _Name(old):
            return _Name(name(old))
    return part


def parse(text: str) -> Expression:
    """Raises BadExpression."""
    if len(text) > MAX_LENGTH:
        raise BadExpression(MAX_LENGTH + 1, f"more than {MAX_LENGTH} characters", "Split it over several steps.")
    return Expression(text, _Parser(text).whole())


class _Parser:
    """Recursive descent; one method for each level of precedence, the loosest first."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.nesting = 0
        self.parts = 0
        self.kind = self.word = ""
        self.column = 1
        self.advance()

    def advance(self) -> None:
        match = _TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup is None:
            rest = self.text[self.at :].lstrip()
            self.column = len(self.text) - len(rest) + 1
            if rest[:1] in ('"', "'"):
                raise self.bad("the text has no end", f"Close it with {rest[:1]}.")
            if rest[:1] == "=":
                raise self.bad("one = compares nothing", "Write ==.")
            raise self.bad(f'"{rest[:1]}" is not allowed', "Names are small letters, texts stand in quotes.")
        self.kind, self.word = match.lastgroup, match[match.lastgroup]
        self.column = match.start(match.lastgroup) + 1
        self.at = match.end()

    def bad(self, what: str, fix: str) -> BadExpression:
        return BadExpression(self.column, what, fix)

    def takes(self, *tokens: str) -> str:
        """The token when it is one of these, and goes on behind it; else ''."""
        if self.kind not in ("sign", "word") or self.word not in tokens:
            return ""
        token = self.word
        self.advance()
        return token

    def expect(self, token: str) -> None:
        if not self.takes(token):
            raise self.bad(f'"{token}" is missing', f'Write "{token}" here.')

    def made(self, part: _Part) -> _Part:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise self.bad(f"more than {MAX_PARTS} parts", "Split it over several steps.")
        return part

    def whole(self) -> _Part:
        part = self.either()
        if self.kind != "end":
            raise self.bad(f'"{self.word[:20]}" is one too many', "Join two conditions by and or or.")
        return part

    def either(self) -> _Part:
        part = self.both()
        while self.takes("or"):
            part = self.made(_Apply("or", (part, self.both())))
        return part

    def both(self) -> _Part:
        part = self.negated()
        while self.takes("and"):
            part = self.made(_Apply("and", (part, self.negated())))
        return part

    def negated(self) -> _Part:
        times = 0
        while self.takes("not"):
            times += 1
        part = self.compared()
        return self.made(_Apply("not", (part,))) if times % 2 else part

    def compared(self) -> _Part:
        part = self.added()
        if sign := self.takes(*_COMPARISONS):
            return self.made(_Apply(sign, (part, self.added())))
        if self.takes("in"):
            self.expect("(")
            return self.made(_Apply("in", (part, *self.listed())))
        return part

    def added(self) -> _Part:
        part = self.multiplied()
        while sign := self.takes("+", "-"):
            part = self.made(_Apply(sign, (part, self.multiplied())))
        return part

    def multiplied(self) -> _Part:
        part = self.signed()
        while self.takes("*"):
            part = self.made(_Apply("*", (part, self.signed())))
        return part

    def signed(self) -> _Part:
        if self.takes("-"):
            return self.made(_Apply("-", (_Literal(0), self.single())))
        return self.single()

    def single(self) -> _Part:
        kind, word = self.kind, self.word
        if kind == "end" or (kind == "sign" and word != "(") or (kind == "word" and word in _WORDS - {"true", "false"}):
            found = f'"{word}"' if word else "the end"
            raise self.bad(f"a value is missing before {found}", "Write a name, a number or a text in quotes.")
        if kind == "sign":
            return self.nested()
        if kind == "word":
            return self.named()
        self.advance()
        return self.made(_Literal(_number(word) if kind == "number" else _ESCAPED.sub(r"\1", word[1:-1])))

    def nested(self) -> _Part:
        self.deeper()
        self.advance()
        part = self.either()
        self.expect(")")
        self.nesting -= 1
        return part

    def deeper(self) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise self.bad(f"more than {MAX_NESTING} levels of brackets", "Split it over several steps.")

    def named(self) -> _Part:
        word, column = self.word, self.column
        self.advance()
        if word in ("true", "false"):
            return self.made(_Literal(word == "true"))
        if self.kind == "sign" and self.word == "(":
            return self.called(word, column)
        room, dot, field = word.partition(".")
        if dot and room not in FIELDS:
            raise BadExpression(column, f'there is no "{room}." to ask', instead_of(room, FIELDS))
        if dot and field not in FIELDS[room]:
            raise BadExpression(column, f'"{room}" has no field "{field}"', instead_of(field, FIELDS[room]))
        if len(word) > 32:
            raise BadExpression(column, f'the name "{word[:40]}" is too long', "Names have at most 32 characters.")
        return self.made(_Name(word))

    def called(self, word: str, column: int) -> _Part:
        function = FUNCTIONS.get(word)
        if function is None:
            raise BadExpression(column, f'there is no function "{word[:40]}"', instead_of(word, FUNCTIONS))
        self.advance()
        arguments = () if self.takes(")") else self.listed()
        self._fits(word, function, arguments, column)
        if function.of_time:
            arguments = (_Name(NOW), *arguments)
        return self.made(_Apply(word, arguments))

    def _fits(self, word: str, function: Function, arguments: tuple[_Part, ...], column: int) -> None:
        if len(arguments) != len(function.wanted):
            fix = f"Write {word}({', '.join(function.wanted)})."
            raise BadExpression(column, f"{word}() takes {len(function.wanted)} values, not {len(arguments)}", fix)
        if function.fault is None:
            return
        last = arguments[-1]
        if not isinstance(last, _Literal) or not isinstance(last.value, str):
            fix = f"Write {word}({', '.join(function.wanted)})."
            raise BadExpression(column, f"the {function.wanted[-1]} of {word}() must be a text in quotes", fix)
        if fault := function.fault(last.value):
            raise BadExpression(column, *fault)

    def listed(self) -> tuple[_Part, ...]:
        """Values behind an opening bracket, with the closing one."""
        self.deeper()
        parts = [self.either()]
        while self.takes(","):
            parts.append(self.either())
        self.expect(")")
        self.nesting -= 1
        return tuple(parts)


def _number(token: str) -> int | Decimal:
    """Digits beyond what any value of a flow can have are left to ``Decimal``, which evaluation bounds."""
    return int(token) if token.isdigit() and len(token) <= 15 else Decimal(token)
