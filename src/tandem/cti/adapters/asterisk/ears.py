"""The sound of legs that are listened to: Asterisk brings it here, in packets of 20 ms.

``ChanSpy`` on a channel of its own (``chan_audiosocket``) hears what one leg says, whatever plays on that leg
meanwhile, and sends it by the AudioSocket protocol (https://docs.asterisk.org, Channel Drivers, AudioSocket): a byte
for the kind, two for the length (big endian), then that much. The channel ends with the leg, with the connection, and
with this process. Only who names an id that we have just asked for is listened to.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tandem.cti.core.beeps import RATE_HZ, Beep
from tandem.cti.core.greeting_end import GreetingEnd
from tandem.cti.runtime.stream_server import StreamServer

_FIRST_PACKET_S = 2.0
_GAP_S = 0.3
"""Networks send nothing while nobody speaks: what does not come for so long is silence, and not only late."""
_LATE_S = 0.005
_LONGEST_GAP_S = 10.0
_ID, _SOUND, _HANGUP = 0x01, 0x10, 0x00
_HEAD_BYTES, _READ_BYTES = 3, 8192
_MOST_S = 600.0
"""Of sound from one leg: no machine is listened to for longer."""


@dataclass(slots=True, kw_only=True)
class Ear:
    """One leg that is listened to. ``heard`` is called when a beep or a cue is news, ``opened`` with the first sound,
    ``closed`` once when there is no more of it."""

    id: uuid.UUID
    opened: Callable[[], None]
    heard: Callable[[Beep | None], None]
    closed: Callable[[], None]
    greeting: GreetingEnd = field(default_factory=GreetingEnd)
    writer: asyncio.StreamWriter | None = None

    def hear(self, sound: bytes) -> None:
        if not self.greeting.heard_s:
            self.opened()
        before = self.greeting.cue
        beeps = self.greeting.hear(sound)
        if beeps or self.greeting.cue is not before:
            self.heard(beeps[-1] if beeps else None)


class Ears:
    """``async with``: the port is open. Ears are kept by what their leg is called (Uniqueid)."""

    def __init__(self) -> None:
        self._server = StreamServer(self._serve)
        self._ears: dict[str, Ear] = {}

    async def __aenter__(self) -> Ears:
        await self._server.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        for uniqueid in list(self._ears):
            self.close(uniqueid)
        await self._server.close()

    def __contains__(self, uniqueid: str) -> bool:
        return uniqueid in self._ears

    @property
    def port(self) -> int | None:
        """None: there is no listening now."""
        return self._server.port

    def open(self, uniqueid: str, ear: Ear) -> None:
        self.close(uniqueid)
        self._ears[uniqueid] = ear

    def close(self, uniqueid: str, ear: Ear | None = None) -> None:
        """Nobody is told. ``ear``: only if it is still that one."""
        if ear is not None and self._ears.get(uniqueid) is not ear:
            return
        ear = self._ears.pop(uniqueid, None)
        if ear is not None and ear.writer is not None:
            ear.writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        uniqueid = ""
        try:
            async with asyncio.timeout(_FIRST_PACKET_S):
                first = await reader.readexactly(_HEAD_BYTES + len(uuid.UUID(int=0).bytes))
            uniqueid, ear = self._expected(first)
            if ear is not None:
                ear.writer = writer
                await self._listen(reader, uniqueid, ear)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        finally:
            gone = self._ears.get(uniqueid)
            if gone is not None and gone.writer is writer:
                del self._ears[uniqueid]
                gone.closed()

    async def _listen(self, reader: asyncio.StreamReader, uniqueid: str, ear: Ear) -> None:
        loop, buffer = asyncio.get_running_loop(), bytearray()
        heard_at, reading = loop.time(), None
        try:
            while self._ears.get(uniqueid) is ear and ear.greeting.heard_s < _MOST_S:
                reading = reading or asyncio.ensure_future(reader.read(_READ_BYTES))
                await asyncio.wait({reading}, timeout=_GAP_S)
                if not reading.done():
                    await asyncio.sleep(_LATE_S)  # when we were held up ourselves, it may be there already
                if not reading.done():
                    if ear.greeting.heard_s:
                        gap_s = min(loop.time() - heard_at, _LONGEST_GAP_S)  # the process may have been stopped
                        ear.hear(bytes(2 * round(gap_s * RATE_HZ)))
                    heard_at = loop.time()
                    continue
                received, reading = reading.result(), None
                if not received:
                    return
                buffer += received
                for kind, payload in packets(buffer):
                    if kind == _HANGUP:
                        return
                    if kind == _SOUND:
                        ear.hear(payload)
                        heard_at = loop.time()
        finally:
            if reading is not None:
                reading.cancel()
                await asyncio.wait({reading})

    def _expected(self, first: bytes) -> tuple[str, Ear | None]:
        for uniqueid, ear in self._ears.items():
            if first == bytes((_ID, 0, 16)) + ear.id.bytes and ear.writer is None:
                return uniqueid, ear
        return "", None


def packets(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """The whole packets at the beginning of ``buffer``, (kind, payload); they are taken out of it."""
    while len(buffer) >= _HEAD_BYTES:
        end = _HEAD_BYTES + int.from_bytes(buffer[1:_HEAD_BYTES], "big")
        if len(buffer) < end:
            return
        kind, payload = buffer[0], bytes(buffer[_HEAD_BYTES:end])
        del buffer[:end]
        yield kind, payload
