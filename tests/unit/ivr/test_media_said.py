"""Speech that is made while a caller waits: in time or not at all, and never more than the disk is given for it."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

import pytest
from tests.support.sounds import read, tone

from tandem.ivr.core.speech import Prompt
from tandem.ivr.data.gate import FAILURES
from tandem.ivr.errors import SpeechUnavailable
from tandem.ivr.media import PromptSounds, name_of, recorded_name
from tandem.ivr.said import LONGEST_TEXT, Bounds, SpeechMaker

pytestmark = pytest.mark.own_time

NAME = Prompt("zh", "王小明")
GREETING = Prompt("zh", "您好")


class Speaker:
    def __init__(self) -> None:
        self.spoken: list[Prompt] = []
        self.hold: asyncio.Event | None = None
        self.hoarse = False
        self.busy = self.busiest = 0

    def voice(self, language: str) -> str:
        if language == "fr":
            raise SpeechUnavailable("no voice")
        return "tone"

    async def speak(self, prompt: Prompt) -> bytes:
        self.spoken.append(prompt)
        self.busy += 1
        self.busiest = max(self.busy, self.busiest)
        try:
            if self.hold is not None:
                await self.hold.wait()
            await asyncio.sleep(0)
        finally:
            self.busy -= 1
        if self.hoarse:
            raise SpeechUnavailable("hoarse")
        return tone(seconds=0.2, rate=8000)


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def speaker() -> Speaker:
    return Speaker()


@pytest.fixture
def sounds(tmp_path: Path, speaker: Speaker) -> PromptSounds:
    return PromptSounds(tmp_path / "sounds", recorded_dir=tmp_path / "recorded", synthesiser=speaker)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def said(sounds: PromptSounds) -> list[Path]:
    return sorted((sounds.sounds_dir / "said").rglob("*.*"))


async def test_what_nobody_knew_is_made_and_kept(sounds: PromptSounds, speaker: Speaker) -> None:
    maker = SpeechMaker(sounds)
    await maker.open()
    names = await maker.make([GREETING, NAME, GREETING])
    assert len(names) == 3
    assert names[0] == names[2] != names[1]
    assert all(name.startswith(f"{sounds.sounds_dir}/said/zh/") for name in names)
    assert read(Path(f"{names[0]}.wav").read_bytes())[0].framerate == 8000
    assert sorted(speaker.spoken) == sorted([GREETING, NAME])
    assert await maker.make([NAME]) == names[1:2]
    assert len(speaker.spoken) == 2
    assert await maker.make([]) == ()


async def test_a_recording_and_what_was_made_ahead_are_used(sounds: PromptSounds, speaker: Speaker) -> None:
    ahead = await sounds.prepare([GREETING])
    assert sounds.recorded_dir is not None
    recorded = sounds.recorded_dir / f"{recorded_name(NAME)}.wav"
    recorded.parent.mkdir(parents=True)
    recorded.write_bytes(tone())
    assert await SpeechMaker(sounds).make([GREETING, NAME]) == (ahead[GREETING], name_of(recorded))
    assert speaker.spoken == [GREETING]
    assert said(sounds) == []


async def test_the_deadline_holds_and_what_was_begun_is_there_for_the_next(
    sounds: PromptSounds, speaker: Speaker
) -> None:
    maker = SpeechMaker(sounds)
    speaker.hold = asyncio.Event()
    assert await maker.make([NAME], deadline_s=0.02) == ()
    speaker.hold.set()
    assert len(await maker.make([NAME])) == 1
    assert speaker.spoken == [NAME]


async def test_equal_texts_at_once_are_spoken_once_and_few_at_a_time(sounds: PromptSounds, speaker: Speaker) -> None:
    maker = SpeechMaker(sounds, bounds=Bounds(at_once=3))
    told = await asyncio.gather(*(maker.make([Prompt("zh", str(n % 10))], deadline_s=20) for n in range(50)))
    assert all(len(names) == 1 for names in told)
    assert len(speaker.spoken) == 10
    assert speaker.busiest == 3


async def test_more_than_may_wait_are_told_at_once(sounds: PromptSounds, speaker: Speaker) -> None:
    maker = SpeechMaker(sounds, bounds=Bounds(at_once=1, waiting=2))
    speaker.hold = asyncio.Event()
    asked = [asyncio.create_task(maker.make([Prompt("zh", str(n))], deadline_s=20)) for n in range(5)]
    done, waiting = await asyncio.wait(asked, timeout=0.05)
    assert [task.result() for task in done] == [()] * 3
    speaker.hold.set()
    assert [len(names) for names in await asyncio.gather(*waiting)] == [1, 1]


@pytest.mark.parametrize("prompt", [Prompt("fr", "x"), Prompt("zh", ""), Prompt("zh", "x" * (LONGEST_TEXT + 1))])
async def test_what_cannot_be_spoken(sounds: PromptSounds, speaker: Speaker, prompt: Prompt) -> None:
    assert await SpeechMaker(sounds).make([NAME, prompt]) == ()
    assert speaker.spoken == []


async def test_a_voice_that_fails_is_left_alone_for_a_while(
    sounds: PromptSounds, speaker: Speaker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tandem.ivr.data.gate.REST_S", 0.05)
    maker = SpeechMaker(sounds)
    speaker.hoarse = True
    for n in range(FAILURES + 3):
        assert await maker.make([Prompt("zh", f"王小明{n}")]) == ()
    assert len(speaker.spoken) == FAILURES
    assert "王小明" not in caplog.text
    assert "hoarse" in caplog.text
    speaker.hoarse = False
    await asyncio.sleep(0.06)
    assert len(await maker.make([NAME])) == 1


async def test_the_longest_unused_goes_first(sounds: PromptSounds, clock: Clock) -> None:
    maker = SpeechMaker(sounds, bounds=Bounds(files=3), now=clock)
    prompts = [Prompt("zh", str(n)) for n in range(5)]
    names: list[str] = []
    for prompt in prompts[:3]:
        names += await maker.make([prompt])
        clock.now += 1000
    await maker.make(prompts[:1])  # used again
    names += await maker.make([prompts[3]])
    left = {name_of(path) for path in said(sounds)}
    assert left == {names[0], names[2], names[3]}


async def test_what_may_be_playing_stays_and_so_does_the_bound(sounds: PromptSounds, clock: Clock) -> None:
    maker = SpeechMaker(sounds, bounds=Bounds(files=3), now=clock)
    for n in range(3):
        assert await maker.make([Prompt("zh", str(n))])
    assert await maker.make([NAME]) == ()
    assert len(said(sounds)) == 3
    clock.now += 301
    assert await maker.make([NAME])
    assert len(said(sounds)) == 3


async def test_the_bytes_are_bounded(sounds: PromptSounds, clock: Clock) -> None:
    size = 2 * 1600 + 44
    maker = SpeechMaker(sounds, bounds=Bounds(bytes=4 * size), now=clock)
    for n in range(20):
        clock.now += 1000
        assert await maker.make([Prompt("zh", str(n))])
    assert sum(path.stat().st_size for path in said(sounds)) <= 5 * size


async def test_what_nobody_used_for_a_day_goes(sounds: PromptSounds, clock: Clock) -> None:
    maker = SpeechMaker(sounds, now=clock)
    await maker.make([NAME])
    clock.now += 90_000
    (kept,) = await maker.make([GREETING])
    assert [name_of(path) for path in said(sounds)] == [kept]


async def test_a_new_process_knows_what_is_there(sounds: PromptSounds, clock: Clock, speaker: Speaker) -> None:
    first = SpeechMaker(sounds, now=clock)
    (old,) = await first.make([NAME])
    (new,) = await first.make([GREETING])
    os.utime(f"{old}.wav", (clock.now - 5000, clock.now - 5000))
    os.utime(f"{new}.wav", (clock.now - 4000, clock.now - 4000))
    half = sounds.sounds_dir / "said" / "zh" / "x.1234.part"
    half.touch()
    second = SpeechMaker(sounds, bounds=Bounds(files=2), now=clock)
    await second.open()
    assert not half.exists()
    assert await second.make([Prompt("zh", "third")])
    assert not Path(f"{old}.wav").exists()
    assert Path(f"{new}.wav").exists()


async def test_a_file_that_somebody_deleted_is_made_again(sounds: PromptSounds, speaker: Speaker) -> None:
    maker = SpeechMaker(sounds)
    (name,) = await maker.make([NAME])
    Path(f"{name}.wav").unlink()
    assert await maker.make([NAME]) == (name,)
    assert len(speaker.spoken) == 2
    assert len(maker._files) == 1


async def test_a_disk_that_cannot_be_written_is_a_failure(
    sounds: PromptSounds, caplog: pytest.LogCaptureFixture
) -> None:
    sounds.sounds_dir.mkdir()
    (sounds.sounds_dir / "said").touch()
    caplog.set_level(logging.WARNING)
    assert await SpeechMaker(sounds).make([NAME]) == ()
    assert "cannot be written" in caplog.text


async def test_closing_gives_up_what_is_under_way(sounds: PromptSounds, speaker: Speaker) -> None:
    maker = SpeechMaker(sounds)
    speaker.hold = asyncio.Event()
    asked = asyncio.create_task(maker.make([NAME], deadline_s=20))
    await asyncio.sleep(0.01)
    await maker.close()
    assert await asked == ()
