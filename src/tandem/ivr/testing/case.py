"""A test of a flow: what is given, what the caller does, what is expected. Data only; ``case_words`` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tandem.cti.model.skills import Needs
from tandem.ivr.core.values import Value

OUTCOMES = ("queue", "answered", "hangup", "transferred", "hung_up", "callback", "message")
"""Waits in a queue; an agent took the call; the flow ended it; another number took it; the caller hung up; the flow
ended it after a promise to call back, or after a message was left."""
CUSTOMER_FIELDS = ("id", "name", "tier", "language", "company", "email", "owner")
STATUSES = ("ok", "not_found", "failed", "timeout", "refused")

# -- what the caller does ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Press:
    """Press these keys: when he is next asked for something and has heard the prompts out.

    ``during``: the text of a prompt, by language, in the middle of which he presses instead.
    """

    digits: str
    during: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass. What comes next is done at that very moment, whatever is being played."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Silence:
    """Let what he is asked time out, so many times."""

    times: int = 1


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak into a record step for so many seconds, then end the message."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Agent:
    """While he waits in a queue, this agent answers, talks, and hangs up."""

    login: str
    talk_s: float = 60.0


@dataclass(frozen=True, slots=True)
class HangUp:
    """When he has heard out what is said."""


Action = Press | Wait | Silence | Speak | Agent | HangUp

# -- what is given -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a lookup, http or answer step gets, after ``takes_s``."""

    status: str = "ok"
    values: Mapping[str, Value] = field(default_factory=dict)
    takes_s: float = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is known of the queue from ``after`` seconds of waiting on; times in whole seconds, -1: not known."""

    after: float = 0.0
    position: int = 1
    wait_p50_s: int = -1
    wait_p90_s: int = -1
    ready: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """``now``: seconds since the epoch. ``customer`` None: the CRM does not know the number. Steps by their names."""

    ani: str
    dnis: str
    language: str = ""
    now: float
    customer: Mapping[str, Value] | None = None
    data: Mapping[str, tuple[Answer, ...]] = field(default_factory=dict)
    queue: tuple[Line, ...] = (Line(),)
    split: Mapping[str, str] = field(default_factory=dict)
    fail: frozenset[str] = frozenset()
    refuse: frozenset[str] = frozenset()


# -- what is expected --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """What was said: ``written`` as the name of a prompt or step (then ``texts`` are its wordings: all of one must be
    heard), or as (a part of) a text (``texts`` is empty)."""

    written: str
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expect:
    """None or empty: not looked at. ``heard`` and ``path``: in this order; other things may lie between."""

    heard: tuple[Said, ...] = ()
    not_heard: tuple[Said, ...] = ()
    path: tuple[str, ...] = ()
    not_visited: tuple[str, ...] = ()
    variables: Mapping[str, Value] = field(default_factory=dict)
    queue: str | None = None
    needs: Needs | None = None
    priority: int | None = None
    tier: str | None = None
    agent: str | None = None
    language: str | None = None
    outcome: str | None = None
    reason: str | None = None
    failure: str | None = None
    number: str | None = None
    survey: Mapping[str, int | None] = field(default_factory=dict)
    asked: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    line: int
    """Where it begins in its file."""
    given: Given
    caller: tuple[Action, ...] = ()
    expect: Expect = Expect()


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTests:
    file: str
    cases: tuple[Case, ...]
