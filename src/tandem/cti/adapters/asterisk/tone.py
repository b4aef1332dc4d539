"""The tone before a message, as a file for Asterisk."""

from __future__ import annotations

import os
import sys
import wave
from pathlib import Path

from tandem.cti.model.tone import RATE, tone_samples

_NAME = "tandem-tone"


def tone_file(sounds_dir: Path) -> str:
    """Its name as Asterisk wants it: a path without the ending."""
    return str(sounds_dir / _NAME)


def write_tone(sounds_dir: Path) -> None:
    """Make the file anew; whoever reads meanwhile has the old one or the new one."""
    samples = tone_samples()
    if sys.byteorder == "big":
        samples.byteswap()
    unfinished = sounds_dir / f".{_NAME}.{os.getpid()}"
    with wave.open(str(unfinished), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    unfinished.replace(sounds_dir / f"{_NAME}.wav")
