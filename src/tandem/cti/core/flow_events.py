"""What a flow wants of a contact, and what it is told of: events of its machine, besides those in ``contact.py``."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.cti.model.ids import DeviceId
from tandem.cti.model.requests import Collect, Music, Play


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowAsks:
    """The flow waits for ``what`` (see ``Contact.in_hand``) for at most ``within_s``.

    ``request``: what the switch is to do for that (its token is put in here); None: somebody else does it.
    """

    what: str
    within_s: float
    flow_state: str
    language: str
    pressed: tuple[dict[str, str], ...]
    request: Play | Collect | Music | None = None
    again: bool = False
    """Asked for before, by a predecessor: the token stays, so that an answer which is already there still counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRecords:
    """The flow has the caller hear ``prompts`` (within ``heard_s``) and leave a message of up to ``most_s`` seconds,
    which ``terminator`` ends. ``queue``: whose ledger it is entered into ('' for none), when it is ``min_s`` long."""

    prompts: tuple[str, ...]
    heard_s: float
    most_s: float
    min_s: float
    terminator: str
    queue: str
    flow_state: str
    language: str
    pressed: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTransfers:
    """The flow has ``device`` dialled for him, who hears ``prompts`` and music; it goes on when nobody answers."""

    device: DeviceId
    prompts: tuple[str, ...]
    timeout_s: float
    flow_state: str


@dataclass(frozen=True, slots=True)
class FlowAnswered:
    """What the flow waited for, and the switch does not do (a dip, speech), is there."""


@dataclass(frozen=True, slots=True)
class FlowOverdue:
    """What the flow waits for did not come in time."""


@dataclass(frozen=True, slots=True)
class LineLeft:
    """The flow takes him out of the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPromised:
    """The flow has promised to call him back on ``number``."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftBegun:
    """The author's phone is to be rung, for at most ``ring_s``."""

    device: DeviceId
    ring_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEnded:
    """The flow is over and nobody is wanted."""

    reason: str
    flow_state: str = ""
