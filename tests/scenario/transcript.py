"""Transcripts of AMI events, and what the translator makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from tandem.cti.adapters.asterisk.codec import Decoder, Message
from tandem.cti.adapters.asterisk.translator import Translator
from tandem.cti.model.events import Party, SwitchEvent
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId
from tandem.cti.model.requests import MakeConnection

FOLDER = Path(__file__).parent / "transcripts"
SYSTEM_NAME = "recorded"
PHONES = tuple(DeviceId(device) for device in ("1001", "1002", "1003"))

Step = Message | MakeConnection


def ring_line(request: MakeConnection) -> str:
    """How a request to ring stands in a transcript."""
    shown = {
        "call": request.call,
        "connection": request.connection,
        "party": request.party,
        "device": request.device,
        "memory": request.memory,
    }
    return f"> ring {json.dumps(shown)}"


def read(data: bytes) -> list[Step]:
    """The steps of a transcript, in order."""
    steps: list[Step] = []
    for piece in data.decode().split("\r\n\r\n"):
        if piece.startswith("> ring "):
            ring = json.loads(piece[7:])
            steps.append(
                MakeConnection(
                    call=CallId(ring["call"]),
                    connection=ConnectionId(ring["connection"]),
                    party=Party(ring["party"]),
                    device=DeviceId(ring["device"]),
                    calling="",
                    name="",
                    timeout_s=5,
                    memory=ring["memory"],
                )
            )
        elif piece:
            steps += Decoder().feed(piece.encode() + b"\r\n\r\n")
    return steps


def run(steps: Iterable[Step]) -> list[SwitchEvent]:
    """What a fresh translator tells of these steps. A request comes long after what went before."""
    translator = Translator(SYSTEM_NAME, PHONES)
    told: list[SwitchEvent] = []
    for step in steps:
        if isinstance(step, MakeConnection):
            told += _after_a_while(translator)
            translator.expect(step)
        else:
            told += translator.translate(step)
    return told + _after_a_while(translator)


def _after_a_while(translator: Translator) -> list[SwitchEvent]:
    return [event for connection in list(translator.refused) for event in translator.never_came(connection)]


def translate(data: bytes) -> list[SwitchEvent]:
    return run(read(data))


def golden(events: Iterable[SwitchEvent]) -> str:
    """One event a line; what is empty is left out."""
    lines = []
    for event in events:
        shown = {field.name: getattr(event, field.name) for field in fields(event)}
        text = " ".join(f"{name}={value!s}" for name, value in shown.items() if value != "")
        lines.append(f"{type(event).__name__:18} {text}\n")
    return "".join(lines)
