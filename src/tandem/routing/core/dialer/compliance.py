"""The compliance sheet: one day of one campaign as it was, and the chain that shows what was changed later. Pure.

A sheet is kept as the text that was hashed (JSON, keys sorted). The text holds the hash of the sheet before: a change,
a gap or another order of sheets breaks the chain. That the last sheets were cut off shows only against the last hash,
noted elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import msgspec

from tandem.cti.model.campaigns import Campaign, MachineDetection
from tandem.cti.model.detections import Heard
from tandem.cti.model.leads import AttemptRecord, CampaignDay
from tandem.routing.core.dialer.jurisdictions import Formula, Jurisdiction
from tandem.routing.core.dialer.machine_costs import mistaken
from tandem.routing.core.dialer.promise import Tally, first_day, limit_of, parts, share, tally_of

FORMULAS: tuple[Formula, ...] = ("us", "ofcom")
MACHINES = ("machine", "message_left")
LEAST_HEARD = 50
"""So many calls of the machine detection an agent has heard before a share that somebody entered is not believed."""
_LIVE = ("talked", "abandoned", "hung_up", "served")
"""Results of calls that a person answered."""


class SheetShare(msgspec.Struct, frozen=True, kw_only=True):
    """One way to count. ``counted``: what ``abandoned`` is divided by; the same over the window. ``legal``: it is the
    one of the campaign's rule book."""

    formula: str
    abandoned: float
    counted: float
    share: float | None
    window_abandoned: float
    window_counted: float
    window_share: float | None
    limit: float
    kept: bool
    legal: bool


class SheetCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Of the attempts that were begun on the day. ``unknown``: how they ended is not known."""

    dialled: int = 0
    answered: int = 0
    talked: int = 0
    served: int = 0
    abandoned: int = 0
    hung_up: int = 0
    machines: int = 0
    machines_heard: int = 0
    """Of these: an agent was there, and nobody was hung up on."""
    busy: int = 0
    no_answer: int = 0
    rejected: int = 0
    invalid_number: int = 0
    congestion: int = 0
    failed: int = 0
    unknown: int = 0
    messages_in_time: int = 0
    """Abandoned calls in which the identifying message began within the legal time."""
    messages_late: int = 0
    """And those in which it began later, or not at all while the callee was there."""
    rings_too_short: int = 0
    """Calls given up by us that had rung shorter than the rules want."""
    reserved: int = 0
    """Dialled with an agent reserved."""


class SheetMistaken(msgspec.Struct, frozen=True, kw_only=True):
    """Persons among those who were taken for machines and hung up on: the share that Ofcom's formula goes by, and where
    it comes from. ``measured``: agents heard ``heard`` of them, ``persons`` were; it lies in ``low``..``high`` with
    95 %. ``entered``: in the campaign's form. ``none``: nobody knows, or machines are not listened for."""

    source: Literal["measured", "entered", "none"]
    share: float = 0.0
    low: float = 0.0
    high: float = 1.0
    heard: int = 0
    persons: int = 0


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """``previous``: hash of the sheet before, '' for the first. ``number``: from 1 on."""

    campaign: str
    name: str
    number: int
    day: str
    zone: str
    rules: str
    rules_version: str
    window_days: int
    counts: SheetCounts
    shares: list[SheetShare]
    made_at: float
    previous: str
    mistaken: SheetMistaken | None = None
    """None: of a sheet from before it was noted; then it was the share that had been entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A sheet of the chain, as it is stored: under the day that it is asked for by."""

    number: int
    day: str
    text: str
    previous: str
    hash: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first sheet at which the chain does not hold.

    ``changed``: the text is not what was hashed, or it is another day's. ``previous``: it does not follow the sheet
    before. ``missing``: a number is left out. ``cut``: the last ones are gone. ``unreadable``: it is no sheet at all.
    """

    number: int
    why: Literal["changed", "previous", "missing", "cut", "unreadable"]


def counts_of(attempts: Iterable[AttemptRecord], rules: Jurisdiction) -> SheetCounts:
    """Of the attempts of one day, however they ended."""
    found: dict[str, int] = {}

    def count(name: str) -> None:
        found[name] = found.get(name, 0) + 1

    for attempt in attempts:
        result = attempt.result
        if result == "withdrawn":
            continue
        count("dialled")
        if attempt.reserved:
            count("reserved")
        if result in _LIVE:
            count("answered")
        count("machines" if result in MACHINES else result if result is not None else "unknown")
        if result in MACHINES and attempt.connected_at is not None:
            count("machines_heard")
        if result == "abandoned":
            count("messages_in_time" if _in_time(attempt, rules) else "messages_late")
        if result == "no_answer" and _rang_s(attempt) < rules.ring_least_s:
            count("rings_too_short")
    return SheetCounts(**found)


def _in_time(attempt: AttemptRecord, rules: Jurisdiction) -> bool:
    greeted_at = attempt.answered_at if attempt.person_at is None else attempt.person_at
    if attempt.message_at is None or greeted_at is None:
        return False
    return attempt.message_at - greeted_at <= rules.answer_within_s + 1e-6


def _rang_s(attempt: AttemptRecord) -> float:
    """From the ringing on, or from the dialling when the network did not say that it rang."""
    begin = attempt.ringing_at if attempt.ringing_at is not None else attempt.at
    return float("inf") if attempt.ended_at is None else attempt.ended_at - begin


def sheet(
    campaign: Campaign,
    rules: Jurisdiction,
    day: CampaignDay,
    counts: SheetCounts,
    before: Iterable[CampaignDay],
    *,
    zone: str,
    number: int,
    previous: str,
    made_at: float,
    heard: Sequence[Heard] = (),
) -> Sheet:
    """``before``: the days before this one. The day's own numbers are those of ``counts``. ``heard``: what agents heard
    of the machine detection's calls, in the window."""
    limit = limit_of(campaign.abandon_limit, rules)
    taken = mistaken_share(campaign.machine_detection, heard)
    today = Tally(
        answered=counts.answered,
        abandoned=counts.abandoned,
        talked=counts.talked + counts.served,
        mistaken=(counts.machines - counts.machines_heard) * taken.share,
    )
    each_machine = taken.share * _hung_up_share(heard)
    first = first_day(day.day, rules.window_days)
    window = today
    for earlier in before:
        if first <= earlier.day < day.day:
            window = window + tally_of(earlier, each_machine)
    return Sheet(
        campaign=campaign.id,
        name=campaign.name,
        number=number,
        day=day.day,
        zone=zone,
        rules=rules.id,
        rules_version=rules.version,
        window_days=rules.window_days,
        counts=counts,
        shares=[_share(today, window, formula, limit, rules) for formula in FORMULAS],
        made_at=made_at,
        previous=previous,
        mistaken=taken,
    )


