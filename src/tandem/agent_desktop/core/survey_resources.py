"""Shapes of the REST interface to what callers answered in surveys (docs/how-to/survey.md)."""

from __future__ import annotations

from typing import Literal

import msgspec

from tandem.agent_desktop.core.fields import Id, Line, Moment

By = Literal["question", "queue", "agent", "day"]


class SurveyQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which answers, ``since <= at < until`` (None: the last 30 days, now). ``zone``: in which days begin (IANA)."""

    since: Moment | None = None
    until: Moment | None = None
    by: By = "question"
    question: Line | None = None
    queue: Id | None = None
    agent: Id | None = None
    zone: Line = "Asia/Shanghai"
    format: Literal["json", "csv"] = "json"


class SurveyLine(msgspec.Struct, frozen=True, kw_only=True):
    """One question, of all or of one queue, agent or day (``name``; '' = nobody's).

    ``asked``: how often it came to its end; ``answered``: of these, with a key that is an answer. ``mean``: of the
    answers, None without any; of ``yes_no`` the share of yes. ``counts``: how often each answer was given, by its
    number.
    """

    question: str
    scale: str
    name: str
    asked: int
    answered: int
    mean: float | None
    counts: dict[str, int]


class SurveyFigures(msgspec.Struct, frozen=True, kw_only=True):
    """``more``: there are more lines than are given."""

    since: float
    until: float
    by: By
    zone: str
    lines: list[SurveyLine]
    more: bool
