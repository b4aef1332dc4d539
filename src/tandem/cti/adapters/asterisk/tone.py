"""The tones that are always there, as files for Asterisk: the one before a message, and the whisper."""

from __future__ import annotations

import os
import sys
import wave
from array import array
from pathlib import Path

from tandem.cti.adapters.asterisk.config import WHISPER
from tandem.cti.model.tone import RATE, tone_samples, whisper_samples

_NAME = "tandem-tone"


def tone_file(sounds_dir: Path) -> str:
    """Its name as Asterisk wants it: a path without the ending."""
    return str(sounds_dir / _NAME)


def write_tones(sounds_dir: Path) -> None:
    """Make the files anew; whoever reads meanwhile has the old one or the new one."""
    _write(sounds_dir, _NAME, tone_samples())
    _write(sounds_dir, WHISPER, whisper_samples())


def _write(sounds_dir: Path, name: str, samples: array[int]) -> None:
    if sys.byteorder == "big":
        samples.byteswap()
    unfinished = sounds_dir / f".{name}.{os.getpid()}"
    with wave.open(str(unfinished), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    unfinished.replace(sounds_dir / f"{name}.wav")
