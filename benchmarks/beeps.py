"""Beeps after greetings: ``python -m benchmarks.beeps``. Sounds only, no servers; repeatable.

Greetings by voices of espeak-ng in English and Chinese, a pause of 0.2 to 3.5 s, a beep of 300 to 2,500 Hz and 0.15 to
1.5 s, four seconds of line; with white noise at several distances below the beep, or a street (noise that falls by
6 dB an octave, and comes and goes), through the codecs of the telephone network. Right: the message is due within 0.9
s after the beep. Then everything that is no beep: greetings alone, the tones of networks, keys, melodies, and
what recordings Asterisk brings along (music on hold, an hour of spoken prompts).
"""

from __future__ import annotations

import asyncio
import io
import sys
import time
from collections.abc import Iterator

import numpy as np
import soundfile
from benchmarks.answering_machines import GREETINGS, VOICES
from benchmarks.report import Figure, say, show
from tests.support.asterisk_pair import asterisk_install
from tests.support.line_sounds import Codec, Sound, coded, noise, pcm, quiet, tone

from tandem.cti.core.greeting_end import GreetingEnd
from tandem.ivr.adapters.espeak import EspeakNg, Voice
from tandem.ivr.core.speech import Prompt
from tandem.ivr.sound import for_the_line

CODECS: tuple[Codec, ...] = ("ulaw", "alaw")
WHITE_DB = (40.0, 20.0, 12.0, 8.0, 5.0)
STREET_DB = (20.0, 12.0, 8.0)
EACH = 120
RATE_HZ = 8_000
WITHIN_S = 0.9
OWN_BEEPS = frozenset({"beep", "beeperr", "ascending-2tone", "descending-2tone"})
"""Recordings that are, or have, a tone."""


async def greetings() -> list[Sound]:
    spoken = []
    for language, texts in GREETINGS.items():
        for voice in VOICES[language]:
            for text in texts:
                wav = await EspeakNg({language: Voice(voice, 170)}).speak(Prompt(language, text))
                sound, _ = soundfile.read(io.BytesIO(for_the_line(wav)), dtype="int16")
                spoken.append(sound.astype(float))
    return spoken


def street(seconds: float, rms: float, chance: np.random.Generator) -> Sound:
    count = round(seconds * RATE_HZ)
    spectrum = np.fft.rfft(chance.normal(0, 1, count))
    hz = np.fft.rfftfreq(count, 1 / RATE_HZ)
    sound = np.fft.irfft(spectrum * 200 / np.maximum(hz, 100), count)
    sound *= 1 + 0.5 * np.sin(2 * np.pi * chance.uniform(0.1, 0.4) * np.arange(count) / RATE_HZ)
    return np.asarray(sound / sound.std() * rms)


def first_cue(sound: Sound, codec: Codec) -> tuple[float, str]:
    """When the message is due, and why; (0, '') never."""
    heard, data = GreetingEnd(), pcm(coded(sound, codec))
    for at in range(0, len(data), 320):
        heard.hear(data[at : at + 320])
        if heard.cue is not None:
            return heard.heard_s, heard.cue.why
    return 0.0, ""


def with_beeps(spoken: list[Sound], behind: str, distance_db: float) -> Iterator[Figure]:
    chance = np.random.default_rng(round(distance_db) + len(behind))
    right = early = late_s = 0.0
    missed = 0
    for number in range(EACH):
        greeting = spoken[number % len(spoken)]
        peak = float(chance.uniform(2_000, 15_000))
        beep_s = float(chance.uniform(0.15, 1.5))
        hz = float(chance.uniform(300, 2_500))
        pause_s = float(chance.uniform(0.2, 3.5))
        sound = np.concatenate([greeting, quiet(pause_s), tone(hz, beep_s, peak=peak), quiet(5.5)])
        rms = peak / 2**0.5 / 10 ** (distance_db / 20)
        seconds = len(sound) / RATE_HZ
        back = street(seconds, rms, chance) if behind == "street" else noise(seconds, rms, seed=number)
        due_s, why = first_cue(sound + back[: len(sound)], CODECS[number % len(CODECS)])
        end_s = len(greeting) / RATE_HZ + pause_s + beep_s
        if why == "beep" and end_s <= due_s <= end_s + WITHIN_S:
            right += 1
            late_s += due_s - end_s
        elif 0 < due_s < end_s:
            early += 1
        else:
            missed += 1
    name = f"{behind}, {distance_db:g} dB below the beep"
    yield Figure(f"{name}: right", right / EACH * 100, "%")
    yield Figure(f"{name}: too early", early / EACH * 100, "%")
    yield Figure(f"{name}: not heard (after the quiet)", missed / EACH * 100, "%")
    yield Figure(f"{name}: message after the beep by", late_s / max(right, 1), "s")


