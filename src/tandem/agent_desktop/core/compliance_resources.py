"""Shapes of the REST interface to compliance sheets: what was promised to those who were called, day by day.

Moments are seconds since the Unix epoch, ratios 0..1.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from tandem.agent_desktop.core.fields import Day, Texts


class SheetQuery(msgspec.Struct, frozen=True, kw_only=True):
    day: Day | None = None
    format: Literal["html", "csv", "json"] = "json"
    language: Literal["zh", "en"] = "en"


class SheetFormula(msgspec.Struct, frozen=True, kw_only=True):
    """One way to count abandoned calls. ``window``: over the days of the law's window, this one included."""

    id: str
    name: Texts
    abandoned: float
    counted: float
    """What the abandoned calls are divided by."""
    ratio: float | None
    window_days: int
    window_ratio: float | None
    limit: float
    kept: bool
    legal: bool
    """It is the one of the campaign's rules."""


class SheetMistaken(msgspec.Struct, frozen=True, kw_only=True):
    """Persons among those who were taken for machines and hung up on: the share in Ofcom's formula. ``source``:
    ``measured`` (agents heard ``heard`` of the machines, ``persons`` were persons; the share lies in ``low``..``high``
    with 95 %), ``entered`` (in the campaign's form), ``none`` (not known, or not listened for: counted as 0)."""

    source: Literal["measured", "entered", "none"]
    share: float
    low: float
    high: float
    heard: int
    persons: int


class ComplianceSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One day of one campaign. ``hash``: SHA-256 over the sheet and the hash before; ``provisional``: the day is not
    over, it is in no chain yet (``hash`` is '')."""

    campaign: str
    name: str
    day: str
    zone: str
    rules: str
    rules_version: str
    provisional: bool
    counts: dict[str, int]
    """Of the attempts begun on the day: ``dialled``, ``answered`` (by a person), ``talked``, ``served``, ``abandoned``,
    ``hung_up``, ``machines``, ``machines_heard`` (by agents; not on sheets without ``mistaken``), ``busy``,
    ``no_answer``, ``rejected``, ``invalid_number``, ``congestion``, ``failed``, ``unknown``, ``messages_in_time``,
    ``messages_late``, ``rings_too_short``, ``reserved``."""
    formulas: list[SheetFormula]
    mistaken: SheetMistaken | None
    """None: on sheets that were made before it was noted."""
    made_at: float
    before: str
    hash: str


class SheetLine(msgspec.Struct, frozen=True, kw_only=True):
    """``answered``, ``abandoned``: None when the sheet is not what was hashed any more."""

    day: str
    hash: str
    answered: int | None
    abandoned: int | None
    ratio: float | None


class SheetList(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first. ``chain_holds``: every hash follows from its sheet and the one before. Else ``broken_day`` is that
    of the first sheet at which it does not, and ``broken_why``: ``changed`` (it is not what was hashed), ``unreadable``
    (it is no sheet), ``missing`` (one before it is gone), ``previous`` (it does not follow the one before)."""

    sheets: list[SheetLine]
    chain_holds: bool
    broken_day: str | None
    broken_why: Literal["changed", "previous", "missing", "cut", "unreadable"] | None
