"""When a machine has said what it has to say, so that a message is recorded from its first word. Pure, replayable.

The message is due when the beep is over; without one, after a long quiet: longer than the pause that some greetings
make before the beep, shorter than what makes machines hang up. What is quiet is held against the quietest that was
heard lately, so that a street behind the voice is no greeting without end.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tandem.cti.core.beeps import FRAME, FRAME_S, Beep, BeepDetector

QUIET_S = 4.0
"""Without a beep. Machines that hear nothing give up after some five seconds."""
_LEVELS_S = 10.0
_FLOOR_S = 4.0
_LEAST_RMS, _MOST_RMS = 150.0, 1_500.0
"""Of 16-bit samples: what is softer is quiet, what is louder is not, whatever else was heard."""
_OVER_FLOOR = 2.0
_SMOOTH = 5
"""Frames, 0.1 s."""
_SPEECH_S = 0.3
"""So much sound after a beep: that was not the beep to speak after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """The message is due. ``at_s``: seconds of sound since the first frame; ``beep`` None: for it has been quiet."""

    why: Literal["beep", "quiet"]
    at_s: float
    beep: Beep | None = None


class GreetingEnd:
    """``hear`` is given the sound from the answer on; ``cue`` is None as long as somebody speaks."""

    def __init__(self) -> None:
        self.cue: Cue | None = None
        self.levels: list[float] = []
        """Of the first ten seconds: the effective value of each frame."""
        self._beeps = BeepDetector()
        self._heard = bytearray()
        self._frames = 0
        self._quiet = 0
        self._loud = 0
        self._smoothed: deque[float] = deque(maxlen=_SMOOTH)
        self._lately: deque[float] = deque(maxlen=round(_FLOOR_S / FRAME_S))

    @property
    def heard_s(self) -> float:
        return self._frames * FRAME_S

    def hear(self, sound: bytes) -> list[Beep]:
        """``sound``: samples of 16 bits, little endian, 8 kHz, any number. Gives the beeps that were found in it."""
        self._heard += sound
        size = 2 * FRAME
        whole = len(self._heard) // size * size
        frames: NDArray[np.float64] = np.frombuffer(bytes(self._heard[:whole]), "<i2").reshape(-1, FRAME).astype(float)
        del self._heard[:whole]
        return [beep for frame in frames if (beep := self._hear(frame)) is not None]

    def _hear(self, frame: NDArray[np.float64]) -> Beep | None:
        self._frames += 1
        power = float(np.dot(frame, frame)) / FRAME
        if len(self.levels) * FRAME_S < _LEVELS_S:
            self.levels.append(power**0.5)
        quiet = self._is_quiet(power)
        self._quiet = self._quiet + 1 if quiet else 0
        self._loud = 0 if quiet else self._loud + 1
        if self._loud * FRAME_S >= _SPEECH_S:
            self.cue = None
        beep = self._beeps.hear(frame)
        if beep is not None:
            self.cue = Cue(why="beep", at_s=self.heard_s, beep=beep)
        elif self.cue is None and self._quiet * FRAME_S >= QUIET_S:
            self.cue = Cue(why="quiet", at_s=self.heard_s)
        return beep

    def _is_quiet(self, power: float) -> bool:
        self._smoothed.append(power)
        rms = float(np.sqrt(sum(self._smoothed) / len(self._smoothed)))
        self._lately.append(rms)
        return rms <= min(max(_LEAST_RMS, _OVER_FLOOR * min(self._lately)), _MOST_RMS)
