"""Rows of CSV files. One hostile row costs itself, not those behind it, and never much memory."""

from __future__ import annotations

import csv
import statistics
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from tandem.cti.app.lists.rows import MAX_CELL, MAX_COLUMNS, Row

SEPARATORS = (",", ";", "\t", "|")
MAX_LINE = 262_144
MOST_LINES = 20
"""Of one row, inside quotation marks: more is a mark that was never closed."""
_TRIED = 50


class _Unclosed(Exception):
    pass


class _Lines(Iterator[str]):
    """The file's lines for the csv module, and which of them the row being read has used."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._next_number = 1
        self._again: deque[tuple[int, str]] = deque()
        self.used: list[tuple[int, str]] = []
        self.too_long: int | None = None
        self.at_end = False
        """The file ended while a row wanted more: its quotation mark was never closed."""

    def __next__(self) -> str:
        if len(self.used) >= MOST_LINES or self.too_long is not None:
            raise _Unclosed
        number, line = self._again.popleft() if self._again else self._read()
        self.used.append((number, line))
        return line

    def take_back(self) -> tuple[int, str]:
        """All lines but the first that were used come again; the first one."""
        first, *others = self.used
        self._again.extendleft(reversed(others))
        self.used = []
        return first

    def _read(self) -> tuple[int, str]:
        line = self._file.readline(MAX_LINE)
        if not line:
            self.at_end = bool(self.used)
            raise StopIteration
        number = self._next_number
        self._next_number += 1
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            while (more := self._file.readline(MAX_LINE)) and not more.endswith(("\n", "\r")):
                pass
            self.too_long = number
            raise _Unclosed
        return number, line


def csv_rows(path: Path, encoding: str, separator: str) -> Iterator[Row]:
    """All rows but blank ones. Raises OSError."""
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        lines = _Lines(file)
        reader = csv.reader(lines, delimiter=separator)
        while True:
            lines.used = []
            try:
                cells = next(reader)
                if lines.at_end:
                    lines.at_end = False
                    raise _Unclosed
            except StopIteration:
                return
            except (_Unclosed, csv.Error) as error:
                reader = csv.reader(lines, delimiter=separator)
                if lines.used:
                    number, line = lines.take_back()
                    long = isinstance(error, csv.Error) and len(line) > MAX_CELL
                    yield Row(number, [line[:200].strip()], "cell_too_long" if long else "quote")
                if lines.too_long is not None:
                    if not lines.used:
                        yield Row(lines.too_long, [], "row_too_long")
                    lines.too_long = None
                continue
            if any(cell and not cell.isspace() for cell in cells):
                yield Row(lines.used[0][0], cells, _broken(cells))


def _broken(cells: list[str]) -> str:
    if len(cells) > MAX_COLUMNS:
        return "columns"
    whole = "".join(cells)
    if "\N{REPLACEMENT CHARACTER}" in whole:
        return "encoding"
    return "nul" if "\0" in whole else ""


def guess_separator(path: Path, encoding: str) -> str:
    """The one that divides the first rows into the most columns alike; a comma when none does."""
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        widths = []
        for row in csv_rows(path, encoding, separator):
            widths.append(len(row.cells))
            if len(widths) >= _TRIED:
                break
        usual = statistics.mode(widths) if widths else 1
        score = (usual - 1) * sum(width == usual for width in widths) / max(len(widths), 1)
        if score > best_score:
            best, best_score = separator, score
    return best