def count(sound: Sound, codec: Codec) -> int:
    return len(GreetingEnd().hear(pcm(coded(np.concatenate([sound, quiet(1.0)]), codec))))


def tones() -> dict[str, Sound]:
    def many(pattern: list[Sound], times: int) -> Sound:
        return np.concatenate(pattern * times)

    def two(low: float, high: float, seconds: float) -> Sound:
        return tone(low, seconds, peak=4_000) + tone(high, seconds, peak=4_000)

    keys = [(low, high) for low in (697, 770, 852, 941) for high in (1209, 1336, 1477)]
    scale = [262, 294, 330, 349, 392, 440, 494, 523, 587, 659, 698, 784]
    return {
        "ringing, North America": many([two(440, 480, 2.0), quiet(4.0)], 5),
        "ringing, Europe": many([tone(425, 1.0), quiet(4.0)], 5),
        "ringing, China": many([tone(450, 1.0), quiet(4.0)], 5),
        "busy, North America": many([two(480, 620, 0.5), quiet(0.5)], 20),
        "busy, Europe": many([tone(425, 0.5), quiet(0.5)], 20),
        "busy, China": many([tone(450, 0.35), quiet(0.35)], 20),
        "the three tones of a network": many([tone(950, 0.33), tone(1400, 0.33), tone(1800, 0.33), quiet(1.0)], 5),
        "all keys": np.concatenate([part for low, high in keys for part in (two(low, high, 0.12), quiet(0.1))]),
        "a fax": np.concatenate([tone(2100, 3.3), quiet(1.0)]),
        "a melody": np.concatenate([tone(2.0 * hz, 0.25) for hz in scale]),
    }


def recordings() -> Iterator[tuple[str, str, Sound]]:
    """(kind, name, sound) of what Asterisk brings along."""
    folder = asterisk_install().data_dir
    for kind, files in (
        ("music on hold", folder.glob("moh/*.wav")),
        ("spoken prompts", folder.glob("sounds/en/*.wav")),
    ):
        for file in sorted(files):
            if file.stem not in OWN_BEEPS:
                sound, rate = soundfile.read(file, dtype="int16")
                if rate == RATE_HZ and sound.ndim == 1:
                    yield kind, file.stem, sound.astype(float)


async def run() -> None:
    say("greetings are spoken")
    spoken = await greetings()
    for behind, distances in (("noise", WHITE_DB), ("street", STREET_DB)):
        for distance_db in distances:
            show(f"{EACH} greetings with a beep", with_beeps(spoken, behind, distance_db))
    false: dict[str, tuple[int, float]] = {}
    sounds = [("greetings without a beep", f"{number}", sound) for number, sound in enumerate(spoken)]
    sounds += [("tones that are none", name, sound) for name, sound in tones().items()]
    began, heard_s = time.process_time(), 0.0
    for kind, name, sound in [*sounds, *recordings()]:
        for codec in CODECS:
            found = count(sound, codec)
            before, seconds = false.get(kind, (0, 0.0))
            false[kind] = before + found, seconds + len(sound) / RATE_HZ
            heard_s += len(sound) / RATE_HZ
            if found:
                sys.stdout.write(f"  {kind}: {name} ({codec}): {found}\n")
    figures = [Figure(f"{kind}, {seconds / 60:.0f} min", float(hits), "") for kind, (hits, seconds) in false.items()]
    show("beeps heard where there are none", figures)
    show("cost", [Figure("CPU of a second of sound", (time.process_time() - began) / heard_s * 1000, "ms")])


if __name__ == "__main__":
    asyncio.run(run())
