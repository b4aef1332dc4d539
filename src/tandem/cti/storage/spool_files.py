"""The journal's folder: append-only segment files, a checkpoint, a lock.

    journal-0000000000000001.lines     the number is the sequence of its first entry
    checkpoint                         the sequence up to which everything is in the database
    owner                              locked by the process that writes here; holds the spool's id
    damaged.lines                      lines that the disk damaged, kept for a person to look at

A process never appends to a file of its predecessor, so what a crash tore off at the end of a file stays unread.
"""

from __future__ import annotations

import fcntl
import os
import re
import uuid
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from tandem.cti.storage.errors import SpoolInUse
from tandem.cti.storage.spool_format import Entry, line_of, parse_line, scan

_NAME = re.compile(r"^journal-(\d{16})\.lines$")
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC


@dataclass(slots=True)
class _Segment:
    path: Path
    first: int
    bytes: int


class SegmentFolder:
    """All methods are for one thread, but ``sync``."""

    def __init__(self, folder: Path, *, segment_bytes: int) -> None:
        self._folder = folder
        self._segment_bytes = segment_bytes
        self._segments: deque[_Segment] = deque()
        self._fd = self._checkpoint_fd = self._lock_fd = -1
        self._dirty = False
        self._unsynced: list[int] = []
        self._read_segment = 0
        self._read_offset = 0
        self.id = ""
        self.stored_seq = 0
        self.last_seq = 0
        self.bytes = 0
        self.damaged = 0

    def open(self) -> None:
        """Take the folder over from a predecessor. Raises SpoolInUse, OSError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock()
        self._checkpoint_fd = os.open(self._folder / "checkpoint", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        checkpoint = parse_line(os.pread(self._checkpoint_fd, 64, 0).partition(b"\n")[0])
        self.stored_seq = checkpoint.seq if checkpoint else 0
        for path in sorted(self._folder.iterdir()):
            if match := _NAME.match(path.name):
                self._segments.append(_Segment(path, int(match[1]), path.stat().st_size))
        self.bytes = sum(segment.bytes for segment in self._segments)
        self.last_seq = self._last_seq()
        self._forget()

    def append(self, entry: Entry) -> None:
        """Write one entry. Raises OSError (then nothing of it is left in the file)."""
        if self._fd < 0 or self._segments[-1].bytes >= self._segment_bytes:
            self._begin_segment(entry.seq)
        line = line_of(entry)
        segment = self._segments[-1]
        written = 0
        try:
            written = os.write(self._fd, line)
            if written < len(line):
                raise OSError("the disk is full")
        except OSError:
            self._cut_off(segment.bytes)
            raise
        self._dirty = True
        segment.bytes += written
        self.bytes += written
        self.last_seq = entry.seq

    def unread(self) -> list[Entry]:
        """The next entries, at most the rest of one segment; [] when all have been read."""
        while self._read_segment < len(self._segments):
            segment = self._segments[self._read_segment]
            with segment.path.open("rb") as file:
                file.seek(self._read_offset)
                found = scan(file.read())
            if found.damaged:
                self.damaged += len(found.damaged)
                with (self._folder / "damaged.lines").open("ab") as kept:
                    kept.writelines(damage.line + b"\n" for damage in found.damaged)
            self._read_offset += found.end
            entries = [entry for entry in found.entries if entry.seq > self.stored_seq]
            if entries:
                return entries
            if self._read_segment == len(self._segments) - 1:
                break
            self._read_segment += 1
            self._read_offset = 0
        return []

    def set_stored(self, seq: int) -> None:
        """Everything up to ``seq`` is in the database: it may be forgotten here."""
        self.stored_seq = seq
        os.pwrite(self._checkpoint_fd, line_of(Entry(seq, b"stored")).ljust(64), 0)
        self._forget()

    def unsynced(self) -> list[int]:
        """Files that were written to since the last call; hand them to ``sync``."""
        files, self._unsynced = self._unsynced, []
        if self._dirty and self._fd >= 0:
            files.append(os.dup(self._fd))
        self._dirty = False
        return files

    @staticmethod
    def sync(files: list[int]) -> None:
        """Bring files to the disk (a power failure may lose what is not); runs in a thread of its own."""
        failed: OSError | None = None
        for fd in files:
            try:
                os.fdatasync(fd)
            except OSError as error:
                failed = error
            finally:
                os.close(fd)
        if failed:
            raise failed

    def close(self) -> None:
        self.sync(self.unsynced())
        for fd in (self._fd, self._checkpoint_fd, self._lock_fd):
            if fd >= 0:
                os.close(fd)
        self._fd = self._checkpoint_fd = self._lock_fd = -1

    def _lock(self) -> None:
        self._lock_fd = os.open(self._folder / "owner", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock_fd)
            raise SpoolInUse(f"another process writes the journal in {self._folder}; stop it first") from error
        self.id = os.pread(self._lock_fd, 64, 0).decode("ascii", "replace")
        if not self.id:
            self.id = uuid.uuid4().hex
            os.pwrite(self._lock_fd, self.id.encode(), 0)

    def _last_seq(self) -> int:
        for segment in reversed(self._segments):
            if entries := scan(segment.path.read_bytes()).entries:
                return max(entries[-1].seq, self.stored_seq)
        return self.stored_seq

    def _begin_segment(self, seq: int) -> None:
        path = self._folder / f"journal-{seq:016}.lines"
        fd = os.open(path, _CREATE | os.O_TRUNC | os.O_APPEND, 0o600)
        if self._fd >= 0:
            self._unsynced.append(self._fd)
        self._fd = fd
        if self._segments and self._segments[-1].path == path:  # the predecessor's last, without one good line
            self.bytes -= self._segments.pop().bytes
        self._segments.append(_Segment(path, seq, 0))
        self._unsynced.append(os.open(self._folder, os.O_RDONLY | os.O_CLOEXEC))

    def _cut_off(self, length: int) -> None:
        """Take back half a line, so that the next one does not grow onto it; else go on in another file."""
        try:
            os.ftruncate(self._fd, length)
        except OSError:
            self._unsynced.append(self._fd)
            self._fd = -1

    def _forget(self) -> None:
        # A segment is done with when the one after it begins at or before the first entry that is still wanted.
        while len(self._segments) > 1 and self._segments[1].first <= self.stored_seq + 1:
            segment = self._segments.popleft()
            segment.path.unlink(missing_ok=True)
            self.bytes -= segment.bytes
            if self._read_segment > 0:
                self._read_segment -= 1
            else:
                self._read_offset = 0
