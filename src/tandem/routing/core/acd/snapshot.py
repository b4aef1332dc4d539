"""The state of a matcher as bytes (MessagePack), exact to the last bit of every float.

Only facts are kept (who is there, what waits, how far it has come, the rates); indexes are rebuilt.
"""

from __future__ import annotations

import msgspec

from tandem.cti.model.errors import BadRequest
from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.skills import Need, Needs
from tandem.routing.core.acd.line import Line
from tandem.routing.core.acd.pool import Group, Member, Pool
from tandem.routing.core.acd.weigh import Scales
from tandem.routing.core.acd.work import KINDS, Kind, Step, Work

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
    shares: dict[str, float] = {}
    """By queue."""


_DECODER = msgspec.msgpack.Decoder(Saved)
_ENCODER = msgspec.msgpack.Encoder()


def save(pool: Pool, line: Line, scales: Scales) -> bytes:
    groups = {group: number for number, group in enumerate(pool.groups.values())}
    routes = {route: number for number, route in enumerate(line.routes.values())}
    saved = Saved(
        version=VERSION,
        members=[
            SavedMember(m.id, dict(m.skills), m.site, m.free, m.idle_since, m.turn, sorted(m.kinds))
            for m in pool.members.values()
        ],
        groups=[_save_group(group) for group in groups],
        routes=[SavedRoute(route.kind, _save_steps(route.steps)) for route in routes],
        works=[_save_work(entry.work, routes[entry.lane.route], entry.stage, entry.floor) for entry in line.in_order()],
        turn=pool.turn,
        latest_idle=pool.latest_idle,
        priced=[groups[group] for group in pool.priced],
        renewed=scales.renewed,
        freed=scales.freed,
        freed_counted=scales.freed_counted,
        freed_counted_s=scales.freed_counted_s,
        freed_rate=scales.freed_rate,
        renewed_at=scales.renewed_at,
        shares={str(queue): share for queue, share in scales.shares.items()},
    )
    return _ENCODER.encode(saved)


def load(data: bytes, pool: Pool, line: Line, scales: Scales) -> None:
    """Fills the three, which are new. Raises BadRequest when this is no snapshot of this version."""
    saved = _decode(data)
    for m in saved.members:
        member = Member(AgentId(m.id), m.skills, m.site, free=m.free, idle_since=m.idle_since, turn=m.turn)
        member.kinds = frozenset(kind for kind in KINDS if kind in m.kinds)
        pool.add(member)
        if member.free:
            pool.free[member.id] = member
    groups = [_load_group(pool, group) for group in saved.groups]
    for number in saved.priced:
        pool.ask_first(groups[number])
    routes = [line.route(_load_steps(route.steps), route.kind) for route in saved.routes]
    for work in saved.works:
        route = routes[work.route]
        line.add(_load_work(work, route.kind, route.steps), route, work.stage, work.floor)
    pool.turn, pool.latest_idle = saved.turn, saved.latest_idle
    scales.renewed, scales.renewed_at = saved.renewed, saved.renewed_at
    scales.shares = {QueueId(queue): share for queue, share in saved.shares.items()}
    scales.freed, scales.freed_rate = saved.freed, saved.freed_rate
    scales.freed_counted, scales.freed_counted_s = saved.freed_counted, saved.freed_counted_s


def _decode(data: bytes) -> Saved:
    try:
        saved = _DECODER.decode(data)
    except msgspec.MsgspecError as error:
        raise BadRequest(f"not a snapshot of a matcher: {error}") from None
    if saved.version != VERSION:
        raise BadRequest(f"a snapshot of version {saved.version}; this is version {VERSION}")
    return saved


def _save_group(group: Group) -> SavedGroup:
    return SavedGroup(
        group.kind,
        group.person,
        tuple(map(_save_needs, group.alternatives)),
        group.arrivals,
        group.renewed_at,
        group.counted,
        group.counted_s,
        group.price,
    )


def _load_group(pool: Pool, saved: SavedGroup) -> Group:
    person = None if saved.person is None else AgentId(saved.person)
    group = pool.group(saved.kind, person, tuple(map(_load_needs, saved.alternatives)))
    group.arrivals, group.renewed_at = saved.arrivals, saved.renewed_at
    group.counted, group.counted_s, group.price = saved.counted, saved.counted_s, saved.price
    return group


def _save_needs(needs: Needs) -> _Needs:
    return tuple((need.skill, need.minimum) for need in needs)


def _load_needs(needs: _Needs) -> Needs:
    return tuple(Need(skill, minimum) for skill, minimum in needs)


def _save_steps(steps: tuple[Step, ...]) -> tuple[_Step, ...]:
    return tuple((_save_needs(step.needs), step.from_s, step.only) for step in steps)


def _load_steps(steps: tuple[_Step, ...]) -> tuple[Step, ...]:
    return tuple(
        Step(needs=_load_needs(needs), from_s=from_s, only=None if only is None else AgentId(only))
        for needs, from_s, only in steps
    )


def _save_work(work: Work, route: int, stage: int, floor: int) -> SavedWork:
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


def _load_work(saved: SavedWork, kind: Kind, steps: tuple[Step, ...]) -> Work:
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
