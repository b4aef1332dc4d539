"""What a caller hears, recorded at his end of the line, and what of it is which prompt, music or silence."""

from __future__ import annotations

import asyncio
import secrets
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.app.stack import Stack
from tandem.cti.provision.asterisk_instance import AsteriskInstance
from tandem.ivr.adapters.espeak import EspeakNg
from tandem.ivr.core.speech import Prompt
from tandem.ivr.media import PromptSounds

RATE_HZ = 8000
LIKE = 0.75
"""Correlation from which on it is the same sound: through the codec it is above 0.9, of other words below 0.5."""
QUIET = 0.001
"""Root mean square of a tenth of a second, of full scale."""
SKIPPED_S, PIECE_S, PIECES = 0.4, 0.5, 3
"""What is looked for of a prompt: not its very beginning, which may be said before there is an ear, nor its end, which
a key may cut off; in pieces, because a busy machine drops a packet now and then."""
Samples = npt.NDArray[np.float64]


def carrier_of(stack: Stack) -> AsteriskInstance:
    return AsteriskInstance(stack.asterisk.install, stack.installation.home / "carrier", {})


class Ear:
    """``on`` begins to listen, ``all`` is to be asked when the caller has hung up."""

    def __init__(self, stack: Stack, file: Path) -> None:
        self._sounds = PromptSounds(
            stack.installation.sounds_dir,
            recorded_dir=stack.installation.recorded_prompts_dir,
            synthesiser=EspeakNg(),
        )
        self._file = file
        self._heard: Samples | None = None

    @classmethod
    async def on(cls, stack: Stack, call: PlacedCall) -> Ear:
        """``call`` is answered."""
        file = stack.installation.home / f"heard-{secrets.token_hex(4)}.raw"
        said = await carrier_of(stack).rx(f"mixmonitor start {call._channel} {file}.both.raw,r({file})")
        assert "No such" not in said, said
        return cls(stack, file)

    @property
    def all(self) -> Samples:
        """Full scale is 1."""
        if self._heard is None:
            self._heard = np.frombuffer(self._file.read_bytes(), "<i2").astype(np.float64) / 32768
        return self._heard

    @property
    def seconds(self) -> float:
        return len(self.all) / RATE_HZ

    def times(self, text: str, language: str = "en") -> list[float]:
        """When it was said, in seconds since ``on``; also where it was cut short after 1.6 s."""
        found: list[float] = []
        for first_s, piece in pieces_of(self._sounds.path(Prompt(language, text))):
            for at_s in (time_s - first_s for time_s in times_of(self.all, piece)):
                if all(abs(at_s - other) > 0.5 for other in found):
                    found.append(at_s)
        return sorted(found)

    def quiet_s(self, begin_s: float = 0.0, end_s: float | None = None) -> float:
        """The longest silence of this stretch."""
        part = self.all[int(begin_s * RATE_HZ) : None if end_s is None else int(end_s * RATE_HZ)]
        step = RATE_HZ // 10
        frames = part[: len(part) // step * step].reshape(-1, step)
        longest = run = 0
        for loud in np.sqrt(np.mean(frames**2, axis=1)) > QUIET:
            run = 0 if loud else run + 1
            longest = max(longest, run)
        return longest / 10

    def loudness(self, begin_s: float, end_s: float) -> float:
        """Root mean square."""
        part = self.all[int(begin_s * RATE_HZ) : int(end_s * RATE_HZ)]
        assert len(part) > RATE_HZ / 4, "the stretch was not heard"
        return float(np.sqrt(np.mean(part**2)))


def pieces_of(file: Path) -> list[tuple[float, Samples]]:
    """With the second at which each begins."""
    with wave.open(str(file)) as opened:
        sound = np.frombuffer(opened.readframes(opened.getnframes()), "<i2").astype(np.float64) / 32768
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    sound = sound[loud[0] : loud[-1]]
    step = int(PIECE_S * RATE_HZ)
    begin = min(int(SKIPPED_S * RATE_HZ), max(0, len(sound) - PIECES * step))
    cuts = (range(begin + number * step, begin + (number + 1) * step) for number in range(PIECES))
    return [(cut.start / RATE_HZ, sound[cut.start : cut.stop]) for cut in cuts if cut.stop <= len(sound)]


def times_of(heard: Samples, wanted: Samples) -> list[float]:
    """Normalised cross-correlation by FFT; peaks that are half a second apart or more."""
    if len(heard) < len(wanted):
        return []
    size = 1 << (len(heard) + len(wanted)).bit_length()
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)
    products = products[: len(heard) - len(wanted) + 1]
    sums = np.concatenate(([0.0], np.cumsum(heard.astype(np.float64) ** 2)))
    power = np.maximum(sums[len(wanted) :] - sums[: -len(wanted)], 1e-3)
    likeness = products / np.sqrt(power * float(np.sum(wanted.astype(np.float64) ** 2)))
    found = []
    while likeness.size and (best := int(np.argmax(likeness))) is not None and likeness[best] > LIKE:
        found.append(best / RATE_HZ)
        likeness[max(0, best - RATE_HZ // 2) : best + RATE_HZ // 2] = 0
    return sorted(found)


async def type_fast(call: PlacedCall, keys: str) -> None:
    """As fast as keys can follow each other: a tone of 80 ms and a pause of 60 ms."""
    for key in keys:
        await call._carrier.act("PlayDTMF", (("Channel", call._channel), ("Digit", key), ("Duration", "80")))
        await asyncio.sleep(0.06)
