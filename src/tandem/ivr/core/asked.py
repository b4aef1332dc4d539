"""Which values a step asks for, found by walking over its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.speech import Say
from tandem.ivr.core.step import Step
from tandem.ivr.core.url_template import Template


def asked_of(step: Step) -> Iterator[tuple[str, Expression]]:
    """(field of the step, expression in it), in the order of the file."""
    for each in fields(step):
        for expression in _within(getattr(step, each.name)):
            yield each.name.removesuffix("_"), expression


def _within(value: Any) -> Iterator[Expression]:
    match value:
        case Expression():
            yield value
        case Say():
            yield value.expression
        case Template():
            yield from value.expressions()
        case tuple() | frozenset():
            for each in value:
                yield from _within(each)
        case Mapping():
            for each in value.values():
                yield from _within(each)
        case _ if is_dataclass(value):
            for part in fields(value):
                yield from _within(getattr(value, part.name))
