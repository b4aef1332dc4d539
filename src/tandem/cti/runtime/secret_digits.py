"""The vault of digits that nobody may read: PINs, card numbers. In memory only, for a while, and bounded.

What goes through the rooms, the journal and the pages is a reference; the digits are put in at the very edge, where a
request to a data source leaves the process. A restart forgets them: the caller is asked again.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from tandem.cti.model.ids import CallId

KEPT_S = 900.0
MOST_KEPT = 10_000
"""At the limit the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class _Kept:
    call: CallId
    digits: str = field(repr=False)
    until: float


class SecretDigits:
    """``clock`` in seconds, steady."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, most_kept: int = MOST_KEPT) -> None:
        self._clock = clock
        self._most_kept = most_kept
        self._kept: OrderedDict[str, _Kept] = OrderedDict()  # oldest first: all are kept for the same time
        self._of_call: dict[CallId, set[str]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        return f"<SecretDigits of {len(self._of_call)} calls>"

    def put(self, call: CallId, digits: str) -> str:
        """Keep the digits; returns where they are: a name that cannot be guessed, of letters and digits."""
        now = self._clock()
        while self._kept and (len(self._kept) >= self._most_kept or next(iter(self._kept.values())).until <= now):
            self._drop(next(iter(self._kept)))
        ref = secrets.token_hex(12)
        self._kept[ref] = _Kept(call, digits, now + KEPT_S)
        self._of_call.setdefault(call, set()).add(ref)
        return ref

    def get(self, ref: str) -> str | None:
        """The digits; None when they are forgotten, or never were."""
        kept = self._kept.get(ref)
        if kept is None:
            return None
        if kept.until <= self._clock():
            self._drop(ref)
            return None
        return kept.digits

    def forget(self, call: CallId) -> None:
        """The call is over."""
        for ref in self._of_call.pop(call, set()):
            self._kept.pop(ref, None)

    def _drop(self, ref: str) -> None:
        kept = self._kept.pop(ref)
        refs = self._of_call[kept.call]
        refs.discard(ref)
        if not refs:
            del self._of_call[kept.call]
