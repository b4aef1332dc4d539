"""SIP messages (RFC 3261) as text: read and written, no more than a plain telephone needs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

_URI_USER = re.compile(r"sips?:([^@>;]+)@")
_BRACKETED = re.compile(r"<([^>]*)>")
_TAG = re.compile(r";\s*tag=([^;\s]+)")
_SDP_PORT = re.compile(r"^m=audio (\d+) ", re.MULTILINE)
_DIGEST_FIELD = re.compile(r'(\w+)="?([^",]+)')
_CNONCE, _NC = "0a4f113b", "00000001"


@dataclass(frozen=True, slots=True)
class Message:
    """``headers``: lower-case name and value, in their order, repeated ones included."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def status(self) -> int:
        """100 to 699; 0 of a request."""
        return int(self.start[8:11]) if self.start.startswith("SIP/2.0 ") else 0

    @property
    def method(self) -> str:
        """Of a response: the method that it answers."""
        return self["cseq"].partition(" ")[2] if self.status else self.start.partition(" ")[0]

    @property
    def call_id(self) -> str:
        return self["call-id"]

    @property
    def branch(self) -> str:
        """What ties a response, an ACK of a refusal or a CANCEL to its request (17.1.3)."""
        return self["via"].partition("branch=")[2].partition(";")[0]

    @property
    def called(self) -> str:
        """User part of the Request-URI."""
        found = _URI_USER.search(self.start)
        return found[1] if found else ""

    @property
    def caller(self) -> str:
        """User part of From."""
        found = _URI_USER.search(self["from"])
        return found[1] if found else ""

    @property
    def within_dialog(self) -> bool:
        """A request within a call, be it one that we know no more (12.2)."""
        return _TAG.search(self["to"]) is not None

    @property
    def contact(self) -> str:
        """URI of the first Contact; '' when there is none."""
        found = _BRACKETED.search(self["contact"])
        return found[1] if found else ""

    @property
    def audio_port(self) -> int | None:
        found = _SDP_PORT.search(self.body)
        return int(found[1]) if found else None

    def __getitem__(self, name: str) -> str:
        """The first header of this (lower-case) name; '' when there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


def parse(data: bytes) -> Message:
    """Raises ValueError for what is no SIP message."""
    head, separator, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    if not separator or "SIP/2.0" not in start:
        raise ValueError("not a SIP message")
    pairs = (line.partition(":") for line in lines)
    return Message(start, tuple((name.strip().lower(), value.strip()) for name, _, value in pairs), body)


def render(start: str, headers: Iterable[tuple[str, str]], body: str = "") -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return f"{start}\r\n{lines}{kind}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()


def response(request: Message, status: str, *, tag: str, contact: str = "", body: str = "") -> bytes:
    """``status`` such as ``200 OK`` (8.2.6.2)."""
    to = request["to"]
    if status[:3] != "100" and not _TAG.search(to):
        to = f"{to};tag={tag}"
    headers = [("Via", via) for via in request.all("via")]
    headers += [("Record-Route", route) for route in request.all("record-route")]
    headers += [("From", request["from"]), ("To", to), ("Call-ID", request.call_id), ("CSeq", request["cseq"])]
    if contact:
        headers.append(("Contact", f"<{contact}>"))
    return render(f"SIP/2.0 {status}", headers, body)


def sdp(port: int) -> str:
    """An offer or answer (RFC 4566): G.711 mu-law and telephone events (RFC 4733), both ways."""
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=sendrecv\r\n"
    )


def digest(challenge: str, *, method: str, uri: str, user: str, password: str) -> str:
    """The Authorization header that answers a WWW-Authenticate (RFC 2617: MD5, ``qop=auth``)."""
    fields = dict(_DIGEST_FIELD.findall(challenge))
    secret = _md5(f"{user}:{fields['realm']}:{password}")
    proof = _md5(f"{secret}:{fields['nonce']}:{_NC}:{_CNONCE}:auth:{_md5(f'{method}:{uri}')}")
    opaque = f', opaque="{fields["opaque"]}"' if "opaque" in fields else ""
    return (
        f'Digest username="{user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", uri="{uri}", '
        f'response="{proof}", algorithm=MD5, qop=auth, nc={_NC}, cnonce="{_CNONCE}"{opaque}'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
