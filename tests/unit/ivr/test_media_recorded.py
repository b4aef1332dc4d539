"""Recordings that people upload: what is taken, what is refused and why, and how they are kept."""

from __future__ import annotations

import asyncio
import io
import json
import stat
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from tests.support.sounds import read, sound_file, tone

from tandem.cti.model.errors import BadRequest, CtiError, Overload, Unavailable
from tandem.ivr import recorded, recording_check
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import BadSound
from tandem.ivr.recorded import TEXTS, RecordedPrompts
from tandem.ivr.recording_check import check

HELLO = Prompt("zh", "您好")


@pytest.fixture
def recordings(tmp_path: Path) -> RecordedPrompts:
    return RecordedPrompts(tmp_path / "recorded", now=lambda: 1000.0)


@pytest.mark.parametrize(
    "content",
    [
        tone(kind="WAV"),
        tone(kind="WAV", subtype="FLOAT", rate=48000, channels=2),
        tone(kind="WAV", subtype="PCM_24", rate=44100),
        tone(kind="WAV", subtype="ALAW", rate=8000),
        tone(kind="FLAC", rate=96000, subtype="PCM_24"),
        tone(kind="OGG", rate=48000),
        tone(kind="OGG", rate=48000, subtype="OPUS"),
        tone(kind="MP3", rate=44100, channels=2),
    ],
)
def test_what_is_taken_becomes_a_prompt_like_any_other(content: bytes) -> None:
    verdict, wav = check(content)
    assert (verdict.reason, verdict.warnings) == ("", ())
    params, samples = read(wav)
    assert (params.nchannels, params.sampwidth, params.framerate) == (1, 2, 8000)
    assert 0.45 < params.nframes / 8000 < 0.65
    assert verdict.seconds == params.nframes / 8000
    middle = samples[1000:3000].astype(float) / 32768
    assert 0.09 < np.sqrt((middle**2).mean()) < 0.11
    assert np.argmax(np.abs(np.fft.rfft(middle))) == 110  # 440 Hz in a quarter of a second


def header_that_lies() -> bytes:
    """A WAV of half a second whose header claims 4 GB."""
    content = bytearray(tone())
    content[4:8] = content[40:44] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(content)


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.wav", bytes(10_000_000))
    return out.getvalue()


def many_channels() -> bytes:
    content = bytearray(tone())
    content[22:24] = struct.pack("<H", 1024)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not_audio"),
        (b"hello" * 1000, "not_audio"),
        (b"<svg onload=alert(1)>", "not_audio"),
        (zipped(), "not_audio"),
        (tone()[:30], "not_audio"),
        (tone(kind="AIFF"), "not_audio"),
        (many_channels(), "not_audio"),
        (tone(rate=4000), "rate"),
        (tone(rate=192_000), "rate"),
        (tone(seconds=0.1), "too_short"),
        (tone()[:44], "too_short"),
        (tone(seconds=200, rate=8000, kind="FLAC", level=0.0), "too_long"),
        (tone(level=0.0), "silent"),
        (tone(level=0.001), "silent"),
        (sound_file(np.full((8000, 1), 0.5), 8000), "silent"),  # a steady current is no sound
    ],
)
def test_what_is_refused(content: bytes, reason: str) -> None:
    verdict, wav = check(content)
    assert (verdict.reason, wav) == (reason, b"")
    assert verdict.text
    assert set(TEXTS[reason]) == {"zh", "en"}


def test_a_header_that_lies_is_not_believed() -> None:
    verdict, _ = check(header_that_lies())
    assert verdict.seconds < 1.0


@pytest.mark.parametrize(
    ("content", "warnings"),
    [
        (tone(level=4.0), ("clipped", "much_quieter")),
        (tone(level=4.0, kind="MP3"), ("clipped", "much_quieter")),
        (tone(level=1.0), ("much_quieter",)),
        (tone(level=0.5), ()),
        (tone(level=0.02), ("much_louder",)),
    ],
)
def test_what_is_taken_with_a_warning(content: bytes, warnings: tuple[str, ...]) -> None:
    verdict, _ = check(content)
    assert verdict.warnings == warnings
    assert all(set(TEXTS[warning]) == {"zh", "en"} for warning in warnings)


def test_samples_that_are_no_numbers() -> None:
    samples = np.sin(np.arange(8000) / 3)[:, None] * 0.3
    samples[100:200] = np.nan
    samples[300:310] = np.inf
    verdict, wav = check(sound_file(samples, 8000, subtype="FLOAT"))
    assert verdict.reason == ""
    assert np.abs(read(wav)[1]).max() < 32767


