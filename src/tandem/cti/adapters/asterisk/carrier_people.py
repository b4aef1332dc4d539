"""Who can be called at the carrier, and what each does: one table, by the number that is dialled.

A crowd is a block of numbers for load tests: the last two digits say which of its hundred members a number is, so the
same number always does the same, and a test knows what from the number alone. Pure.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tandem.cti.model.errors import InvalidField

MEMBERS = 100
HELLO, GREETING = "hello", "vm-intro"
"""Sounds of Asterisk's: 0.8 s, and 5.7 s before the beep."""
_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_SOUND = re.compile(r"[A-Za-z0-9_./-]{1,200}")


class Behaviour(StrEnum):
    """What a phone or a number outside does when it is called."""

    ANSWER = "answer"
    """Rings, answers, talks until hung up."""
    ANSWER_AT_ONCE = "at-once"
    SILENT = "silent"
    """Answers like ANSWER and says nothing."""
    BUSY = "busy"
    DECLINE = "decline"
    RING = "ring"
    """Rings and is never answered."""
    UNALLOCATED = "unallocated"
    PERSON = "person"
    """Rings, answers, says hello, listens, and hangs up after a while."""
    MACHINE = "machine"
    """Rings, answers, says a long greeting, beeps and records what it hears."""
    BRIEF = "brief"
    """Rings, answers and hangs up at once."""
    ANNOUNCEMENT = "announcement"
    """The network says before any answer why nobody can be reached, and ends the call."""
    CONGESTION = "congestion"
    """Refused with "503"."""
    DEAD = "dead"
    """Taken, and then nothing: no ringing, no answer, no refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """``speech``: what he says, or his machine's greeting: a sound of Asterisk's, or a path without its ending; '' for
    the usual one."""

    does: Behaviour
    rings_s: float = 0.3
    stays_s: float = 3600.0
    speech: str = ""
    pause_s: float = 0.0
    """Of a machine, between its greeting and its beep."""

    @property
    def says(self) -> str:
        return self.speech or (GREETING if self.does is Behaviour.MACHINE else HELLO)

    def __post_init__(self) -> None:
        if not (
            _SOUND.fullmatch(self.says) and 0 <= self.rings_s <= 300 and 0 < self.stays_s <= 7200 and self.pause_s >= 0
        ):
            raise InvalidField("a subscriber: a sound, at most 300 s of ringing and two hours of talk, please")


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """All numbers of ``prefix`` and ``digits`` (at least 2) more; ``members``: by their last two digits."""

    prefix: str
    digits: int
    members: tuple[Subscriber, ...]

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.prefix) or not 2 <= self.digits <= 10 or len(self.members) != MEMBERS:
            raise InvalidField(f"a crowd: a prefix, 2 to 10 more digits and {MEMBERS} members, please")

    def numbers(self, count: int) -> Iterator[str]:
        """The first ``count`` numbers."""
        return (f"{self.prefix}{index:0{self.digits}}" for index in range(count))

    def member(self, number: str) -> Subscriber:
        return self.members[int(number[-2:])]


def crowd(
    prefix: str,
    digits: int,
    shares: Mapping[Behaviour, int],
    *,
    rings_s: tuple[float, float] = (0.3, 0.3),
    stays_s: tuple[float, float] = (3600.0, 3600.0),
    hellos: Sequence[str] = (HELLO,),
    greetings: Sequence[str] = (GREETING,),
    seed: int = 1,
) -> Crowd:
    """``shares``: of each behaviour, of a hundred. Ringing and stay: evenly spread between both values, mixed."""
    if sum(shares.values()) != MEMBERS:
        raise InvalidField(f"the shares of a crowd make {MEMBERS}")
    mixed = random.Random(seed)  # noqa: S311  (reproducible, not secret)
    does = [behaviour for behaviour, share in shares.items() for _ in range(share)]
    rings, stays = _spread(rings_s), _spread(stays_s)
    for column in (does, rings, stays):
        mixed.shuffle(column)
    members = tuple(
        Subscriber(
            does=what,
            rings_s=ring_s,
            stays_s=stay_s,
            speech=mixed.choice(greetings if what is Behaviour.MACHINE else hellos),
        )
        for what, ring_s, stay_s in zip(does, rings, stays, strict=True)
    )
    return Crowd(prefix=prefix, digits=digits, members=members)


def _spread(between: tuple[float, float]) -> list[float]:
    low, high = between
    return [round(low + (high - low) * index / (MEMBERS - 1), 2) for index in range(MEMBERS)]
