"""Requests as AMI actions: name and fields, checked. Pure.

What people wrote (numbers, names) reaches Asterisk only through here. A number is digits with an optional plus, or it
is refused; a name is made harmless, for it is shown and never dialled. Nothing of either goes into a dialplan
expression or an application's arguments.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from tandem.cti.adapters.asterisk.commands_in_flight import Command
from tandem.cti.adapters.asterisk.config import PROBE, TRUNK
from tandem.cti.adapters.asterisk.dialplan import (
    ANSWERED,
    CALLERS,
    FALLBACK_QUEUE,
    LEGS,
    LOOP,
    VAR_CALL,
    VAR_DEVICE,
    VAR_MEMORY,
    VAR_PARTY,
    VAR_SERVED,
)
from tandem.cti.adapters.asterisk.legs import STATUS_VARIABLES, Leg
from tandem.cti.adapters.asterisk.media_commands import INTERRUPT_KEY
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import InvalidField
from tandem.cti.model.events import Party
from tandem.cti.model.ids import DeviceId
from tandem.cti.model.requests import ClearConnection, MakeConnection, Record

Action = tuple[str, Sequence[tuple[str, str]]]

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_PHONE = re.compile(r"[A-Za-z0-9]{1,32}")
_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_SIP = re.compile(r"sip:[A-Za-z0-9.+_-]{1,64}@([A-Za-z0-9.-]{1,255}(?::[0-9]{1,5})?)")
_MEMORY = re.compile(r"[A-Za-z0-9._:;/=+~%-]{0,700}")
_UNSAFE_IN_NAME = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"<>\\${}|]+')
_UNSAFE_IN_NUMBER = re.compile(r"[^0-9+]")
OWN_PHONE = "phone:"
MEMORY_HALF = 350
_ONE_TRUNK = {"": TRUNK}
_LONGEST_NAME = 60
_LONGEST_NUMBER = 32

_Q850 = {
    Cause.NORMAL: 16,
    Cause.BUSY: 17,
    Cause.NO_ANSWER: 19,
    Cause.REJECTED: 21,
    Cause.UNREACHABLE: 20,
    Cause.CONGESTION: 34,
    Cause.INVALID_NUMBER: 28,
    Cause.CANCELLED: 26,
}


def originate(
    request: MakeConnection, *, sip_hosts: Collection[str] = (), trunks: Mapping[str, str] = _ONE_TRUNK
) -> Action:
    """Ring the device; answered, the leg goes to the loop of the legs, a customer's to that of the callers: should no
    server be there then, the fallback queue looks after him. ``ChannelId`` makes it idempotent.

    A device is one of our phones (agents'), a number, ``sip:user@host`` of one of ``sip_hosts`` (outside), or
    ``phone:1001``: our own phone, played by a customer. ``trunks``: the endpoint of each carrier."""
    if request.carrier not in trunks:
        raise InvalidField(f"no carrier {request.carrier[:40]!r} in the settings")
    channel = f"PJSIP/{_device(request.party, request.device, trunks[request.carrier], sip_hosts)}"
    return "Originate", (
        ("Channel", channel),
        ("ChannelId", _checked(_ID, request.connection, "connection")),
        ("Context", CALLERS if request.party.is_served else LEGS),
        ("Exten", ANSWERED if request.party.is_served else LOOP),
        ("Priority", "1"),
        ("Timeout", str(max(1, round(request.timeout_s * 1000)))),
        ("CallerID", caller_id(request.name, request.calling)),
        ("Async", "true"),
        ("Variable", f"{VAR_CALL}={_checked(_ID, request.call, 'call')}"),
        ("Variable", f"{VAR_PARTY}={request.party}"),
        ("Variable", f"{VAR_DEVICE}={request.device}"),
        *(("Variable", f"{name}={half}") for name, half in _memory_halves(request.memory)),
    )


def caller_id(name: str, number: str) -> str:
    """``"name" <number>`` with whatever could end, escape or expand anything taken out."""
    shown = " ".join(_UNSAFE_IN_NAME.sub(" ", name).split())[:_LONGEST_NAME]
    return f'"{shown}" <{_UNSAFE_IN_NUMBER.sub("", number)[:_LONGEST_NUMBER]}>'


def bridge(leg: Leg, other: Leg, *, tone: bool = False) -> Action:
    """``tone``: ``other`` hears the whisper tone first. Asterisk plays it inside the bridge, to that one channel."""
    heard_by = "Channel2" if tone else "no"
    return "Bridge", (("Channel1", leg.channel), ("Channel2", other.channel), ("Tone", heard_by))


def redirect_to_loop(leg: Leg) -> Action:
    context = CALLERS if leg.party.is_served else LEGS
    return "Redirect", (("Channel", leg.channel), ("Context", context), ("Exten", LOOP), ("Priority", "1"))


def hangup(request: ClearConnection, uniqueid: str) -> Action:
    return "Hangup", (("Channel", uniqueid), ("Cause", str(_Q850.get(request.cause, 16))))


def state(leg: Leg) -> Action:
    """The answer's ``Value`` is ``Up`` for who has answered; all that was told before it has been read by then."""
    return "Getvar", (("Channel", leg.uniqueid), ("Variable", "CHANNEL(state)"))


def agi(leg: Leg, command: Command) -> Action:
    return "AGI", (("Channel", leg.channel), ("Command", command.text), ("CommandID", command.command_id))


def wake(leg: Leg) -> Action:
    """A frame for the channel's thread, which looks for commands after each; a received flash means nothing to it."""
    return "SendFlash", (("Channel", leg.channel), ("Receive", "true"))


def interrupt(leg: Leg) -> Action:
    """Press our own key on the leg: it ends the prompt, or the Read, that runs."""
    return "PlayDTMF", (("Channel", leg.channel), ("Digit", INTERRUPT_KEY), ("Receive", "true"))


def refresh_guard(leg: Leg, guard_s: int) -> Action:
    return "AbsoluteTimeout", (("Channel", leg.channel), ("Timeout", str(guard_s)))


def record(request: Record, leg: Leg, folder: Path) -> Action:
    """Raw 16-bit samples, two channels: what the leg says left, what it hears right. MixMonitor, option D."""
    file = folder / f"{_checked(_ID, request.recording, 'recording')}.raw"
    return "MixMonitor", (("Channel", leg.channel), ("File", str(file)), ("Options", "D"))


def stop_recording(leg: Leg) -> Action:
    return "StopMixMonitor", (("Channel", leg.channel),)


def listen(leg: Leg, service: str, ear: uuid.UUID) -> Action:
    """What the leg says, brought to ``service`` (host:port) by the AudioSocket protocol; until the leg ends (E). Only
    what comes from it (o), nothing played to it (q); it is named by its Uniqueid (u)."""
    return "Originate", (
        ("Channel", f"AudioSocket/{service}/{ear}/c(slin)"),
        ("ChannelId", f"ear-{ear}"),
        ("Application", "ChanSpy"),
        ("Data", f"{leg.uniqueid},uqoE"),
        ("Timeout", "2000"),
        ("Async", "true"),
    )


def remember(leg: Leg, memory: str) -> Action:
    """Both halves in one action, so that no crash can leave one old and one new."""
    halves = _memory_halves(memory)
    names, values = ",".join(name for name, _ in halves), ",".join(half for _, half in halves)
    return _set(leg, f"ARRAY({names})", values)


def _memory_halves(memory: str) -> list[tuple[str, str]]:
    checked_memory(memory)
    return [(VAR_MEMORY[0], memory[:MEMORY_HALF]), (VAR_MEMORY[1], memory[MEMORY_HALF:])]


def checked_memory(memory: str) -> str:
    """Raises InvalidField for what ``Remember`` may not hold."""
    return _checked(_MEMORY, memory, "memory")


def forget_served(leg: Leg) -> Action:
    return _set(leg, VAR_SERVED, "")


def status() -> Action:
    return "Status", (("Variables", ",".join(STATUS_VARIABLES)),)


def contacts_of(device: DeviceId) -> Action:
    return "Getvar", (("Variable", f"PJSIP_DIAL_CONTACTS({_checked(_PHONE, device, 'device')})"),)


def read_contacts(device: DeviceId, value: str) -> set[str]:
    """The addresses in ``PJSIP/1001/sip:a@b&PJSIP/1001/sip:c@d``."""
    return {uri for uri in re.split(rf"&?PJSIP/{re.escape(device)}/", value) if uri}


def add_member(device: DeviceId, *, ready: bool) -> Action:
    return "QueueAdd", (*_member(device, ready=ready), ("MemberName", device))


def pause_member(device: DeviceId, *, ready: bool) -> Action:
    return "QueuePause", _member(device, ready=ready)


def _member(device: DeviceId, *, ready: bool) -> tuple[tuple[str, str], ...]:
    interface = f"PJSIP/{_checked(_PHONE, device, 'device')}"
    return ("Queue", FALLBACK_QUEUE), ("Interface", interface), ("Paused", "false" if ready else "true")


def _set(leg: Leg, variable: str, value: str) -> Action:
    return "Setvar", (("Channel", leg.channel), ("Variable", variable), ("Value", value))


def _device(party: Party, device: DeviceId, trunk: str, sip_hosts: Collection[str]) -> str:
    if party is Party.AGENT:
        return _checked(_PHONE, device, "device")
    if party is Party.CUSTOMER and device.startswith(OWN_PHONE):
        phone = _checked(_PHONE, device.removeprefix(OWN_PHONE), "device")
        if phone in {TRUNK, PROBE}:
            raise InvalidField(f"{phone} is no phone")
        return phone
    if party is Party.OUTSIDE and device.startswith("sip:"):
        address = _SIP.fullmatch(device)
        if address is None or address[1].lower() not in sip_hosts:
            raise InvalidField("a SIP address: sip:user@host, of a host that the settings allow")
        return f"{trunk}/{device}"
    return f"{_checked(_NUMBER, device, 'number')}@{trunk}"


def _checked(shape: re.Pattern[str], value: str, what: str) -> str:
    if not shape.fullmatch(value):
        raise InvalidField(f"{what}: not of the form {shape.pattern}")
    return value
