"""File names of recordings. A name is made of the recording's id alone, and an id can lead nowhere but into the folder.

``<id>.raw`` is written by the switch during the call, ``<id>.wav`` is the finished recording.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TypeVar

from tandem.cti.model.ids import RecordingId
from tandem.recordings.errors import BadRecordingId

RAW, WAV, PART = ".raw", ".wav", ".part"
"""``.part`` comes after ``.wav`` while the file is being written."""

# A letter or digit first: neither "..", nor a hidden file, nor an option of a command line.
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)

P = TypeVar("P", bound=PurePath)


def raw_path(folder: P, recording: RecordingId) -> P:
    """Raises BadRecordingId."""
    return folder / f"{_checked(recording)}{RAW}"


def wav_path(folder: P, recording: RecordingId) -> P:
    """Raises BadRecordingId."""
    return folder / f"{_checked(recording)}{WAV}"


def recording_of(path: PurePath) -> RecordingId | None:
    """The recording whose raw or finished file this is; None for any other file."""
    if path.suffix not in (RAW, WAV) or not _ID.fullmatch(path.stem):
        return None
    return RecordingId(path.stem)


def _checked(recording: RecordingId) -> str:
    if not _ID.fullmatch(recording):
        raise BadRecordingId("a recording's id is 1 to 64 of A-Z a-z 0-9 . _ - and begins with a letter or digit")
    return recording
