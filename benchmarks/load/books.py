"""Three sides keep books of the same calls: the telephones, Asterisk, PostgreSQL. Here they are held together.

Pure: ``audit(evidence)`` gives what is wrong, each with the caller's number or the agent's device. Times are seconds
since the epoch.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

HEARD_AFTER_S = 2.0
"""Two who talked for so long must have heard each other."""
GONE_AFTER_S = 5.0
"""When one of two has left, the other's telephone is free by then."""
_READY = "ready"
_ANSWERED = "answered"
_GAVE_UP = frozenset({"abandoned_in_queue", "abandoned_in_ivr"})


class Fault(StrEnum):
    LOST = "lost"
    """A caller who did not give up and was not served, or of whom there is no trace."""
    DOUBLED = "doubled"
    """Two agents for a caller, two callers for an agent, two records of a call."""
    STUCK = "stuck"
    """Something that is not as it was before the first call."""
    DIFFERS = "differs"
    """The sides do not say the same."""


@dataclass(frozen=True, slots=True)
class Finding:
    fault: Fault
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLog:
    """``name``: what he says on the line. ``ended_by``: of ``line.py``; '' while it goes on."""

    number: str
    name: str
    gave_up: bool
    ended_by: str
    over_at: float | None
    heard: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RingLog:
    """A phone was rung; ``name``: what its agent says on the line."""

    device: str
    name: str
    number: str
    invited_at: float
    up_at: float | None
    over_at: float | None
    ended_by: str
    heard: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """What PostgreSQL has of a call. ``devices``: of the agents who talked; ``disposed``: contacts with a
    disposition; ``saved``: its recordings."""

    number: str
    ended: bool
    outcome: str | None
    devices: tuple[str, ...]
    disposed: int
    saved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailRecord:
    """Asterisk's: a connection of ours (``uniqueid``) with a caller, and the device that it was joined with, if any."""

    number: str
    uniqueid: str
    device: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """``busy``: (device, from, until, call) as PostgreSQL has it. ``seats``: what is wrong with a page at the end, ''
    when nothing is. ``states``: by device, as PostgreSQL has them. ``channels``: left in Asterisk; the last two count
    what should be none."""

    callers: Sequence[CallerLog]
    rings: Sequence[RingLog]
    rows: Sequence[CallRow]
    busy: Sequence[tuple[str, float, float, str]]
    details: Sequence[DetailRecord]
    seats: Mapping[str, str]
    states: Mapping[str, str]
    channels: Sequence[str]
    open_legs: int
    dead_letters: int


def audit(evidence: Evidence) -> list[Finding]:
    return [
        *_telephones(evidence),
        *_phones_at_once(evidence.rings),
        *_database(evidence),
        *_asterisk(evidence),
        *_left_over(evidence),
    ]


def detail_records(text: str, trunk: str) -> list[DetailRecord]:
    """Read Asterisk's ``Master.csv`` (``loguniqueid`` on); the records of connections over the trunk."""
    records = []
    for row in csv.reader(io.StringIO(text)):
        number, channel, joined, uniqueid = row[1], row[5], row[6], row[16]
        if _device(channel) == trunk:
            records.append(DetailRecord(number=number, uniqueid=uniqueid, device=_device(joined) or None))
    return records


def _device(channel: str) -> str:
    """``PJSIP/5001-0000000a`` -> ``5001``."""
    return channel.partition("/")[2].rpartition("-")[0]


def _telephones(evidence: Evidence) -> Iterator[Finding]:
    rings = _by_number(evidence.rings)
    known = {caller.number for caller in evidence.callers}
    for number in rings.keys() - known:
        yield Finding(Fault.DIFFERS, f"phone {rings[number][0].device} was rung for {number!r}, who is no caller")
    for caller in evidence.callers:
        answers = [ring for ring in rings.get(caller.number, ()) if ring.up_at is not None]
        if len(answers) > 1:
            phones = " and ".join(ring.device for ring in answers)
            yield Finding(Fault.DOUBLED, f"{caller.number} was answered by {phones}")
        if not answers and not caller.gave_up:
            yield Finding(Fault.LOST, f"{caller.number} was not served: {caller.ended_by or 'still there'}")
        for ring in answers:
            yield from _heard(caller, ring)
        for ring in rings.get(caller.number, ()):
            yield from _held(caller, ring)
        if len({name for name in caller.heard if name.startswith("a")}) > 1:
            yield Finding(Fault.DOUBLED, f"{caller.number} heard {' and '.join(sorted(caller.heard))}")


def _heard(caller: CallerLog, ring: RingLog) -> Iterator[Finding]:
    assert ring.up_at is not None
    if caller.over_at is None or caller.over_at - ring.up_at < HEARD_AFTER_S:
        return
    if ring.name not in caller.heard:
        yield Finding(Fault.LOST, f"{caller.number} did not hear {ring.device}, who had answered")
    if ring.heard != {caller.name}:
        yield Finding(Fault.DIFFERS, f"{ring.device} heard {sorted(ring.heard)} instead of {caller.number}")