def mistaken_share(detection: MachineDetection, heard: Sequence[Heard]) -> SheetMistaken:
    """What agents heard counts, once there is enough of it or nothing was entered."""
    if not detection.use:
        return SheetMistaken(source="none")
    found = mistaken(heard)
    if found.heard >= LEAST_HEARD or (found.heard and not detection.mistaken_share):
        return SheetMistaken(
            source="measured",
            share=found.share,
            low=found.low,
            high=found.high,
            heard=found.heard,
            persons=found.persons,
        )
    if detection.mistaken_share:
        return SheetMistaken(source="entered", share=detection.mistaken_share)
    return SheetMistaken(source="none")


def _hung_up_share(heard: Sequence[Heard]) -> float:
    """Of those who were taken for machines, who met no agent."""
    machines = [each for each in heard if each.said == "machine"]
    calls = sum(each.calls for each in machines)
    return 1.0 - sum(each.connected for each in machines) / calls if calls else 1.0


def _share(today: Tally, window: Tally, formula: Formula, limit: float, rules: Jurisdiction) -> SheetShare:
    abandoned, counted = parts(today, formula)
    window_abandoned, window_counted = parts(window, formula)
    window_share = share(window, formula)
    return SheetShare(
        formula=formula,
        abandoned=abandoned,
        counted=counted,
        share=share(today, formula),
        window_abandoned=window_abandoned,
        window_counted=window_counted,
        window_share=window_share,
        limit=limit,
        kept=window_share is None or window_share <= limit,
        legal=formula == rules.formula,
    )


def text_of(made: Sheet) -> str:
    """What is hashed and kept: the same sheet always gives the same text."""
    return msgspec.json.encode(made, order="sorted").decode()


def read(text: str) -> Sheet:
    """Inverse of ``text_of``. Raises msgspec.ValidationError."""
    return msgspec.json.decode(text, type=Sheet)


def hash_of(text: str) -> str:
    """SHA-256, in hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def verify(chain: Sequence[Link], *, last_hash: str = "") -> Broken | None:
    """None when every sheet is what was hashed and follows from the one before. ``last_hash``: of the newest sheet, as
    somebody noted it; '' = nobody did."""
    before = ""
    for place, link in enumerate(chain, start=1):
        if hash_of(link.text) != link.hash:
            return Broken(link.number, "changed")
        try:
            made = read(link.text)
        except msgspec.DecodeError:
            return Broken(link.number, "unreadable")
        if made.day != link.day:
            return Broken(link.number, "changed")
        if link.number != place or made.number != place:
            return Broken(place, "missing")
        if link.previous != before or made.previous != before:
            return Broken(link.number, "previous")
        before = link.hash
    if last_hash and before != last_hash:
        return Broken(len(chain) + 1, "cut")
    return None
