"""The shapes of what is worked out during the call: expressions, addresses, the arguments and outputs of a step."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tandem.cti.documents.document import Mapping, Node, Scalar
from tandem.cti.documents.reading import Schema
from tandem.cti.documents.shapes import NAME, OneOf, Record, Table, Text, item, named_table, record
from tandem.ivr.core.data_paths import MAX_PATH, BadPath, parse_path
from tandem.ivr.core.data_values import KINDS as OUTPUT_TYPES
from tandem.ivr.core.expression_reading import MAX_LENGTH, BadExpression, parse
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.flow_reading import FlowReading
from tandem.ivr.core.url_template import MAX_LENGTH as MAX_ADDRESS
from tandem.ivr.core.url_template import BadTemplate, Template, read_template

MAX_ENTRIES = 32

_COLUMN = re.compile(r"[^\x00-\x1f]{1,64}")


@dataclass(frozen=True, slots=True)
class Expr:
    """An expression over variables of the flow. ``own``: names that only this place knows (``value``)."""

    own: frozenset[str] = frozenset()

    def read(self, node: Node, reading: FlowReading) -> Expression:
        scalar = reading.scalar(node, "an expression")
        try:
            return _scoped(parse(scalar.text), reading.scope, self.own)
        except BadExpression as error:
            raise reading.refusal(node, "bad_expression", _shown(scalar, error), error.fix) from None

    def schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"], "maxLength": MAX_LENGTH}


def _scoped(expression: Expression, scope: str, own: frozenset[str] = frozenset()) -> Expression:
    if not scope:
        return expression
    return expression.renamed(lambda name: name if "." in name or name in own else scope + name)


def _shown(scalar: Scalar, error: BadExpression) -> str:
    if not scalar.text:
        return "there is no expression"
    return f"the expression does not read at character {error.column}: {error.what}"


class UrlTemplate:
    """An address of http or https; values stand in braces."""

    def read(self, node: Node, reading: FlowReading) -> Template:
        text = Text(MAX_ADDRESS).read(node, reading)
        try:
            template = read_template(text)
        except BadTemplate as error:
            raise reading.refusal(node, "bad_url", str(error), error.fix) from None
        except BadExpression as error:
            what = f"in braces, at character {error.column}: {error.what}"
            raise reading.refusal(node, "bad_expression", what, error.fix) from None
        parts = (p if isinstance(p, str) else _scoped(p, reading.scope) for p in template.parts)
        return Template(tuple(parts))

    def schema(self) -> Schema:
        return {"type": "string", "pattern": "^https?://", "maxLength": MAX_ADDRESS}


@dataclass(frozen=True, slots=True)
class Computes:
    """``{name: EXPRESSION}`` -> pairs in the order of the file. ``scoped``: the names are variables of this flow, not
    those of someone else (fields of a request, parameters of a sub-flow)."""

    scoped: bool = True
    table = named_table(Expr())
    fields = Table(re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}"), "letters, digits, - and _; at most 64", Expr())

    def read(self, node: Node, reading: FlowReading) -> tuple[tuple[str, Expression], ...]:
        _few(node, reading)
        if not self.scoped:
            return tuple(self.fields.read(node, reading).items())
        return tuple((reading.scope + name, value) for name, value in self.table.read(node, reading).items())

    def schema(self) -> Schema:
        return (self.table if self.scoped else self.fields).schema()


def _few(node: Node, reading: FlowReading) -> None:
    if isinstance(node, Mapping) and len(node.entries) > MAX_ENTRIES:
        raise reading.refusal(node, "too_many", f"more than {MAX_ENTRIES} entries", "Leave some out.")


class Results:
    """``{variable of this flow: result of the sub-flow}`` -> pairs, the variable with its scope."""

    table = named_table(Text(longest=32, pattern=NAME, rule="small letters, digits and _"))

    def read(self, node: Node, reading: FlowReading) -> tuple[tuple[str, str], ...]:
        return tuple((reading.scope + name, result) for name, result in self.table.read(node, reading).items())

    def schema(self) -> Schema:
        return self.table.schema()


class Path:
    """Where in a JSON document a value stands: ``order.items[0].state``."""

    def read(self, node: Node, reading: FlowReading) -> str:
        text = Text(MAX_PATH).read(node, reading)
        try:
            parse_path(text)
        except BadPath as error:
            raise reading.refusal(node, "bad_data_path", str(error), "Write it like order.items[0].state.") from None
        return text

    def schema(self) -> Schema:
        return Text(MAX_PATH).schema()


@record
class _PathOutput:
    path: str = item(Path(), "where in the JSON of the answer it stands, such as order.items[0].state")
    as_: str = item(OneOf(OUTPUT_TYPES), "its type: " + ", ".join(OUTPUT_TYPES), default="text")


@record
class _FieldOutput:
    field: str = item(Text(longest=64, pattern=_COLUMN, rule="a column of the table"), "the column of the table")
    as_: str = item(OneOf(OUTPUT_TYPES), "its type: " + ", ".join(OUTPUT_TYPES), default="text")


class Outputs:
    """``{variable: {path: a.b[0].c, as: money}}`` -> (variable with its scope, path or column, type).

    ``of``: ``path`` into the JSON of an answer, or ``field``, a column of a table.
    """

    def __init__(self, of: str) -> None:
        self.of = of
        self.table = named_table(Record(_PathOutput)) if of == "path" else named_table(Record(_FieldOutput))

    def read(self, node: Node, reading: FlowReading) -> tuple[tuple[str, str, str], ...]:
        _few(node, reading)
        table = self.table.read(node, reading)
        return tuple((reading.scope + name, getattr(made, self.of), made.as_) for name, made in table.items())

    def schema(self) -> Schema:
        return self.table.schema()
