"""One encoding for many pages: a message is encoded once, and each page's sequence number is put in between."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from tandem.agent_desktop.core.messages import Board, Callbacks, Campaigns, Replaced, Seat, Service

Numbered = Seat | Board | Callbacks | Campaigns | Service | Replaced
"""The messages that carry ``seq``; it is their first field."""

_encoder = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Frame:
    """A message without its number."""

    head: bytes
    tail: bytes

    @property
    def size(self) -> int:
        return len(self.head) + len(self.tail)

    def numbered(self, seq: int) -> bytes:
        """The JSON text to send."""
        return b"%b%d%b" % (self.head, seq, self.tail)


def frame(message: Numbered) -> Frame:
    """Encode once; ``message.seq`` is 0, as ``SeatHub`` demands."""
    text = _encoder.encode(message)
    head = b'{"type":"%b","seq":' % str(message.__struct_config__.tag).encode()
    return Frame(head, text[len(head) + len(str(message.seq)) :])
