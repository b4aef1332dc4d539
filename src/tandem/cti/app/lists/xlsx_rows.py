"""Rows of the first sheet of XLSX files, as a stream. What would unpack to too much is refused before."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from tandem.cti.app.lists.rows import MAX_CELL, MAX_COLUMNS, Row, Unreadable

MAX_BYTES = 3 << 30
"""Unpacked, all parts."""
MAX_STRINGS_BYTES = 400 << 20
"""The table of texts is held in memory."""
MAX_PARTS = 5_000
MAX_RATIO = 150
RATIO_COUNTS_FROM = 32 << 20
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What openpyxl and zipfile raise on damaged files."""


def xlsx_rows(path: Path) -> Iterator[Row]:
    """All rows but blank ones. Raises Unreadable, MemoryError."""
    import openpyxl  # more than half of the start of a process, and most lists are CSV

    _check(path)
    with warnings.catch_warnings(), path.open("rb") as file:  # opened here: of a path it wants the name to end in .xlsx
        warnings.simplefilter("ignore")  # of styles and extensions, which nobody asks for
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        except _BROKEN as error:
            raise Unreadable("broken_xlsx") from error
        try:
            yield from _rows(book)
        except _BROKEN as error:
            raise Unreadable("broken_xlsx") from error
        finally:
            book.close()


def _rows(book: Any) -> Iterator[Row]:
    sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
    if sheet is None:
        raise Unreadable("empty")
    sheet.reset_dimensions()  # what the file says of its size may be wrong, or a trap
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), 1):
        cells = [_text(value) for value in values]
        while cells and not cells[-1]:
            cells.pop()
        if any(cells):
            yield Row(number, cells, _broken(cells))


def _broken(cells: list[str]) -> str:
    if len(cells) > MAX_COLUMNS:
        return "columns"
    if any(len(cell) > MAX_CELL for cell in cells):
        return "cell_too_long"
    return "nul" if any("\0" in cell for cell in cells) else ""


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e16 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    return str(value)


def _check(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as parts:
            infos = parts.infolist()
            if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_BYTES:
                raise Unreadable("too_large_inside")
            for info in infos:
                strings = info.filename.lower().endswith("sharedstrings.xml")
                if (strings and info.file_size > MAX_STRINGS_BYTES) or (
                    info.file_size > RATIO_COUNTS_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1)
                ):
                    raise Unreadable("too_large_inside")
                if info.filename.lower().endswith((".xml", ".rels")):
                    with parts.open(info) as part:
                        if b"<!DOCTYPE" in part.read(2048):
                            raise Unreadable("broken_xlsx")
    except _BROKEN as error:
        raise Unreadable("broken_xlsx") from error
