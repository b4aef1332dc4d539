"""Looks at one uploaded recording, in a process of its own with little memory and time: ``python -m`` this module.

The file comes on standard input. What is written: a line of JSON (``Verdict``), then, when it can be used, the WAV file
for the line. Decoders of sound have had their share of holes; this process has no secret and opens no file.
"""

from __future__ import annotations

import resource
import sys

import msgspec
import numpy as np

from tandem.ivr.decoding import Samples, decode
from tandem.ivr.errors import BadSound
from tandem.ivr.sound import line_sound, loudest

MOST_BYTES = 20_000_000
SHORTEST_S, LONGEST_S = 0.2, 180.0
CPU_S = 30
_MEMORY_BYTES = 2 << 30
_SILENCE = 10 ** (-50 / 20)
_FULL_SCALE = 0.98
_FLAT = 0.0005
_MOST_CLIPPED = 0.001
_MUCH_DB = 12.0


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """``reason``: see BadSound, '' when the recording can be used. ``warnings``: ``clipped``, ``much_louder``,
    ``much_quieter``. ``gain_db``: how much louder it was made."""

    reason: str = ""
    text: str = ""
    seconds: float = 0.0
    gain_db: float = 0.0
    warnings: tuple[str, ...] = ()


def check(content: bytes) -> tuple[Verdict, bytes]:
    """What is to be said of the recording, and it as it is played to callers (b'' when it cannot be)."""
    try:
        decoded = decode(content, most_s=LONGEST_S)
        if decoded.seconds < SHORTEST_S:
            raise BadSound("too_short", f"it is shorter than {SHORTEST_S:g} s")
        samples = decoded.samples - decoded.samples.mean()
        if loudest(samples, decoded.rate) < _SILENCE:
            raise BadSound("silent", "there is no sound in it, or it is far too quiet")
        sound = line_sound(samples, decoded.rate)
    except BadSound as error:
        return Verdict(reason=error.reason, text=str(error)), b""
    warnings = []
    if _clipped(decoded.samples) > _MOST_CLIPPED:
        warnings.append("clipped")
    if abs(sound.gain_db) > _MUCH_DB:
        warnings.append("much_louder" if sound.gain_db > 0 else "much_quieter")
    return Verdict(seconds=sound.seconds, gain_db=sound.gain_db, warnings=tuple(warnings)), sound.wav


def _clipped(samples: Samples) -> float:
    """The share of samples that stand at full scale and do not move: a peak that is whole only touches it."""
    if samples.size < 3:
        return 0.0
    flat = (np.abs(samples[1:]) >= _FULL_SCALE) & (np.abs(np.diff(samples)) < _FLAT)
    return float((flat[1:] & flat[:-1]).mean())


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    verdict, wav = check(sys.stdin.buffer.read(MOST_BYTES + 1))
    sys.stdout.buffer.write(msgspec.json.encode(verdict) + b"\n" + wav)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
