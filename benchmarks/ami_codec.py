"""AMI events a second on one core, ours and panoramisk 1.4 on the same bytes: ``python -m benchmarks.ami_codec``.

Two recordings of a real Asterisk 22.10: a call through its own ``Queue()``, unfiltered (96 messages), and one through
Tandem with the events that Tandem's ``manager.conf`` lets through (19). All readers run in this process, in turns, and
the best turn of each counts, so that what else the machine does touches both alike; figures of two runs are not to be
compared, ratios are. CPU time of this process, in chunks of 8 KiB as a socket gives them.

The center (IVR, queue, match, offer, records: all that a call makes the server decide) is timed on the switch events of
a whole call of its own, agent included, and shared out over that call's AMI events: the last figure is a sum, no run.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.report import Figure, say, show
from panoramisk import Manager
from panoramisk.ami_protocol import AMIProtocol
from tests.scenario.transcript import FOLDER, PHONES, read
from tests.support.house import MEI, Floor

from tandem.agent_desktop.core import messages as m
from tandem.cti.adapters.asterisk.codec import Decoder
from tandem.cti.adapters.asterisk.translator import Translator
from tandem.cti.adapters.asterisk.vetting import Vetting
from tandem.cti.app import floor_plan
from tandem.cti.model import events as ev
from tandem.cti.model.requests import MakeConnection

CORPUS = Path(__file__).parents[1] / "tests" / "corpus" / "ami" / "transcripts"
COPIES, TURNS, CHUNK = 100, 7, 8_192
IGNORED = frozenset({"TestEvent", "RTCPSent", "RTCPReceived", "AGIExecStart", "AGIExecEnd"})
NOBODY_READS = IGNORED | {"VarSet", "Newexten"}

Reader = Callable[[list[bytes]], int]
"""Takes the chunks of a stream, returns how many events it made of them."""


class Recording:
    """The same call, ``COPIES`` times over, each with ids of its own."""

    def __init__(self, name: str, system_name: str, text: str, rings: list[MakeConnection] | None = None) -> None:
        self.name, self.system_name = name, system_name
        self.rings: list[MakeConnection] = []
        copies = []
        for number in range(COPIES):
            copies.append(re.sub(rf"({system_name}-\d+\.)(\d+)", rf"\g<1>{number}\2", text))
            for ring in rings or []:
                leg = f"{ring.connection}-{number}"
                copies[-1] = copies[-1].replace(f" {ring.connection}\r\n", f" {leg}\r\n")
                self.rings.append(
                    MakeConnection(**{**{k: getattr(ring, k) for k in ring.__slots__}, "connection": leg})
                )
        data = "".join(copies).encode()
        self.bytes = len(data)
        self.chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]


def recordings() -> tuple[Recording, Recording]:
    queue = (CORPUS / "queue_call.ami").read_bytes().decode()
    call = (FOLDER / "served_by_an_agent.ami").read_bytes()
    rings = [step for step in read(call) if isinstance(step, MakeConnection)]
    events = "".join(
        f"{piece}\r\n\r\n" for piece in call.decode().split("\r\n\r\n") if piece and not piece.startswith(">")
    )
    return (
        Recording("Queue() call, unfiltered", "SYSTEMNAME", queue[queue.index("Event:") :]),
        Recording("Tandem's call, filtered", "recorded", events, rings),
    )


def panoramisk_codec(chunks: list[bytes]) -> int:
    """Its protocol, with nothing behind it but a counter."""

    class Factory:
        save_stream = None
        count = 0

        def dispatch(self, event: Any) -> None:
            self.count += 1

    protocol, factory = AMIProtocol(), Factory()
    protocol.connection_made(None)
    protocol.factory, protocol.encoding = factory, "utf8"
    for chunk in chunks:
        protocol.data_received(chunk)
    return factory.count


def panoramisk_callback(chunks: list[bytes]) -> int:
    """Its manager, with one callback for all events that reads four headers."""
    seen = 0

    def callback(manager: Any, event: Any) -> None:
        nonlocal seen
        seen += bool(event.event or event.channel or event.uniqueid or event.linkedid)

    async def run() -> None:
        manager = Manager(loop=asyncio.get_running_loop())
        manager.register_event("*", callback)
        protocol = AMIProtocol()
        protocol.connection_made(None)
        protocol.factory, protocol.encoding = manager, "utf8"
        for chunk in chunks:
            protocol.data_received(chunk)

    asyncio.run(run())
    return seen


def our_decoder(chunks: list[bytes]) -> int:
    decoder = Decoder()
    return sum(len(decoder.feed(chunk)) for chunk in chunks)


def our_headers(chunks: list[bytes]) -> int:
    decoder, count = Decoder(), 0
    for chunk in chunks:
        for message in decoder.feed(chunk):
            count += 1
            message.headers  # noqa: B018  (parses)
    return count


def our_link(recording: Recording, ignored: frozenset[str]) -> Reader:
    """What the link's reader does: decode, vet, drop what nobody reads."""

    def run(chunks: list[bytes]) -> int:
        decoder = Decoder()
        vetting = _vetting(recording, ignored)
        count = 0
        for chunk in chunks:
            sifted = vetting.sift(decoder.feed(chunk))
            count += len(sifted.accepted) + sifted.ignored
        return count

    return run


