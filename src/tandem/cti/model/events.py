"""What the switch tells us: events in the past tense, in ECMA-269 words. Nothing here names Asterisk.

Every event may come late, twice or out of order (a link that reconnects, a snapshot that overtakes the stream);
whoever takes them must treat a repeated one as no news.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId, Token
from tandem.cti.model.states import ConnectionState

NOWHERE = DeviceId("")


class Party(StrEnum):
    """Whose leg a connection is."""

    CALLER = "caller"
    AGENT = "agent"
    OUTSIDE = "outside"
    """A number that the caller is transferred to."""
    CUSTOMER = "customer"
    """Him whom we call; from his answer on he is what a caller is."""

    @property
    def is_served(self) -> bool:
        """The one for whom the call is: who called us, or whom we call."""
        return self in (Party.CALLER, Party.CUSTOMER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Originated:
    """A new inbound connection appeared at the switch; it is not under our control yet (ECMA-269 "Offered").

    ``calling`` and ``name`` are what the network sent: hostile, unnormalised, perhaps empty.
    """

    call: CallId
    connection: ConnectionId
    calling: str
    name: str
    called: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteRequested:
    """The switch has handed us a connection and waits for instructions (ECMA-269 clause 20 "Route Request").

    Also sent when a connection comes back to us: after its bridge ended, or after the fallback queue gave it up.
    ``memory`` is the text of the last ``Remember`` for it ('' when none).
    """

    call: CallId
    connection: ConnectionId
    party: Party
    calling: str = ""
    name: str = ""
    called: DeviceId = NOWHERE
    memory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A leg that we made is ringing at its device."""

    call: CallId
    connection: ConnectionId
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Established:
    """A leg that we made was answered."""

    call: CallId
    connection: ConnectionId
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A leg that we made never came to be answered."""

    call: CallId
    connection: ConnectionId
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The connection's media is now bridged with another connection of its call."""

    call: CallId
    connection: ConnectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """The connection left the bridge; RouteRequested or ConnectionCleared follows."""

    call: CallId
    connection: ConnectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    call: CallId
    connection: ConnectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    call: CallId
    connection: ConnectionId


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaEnded:
    """A ``Play``, ``Collect`` or ``Music`` is over. ``digits`` is '' for no input; ``ok`` is False when it could not be
    played.

    ``secret``: where the digits of a sensitive Collect are (``digits`` is '' then), ``secret_length`` how many.
    """

    call: CallId
    connection: ConnectionId
    token: Token
    digits: str = ""
    ok: bool = True
    secret: str = ""
    secret_length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineDetected:
    """What answered: ``human``, ``machine`` or ``unsure``. ``why``: the detector's own word for it."""

    call: CallId
    connection: ConnectionId
    token: Token
    verdict: str
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageBegun:
    """``LeaveMessage``: its prompts begin now. ``why``: after a ``beep``; after a long ``quiet`` without one; ``time``:
    nobody ever came to an end; ``silence``: the machine could not be listened to closely, and was silent for a moment.
    ``again``: a beep was heard when they had begun, so they begin anew. ``beep_ago_s``: since its first moment."""

    call: CallId
    connection: ConnectionId
    token: Token
    why: str
    again: bool = False
    beep_hz: float = 0.0
    beep_s: float = 0.0
    beep_ago_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionCleared:
    call: CallId
    connection: ConnectionId
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFailed:
    """A request of ours was refused or its outcome stayed unknown; ``request`` is its class name."""

    call: CallId
    connection: ConnectionId
    request: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackInService:
    """The device (an agent's phone) is registered and can be rung."""

    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfService:
    device: DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSnapshot:
    """One leg as the switch has it now."""

    call: CallId
    connection: ConnectionId
    party: Party
    device: DeviceId
    calling: str
    name: str
    called: DeviceId
    state: ConnectionState
    controlled: bool
    """The switch holds it for us and waits for instructions."""
    joined_with: ConnectionId | None
    in_fallback: bool
    """The switch's own plain queue has it (waiting there, or joined with a phone that the queue rang)."""
    memory: str
    answered_for_s: float | None = None
    """Since when the phone of somebody whom we called is off the hook, by the switch's own clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything the switch has, at one moment."""

    connections: tuple[ConnectionSnapshot, ...]
    in_service: frozenset[DeviceId]


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLost:
    """The link is down. ``gone``: the switch itself is known to be gone, and with it every connection."""

    gone: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchFound:
    """The link is up and the switch ready. ``restarted``: not the process that we knew before."""

    snapshot: Snapshot
    restarted: bool


SwitchEvent = (
    Originated
    | RouteRequested
    | Delivered
    | Established
    | Failed
    | Joined
    | Parted
    | Held
    | Retrieved
    | MediaEnded
    | MachineDetected
    | MessageBegun
    | ConnectionCleared
    | RequestFailed
    | BackInService
    | OutOfService
    | SwitchLost
    | SwitchFound
)
