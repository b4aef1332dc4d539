"""A UDP socket that speaks SIP with one server, and the legs (dialogs) of the telephones behind it.

What is lost on the way is sent again (RFC 3261, 17.1 and 13.3.1.4), what comes twice is answered twice and counts once.
Times are seconds since the epoch; of what comes in, the kernel's: a late loop of ours does not show in them.
"""

from __future__ import annotations

import asyncio
import secrets
import socket
import struct
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from benchmarks.load import sip

_T1_S, _T2_S, _GIVE_UP_S = 0.5, 4.0, 32.0
_SO_TIMESTAMPNS = 35
_BUFFER_BYTES = 4 << 20
_REGISTERED_S = 3600
THEM, US, CANCELLED, REFUSED, SILENCE = "them", "us", "cancelled", "refused", "silence"


class Line:
    """``on_invite`` gets each new call, already known and not yet answered; without it calls in are refused."""

    def __init__(self, port: int, server_port: int, *, audio_port: int) -> None:
        self.on_invite: Callable[[Leg], None] | None = None
        self.repeated = 0
        """Messages that had to be sent again, or came again."""
        self.legs: dict[str, Leg] = {}
        self.audio_port = audio_port
        self.uri = f"127.0.0.1:{port}"
        self._port, self._server = port, ("127.0.0.1", server_port)
        self._requests: dict[tuple[str, str], _Exchange] = {}
        self._answers: dict[tuple[str, str], bytes] = {}
        self._answered: deque[tuple[float, tuple[str, str]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)

    def __enter__(self) -> Self:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind(("127.0.0.1", self._port))
        asyncio.get_running_loop().add_reader(self._socket, self._read)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        asyncio.get_running_loop().remove_reader(self._socket)
        for task in self._tasks:
            task.cancel()
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendto(data, self._server)

    def spawn(self, work: asyncio.Task[None]) -> None:
        """Keep it until it is done, cancel it with the line."""
        self._tasks.add(work)
        work.add_done_callback(self._tasks.discard)

    def via(self, branch: str) -> tuple[str, str]:
        return "Via", f"SIP/2.0/UDP {self.uri};branch={branch};rport"

    async def final(self, data: bytes, branch: str) -> sip.Message:
        """Send a request until it is answered; its final response. Raises TimeoutError."""
        key = branch, data.partition(b" ")[0].decode()
        exchange = self._requests[key] = _Exchange()
        try:
            async with asyncio.timeout(_GIVE_UP_S):
                wait_s = _T1_S
                self.send(data)
                while not exchange.heard.is_set():
                    try:
                        async with asyncio.timeout(wait_s):
                            await exchange.heard.wait()
                    except TimeoutError:
                        self.repeated += 1
                        wait_s = min(2 * wait_s, _T2_S)
                        self.send(data)
                return await exchange.final
        finally:
            del self._requests[key]

    def respond(self, request: sip.Message, status: str, *, contact: str = "", body: str = "") -> None:
        data = sip.response(request, status, tag=_tag(request.call_id), contact=contact, body=body)
        key, now = (request.branch, request.method), time.monotonic()
        if key not in self._answers:
            self._answered.append((now, key))
        self._answers[key] = data
        while self._answered[0][0] < now - _GIVE_UP_S:
            del self._answers[self._answered.popleft()[1]]
        self.send(data)

    async def register(self, user: str, password: str) -> None:
        """Digest authentication (RFC 3261, 10.2 and 22). Raises TimeoutError, PermissionError."""
        uri, call_id = f"sip:127.0.0.1:{self._server[1]}", secrets.token_hex(8)
        proof: list[tuple[str, str]] = []
        for number in (1, 2):
            branch = _branch()
            request = [
                self.via(branch),
                ("Max-Forwards", "70"),
                ("From", f"<sip:{user}@127.0.0.1>;tag={call_id}"),
                ("To", f"<sip:{user}@127.0.0.1>"),
                ("Call-ID", call_id),
                ("CSeq", f"{number} REGISTER"),
                ("Contact", f"<sip:{user}@{self.uri}>"),
                ("Expires", str(_REGISTERED_S)),
                *proof,
            ]
            answer = await self.final(sip.render(f"REGISTER {uri} SIP/2.0", request), branch)
            if answer.status == 200:
                return
            challenge = answer["www-authenticate"]
            proved = sip.digest(challenge, method="REGISTER", uri=uri, user=user, password=password)
            proof = [("Authorization", proved)]
        raise PermissionError(f"phone {user} may not register: {answer.start}")

    async def call(self, number: str, *, ani: str, name: str) -> Leg:
        """Ring ``number`` as ``ani``; the leg, up or over. Returns with the final response."""
        call_id = secrets.token_hex(8)
        uri = f"sip:{number}@127.0.0.1:{self._server[1]}"
        leg = Leg(self, call_id, number, f'"{name}" <sip:{ani}@{self.uri}>;tag={_tag(call_id)}', f"<{uri}>", uri)
        self.legs[call_id] = leg
        branch = _branch()
        invite = leg.request("INVITE", branch, body=sip.sdp(self.audio_port))
        leg.invited_at = time.time()
        try:
            answer = await self.final(invite, branch)
        except TimeoutError:
            leg.close(SILENCE, time.time())
            return leg
        leg.theirs = answer["to"]
        if answer.status < 300:
            leg.target = answer.contact or uri
            leg.up_at, leg.remote_audio = time.time(), answer.audio_port
            leg.acknowledge()
        else:
            self.send(leg.request("ACK", branch))
            leg.close(f"{REFUSED} {answer.start[8:]}", time.time())
        return leg

    # -- what comes in

    def _read(self) -> None:
        while True:
            try:
                data, ancillary, _, _ = self._socket.recvmsg(65_535, 64)
            except (BlockingIOError, ConnectionRefusedError):
                return
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
            try:
                message = sip.parse(data)
            except ValueError:
                continue
            if message.status:
                self._response(message)
            else:
                self._request(message, seconds + nanoseconds / 1e9)

    def _response(self, message: sip.Message) -> None:
        exchange = self._requests.get((message.branch, message.method))
        if exchange is not None:
            exchange.heard.set()
            if message.status >= 200 and not exchange.final.done():
                exchange.final.set_result(message)
        elif message.method == "INVITE" and (leg := self.legs.get(message.call_id)) is not None:
            self.repeated += 1
            leg.acknowledge()  # our ACK was lost

    def _request(self, message: sip.Message, at: float) -> None:
        method = message.method
        leg = self.legs.get(message.call_id)
        if (again := self._answers.get((message.branch, method))) is not None:
            self.repeated += 1
            self.send(again)
        elif method == "ACK":
            if leg is not None:
                leg.acknowledged.set()
        elif method == "INVITE" and not message.within_dialog:
            if leg is None:
                self._invited(message, at)
            else:
                self.repeated += 1  # the answer to the first one is under way
        elif method == "OPTIONS":
            self.respond(message, "200 OK")
        elif leg is None:
            self.respond(message, "481 Call/Transaction Does Not Exist")
        elif method == "BYE":
            self.respond(message, "200 OK")
            leg.close(THEM, at)
        elif method == "CANCEL":
            self.respond(message, "200 OK")
            if leg.up_at is None and leg.invite is not None:
                self.respond(leg.invite, "487 Request Terminated")
                leg.close(CANCELLED, at)
        else:  # UPDATE or INVITE within the call: who the other side is has changed
            body = sip.sdp(self.audio_port) if message.body or method == "INVITE" else ""
            self.respond(message, "200 OK", contact=leg.contact, body=body)

    def _invited(self, message: sip.Message, at: float) -> None:
        if self.on_invite is None:
            self.respond(message, "403 Forbidden")
            return
        ours = f"{message['to']};tag={_tag(message.call_id)}"
        leg = Leg(self, message.call_id, message.caller, ours, message["from"], message.contact)
        leg.invite, leg.invited_at, leg.remote_audio = message, at, message.audio_port
        self.legs[message.call_id] = leg
        self.on_invite(leg)


class Leg:
    """One call as one telephone sees it. ``number``: the other side's. None: has not happened."""

    def __init__(self, line: Line, call_id: str, number: str, ours: str, theirs: str, target: str) -> None:
        self.number = number
        self.ours, self.theirs, self.target = ours, theirs, target
        self.invite: sip.Message | None = None
        """The INVITE of a call that came in."""
        self.remote_audio: int | None = None
        self.invited_at = 0.0
        self.up_at: float | None = None
        self.over_at: float | None = None
        self.ended_by = ""
        """``THEM``, ``US``, ``CANCELLED``, ``SILENCE``, or ``REFUSED`` and the response."""
        self.over = asyncio.Event()
        self.acknowledged = asyncio.Event()
        self._line, self._call_id, self._sent = line, call_id, 0

    @property
    def contact(self) -> str:
        return f"sip:{self.invite.called if self.invite else 'caller'}@{self._line.uri}"

    def ring(self) -> None:
        assert self.invite is not None
        self._line.respond(self.invite, "180 Ringing", contact=self.contact)

    def answer(self) -> None:
        """Accept the call that came in; said again until it is acknowledged."""
        assert self.invite is not None
        self.up_at = time.time()
        self._line.spawn(asyncio.create_task(self._accept(self.invite)))

    def hang_up(self) -> None:
        """End a call that is up; nothing happens when it is over."""
        if not self.over.is_set():
            self.close(US, time.time())
            branch = _branch()
            self._line.spawn(asyncio.create_task(self._bye(self.request("BYE", branch), branch)))

    def close(self, by: str, at: float) -> None:
        self.ended_by, self.over_at = by, at
        self._line.legs.pop(self._call_id, None)
        self.over.set()

    def acknowledge(self) -> None:
        self._line.send(self.request("ACK", _branch()))

    def request(self, method: str, branch: str, *, body: str = "") -> bytes:
        if method != "ACK":
            self._sent += 1
        headers = [
            self._line.via(branch),
            ("Max-Forwards", "70"),
            ("From", self.ours),
            ("To", self.theirs),
            ("Call-ID", self._call_id),
            ("CSeq", f"{1 if method == 'ACK' else self._sent} {method}"),
            ("Contact", f"<{self.contact}>"),
            ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE"),
        ]
        return sip.render(f"{method} {self.target} SIP/2.0", headers, body)

    async def _accept(self, invite: sip.Message) -> None:
        wait_s = _T1_S
        self._line.respond(invite, "200 OK", contact=self.contact, body=sip.sdp(self._line.audio_port))
        while not self.acknowledged.is_set() and not self.over.is_set() and wait_s < _GIVE_UP_S:
            try:
                async with asyncio.timeout(wait_s):
                    await self.acknowledged.wait()
            except TimeoutError:
                self._line.repeated += 1
                wait_s *= 2
                self._line.respond(invite, "200 OK", contact=self.contact, body=sip.sdp(self._line.audio_port))

    async def _bye(self, data: bytes, branch: str) -> None:
        try:
            await self._line.final(data, branch)
        except TimeoutError:
            self.ended_by = SILENCE


class _Exchange:
    """A request of ours that waits for its response."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.final: asyncio.Future[sip.Message] = asyncio.get_running_loop().create_future()


def _branch() -> str:
    return f"z9hG4bK{secrets.token_hex(8)}"


def _tag(call_id: str) -> str:
    return f"t{call_id[:12]}".translate(str.maketrans("@.", "--"))
