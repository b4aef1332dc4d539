"""The legs (Asterisk: channels) of our calls as they stand, and how they are read from a list of channels.

Ids. A leg that we make has the ``ChannelId`` that we chose: channel, connection and Asterisk's Uniqueid are one.
A caller's ids are derived from Asterisk's Uniqueid with the instance's secret: the same after a restart of the
server, and of no use to someone who sees them. Which call a made leg belongs to stands in its channel variables.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from tandem.cti.adapters.asterisk.codec import Message, unescape_c
from tandem.cti.adapters.asterisk.dialplan import (
    ARRIVALS,
    CALLERS,
    CLOCK,
    CONTROL_PRIORITY,
    DEADMAN,
    LEGS,
    LOOP,
    VAR_ANSWERED,
    VAR_ASKED,
    VAR_CALL,
    VAR_DEVICE,
    VAR_DNIS,
    VAR_MEMORY,
    VAR_PARTY,
    VAR_SERVED,
)
from tandem.cti.model.events import NOWHERE, ConnectionSnapshot, Party
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId, Token
from tandem.cti.model.states import ConnectionState

STATUS_VARIABLES = (
    *(VAR_CALL, VAR_PARTY, VAR_DEVICE, VAR_DNIS, VAR_SERVED, VAR_ASKED, VAR_ANSWERED, CLOCK),
    *VAR_MEMORY,
)
"""What to ask AMI ``Status`` for (header ``Variables``)."""

UP = "6"
RINGING = "5"

_CHANNEL = re.compile(r"PJSIP/([A-Za-z0-9_]+)-[0-9a-f]{8}")
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_QUOTED_PAIR = re.compile(r"\\(.)")
_DNID = re.compile(r"^agi_dnid: (\+?[0-9]{2,15})$", re.MULTILINE)
_NULL = "(null)"
NOTHING_ASKED = Token("")
_UNKNOWN = "<unknown>"
_LONGEST_TEXT = 80


@dataclass(slots=True, kw_only=True)
class Leg:
    """One channel. ``bridge`` is '' when it is in none; ``made`` when we originated it."""

    uniqueid: str
    channel: str
    call: CallId
    connection: ConnectionId
    party: Party
    device: DeviceId
    calling: str = ""
    name: str = ""
    called: DeviceId = NOWHERE
    made: bool = False
    ringing: bool = False
    progress: bool = False
    """The network has said something: a tone, an announcement."""
    answered: bool = False
    controlled: bool = False
    joins_until: float = 0.0
    """It is controlled, and its bridge, which we have asked for, may come up to this time of the loop."""
    fallback: bool = False
    served: bool = False
    """An agent answered this caller in the fallback queue and has hung up."""
    held: bool = False
    bridge: str = ""
    memory: str = ""
    answered_for_s: float | None = None
    """As read in a snapshot: how long ago a customer's phone was answered."""
    asked: Token = NOTHING_ASKED
    """The token of the media request that the leg is, or was last, busy with; as read in a snapshot."""

    @property
    def state(self) -> ConnectionState:
        if self.held:
            return ConnectionState.HOLD
        if self.fallback and not self.bridge and self.party.is_served:
            return ConnectionState.QUEUED
        if self.answered:
            return ConnectionState.CONNECTED
        return ConnectionState.ALERTING if self.ringing else ConnectionState.INITIATED


class PublicIds:
    """Derives the ids of callers' connections and calls from Asterisk's Uniqueid."""

    __slots__ = ("_key",)

    def __init__(self, system_name: str) -> None:
        self._key = hashlib.blake2b(system_name.encode(), digest_size=32).digest()

    def call(self, uniqueid: str) -> CallId:
        return CallId(self._derive(uniqueid, b"tandem call"))

    def connection(self, uniqueid: str) -> ConnectionId:
        return ConnectionId(self._derive(uniqueid, b"tandem leg"))

    def _derive(self, uniqueid: str, what: bytes) -> str:
        return hashlib.blake2b(uniqueid.encode(), digest_size=12, key=self._key, person=what).hexdigest()


def device_of(channel: str) -> DeviceId:
    """``1001`` for ``PJSIP/1001-0000002a``; NOWHERE for a channel that is no SIP phone's or trunk's."""
    found = _CHANNEL.fullmatch(channel)
    return DeviceId(found[1]) if found else NOWHERE


def caller_name(message: Message) -> str:
    """The caller's name fit to be shown: unescaped, one line, bounded. Still the caller's own words."""
    raw = _QUOTED_PAIR.sub(r"\1", unescape_c(_known(message.get("CallerIDName"))))
    return _UNSHOWN.sub(" ", raw).strip()[:_LONGEST_TEXT]


def caller_number(message: Message) -> str:
    """The caller's number as the network sent it: one line, bounded, not normalised."""
    return _UNSHOWN.sub("", _known(message.get("CallerIDNum")))[:_LONGEST_TEXT]


