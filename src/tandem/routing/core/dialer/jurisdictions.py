"""The rule books: what a country asks of whoever calls people there. Data with version and source.

``docs/reference/calling-rules.md`` says the same in words; a test holds both together. A rule book is a help to
keep the law, not advice on it: what a state, a trade or a contract asks on top is set in the campaign or the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Texts = Mapping[str, str]
Week = tuple[tuple[tuple[int, int], ...], ...]
"""Seven days from Monday on; of each the half-open spans in minutes after local midnight."""

Force = Literal["law", "regulator", "code", "ours"]
"""What stands behind a rule: ``law`` (act or regulation), ``regulator`` (published policy), ``code`` (code of practice
or standard of a trade), ``ours`` (a cautious default where nothing is written)."""
Formula = Literal["us", "ofcom"]
"""How the share of abandoned calls is worked out, see ``promise``."""

DAY_S = 86_400.0
ALL_DAY: Week = (((0, 1440),),) * 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a rule stands. ``rule``: the name of the field that it fills."""

    rule: str
    force: Force
    citation: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """``hours``, ``quiet`` and ``holidays`` hold in the callee's time zone. ``per_day``, ``per_week``: dials of one
    number in 24 hours and in 7 days, None = no rule. ``abandon_limit``: share, over ``window_days`` days (1: a day)."""

    id: str
    version: str
    """Day of the last change to these data."""
    name: Texts
    hours: Week = ALL_DAY
    quiet: Week = ((),) * 7
    """Times within ``hours`` that are left in peace."""
    holidays: str = ""
    """The country (``GB``) or part of one (``GB-ENG``) on whose public holidays nobody is called; '' for none."""
    consent_needed: bool = False
    per_day: int | None = None
    per_week: int | None = None
    abandon_limit: float = 0.03
    window_days: int = 30
    formula: Formula = "us"
    answer_within_s: float = 2.0
    """After the callee's greeting, until an agent or the identifying message is heard."""
    ring_least_s: float = 15.0
    abandoned_rest_s: float = 3 * DAY_S
    """After an abandoned call: only with an agent reserved."""
    machine_rest_s: float = 0.0
    """After a call that was taken for a machine's: only with an agent reserved."""
    records_years: float = 0.0
    """How long records of calls are to be kept."""
    sources: tuple[Source, ...] = ()


def every_day(begin: int, end: int) -> Week:
    return (((begin, end),),) * 7


_US = Jurisdiction(
    id="us",
    version="2026-11-22",
    name={"zh": "美国", "en": "United States"},
    hours=every_day(480, 1260),
    abandon_limit=0.03,
    window_days=30,
    formula="us",
    records_years=5.0,
)
_UK = Jurisdiction(
    id="uk",
    version="2026-11-22",
    name={"zh": "英国", "en": "United Kingdom"},
    hours=(*(((480, 1260),),) * 5, ((540, 1260),), ((540, 1260),)),
    abandon_limit=0.03,
    window_days=1,
    formula="ofcom",
    machine_rest_s=DAY_S,
)
_CN = Jurisdiction(
    id="cn",
    version="2026-11-22",
    name={"zh": "中国大陆", "en": "Mainland China"},
    hours=every_day(540, 1200),
    quiet=every_day(720, 810),
    consent_needed=True,
    per_day=3,
    abandon_limit=0.03,
    window_days=1,
    formula="us",
)
_NONE = Jurisdiction(id="none", version="2026-11-22", name={"zh": "无", "en": "None"})

RULE_BOOK: Mapping[str, Jurisdiction] = {book.id: book for book in (_US, _UK, _CN, _NONE)}


def rules_of(name: str) -> Jurisdiction | None:
    """None when there is no such rule book."""
    return RULE_BOOK.get(name)