def our_translator(recording: Recording, ignored: frozenset[str]) -> Reader:
    """And the events of the call model made of it."""

    def run(chunks: list[bytes]) -> int:
        decoder = Decoder()
        vetting = _vetting(recording, ignored)
        translator = Translator(recording.system_name, PHONES)
        for ring in recording.rings:
            translator.expect(ring)
        count = 0
        for chunk in chunks:
            sifted = vetting.sift(decoder.feed(chunk))
            for message in sifted.accepted:
                translator.translate(message)
            count += len(sifted.accepted) + sifted.ignored
        return count

    return run


def _vetting(recording: Recording, ignored: frozenset[str]) -> Vetting:
    return Vetting(
        recording.system_name,
        id_prefix="none-",
        is_our_list=lambda action_id: False,
        list_pending=lambda: False,
        ignored=ignored,
    )


def center_us(calls: int = 100) -> float:
    """CPU microseconds of the center for the switch events of one call: menu, queue, ring, talk, hang up."""
    floor = Floor()
    floor.ready(MEI)
    spent_ns, handle = 0, floor.center.handle

    def timed(input_: floor_plan.Input, *, now: float) -> list[floor_plan.Output]:
        nonlocal spent_ns
        began = time.process_time_ns()
        outputs = handle(input_, now=now)
        if isinstance(input_, ev.SwitchEvent):
            spent_ns += time.process_time_ns() - began
        return outputs

    floor.center.handle = timed  # type: ignore[method-assign]
    for number in range(calls):
        call = floor.call(str(number))
        floor.settle()
        for looked_up in floor.looked_up:
            floor.handle(floor_plan.CustomersFound(looked_up.call, (), complete=True))
        floor.looked_up.clear()
        floor.settle()
        agent = floor.to_agent(call)
        floor.hang_up_caller(call)
        floor.settle()
        floor.command(agent, m.WrapUp(id=1, call=call, disposition="done", notes="", next="ready"))
        floor.pass_time(1.0)
    return spent_ns / calls / 1_000


def measure() -> list[Figure]:
    figures: list[Figure] = []
    for recording in recordings():
        say(recording.name)
        readers: dict[str, Reader] = {
            "panoramisk: codec": panoramisk_codec,
            "panoramisk: codec, one callback": panoramisk_callback,
            "ours: codec, headers unread": our_decoder,
            "ours: codec, all headers": our_headers,
            "ours: codec + vetting": our_link(recording, IGNORED),
            "ours: codec + vetting, only what Tandem reads": our_link(recording, NOBODY_READS),
            "ours: codec + vetting + translator": our_translator(recording, NOBODY_READS),
        }
        best_us = dict.fromkeys(readers, float("inf"))
        for _ in range(TURNS):
            for name, reader in readers.items():
                began = time.process_time()
                count = reader(recording.chunks)
                best_us[name] = min(best_us[name], (time.process_time() - began) / count * 1e6)
        peer = best_us["panoramisk: codec"]
        events = our_decoder(recording.chunks) / COPIES
        figures.append(Figure(f"{recording.name}: messages of a call", events, ""))
        for name, cost_us in best_us.items():
            figures.append(Figure(f"  {name}", cost_us, f"us an event, {1e6 / cost_us:,.0f}/s, {peer / cost_us:.1f} x"))
        machine_us = min(center_us() for _ in range(3))
        whole_us = best_us["ours: codec + vetting + translator"] + machine_us / events
        figures.append(Figure("  the center, a whole call", machine_us, "us"))
        figures.append(
            Figure(
                "  ours: with the center's share",
                whole_us,
                f"us, {1e6 / whole_us:,.0f}/s, {peer / whole_us:.1f} x",
            )
        )
    return figures


def main() -> None:
    show("AMI: bytes to events, CPU on one core; x = times panoramisk's codec alone", measure())


if __name__ == "__main__":
    main()
