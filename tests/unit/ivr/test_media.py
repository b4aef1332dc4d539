from __future__ import annotations

import asyncio
import io
import stat
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.sounds import tone as made
from tests.unit.ivr.flows import load

from tandem.ivr.adapters.espeak import EspeakNg, Voice
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import SpeechUnavailable
from tandem.ivr.media import Progress, PromptSounds, recorded_name, sound_name
from tandem.ivr.sound import BadSound, _round_number, for_the_line


def tone(hertz: float, rate: int = 22050, channels: int = 1, seconds: float = 0.5, level: float = 0.3) -> bytes:
    moments = np.arange(int(rate * seconds)) / rate
    samples = (np.sin(2 * np.pi * hertz * moments) * level * 32767).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(samples, channels).tobytes())
    return out.getvalue()


def read(wav: bytes) -> tuple[wave._wave_params, np.ndarray[tuple[int], np.dtype[np.int16]]]:
    with wave.open(io.BytesIO(wav)) as file:
        return file.getparams(), np.frombuffer(file.readframes(file.getnframes()), "<i2")


class Speaker:
    """Speaks tones; remembers how many spoke at once."""

    def __init__(self, fails_on: str = "") -> None:
        self.spoken: list[Prompt] = []
        self.fails_on = fails_on
        self.busy = self.busiest = 0

    def voice(self, language: str) -> str:
        return f"tone/{language}"

    async def speak(self, prompt: Prompt) -> bytes:
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        await asyncio.sleep(0.001)
        self.busy -= 1
        if prompt.text == self.fails_on:
            raise SpeechUnavailable("hoarse")
        self.spoken.append(prompt)
        return tone(440)


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 1), (22050, 1), (44100, 2), (48000, 1), (11025, 1)])
def test_any_rate_becomes_the_lines_and_keeps_its_pitch_and_length(rate: int, channels: int) -> None:
    params, samples = read(for_the_line(tone(1000, rate, channels)))
    assert (params.nchannels, params.sampwidth, params.framerate) == (1, 2, 8000)
    assert abs(params.nframes - 4000) <= 160
    spectrum = np.abs(np.fft.rfft(samples[:4000]))
    assert np.argmax(spectrum) == 500  # 1000 Hz in half a second
    assert spectrum[480:520].sum() > 0.7 * spectrum.sum()


def test_what_the_line_cannot_carry_does_not_fold_back() -> None:
    low, high = tone(1000, level=0.1), tone(6000, level=0.1)
    mixed = np.frombuffer(low[44:], "<i2") + np.frombuffer(high[44:], "<i2")
    _, samples = read(for_the_line(low[:44] + mixed.tobytes()))
    spectrum = np.abs(np.fft.rfft(samples[:4000]))
    assert spectrum[980:1020].max() < spectrum[500] / 100  # 6000 Hz would come back at 2000 Hz


@pytest.mark.parametrize("level", [0.001, 0.05, 0.99])
def test_all_prompts_are_equally_loud(level: float) -> None:
    _, samples = read(for_the_line(tone(500, level=level)))
    loudness = np.sqrt((samples[400:3600].astype(float) ** 2).mean()) / 32768
    assert 0.09 < loudness < 0.11


def test_pauses_do_not_make_speech_louder() -> None:
    speech = tone(500)
    _, samples = read(for_the_line(speech + bytes(22050 * 8)))
    assert 0.09 < np.sqrt((samples[400:3600].astype(float) ** 2).mean()) / 32768 < 0.11


def test_a_header_with_wrong_lengths_is_no_fault() -> None:
    sound = bytearray(tone(500))
    sound[4:8] = sound[40:44] = (0x7FFFF000).to_bytes(4, "little")
    assert read(for_the_line(bytes(sound)))[0].nframes == 4000


@pytest.mark.parametrize("wav", [b"", b"RIFF", b"MThd" + bytes(40), tone(500)[:44], tone(500, level=0)])
def test_what_is_no_sound(wav: bytes) -> None:
    with pytest.raises(BadSound):
        for_the_line(wav)


async def test_missing_prompts_are_made_once_two_at_a_time(tmp_path: Path) -> None:
    flow, speaker, seen = load(), Speaker(), list[Progress]()
    sounds = PromptSounds(tmp_path, synthesiser=speaker)
    names = await sounds.prepare(flow.spoken(), seen.append)
    assert set(names) == set(flow.spoken()) == set(speaker.spoken)
    assert [(step.done, step.total) for step in seen] == [(n + 1, len(names)) for n in range(len(names))]
    assert speaker.busiest == 2
    for prompt, name in names.items():
        path = Path(f"{name}.wav")
        assert path == sounds.path(prompt)
        assert path.parent == tmp_path / prompt.language
        assert read(path.read_bytes())[0].framerate == 8000
        assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert not list(tmp_path.rglob("*.part"))

    again = Speaker()
    assert await PromptSounds(tmp_path, synthesiser=again).prepare(flow.spoken()) == names
    assert again.spoken == []


async def test_a_file_that_a_crash_left_empty_is_made_again(tmp_path: Path) -> None:
    flow, speaker = load(), Speaker()
    sounds = PromptSounds(tmp_path, synthesiser=speaker)
    await sounds.prepare(flow.spoken())
    speaker.spoken.clear()
    prompt = flow.spoken()[0]
    sounds.path(prompt).write_bytes(b"")
    await sounds.prepare(flow.spoken())
    assert speaker.spoken == [prompt]


