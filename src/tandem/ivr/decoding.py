"""Sound files of the common formats, decoded in blocks and within bounds: a small file may claim to last for hours."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.ivr.errors import BadSound

Samples = npt.NDArray[np.floating[Any]]
"""One channel, full scale 1.0. Of single precision where they can be many."""

LOWEST_RATE, HIGHEST_RATE = 8000, 96_000
MOST_CHANNELS = 8
_FORMATS = ("WAV", "WAVEX", "FLAC", "OGG", "MP3")
_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Decoded:
    """``rate``: in Hz."""

    samples: Samples
    rate: int

    @property
    def seconds(self) -> float:
        return self.samples.size / self.rate


def decode(content: bytes, *, most_s: float) -> Decoded:
    """WAV, FLAC, Ogg (Vorbis, Opus) or MP3 -> the mean of its channels. Raises BadSound."""
    import soundfile  # it loads libsndfile, which most processes never need

    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate = file.samplerate
            if file.format not in _FORMATS:
                raise BadSound("not_audio", f"{file.format} is none of {', '.join(_FORMATS)}")
            if not LOWEST_RATE <= rate <= HIGHEST_RATE:
                raise BadSound("rate", f"{rate} Hz: {LOWEST_RATE} to {HIGHEST_RATE} Hz are wanted")
            if file.channels > MOST_CHANNELS:
                raise BadSound("not_audio", f"{file.channels} channels: at most {MOST_CHANNELS} are wanted")
            blocks: list[npt.NDArray[np.float32]] = []
            count = 0
            while (block := file.read(_BLOCK, dtype="float32", always_2d=True)).size:
                count += len(block)
                if count > most_s * rate:
                    raise BadSound("too_long", f"it is longer than {most_s:g} s")
                blocks.append(block.mean(axis=1))
    except (soundfile.SoundFileError, RuntimeError, OSError, ValueError, TypeError) as error:
        if isinstance(error, BadSound):
            raise
        raise BadSound("not_audio", "this is no sound file that can be read (WAV, FLAC, Ogg, MP3)") from None
    samples = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    return Decoded(np.nan_to_num(samples, copy=False, posinf=1.0, neginf=-1.0), rate)
