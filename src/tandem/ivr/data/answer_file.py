"""A table of answers from a CSV file (RFC 4180), whoever made it: every row is checked, a fault has file and line.

What looks like a formula of a spreadsheet is a text like any other: nothing here, and nothing that reads it, computes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from tandem.cti.model.errors import BadRequest
from tandem.cti.model.system_reasons import reason_of

MOST_BYTES = 100_000_000
MOST_ROWS = 1_000_000
MOST_COLUMNS = 50
LONGEST_KEY = 120
LONGEST_FIELD = 1000
LONGEST_COLUMN = 64
_CONTROL = re.compile(r"[\0-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """``rows``: (key, columns without that of the key); reading on raises BadRequest. ``text``: kept open for them."""

    columns: tuple[str, ...]
    rows: Iterator[tuple[str, Mapping[str, str]]]
    text: TextIO


def read_answers(opened: BinaryIO, name: str, *, key: str = "", encoding: str = "utf-8") -> AnswerFile:
    """``key``: the column of the keys; '' for the first. ``encoding``: such as ``gb18030``. Raises BadRequest."""
    size = opened.seek(0, io.SEEK_END)
    opened.seek(0)
    if size > MOST_BYTES:
        raise BadRequest.because("answers_large", file=name, most_mb=MOST_BYTES // 1_000_000)
    try:
        text = io.TextIOWrapper(opened, encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")
    except LookupError:
        raise BadRequest.because("answers_no_encoding", encoding=encoding) from None
    lines = _lines(csv.reader(text, strict=True), name, encoding)
    _, header = next(lines, (0, []))
    columns = [column.strip() for column in header]
    faulty = [column for column in columns if not 0 < len(column) <= LONGEST_COLUMN or _CONTROL.search(column)]
    if not 2 <= len(columns) <= MOST_COLUMNS or faulty or len(set(columns)) < len(columns):
        raise BadRequest.because("answers_header", file=name, most=MOST_COLUMNS, longest=LONGEST_COLUMN)
    if key and key not in columns:
        raise BadRequest.because("answers_no_column", file=name, column=key, columns=", ".join(columns))
    at = columns.index(key) if key else 0
    kept = tuple(column for column in columns if column != columns[at])
    return AnswerFile(kept, _rows(lines, columns, at, name), text)


def _lines(reader: Iterator[list[str]], name: str, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Number and fields of every line that is not blank."""
    while True:
        number = getattr(reader, "line_num", 0) + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadRequest.because("answers_csv", file=name, line=number, why=str(error)) from None
        except UnicodeError:
            raise BadRequest.because("answers_encoding", file=name, line=number, encoding=encoding) from None
        if fields:
            yield number, fields


def _rows(
    lines: Iterator[tuple[int, list[str]]], columns: list[str], at: int, name: str
) -> Iterator[tuple[str, Mapping[str, str]]]:
    line_of: dict[str, int] = {}
    for number, fields in lines:
        if len(fields) != len(columns):
            raise BadRequest.because("answers_fields", file=name, line=number, fields=len(fields), columns=len(columns))
        row = {column: _CONTROL.sub(" ", text).strip() for column, text in zip(columns, fields, strict=True)}
        key = row.pop(columns[at])
        if not 0 < len(key) <= LONGEST_KEY:
            raise BadRequest.because("answers_key", file=name, line=number, longest=LONGEST_KEY)
        if any(len(text) > LONGEST_FIELD for text in row.values()):
            raise BadRequest.because("answers_field_long", file=name, line=number, longest=LONGEST_FIELD)
        if (earlier := line_of.setdefault(key, number)) != number:
            raise BadRequest.because("answers_key_again", file=name, line=number, earlier=earlier)
        if len(line_of) > MOST_ROWS:
            raise BadRequest.because("answers_rows", file=name, line=number, most=f"{MOST_ROWS:,}")
        yield key, row


def open_answers(path: Path) -> BinaryIO:
    """Raises BadRequest."""
    if not path.is_file():
        raise BadRequest.because("file_absent", file=str(path))
    try:
        return path.open("rb")
    except OSError as error:
        raise BadRequest.because("file_unreadable", file=str(path), texts=reason_of(error)) from None
