"""The text of an expression -> an ``Expression``, or what is wrong with it and where."""

from __future__ import annotations

import re
from decimal import Decimal

from tandem.cti.documents.problems import instead_of
from tandem.ivr.core.expression_functions import FUNCTIONS, Function
from tandem.ivr.core.expressions import FIELDS, NOW, Apply, Expression, Literal, Name, Part

MAX_LENGTH = 400
MAX_PARTS = 100
"""Of names, literals, operators and calls; so evaluation is never deeper than this either."""
MAX_NESTING = 16

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

    def made(self, part: Part) -> Part:
        self.parts += 1
        if self.parts > MAX_PARTS:
            raise self.bad(f"more than {MAX_PARTS} parts", "Split it over several steps.")
        return part

    def whole(self) -> Part:
        part = self.either()
        if self.kind != "end":
            raise self.bad(f'"{self.word[:20]}" is one too many', "Join two conditions by and or or.")
        return part

    def either(self) -> Part:
        part = self.both()
        while self.takes("or"):
            part = self.made(Apply("or", (part, self.both())))
        return part

    def both(self) -> Part:
        part = self.negated()
        while self.takes("and"):
            part = self.made(Apply("and", (part, self.negated())))
        return part

    def negated(self) -> Part:
        times = 0
        while self.takes("not"):
            times += 1
        part = self.compared()
        return self.made(Apply("not", (part,))) if times % 2 else part

    def compared(self) -> Part:
        part = self.added()
        if sign := self.takes(*_COMPARISONS):
            return self.made(Apply(sign, (part, self.added())))
        if self.takes("in"):
            self.expect("(")
            return self.made(Apply("in", (part, *self.listed())))
        return part

    def added(self) -> Part:
        part = self.multiplied()
        while sign := self.takes("+", "-"):
            part = self.made(Apply(sign, (part, self.multiplied())))
        return part

    def multiplied(self) -> Part:
        part = self.signed()
        while self.takes("*"):
            part = self.made(Apply("*", (part, self.signed())))
        return part

    def signed(self) -> Part:
        if self.takes("-"):
            return self.made(Apply("-", (Literal(0), self.single())))
        return self.single()

    def single(self) -> Part:
        kind, word = self.kind, self.word
        if kind == "end" or (kind == "sign" and word != "(") or (kind == "word" and word in _WORDS - {"true", "false"}):
            found = f'"{word}"' if word else "the end"
            raise self.bad(f"a value is missing before {found}", "Write a name, a number or a text in quotes.")
        if kind == "sign":
            return self.nested()
        if kind == "word":
            return self.named()
        self.advance()
        return self.made(Literal(_number(word) if kind == "number" else _ESCAPED.sub(r"\1", word[1:-1])))

    def nested(self) -> Part:
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

    def named(self) -> Part:
        word, column = self.word, self.column
        self.advance()
        if word in ("true", "false"):
            return self.made(Literal(word == "true"))
        if self.kind == "sign" and self.word == "(":
            return self.called(word, column)
        room, dot, field = word.partition(".")
        if dot and room not in FIELDS:
            raise BadExpression(column, f'there is no "{room}." to ask', instead_of(room, FIELDS))
        if dot and field not in FIELDS[room]:
            raise BadExpression(column, f'"{room}" has no field "{field}"', instead_of(field, FIELDS[room]))
        if len(word) > 32:
            raise BadExpression(column, f'the name "{word[:40]}" is too long', "Names have at most 32 characters.")
        return self.made(Name(word))

    def called(self, word: str, column: int) -> Part:
        function = FUNCTIONS.get(word)
        if function is None:
            raise BadExpression(column, f'there is no function "{word[:40]}"', instead_of(word, FUNCTIONS))
        self.advance()
        arguments = () if self.takes(")") else self.listed()
        self._fits(word, function, arguments, column)
        if function.of_time:
            arguments = (Name(NOW), *arguments)
        return self.made(Apply(word, arguments))

    def _fits(self, word: str, function: Function, arguments: tuple[Part, ...], column: int) -> None:
        if len(arguments) != len(function.wanted):
            fix = f"Write {word}({', '.join(function.wanted)})."
            raise BadExpression(column, f"{word}() takes {len(function.wanted)} values, not {len(arguments)}", fix)
        if function.fault is None:
            return
        last = arguments[-1]
        if not isinstance(last, Literal) or not isinstance(last.value, str):
            fix = f"Write {word}({', '.join(function.wanted)})."
            raise BadExpression(column, f"the {function.wanted[-1]} of {word}() must be a text in quotes", fix)
        if fault := function.fault(last.value):
            raise BadExpression(column, *fault)

    def listed(self) -> tuple[Part, ...]:
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
