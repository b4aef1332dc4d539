"""Reads one file in a process of its own, with little memory and the lowest priority (``python -m`` this).

Standard input: an ``Order``. Standard output: lines of JSON, ``News`` while it goes on and one answer at the end. Only
the server that starts it speaks with it.
"""

from __future__ import annotations

import csv
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from tandem.agent_desktop.core.spreadsheets import safe_cell
from tandem.cti.app.lists.copy_text import lead_line
from tandem.cti.app.lists.inspection import Inspection, inspect, rows_of
from tandem.cti.app.lists.prepare import Mapping, Preparer, Refused
from tandem.cti.app.lists.rows import MAX_ROWS, Row, Unreadable
from tandem.cti.app.lists.texts import REASONS

MOST_MEMORY = 2 << 30
NEWS_EVERY = 2_000
LEADS, BAD_ROWS = "leads.copy", "bad-rows.csv"
_BAD_CELL = 500


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """``mapping`` None: only look at the file. ``folder``: where what was made of it goes."""

    path: str
    forbidden: bool = False
    folder: str = ""
    encoding: str = ""
    separator: str = ","
    header: bool = True
    mapping: Mapping | None = None


class News(msgspec.Struct, frozen=True, kw_only=True, tag="news"):
    rows: int
    accepted: int
    bad: int


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag="answer"):
    """``problem``: '' or a name of ``texts.PROBLEMS``."""

    problem: str = ""
    inspection: Inspection | None = None
    news: News | None = None


Line = msgspec.json.Decoder(News | Answer)


def main() -> int:
    with suppress(OSError):
        os.nice(10)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    try:
        if order.mapping is None:
            answer = Answer(inspection=inspect(Path(order.path), forbidden=order.forbidden))
        else:
            for news in prepare_file(order, order.mapping):
                _say(news)
            answer = Answer(news=news)
    except Unreadable as error:
        answer = Answer(problem=error.problem)
    except MemoryError:
        answer = Answer(problem="memory")
    _say(answer)
    return 0


def prepare_file(order: Order, mapping: Mapping) -> Iterator[News]:
    """Writes ``LEADS`` and ``BAD_ROWS`` into the order's folder. Raises Unreadable, OSError."""
    folder, preparer = Path(order.folder), Preparer(mapping)
    done = accepted = bad = 0
    with (
        (folder / LEADS).open("w", encoding="utf-8", newline="\n") as leads,
        (folder / BAD_ROWS).open("w", encoding="utf-8-sig", newline="") as bad_rows,
    ):
        refused = csv.writer(bad_rows)
        refused.writerow(["行 row", "是否导入 imported", "原因", "reason", *map(safe_cell, mapping.names)])
        skip = order.header
        for row in rows_of(Path(order.path), order.encoding, order.separator):
            if skip and not row.broken:
                skip = False
                preparer.header(row)
                continue
            done += 1
            if done > MAX_ROWS:
                raise Unreadable("too_many_rows")
            try:
                lead = preparer.prepare(row)
            except Refused as error:
                bad += 1
                refused.writerow(_bad_row(row, error.reason, imported=False))
            else:
                accepted += 1
                leads.write(lead_line(lead))
                if lead.dropped:
                    refused.writerow(_bad_row(row, lead.dropped, imported=True))
            if done % NEWS_EVERY == 0:
                yield News(rows=done, accepted=accepted, bad=bad)
    yield News(rows=done, accepted=accepted, bad=bad)


def _bad_row(row: Row, reason: str, *, imported: bool) -> list[str]:
    said = REASONS[reason]
    cells = [safe_cell(cell[:_BAD_CELL].replace("\0", "\N{REPLACEMENT CHARACTER}")) for cell in row.cells]
    return [str(row.number), "部分 partly" if imported else "否 no", said["zh"], said["en"], *cells]


def _say(line: News | Answer) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
