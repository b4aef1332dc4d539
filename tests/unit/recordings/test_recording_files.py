from __future__ import annotations

import os
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.cti.model.ids import RecordingId
from tandem.recordings import files
from tandem.recordings.errors import RecordingDamaged, RecordingMissing, RecordingNotSaved
from tandem.recordings.files import Level, WavInfo, finalise, finished, recover, wav_info


def stereo(frames: int, left: int = 1000, right: int = -2000) -> bytes:
    return np.tile(np.array([left, right], "<i2"), frames).tobytes()


def age(path: Path, seconds: float) -> None:
    os.utime(path, (path.stat().st_atime - seconds, path.stat().st_mtime - seconds))


def test_a_raw_file_becomes_a_wav_file_that_others_can_read(tmp_path: Path) -> None:
    raw = tmp_path / "c1-1.raw"
    raw.write_bytes(stereo(16_000, left=16384, right=0))
    file = finalise(raw)
    assert (file.recording, file.path, file.duration_s, file.channels) == ("c1-1", tmp_path / "c1-1.wav", 2.0, 2)
    assert file.bytes == file.path.stat().st_size == 44 + 64_000
    assert file.levels == (Level(peak=0.5, rms=0.5), Level(peak=0.0, rms=0.0))
    with wave.open(str(file.path)) as sound:
        assert sound.getparams()[:4] == (2, 2, 8000, 16_000)
        assert sound.readframes(16_000) == stereo(16_000, left=16384, right=0)
    assert [path.name for path in tmp_path.iterdir()] == ["c1-1.wav"]


def test_the_loudest_sample_there_is(tmp_path: Path) -> None:
    (tmp_path / "x.raw").write_bytes(stereo(3, left=-32768, right=32767))
    left, right = finalise(tmp_path / "x.raw").levels
    assert left == Level(1.0, 1.0)
    assert right.peak == 32767 / 32768


@settings(max_examples=60)
@given(st.binary(max_size=50))
def test_any_number_of_bytes_becomes_whole_frames(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    (folder / "x.raw").write_bytes(content)
    file = finalise(folder / "x.raw")
    frames = -(-len(content) // 4)
    assert wav_info(file.path) == WavInfo(2, 8000, frames)
    assert file.duration_s == frames / 8000
    body = file.path.read_bytes()[44:]
    assert body == content + bytes(frames * 4 - len(content))
    assert all(0 <= level.rms <= level.peak <= 1 for level in file.levels)


@pytest.mark.parametrize("extra", [-3, -1, 0, 1, 2, 5])
def test_pieces_join_without_a_seam(tmp_path: Path, extra: int) -> None:
    content = np.random.default_rng(7).bytes(2 * 256 * 1024 + extra)
    (tmp_path / "x.raw").write_bytes(content)
    file = finalise(tmp_path / "x.raw")
    assert file.path.read_bytes()[44 : 44 + len(content)] == content


def test_a_long_recording_takes_little_memory(tmp_path: Path) -> None:
    raw = tmp_path / "x.raw"
    with raw.open("wb") as file:
        file.truncate(64 << 20)
    tracemalloc.start()
    finalise(raw)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 8 << 20


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingMissing):
        finalise(tmp_path / "x.raw")
    with pytest.raises(RecordingMissing):
        finalise(tmp_path / "x.wav")
    with pytest.raises(RecordingMissing):
        wav_info(tmp_path / "x.wav")
    (tmp_path / "x.mp3").write_bytes(b"x")
    with pytest.raises(RecordingMissing):
        finalise(tmp_path / "x.mp3")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(stereo(10))
    (tmp_path / "x.raw").symlink_to(secret)
    with pytest.raises(RecordingNotSaved):
        finalise(tmp_path / "x.raw")
    assert recover(tmp_path, quiet_s=0, now=2e9) == ()
    assert secret.exists()


def test_a_full_disk_leaves_the_raw_file_and_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = tmp_path / "x.raw"
    raw.write_bytes(stereo(100))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RecordingNotSaved, match="No space left"):
        finalise(raw)
    assert [path.name for path in tmp_path.iterdir()] == ["x.raw"]


def test_what_a_wav_file_cannot_hold_stays_raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_MOST_BYTES", 100)
    raw = tmp_path / "x.raw"
    raw.write_bytes(stereo(26))
    with pytest.raises(RecordingNotSaved, match="longer than a WAV file can be"):
        finalise(raw)
    assert [path.name for path in tmp_path.iterdir()] == ["x.raw"]


@pytest.mark.parametrize("content", [b"", b"RIFF", b"\0" * 44, b"not a wav file at all, not in the least, no, not so"])
def test_what_is_no_wav_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.wav").write_bytes(content)
    with pytest.raises(RecordingDamaged):
        wav_info(tmp_path / "x.wav")


def test_a_wav_file_that_was_cut_off_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "x.raw").write_bytes(stereo(100))
    wav = finalise(tmp_path / "x.raw").path
    wav.write_bytes(wav.read_bytes()[:-4])
    with pytest.raises(RecordingDamaged):
        finished(wav)


def test_what_a_crash_left_over_is_finished(tmp_path: Path) -> None:
    (tmp_path / "left.raw").write_bytes(stereo(800)[:-3])
    (tmp_path / "twice.raw").write_bytes(stereo(50))
    done = finalise(tmp_path / "twice.raw")
    (tmp_path / "twice.raw").write_bytes(stereo(50))  # we died before it was removed
    (tmp_path / "half.raw").write_bytes(stereo(70))
    (tmp_path / "half.wav").write_bytes(b"RIFF")  # not by us, but it must not win over the raw file
    (tmp_path / "half.wav.part").write_bytes(b"RIFF")
    (tmp_path / "note.txt").write_text("left alone")
    (tmp_path / "-odd.raw").write_bytes(b"left alone")
    (tmp_path / "folder.raw").mkdir()
    found = recover(tmp_path, quiet_s=0, now=2e9)
    durations = {each.recording: each.file.duration_s for each in found if each.file}
    assert durations == {"left": 0.1, "twice": done.duration_s, "half": 70 / 8000}
    assert [(each.recording, type(each.error)) for each in found if each.error] == [("folder", RecordingNotSaved)]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "-odd.raw",
        "folder.raw",
        "half.wav",
        "left.wav",
        "note.txt",
        "twice.wav",
    ]
    assert [each.recording for each in recover(tmp_path, quiet_s=0, now=2e9)] == ["folder"]


def test_where_there_is_no_folder_nothing_is_left_over(tmp_path: Path) -> None:
    assert recover(tmp_path / "gone", quiet_s=0, now=2e9) == ()


def test_what_is_still_being_written_is_left_alone(tmp_path: Path) -> None:
    for name in ("active.raw", "fresh.raw", "fresh.wav.part", "old.raw", "old.wav.part"):
        (tmp_path / name).write_bytes(stereo(8))
    for name in ("active.raw", "old.raw", "old.wav.part"):
        age(tmp_path / name, 60)
    now = (tmp_path / "fresh.raw").stat().st_mtime
    found = recover(tmp_path, active={RecordingId("active")}, quiet_s=15, now=now)
    assert [each.recording for each in found] == ["old"]
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["active.raw", "fresh.raw", "fresh.wav.part", "old.wav"]
