"""What a caller hears, recorded at his end of the line, and what of it is which prompt, music or silence."""

from __future__ import annotations

import asyncio
import secrets
import time
import wave
from collections.abc import Callable
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
ONCE_S = 1.5
"""Pieces of a prompt that are farther apart than they should be, by less than this, are of one time that it was said:
on a busy machine a line falters. No prompt is so short that it could have been said twice."""
LATE_S = 2.1
"""Asterisk writes 32 KiB at a time."""
_PATIENCE_S, _LOOK_S = 60.0, 0.4
Samples = npt.NDArray[np.float64]


def carrier_of(stack: Stack) -> AsteriskInstance:
    return AsteriskInstance(stack.asterisk.install, stack.installation.home / "carrier", {})


class Ear:
    """What this caller has heard so far, but for the last ``LATE_S``; what is still to come may be waited for."""

    def __init__(self, stack: Stack, file: Path) -> None:
        self._sounds = PromptSounds(
            stack.installation.sounds_dir,
            recorded_dir=stack.installation.recorded_prompts_dir,
            synthesiser=EspeakNg(),
        )
        self.file = file

    @classmethod
    async def on(cls, stack: Stack, channel: str) -> Ear:
        """From now on, at this channel of the carrier's."""
        file = stack.installation.home / f"heard-{secrets.token_hex(4)}.raw"
        arguments = f"{file}.both.raw,r({file}),touch {file}.whole"
        said = await carrier_of(stack).rx(f'mixmonitor start {channel} "{arguments}"')
        assert "No such" not in said, said
        return cls(stack, file)

    @property
    def all(self) -> Samples:
        """Full scale is 1."""
        heard = self.file.read_bytes() if self.file.exists() else b""
        return np.frombuffer(heard[: len(heard) // 2 * 2], "<i2").astype(np.float64) / 32768

    @property
    def seconds(self) -> float:
        return len(self.all) / RATE_HZ

    async def whole(self) -> None:
        """Wait until everything is there: he has hung up, or was hung up."""
        await self._wait(lambda: self.file.with_name(f"{self.file.name}.whole").exists(), "the caller still hears")

    async def hears(self, text: str, times: int = 1) -> None:
        """Wait until the caller has heard (of) it so often."""
        await self._wait(lambda: len(self.times(text)) >= times, f"not heard {times} times: {text}")

    async def more(self, seconds: float) -> None:
        """Wait until he has heard for so long, at least, by the line's time: a line that falters counts what came."""
        wanted_s = self.seconds + LATE_S + seconds
        await self._wait(lambda: self.seconds >= wanted_s, f"{seconds} s more were not heard")

    async def _wait(self, there: Callable[[], bool], why: str) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not await asyncio.to_thread(there):
            assert time.monotonic() < deadline, f"{why}; {self.account()}"
            await asyncio.sleep(_LOOK_S)

    def account(self, *texts: str) -> str:
        """When he has heard which of these, and where nothing: to be read at a failure."""
        there = [text for text in texts if self._sounds.path(Prompt("en", text)).exists()]
        said = {text: ", ".join(f"{at:.1f}" for at in self.times(text)) for text in there}
        lines = "; ".join(f"{text[:30]!r} at {times}" for text, times in said.items() if times)
        return f"{self.seconds:.1f} s heard, {self.quiet_s():.1f} s of them in a row nothing: {lines}"

    def times(self, text: str, language: str = "en") -> list[float]:
        """When it was said, in seconds since ``on``; also where it was cut short after 1.6 s."""
        found: list[float] = []
        for first_s, piece in pieces_of(self._sounds.path(Prompt(language, text))):
            for at_s in (time_s - first_s for time_s in times_of(self.all, piece)):
                if all(abs(at_s - other) > ONCE_S for other in found):
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


async def type_fast(call: PlacedCall, keys: str) -> float:
    """As fast as keys can follow each other: a tone of 80 ms and a pause of 60 ms. The longest time from one to the
    next, which on a busy machine is more."""
    began, longest_s = time.monotonic(), 0.0
    for key in keys:
        await call._carrier.act("PlayDTMF", (("Channel", call._channel), ("Digit", key), ("Duration", "80")))
        await asyncio.sleep(0.06)
        now = time.monotonic()
        began, longest_s = now, max(longest_s, now - began)
    return longest_s
