"""What a variable of a call can hold."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Secret:
    """Digits that only the vault knows (card numbers, PINs): where they are, and how many. A flow can hand them to a
    data dip; it can neither say nor compare them, only ask for their length."""

    ref: str
    length: int


Value = str | int | bool | Secret
"""At most ``MAX_TEXT`` characters, or a whole number up to ``MAX_INTEGER``. Money and other decimals are texts."""
MAX_INTEGER = 999_999_999_999
MAX_TEXT = 120


def writable(value: Value | None) -> Value | None:
    """The value; None for a text that UTF-8 cannot write (halves of surrogate pairs)."""
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return None
    return value
