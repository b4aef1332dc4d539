"""What the interpreter is told (events) and what it asks for (effects). Exactly one effect is in hand at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tandem.cti.model.skills import Needs
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.values import Secret, Value

# -- events ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Played:
    """The prompts of a Play, or the seconds of a Music, are over."""


@dataclass(frozen=True, slots=True)
class Digits:
    """The answer to a Collect (or the key that ended a Music or Play): what the caller pressed, ``[0-9*#]``, without
    the terminator; anything else counts as no match.

    ``secret``: of a sensitive Collect, with ``text`` then ''; the digits themselves never come here.
    """

    text: str
    secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class NoInput:
    """The answer to a Collect: the caller pressed nothing in time."""


@dataclass(frozen=True, slots=True)
class MediaFailed:
    """The effect could not be carried out (a sound file is missing, the switch refused, a number did not answer)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """The answer to a Dip. ``status``: ``ok``, ``not_found``, ``failed``, ``timeout``, ``refused``.

    ``values``: of ``ok``, by output name, of the types that the step declared; what is missing is left out.
    """

    status: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The answer to a RecordMessage. ``id``: of the recording; ``seconds``: its length."""

    id: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CallbackTaken:
    """The answer to an OfferCallback: the promise is in the ledger; ``accepted`` False: this number may not be
    called."""

    accepted: bool


@dataclass(frozen=True, slots=True)
class TransferFailed:
    """The answer to a Transfer that nobody answered. (One that is answered ends the flow.)"""

    reason: str = ""


IvrEvent = Played | Digits | NoInput | MediaFailed | Fetched | Recorded | CallbackTaken | TransferFailed

# -- effects -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Play:
    """Play the prompts in order; Played or MediaFailed must follow.

    ``barge_in``: a digit stops them; it is kept for the next Collect (type-ahead), and Played follows all the same.
    """

    prompts: tuple[Prompt, ...]
    barge_in: bool = False


@dataclass(frozen=True, slots=True)
class Collect:
    """Play the prompts (none: just listen), a digit stops them; Digits, NoInput or MediaFailed must follow.

    ``timeout_s``: silence after the last prompt that counts as no input. ``digit_timeout_s``: silence after a digit
    that ends the input. ``terminator``: the key that ends it ('' for none). ``sensitive``: the digits go to the vault.
    ``flush``: what was typed ahead is forgotten first.
    """

    prompts: tuple[Prompt, ...]
    max_digits: int
    timeout_s: float
    digit_timeout_s: float = 3.0
    terminator: str = "#"
    sensitive: bool = False
    flush: bool = False


@dataclass(frozen=True, slots=True)
class Music:
    """Music for ``seconds``; one of ``keys`` ends it. Played, Digits or MediaFailed must follow."""

    seconds: float
    keys: str = ""


@dataclass(frozen=True, slots=True)
class Dip:
    """Look something up; Fetched must follow within ``timeout_s`` (the center sees to that).

    ``kind``: ``http``, ``answers`` (the read-only provider) or ``customer`` (the CRM).
    ``source``: the URL with its parts filled in (percent-encoded), the name of the table of answers, ``phone``, ``id``.
    ``keys``: what is asked with (http: fields of the JSON body; answers: ``key``; customer: ``value``). A Secret in it,
    or as ``{secret:<ref>}`` in ``source``, is put in at the very edge.
    ``outputs``: (name, path or column, type): see docs/reference/ivr-flow.md.
    """

    kind: str
    source: str
    keys: tuple[tuple[str, Value], ...]
    outputs: tuple[tuple[str, str, str], ...]
    timeout_s: float
    cache_s: float
    method: str = "GET"
    credentials: str = ""


@dataclass(frozen=True, slots=True)
class RecordMessage:
    """Play the prompts, then a tone, then record the caller for at most ``most_s``; ``terminator`` ends it.

    Recorded or MediaFailed must follow, unless he hangs up (the recording is kept then too). ``queue``: whose ledger
    of callbacks a message of at least ``min_s`` is entered into ('' for none).
    """

    prompts: tuple[Prompt, ...]
    most_s: float
    terminator: str
    queue: str
    min_s: float = 1.0


@dataclass(frozen=True, slots=True)
class OfferCallback:
    """Promise to call ``number`` ('' for the one he calls from) back; CallbackTaken must follow."""

    queue: str
    number: str
    needs: Needs
    priority: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """Dial ``number`` (E.164 or national), or the SIP address ``sip``, for the caller, who hears the prompts and music.

    The flow is over when it is answered; TransferFailed follows when it is not within ``timeout_s``.
    """

    prompts: tuple[Prompt, ...]
    number: str
    sip: str
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
FLOW_RAISED = "flow_raised"
STATE_TOO_LARGE = "state_too_large"
FAILURES = (MEDIA_FAILED, STEP_LIMIT, FLOW_CHANGED, FLOW_RAISED, STATE_TOO_LARGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue:
    """The call waits in ``queue``. ``failure``: why it is the ``on_error`` queue, '' if it is not.

    ``agent``: this person is wanted first ('' for anyone). ``tier``: goes before the customer's own ('' for that).
    ``waits``: the step has a branch for those who wait: ``interpreter.wait`` begins it, ``step`` goes on with it.
    ``after_call``: the step has a branch for after the talk: ``interpreter.after`` begins it.
    """

    queue: str
    needs: Needs
    priority: int
    language: str
    pressed: tuple[Press, ...]
    variables: tuple[tuple[str, Value], ...]
    failure: str = ""
    agent: str = ""
    tier: str = ""
    waits: bool = False
    after_call: bool = False


@dataclass(frozen=True, slots=True)
class HangUp:
    """The flow is over: the call ends. ``reason`` is the author's own word, for the reports."""

    reason: str


Effect = Play | Collect | Music | Dip | RecordMessage | OfferCallback | Transfer | Enqueue | HangUp

# -- what is to be written down (no answer follows) --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """``answer``: 1 to 5, or 1 for yes and 0 for no; None: nothing was pressed."""

    question: str
    scale: str
    answer: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The call left ``step`` by the exit named ``exit`` for the step ``to`` ('' when the flow is over there).

    ``heard``: the events that the step was told, as short texts for reports and for trying another version on the same
    call: ``digits 3``, ``no_input``, ``played``, ``fetched ok``, ``failed``; the digits of a sensitive step are ``•``s.
    """

    step: str
    exit: str
    to: str
    entered_at: float
    left_at: float
    no_inputs: int = 0
    no_matches: int = 0
    heard: tuple[str, ...] = ()
