"""Sound for the telephone line: 8 kHz, one channel, 16 bits, and one loudness for all prompts."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass
from math import gcd, log10

import numpy as np

from tandem.ivr.decoding import Samples, decode
from tandem.ivr.errors import BadSound

LINE_RATE = 8000
LONGEST_S = 300.0
_LOUDNESS = 10 ** (-20 / 20)
"""Root mean square of the parts that are speech, against full scale."""
_PEAK = 10 ** (-1 / 20)
_SPEECH_RANGE = 10 ** (-30 / 20)
"""A stretch is speech when it is no more than 30 dB below the loudest one."""

__all__ = ["LINE_RATE", "BadSound", "LineSound", "for_the_line", "line_sound", "loudest"]


@dataclass(frozen=True, slots=True)
class LineSound:
    """A WAV file for the line. ``gain_db``: how much louder it was made."""

    wav: bytes
    seconds: float
    gain_db: float


def for_the_line(content: bytes) -> bytes:
    """A sound file (see ``ports.Synthesiser``) -> the WAV file that is played to callers. Raises BadSound."""
    if content[:4] == b"RIFF" and content[20:22] == b"\1\0" and content[34:36] == b"\x10\0":
        return line_sound(*_read(content)).wav
    decoded = decode(content, most_s=LONGEST_S)
    return line_sound(decoded.samples, decoded.rate).wav


def line_sound(samples: Samples, rate: int) -> LineSound:
    """Raises BadSound."""
    if not samples.size or not samples.any():
        raise BadSound("silent", "there is no sound in it")
    resampled = _resample(samples, rate)
    gain = _gain(resampled)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(LINE_RATE)
        file.writeframes(np.round(resampled * gain * 32767).astype("<i2").tobytes())
    return LineSound(out.getvalue(), resampled.size / LINE_RATE, 20 * log10(gain))


def loudest(samples: Samples, rate: int) -> float:
    """Root mean square of the loudest fiftieth of a second, against full scale."""
    return float(_loudness(samples, rate).max()) if samples.size else 0.0


def _read(wav: bytes) -> tuple[Samples, int]:
    """Gives what is there, whatever the lengths in the header claim: espeak-ng cannot know them when it writes it."""
    try:
        with wave.open(io.BytesIO(wav), "rb") as file:
            channels, width, rate = file.getnchannels(), file.getsampwidth(), file.getframerate()
            content = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise BadSound("not_audio", f"this is no WAV file: {error}") from None
    if width != 2 or not LINE_RATE <= rate <= 192_000:
        raise BadSound("rate", f"{8 * width} bits at {rate} Hz is not 16-bit PCM at 8 to 192 kHz")
    frame = 2 * channels
    samples = np.frombuffer(content[: len(content) // frame * frame], "<i2").reshape(-1, channels).mean(axis=1) / 32768
    return samples, rate


def _resample(samples: Samples, rate: int) -> Samples:
    """Through the spectrum: exact for a band-limited signal, with a soft edge below 4 kHz against ringing."""
    if rate == LINE_RATE:
        return samples
    shared = gcd(rate, LINE_RATE)
    block = rate // shared  # so many samples become exactly LINE_RATE // shared
    needed = -(-samples.size // block)
    blocks = _round_number(needed)
    spectrum = np.fft.rfft(np.pad(samples, (0, blocks * block - samples.size)))
    size = blocks * LINE_RATE // shared
    kept = spectrum[: size // 2 + 1]
    edge = max(1, kept.size // 20)
    kept[-edge:] *= np.cos(np.linspace(0, np.pi / 2, edge)) ** 2
    resampled: Samples = np.fft.irfft(kept, size) * (size / (blocks * block))
    return resampled[: needed * LINE_RATE // shared]


def _round_number(least: int) -> int:
    """The smallest number from ``least`` on with no prime factor above 5: a transform of that length is quick."""
    best = 1 << (least - 1).bit_length()
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            best = min(best, threes << max(0, (-(-least // threes) - 1).bit_length()))
            threes *= 3
        fives *= 5
    return best


def _loudness(samples: Samples, rate: int) -> Samples:
    stretch = rate // 50
    padded = np.pad(samples, (0, -samples.size % stretch))
    loudness: Samples = np.sqrt((padded.reshape(-1, stretch) ** 2).mean(axis=1))
    return loudness


def _gain(samples: Samples) -> float:
    loudness = _loudness(samples, LINE_RATE)
    speech = loudness[loudness >= loudness.max() * _SPEECH_RANGE]
    return float(min(_LOUDNESS / np.sqrt((speech**2).mean()), _PEAK / np.abs(samples).max()))
