"""Answers that may be given again for a while: bounded in number and in bytes, the longest unused goes first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from tandem.ivr.core.values import Value

Answer = Mapping[str, Value] | None
"""None: there is no such thing."""

_ENTRY_BYTES = 400
"""What an entry takes besides its texts, about."""


@dataclass(frozen=True, slots=True)
class _Entry:
    answer: Answer
    until: float
    bytes: int


class AnswerCache:
    """``now`` is any clock of seconds that does not go back."""

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable, now: float) -> tuple[Answer] | None:
        """The answer in a tuple, None when none is kept."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry.until <= now:
            self._drop(key)
            return None
        self._entries.move_to_end(key)
        return (entry.answer,)

    def put(self, key: Hashable, answer: Answer, *, until: float) -> None:
        self._drop(key)
        size = _ENTRY_BYTES + 4 * (len(repr(key)) + len(repr(answer)))
        if size > self._most_bytes:
            return
        self._entries[key] = _Entry(answer, until, size)
        self.bytes += size
        while len(self._entries) > self._most or self.bytes > self._most_bytes:
            self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.bytes -= entry.bytes
