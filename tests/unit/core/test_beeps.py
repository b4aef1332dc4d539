"""What is a beep, what only sounds a little like one, and when a message is due."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.line_sounds import Sound, noise, pcm, quiet, tone, voice

from tandem.cti.core.greeting_end import QUIET_S, Cue, GreetingEnd


def found(*sounds: Sound) -> list[tuple[int, float]]:
    heard = GreetingEnd()
    return [(round(beep.hz), round(beep.length_s, 1)) for beep in heard.hear(pcm(np.concatenate(sounds)))]


def cue_after(*sounds: Sound) -> Cue | None:
    heard = GreetingEnd()
    heard.hear(pcm(np.concatenate(sounds)))
    return heard.cue


def tones(*hz: float, seconds: float) -> Sound:
    return np.asarray(np.sum([tone(each, seconds, peak=4_000) for each in hz], axis=0))


@pytest.mark.parametrize(
    "sounds",
    [
        [tones(440, 480, seconds=2.0), quiet(4.0)] * 2,
        [tone(425, 1.0), quiet(4.0)] * 2,
        [tone(450, 1.0), quiet(4.0)] * 2,
        [tones(480, 620, seconds=0.5), quiet(0.5)] * 4,
        [tone(425, 0.5), quiet(0.5)] * 4 + [quiet(1.0)],
        [tone(450, 0.35), quiet(0.35)] * 6 + [quiet(1.0)],
        [tones(697, 1209, seconds=0.2), quiet(0.2)] * 3,
        [tone(950, 0.33), tone(1400, 0.33), tone(1800, 0.33), quiet(1.0)],
        [tone(2100, 3.3), quiet(1.0)],
        [tone(1000, 0.08), quiet(1.0)],
        [tone(200, 0.5), quiet(1.0)],
        [tone(3000, 0.5), quiet(1.0)],
        [tone(1000, 0.4), voice(140, 1.0), quiet(1.0)],
        [tone(880, 0.2), tone(988, 0.2), tone(1047, 0.2), tone(1175, 0.2), quiet(1.0)],
        [tone(1000, 0.4, peak=40), quiet(1.0)],
        [noise(5.0, 2_000)],
    ],
    ids=[
        "ringing, North America", "ringing, Europe", "ringing, China", "busy, North America", "busy, Europe",
        "busy, China", "keys", "the three tones of a network", "a fax", "a click", "a hum", "a whistle",
        "a tone before somebody speaks", "a melody", "hardly to be heard", "noise",
    ],
)  # fmt: skip
def test_what_is_no_beep(sounds: list[Sound]) -> None:
    assert found(*sounds) == []


@pytest.mark.parametrize(("hz", "seconds"), [(440, 0.4), (700, 0.4), (1000, 0.2), (1400, 1.0), (425, 0.3)])
def test_usual_beeps(hz: float, seconds: float) -> None:
    assert found(voice(120, 2.0), quiet(0.3), tone(hz, seconds), quiet(1.0)) == [(hz, seconds)]


def test_a_click_in_a_beep_does_not_make_two_of_it() -> None:
    beep = tone(1000, 0.6)
    beep[2_400:2_480] += 9_000
    assert found(quiet(0.3), beep, quiet(0.5)) == [(1000, 0.6)]


def test_no_beep_and_the_message_is_due_after_a_long_quiet() -> None:
    assert cue_after(voice(120, 2.0), quiet(QUIET_S - 0.3)) is None
    cue = cue_after(voice(120, 2.0), quiet(QUIET_S + 0.3))
    assert cue is not None
    assert (cue.why, cue.beep) == ("quiet", None)


def test_a_street_behind_the_voice_is_no_greeting_without_end() -> None:
    cue = cue_after(voice(120, 2.0) + noise(2.0, 700), noise(5.0, 700, seed=2))
    assert cue is not None
    assert cue.why == "quiet"


def test_who_speaks_on_after_the_beep_is_heard_out() -> None:
    said = [tone(1000, 0.3), quiet(1.0), voice(120, 2.0)]
    assert cue_after(*said) is None
    again = cue_after(*said, quiet(0.5), tone(1400, 0.5), quiet(0.5))
    assert again is not None
    assert again.beep is not None
    assert round(again.beep.hz) == 1400


def test_music_is_not_quiet() -> None:
    chord = tones(262, 330, 392, seconds=6.0) * (0.6 + 0.4 * np.sin(np.arange(48_000) / 700))
    assert cue_after(chord) is None
