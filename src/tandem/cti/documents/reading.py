"""Reading one file: what was found wrong, and in which part of it.

A shape (``shapes.py``; each room adds its own) says what a value may look like. Its ``read`` reports every problem it
sees and raises ``Unreadable`` when there is no value to give back; whoever holds several values reads them all before
raising in turn (``read_all``). So one pass finds all problems of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol, TypeVar

from tandem.cti.documents.document import Mapping, Node, Scalar, Sequence
from tandem.cti.documents.problems import Problem, instead_of

MAX_GUESSES = 100

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
Schema = dict[str, Any]


class Unreadable(Exception):
    """There is no value; why has been reported."""


@dataclass(slots=True)
class Reading:
    """One file being read. A room derives its own, in which its shapes note what later ones need."""

    file: str
    problems: list[Problem] = field(default_factory=list)
    part: str = ""
    """The part that is being read (``step welcome``), '' outside of parts."""

    def instead_of(self, word: str, known: Iterable[str]) -> str:
        """What to write in place of the word. A file that is wrong all over gets no more guesses."""
        if len(self.problems) > MAX_GUESSES:
            return "Use a name that exists."
        return instead_of(word, known)

    def report(self, line: int, code: str, what: str, fix: str) -> None:
        self.problems.append(Problem(self.file, line, code, what, fix, self.part))

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
    def read(self, node: Node, reading: Any) -> T_co:
        """``reading``: a Reading, or the room's own one when the shape needs more than the text."""

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
