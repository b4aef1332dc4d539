"""The port ``Switch`` in memory. ``FakeTelephony`` is the world of lines and phones; it outlives its controllers, as
Asterisk does. ``FakeSwitch`` is one controller of it.

Deterministic: nothing is random, events come in the loop's order, and all waiting is the loop's time (virtual in tests
that want it). The contract suite in tests/contract/asterisk holds it to what real Asterisk does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from functools import partial

from tests.support.fake_media import FakeMedia, Line, later, now

from tandem.cti.adapters.asterisk import actions
from tandem.cti.adapters.asterisk.carrier_people import Behaviour
from tandem.cti.adapters.asterisk.media_commands import check
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import LinkDown, ResourceMissing, WrongState
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId
from tandem.cti.model.states import ConnectionState
from tandem.cti.ports import SwitchListener

TRUNK = DeviceId("carrier")
_REFUSALS = {
    Behaviour.BUSY: Cause.BUSY,
    Behaviour.DECLINE: Cause.REJECTED,
    Behaviour.UNALLOCATED: Cause.INVALID_NUMBER,
    Behaviour.CONGESTION: Cause.CONGESTION,
}


class FakeTelephony:
    """Lines, phones, the fallback queue and its dead-man switch.

    ``prompt_s`` is how long each prompt takes, ``rings_s`` how long a phone rings before it is answered. ``sip_hosts``
    are those that a call may be transferred to. ``trunks`` are the carriers that may be named; those of
    ``dead_carriers`` never answer. ``whispered`` are the connections that heard the whisper tone; ``dialled`` counts
    the calls to each device.
    """

    def __init__(self, *, guard_s: float = 30.0, prompt_s: float = 0.05, rings_s: float = 0.02) -> None:
        self.guard_s = guard_s
        self.prompt_s = prompt_s
        self.rings_s = rings_s
        self.sip_hosts: tuple[str, ...] = ()
        self.trunks: Mapping[str, str] = {"": TRUNK, "trunk": TRUNK}
        self.dead_carriers: set[str] = set()
        self.whispered: list[ConnectionId] = []
        self.dialled: Counter[DeviceId] = Counter()
        self.lines: dict[ConnectionId, Line] = {}
        self.in_service: set[DeviceId] = set()
        self.behaviours: dict[str, Behaviour] = {}
        self.media = FakeMedia(self._tell, self.behaviours, prompt_s=prompt_s)
        self.members: dict[DeviceId, bool] = {}
        self.recordings: dict[str, ConnectionId] = {}
        self.listener: SwitchListener | None = None
        self.boots = 1
        self._count = 0
        self._over: set[ConnectionId] = set()

    # -- what people do

    def call_in(self, dnis: str, ani: str, name: str = "") -> Line:
        """A caller arrives and is answered by the dialplan."""
        self._count += 1
        line = Line(
            CallId(f"call-{self._count}"),
            ConnectionId(f"caller-{self._count}"),
            ev.Party.CALLER,
            TRUNK,
            calling=ani,
            name=name,
            called=DeviceId(dnis),
            answered=True,
        )
        self.lines[line.connection] = line
        self._tell(
            ev.Originated(call=line.call, connection=line.connection, calling=ani, name=name, called=line.called)
        )
        self._to_loop(line)
        return line

    def press(self, line: Line, keys: str) -> None:
        for key in keys:
            self.media.pressed(line, key)

    def hang_up(self, line: Line, cause: Cause = Cause.NORMAL) -> None:
        """Either side of the line ends it."""
        if self.lines.pop(line.connection, None) is None:
            return
        self._over.add(line.connection)
        other = self._part(line)
        line.controlled = False
        self._cancel(line)
        if line.party is ev.Party.CALLER or line.answered:
            self._tell(ev.ConnectionCleared(call=line.call, connection=line.connection, cause=cause))
        else:
            failure = Cause.CANCELLED if cause is Cause.NORMAL else cause
            self._tell(ev.Failed(call=line.call, connection=line.connection, cause=failure))
        if other is not None:
            self._to_loop(other)
        for queued in [o for o in self.lines.values() if o.fallback and o.call == line.call and o is not other]:
            if queued.party is ev.Party.AGENT:
                self.hang_up(queued)

    def hang_up_phone(self, device: str) -> None:
        for line in [line for line in self.lines.values() if line.device == device]:
            self.hang_up(line)

    def hold(self, line: Line, *, held: bool) -> None:
        line.held = held
        self._tell((ev.Held if held else ev.Retrieved)(call=line.call, connection=line.connection))

    def register(self, device: str) -> None:
        self.in_service.add(DeviceId(device))
        self._tell(ev.BackInService(device=DeviceId(device)))

    def unregister(self, device: str) -> None:
        self.in_service.discard(DeviceId(device))
        self._tell(ev.OutOfService(device=DeviceId(device)))

    def behave(self, device: str, behaviour: Behaviour) -> None:
        self.behaviours[device] = behaviour

    def crash(self) -> None:
        """The switch ends, and with it every line."""
        listener, self.listener = self.listener, None
        for line in list(self.lines.values()):
            self.hang_up(line)
        self.members.clear()
        self.boots += 1
        if listener:
            listener(ev.SwitchLost(gone=True, reason="crashed"))

    # -- what a controller does

    def attach(self, listener: SwitchListener) -> None:
        self.listener = listener
        for line in self.lines.values():
            if line.guard:
                line.guard.cancel()
                line.guard = None

    def detach(self) -> None:
        """The controller is gone: the dead-man switch of every line that it held begins to run."""
        self.listener = None
        for line in self.lines.values():
            if line.controlled:
                line.guard = later(self.guard_s, partial(self._dead_man, line))

    def snapshot(self) -> ev.Snapshot:
        return ev.Snapshot(
            connections=tuple(
                ev.ConnectionSnapshot(
                    call=line.call,
                    connection=line.connection,
                    party=line.party,
                    device=line.device,
                    calling=line.calling,
                    name=line.name,
                    called=line.called,
                    state=_state(line),
                    controlled=line.controlled,
                    joined_with=line.joined.connection if line.joined else None,
                    in_fallback=line.fallback,
                    memory=line.memory,
                    answered_for_s=(
                        now() - line.answered_at
                        if line.party is ev.Party.CUSTOMER and line.answered_at is not None
                        else None
                    ),
                )
                for line in self.lines.values()
            ),
            in_service=frozenset(self.in_service),
        )

    def make(self, request: rq.MakeConnection) -> None:
        if request.connection in self.lines or request.connection in self._over:
            return
        line = Line(
            request.call,
            request.connection,
            request.party,
            request.device,
            called=request.device,
            memory=request.memory,
        )
        self.lines[line.connection] = line
        if request.party is ev.Party.AGENT and request.device not in self.in_service:
            later(0, lambda: self.hang_up(line, Cause.UNREACHABLE))
            return
        self.dialled[request.device] += 1
        if request.carrier in self.dead_carriers:
            line.timer = later(request.timeout_s, lambda: self.hang_up(line, Cause.UNREACHABLE))
            return
        self._ring(line, request.timeout_s)

    def join(self, line: Line, other: Line, *, tone: bool = False) -> None:
        if tone:
            self.whispered.append(other.connection)
        for each, peer in ((line, other), (other, line)):
            self._leave_loop(each)
            each.joined = peer
            self._tell(ev.Joined(call=each.call, connection=each.connection))

    def retake(self, line: Line) -> None:
        other = self._part(line)
        if line.fallback:
            for leg in [o for o in self.lines.values() if o.call == line.call and o.fallback and o is not line]:
                self.hang_up(leg)
                other = None
        self._to_loop(line)
        if other is not None:
            self._to_loop(other)

    # -- the world's own doings

    def _ring(self, line: Line, timeout_s: float) -> None:
        behaviour = self.behaviours.get(line.device, Behaviour.ANSWER)
        if behaviour in _REFUSALS:
            later(0, lambda: self.hang_up(line, _REFUSALS[behaviour]))
            return
        if behaviour is Behaviour.DEAD:
            line.timer = later(timeout_s, lambda: self.hang_up(line, Cause.UNREACHABLE))
            return
        if behaviour is Behaviour.ANNOUNCEMENT:
            line.timer = later(self.prompt_s, lambda: self.hang_up(line, Cause.NO_ANSWER))
            return
        line.ringing = True
        self._tell(ev.Delivered(call=line.call, connection=line.connection, device=line.device))
        if behaviour is Behaviour.RING:
            line.timer = later(timeout_s, lambda: self.hang_up(line, Cause.NO_ANSWER))
        else:
            line.timer = later(self.rings_s, lambda: self._answer(line))

    def _answer(self, line: Line) -> None:
        if line.connection not in self.lines:
            return
        line.answered, line.answered_at, line.timer = True, now(), None
        self._tell(ev.Established(call=line.call, connection=line.connection, device=line.device))
        if not line.fallback:
            self._to_loop(line)
            if self.behaviours.get(line.device) is Behaviour.BRIEF:
                later(self.prompt_s, lambda: self.hang_up(line))
            return
        caller = next(o for o in self.lines.values() if o.call == line.call and o.party.is_served)
        self.join(caller, line)

    def _to_loop(self, line: Line) -> None:
        if line.connection not in self.lines:
            return
        if line.fallback and line.party is ev.Party.AGENT:
            self.hang_up(line)
            return
        line.controlled, line.fallback = True, False
        if self.listener is None:
            line.guard = later(self.guard_s, lambda: self._dead_man(line))
        self._tell(
            ev.RouteRequested(
                call=line.call,
                connection=line.connection,
                party=line.party,
                calling=line.calling,
                name=line.name,
                called=line.called,
                memory=line.memory,
            )
        )

    def _leave_loop(self, line: Line) -> None:
        line.controlled = False
        self._cancel(line)
        self.media.abandon(line)

    def _part(self, line: Line) -> Line | None:
        other = line.joined
        if other is None:
            return None
        for each in (line, other):
            each.joined, each.held = None, False
            self._tell(ev.Parted(call=each.call, connection=each.connection))
        return other

    def _dead_man(self, line: Line) -> None:
        line.controlled, line.guard = False, None
        if not line.party.is_served:
            self.hang_up(line)
            return
        line.fallback = True
        self._fallback_rings()

    def _fallback_rings(self) -> None:
        for caller in [line for line in self.lines.values() if line.fallback and line.party.is_served]:
            if caller.joined or any(o.call == caller.call and o is not caller for o in self.lines.values()):
                continue
            busy = {line.device for line in self.lines.values()}
            ready = [device for device, is_ready in self.members.items() if is_ready and device not in busy]
            if ready:
                self._count += 1
                leg = Line(
                    caller.call,
                    ConnectionId(f"fallback-{self._count}"),
                    ev.Party.AGENT,
                    ready[0],
                    called=ready[0],
                    fallback=True,
                )
                self.lines[leg.connection] = leg
                self._ring(leg, 20)

    def _cancel(self, line: Line) -> None:
        for handle in (line.timer, line.guard):
            if handle:
                handle.cancel()
        line.timer = line.guard = None

    def _tell(self, event: ev.SwitchEvent) -> None:
        if self.listener is not None:
            self.listener(event)


class FakeSwitch:
    """One controller of a ``FakeTelephony``."""

    def __init__(self, world: FakeTelephony, listener: SwitchListener) -> None:
        self.world = world
        self._listener = listener
        self._boots = 0
        self.requests: list[rq.SwitchRequest] = []

    async def run(self) -> None:
        try:
            while True:
                if self.world.listener is not self._listener:
                    restarted = self._boots not in {0, self.world.boots}
                    self._boots = self.world.boots
                    self.world.attach(self._listener)
                    self._listener(ev.SwitchFound(snapshot=self.world.snapshot(), restarted=restarted))
                await asyncio.sleep(0.1)
        finally:
            if self.world.listener is self._listener:
                self.world.detach()

    async def snapshot(self) -> ev.Snapshot:
        self._need_link()
        return self.world.snapshot()

    async def request(self, request: rq.SwitchRequest) -> None:
        self._need_link()
        self.requests.append(request)
        await asyncio.sleep(0)
        world = self.world
        match request:
            case rq.Play() | rq.Collect() | rq.Music() | rq.StartMusic() | rq.DetectMachine() | rq.LeaveMessage():
                check(request)  # the same checks as the real one
                world.media.add(self._controlled(request.connection), request)
            case rq.MakeConnection():
                actions.originate(request, sip_hosts=world.sip_hosts, trunks=world.trunks)
                world.make(request)
            case rq.Join():
                line, other = self._controlled(request.connection), self._controlled(request.other)
                world.join(line, other, tone=request.tone)
            case rq.Retake():
                line = self._line(request.connection)
                if line.controlled:
                    raise WrongState("under our control already")
                world.retake(line)
            case rq.ClearConnection():
                line = self._line(request.connection)
                if not (request.unanswered and line.answered):
                    world.hang_up(line, request.cause)
            case rq.Record():
                world.recordings[request.recording] = self._line(request.connection).connection
            case rq.StopRecording():
                self._line(request.connection)
            case rq.Remember():
                actions.checked_memory(request.memory)
                self._line(request.connection).memory = request.memory
            case rq.SetFallbackMember():
                world.members[request.device] = request.ready
                world._fallback_rings()

    def _need_link(self) -> None:
        if self.world.listener is not self._listener:
            raise LinkDown("no link")

    def _line(self, connection: ConnectionId) -> Line:
        line = self.world.lines.get(connection)
        if line is None:
            raise ResourceMissing(f"no connection {connection}")
        return line

    def _controlled(self, connection: ConnectionId) -> Line:
        line = self._line(connection)
        if not line.controlled:
            raise WrongState(f"{connection} is not under our control")
        return line


def _state(line: Line) -> ConnectionState:
    if line.held:
        return ConnectionState.HOLD
    if line.fallback and line.joined is None and line.party.is_served:
        return ConnectionState.QUEUED
    if line.answered:
        return ConnectionState.CONNECTED
    return ConnectionState.ALERTING if line.ringing else ConnectionState.INITIATED
