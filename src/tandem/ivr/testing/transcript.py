"""What the caller heard, searchable: whole prompts, or parts of texts wherever one prompt ends and another begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tandem.ivr.testing.case import Said
from tandem.ivr.testing.course import Heard

_TURN = "\n"


class Transcript:
    """Letters without spaces and regardless of capitals, since numbers are spoken in pieces: "one hundred" "twenty"."""

    def __init__(self, heard: Iterable[Heard]) -> None:
        parts: list[str] = []
        self._begins: dict[int, int] = {}  # where a prompt begins -> its number
        self._ends: set[int] = set()
        at, turn = 0, 0
        for number, each in enumerate(heard):
            if each.turn != turn:
                turn = each.turn
                parts.append(_TURN)
                at += 1
            letters = _letters(each.prompt.text)
            self._begins[at] = number
            parts.append(letters)
            at += len(letters)
            self._ends.add(at)
        self._text = "".join(parts)

    def find(self, said: Said, since: int = 0) -> int | None:
        """Where it ends, when it was said from ``since`` on."""
        if said.texts:
            found = [end for text in said.texts if (end := self._whole(_letters(text), since)) is not None]
            return min(found, default=None)
        letters = _letters(said.written)
        at = self._text.find(letters, since)
        return None if at < 0 else at + len(letters)

    def after(self, since: int) -> int:
        """How many prompts had begun before there."""
        return sum(begin < since for begin in self._begins)

    def _whole(self, letters: str, since: int) -> int | None:
        at = self._text.find(letters, since)
        while at >= 0 and not (at in self._begins and at + len(letters) in self._ends):
            at = self._text.find(letters, at + 1)
        return None if at < 0 else at + len(letters)


def _letters(text: str) -> str:
    return "".join(text.split()).casefold()


def texts_of(heard: Sequence[Heard], most: int) -> str:
    """The last of them, for a person to read."""
    shown = " | ".join(each.prompt.text for each in heard[-most:])
    return f"... | {shown}" if len(heard) > most else shown
