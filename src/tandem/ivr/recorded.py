"""Recordings that people upload for prompts: checked, made fit for the line, kept by language and text.

Two files for each: ``<language>/<hash>.wav``, which callers hear, and ``<hash>.json``, which says what it is. The sound
is written last and removed first, so that one that is heard is always listed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import msgspec

from tandem.cti.model.errors import BadRequest, Overload, Unavailable
from tandem.ivr import recording_check
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import BadSound
from tandem.ivr.media import is_sound, recorded_name, write_whole
from tandem.ivr.recording_check import LONGEST_S, MOST_BYTES, SHORTEST_S, Verdict

_log = logging.getLogger(__name__)

LONGEST_TEXT = 2000
MOST_RECORDINGS = 10_000
_DEADLINE_S = 60.0
_WAITING = 8
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_VERDICT = msgspec.json.Decoder(Verdict)

TEXTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "too_large": {"zh": "文件超过 20 MB。", "en": "The file is larger than 20 MB."},
        "not_audio": {
            "zh": "这不是可读取的声音文件（WAV、FLAC、Ogg、MP3）。",
            "en": "This is no sound file that can be read (WAV, FLAC, Ogg, MP3).",
        },
        "rate": {"zh": "采样率须在 8 至 96 kHz 之间。", "en": "The sampling rate must be 8 to 96 kHz."},
        "too_short": {"zh": f"录音短于 {SHORTEST_S:g} 秒。", "en": f"It is shorter than {SHORTEST_S:g} s."},
        "too_long": {"zh": f"录音长于 {LONGEST_S:g} 秒。", "en": f"It is longer than {LONGEST_S:g} s."},
        "silent": {"zh": "录音中没有声音，或声音太小。", "en": "There is no sound in it, or it is far too quiet."},
        "clipped": {
            "zh": "录音有削波失真，请降低音量后重新录制。",
            "en": "It is clipped: record it again at a lower level.",
        },
        "much_louder": {
            "zh": "原录音声音很小，已大幅提高音量，噪声可能变得明显。",
            "en": "It was very quiet and is much louder now: noise may be heard.",
        },
        "much_quieter": {"zh": "原录音声音很大，已大幅降低音量。", "en": "It was very loud and is much quieter now."},
    }
)
"""What a reason of BadSound and a warning of Recording say to people."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """``at``: seconds since the epoch. ``gain_db``: how much louder it was made. ``warnings``: keys of TEXTS."""

    language: str
    text: str
    seconds: float
    gain_db: float
    warnings: tuple[str, ...]
    by: str
    at: float

    @property
    def prompt(self) -> Prompt:
        return Prompt(self.language, self.text)


_RECORDING = msgspec.json.Decoder(Recording)


class RecordedPrompts:
    """One file is looked at at a time."""

    def __init__(self, folder: Path, *, now: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._now = now
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def accept(self, content: bytes, prompt: Prompt, *, by: str) -> Recording:
        """Use this recording for the prompt from now on, in place of an earlier one or of the speech.

        Raises BadSound (``reason`` is a key of TEXTS), BadRequest, Overload, Unavailable (the disk).
        """
        sound, facts = self._files(prompt)
        if not 0 < len(prompt.text) <= LONGEST_TEXT:
            raise BadRequest.because("prompt_length", most=LONGEST_TEXT)
        if len(content) > MOST_BYTES:
            raise BadSound("too_large", TEXTS["too_large"]["en"])
        if self._waiting >= _WAITING:
            raise Overload("several recordings are being looked at; try again in a moment")
        self._waiting += 1
        try:
            async with self._turn:
                verdict, wav = await _look_at(content)
        finally:
            self._waiting -= 1
        if verdict.reason:
            raise BadSound(verdict.reason, verdict.text)
        recording = Recording(
            language=prompt.language,
            text=prompt.text,
            seconds=round(verdict.seconds, 2),
            gain_db=round(verdict.gain_db, 1),
            warnings=verdict.warnings,
            by=by,
            at=self._now(),
        )

        def write() -> None:
            write_whole(facts, msgspec.json.encode(recording))
            write_whole(sound, wav)

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            raise Unavailable(f"{self.folder} cannot be written: {error.strerror}") from None
        return recording

    async def all(self) -> list[Recording]:
        """Newest first; at most MOST_RECORDINGS."""
        return await asyncio.to_thread(self._all)

    def sound(self, prompt: Prompt) -> Path | None:
        """The file that callers hear; None when there is no recording for this prompt. Raises BadRequest."""
        sound, _ = self._files(prompt)
        return sound if is_sound(sound) else None

    async def remove(self, prompt: Prompt) -> bool:
        """The prompt is spoken again from now on. False when there was no recording. Raises BadRequest, Unavailable."""
        sound, facts = self._files(prompt)

        def remove() -> bool:
            there = sound.exists()
            sound.unlink(missing_ok=True)
            facts.unlink(missing_ok=True)
            return there

        try:
            return await asyncio.to_thread(remove)
        except OSError as error:
            raise Unavailable(f"{sound} cannot be removed: {error.strerror}") from None

    def _files(self, prompt: Prompt) -> tuple[Path, Path]:
        if not _LANGUAGE.fullmatch(prompt.language):
            raise BadRequest.because("bad_language")
        path = self.folder / f"{recorded_name(prompt)}.wav"
        return path, path.with_suffix(".json")

    def _all(self) -> list[Recording]:
        found = []
        for number, facts in enumerate(self.folder.glob("*/*.json")):
            if number >= MOST_RECORDINGS:
                break
            try:
                if is_sound(facts.with_suffix(".wav")):
                    found.append(_RECORDING.decode(facts.read_bytes()))
            except (OSError, msgspec.DecodeError) as error:
                _log.warning("%s cannot be read: %s", facts, error)
        return sorted(found, key=lambda recording: recording.at, reverse=True)


async def _look_at(content: bytes) -> tuple[Verdict, bytes]:
    """In a process of its own, which may die of what it reads. Raises BadSound, Unavailable."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "OPENBLAS_NUM_THREADS": "1",  # each thread of it takes much address space
    }
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", recording_check.__name__),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
        )
    except OSError as error:
        raise Unavailable(f"the recording cannot be looked at: {error.strerror}") from None
    try:
        async with asyncio.timeout(_DEADLINE_S):
            answer, complaint = await process.communicate(content)
    except TimeoutError:
        raise BadSound("not_audio", "it could not be decoded in time") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    line, _, wav = answer.partition(b"\n")
    try:
        return _VERDICT.decode(line), wav
    except msgspec.DecodeError:
        _log.warning(
            "looking at a recording failed (%s): %s", process.returncode, complaint.decode(errors="replace")[-300:]
        )
        raise BadSound("not_audio", "it could not be decoded") from None
