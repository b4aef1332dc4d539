"""The keys that the callee of one leg has pressed, as far as they count for the next question. Pure.

Each counts once (``KeyEvents``) and answers in the order of pressing (``Keypad``). Two kinds are forgotten: what is
typed right behind a secret, which may be of it; and what was pressed to mere music, unless the question comes soon.
"""

from __future__ import annotations

from math import inf

from tandem.cti.adapters.asterisk.key_events import KeyEvents
from tandem.cti.model.keypad import SURPLUS_S, Keypad

FRESH_S = 10.0
"""Keys pressed to music that nobody has asked anything in count for the next question when it comes so soon."""


class TypeAhead:
    """``now`` is always in seconds of one steady clock. ``keypad``: what counts and answers no question yet."""

    def __init__(self) -> None:
        self.keypad = Keypad()
        self._events = KeyEvents()
        self._surplus_until = -inf
        self._idly_pressed_at: float | None = None

    @property
    def told(self) -> bool:
        """Asterisk tells of keys at all."""
        return self._events.any

    def began(self, key: str) -> None:
        """``DTMFBegin``."""
        self._events.began(key)

    def ended(self, key: str, now: float) -> bool:
        """``DTMFEnd``. Whether it is one more key."""
        return self._events.counts(key, now)

    def press(self, key: str, now: float, *, idly: bool) -> bool:
        """Keep a key; ``idly``: pressed to music that nobody has asked for anything in. False when it may be of the
        secret before it and is forgotten."""
        if now < self._surplus_until:
            self._surplus_until = now + SURPLUS_S
            return False
        self.keypad.press(key)
        if idly:
            self._idly_pressed_at = now
        return True

    def asked(self, now: float) -> None:
        """A request begins: what was pressed idly counts for it, or not any more."""
        if self._idly_pressed_at is not None and now - self._idly_pressed_at > FRESH_S:
            self.keypad.clear()
        self._idly_pressed_at = None

    def secret_taken(self, now: float) -> None:
        """What is typed too much may be of the secret: it must not become the plain answer to the next question."""
        self.keypad.clear()
        self._surplus_until = now + SURPLUS_S

    def secret_over(self) -> None:
        """Something else is asked for: what is pressed from now on is for that."""
        self._surplus_until = -inf
