"""The shape of ways that are written as a list, each with a name of its own or by its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from tandem.cti.documents.document import Node, Sequence
from tandem.cti.documents.reading import Reading, Schema, called, read_each
from tandem.cti.documents.shapes import NAME, Record, Text

NAME_OF_WAY = Text(longest=32, pattern=NAME, rule="small letters, digits and _")


class Way(Protocol):
    @property
    def name(self) -> str | None: ...


W = TypeVar("W", bound=Way)


@dataclass(frozen=True, slots=True)
class Listed(Generic[W]):
    """``fewest`` to ``most`` entries; ``word`` and the place make the name of one without a name. ``taken``: names that
    other exits of the step have."""

    made: type[W]
    word: str
    fewest: int
    most: int
    taken: tuple[str, ...] = ()

    def read(self, node: Node, reading: Reading) -> tuple[W, ...]:
        if not isinstance(node, Sequence):
            what = f"{called(node)} stands where a list of {self.word}s belongs"
            raise reading.refusal(node, "wrong_type", what, f"Begin each {self.word} with a dash.")
        if not self.fewest <= len(node.items) <= self.most:
            code = "too_few" if len(node.items) < self.fewest else "too_many"
            what = f"there are {len(node.items)} {self.word}s"
            raise reading.refusal(node, code, what, f"Write {self.fewest} to {self.most} of them.")
        ways = tuple(read_each(Record(self.made), node.items, reading))
        names = [*self.taken, *(name for name, _ in self.named(ways))]
        for place, entry in enumerate(node.items):
            name = names[len(self.taken) + place]
            if name in names[: len(self.taken) + place]:
                what = f'there is an exit "{name}" already'
                reading.report(entry.line, "duplicate_name", what, "Give it another name.")
        return ways

    def named(self, ways: tuple[W, ...]) -> tuple[tuple[str, W], ...]:
        return tuple((way.name or f"{self.word}{place}", way) for place, way in enumerate(ways, 1))

    def schema(self) -> Schema:
        items = Record(self.made).schema()
        return {"type": "array", "items": items, "minItems": self.fewest, "maxItems": self.most}
