"""The carrier's own record of each call to a number outside (call detail records), to compare with our attempts."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tandem.cti.adapters.asterisk.carrier_config import CALL_COLUMNS, CALLS_FILE
from tandem.cti.adapters.asterisk.carrier_people import Behaviour


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierCall:
    """Times are seconds since the Unix epoch. ``heard_at``: a person first heard a voice after his hello.

    ``calling``: the number that was shown to him. ``disposition``: Asterisk's word, such as ``NO ANSWER``.
    """

    number: str
    calling: str
    does: Behaviour
    began_at: float
    answered_at: float | None
    ended_at: float
    heard_at: float | None
    disposition: str


def calls_file(log_folder: Path) -> Path:
    """Where an Asterisk with this log folder writes them."""
    return log_folder / "cdr-custom" / CALLS_FILE


def read_calls(file: Path) -> list[CarrierCall]:
    """In the order of their ends; [] before the first one. A call is there as soon as it is over."""
    if not file.exists():
        return []
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [dict(zip(CALL_COLUMNS, row, strict=True)) for row in csv.reader(lines)]
    return [
        CarrierCall(
            number=row["number"],
            calling=row["calling"],
            does=Behaviour(row["does"]),
            began_at=float(row["began"]),
            answered_at=_moment(row["answered"]),
            ended_at=float(row["ended"]),
            heard_at=_moment(row["heard"]),
            disposition=row["disposition"],
        )
        for row in rows
        if row["number"]
    ]


def _moment(text: str) -> float | None:
    moment = float(text or 0)
    return moment if moment > 0 else None
