"""Which events of keys are keys that a caller has pressed. Pure.

Asterisk tells of each key as it arrives (``DTMFBegin``, ``DTMFEnd``). Where two come within 0.1 s it may hold the
second back and then tell its end a second time, without a beginning. And a caller who is a machine can send a thousand
keys a second: more than a person or an autodialler can press are not counted, so that they cost next to nothing.
"""

from __future__ import annotations

MOST_AT_ONCE = 40
MOST_PER_S = 20
"""A tone of 40 ms and a pause of 40 ms are the shortest that a receiver must recognise (ITU-T Q.24): 12.5 a second."""
_ECHO_S = 0.5
_TOLD = "0123456789*#ABCD"
_MOST_OPEN = 2


class KeyEvents:
    """The keys of one leg."""

    __slots__ = ("_allowance", "_at", "_begun", "_ended_at", "_has_tones", "any")

    def __init__(self) -> None:
        self.any = False
        """Whether a key has been told of at all."""
        self._allowance = float(MOST_AT_ONCE)
        self._at: float | None = None
        self._begun: dict[str, int] = {}
        self._has_tones = False
        self._ended_at: dict[str, float] = {}

    def began(self, key: str) -> None:
        if len(key) == 1 and key in _TOLD:
            self._begun[key] = min(_MOST_OPEN, self._begun.get(key, 0) + 1)
            self._has_tones = True

    def counts(self, key: str, now: float) -> bool:
        """Whether the key that has just ended is one more."""
        if len(key) != 1 or key not in _TOLD:
            return False
        self.any = True
        paired = self._begun.get(key, 0) > 0
        if paired:
            self._begun[key] -= 1  # two of the same may have begun before the first of them is told to have ended
        ended_at = self._ended_at.get(key)
        self._ended_at[key] = now
        if self._has_tones and not paired and ended_at is not None and now - ended_at < _ECHO_S:
            return False
        if self._at is not None:
            self._allowance = min(float(MOST_AT_ONCE), self._allowance + (now - self._at) * MOST_PER_S)
        self._at = now
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True
