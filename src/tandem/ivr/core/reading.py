"""Reading one flow file: what is known so far and what was found wrong.

A shape (``shapes.py``, ``words.py``) says what a value may look like. Its ``read`` reports every problem it sees and
raises ``Unreadable`` when there is no value to give back; whoever holds several values reads them all before raising in
turn (``read_all``). So one pass finds all problems of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from tandem.ivr.core.document import Mapping, Node, Scalar, Sequence
from tandem.ivr.core.problems import Problem, instead_of
from tandem.ivr.core.speech import Wording

MAX_GUESSES = 100

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Schema = dict[str, Any]


class Unreadable(Exception):
    """There is no value; why has been reported."""


@dataclass(slots=True)
class Reading:
    """One file being read: what is known so far, what was found wrong. Shapes fill in what later shapes need."""

    file: str
    queues: Collection[str]
    problems: list[Problem] = field(default_factory=list)
    languages: tuple[str, ...] = ()
    wordings: MappingOf[str, Wording] = field(default_factory=dict)
    step_lines: dict[str, int] = field(default_factory=dict)
    step: str = ""
    """The step that is being read, '' outside of steps."""

    def rank(self, language: str) -> int:
        """The place of a language in the flow's list; behind all of them when it is not there."""
        return self.languages.index(language) if language in self.languages else len(self.languages)

    def instead_of(self, word: str, known: Iterable[str]) -> str:
        """What to write in place of the word. A file that is wrong all over gets no more guesses."""
        if len(self.problems) > MAX_GUESSES:
            return "Use a name that exists."
        return instead_of(word, known)

    def report(self, line: int, code: str, what: str, fix: str) -> None:
        self.problems.append(Problem(self.file, line, code, what, fix, self.step))

    def refusal(self, node: Node, code: str, what: str, fix: str) -> Unreadable:
        """Reports it, and is raised by whoever asked."""
        self.report(node.line, code, what, fix)
        return Unreadable()

    def scalar(self, node: Node, wanted: str) -> Scalar:
        if isinstance(node, Scalar):
            return node
        raise self.refusal(node, "wrong_type", f"{called(node)} stands where {wanted} belongs", f"Write {wanted} here.")

    def mapping(self, node: Node, wanted: str) -> Mapping:
        if isinstance(node, Mapping):
            return node
        raise self.refusal(node, "wrong_type", f"{called(node)} stands where {wanted} belongs", f"Write {wanted} here.")


def called(node: Node) -> str:
    match node:
        case Mapping():
            return "a mapping"
        case Sequence():
            return "a list"
        case Scalar(text=text):
            return f'"{text[:40]}"' if text else "nothing"


class Shape(Protocol[T_co]):
    def read(self, node: Node, reading: Reading) -> T_co: ...

    def schema(self) -> Schema: ...


def read_all(reads: Iterable[Callable[[], T]]) -> list[T]:
    """What all of them read; raises Unreadable after the last one when any did."""
    values: list[T] = []
    failed = False
    for read in reads:
        try:
            values.append(read())
        except Unreadable:
            failed = True
    if failed:
        raise Unreadable
    return values


def read_each(shape: Shape[T], nodes: Iterable[Node], reading: Reading) -> list[T]:
    """One shape read from each node, in order; raises Unreadable after the last one when any did."""
    return read_all(partial(shape.read, node, reading) for node in nodes)
