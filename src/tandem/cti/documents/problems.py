"""What a checker says of a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend. ``code`` is stable: an editor may translate by it."""

    file: str
    line: int
    """Counted from 1."""
    code: str
    what: str
    fix: str
    part: str = ""
    """The part of the file that it is about (``step welcome``, ``queue loans``); '' when it is about none."""
    path: tuple[str, ...] = ()
    """Keys and indexes that lead to the value that it is about, where the checker knows them: ``("shifts", "day",
    "teams", "0")``. What it names last may be what is missing."""

    def __str__(self) -> str:
        where = f"{self.part}: " if self.part else ""
        return f"{self.file}:{self.line}: {where}{self.what}. {self.fix}"


def closest(word: str, known: Collection[str]) -> str | None:
    """The known word that was probably meant. None among very many: comparing takes its time."""
    if word in known:
        return word
    return next(iter(get_close_matches(word[:64], known, n=1, cutoff=0.6)), None) if len(known) <= 500 else None


def instead_of(word: str, known: Iterable[str]) -> str:
    """``Did you mean "loans"?`` or the words to choose from, as a sentence."""
    names = sorted(known)
    near = closest(word, names)
    if near is not None:
        return f'Did you mean "{near}"?'
    if not names:
        return "There is none to choose from."
    return f"Use one of: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}."