def dialled(message: Message) -> DeviceId:
    """The number that a caller dialled, from ``Newchannel`` or, should that be lost, from ``AsyncAGIStart``."""
    if message.get("Context") == ARRIVALS:
        return DeviceId(message.get("Exten"))
    found = _DNID.search(unquote(message.get("Env")))
    return DeviceId(found[1]) if found else NOWHERE


def read_legs(rows: Iterable[Message], ids: PublicIds) -> Iterator[Leg]:
    """Our legs from the events of AMI ``Status`` with ``Variables: STATUS_VARIABLES``; other channels are left out."""
    rows = [row for row in rows if device_of(row.get("Channel")) and row.get("Uniqueid")]
    callers = {row["Uniqueid"] for row in rows if row.get("Context") in {CALLERS, ARRIVALS} and not _variables(row)[0]}
    served = {uniqueid: ids.call(uniqueid) for uniqueid in callers}
    for row in rows:
        call, party, *_ = _variables(row)
        if call and party == Party.CUSTOMER:
            # joined once, a channel has the Linkedid of the oldest in its bridge
            served[row["Uniqueid"]] = served[row.get("Linkedid")] = CallId(call)
    for row in rows:
        call, party, device, dnis, was_served, asked, answered_at, read_at, *memory = _variables(row)
        uniqueid, context, exten = row["Uniqueid"], row.get("Context"), row.get("Exten")
        bridge = row.get("BridgeID")
        leg = Leg(
            uniqueid=uniqueid,
            channel=row["Channel"],
            call=CallId(call),
            connection=ConnectionId(uniqueid),
            party=Party.CALLER,
            device=device_of(row["Channel"]),
            ringing=row.get("ChannelState") == RINGING,
            answered=row.get("ChannelState") == UP,
            bridge=bridge,
            memory="".join(memory),
            asked=Token(asked),
            answered_for_s=_since(answered_at, read_at),
            controlled=context in {CALLERS, LEGS} and exten == LOOP and not bridge and _at_control(row),
        )
        if call:
            leg.made = True
            leg.party = Party(party) if party in _PARTIES else Party.AGENT
            leg.device = leg.called = DeviceId(device)
            if leg.party is Party.CUSTOMER:
                leg.fallback, leg.served = exten == DEADMAN, bool(was_served)
        elif uniqueid in callers:
            leg.call, leg.connection = ids.call(uniqueid), ids.connection(uniqueid)
            leg.calling, leg.name = caller_number(row), caller_name(row)
            leg.called = DeviceId(dnis or _known(row.get("DNID")))
            leg.fallback = exten == DEADMAN
            leg.served = bool(was_served)
        elif row.get("Linkedid") in served:
            become_fallback_leg(leg, served[row["Linkedid"]], ids)
        else:
            continue
        yield leg


def become_fallback_leg(leg: Leg, call: CallId, ids: PublicIds) -> None:
    """The fallback queue rings this phone for the caller of ``call``."""
    leg.call, leg.connection = call, ids.connection(leg.uniqueid)
    leg.party, leg.called, leg.fallback = Party.AGENT, leg.device, True


def snapshot_of(legs: Iterable[Leg]) -> tuple[ConnectionSnapshot, ...]:
    legs = list(legs)
    bridges: dict[str, list[Leg]] = {}
    for leg in legs:
        if leg.bridge:
            bridges.setdefault(leg.bridge, []).append(leg)
    return tuple(
        ConnectionSnapshot(
            call=leg.call,
            connection=leg.connection,
            party=leg.party,
            device=leg.device,
            calling=leg.calling,
            name=leg.name,
            called=leg.called,
            state=leg.state,
            controlled=leg.controlled,
            joined_with=next((o.connection for o in bridges.get(leg.bridge, ()) if o is not leg), None),
            in_fallback=leg.fallback,
            memory=leg.memory,
            answered_for_s=leg.answered_for_s,
        )
        for leg in legs
    )


_PARTIES = {party.value for party in Party}


def _variables(row: Message) -> list[str]:
    pairs = dict(line.partition("=")[::2] for line in row.getall("Variable"))
    return ["" if (value := pairs.get(name, "")) == _NULL else value for name in STATUS_VARIABLES]


def _since(answered_at: str, read_at: str) -> float | None:
    """Seconds between two readings of the switch's clock; None when it says nothing of the kind."""
    try:
        passed_s = float(read_at) - float(answered_at)
    except ValueError:
        return None
    return passed_s if 0.0 <= passed_s < 1e9 else None


def _at_control(row: Message) -> bool:
    # One later is on its way back to the loop; the event that it has arrived there follows.
    return row.get("Priority") == str(CONTROL_PRIORITY)


def _known(value: str) -> str:
    return "" if value == _UNKNOWN else value