def _held(caller: CallerLog, ring: RingLog) -> Iterator[Finding]:
    if caller.over_at is None or ring.over_at is None:
        return
    if ring.over_at - caller.over_at > GONE_AFTER_S:
        held_s = ring.over_at - caller.over_at
        yield Finding(Fault.STUCK, f"phone {ring.device} was held for {held_s:.1f} s after {caller.number} had left")
    if ring.up_at is not None and caller.over_at - ring.over_at > GONE_AFTER_S:
        held_s = caller.over_at - ring.over_at
        yield Finding(Fault.STUCK, f"{caller.number} was held for {held_s:.1f} s after {ring.device} had left")


def _phones_at_once(rings: Sequence[RingLog]) -> Iterator[Finding]:
    by_device = defaultdict(list)
    for ring in rings:
        by_device[ring.device].append(ring)
    for device, own in by_device.items():
        for one, other in _overlapping(own):
            yield Finding(Fault.DOUBLED, f"phone {device} was rung for {other.number} while it had {one.number}")
    for number, own in _by_number(rings).items():
        for one, other in _overlapping(own):
            yield Finding(Fault.DOUBLED, f"{number} rang at {other.device} while {one.device} had the call")


def _overlapping(rings: Iterable[RingLog]) -> Iterator[tuple[RingLog, RingLog]]:
    for one, other in pairwise(sorted(rings, key=lambda ring: ring.invited_at)):
        if one.over_at is None or other.invited_at < one.over_at:
            yield one, other


def _database(evidence: Evidence) -> Iterator[Finding]:
    rows = defaultdict(list)
    for row in evidence.rows:
        rows[row.number].append(row)
    answered = _answered(evidence.rings)
    for caller in evidence.callers:
        found = rows.pop(caller.number, [])
        if not found:
            yield Finding(Fault.LOST, f"{caller.number} is not in the database")
        if len(found) > 1:
            yield Finding(Fault.DOUBLED, f"{caller.number} is in the database {len(found)} times")
        for row in found:
            yield from _row(row, answered.get(caller.number, set()), gave_up=caller.gave_up)
    for number in rows:
        yield Finding(Fault.DIFFERS, f"the database has a call of {number!r}, who is no caller")
    busy = sorted(evidence.busy)
    for (device, _, until, call), (other_device, began, _, other) in pairwise(busy):
        if device == other_device and call != other and began < until:
            yield Finding(Fault.DOUBLED, f"the database has {device} in the calls {call} and {other} at once")


def _row(row: CallRow, phones: set[str], *, gave_up: bool) -> Iterator[Finding]:
    if not row.ended:
        yield Finding(Fault.STUCK, f"{row.number} is still open in the database")
        return
    talked = set(row.devices)
    if len(talked) > 1:
        yield Finding(Fault.DOUBLED, f"the database has {row.number} with {' and '.join(sorted(talked))}")
    if gave_up:  # and perhaps an agent picked up in the same moment
        if row.outcome not in _GAVE_UP | ({_ANSWERED} if phones else set()) or not talked <= phones:
            yield Finding(Fault.DIFFERS, f"{row.number} gave up; the database has: {row.outcome}")
    elif row.outcome != _ANSWERED or talked != phones:
        yield Finding(Fault.DIFFERS, f"{row.number} was with {sorted(phones)}; the database: {row.outcome}, {talked}")
    if talked and row.disposed != 1:
        yield Finding(Fault.DIFFERS, f"{row.number} was disposed of {row.disposed} times")
    if talked and row.saved < 1:
        yield Finding(Fault.LOST, f"the recording of {row.number} was not saved")


def _asterisk(evidence: Evidence) -> Iterator[Finding]:
    connections, joined = defaultdict(set), defaultdict(set)
    for record in evidence.details:
        connections[record.number].add(record.uniqueid)
        if record.device is not None:
            joined[record.number].add(record.device)
    answered = _answered(evidence.rings)
    for caller in evidence.callers:
        number, phones = caller.number, answered.get(caller.number, set())
        if len(connections[number]) != 1:
            fault = Fault.DOUBLED if connections[number] else Fault.LOST
            yield Finding(fault, f"Asterisk had {len(connections[number])} connections with {number}")
        if len(joined[number]) > 1:
            yield Finding(Fault.DOUBLED, f"Asterisk joined {number} with {' and '.join(sorted(joined[number]))}")
        elif joined[number] != phones and not (caller.gave_up and joined[number] <= phones):
            text = f"{number} was with {sorted(phones)}; Asterisk joined him with {sorted(joined[number])}"
            yield Finding(Fault.DIFFERS, text)


def _left_over(evidence: Evidence) -> Iterator[Finding]:
    for device, wrong in evidence.seats.items():
        if wrong:
            yield Finding(Fault.STUCK, f"the page of {device}: {wrong}")
        if evidence.states.get(device) != _READY:
            yield Finding(Fault.STUCK, f"the database has {device} as {evidence.states.get(device)}")
    for channel in evidence.channels:
        yield Finding(Fault.STUCK, f"Asterisk still has {channel}")
    for count, what in (
        (evidence.open_legs, "calls at the telephones"),
        (evidence.dead_letters, "records that the database refused"),
    ):
        if count:
            yield Finding(Fault.STUCK, f"{count} {what} are left")


def _by_number(rings: Iterable[RingLog]) -> dict[str, list[RingLog]]:
    found = defaultdict(list)
    for ring in rings:
        found[ring.number].append(ring)
    return found


def _answered(rings: Iterable[RingLog]) -> dict[str, set[str]]:
    found = defaultdict(set)
    for ring in rings:
        if ring.up_at is not None:
            found[ring.number].add(ring.device)
    return found
