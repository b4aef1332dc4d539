"""From what the switch wrote to a file that plays.

``<id>.raw`` (MixMonitor with option ``D``) has no header, so a crash cannot leave a wrong one: 16-bit little-endian
samples at 8 kHz, left (the recorded connection's own voice) and right (what it hears) in turn.
"""

from __future__ import annotations

import os
import struct
import wave
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from tandem.cti.model.errors import CtiError
from tandem.cti.model.ids import RecordingId
from tandem.recordings.core.naming import PART, RAW, WAV, recording_of
from tandem.recordings.errors import RecordingDamaged, RecordingMissing, RecordingNotSaved

RATE_HZ = 8000
CHANNELS = 2
FRAME_BYTES = 2 * CHANNELS
HEADER_BYTES = 44
_PIECE_BYTES = 256 * 1024
_MOST_BYTES = (0xFFFF_FFFF - HEADER_BYTES) // FRAME_BYTES * FRAME_BYTES


@dataclass(frozen=True, slots=True)
class Level:
    """Of one channel, against full scale: 0 is digital silence, 1 the loudest there is."""

    peak: float
    rms: float


@dataclass(frozen=True, slots=True)
class RecordingFile:
    """A finished recording. ``levels``: left, right; empty when the file was finished before and not read again."""

    recording: RecordingId
    path: Path
    duration_s: float
    bytes: int
    channels: int
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True, slots=True)
class WavInfo:
    channels: int
    rate_hz: int
    frames: int

    @property
    def duration_s(self) -> float:
        return self.frames / self.rate_hz


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of a raw file that was left over: finished, or why not (it stays)."""

    recording: RecordingId
    file: RecordingFile | None
    error: CtiError | None


class _Meter:
    """Peak and mean square of each channel, fed piece by piece."""

    def __init__(self) -> None:
        self._peaks = np.zeros(CHANNELS)
        self._squares = np.zeros(CHANNELS)
        self._frames = 0

    def feed(self, frames: bytes) -> None:
        samples = np.frombuffer(frames, "<i2").reshape(-1, CHANNELS).astype(np.float64)
        self._peaks = np.maximum(self._peaks, np.abs(samples).max(axis=0))
        self._squares += (samples**2).sum(axis=0)
        self._frames += len(samples)

    def levels(self) -> tuple[Level, ...]:
        rms = np.sqrt(self._squares / max(self._frames, 1))
        return tuple(Level(float(p) / 32768, float(r) / 32768) for p, r in zip(self._peaks, rms, strict=True))


def finalise(raw: Path) -> RecordingFile:
    """``<id>.raw`` -> ``<id>.wav`` beside it; the raw file goes when the other is safely on the disk.

    Takes 256 KiB of memory whatever the length. A last frame that was cut off is filled with silence. Raises
    RecordingMissing, RecordingNotSaved; then the raw file is as it was and no half-written file is left.
    """
    recording = recording_of(raw)
    if recording is None or raw.suffix != RAW:
        raise RecordingMissing(f"{raw.name} is not a raw recording")
    wav = raw.with_suffix(WAV)
    part = wav.with_name(wav.name + PART)
    meter = _Meter()
    try:
        with _open_plain(raw) as source, part.open("wb") as target:
            target.write(bytes(HEADER_BYTES))
            size = _copy(source, target, meter)
            target.seek(0)
            target.write(_header(size))
            target.flush()
            os.fsync(target.fileno())
        part.replace(wav)
        _sync_folder(wav.parent)
        raw.unlink()
    except FileNotFoundError:
        raise RecordingMissing(f"{raw.name} is not there") from None
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise RecordingNotSaved(f"{wav.name} cannot be written: {error.strerror}") from None
    frames = size // FRAME_BYTES
    return RecordingFile(recording, wav, frames / RATE_HZ, HEADER_BYTES + size, CHANNELS, meter.levels())


def finished(wav: Path) -> RecordingFile:
    """A recording that was finished before. Raises RecordingMissing, RecordingDamaged."""
    info = wav_info(wav)
    recording = recording_of(wav)
    if recording is None:
        raise RecordingMissing(f"{wav.name} is not a recording")
    return RecordingFile(recording, wav, info.duration_s, wav.stat().st_size, info.channels)


def wav_info(path: Path) -> WavInfo:
    """Raises RecordingMissing, RecordingDamaged (also when the file is shorter than its header says)."""
    try:
        with _open_plain(path) as file, wave.open(file) as sound:
            info = WavInfo(sound.getnchannels(), sound.getframerate(), sound.getnframes())
            needed = file.tell() + info.frames * info.channels * sound.getsampwidth()
            complete = os.fstat(file.fileno()).st_size >= needed
    except OSError:
        raise RecordingMissing(f"{path.name} is not there") from None
    except (wave.Error, EOFError, ZeroDivisionError) as error:
        raise RecordingDamaged(f"{path.name} is not a WAV file: {error}") from None
    if not complete or info.rate_hz <= 0:
        raise RecordingDamaged(f"{path.name} is shorter than it says")
    return info


def recover(folder: Path, *, active: Collection[RecordingId] = (), quiet_s: float, now: float) -> tuple[Recovered, ...]:
    """Finish what a crash left over. ``now``: seconds since the epoch, against which files' own times are held.

    Left alone: recordings in ``active``, and any file written to within ``quiet_s`` (the switch, which outlives us, is
    still writing it). May be repeated at will.
    """
    done = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if path.is_symlink() or now - path.stat().st_mtime < quiet_s:
                continue
            if path.name.endswith(WAV + PART):
                path.unlink()
            recording = recording_of(path)
            if path.suffix == RAW and recording is not None and recording not in active:
                done.append(_recover_one(recording, path))
    return tuple(done)


def _recover_one(recording: RecordingId, raw: Path) -> Recovered:
    """Also when the finished file is there already (we died before the raw one was removed): doing it again is safe."""
    try:
        return Recovered(recording, finalise(raw), None)
    except CtiError as error:
        return Recovered(recording, None, error)


def _open_plain(path: Path) -> BinaryIO:
    """A symbolic link in the folder is not followed: it could lead anywhere."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb")


def _copy(source: BinaryIO, target: BinaryIO, meter: _Meter) -> int:
    """Bytes written: whole frames, not more than a WAV file can say."""
    size = 0
    while piece := source.read(_PIECE_BYTES):
        piece += bytes(-len(piece) % FRAME_BYTES)
        size += len(piece)
        if size > _MOST_BYTES:
            raise OSError(0, "it is longer than a WAV file can be")
        meter.feed(piece)
        target.write(piece)
    return size


def _header(size: int) -> bytes:
    """RIFF/WAVE, PCM (format 1), for ``size`` bytes of samples."""
    byte_rate = RATE_HZ * FRAME_BYTES
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", HEADER_BYTES - 8 + size, b"WAVE"),
        *(b"fmt ", 16, 1, CHANNELS, RATE_HZ, byte_rate, FRAME_BYTES, 16),
        *(b"data", size),
    )


def _sync_folder(folder: Path) -> None:
    """Makes the rename last through a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
