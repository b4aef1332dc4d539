"""Tones that are always there, for the switch makes them itself: the one that tells a caller to speak now, and the
one that tells an agent that somebody is on the line. Pure."""

from __future__ import annotations

import math
from array import array

TONE = "tone"
"""The name of its prompt, for ``Play`` and ``Collect``."""
RATE = 8_000
_FREQUENCY_HZ = 1_000
_TONE_S = 0.3
_WHISPER_HZ = 660
_WHISPER_S = 0.16
"""While it sounds nothing of the caller is heard; under a quarter of a second nobody has said a word yet."""
_EDGE_S = 0.01
_LEVEL = 0.25 * 32_767
"""12 dB below full scale: heard by all, hurting none."""


def tone_samples() -> array[int]:
    """16-bit samples at 8 kHz; faded in and out, so that it does not click."""
    return _sine(_FREQUENCY_HZ, _TONE_S)


def whisper_samples() -> array[int]:
    """As ``tone_samples``; short, and lower than the tone before a message."""
    return _sine(_WHISPER_HZ, _WHISPER_S)


def _sine(frequency_hz: int, length_s: float) -> array[int]:
    count, edge = round(length_s * RATE), round(_EDGE_S * RATE)
    return array(
        "h",
        (
            round(_LEVEL * min(1.0, at / edge, (count - at) / edge) * math.sin(2 * math.pi * frequency_hz * at / RATE))
            for at in range(count)
        ),
    )
