"""The least of a SIP user agent over UDP, written out by hand, so that a test can say what no decent one would."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
import socket
from collections.abc import Callable

_SDP = (
    "v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"
)
_PATIENCE_S = 30.0


class RawSip(asyncio.DatagramProtocol):
    """One socket. Answers OPTIONS and BYE by itself; ``answers`` decides about an INVITE."""

    def __init__(self, server_port: int) -> None:
        self.server = ("127.0.0.1", server_port)
        self.port = 0
        self.rtp_port = 40_000
        """Where we say that our sound is."""
        self.responses: asyncio.Queue[str] = asyncio.Queue()
        self.requests: asyncio.Queue[str] = asyncio.Queue()
        self.received: list[str] = []
        """All requests that ever came."""
        self.answer = ""
        """The last answer to an INVITE of ours, whole."""
        self.invited: Callable[[str], None] | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._cseq = 100

    @classmethod
    async def open(cls, server_port: int, *, sock: socket.socket | None = None) -> RawSip:
        """``sock``: a bound one to use; else on a free port."""
        if sock is None:
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        transport, sip = await loop.create_datagram_endpoint(lambda: cls(server_port), sock=sock)
        sip._transport = transport
        sip.port = transport.get_extra_info("sockname")[1]
        return sip

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str | object, int]) -> None:
        text = data.decode("utf-8", "replace")
        if text.startswith("SIP/2.0 "):
            self.responses.put_nowait(text)
            return
        method = text.split(" ", 1)[0]
        if method in {"OPTIONS", "BYE"} or method == "CANCEL":
            self.respond(text, "200 OK")
        self.received.append(text)
        self.requests.put_nowait(text)

    def send(self, text: str) -> None:
        assert self._transport
        self._transport.sendto(text.encode("utf-8", "surrogateescape"), self.server)

    async def invite(self, uri: str, sender: str, *, extra: str = "", timeout_s: float = _PATIENCE_S) -> str:
        """INVITE ``uri``; ``sender`` is what follows ``From: `` up to the tag. The final response's first line. Raises
        TimeoutError."""
        call_id = secrets.token_hex(8)
        head = (
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{call_id};rport\r\nMax-Forwards: 70\r\n"
            f"From: {sender};tag={call_id}\r\nCall-ID: {call_id}\r\nContact: <sip:raw@127.0.0.1:{self.port}>\r\n{extra}"
        )
        self.call_id, self.head = call_id, head
        body = _SDP.format(version=1, port=self.rtp_port, direction="sendrecv")
        self.send(
            f"INVITE {uri} SIP/2.0\r\n{head}To: <{uri}>\r\nCSeq: 1 INVITE\r\n"
            f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
        while True:
            response = await asyncio.wait_for(self.responses.get(), timeout_s)
            if not response.startswith("SIP/2.0 1"):
                break
        self.answer = response
        to = header(response, "To")
        self.send(f"ACK {uri} SIP/2.0\r\n{head}To: {to}\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n")
        self._remote = (re.search(r"<(.*?)>", header(response, "Contact") or f"<{uri}>") or ["", uri])[1]
        self._to = to
        return response.splitlines()[0]

    async def bye(self) -> None:
        head = self.head.replace(f"branch=z9hG4bK{self.call_id}", f"branch=z9hG4bK{secrets.token_hex(8)}")
        self.send(f"BYE {self._remote} SIP/2.0\r\n{head}To: {self._to}\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n")
        await asyncio.wait_for(self.responses.get(), _PATIENCE_S)

    async def register(self, user: str, password: str, *, expires: int = 60) -> str:
        """REGISTER with digest authentication (RFC 3261, MD5). The last response's first line."""
        # Signing off, a phone need not know where it signed on.
        contact = f"<sip:{user}@127.0.0.1:{self.port}>" if expires else "*"
        uri, call_id, answer = f"sip:127.0.0.1:{self.server[1]}", secrets.token_hex(8), ""
        for _ in range(2):
            self._cseq += 1
            self.send(
                f"REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{secrets.token_hex(8)}"
                f";rport\r\nMax-Forwards: 70\r\nFrom: <sip:{user}@127.0.0.1>;tag={call_id}\r\n"
                f"To: <sip:{user}@127.0.0.1>\r\nCall-ID: {call_id}\r\nCSeq: {self._cseq} REGISTER\r\n"
                f"Contact: {contact}\r\nExpires: {expires}\r\n{answer}"
                "Content-Length: 0\r\n\r\n"
            )
            response = await asyncio.wait_for(self.responses.get(), _PATIENCE_S)
            if not response.startswith("SIP/2.0 401"):
                break
            fields = dict(re.findall(r'(\w+)="?([^",]+)', header(response, "WWW-Authenticate")))
            secret = _md5(f"{user}:{fields['realm']}:{password}")
            proof = _md5(f"{secret}:{fields['nonce']}:00000001:abc:auth:{_md5(f'REGISTER:{uri}')}")
            answer = (
                f'Authorization: Digest username="{user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", '
                f'uri="{uri}", response="{proof}", algorithm=MD5, qop=auth, nc=00000001, cnonce="abc"'
                + (f', opaque="{fields["opaque"]}"' if "opaque" in fields else "")
                + "\r\n"
            )
        return response.splitlines()[0]

    async def rung(self, timeout_s: float = _PATIENCE_S) -> str:
        """Wait for an INVITE; its text."""
        async with asyncio.timeout(timeout_s):
            while True:
                request = await self.requests.get()
                if request.startswith("INVITE "):
                    return request

    def respond(self, request: str, status: str, *, sdp: str = "") -> None:
        """Answer a request; ``sdp`` is a direction such as ``sendrecv``, '' for no body."""
        vias = "".join(f"{line}\r\n" for line in request.splitlines() if line.startswith("Via:"))
        to = header(request, "To")
        if "tag=" not in to:
            to += ";tag=raw"
        body = _SDP.format(version=1, port=self.rtp_port, direction=sdp) if sdp else ""
        kind = "Content-Type: application/sdp\r\n" if sdp else ""
        self.send(
            f"SIP/2.0 {status}\r\n{vias}From: {header(request, 'From')}\r\nTo: {to}\r\n"
            f"Call-ID: {header(request, 'Call-ID')}\r\nCSeq: {header(request, 'CSeq')}\r\n"
            f"Contact: <sip:raw@127.0.0.1:{self.port}>\r\n{kind}Content-Length: {len(body)}\r\n\r\n{body}"
        )

    async def direct(self, invite: str, direction: str, *, version: int) -> str:
        """Within the call that ``invite`` began and we answered: re-INVITE with another direction (hold, retrieve)."""
        remote = (re.search(r"<(.*?)>", header(invite, "Contact")) or ["", ""])[1]
        body = _SDP.format(version=version, port=self.rtp_port, direction=direction)
        head = (
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{secrets.token_hex(8)};rport\r\nMax-Forwards: 70\r\n"
            f"From: {header(invite, 'To')};tag=raw\r\nTo: {header(invite, 'From')}\r\n"
            f"Call-ID: {header(invite, 'Call-ID')}\r\n"
            f"Contact: <sip:raw@127.0.0.1:{self.port}>\r\n"
        )
        self.send(
            f"INVITE {remote} SIP/2.0\r\n{head}CSeq: {version} INVITE\r\n"
            f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
        while True:
            response = await asyncio.wait_for(self.responses.get(), _PATIENCE_S)
            if not response.startswith("SIP/2.0 1"):
                break
        self.send(f"ACK {remote} SIP/2.0\r\n{head}CSeq: {version} ACK\r\nContent-Length: 0\r\n\r\n")
        return response.splitlines()[0]


def header(message: str, name: str) -> str:
    """The first header of this name; '' when there is none."""
    found = re.search(rf"^{name}:\s*(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
