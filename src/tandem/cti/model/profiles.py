"""Who works here, dispositions, a queue's day: what the server reads at start."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.cti.model.ids import AgentId, DeviceId, QueueId


@dataclass(frozen=True, slots=True)
class AgentProfile:
    """Who works at which phone. What he can is in the routing plan."""

    login: AgentId
    name: str
    device: DeviceId


@dataclass(frozen=True, slots=True)
class DispositionNode:
    """A node of the disposition tree; only leaves (no ``children``) can be chosen."""

    code: str
    zh: str
    en: str
    children: tuple[DispositionNode, ...]


@dataclass(frozen=True, slots=True)
class QueueDay:
    """What a queue did since a moment (midnight), so that the board survives a restart.

    Callers who still wait are not counted. ``waited_s`` is the sum over the answered callers.
    """

    queue: QueueId
    answered: int
    abandoned: int
    answered_in_target: int
    abandoned_in_target: int
    waited_s: float
