"""What is in a file that was sent: encoding, separator, columns, and what they seem to be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import msgspec

from tandem.cti.app.lists.columns import FORBIDDEN_USES, LEAD_USES, NUMBER_USES, distinct, guess_header, guess_uses
from tandem.cti.app.lists.csv_rows import csv_rows, guess_separator
from tandem.cti.app.lists.encodings import look
from tandem.cti.app.lists.rows import MAX_COLUMNS, Row, Unreadable
from tandem.cti.app.lists.xlsx_rows import xlsx_rows

SAMPLE = 20
SAMPLE_CELL = 200
_TRIED = 200


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """``encoding`` '' is XLSX. ``uses``: what each column seems to be. ``rows``: about so many, None = not known.
    ``problems``: names of ``texts.PROBLEMS``."""

    encoding: str
    separator: str
    header: bool
    headers: list[str]
    uses: list[str]
    sample: list[list[str]]
    rows: int | None
    problems: list[str]


def rows_of(path: Path, encoding: str, separator: str) -> Iterator[Row]:
    """Raises Unreadable, OSError."""
    return csv_rows(path, encoding, separator) if encoding else xlsx_rows(path)


def inspect(path: Path, *, forbidden: bool = False) -> Inspection:
    """``forbidden``: it is a list of who is not to be called. Raises Unreadable, OSError."""
    looked = look(path)
    separator = guess_separator(path, looked.encoding) if looked.encoding else ""
    first = [row for row in islice(rows_of(path, looked.encoding, separator), _TRIED) if row.cells]
    if not first:
        raise Unreadable("empty")
    readable = [row.cells for row in first if not row.broken] or [row.cells for row in first]
    header = guess_header(readable[0], readable[1] if len(readable) > 1 else None)
    width = len(readable[0]) if header else max(map(len, readable))
    if width > MAX_COLUMNS:
        raise Unreadable("too_many_columns")
    names = list(readable[0]) if header else [""] * width
    headers = distinct(names)
    people = readable[1:] if header else readable
    columns = [[cells[place] for cells in people if place < len(cells)] for place in range(width)]
    uses = guess_uses(headers, columns, header=header, uses=FORBIDDEN_USES if forbidden else LEAD_USES)
    problems = []
    if not people:
        problems.append("header_only")
    if not any(use in NUMBER_USES for use in uses):
        problems.append("no_number_column")
    if len(set(filter(None, map(str.strip, names)))) < sum(1 for name in names if name.strip()):
        problems.append("doubled_headers")
    return Inspection(
        encoding=looked.encoding,
        separator=separator,
        header=header,
        headers=headers,
        uses=uses,
        sample=[[cell[:SAMPLE_CELL] for cell in cells[:width]] for cells in people[:SAMPLE]],
        rows=None if looked.lines is None else max(looked.lines - header, 0),
        problems=problems,
    )
