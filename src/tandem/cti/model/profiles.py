"""Who works here and in which queues: what the server reads at start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tandem.cti.model.ids import AgentId, DeviceId, QueueId


@dataclass(frozen=True, slots=True)
class AgentProfile:
    """``skills``: skill -> proficiency 1..5 (``{"language:zh": 5, "product:loans": 3}``)."""

    login: AgentId
    name: str
    device: DeviceId
    skills: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QueueProfile:
    """``target_share`` of the calls are to be answered within ``target_s`` seconds. Higher ``priority`` goes first."""

    id: QueueId
    name_zh: str
    name_en: str
    priority: int
    target_s: float
    target_share: float
    needs: str = ""
    """Skills that every call of the queue needs, in words (``product:loans>=2``); '' for none."""


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
