"""The tone that tells a caller to speak now: a prompt that is always there, for the switch makes it itself. Pure."""

from __future__ import annotations

import math
from array import array

TONE = "tone"
"""The name of its prompt, for ``Play`` and ``Collect``."""
RATE = 8_000
_FREQUENCY_HZ = 1_000
_TONE_S = 0.3
_EDGE_S = 0.01
_LEVEL = 0.25 * 32_767
"""12 dB below full scale: heard by all, hurting none."""


def tone_samples() -> array[int]:
    """16-bit samples at 8 kHz; faded in and out, so that it does not click."""
    count, edge = round(_TONE_S * RATE), round(_EDGE_S * RATE)
    return array(
        "h",
        (
            round(_LEVEL * min(1.0, at / edge, (count - at) / edge) * math.sin(2 * math.pi * _FREQUENCY_HZ * at / RATE))
            for at in range(count)
        ),
    )