async def test_a_recording_is_kept_listed_and_removed(recordings: RecordedPrompts) -> None:
    assert await recordings.all() == []
    assert recordings.sound(HELLO) is None
    kept = await recordings.accept(tone(level=0.02), HELLO, by="omar")
    assert (kept.prompt, kept.by, kept.at, kept.warnings) == (HELLO, "omar", 1000.0, ("much_louder",))
    assert kept.gain_db == pytest.approx(17.0, abs=0.5)
    assert kept.seconds == pytest.approx(0.5, abs=0.05)
    path = recordings.sound(HELLO)
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert path.parent == recordings.folder / "zh"
    first = path.read_bytes()
    assert await recordings.all() == [kept]

    again = await recordings.accept(tone(880), HELLO, by="ada")
    assert recordings.sound(HELLO) == path, "the switch plays it by the same name"
    assert path.read_bytes() != first
    await recordings.accept(tone(), Prompt("en", "您好"), by="ada")
    assert again in await recordings.all()
    assert len(await recordings.all()) == 2
    assert await recordings.remove(HELLO)
    assert not await recordings.remove(HELLO)
    assert recordings.sound(HELLO) is None
    assert [recording.language for recording in await recordings.all()] == ["en"]
    assert not list(recordings.folder.rglob("*.part"))


async def test_what_is_refused_leaves_the_earlier_one(recordings: RecordedPrompts) -> None:
    await recordings.accept(tone(), HELLO, by="omar")
    before = {path: path.read_bytes() for path in recordings.folder.rglob("*.*")}
    for content in (b"junk", tone(level=0.0), bytes(recording_check.MOST_BYTES + 1)):
        with pytest.raises(BadSound) as refused:
            await recordings.accept(content, HELLO, by="ada")
        assert refused.value.reason in TEXTS
    assert {path: path.read_bytes() for path in recordings.folder.rglob("*.*")} == before


@pytest.mark.parametrize(
    "prompt", [Prompt("..", "x"), Prompt("../../etc", "x"), Prompt("", "x"), Prompt("ZH", "x"), Prompt("zh\0", "x")]
)
async def test_a_language_is_no_path(recordings: RecordedPrompts, prompt: Prompt) -> None:
    for refused in (recordings.accept(tone(), prompt, by="x"), recordings.remove(prompt)):
        with pytest.raises(BadRequest, match="language"):
            await refused
    with pytest.raises(BadRequest, match="language"):
        recordings.sound(prompt)
    assert not recordings.folder.exists()


@pytest.mark.parametrize("text", ["", "x" * 2001])
async def test_a_prompt_has_some_text_and_not_too_much(recordings: RecordedPrompts, text: str) -> None:
    with pytest.raises(BadRequest, match="characters"):
        await recordings.accept(tone(), Prompt("zh", text), by="x")


async def test_a_decoder_that_dies_or_hangs_takes_nothing_with_it(
    recordings: RecordedPrompts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    decoder = tmp_path / "decoder"
    monkeypatch.setattr(sys, "executable", str(decoder))
    monkeypatch.setattr(recorded, "_DEADLINE_S", 0.2)
    with pytest.raises(Unavailable):
        await recordings.accept(tone(), HELLO, by="x")
    for script in ("kill -SEGV $$", "sleep 60", "echo nonsense", "exit 0"):
        decoder.write_text(f"#!/bin/sh\n{script.replace('sleep', 'exec sleep')}\n")
        decoder.chmod(0o755)
        with pytest.raises(BadSound, match="could not be decoded"):
            await recordings.accept(tone(), HELLO, by="x")


async def test_the_decoder_knows_no_secret(
    recordings: RecordedPrompts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "s3cret")
    decoder = tmp_path / "decoder"
    decoder.write_text(f"#!/bin/sh\nenv > {tmp_path}/env\n")
    decoder.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(decoder))
    with pytest.raises(BadSound):
        await recordings.accept(tone(), HELLO, by="x")
    assert "s3cret" not in (tmp_path / "env").read_text()


async def test_uploads_wait_for_each_other_and_not_too_many(
    recordings: RecordedPrompts, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = most = 0

    async def slowly(_: bytes) -> tuple[recording_check.Verdict, bytes]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0.01)
        inside -= 1
        return recording_check.Verdict(), bytes(100)

    monkeypatch.setattr(recorded, "_look_at", slowly)
    told = await asyncio.gather(
        *(recordings.accept(b"", Prompt("zh", str(n)), by="x") for n in range(20)), return_exceptions=True
    )
    assert most == 1
    assert sum(isinstance(one, Overload) for one in told) == 12
    assert len(await recordings.all()) == 8


async def test_what_is_damaged_on_disk_is_not_listed(recordings: RecordedPrompts) -> None:
    await recordings.accept(tone(), HELLO, by="x")
    await recordings.accept(tone(), Prompt("zh", "再见"), by="x")
    facts = sorted(recordings.folder.rglob("*.json"))
    facts[0].write_text("{")
    assert len(await recordings.all()) == 1
    facts[1].with_suffix(".wav").write_bytes(b"")
    assert await recordings.all() == []
    assert json.loads(facts[1].read_text())["by"] == "x"


async def test_a_disk_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CtiError, match="cannot be written"):
        await RecordedPrompts(tmp_path / "file").accept(tone(), HELLO, by="x")
