"""What a step was told, as a short text: for reports, and for trying another version of the flow on the same call."""

from __future__ import annotations

import re

from tandem.ivr.core.dialogue import (
    CallbackTaken,
    Digits,
    Fetched,
    IvrEvent,
    MediaFailed,
    NoInput,
    Played,
    Recorded,
    TransferFailed,
)

DOT = "•"
"""Stands for a digit that people must not see."""
_KEYS = re.compile(rf"[0-9*#{DOT}]{{1,64}}")
STATUSES = ("ok", "not_found", "failed", "timeout", "refused")


def heard_text(event: IvrEvent) -> str:
    """``digits 3``, ``no_input``, ``played``, ``fetched ok``, ``recorded 12``, ``callback taken``, ``failed``."""
    match event:
        case Digits(text, secret):
            return digits_text(DOT * secret.length if secret else text)
        case NoInput():
            return "no_input"
        case Played():
            return "played"
        case Fetched(status):
            return f"fetched {status if status in STATUSES else 'failed'}"
        case Recorded(_, seconds):
            return f"recorded {seconds:.0f}"
        case CallbackTaken(accepted):
            return "callback taken" if accepted else "callback refused"
        case MediaFailed() | TransferFailed():
            return "failed"


def digits_text(text: str) -> str:
    if not text:
        return "no_input"
    return f"digits {text}" if _KEYS.fullmatch(text) else "digits ?"


def masked(digits: str, shown: int | None) -> str:
    """Only the last ``shown`` of them; all when it is None."""
    if shown is None or len(digits) <= shown:
        return digits
    return DOT * (len(digits) - shown) + digits[len(digits) - shown :]
