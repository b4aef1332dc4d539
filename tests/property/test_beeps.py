"""Whatever beep a machine makes is found, and what is none is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.line_sounds import Codec, Sound, coded, noise, pcm, quiet, tone, voice

from tandem.cti.core.beeps import Beep
from tandem.cti.core.greeting_end import GreetingEnd

codecs = st.sampled_from(["none", "ulaw", "alaw"])


def beeps(sound: Sound, codec: Codec = "none", *, piece: int = 320) -> list[Beep]:
    heard, data = GreetingEnd(), pcm(coded(sound, codec))
    return [beep for at in range(0, len(data), piece) for beep in heard.hear(data[at : at + piece])]


@given(
    hz=st.floats(520, 2_480),
    length_s=st.floats(0.16, 1.8),
    peak=st.floats(800, 25_000),
    before_s=st.floats(0.0, 1.0),
    snr_db=st.floats(8, 60),
    codec=codecs,
    seed=st.integers(0, 1_000),
)
def test_a_beep_is_found_with_its_place_pitch_and_length(
    hz: float, length_s: float, peak: float, before_s: float, snr_db: float, codec: Codec, seed: int
) -> None:
    sound = np.concatenate([quiet(before_s), tone(hz, length_s, peak=peak), quiet(0.6)])
    sound += noise(len(sound) / 8_000, peak / 2**0.5 / 10 ** (snr_db / 20), seed=seed)[: len(sound)]
    [beep] = beeps(sound, codec)
    assert beep.hz == pytest.approx(hz, abs=12)
    assert beep.length_s == pytest.approx(length_s, abs=0.07)
    assert beep.at_s == pytest.approx(before_s, abs=0.06)


@given(
    hz=st.floats(520, 2_480),
    pitch_hz=st.floats(90, 260),
    greeting_s=st.floats(0.8, 1.6),
    pause_s=st.floats(0.2, 1.5),
    codec=codecs,
    seed=st.integers(0, 1_000),
)
def test_the_message_is_due_after_the_beep_and_not_in_the_pause_before_it(
    hz: float, pitch_hz: float, greeting_s: float, pause_s: float, codec: Codec, seed: int
) -> None:
    spoken = voice(pitch_hz, greeting_s, seed=seed)
    sound = np.concatenate([spoken, quiet(pause_s), tone(hz, 0.4), quiet(0.5)])
    heard, data = GreetingEnd(), pcm(coded(sound, codec))
    end_s = greeting_s + pause_s + 0.4
    for at in range(0, len(data), 320):
        heard.hear(data[at : at + 320])
        if heard.cue is not None:
            break
    assert heard.cue is not None
    assert heard.cue.why == "beep"
    assert end_s <= heard.heard_s <= end_s + 0.3


@given(
    pitch_hz=st.floats(80, 290),
    seconds=st.floats(1, 2),
    codec=codecs,
    rms=st.floats(0, 800),
    seed=st.integers(0, 9_999),
)
def test_a_voice_is_no_beep(pitch_hz: float, seconds: float, codec: Codec, rms: float, seed: int) -> None:
    spoken = voice(pitch_hz, seconds, seed=seed)
    sound = np.concatenate([spoken + noise(seconds, rms, seed=seed)[: len(spoken)], quiet(0.6)])
    assert beeps(sound, codec) == []


@given(
    low_hz=st.floats(300, 2_000),
    apart_hz=st.floats(40, 800),
    length_s=st.floats(0.15, 1.5),
    codec=codecs,
)
def test_two_tones_at_once_are_no_beep(low_hz: float, apart_hz: float, length_s: float, codec: Codec) -> None:
    both = tone(low_hz, length_s, peak=5_000) + tone(low_hz + apart_hz, length_s, peak=4_500)
    assert beeps(np.concatenate([quiet(0.3), both, quiet(0.6)]), codec) == []


@given(
    pieces=st.lists(st.integers(1, 2_000), min_size=1, max_size=40),
    seed=st.integers(0, 1_000),
)
def test_the_pieces_in_which_the_sound_comes_make_no_difference(pieces: list[int], seed: int) -> None:
    data = pcm(np.concatenate([noise(0.5, 400, seed=seed), tone(1_000, 0.3), quiet(0.5)]))
    whole, heard = GreetingEnd(), GreetingEnd()
    wanted = whole.hear(data)
    found, at = [], 0
    for size in pieces:
        found += heard.hear(data[at : at + size])
        at += size
    found += heard.hear(data[at:])
    assert found == wanted
    assert (heard.cue, heard.heard_s) == (whole.cue, whole.heard_s)
