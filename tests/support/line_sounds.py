"""Sounds as a telephone line carries them: 8 kHz, values of 16-bit samples."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 8_000
Sound = NDArray[np.float64]
Codec = Literal["none", "ulaw", "alaw"]


def quiet(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE_HZ))


def tone(hz: float, seconds: float, *, peak: float = 6_000.0) -> Sound:
    return peak * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


def voice(pitch_hz: float, seconds: float, *, peak: float = 8_000.0, seed: int = 1) -> Sound:
    """Syllables of a fifth of a second: harmonics under two wandering formants, the pitch in constant motion."""
    chance = np.random.default_rng(seed)
    count = round(seconds * RATE_HZ)
    at = np.arange(count) / RATE_HZ
    pitch = pitch_hz * (1 + 0.08 * np.sin(2 * np.pi * 2.3 * at + chance.uniform(0, 6)) + 0.02 * np.sin(40 * at))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HZ
    syllable = (at / 0.2).astype(int)
    first, second = chance.uniform(300, 800, syllable.max() + 1), chance.uniform(900, 2_300, syllable.max() + 1)
    sound = np.zeros(count)
    for harmonic in range(1, int(3_400 / pitch_hz) + 1):
        hz = harmonic * pitch
        gain = np.exp(-(((hz - first[syllable]) / 180) ** 2)) + 0.5 * np.exp(-(((hz - second[syllable]) / 250) ** 2))
        sound += (gain + 0.03) * np.sin(harmonic * phase)
    sound *= np.abs(np.sin(np.pi * at / 0.2)) ** 0.5
    return np.asarray(sound / np.abs(sound).max() * peak)


def noise(seconds: float, rms: float, *, seed: int = 1) -> Sound:
    return np.random.default_rng(seed).normal(0, rms, round(seconds * RATE_HZ))


def coded(sound: Sound, codec: Codec) -> Sound:
    """Through G.711 and back: the curves of ITU-T Recommendation G.711, 8 bits."""
    x = np.clip(sound / 32_768, -1, 1)
    if codec == "ulaw":
        small = np.round(np.log1p(255 * np.abs(x)) / np.log(256) * 127) / 127
        x = np.sign(x) * (256**small - 1) / 255
    elif codec == "alaw":
        a, scale = 87.6, 1 + np.log(87.6)
        size = np.abs(x)
        small = np.where(size < 1 / a, a * size, 1 + np.log(np.maximum(a * size, 1e-12))) / scale
        small = np.round(np.maximum(small, 0) * 127) / 127
        size = np.where(small < 1 / scale, small * scale / a, np.exp(small * scale - 1) / a)
        x = np.sign(x) * size
    return np.asarray(np.round(np.clip(x * 32_768, -32_768, 32_767)), dtype=np.float64)


def pcm(sound: Sound) -> bytes:
    return np.clip(np.round(sound), -32_768, 32_767).astype("<i2").tobytes()
