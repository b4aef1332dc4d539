"""What we ask of the switch: requests in the imperative, as data, so that they can be logged, replayed and faked.

Requests of one call are carried out in order, one after the other. Each names its call so that a worker per call is
enough to keep that order. A request for a connection that has just gone is refused and does no harm.
"""

from __future__ import annotations

from dataclasses import dataclass

from tandem.cti.model.causes import Cause
from tandem.cti.model.events import Party
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId, RecordingId, Token


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """Play ``prompts`` (media names as the switch knows them) in order; MediaEnded with ``token`` follows.

    ``barge_in``: a digit stops them; it waits for the next Collect, and is not in the MediaEnded.
    """

    call: CallId
    connection: ConnectionId
    prompts: tuple[str, ...]
    token: Token
    barge_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect:
    """Play ``prompts`` and take up to ``max_digits`` digits (a digit stops the prompt); MediaEnded follows.

    ``timeout_s``: silence after the prompt before "no input". ``digit_timeout_s``: silence after a digit that ends the
    input. ``terminator``: the key that ends it ('' for none); it is not among the digits. Digits that were pressed
    before this request count for it, unless ``flush``: then they are forgotten first. ``sensitive``: the digits go to
    the vault, MediaEnded has only where they are (``secret``) and how many.
    """

    call: CallId
    connection: ConnectionId
    prompts: tuple[str, ...]
    max_digits: int
    timeout_s: float
    token: Token
    digit_timeout_s: float = 3.0
    terminator: str = "#"
    sensitive: bool = False
    flush: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Music:
    """Music for ``seconds``; one of ``keys`` ends it at once. MediaEnded follows, with that key as digits, or ''."""

    call: CallId
    connection: ConnectionId
    seconds: float
    keys: str
    token: Token


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMusic:
    """Music for a connection that we control, until it is joined or told otherwise. ``ringing``: a ringing tone
    instead (an agent for whom somebody is dialled)."""

    call: CallId
    connection: ConnectionId
    ringing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeConnection:
    """Ring ``device`` for this call, as a new leg with the id ``connection`` that we chose (idempotent by it).

    Delivered, Established or Failed follow; after Established a RouteRequested comes for the leg.
    ``calling``/``name`` is what the device shows. ``timeout_s`` is how long it may ring.
    """

    call: CallId
    connection: ConnectionId
    party: Party
    device: DeviceId
    calling: str
    name: str
    timeout_s: float
    memory: str = ""
    carrier: str = ""
    """Over which trunk a customer or an outside number is dialled: a name of the settings, '' = the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Bridge two connections of this call, both under our control; Joined follows for each. Ends music and guard.

    ``tone``: ``other`` alone hears a short whisper tone first (an agent who gets a campaign's call).
    """

    call: CallId
    connection: ConnectionId
    other: ConnectionId
    tone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectMachine:
    """Listen whether a person or a machine answered; MachineDetected with ``token`` follows.

    Milliseconds. ``initial_silence_ms``: so long without a sound is a machine; ``greeting_ms``: so much speech is one;
    ``after_greeting_silence_ms``: speech and then so much silence is a person; the ``words``-th word is a machine's;
    ``total_ms``: the longest that it may take from the first sound on. So the verdict is there
    ``initial_silence_ms + total_ms`` and a second after the request at the latest. ``listen``: to the leg's
    own sound as well, for the beep of a machine and for a voice where it is loud.
    """

    call: CallId
    connection: ConnectionId
    token: Token
    initial_silence_ms: int
    greeting_ms: int
    after_greeting_silence_ms: int
    total_ms: int
    words: int
    listen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveMessage:
    """Wait for the end of a machine's greeting (its beep; four seconds of quiet without one; at most ``wait_s``), then
    play ``prompts``, once more from the beginning should a beep be heard meanwhile. MessageBegun and, in the end,
    MediaEnded with ``token`` follow."""

    call: CallId
    connection: ConnectionId
    prompts: tuple[str, ...]
    token: Token
    wait_s: float = 45.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retake:
    """Take a connection out of its bridge or out of the fallback queue; RouteRequested follows."""

    call: CallId
    connection: ConnectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearConnection:
    """``unanswered``: only while it rings; who has answered, though nobody has heard of it yet, stays."""

    call: CallId
    connection: ConnectionId
    cause: Cause = Cause.NORMAL
    unanswered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Record both directions of ``connection`` (its own voice left, what it hears right) until StopRecording."""

    call: CallId
    connection: ConnectionId
    recording: RecordingId


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRecording:
    call: CallId
    connection: ConnectionId
    recording: RecordingId


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """Keep ``memory`` (at most 700 bytes of ``[A-Za-z0-9._:;/=+~%-]``) with the connection, for who comes after us."""

    call: CallId
    connection: ConnectionId
    memory: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFallbackMember:
    """Say whether the switch's own fallback queue may ring this phone while no server is there."""

    device: DeviceId
    ready: bool


CallRequest = (
    Play
    | Collect
    | DetectMachine
    | LeaveMessage
    | Music
    | StartMusic
    | MakeConnection
    | Join
    | Retake
    | ClearConnection
    | Record
    | StopRecording
    | Remember
)
SwitchRequest = CallRequest | SetFallbackMember
