"""Sound for the telephone line: 8 kHz, one channel, 16 bits, and one loudness for all prompts."""

from __future__ import annotations

import io
import wave
from math import gcd

import numpy as np
import numpy.typing as npt

LINE_RATE = 8000
_LOUDNESS = 10 ** (-20 / 20)
"""Root mean square of the parts that are speech, against full scale."""
_PEAK = 10 ** (-1 / 20)
_SPEECH_RANGE = 10 ** (-30 / 20)
"""A stretch is speech when it is no more than 30 dB below the loudest one."""

Samples = npt.NDArray[np.float64]


class BadSound(ValueError):
    """``str()`` says what is wrong with the sound."""


def for_the_line(wav: bytes) -> bytes:
    """A WAV file, 16-bit PCM at any rate -> the WAV file that is played to callers. Raises BadSound."""
    samples, rate = _read(wav)
    levelled = _level(_resample(samples, rate))
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(LINE_RATE)
        file.writeframes(np.round(levelled * 32767).astype("<i2").tobytes())
    return out.getvalue()


def _read(wav: bytes) -> tuple[Samples, int]:
    try:
        with wave.open(io.BytesIO(wav), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            content = file.readframes(file.getnframes())  # gives what is there, whatever the header claims
    except (wave.Error, EOFError) as error:
        raise BadSound(f"this is no WAV file: {error}") from None
    if width != 2 or not LINE_RATE <= rate <= 192_000:
        raise BadSound(f"{8 * width} bits at {rate} Hz is not 16-bit PCM at 8 to 192 kHz")
    frame = 2 * channels
    samples = np.frombuffer(content[: len(content) // frame * frame], "<i2").reshape(-1, channels).mean(axis=1) / 32768
    if not samples.size or not samples.any():
        raise BadSound("there is no sound in it")
    return samples, rate


def _resample(samples: Samples, rate: int) -> Samples:
    """Through the spectrum: exact for a band-limited signal, with a soft edge below 4 kHz against ringing."""
    if rate == LINE_RATE:
        return samples
    shared = gcd(rate, LINE_RATE)
    block = rate // shared  # so many samples become exactly LINE_RATE // shared
    blocks = -(-samples.size // block)
    spectrum = np.fft.rfft(np.pad(samples, (0, blocks * block - samples.size)))
    size = blocks * LINE_RATE // shared
    kept = spectrum[: size // 2 + 1]
    edge = max(1, kept.size // 20)
    kept[-edge:] *= np.cos(np.linspace(0, np.pi / 2, edge)) ** 2
    resampled: Samples = np.fft.irfft(kept, size) * (size / (blocks * block))
    return resampled


def _level(samples: Samples) -> Samples:
    stretch = LINE_RATE // 50
    padded = np.pad(samples, (0, -samples.size % stretch))
    loudness = np.sqrt((padded.reshape(-1, stretch) ** 2).mean(axis=1))
    speech = loudness[loudness >= loudness.max() * _SPEECH_RANGE]
    gain = min(_LOUDNESS / np.sqrt((speech**2).mean()), _PEAK / np.abs(samples).max())
    levelled: Samples = samples * gain
    return levelled
