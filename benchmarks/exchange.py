"""A scripted Asterisk: it speaks AMI to a real Tandem server, and its callers ring, press 1, 1, wait, talk, hang up.

Events carry the headers of a real Asterisk 22.10, in their order, and only those kinds that ``manager.conf`` lets
through. There is no SIP and no sound: what is measured is the server, at loads that two cores could not carry beside a
real Asterisk's media. All times are CLOCK_MONOTONIC.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

from tandem.cti.adapters.asterisk.config import AMI_USER
from tandem.cti.adapters.asterisk.dialplan import ARRIVALS, CALLERS, LEGS, LOOP, VAR_DNIS, VAR_MEMORY

Fields = Sequence[tuple[str, str]]

_ANSWERED = {
    "AbsoluteTimeout": "Timeout set",
    "SendFlash": "Flash successfully queued",
    "Setvar": "Variable Set",
    "StopMixMonitor": "MixMonitor stopped",
}
_STATES = {"4": "Ring", "5": "Ringing", "6": "Up"}
_HEARD = ("EXEC Background ", "EXEC Read ")
"""Commands that take time, and whose beginning is told."""
_KEY_MS = 100
_RAW_BYTES_PER_S = 32_000
_MOST_RAW_BYTES = 1_000_000


@dataclass(slots=True, eq=False)
class Channel:
    name: str
    uniqueid: str
    linkedid: str
    context: str
    exten: str
    number: str
    caller: str
    state: str = "4"
    priority: str = "1"
    variables: dict[str, str] = field(default_factory=dict)
    commands: deque[tuple[str, str]] = field(default_factory=deque)
    """(CommandID, command) of Asynchronous AGI; the first one is being carried out."""
    heard: asyncio.TimerHandle | None = None
    """The end of the prompt or Read that runs."""
    typed: str = ""
    """What answered the last Read."""
    bridged: Channel | None = None
    bridge: str = ""
    recording: Path | None = None
    recorded_from: float = 0.0

    def headers(self) -> str:
        return (
            f"Channel: {self.name}\r\nChannelState: {self.state}\r\nChannelStateDesc: {_STATES[self.state]}\r\n"
            f"CallerIDNum: {self.number}\r\nCallerIDName: {self.caller}\r\nConnectedLineNum: <unknown>\r\n"
            f"ConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\nContext: {self.context}\r\n"
            f"Exten: {self.exten}\r\nPriority: {self.priority}\r\nUniqueid: {self.uniqueid}\r\n"
            f"Linkedid: {self.linkedid}\r\n"
        )


class Exchange:
    """``async with`` listens on ``port``. ``caused_at``: by caller name, when the bytes were written that send him to
    the queue."""

    def __init__(self, port: int, system_name: str, *, prompt_s: float = 0.05, ring_s: float = 0.3) -> None:
        self.caused_at: dict[str, float] = {}
        self.channels: dict[str, Channel] = {}
        self.events = 0
        self.actions = 0
        self.calls_over = 0
        self.talk_s = 1.0
        self._port = port
        self._system_name = system_name
        self._prompt_s, self._ring_s = prompt_s, ring_s
        self._numbers = count(1)
        self._members: set[str] = set()
        self._links: set[_Link] = set()
        self._listener: _Link | None = None
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Exchange:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Link(self), "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for link in list(self._links):
            link.transport.abort()
        await asyncio.sleep(0)

    def call_in(self, dnis: str, number: str, name: str) -> Channel:
        """A caller rings in; he hangs up ``talk_s`` after an agent has answered."""
        now, turn = time.time(), next(self._numbers)
        uniqueid = f"{self._system_name}-{now:.0f}.{turn}"
        channel = Channel(f"PJSIP/carrier-{turn:08x}", uniqueid, uniqueid, ARRIVALS, dnis, number, name)
        channel.variables[VAR_DNIS] = dnis
        self.channels[channel.name] = channel
        self._emit("Newchannel", channel)
        channel.state, channel.priority = "6", "3"
        self._emit("Newstate", channel)
        self._to_loop(channel, CALLERS)
        return channel

    def press(self, channel: Channel, key: str) -> None:
        """He presses a key unasked: it ends what he hears."""
        self._tell_keys(channel, key)
        self._cut_short(channel, key)

    def hang_up(self, channel: Channel) -> None:
        if channel.name in self.channels:
            self._gone(channel)

    # -- how its callers are: a benchmark's own have other ways

    def lasts_s(self, channel: Channel, command: str) -> float:
        """How long a prompt plays, or until the caller has answered a Read."""
        return self._prompt_s

    def keys(self, channel: Channel, command: str) -> str:
        """What he presses to answer this Read; '' when he lets it time out."""
        return "1"

    def asked(self, channel: Channel, command: str) -> None:
        """The server has just asked for this."""

    # -- what the server asks

    def joined(self, link: _Link) -> None:
        self._links.add(link)
        link.transport.write(b"Asterisk Call Manager/11.0.0\r\n")

    def left(self, link: _Link) -> None:
        self._links.discard(link)
        if self._listener is link:
            self._listener = None

    def act(self, link: _Link, action: Fields) -> None:
        self.actions += 1
        asked = dict(action)
        name = asked["Action"]
        if text := _ANSWERED.get(name):
            if name == "Setvar":
                self._set(asked)
            link.answer(asked, text)
        else:
            getattr(self, f"_{name.lower()}")(link, asked, action)

    def _login(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        link.answer(asked, "Authentication accepted")
        if asked["Username"] == AMI_USER:
            self._listener = link
        link.write("Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 5\r\nStatus: Fully Booted\r\n")

    def _logoff(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        link.transport.close()

    def _ping(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        link.answer(asked, "", f"Ping: Pong\r\nTimestamp: {time.time():.6f}\r\n")

    def _coresettings(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        link.answer(asked, "", f"AMIversion: 11.0.0\r\nSystemName: {self._system_name}\r\n")

    def _corestatus(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        link.answer(asked, "", "CoreStartupDate: 2026-01-01\r\nCoreStartupTime: 08:00:00\r\n")

    def _status(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        link.answer(asked, "Channel status will follow", "EventList: start\r\n")
        names = asked["Variables"].split(",")
        for channel in self.channels.values():
            variables = "".join(f"Variable: {name}={channel.variables.get(name, '(null)')}\r\n" for name in names)
            link.write(
                f"Event: Status\r\nPrivilege: Call\r\n{channel.headers()}Type: PJSIP\r\nDNID: {channel.exten}\r\n"
                f"BridgeID: {channel.bridge}\r\n{variables}ActionID: {asked['ActionID']}\r\n"
            )
        link.write(
            f"Event: StatusComplete\r\nActionID: {asked['ActionID']}\r\nEventList: Complete\r\n"
            f"ListItems: {len(self.channels)}\r\nItems: {len(self.channels)}\r\n"
        )

    def _getvar(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        device = asked["Variable"].removeprefix("PJSIP_DIAL_CONTACTS(").removesuffix(")")
        link.answer(asked, "", f"Variable: {asked['Variable']}\r\nValue: PJSIP/{device}/sip:{device}@127.0.0.1:1\r\n")

    def _queuepause(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        if asked["Interface"] in self._members:
            link.answer(asked, "Interface paused successfully")
        else:
            link.answer(asked, "Interface not found", refused=True)

    def _queueadd(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        if asked["Interface"] in self._members:
            link.answer(asked, "Unable to add interface: Already there", refused=True)
            return
        self._members.add(asked["Interface"])
        link.answer(asked, "Added interface to queue")

    def _agi(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        channel = self.channels.get(asked["Channel"])
        if channel is None:
            link.answer(asked, "Channel does not exist", refused=True)
            return
        link.answer(asked, "Added AGI command to queue")
        self.asked(channel, asked["Command"])
        channel.commands.append((asked["CommandID"], asked["Command"]))
        if len(channel.commands) == 1:
            self._execute(channel)

    def _playdtmf(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        link.answer(asked, "DTMF successfully queued")
        if channel := self.channels.get(asked["Channel"]):
            self._cut_short(channel, "")

    def _originate(self, link: _Link, asked: dict[str, str], action: Fields) -> None:
        link.answer(asked, "Originate successfully queued")
        caller, _, number = asked["CallerID"].rpartition(" ")
        uniqueid = asked["ChannelId"]
        channel = Channel(
            f"{asked['Channel']}-{next(self._numbers):08x}",
            uniqueid,
            uniqueid,
            asked["Context"],
            asked["Exten"],
            number.strip("<>"),
            caller.strip('"'),
        )
        for name, value in action:
            if name == "Variable":
                variable, _, content = value.partition("=")
                channel.variables[variable] = content
        self.channels[channel.name] = channel
        self._emit("Newchannel", channel)
        self._later(0.005, channel, self._ring)

    def _bridge(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        link.answer(asked, "Channels have been bridged")
        one, other = self.channels[asked["Channel1"]], self.channels[asked["Channel2"]]
        bridge = f"{next(self._numbers):032x}"
        one.bridged, other.bridged = other, one
        for number, channel in enumerate((one, other), start=1):
            channel.bridge = bridge
            channel.commands.clear()
            channel.heard = None
            self._emit("BridgeEnter", channel, before=_bridge(bridge, number))
        self._later(self.talk_s, one, self._gone)

    def _mixmonitor(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        link.answer(asked, "Success")
        channel = self.channels[asked["Channel"]]
        channel.recording, channel.recorded_from = Path(asked["File"]), time.monotonic()

    def _hangup(self, link: _Link, asked: dict[str, str], _: Fields) -> None:
        for channel in self.channels.values():
            if channel.uniqueid == asked["Channel"]:
                link.answer(asked, "Channel Hungup")
                self._gone(channel)
                return
        link.answer(asked, "No such channel", refused=True)

    def _set(self, asked: dict[str, str]) -> None:
        channel = self.channels.get(asked.get("Channel", ""))
        if channel is not None and asked["Variable"].startswith("ARRAY("):
            channel.variables.update(zip(VAR_MEMORY, asked["Value"].split(","), strict=False))

    # -- what happens to channels

    def _later(self, after_s: float, channel: Channel, then: Callable[[Channel], None]) -> asyncio.TimerHandle:
        def now() -> None:
            if channel.name in self.channels:
                then(channel)

        return asyncio.get_running_loop().call_later(after_s, now)

    def _ring(self, channel: Channel) -> None:
        channel.state = "5"
        self._emit("Newstate", channel)
        self._later(self._ring_s, channel, self._answer)

    def _answer(self, channel: Channel) -> None:
        channel.state = "6"
        self._emit("Newstate", channel)
        self._emit(
            "OriginateResponse",
            None,
            f"Response: Success\r\nChannel: {channel.name}\r\nContext: {channel.context}\r\nExten: {channel.exten}\r\n"
            f"Reason: 4\r\nUniqueid: {channel.uniqueid}\r\nCallerIDNum: {channel.number}\r\n"
            f"CallerIDName: {channel.caller}\r\n",
        )
        self._to_loop(channel, LEGS)

    def _to_loop(self, channel: Channel, context: str) -> None:
        dnid = channel.variables.get(VAR_DNIS, "unknown")
        channel.context, channel.exten, channel.priority = context, LOOP, "2"
        script = (
            f"agi_request: async\nagi_channel: {channel.name}\nagi_language: en\nagi_type: PJSIP\n"
            f"agi_uniqueid: {channel.uniqueid}\nagi_version: 22.10.1\nagi_callerid: {channel.number}\n"
            f"agi_calleridname: {channel.caller}\nagi_callingpres: 0\nagi_callingani2: 0\nagi_callington: 0\n"
            f"agi_callingtns: 0\nagi_dnid: {dnid}\nagi_rdnis: unknown\nagi_context: {context}\nagi_extension: {LOOP}\n"
            "agi_priority: 2\nagi_enhanced: 0.0\nagi_accountcode: \nagi_threadid: 140473788712640\n\n"
        )
        self._emit("AsyncAGIStart", channel, f"Env: {quote(script, safe='')}\r\n", privilege="agi")

    def _execute(self, channel: Channel) -> None:
        command = channel.commands[0][1]
        if not command.startswith(_HEARD):
            self._later(0.0, channel, self._executed)
            return
        self._emit("AGIExecStart", channel, f"CommandId: 1\r\nCommand: {command}\r\n", privilege="agi")
        channel.heard = self._later(self.lasts_s(channel, command), channel, self._answered)

    def _answered(self, channel: Channel) -> None:
        """What is heard is over; a Read because he has pressed what it waits for."""
        command = channel.commands[0][1] if channel.commands else ""
        if command.startswith("EXEC Read "):
            channel.typed = self.keys(channel, command)
            self._tell_keys(channel, channel.typed)
        self._executed(channel)

    def _cut_short(self, channel: Channel, key: str) -> None:
        """By a key, or by a frame of Tandem's own."""
        if channel.heard is not None:
            channel.heard.cancel()
            channel.typed = key
            self._executed(channel)

    def _executed(self, channel: Channel) -> None:
        if not channel.commands:
            return  # bridged meanwhile
        command_id, command = channel.commands.popleft()
        result = "0"
        channel.heard = None
        if command.startswith("GET FULL VARIABLE"):
            read = f"{'OK' if channel.typed else 'TIMEOUT'},{channel.typed.rstrip('#')}"
            result = f"1 ({read if 'READSTATUS' in command else 'SUCCESS,'})"
        if "BACKGROUNDSTATUS}" in command:
            self.caused_at[channel.caller] = time.monotonic()
        self._emit(
            "AsyncAGIExec",
            channel,
            f"Result: {quote(f'200 result={result}{chr(10)}', safe='')}\r\nCommandId: {command_id}\r\n",
            privilege="agi",
        )
        if channel.commands:
            self._execute(channel)

    def _tell_keys(self, channel: Channel, keys: str) -> None:
        for key in keys:
            told = f"Digit: {key}\r\nDirection: Received\r\n"
            self._emit("DTMFBegin", channel, told, privilege="dtmf")
            self._emit("DTMFEnd", channel, f"DurationMs: {_KEY_MS}\r\n{told}", privilege="dtmf")

    def _gone(self, channel: Channel) -> None:
        other, bridge = channel.bridged, channel.bridge
        if other is not None:
            for number, leg in ((1, channel), (0, other)):
                self._emit("BridgeLeave", leg, before=_bridge(bridge, number))
                leg.bridged, leg.bridge = None, ""
        del self.channels[channel.name]
        self._finish_recording(channel)
        self._emit("Hangup", channel, "Cause: 16\r\nCause-txt: Normal Clearing\r\n")
        if channel.context == CALLERS:
            self.calls_over += 1
        if other is not None:
            self._to_loop(other, other.context)

    def _finish_recording(self, channel: Channel) -> None:
        if channel.recording is not None:
            length = int(_RAW_BYTES_PER_S * (time.monotonic() - channel.recorded_from)) // 4 * 4
            channel.recording.write_bytes(bytes(min(length, _MOST_RAW_BYTES)))

    def _emit(
        self, name: str, channel: Channel | None, after: str = "", *, before: str = "", privilege: str = "call"
    ) -> None:
        self.events += 1
        if self._listener is not None:
            headers = channel.headers() if channel is not None else ""
            self._listener.write(
                f"Event: {name}\r\nPrivilege: {privilege},all\r\nSystemName: {self._system_name}\r\n"
                f"{before}{headers}{after}"
            )


def _bridge(bridge: str, number: int) -> str:
    return (
        f"BridgeUniqueid: {bridge}\r\nBridgeType: basic\r\nBridgeTechnology: simple_bridge\r\n"
        f"BridgeCreator: <unknown>\r\nBridgeName: <unknown>\r\n"
        f"BridgeNumChannels: {number}\r\nBridgeVideoSourceMode: none\r\n"
    )


class _Link(asyncio.Protocol):
    """One AMI session."""

    transport: asyncio.Transport

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._unread = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._exchange.joined(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._exchange.left(self)

    def data_received(self, data: bytes) -> None:
        *actions, self._unread = (self._unread + data).split(b"\r\n\r\n")
        for action in actions:
            lines = action.decode().split("\r\n")
            self._exchange.act(self, [(name, value) for name, _, value in (line.partition(": ") for line in lines)])

    def write(self, headers: str) -> None:
        self.transport.write(f"{headers}\r\n".encode())

    def answer(self, asked: dict[str, str], text: str, more: str = "", *, refused: bool = False) -> None:
        message = f"Message: {text}\r\n" if text else ""
        response = "Error" if refused else "Success"
        self.write(f"Response: {response}\r\nActionID: {asked.get('ActionID', '')}\r\n{more}{message}")
