"""Whether, and where, a recording of a telephone line has a known sound in it.

Both are compared as the energies of frequency bands over time: not by samples, so neither loudness, nor the codec, nor
a clock that runs a little differently matters; a part of a sound is enough. Measured on prompts of espeak-ng over a
real line (G.711), one compared with itself scores 0.95 and more, with another one 0.6 and less.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 8000
HOP_S = 0.01
_HOP = round(RATE * HOP_S)
_WINDOW = 256
_BANDS = 16
_LOWEST_HZ, _HIGHEST_HZ = 150.0, 3700.0
_FLOOR = 1e-6
"""Of a band's energy against full scale: what is softer is silence (-60 dB)."""
_SILENT = 1e-3
"""Mean square of a stretch's changes below which there is nothing to compare."""

_PIECE = 60
"""Steps of a piece that is shifted by itself, at least: 0.6 s."""
_SLIP = 8
"""How far, in steps."""

Samples = npt.NDArray[np.float32]
Energies = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Found:
    """``at_s``: where in the recording. ``score``: -1 to 1, 1 for the very same."""

    at_s: float
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """``energies``: logarithms, one row every ``HOP_S``, one column a band."""

    energies: Energies
    seconds: float


def read_wav(path: Path) -> Samples:
    """-1 to 1. Raises OSError, wave.Error and ValueError for anything but 8 kHz, one channel, 16 bits."""
    with wave.open(str(path), "rb") as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            raise ValueError(f"{path} is not 8 kHz, one channel, 16 bits")
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / np.float32(32768)


def fingerprint(samples: Samples) -> Fingerprint:
    seconds = samples.size / RATE
    padded = np.pad(samples, (_WINDOW // 2, _WINDOW))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[: max(samples.size, 1) : _HOP]
    spectrum = np.abs(np.fft.rfft(frames * _SHAPE, axis=1)) ** 2
    return Fingerprint(np.log10(spectrum @ _FILTERS + _FLOOR).astype(np.float32), seconds)


def find(recording: Fingerprint, sound: Fingerprint, *, since_s: float = 0.0, until_s: float | None = None) -> Found:
    """Where in this stretch of the recording the sound begins, most likely. What the recording lacks at its end is not
    compared."""
    whole, wanted = recording.energies, sound.energies
    first = min(max(0, int(since_s / HOP_S)), len(whole))
    last = len(whole) if until_s is None else min(int(until_s / HOP_S) + 1, len(whole))
    count = min(len(wanted), len(whole) - first)
    starts = min(last, len(whole) - count + 1) - first
    if count == 0 or starts <= 0:
        return Found(since_s, 0.0)
    scores = _scores(whole[first : first + starts + count - 1], wanted[:count])
    best = int(np.argmax(scores))
    return Found((first + best) * HOP_S, float(scores[best]))


def follow(recording: Fingerprint, sound: Fingerprint, found: Found) -> Found:
    """The likeness at this place once more, in pieces that may be late or early by themselves: a network that holds a
    packet back shifts all that comes after it."""
    wanted, first = sound.energies, round(found.at_s / HOP_S)
    pieces = range(0, len(wanted), _PIECE) if len(wanted) >= 2 * _PIECE else ()
    if not pieces:
        return found
    total = 0.0
    for begin in pieces:
        piece = wanted[begin : begin + _PIECE] if begin + 2 * _PIECE <= len(wanted) else wanted[begin:]
        since = max(0, first + begin - _SLIP)
        stretch = recording.energies[since : first + begin + len(piece) + _SLIP]
        if len(stretch) >= len(piece):
            total += len(piece) * max(0.0, float(_scores(stretch, piece).max()))
        if begin + len(piece) == len(wanted):
            break
    return Found(found.at_s, max(found.score, total / len(wanted)))


def part(sound: Fingerprint, seconds: float) -> Fingerprint:
    """Its beginning."""
    return Fingerprint(sound.energies[: max(0, round(seconds / HOP_S))], min(seconds, sound.seconds))


def _scores(stretch: Energies, wanted: Energies) -> npt.NDArray[np.float64]:
    """Normalised correlation at each start: every band about its own mean, over all bands together."""
    count = len(wanted)
    sums = np.cumsum(np.pad(stretch.astype(np.float64), ((1, 0), (0, 0))), axis=0)
    squares = np.cumsum(np.pad(stretch.astype(np.float64) ** 2, ((1, 0), (0, 0))), axis=0)
    mean = (sums[count:] - sums[:-count]) / count
    spread = ((squares[count:] - squares[:-count]) - count * mean**2).sum(axis=1)
    centred = (wanted - wanted.mean(axis=0)).astype(np.float64)
    windows = np.lib.stride_tricks.sliding_window_view(stretch, count, axis=0)
    together = np.einsum("sbt,tb->s", windows, centred, optimize=True)
    own = float((centred**2).sum())
    enough = (spread > _SILENT * wanted.size) & (own > _SILENT * wanted.size)
    return np.where(enough, together / np.sqrt(np.maximum(spread, 1e-9) * max(own, 1e-9)), 0.0)


def _filters() -> npt.NDArray[np.float32]:
    """Triangles of equal width on the mel scale, which overlap by half."""
    edges = _hertz(np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), _BANDS + 2))
    bins = np.arange(_WINDOW // 2 + 1)[:, None] * (RATE / _WINDOW)
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    filters: npt.NDArray[np.float32] = (triangles / (_SHAPE**2).sum() / _WINDOW).astype(np.float32)
    return filters


def _mel(hertz: float) -> float:
    return float(2595 * np.log10(1 + hertz / 700))


def _hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 700 * (10 ** (mel / 2595) - 1)


_SHAPE = np.hanning(_WINDOW).astype(np.float32)
_FILTERS = _filters()
