"""What was said to one page, numbered, and how far the page has come. Pure: time comes in as ``now`` (seconds).

A page session outlives its line: while the line is away, what the page misses is kept for a while. It is in one of
three states::

    state      push                       next            line_lost    resume
    ATTACHED   kept, to be sent           the next frame  DETACHED     ATTACHED, rewound to where the page stands
    TOO_SLOW   kept like DETACHED         nothing         DETACHED     ATTACHED, ...
    DETACHED   kept, the oldest go first  nothing         DETACHED     ATTACHED, ...

``resume`` is refused, and the state unchanged, when something that the page missed is no longer held.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from tandem.agent_desktop.core.framing import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is held for one page. ``kept``: sent, or missed while away; ``behind``: not yet sent on a live line."""

    kept_messages: int = 64
    kept_bytes: int = 64 * 1024
    kept_s: float = 60.0
    behind_messages: int = 128
    behind_bytes: int = 256 * 1024

    def __post_init__(self) -> None:
        if self.behind_messages < self.kept_messages or self.behind_bytes < self.kept_bytes:
            raise ValueError("a page that resumes with all that was kept must not count as too slow at once")


SEAT_BOUNDS = Bounds()
BOARD_BOUNDS = Bounds(
    kept_messages=512, kept_bytes=4 * 2**20, kept_s=60.0, behind_messages=1024, behind_bytes=16 * 2**20
)


class LineState(StrEnum):
    ATTACHED = "attached"
    TOO_SLOW = "too_slow"
    DETACHED = "detached"


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    frame: Frame


class PageSession:
    def __init__(self, bounds: Bounds = SEAT_BOUNDS) -> None:
        self._bounds = bounds
        self._kept: deque[_Kept] = deque()
        """Messages ``last_seq - len + 1 .. last_seq``, without a gap."""
        self._kept_bytes = 0
        self._behind_bytes = 0
        self.last_seq = 0
        self.sent_seq = 0
        self.state = LineState.ATTACHED
        self.detached_at = 0.0

    def push(self, frame: Frame, now: float) -> None:
        """Say something to the page. The state is TOO_SLOW afterwards when its line does not keep up: cut it."""
        self.last_seq += 1
        self._kept.append(_Kept(now, frame))
        self._kept_bytes += frame.size
        if self.state is LineState.ATTACHED:
            self._behind_bytes += frame.size
            if self._too_far_behind():
                self.state = LineState.TOO_SLOW
        self.trim(now)

    def next(self) -> bytes | None:
        """The next text for the line, or None when there is nothing to send. It counts as sent."""
        if self.state is not LineState.ATTACHED or self.sent_seq == self.last_seq:
            return None
        self.sent_seq += 1
        frame = self._kept[self.sent_seq - self.last_seq - 1].frame
        self._behind_bytes -= frame.size
        return frame.numbered(self.sent_seq)

    def line_lost(self, now: float) -> None:
        """The line is away; the page may come back."""
        self.state = LineState.DETACHED
        self.detached_at = now
        self.trim(now)

    def resume(self, seq: int, now: float) -> bool:
        """The page is back and stands at ``seq``. False: what it missed is no longer held; it must start anew."""
        self.trim(now)
        missed = self.last_seq - seq
        if not 0 <= missed <= len(self._kept):
            return False
        self.state = LineState.ATTACHED
        self.sent_seq = seq
        self._behind_bytes = sum(kept.frame.size for kept in list(self._kept)[len(self._kept) - missed :])
        return True

    def trim(self, now: float) -> None:
        """Let go of what is beyond the bounds; what is still to be sent on a live line stays."""
        bounds = self._bounds
        unsent = self.last_seq - self.sent_seq if self.state is LineState.ATTACHED else 0
        while len(self._kept) > unsent and (
            len(self._kept) - unsent > bounds.kept_messages
            or self._kept_bytes - (self._behind_bytes if unsent else 0) > bounds.kept_bytes
            or now - self._kept[0].at > bounds.kept_s
        ):
            self._kept_bytes -= self._kept.popleft().frame.size

    @property
    def held_bytes(self) -> int:
        return self._kept_bytes

    def is_over(self, now: float) -> bool:
        """It was away for so long that nothing is held for it."""
        return self.state is LineState.DETACHED and now - self.detached_at > self._bounds.kept_s

    def _too_far_behind(self) -> bool:
        unsent = self.last_seq - self.sent_seq
        return unsent > self._bounds.behind_messages or (unsent > 1 and self._behind_bytes > self._bounds.behind_bytes)
