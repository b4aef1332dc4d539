"""A manager that behaves like Asterisk 22's where the link can notice, and misbehaves on request.

What it says was copied from a real one, header by header (``tests/corpus/ami/transcripts``); the contract suite of the
link runs on both, so that the fake cannot drift. One channel per call, no media, no dialplan but this:
``Local/answer@contract`` answers and lives for ``Data`` seconds, ``Local/hostile@contract`` takes the variable PAYLOAD,
percent-decoded, as its caller number, as a SIP ``From`` would.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import unquote

from tandem.cti.provision.ports import free_port
from tandem.cti.runtime.stream_server import StreamServer

Fields = list[tuple[str, str]]

PASSWORD = "s3cret"
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\r": r"\r", "\n": r"\n"})


@dataclass(slots=True)
class FakeChannel:
    name: str
    uniqueid: str
    number: str = ""
    caller_name: str = ""
    state: str = "0"
    context: str = "contract"
    exten: str = "answer"
    priority: str = "1"
    variables: dict[str, str] = field(default_factory=dict)

    def headers(self) -> Fields:
        return [
            ("Channel", self.name),
            ("ChannelState", self.state),
            ("ChannelStateDesc", {"0": "Down", "4": "Ring", "6": "Up"}[self.state]),
            ("CallerIDNum", self.number or "<unknown>"),
            ("CallerIDName", self.caller_name.translate(_ESCAPES) or "<unknown>"),
            ("ConnectedLineNum", "<unknown>"),
            ("ConnectedLineName", "<unknown>"),
            ("Language", "en"),
            ("AccountCode", ""),
            ("Context", self.context),
            ("Exten", self.exten),
            ("Priority", self.priority),
            ("Uniqueid", self.uniqueid),
            ("Linkedid", self.uniqueid),
        ]


class FakeAmi:
    """Set ``boot_s`` to delay FullyBooted after a start, ``mute`` to actions that get no answer.

    ``received`` are the headers of all actions, ``logins`` counts the log-ins that were tried. ``obeys`` are more
    actions that it carries out: the headers of the answer to an action's, None where there is no such channel.
    """

    def __init__(
        self, *, username: str = "tandem", secret: str = PASSWORD, system_name: str = "fake-name", boot_s: float = 0.0
    ) -> None:
        self.host, self.port = "127.0.0.1", free_port()
        self.username, self.secret, self.system_name = username, secret, system_name
        self.boot_s = boot_s
        self.mute: set[str] = set()
        self.received: list[Fields] = []
        self.obeys: dict[str, Callable[[dict[str, str]], Fields | None]] = {}
        self.logins = 0
        self.starts = 0
        self.sessions: list[_Session] = []
        self.channels: dict[str, FakeChannel] = {}
        self.banner = b"Asterisk Call Manager/11.0.0\r\n"
        self._numbers = count(1)
        self._server = StreamServer(self._accept)
        self._booted = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self._server.open(self.port)
        self.starts += 1
        self._later(self._boot())

    async def stop(self) -> None:
        """``core stop now``: says so and closes everything."""
        self.emit("Shutdown", [("Shutdown", "Cleanly"), ("Restart", "False")], privilege="system,all")
        await asyncio.sleep(0)
        await self.kill()

    async def kill(self) -> None:
        """Everything ends without a word."""
        self._booted = False
        self.channels.clear()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.close()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def emit(self, name: str, headers: Fields, *, privilege: str = "call,all") -> None:
        """Send an event to every session that is logged in."""
        lines = [("Event", name), ("Privilege", privilege), ("SystemName", self.system_name), *headers]
        self.emit_raw("".join(f"{key}: {value}\r\n" for key, value in lines).encode() + b"\r\n")

    def emit_raw(self, data: bytes) -> None:
        for session in self.sessions:
            if session.events:
                session.writer.write(data)

    def count(self, action: str) -> int:
        return sum(fields[0] == ("Action", action) for fields in self.received)

    # -- what a session asks

    async def _boot(self) -> None:
        await asyncio.sleep(self.boot_s)
        self._booted = True
        if self.boot_s:
            self.emit("FullyBooted", [("Status", "Fully Booted"), ("Uptime", "0")], privilege="system,all")

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = _Session(self, reader, writer)
        self.sessions.append(session)
        try:
            await session.serve()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.sessions.remove(session)

    def log_in(self, session: _Session, fields: Mapping[str, str]) -> bool:
        self.logins += 1
        if fields.get("Username") != self.username or fields.get("Secret") != self.secret:
            return False
        session.events = fields.get("Events", "on") != "off"
        return True

    def welcome(self, session: _Session) -> None:
        if self._booted and session.events:
            session.send([("Event", "FullyBooted"), ("Privilege", "system,all"), ("Status", "Fully Booted")])

    def originate(self, fields: Fields) -> None:
        self._later(self._call(fields))

    async def _call(self, fields: Fields) -> None:
        asked = dict(fields)
        name, _, number = asked.get("CallerID", "").rpartition(" ")
        uniqueid = asked.get("ChannelId") or f"{self.system_name}-1.{next(self._numbers)}"
        response: Fields = [("ActionID", asked.get("ActionID", ""))]
        if any(channel.uniqueid == uniqueid for channel in self.channels.values()):
            self.emit("OriginateResponse", [*response, ("Response", "Failure"), ("Uniqueid", "<null>")])
            return
        channel = FakeChannel(f"{asked['Channel']}-{next(self._numbers):08x};1", uniqueid)
        for key, value in fields:
            if key == "Variable":
                variable, _, content = value.partition("=")
                channel.variables[variable] = content
        self.channels[channel.name] = channel
        self.emit("Newchannel", channel.headers())
        channel.number, channel.caller_name = number.strip("<>"), name.strip('"')
        if "hostile" in channel.name:
            channel.number = unquote(channel.variables.get("PAYLOAD", ""))
        self.emit("NewCallerid", channel.headers())
        channel.state = "6"
        self.emit("Newstate", channel.headers())
        self.emit("OriginateResponse", [*response, ("Response", "Success"), ("Uniqueid", uniqueid)])
        with contextlib.suppress(TimeoutError):
            await asyncio.sleep(float(asked.get("Data", "0")))
        if self.channels.pop(channel.name, None) is not None:
            self.emit("Hangup", [*channel.headers(), ("Cause", "16"), ("Cause-txt", "Normal Clearing")])

    def _later(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Session:
    """One connection, from banner to close."""

    def __init__(self, ami: FakeAmi, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.ami, self.reader, self.writer = ami, reader, writer
        self.logged_in = False
        self.events = False

    def send(self, fields: Fields) -> None:
        self.writer.write("".join(f"{key}: {value}\r\n" for key, value in fields).encode() + b"\r\n")

    async def serve(self) -> None:
        self.writer.write(self.ami.banner)
        while True:
            fields: Fields = []
            too_long = False
            while line := (await self.reader.readline()).rstrip(b"\r\n"):
                too_long |= len(line) > 1022
                name, _, value = line.decode("utf-8", "surrogateescape").partition(":")
                fields.append((name, value.strip()))
            if self.reader.at_eof():
                return
            self.ami.received.append(fields)
            if too_long or len(fields) > 128:
                self._answer(fields, "Error", [("Message", "Failed to parse message")])
            elif not await self._obey(fields):
                return
            await self.writer.drain()

    def _answer(self, fields: Fields, response: str, more: Fields) -> None:
        action_id = dict(fields).get("ActionID")
        self.send([("Response", response), *([("ActionID", action_id)] if action_id else []), *more])

    async def _obey(self, fields: Fields) -> bool:
        """Carry out one action; False closes the connection."""
        asked = dict(fields)
        action = asked.get("Action", "")
        if action in self.ami.mute:
            return True
        if action == "Login":
            if not self.ami.log_in(self, asked):
                await asyncio.sleep(0.05)
                self._answer(fields, "Error", [("Message", "Authentication failed")])
                return False
            self.logged_in = True
            self._answer(fields, "Success", [("Message", "Authentication accepted")])
            self.ami.welcome(self)
        elif not self.logged_in:
            self._answer(fields, "Error", [("Message", "Permission denied")])
        elif action == "Logoff":
            self._answer(fields, "Goodbye", [("Message", "Thanks for all the fish.")])
            return False
        else:
            self._obey_trusted(action, fields)
        return True

    def _obey_trusted(self, action: str, fields: Fields) -> None:
        ami = self.ami
        if (obeyed := ami.obeys.get(action)) is not None:
            answer = obeyed(dict(fields))
            if answer is None:
                self._answer(fields, "Error", [("Message", "Channel specified does not exist.")])
            else:
                self._answer(fields, "Success", answer)
            return
        match action:
            case "Ping":
                self._answer(fields, "Success", [("Ping", "Pong"), ("Timestamp", "1.000000")])
            case "CoreSettings":
                self._answer(fields, "Success", [("AMIversion", "11.0.0"), ("SystemName", ami.system_name)])
            case "CoreStatus":
                started = [("CoreStartupDate", "2026-11-22"), ("CoreStartupTime", f"00:00:{ami.starts:02}")]
                self._answer(fields, "Success", started)
            case "UserEvent":
                self._answer(fields, "Success", [("Message", "Event Sent")])
                body = [pair for pair in fields if pair[0] not in {"Action", "UserEvent"}]
                ami.emit("UserEvent", [("UserEvent", dict(fields)["UserEvent"]), *body], privilege="user,all")
            case "Originate":
                self._answer(fields, "Success", [("Message", "Originate successfully queued")])
                ami.originate(fields)
            case "CoreShowChannels":
                items = [
                    [("ActionID", dict(fields).get("ActionID", "")), *each.headers()] for each in ami.channels.values()
                ]
                self._list(fields, "CoreShowChannel", items)
            case "Status":
                self._list(fields, "Status", [self._status(fields, each) for each in ami.channels.values()])
            case "Hangup":
                channel = ami.channels.pop(dict(fields).get("Channel", ""), None)
                if channel is None:
                    self._answer(fields, "Error", [("Message", "No such channel")])
                else:
                    self._answer(fields, "Success", [("Message", "Channel Hungup")])
                    ami.emit("Hangup", [*channel.headers(), ("Cause", "16"), ("Cause-txt", "Normal Clearing")])
            case "Command" | "Filter":
                self._answer(fields, "Error", [("Message", "Permission denied")])
            case _:
                self._answer(fields, "Error", [("Message", f"Invalid/unknown command: {action}")])

    def _status(self, fields: Fields, channel: FakeChannel) -> Fields:
        names = [name for name in dict(fields).get("Variables", "").split(",") if name]
        variables = [("Variable", f"{name}={channel.variables.get(name, '(null)')}") for name in names]
        action_id = ("ActionID", dict(fields).get("ActionID", ""))
        return [("Privilege", "Call"), *channel.headers(), *variables, action_id]

    def _list(self, fields: Fields, item: str, items: list[Fields]) -> None:
        self._answer(fields, "Success", [("EventList", "start"), ("Message", "Channels will follow")])
        for each in items:
            self.send([("Event", item), *each])
        closing = {"CoreShowChannel": "CoreShowChannelsComplete", "Status": "StatusComplete"}[item]
        action_id = dict(fields).get("ActionID", "")
        self.send(
            [("Event", closing), ("ActionID", action_id), ("EventList", "Complete"), ("ListItems", str(len(items)))]
        )
