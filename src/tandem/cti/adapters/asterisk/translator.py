"""AMI events in, events of the call model out. Pure: no I/O, no clock.

What Asterisk 22 does, as measured (the scenario tests hold transcripts):

- ``Bridge`` takes a channel out of Asynchronous AGI without an ``AsyncAGIEnd``, keeps its name and Uniqueid, and
  clears its dead-man switch; the internal ``Surrogate`` channel shows in no event. So ``BridgeEnter`` ends control.
- ``OriginateResponse`` may overtake ``Newchannel``, ``Newstate`` and ``Hangup``, and tells less than ``Hangup`` why a
  leg failed: it counts only for a leg that never became a channel, and only after a while (``never_came``). A repeated
  ``ChannelId`` fails while the first leg lives on.
- Linkedid changes when legs are joined: it says whose leg a new channel of the fallback queue is, and nothing else.

Events may be missing, late, doubled or out of order: each says what is now, and what is already so is no news. Once a
leg has ended nothing brings it back.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable

from tandem.cti.adapters.asterisk import causes
from tandem.cti.adapters.asterisk.codec import Message
from tandem.cti.adapters.asterisk.dialplan import ARRIVALS, CALLERS, DEADMAN, FALLBACK_QUEUE
from tandem.cti.adapters.asterisk.legs import (
    RINGING,
    UP,
    Leg,
    PublicIds,
    become_fallback_leg,
    caller_name,
    caller_number,
    device_of,
    dialled,
)
from tandem.cti.model.causes import Cause
from tandem.cti.model.events import (
    BackInService,
    ConnectionCleared,
    Delivered,
    Established,
    Failed,
    Held,
    Joined,
    Originated,
    OutOfService,
    Parted,
    Party,
    Retrieved,
    RouteRequested,
    SwitchEvent,
)
from tandem.cti.model.ids import ConnectionId, DeviceId
from tandem.cti.model.requests import MakeConnection

Events = list[SwitchEvent]

_ENDED_KEPT = 4096
_CAUSE = re.compile(r"[0-9]{1,3}")
_ORIGINATE_REASONS = {"1": Cause.NO_ANSWER, "3": Cause.NO_ANSWER, "5": Cause.BUSY, "8": Cause.CONGESTION}
_ABSENT = frozenset({"Removed", "Unreachable"})


class Translator:
    """Keeps what it must know of each leg to speak of it in the model's words.

    ``legs`` by Uniqueid; ``contacts`` the registered addresses of each phone; ``expected`` the legs that we have asked
    for and not seen yet.
    """

    def __init__(self, system_name: str, phones: Iterable[DeviceId]) -> None:
        self.ids = PublicIds(system_name)
        self.legs: dict[str, Leg] = {}
        self.expected: dict[ConnectionId, MakeConnection] = {}
        self.refused: dict[ConnectionId, Cause] = {}
        """Of those, the ones of which Asterisk has said that they failed."""
        self.contacts: dict[DeviceId, set[str]] = {device: set() for device in phones}
        self._by_connection: dict[ConnectionId, str] = {}
        self._doubts: set[tuple[str, str]] = set()
        self._ended: set[str] = set()
        self._ended_order: deque[str] = deque()
        self._rows: dict[str, Callable[[Message], Events]] = {
            "Newchannel": self._new_channel,
            "Newstate": self._new_state,
            "DialState": self._progress,
            "OriginateResponse": self._originate_response,
            "AsyncAGIStart": self._control_given,
            "AsyncAGIEnd": self._control_taken,
            "BridgeEnter": self._bridge_enter,
            "BridgeLeave": self._bridge_leave,
            "Hold": self._hold,
            "Unhold": self._unhold,
            "QueueCallerJoin": self._fallback_join,
            "Hangup": self._hangup,
            "ContactStatus": self._contact_status,
        }

    def translate(self, message: Message) -> Events:
        """The model's events for one AMI event: mostly one or none. Never raises on any event."""
        row = self._rows.get(message.name)
        return row(message) if row else []

    def leg(self, connection: ConnectionId) -> Leg | None:
        return self.legs.get(self._by_connection.get(connection, ""))

    def expect(self, request: MakeConnection) -> bool:
        """A leg that we are about to originate. False: it is already there, or already over."""
        if request.connection in self.expected or request.connection in self.legs or request.connection in self._ended:
            return False
        self.expected[request.connection] = request
        return True

    def unexpect(self, connection: ConnectionId) -> MakeConnection | None:
        """The leg has come, or never will."""
        self.refused.pop(connection, None)
        return self.expected.pop(connection, None)

    def adopt(self, legs: Iterable[Leg], contacts: dict[DeviceId, set[str]]) -> None:
        """Believe what a list of channels shows, and nothing else. ``held`` is the one thing that it does not show."""
        before = self.legs
        self.legs = {}
        self._by_connection = {}
        for leg in legs:
            if leg.uniqueid not in self._ended:
                leg.held = leg.uniqueid in before and before[leg.uniqueid].held and bool(leg.bridge)
                self._add(leg)
        self.contacts = {device: contacts.get(device, set()) for device in self.contacts}

    def forget(self) -> None:
        """Asterisk is gone, and every leg with it."""
        self.legs.clear()
        self.expected.clear()
        self.refused.clear()
        self._by_connection.clear()
        for contacts in self.contacts.values():
            contacts.clear()

    def in_service(self) -> frozenset[DeviceId]:
        return frozenset(device for device, contacts in self.contacts.items() if contacts)

    def sweep(self, now: Iterable[Leg]) -> Events:
        """Compare with a fresh list of channels. A difference counts when two sweeps in a row have seen it, for a list
        may be ahead of the events."""
        there = {leg.uniqueid: leg for leg in now}
        doubts: set[tuple[str, str]] = set()
        events: Events = []
        for uniqueid in [*self.legs, *(uniqueid for uniqueid in there if uniqueid not in self.legs)]:
            doubt = self._doubt(self.legs.get(uniqueid), there.get(uniqueid))
            if not doubt or uniqueid in self._ended:
                continue
            if (uniqueid, doubt) in self._doubts:
                events += self._mend(self.legs.get(uniqueid), there.get(uniqueid))
            else:
                doubts.add((uniqueid, doubt))
        self._doubts = doubts
        return events

    @staticmethod
    def _doubt(known: Leg | None, found: Leg | None) -> str:
        if known is None or found is None:
            return "gone" if known else "new"
        if known.bridge != found.bridge:
            return f"bridge {found.bridge}"
        return "control" if found.controlled and not known.controlled else ""

    def _mend(self, known: Leg | None, found: Leg | None) -> Events:
        if found is None:
            if known is None:
                return []
            self._end(known.uniqueid)
            return [*self._parted_if(known), self._over(known, Cause.UNKNOWN)]
        events: Events = []
        if known is None:
            known = found
            self._add(known)
            if known.party is Party.CALLER:
                events.append(_originated(known))
            if known.controlled:
                events.append(_route_requested(known))
            return events
        if known.bridge != found.bridge:
            events += self._parted_if(known)
            if found.bridge:
                known.bridge, known.controlled = found.bridge, False
                events.append(Joined(call=known.call, connection=known.connection))
        if found.controlled and not known.controlled:
            events += self._answered(known)
            known.controlled, known.joins_until, known.fallback = True, 0.0, False
            events.append(_route_requested(known))
        return events

    def _add(self, leg: Leg) -> None:
        self.legs[leg.uniqueid] = leg
        self._by_connection[leg.connection] = leg.uniqueid
        self.unexpect(leg.connection)

    def _end(self, uniqueid: str) -> Leg | None:
        leg = self.legs.pop(uniqueid, None)
        if leg:
            del self._by_connection[leg.connection]
        if uniqueid not in self._ended:
            self._ended.add(uniqueid)
            self._ended_order.append(uniqueid)
            if len(self._ended_order) > _ENDED_KEPT:
                self._ended.discard(self._ended_order.popleft())
        return leg

    def _known(self, message: Message) -> tuple[Leg | None, Events]:
        """The leg of a message, and the events that its first sight brings."""
        uniqueid = message.get("Uniqueid")
        leg = self.legs.get(uniqueid)
        if leg or not uniqueid or uniqueid in self._ended:
            return leg, []
        device = device_of(message.get("Channel"))
        if not device:
            return None, []
        leg = Leg(
            uniqueid=uniqueid,
            channel=message["Channel"],
            call=self.ids.call(uniqueid),
            connection=ConnectionId(uniqueid),
            party=Party.CALLER,
            device=device,
        )
        events: Events = []
        request = self.expected.get(ConnectionId(uniqueid))
        if request:
            leg.made = True
            leg.call, leg.party, leg.memory = request.call, request.party, request.memory
            leg.device = leg.called = request.device
        elif message.get("Context") in {ARRIVALS, CALLERS}:
            leg.connection = self.ids.connection(uniqueid)
            leg.calling, leg.name, leg.called = caller_number(message), caller_name(message), dialled(message)
            leg.answered = message.get("ChannelState") == UP
            events.append(_originated(leg))
        elif device in self.contacts and message.get("Linkedid") in self.legs:
            become_fallback_leg(leg, self.legs[message["Linkedid"]].call, self.ids)
        else:
            return None, []
        self._add(leg)
        return leg, events

    def _new_channel(self, message: Message) -> Events:
        return self._known(message)[1]

    def _new_state(self, message: Message) -> Events:
        leg, events = self._known(message)
        if leg is None:
            return events
        state = message.get("ChannelState")
        if state == RINGING and not leg.ringing and not leg.answered:
            leg.ringing = True
            if leg.party is not Party.CALLER:
                events.append(Delivered(call=leg.call, connection=leg.connection, device=leg.device))
        elif state == UP:
            events += self._answered(leg)
        return events

    def _progress(self, message: Message) -> Events:
        leg = self.legs.get(message.get("DestUniqueid"))
        if leg:
            leg.progress = True
        return []

    def _answered(self, leg: Leg) -> Events:
        if leg.answered:
            return []
        leg.answered = True
        if leg.party is Party.CALLER:
            return []
        return [Established(call=leg.call, connection=leg.connection, device=leg.device)]

    def _originate_response(self, message: Message) -> Events:
        connection = ConnectionId(message.get("Uniqueid"))
        if message.get("Response") == "Failure" and connection in self.expected:
            self.refused[connection] = _ORIGINATE_REASONS.get(message.get("Reason"), Cause.UNREACHABLE)
        return []

    def never_came(self, connection: ConnectionId) -> Events:
        """Some time after Asterisk has said that this leg failed, and nothing was seen of it."""
        request, cause = self.expected.get(connection), self.refused.get(connection)
        if request is None or cause is None:
            return []
        self.unexpect(connection)
        self._end(connection)
        return [Failed(call=request.call, connection=connection, cause=cause)]

    def _control_given(self, message: Message) -> Events:
        leg, events = self._known(message)
        if leg is None or leg.controlled:
            return events
        events += self._answered(leg)
        events += self._parted_if(leg)
        leg.controlled, leg.joins_until, leg.fallback = True, 0.0, False
        events.append(_route_requested(leg))
        return events

    def _control_taken(self, message: Message) -> Events:
        leg = self.legs.get(message.get("Uniqueid"))
        if leg:
            leg.controlled = False
        return []

    def _bridge_enter(self, message: Message) -> Events:
        leg, events = self._known(message)
        bridge = message.get("BridgeUniqueid")
        if leg is None or not bridge or leg.bridge == bridge:
            return events
        events += [*self._answered(leg), *self._parted_if(leg)]
        leg.bridge, leg.controlled = bridge, False
        leg.fallback = leg.fallback or message.get("Exten") == DEADMAN
        events.append(Joined(call=leg.call, connection=leg.connection))
        return events

    def _bridge_leave(self, message: Message) -> Events:
        leg = self.legs.get(message.get("Uniqueid"))
        if leg is None or not leg.bridge or leg.bridge != message.get("BridgeUniqueid"):
            return []
        if leg.fallback and leg.party.is_served:
            leg.served = True
        return self._parted_if(leg)

    @staticmethod
    def _parted_if(leg: Leg) -> Events:
        if not leg.bridge:
            return []
        leg.bridge, leg.held = "", False
        return [Parted(call=leg.call, connection=leg.connection)]

    def _hold(self, message: Message) -> Events:
        leg = self.legs.get(message.get("Uniqueid"))
        if leg is None or leg.held:
            return []
        leg.held = True
        return [Held(call=leg.call, connection=leg.connection)]

    def _unhold(self, message: Message) -> Events:
        leg = self.legs.get(message.get("Uniqueid"))
        if leg is None or not leg.held:
            return []
        leg.held = False
        return [Retrieved(call=leg.call, connection=leg.connection)]

    def _fallback_join(self, message: Message) -> Events:
        leg = self.legs.get(message.get("Uniqueid"))
        if leg and message.get("Queue") == FALLBACK_QUEUE:
            leg.controlled, leg.fallback = False, True
        return []

    def _hangup(self, message: Message) -> Events:
        uniqueid = message.get("Uniqueid")
        request = self.unexpect(ConnectionId(uniqueid))
        leg = self._end(uniqueid)
        code, sip = _number(message.get("Cause")), _number(message.get("TechCause"))
        if leg is None:
            if request is None:
                return []
            cause = causes.of_failure(code, sip=sip, rang=False, over_a_trunk=_over_a_trunk(request.party))
            return [Failed(call=request.call, connection=request.connection, cause=cause)]
        if leg.answered:
            return [*self._parted_if(leg), self._over(leg, causes.of_clearing(code))]
        cause = causes.of_failure(
            code, sip=sip, rang=leg.ringing or leg.progress, over_a_trunk=_over_a_trunk(leg.party)
        )
        return [*self._parted_if(leg), self._over(leg, cause)]

    @staticmethod
    def _over(leg: Leg, cause: Cause) -> SwitchEvent:
        if leg.party is Party.CALLER or leg.answered:
            return ConnectionCleared(call=leg.call, connection=leg.connection, cause=cause)
        return Failed(call=leg.call, connection=leg.connection, cause=cause)

    def _contact_status(self, message: Message) -> Events:
        device = DeviceId(message.get("AOR"))
        contacts = self.contacts.get(device)
        if contacts is None:
            return []
        before = bool(contacts)
        if message.get("ContactStatus") in _ABSENT:
            contacts.discard(message.get("URI"))
        else:
            contacts.add(message.get("URI"))
        if before == bool(contacts):
            return []
        return [BackInService(device=device) if contacts else OutOfService(device=device)]


def _originated(leg: Leg) -> Originated:
    return Originated(call=leg.call, connection=leg.connection, calling=leg.calling, name=leg.name, called=leg.called)


def _route_requested(leg: Leg) -> RouteRequested:
    return RouteRequested(
        call=leg.call,
        connection=leg.connection,
        party=leg.party,
        calling=leg.calling,
        name=leg.name,
        called=leg.called,
        memory=leg.memory,
    )


def _over_a_trunk(party: Party) -> bool:
    return party in (Party.CUSTOMER, Party.OUTSIDE)


def _number(text: str) -> int:
    return int(found[0]) if (found := _CAUSE.match(text)) else 0
