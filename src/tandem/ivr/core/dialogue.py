"""What the interpreter is told (events) and what it asks for (effects). Exactly one effect is in hand at a time."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.cti.model.skills import Needs
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.state import Value

# -- events ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Played:
    """The prompts of a Play were heard to their end."""


@dataclass(frozen=True, slots=True)
class Digits:
    """The answer to a Collect: what the caller pressed, ``[0-9*#]``; anything else counts as no match."""

    text: str


@dataclass(frozen=True, slots=True)
class NoInput:
    """The answer to a Collect: the caller pressed nothing in time."""


@dataclass(frozen=True, slots=True)
class MediaFailed:
    """The effect could not be carried out (a sound file is missing, the switch refused)."""

    reason: str = ""


IvrEvent = Played | Digits | NoInput | MediaFailed

# -- effects -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Play:
    """Play the prompts in order; Played or MediaFailed must follow."""

    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class Collect:
    """Play the prompts (none: just listen), a digit stops them; Digits, NoInput or MediaFailed must follow.

    ``timeout_s``: silence after the last prompt that counts as no input.
    """

    prompts: tuple[Prompt, ...]
    max_digits: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Press:
    """One choice of the caller, for a person to read: the step, the digit, and its label per language."""

    step: str
    digit: str
    labels: tuple[tuple[str, str], ...]


MEDIA_FAILED = "media_failed"
STEP_LIMIT = "step_limit"
FLOW_CHANGED = "flow_changed"
FAILURES = (MEDIA_FAILED, STEP_LIMIT, FLOW_CHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue:
    """The flow is over: the call waits in ``queue``. ``failure``: why it is the ``on_error`` queue, '' if it is not."""

    queue: str
    needs: Needs
    priority: int
    language: str
    pressed: tuple[Press, ...]
    variables: tuple[tuple[str, Value], ...]
    failure: str = ""


@dataclass(frozen=True, slots=True)
class HangUp:
    """The flow is over: the call ends. ``reason`` is the author's own word, for the reports."""

    reason: str


Effect = Play | Collect | Enqueue | HangUp
