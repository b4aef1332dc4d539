"""A file's rows as they come, whatever is in it: text of its cells, or why a row cannot be read."""

from __future__ import annotations

from dataclasses import dataclass

MAX_COLUMNS = 500
MAX_ROWS = 2_000_000
MAX_CELL = 32_768
"""Characters; a longer cell makes its row unreadable."""


@dataclass(frozen=True, slots=True)
class Row:
    """``number``: as people count, from 1 on. ``broken``: '' or why its cells are not used (``texts.REASONS``)."""

    number: int
    cells: list[str]
    broken: str = ""


class Unreadable(Exception):
    """``problem``: a name of ``texts.PROBLEMS``."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
