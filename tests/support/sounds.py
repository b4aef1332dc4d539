"""Sounds made for tests."""

from __future__ import annotations

import io
import wave

import numpy as np
import numpy.typing as npt
import soundfile

Samples = npt.NDArray[np.float64]


def tone(
    hertz: float = 440.0,
    *,
    rate: int = 22050,
    channels: int = 1,
    seconds: float = 0.5,
    level: float = 0.3,
    kind: str = "WAV",
    subtype: str | None = None,
) -> bytes:
    """A file of that kind. ``level`` above 1 is clipped."""
    samples = np.clip(np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate) * level, -1, 1)
    return sound_file(np.repeat(samples[:, None], channels, axis=1), rate, kind=kind, subtype=subtype)


def sound_file(samples: Samples, rate: int, *, kind: str = "WAV", subtype: str | None = None) -> bytes:
    """``samples``: (frames, channels)."""
    out = io.BytesIO()
    with soundfile.SoundFile(out, "w", rate, samples.shape[1], format=kind, subtype=subtype) as file:
        for at in range(0, len(samples), 1 << 16):  # libsndfile's encoders have trouble with more at once
            file.write(samples[at : at + (1 << 16)])
    return out.getvalue()


def read(wav: bytes) -> tuple[wave._wave_params, npt.NDArray[np.int16]]:
    with wave.open(io.BytesIO(wav)) as file:
        return file.getparams(), np.frombuffer(file.readframes(file.getnframes()), "<i2")
