"""How AMI is read, written as plainly as can be: line by line, no bounds on time or memory. For comparison only."""

from __future__ import annotations

from tandem.cti.adapters.asterisk.codec import Kind

Read = list[tuple[Kind, str, str]]
"""Kind, name, text of each message."""


def read_all(data: bytes, *, max_message_bytes: int = 65_536, max_headers: int = 512) -> tuple[str, Read]:
    """The banner's version, and every complete message of ``data``."""
    banner = ""
    line, ended, rest = data.partition(b"\r\n")
    if ended and line.startswith(b"Asterisk Call Manager/") and len(line) <= 128:
        banner, data = line.decode("ascii", "replace").partition("/")[2], rest
    messages: Read = []
    run: list[bytes] = []
    for line in data.split(b"\r\n")[:-1]:
        if line:
            run.append(line)
        elif run:
            messages.append(_message(run, max_message_bytes, max_headers))
            run = []
    return banner, messages


def _message(lines: list[bytes], max_message_bytes: int, max_headers: int) -> tuple[Kind, str, str]:
    whole = b"\r\n".join(lines)
    if len(whole) > max_message_bytes or len(lines) > max_headers or b"\0" in whole:
        return Kind.UNREADABLE, "", ""
    text, first = whole.decode("utf-8", "replace"), lines[0].decode("utf-8", "replace")
    for start, kind in (("Event: ", Kind.EVENT), ("Response: ", Kind.RESPONSE)):
        if first.startswith(start):
            return kind, first.removeprefix(start), text
    return Kind.UNREADABLE, "", text
