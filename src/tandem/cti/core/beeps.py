"""The beep after a greeting, found in the sound of the callee. Pure: frames in, beeps out.

A beep is one narrow line in the spectrum (300 to 2,500 Hz) that begins, stays where it is for a moment, and ends in
quiet. It is looked for in two steps. Frame by frame (20 ms, seen through a window of 40 ms) a tone is followed while
one line has most of the power and stays at its pitch. When it has ended, all of it is looked at once more at the finer
resolution that its length allows: what is spread there is a vowel, two tones beside each other (keys, ringing tones of
North America), or noise. What speech or another tone follows at once is no beep but a greeting's, a melody's, or a
network's (the three tones before an announcement).

Networks' own tones: ringing and busy tones of one frequency lie between 350 and 500 Hz (ITU-T Recommendation E.180,
Supplement 2). There a tone of a second is a ringing tone, and a short one counts only when it does not come again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8_000
FRAME = 160
"""Samples; 20 ms."""
FRAME_S = FRAME / RATE_HZ
LOWEST_HZ, HIGHEST_HZ = 300.0, 2_500.0
SHORTEST_S, LONGEST_S = 0.12, 2.2

_Sound = NDArray[np.float64]

_WINDOW = 2 * FRAME
_BINS = 512
_BIN_HZ = RATE_HZ / _BINS
_HANN = np.hanning(_WINDOW + 1)[:-1]
_BAND = slice(round(150 / _BIN_HZ), round(3_400 / _BIN_HZ))
"""Below it lies the rumble of a street, above it nothing that a telephone carries."""
_LOBE = 4
"""Bins on each side of a line that the window spreads it over: 2 * 8000 / 320 Hz."""
_MOSTLY = 0.5
"""Of the power, in the line, for a frame to be a tone's."""
_PURE = 0.66
"""Of the power, in the line, for a whole tone to be a beep: what is beside it 3 dB below it."""
_DRIFT_HZ, _DRIFT = 14.0, 0.015
_SWELL = 2.0
"""Between the loudness of two frames of one tone, at most."""
_LEAST_RMS = 60.0
_GAPS = 1
"""Frames in the middle of a tone that a click may spoil."""
_QUIET_FRAMES = 8
"""After a beep: 0.16 s ..."""
_QUIET = 0.55
"""... in which the loudness is at most this much of the beep's."""
_VOICED_HZ = 500.0
"""Up to here a voice can hold a tone (a long "you"): what is lower has to be longer and purer."""
_VOICED_S, _VOICED_PURE = 0.24, 0.85
_SHORT_S, _SHORT_PURE = 0.24, 0.8
"""A syllable may be a tone for as long."""
_NETWORK_HZ = (350.0, 500.0)
_RINGING_S = 0.8
_BUSY_S = 0.6
_MELODY_S, _NOTE_FRAMES = 0.12, 5
"""What comes so soon after a tone of so many frames is a melody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beep:
    """``at_s``: when it began, in seconds of sound since the first frame."""

    at_s: float
    hz: float
    length_s: float


@dataclass(frozen=True, slots=True)
class _Line:
    """The strongest line of a window. ``share``: of the power of the band."""

    hz: float
    share: float
    rms: float


@dataclass(slots=True)
class _Tone:
    """One that is heard. ``spoilt``: frames since the last that was its."""

    first: int
    hz: float
    rms: float
    frames: int = 1
    spoilt: int = 0


@dataclass(frozen=True, slots=True)
class _Ended:
    """One that is to be a beep if what follows bears it out, for ``frames`` more frames."""

    beep: Beep
    rms: float
    last: int
    frames: int


class BeepDetector:
    """``hear`` is given one frame after the other; gives a beep when it is sure of one."""

    def __init__(self) -> None:
        self._count = 0
        self._before: _Sound = np.zeros(FRAME)
        self._kept: deque[_Sound] = deque(maxlen=round((LONGEST_S + 0.2) / FRAME_S))
        self._tone: _Tone | None = None
        self._ended: _Ended | None = None
        self._after: list[float] = []
        self._last_hz, self._last_end = 0.0, -1_000
        """Of the last tone, be it a beep or not."""

    def hear(self, frame: _Sound) -> Beep | None:
        """``frame``: shape (160,), samples of 16 bits. The beep that has just been borne out, or None."""
        index = self._count
        self._count += 1
        self._kept.append(frame)
        line = _line(np.concatenate((self._before, frame)))
        self._before = frame
        rms = _rms(frame)
        tone = self._tone
        if tone is not None and not self._goes_on(tone, line):
            if tone.spoilt < _GAPS and not _is_tone(line):
                tone.spoilt += 1
            else:
                self._end(tone, index)
                tone = self._tone = None
        if tone is None and _is_tone(line):
            self._tone = _Tone(index, line.hz, line.rms)
        return self._borne_out(index, rms)

    @staticmethod
    def _goes_on(tone: _Tone, line: _Line) -> bool:
        if not _is_tone(line) or abs(line.hz - tone.hz) > max(_DRIFT_HZ, _DRIFT * tone.hz):
            return False
        if not 1 / _SWELL <= line.rms / tone.rms <= _SWELL and tone.frames > 1:
            return False
        tone.frames += 1 + tone.spoilt
        tone.spoilt = 0
        weight = 1 / min(tone.frames, 10)
        tone.hz += (line.hz - tone.hz) * weight
        tone.rms = max(tone.rms, line.rms) if tone.frames <= 2 else tone.rms + (line.rms - tone.rms) * weight
        return True

    def _end(self, tone: _Tone, index: int) -> None:
        last = index - tone.spoilt  # the first frame that is not its any more
        length_s = tone.frames * FRAME_S
        of_network = _NETWORK_HZ[0] <= tone.hz <= _NETWORK_HZ[1]
        since_s = (tone.first - self._last_end) * FRAME_S
        follows = since_s <= _MELODY_S
        again = of_network and since_s <= _BUSY_S and abs(tone.hz - self._last_hz) <= _DRIFT_HZ
        if tone.frames >= _NOTE_FRAMES:
            self._last_hz, self._last_end = tone.hz, last
        if follows or not SHORTEST_S <= length_s <= LONGEST_S or not LOWEST_HZ <= tone.hz <= HIGHEST_HZ:
            return
        voiced = tone.hz <= _VOICED_HZ
        if again or (of_network and length_s >= _RINGING_S) or (voiced and length_s < _VOICED_S):
            return
        kept = list(self._kept)
        from_end = index - last + 1
        whole = np.concatenate(kept[max(0, len(kept) - from_end - tone.frames) : len(kept) - from_end])
        short = length_s < _SHORT_S
        hz = _pure(whole, tone.hz, _VOICED_PURE if voiced else _SHORT_PURE if short else _PURE)
        if hz is None:
            return
        frames = round(_BUSY_S / FRAME_S) if of_network else _QUIET_FRAMES
        beep = Beep(at_s=tone.first * FRAME_S, hz=hz, length_s=length_s)
        self._ended, self._after = _Ended(beep, tone.rms, last, frames), []

    def _borne_out(self, index: int, rms: float) -> Beep | None:
        ended = self._ended
        if ended is None:
            return None
        if self._tone is not None and self._tone.frames >= 3:
            self._ended = None
            return None
        if index > ended.last:  # in the first frame after it there is still the end of it
            self._after.append(rms)
        if len(self._after) < _QUIET_FRAMES:
            return None
        loudest = max(sum(each**2 for each in self._after[at : at + 4]) / 4 for at in range(len(self._after) - 3))
        if loudest > (_QUIET * ended.rms) ** 2:
            self._ended = None
            return None
        if len(self._after) < ended.frames:
            return None
        self._ended = None
        return ended.beep


def _is_tone(line: _Line) -> bool:
    return line.share >= _MOSTLY and line.rms >= _LEAST_RMS


def _rms(sound: _Sound) -> float:
    return float(np.sqrt(np.dot(sound, sound) / len(sound)))


def _line(window: _Sound) -> _Line:
    power = np.abs(np.fft.rfft(window * _HANN, _BINS)) ** 2
    band = power[_BAND]
    whole = float(band.sum())
    if whole <= 0.0:
        return _Line(0.0, 0.0, 0.0)
    peak = int(band.argmax()) + _BAND.start
    share = float(power[max(_BAND.start, peak - _LOBE) : peak + _LOBE + 1].sum()) / whole
    return _Line(_between(power, peak) * _BIN_HZ, min(share, 1.0), _rms(window))


def _between(power: _Sound, peak: int) -> float:
    """The place of the line, in bins, from the three highest (a parabola through their logarithms)."""
    if not 0 < peak < len(power) - 1:
        return float(peak)
    low, top, high = (float(np.log(power[at] + 1e-9)) for at in (peak - 1, peak, peak + 1))
    bend = low - 2 * top + high
    return peak + (0.5 * (low - high) / bend if bend else 0.0)


def _pure(whole: _Sound, near_hz: float, least: float) -> float | None:
    """The frequency of the one line that this sound is; None when it is more than one. Its first and last frame, in
    which it swells and fades, are left out where it is long enough."""
    inner = whole[FRAME:-FRAME] if len(whole) >= 6 * FRAME else whole
    if len(inner) < 3 * FRAME:
        return None
    bins = 1 << (2 * len(inner) - 1).bit_length()
    power = np.abs(np.fft.rfft(inner * np.hanning(len(inner)), bins)) ** 2
    bin_hz = RATE_HZ / bins
    band = slice(round(150 / bin_hz), round(3_400 / bin_hz))
    whole_power = float(power[band].sum())
    peak = int(power[band].argmax()) + band.start
    hz = _between(power, peak) * bin_hz
    if whole_power <= 0.0 or abs(hz - near_hz) > 2 * _DRIFT_HZ:
        return None
    lobe = round(max(12.0, 2 * RATE_HZ / len(inner)) / bin_hz)
    share = float(power[max(band.start, peak - lobe) : peak + lobe + 1].sum()) / whole_power
    return hz if share >= least else None
