"""The state of a matcher as bytes (MessagePack), exact to the last bit of every float.

Only facts are kept (who is there, what waits, how far it has come, the rates); indexes are rebuilt.
"""

from __future__ import annotations

import msgspec

from tandem.cti.model.errors import BadRequest
from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.skills import Need, Needs
from tandem.routing.core.acd.work import Kind, Step, Work

VERSION = 1

_Needs = tuple[tuple[str, int], ...]
_Step = tuple[_Needs, float, str | None]


class SavedMember(msgspec.Struct, frozen=True, array_like=True):
    id: str
    skills: dict[str, int]
    site: str
    free: bool
    idle_since: float
    turn: int
    kinds: list[str]


class SavedGroup(msgspec.Struct, frozen=True, array_like=True):
    """In the order in which the groups came into being."""

    kind: Kind
    person: str | None
    alternatives: tuple[_Needs, ...]
    arrivals: int
    renewed_at: float
    counted: float
    counted_s: float
    price: float


class SavedRoute(msgspec.Struct, frozen=True, array_like=True):
    kind: Kind
    steps: tuple[_Step, ...]


class SavedWork(msgspec.Struct, frozen=True, array_like=True):
    """``route``: index into the routes."""

    id: str
    queue: str
    queued_at: float
    tier: int
    priority: int
    target_s: float
    target_share: float
    handle_s: float
    site: str
    route: int
    stage: int
    floor: int


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    members: list[SavedMember]
    groups: list[SavedGroup]
    routes: list[SavedRoute]
    works: list[SavedWork]
    """In line."""
    turn: int
    latest_idle: float
    renewed: int
    priced: list[int]
    """Indexes into the groups."""
    freed: int
    freed_counted: float
    freed_counted_s: float
    freed_rate: float
    renewed_at: float


_DECODER = msgspec.msgpack.Decoder(Saved)
_ENCODER = msgspec.msgpack.Encoder()


def encode(saved: Saved) -> bytes:
    return _ENCODER.encode(saved)


def decode(data: bytes) -> Saved:
    """Raises BadRequest when this is no snapshot of this version."""
    try:
        saved = _DECODER.decode(data)
    except msgspec.MsgspecError as error:
        raise BadRequest(f"not a snapshot of a matcher: {error}") from None
    if saved.version != VERSION:
        raise BadRequest(f"a snapshot of version {saved.version}; this is version {VERSION}")
    return saved


def save_needs(needs: Needs) -> _Needs:
    return tuple((need.skill, need.minimum) for need in needs)


def load_needs(needs: _Needs) -> Needs:
    return tuple(Need(skill, minimum) for skill, minimum in needs)


def save_steps(steps: tuple[Step, ...]) -> tuple[_Step, ...]:
    return tuple((save_needs(step.needs), step.from_s, step.only) for step in steps)


def load_steps(steps: tuple[_Step, ...]) -> tuple[Step, ...]:
    return tuple(
        Step(needs=load_needs(needs), from_s=from_s, only=None if only is None else AgentId(only))
        for needs, from_s, only in steps
    )


def save_work(work: Work, route: int, stage: int, floor: int) -> SavedWork:
    return SavedWork(
        work.id,
        work.queue,
        work.queued_at,
        work.tier,
        work.priority,
        work.target_s,
        work.target_share,
        work.handle_s,
        work.site,
        route,
        stage,
        floor,
    )


def load_work(saved: SavedWork, kind: Kind, steps: tuple[Step, ...]) -> Work:
    return Work(
        id=WorkId(saved.id),
        queue=QueueId(saved.queue),
        queued_at=saved.queued_at,
        steps=steps,
        tier=saved.tier,
        priority=saved.priority,
        target_s=saved.target_s,
        target_share=saved.target_share,
        handle_s=saved.handle_s,
        kind=kind,
        site=saved.site,
    )