async def test_a_prompt_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechUnavailable, match="hoarse"):
        await PromptSounds(tmp_path, synthesiser=Speaker(fails_on="你好")).prepare(load().spoken())
    (tmp_path / "file").touch()
    with pytest.raises(SpeechUnavailable, match="cannot be written"):
        await PromptSounds(tmp_path / "file", synthesiser=Speaker()).prepare(load().spoken())


async def test_thousands_of_prompts_are_two_at_a_time_and_quick_to_look_at(tmp_path: Path) -> None:
    speaker = Speaker()
    sounds = PromptSounds(tmp_path, synthesiser=speaker)
    prompts = [Prompt("zh", str(n)) for n in range(300)]
    assert sounds.missing(prompts) == prompts
    names = await sounds.prepare(prompts)
    assert speaker.busiest == 2
    assert len(speaker.spoken) == len(set(names.values())) == 300
    assert sounds.missing(prompts) == []


async def test_a_recording_goes_before_the_speech(tmp_path: Path) -> None:
    hello, speaker = Prompt("zh", "你好"), Speaker()
    sounds = PromptSounds(tmp_path / "made", recorded_dir=tmp_path / "recorded", synthesiser=speaker)
    recorded = tmp_path / "recorded" / f"{recorded_name(hello)}.wav"
    recorded.parent.mkdir(parents=True)
    recorded.write_bytes(tone(440))
    assert await sounds.prepare([hello]) == {hello: str(recorded.with_suffix(""))}
    assert speaker.spoken == []
    recorded.write_bytes(b"")
    assert sounds.missing([hello]) == [hello], "what is left of a recording is none"
    names = await sounds.prepare([hello])
    assert names[hello].startswith(str(tmp_path / "made"))


async def test_files_that_are_deleted_are_made_again_and_recordings_are_told(tmp_path: Path) -> None:
    hello, bye = Prompt("zh", "你好"), Prompt("zh", "再见")
    speaker = Speaker()
    sounds = PromptSounds(tmp_path / "made", recorded_dir=tmp_path / "recorded", synthesiser=speaker)
    told: list[dict[Prompt, str]] = []
    wanted = [hello]

    async def changed(names: dict[Prompt, str]) -> None:
        told.append(names)

    async def until(what: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not what():  # noqa: ASYNC110 - files tell nobody
                await asyncio.sleep(0.005)

    task = asyncio.create_task(sounds.keep(lambda: wanted, changed, every_s=0.01))
    await until(lambda: not sounds.missing(wanted))
    sounds.path(hello).unlink()
    await until(lambda: not sounds.missing(wanted))
    assert speaker.spoken == [hello, hello]
    wanted.append(bye)
    await until(lambda: not sounds.missing(wanted))
    await asyncio.sleep(0.03)
    assert told == [], "these are the names that were known"

    recorded = tmp_path / "recorded" / f"{recorded_name(hello)}.wav"
    recorded.parent.mkdir(parents=True)
    recorded.write_bytes(tone(440))
    await until(lambda: told)
    assert told == [{hello: str(recorded.with_suffix("")), bye: sounds.names([bye])[bye]}]
    recorded.unlink()
    await until(lambda: len(told) == 2)
    assert told[1][hello] == str(sounds.path(hello).with_suffix(""))

    speaker.fails_on = "你好"
    sounds.path(hello).unlink()
    sounds.path(bye).unlink()
    await asyncio.sleep(0.05)
    speaker.fails_on = ""
    await until(lambda: not sounds.missing(wanted))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.parametrize(
    ("kind", "subtype"), [("WAV", "FLOAT"), ("WAV", "PCM_24"), ("FLAC", None), ("OGG", None), ("MP3", None)]
)
def test_a_synthesiser_may_give_any_common_format(kind: str, subtype: str | None) -> None:
    params, samples = read(for_the_line(made(440, kind=kind, subtype=subtype)))
    assert (params.nchannels, params.sampwidth, params.framerate) == (1, 2, 8000)
    assert np.argmax(np.abs(np.fft.rfft(samples[1000:3000].astype(float)))) == 110


@given(st.integers(1, 1 << 24))
def test_a_transform_is_a_little_longer_and_quick(least: int) -> None:
    size = _round_number(least)
    assert least <= size <= 1.3 * least + 1
    for prime in (2, 3, 5):
        while size % prime == 0:
            size //= prime
    assert size == 1


def test_the_name_depends_on_text_language_and_voice() -> None:
    names = {
        sound_name(Prompt(language, text), voice) for language in ("zh", "en") for text in "ab" for voice in ("x", "y")
    }
    assert len(names) == 8


async def test_espeak_speaks_both_languages() -> None:
    speaker = EspeakNg()
    for prompt, seconds in ((Prompt("zh", "您好，请按 1。"), 1.0), (Prompt("en", "Press 1; $(reboot) `x` -v de"), 1.0)):
        params, _ = read(for_the_line(await speaker.speak(prompt)))
        assert seconds < params.nframes / 8000 < 6


async def test_what_espeak_cannot_do_is_said_clearly(tmp_path: Path) -> None:
    hello = Prompt("zh", "你好")
    with pytest.raises(SpeechUnavailable, match="apt-get install espeak-ng"):
        await EspeakNg(command=str(tmp_path / "nothing")).speak(hello)
    with pytest.raises(SpeechUnavailable, match="voice does not exist"):
        await EspeakNg(voices={"zh": Voice("xyzzy", 100)}).speak(hello)
    with pytest.raises(SpeechUnavailable, match='no voice for the language "fr"'):
        EspeakNg().voice("fr")
