"""The keys that a caller has pressed and that no question has taken yet: type-ahead. Pure.

Pressed while nothing asks (between two prompts, during one, while something is looked up), keys wait here and answer
the next questions in their order. A question takes what completes its answer and leaves the rest for the next one.
"""

from __future__ import annotations

MOST_KEYS = 96
"""The longest answer, 64 digits, and half as much typed ahead: who types further ahead follows no prompts."""
SURPLUS_S = 3.0
"""A key so soon behind the last one of a secret, or behind another such key, may be of the secret: no answer."""
KEYS = "0123456789*#"
"""The keys that a telephone has. A to D, which a network can send as well, are none."""


class Keypad:
    """Keys in the order in which they were pressed, at most ``most_keys``; those that find it full are forgotten.

    People end a number of known length with the terminator all the same: the one that comes right behind an answer of
    several digits that was complete without it belongs to that answer and is forgotten.
    """

    __slots__ = ("_keys", "_most_keys", "_surplus")

    def __init__(self, most_keys: int = MOST_KEYS) -> None:
        self._keys = ""
        self._most_keys = most_keys
        self._surplus = ""

    def __len__(self) -> int:
        return len(self._keys)

    def press(self, keys: str) -> None:
        """Keep the keys. What is no key of a telephone is not one here."""
        for key in keys:
            if key not in KEYS:
                continue
            surplus, self._surplus = self._surplus, ""
            if key != surplus and len(self._keys) < self._most_keys:
                self._keys += key

    def answer(self, max_digits: int, terminator: str = "#") -> str | None:
        """Take a complete answer out, or nothing (None) when more keys may follow.

        Complete: ``max_digits`` keys, or ``terminator`` (one key; '' for none), which ends the answer and is no part
        of it. Pressed alone it is the answer itself, as in Asterisk's Read with the option e.
        """
        at = self._keys.find(terminator, 0, max_digits) if terminator else -1
        if at == 0:
            return self._take(1)
        if at > 0:
            digits = self._take(at)
            self._take(1)
            return digits
        if len(self._keys) < max_digits:
            return None
        digits = self._take(max_digits)
        if max_digits > 1 and terminator:
            if not self._keys:
                self._surplus = terminator
            elif self._keys[0] == terminator:
                self._take(1)
        return digits

    def rest(self) -> str:
        """Take all that is there: the caller has stopped pressing, and it is his answer as it stands."""
        return self._take(len(self._keys))

    def first_of(self, keys: str) -> str:
        """Take the first key that is one of ``keys`` ('' when there is none); those before it are forgotten."""
        while self._keys:
            if (key := self._take(1)) in keys:
                return key
        return ""

    def clear(self) -> None:
        self._keys = self._surplus = ""

    def _take(self, count: int) -> str:
        taken, self._keys = self._keys[:count], self._keys[count:]
        return taken
