"""Person or machine where it is loud: by how far the voice stands out of what is behind it. Pure.

Asterisk's ``AMD()`` takes for silence what is softer than a fixed level, so on a street nobody is ever silent, and
everybody is a machine. Where the softest moment of a call is louder than that level its verdict says nothing. Its rules
(so much speech, so much silence after it) are then applied to the levels heard so far, silence being what does not
rise above the noise. What the noise is shows only in the pauses, so all is weighed anew each time. Words are not
counted: noise tears one into several.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tandem.cti.core.beeps import FRAME_S
from tandem.cti.model.requests import DetectMachine

DEAF_RMS = 250.0
"""``AMD()`` hears silence below a mean of 256; of noise that is an effective value of 320."""
_LINE_RMS = 20.0
"""What is softer is the network's own silence, and says nothing of the place where somebody stands."""
_SMOOTH = 3
_LEAST_FRAMES = 25
_NOISE_PERCENT = 10
_OVER_NOISE = 1.8
_WORD_S, _GAP_S = 0.1, 0.06


def smoothed(levels: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Effective values over 60 ms."""
    power = np.square(np.asarray(levels, dtype=np.float64))
    return np.asarray(np.sqrt(np.convolve(power, np.full(_SMOOTH, 1 / _SMOOTH), "valid")))


def is_loud(levels: Sequence[float]) -> bool:
    """Whether it was too loud for ``AMD()`` at every moment. ``levels``: effective values of frames of 20 ms."""
    there = [level for level in levels if level >= _LINE_RMS]
    return len(there) >= _LEAST_FRAMES and float(smoothed(there).min()) >= DEAF_RMS


def judge(levels: Sequence[float], wanted: DetectMachine) -> tuple[str, str] | None:
    """(verdict, why) in the words of ``AMD()``; None: not yet."""
    there = [level for level in levels if level >= _LINE_RMS]
    if len(there) < _LEAST_FRAMES:
        return None
    over = smoothed(levels) > _OVER_NOISE * float(np.percentile(smoothed(there), _NOISE_PERCENT))
    speech = voice = silence = 0.0
    for spoken in over:
        if spoken:
            before, voice = voice, voice + FRAME_S
            if voice >= _WORD_S:
                speech += voice if before < _WORD_S else FRAME_S
                silence = 0.0
            if speech * 1000 >= wanted.greeting_ms:
                return "machine", f"LONGGREETING-{speech * 1000:.0f}-{wanted.greeting_ms}"
            continue
        silence += FRAME_S
        if silence >= _GAP_S:
            voice = 0.0
        if speech and silence * 1000 >= wanted.after_greeting_silence_ms:
            return "human", f"HUMAN-{silence * 1000:.0f}-{wanted.after_greeting_silence_ms}"
    return None
