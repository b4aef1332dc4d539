"""The port ``Switch`` on Asterisk: requests out as AMI actions, AMI events in as events of the call model.

After each (re)connection the list of channels is read and believed (``SwitchFound``); the events that came meanwhile
are played after it, and from then on events are passed on as they come. A sweep one second later, and one every half
minute, mends what a lost event has left behind.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from tandem.cti.adapters.asterisk import actions
from tandem.cti.adapters.asterisk.actions import Action
from tandem.cti.adapters.asterisk.codec import Message
from tandem.cti.adapters.asterisk.config import AMI_USER, RECORDER_USER, SwitchSettings
from tandem.cti.adapters.asterisk.dialplan import FALLBACK_QUEUE
from tandem.cti.adapters.asterisk.legs import Leg, read_legs, snapshot_of
from tandem.cti.adapters.asterisk.link import ActionRefused, Alarm, AmiLink, AmiSettings, Down, DownCause
from tandem.cti.adapters.asterisk.media import LegMedia
from tandem.cti.adapters.asterisk.tone import write_tones
from tandem.cti.adapters.asterisk.translator import Translator
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import CtiError, LinkDown, OutcomeUnknown, ResourceMissing, WrongState
from tandem.cti.model.events import Failed, Snapshot, SwitchEvent, SwitchFound, SwitchLost
from tandem.cti.model.ids import ConnectionId, DeviceId
from tandem.cti.model.requests import (
    ClearConnection,
    Collect,
    DetectMachine,
    Join,
    LeaveMessage,
    MakeConnection,
    Music,
    Play,
    Record,
    Remember,
    Retake,
    SetFallbackMember,
    StartMusic,
    StopRecording,
    SwitchRequest,
)
from tandem.cti.ports import SwitchListener
from tandem.cti.runtime.secret_digits import SecretDigits

log = logging.getLogger("tandem.switch")

AMI_HOST = "127.0.0.1"
ANSWER_S = 5.0
"""How long Asterisk may take to answer an action."""
FIRST_SWEEP_S = 1.0
SWEEP_S = 30.0
OVERTAKEN_S = 0.5
"""By so much the word that a leg failed may be ahead of what is told of the leg itself."""
AT_ONCE = 50
"""Actions of a beat that wait for their answers together."""


class AsteriskSwitch:
    """One Asterisk. ``listener`` is called with each event, in order, from the event loop. ``vault`` takes the digits
    of sensitive questions."""

    def __init__(
        self, settings: SwitchSettings, listener: SwitchListener, *, vault: SecretDigits | None = None
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._translator = Translator(settings.system_name, (phone.device for phone in settings.phones))
        self._media = LegMedia(
            lambda: self._translator.legs,
            vault if vault is not None else SecretDigits(),
            settings.sounds_dir,
            ask=self._ask,
            tell=self._tell,
            spawn=self._spawn,
        )
        self._started = ""
        self._in_service = False
        self._called_off: set[ConnectionId] = set()
        self._deadlines: dict[ConnectionId, float] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._link = AmiLink(
            self._ami(AMI_USER, settings.ami_secret, "system,call,agent,agi,dtmf"),
            on_up=self._on_up,
            on_down=self._on_down,
            on_event=self._on_event,
            on_alarm=_log_alarm,
        )
        # MixMonitor wants a right that nothing else wants.
        self._recorder = AmiLink(
            self._ami(RECORDER_USER, settings.recorder_secret, "system"),
            on_up=_nothing_to_read,
        )

    def _ami(self, user: str, secret: str, event_mask: str) -> AmiSettings:
        return AmiSettings(
            host=AMI_HOST,
            port=self._settings.ami_port,
            username=user,
            secret=secret,
            system_name=self._settings.system_name,
            event_mask=event_mask,
            ignored=frozenset(),
        )

    async def run(self) -> None:
        """Keep the link until cancelled."""
        write_tones(self._settings.sounds_dir)
        async with self._media.ears, asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._link.run())
            tasks.create_task(self._recorder.run())
            tasks.create_task(self._now_and_then(self._settings.guard_s / 3, self._vouch))
            tasks.create_task(self._now_and_then(SWEEP_S, self._sweep))

    async def snapshot(self) -> Snapshot:
        """What Asterisk has now. Raises LinkDown, OutcomeUnknown."""
        before = set(self._translator.legs)
        legs, contacts = await self._read()
        # Reading takes a while, and what was told meanwhile is newer than the list: a phone that has begun to ring is
        # not lost, a leg that has ended is not there.
        now, read = self._translator.legs, {leg.uniqueid for leg in legs}
        legs = [leg for leg in legs if leg.uniqueid in now or leg.uniqueid not in before]
        legs += [leg for uniqueid, leg in now.items() if uniqueid not in before | read]
        return Snapshot(
            connections=snapshot_of(legs),
            in_service=frozenset(device for device, addresses in contacts.items() if addresses),
        )

    async def request(self, request: SwitchRequest) -> None:
        """Carry one request out. Raises ResourceMissing, WrongState, InvalidField, LimitReached, LinkDown,
        OutcomeUnknown."""
        match request:
            case Play() | Collect() | Music() | StartMusic() | DetectMachine() | LeaveMessage():
                await self._media.request(self._controlled(request.connection), request)
            case MakeConnection():
                await self._make(request)
            case Join():
                await self._join(request)
            case Retake():
                leg = self._leg(request.connection)
                if leg.controlled:
                    raise WrongState(f"connection {request.connection} is under our control already")
                await self._ask(actions.redirect_to_loop(leg))
            case ClearConnection():
                await self._clear(request)
            case Record():
                action = actions.record(request, self._leg(request.connection), self._settings.recordings_dir)
                await self._ask(action, self._recorder)
            case StopRecording():
                await self._ask(actions.stop_recording(self._leg(request.connection)))
            case Remember():
                leg = self._leg(request.connection)
                await self._ask(actions.remember(leg, request.memory))
                leg.memory = request.memory
            case SetFallbackMember():
                try:
                    await self._ask(actions.pause_member(request.device, ready=request.ready))
                except ActionRefused:  # it is no member yet
                    await self._ask(actions.add_member(request.device, ready=request.ready))

    # -- requests

    async def _join(self, request: Join) -> None:
        leg, other = self._controlled(request.connection), self._controlled(request.other)
        await self._media.settle(leg, other)
        leg.joins_until = other.joins_until = may_come = _now() + ANSWER_S
        try:
            await self._ask(actions.bridge(leg, other, tone=request.tone))
        except OutcomeUnknown:
            raise
        except CtiError:
            leg.joins_until = other.joins_until = 0.0
            raise
        for each in (leg, other):
            if each.joins_until == may_come:  # it is not back from there already
                each.joins_until = float("inf")

    async def _make(self, request: MakeConnection) -> None:
        action = actions.originate(request, sip_hosts=self._settings.sip_hosts, trunks=self._settings.trunks)
        if not self._translator.expect(request):
            return
        self._deadlines[request.connection] = _now() + request.timeout_s + 2 * ANSWER_S
        try:
            await self._ask(action)
        except (ActionRefused, LinkDown, ResourceMissing):
            self._translator.unexpect(request.connection)
            raise

    async def _clear(self, request: ClearConnection) -> None:
        leg = self._translator.leg(request.connection)
        if leg is not None:
            if request.unanswered and (await self._ask(actions.state(leg))).get("Value") == "Up":
                return
            await self._ask(actions.hangup(request, leg.uniqueid))
        elif request.connection in self._translator.expected:
            # Asked for, but not a channel yet: hung up as soon as it is one.
            self._called_off.add(request.connection)
        else:
            raise ResourceMissing(f"no connection {request.connection}")

    async def _ask(self, action: Action, link: AmiLink | None = None) -> Message:
        name, fields = action
        try:
            return await (link or self._link).send(name, fields, timeout_s=ANSWER_S)
        except ActionRefused as error:
            if any(words in str(error) for words in ("does not exist", "o such channel", "not up")):
                raise ResourceMissing(f"{name}: the connection is gone") from error
            raise

    def _leg(self, connection: ConnectionId) -> Leg:
        leg = self._translator.leg(connection)
        if leg is None:
            raise ResourceMissing(f"no connection {connection}")
        return leg

    def _controlled(self, connection: ConnectionId) -> Leg:
        leg = self._leg(connection)
        if not leg.controlled:
            raise WrongState(f"connection {connection} is not under our control")
        return leg

    # -- the link

    async def _on_up(self, link: AmiLink) -> None:
        """Read what is there, believe it, tell it. What came meanwhile is handed to us afterwards."""
        answer = await self._ask(("CoreStatus", ()))
        legs, contacts = await self._read()
        started = f"{answer.get('CoreStartupDate')} {answer.get('CoreStartupTime')}"
        restarted = self._started not in {"", started}
        self._started = started
        if restarted:
            self._translator.forget()
        unheard = self._media.all_left()
        self._translator.adopt(legs, contacts)
        self._in_service = True
        known = list(self._translator.legs.values())
        snapshot = Snapshot(connections=snapshot_of(known), in_service=self._translator.in_service())
        self._tell([SwitchFound(snapshot=snapshot, restarted=restarted), *unheard])
        for leg in known:
            if leg.controlled:
                self._media.found(leg)
            self._answer_for(leg)
        self._spawn(self._vouch())
        self._spawn(self._first_sweep())

    def _on_down(self, down: Down) -> None:
        self._in_service = False
        if down.cause is DownCause.CLOSED:
            return
        if down.gone:
            self._translator.forget()
            self._media.all_left()
        self._tell([SwitchLost(gone=down.gone, reason=down.reason)])

    async def _read(self) -> tuple[list[Leg], dict[DeviceId, set[str]]]:
        legs = await self._read_legs()
        contacts: dict[DeviceId, set[str]] = {}
        devices = list(self._translator.contacts)
        for start in range(0, len(devices), AT_ONCE):
            batch = devices[start : start + AT_ONCE]
            answers = await asyncio.gather(*(self._ask(actions.contacts_of(device)) for device in batch))
            for device, answer in zip(batch, answers, strict=True):
                contacts[device] = actions.read_contacts(device, answer.get("Value"))
        return legs, contacts

    async def _read_legs(self) -> list[Leg]:
        rows = await self._link.send_list(*actions.status(), "StatusComplete", timeout_s=ANSWER_S)
        return list(read_legs(rows, self._translator.ids))

    # -- events

    def _on_event(self, message: Message) -> None:
        if self._media.takes(message):
            return
        name, uniqueid = message.name, message.get("Uniqueid")
        events = self._translator.translate(message)
        if name == "OriginateResponse" and uniqueid in self._translator.refused:
            self._spawn(self._never_came(ConnectionId(uniqueid)))
        leg = self._translator.legs.get(uniqueid)
        if leg is None or not leg.controlled:
            unheard = self._media.left(uniqueid)
            if leg is not None:  # else ConnectionCleared says enough
                self._tell(unheard)
        if leg is not None:
            if leg.controlled:
                self._media.met(leg)
            self._tell(events)
            self._answer_for(leg)
            if name == "QueueCallerJoin" and message.get("Queue") == FALLBACK_QUEUE:
                # The dead-man switch fired while we were here (a stall of ours, a jump of the clock): take him back.
                self._spawn(self._ask(actions.redirect_to_loop(leg)))
        else:
            self._tell(events)

    async def _never_came(self, connection: ConnectionId) -> None:
        await asyncio.sleep(OVERTAKEN_S)
        self._called_off.discard(connection)
        self._tell(self._translator.never_came(connection))

    def _answer_for(self, leg: Leg) -> None:
        """What a leg needs that we have just met."""
        if leg.connection in self._called_off:
            self._called_off.discard(leg.connection)
            request = ClearConnection(call=leg.call, connection=leg.connection, cause=Cause.CANCELLED)
            self._spawn(self._clear(request))
        if leg.served and leg.controlled and leg.party.is_served:
            # A server is here again: should it go once more, the caller is to be queued and not hung up.
            leg.served = False
            self._spawn(self._ask(actions.forget_served(leg)))

    def _tell(self, events: Iterable[SwitchEvent]) -> None:
        for event in events:
            try:
                self._listener(event)
            except Exception:
                log.exception("the listener failed on %s", type(event).__name__)

    # -- upkeep

    async def _now_and_then(self, interval_s: float, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            await asyncio.sleep(interval_s)
            if self._in_service:
                await self._quietly(work())

    async def _vouch(self) -> None:
        """Put off the dead-man switch of all that we control; done three times in each period."""
        held = [leg for leg in self._translator.legs.values() if leg.controlled]
        for start in range(0, len(held), AT_ONCE):
            await asyncio.gather(*(self._quietly(self._vouch_for(leg)) for leg in held[start : start + AT_ONCE]))

    async def _vouch_for(self, leg: Leg) -> None:
        """Never behind its bridge, which Asterisk is told of on the same link: a talk would end when the time is up."""
        if leg.controlled and leg.joins_until <= _now():
            await self._ask(actions.refresh_guard(leg, self._settings.guard_s))

    async def _first_sweep(self) -> None:
        await asyncio.sleep(FIRST_SWEEP_S)
        await self._sweep()

    async def _sweep(self) -> None:
        self._tell(self._translator.sweep(await self._read_legs()))
        for leg in self._translator.legs.values():
            if leg.controlled:
                self._media.met(leg)
        overdue = [connection for connection, deadline in self._deadlines.items() if deadline < _now()]
        for connection in overdue:
            del self._deadlines[connection]
            self._called_off.discard(connection)
            request = self._translator.unexpect(connection)
            if request is not None:
                self._tell([Failed(call=request.call, connection=connection, cause=Cause.UNKNOWN)])

    async def _quietly(self, work: Coroutine[Any, Any, Any]) -> None:
        """Work that nobody waits for: a failure is logged, the next sweep or the dead-man switch mends it."""
        try:
            await work
        except CtiError as error:
            log.info("%s: %s", error.code, error)

    def _spawn(self, work: Coroutine[Any, Any, object]) -> None:
        assert self._tasks is not None  # the link calls us only while run() runs
        self._tasks.create_task(self._quietly(work))


async def _nothing_to_read(link: AmiLink) -> None:
    """The recorder only sends."""


def _log_alarm(alarm: Alarm) -> None:
    log.warning("Asterisk link: %s", alarm.text)


def _now() -> float:
    return asyncio.get_running_loop().time()
