"""The journal's files, cut, damaged and taken over at any moment: nothing is lost, invented, changed, out of order."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tandem.cti.storage.spool_files import SegmentFolder
from tandem.cti.storage.spool_format import Entry, line_of, parse_line, scan

_payloads = st.binary(min_size=1, max_size=60).map(lambda data: data.replace(b"\n", b" "))
_lists = st.lists(_payloads, min_size=1, max_size=6)


def _entries(payloads: list[bytes]) -> list[Entry]:
    return [Entry(number, payload) for number, payload in enumerate(payloads, 1)]


@given(_lists)
def test_a_cut_at_any_byte_leaves_exactly_the_whole_lines(payloads: list[bytes]) -> None:
    entries = _entries(payloads)
    lines = [line_of(entry) for entry in entries]
    data = b"".join(lines)
    whole = end = 0
    for cut in range(len(data) + 1):
        if whole < len(lines) and cut >= end + len(lines[whole]):
            end += len(lines[whole])
            whole += 1
        found = scan(data[:cut])
        assert found.entries == entries[:whole]
        assert (found.end, found.damaged) == (end, [])


@given(_lists, st.data())
def test_a_changed_byte_costs_its_line_and_no_other(payloads: list[bytes], data: st.DataObject) -> None:
    entries = _entries(payloads)
    lines = [line_of(entry) for entry in entries]
    victim = data.draw(st.integers(0, len(lines) - 1))
    place = data.draw(st.integers(0, len(lines[victim]) - 2))  # not the line feed
    bit = data.draw(st.integers(0, 7))
    broken = bytearray(lines[victim])
    broken[place] ^= 1 << bit
    found = scan(b"".join([*lines[:victim], bytes(broken), *lines[victim + 1 :]]))
    assert found.entries == [entry for entry in entries if entry.seq != victim + 1]


@given(st.binary(max_size=300))
def test_any_bytes_can_be_scanned(data: bytes) -> None:
    found = scan(data)
    assert 0 <= found.end <= len(data)
    for line in data.split(b"\n"):
        parse_line(line)


class Folder(RuleBasedStateMachine):
    """A folder that is written, read, drained, killed and torn, against a list."""

    def __init__(self) -> None:
        super().__init__()
        self.path = Path(tempfile.mkdtemp(prefix="tandem-spool-"))
        self.model: list[Entry] = []
        self.read: list[Entry] = []
        self.stored = 0
        self.files = self._open()

    def _open(self) -> SegmentFolder:
        files = SegmentFolder(self.path, segment_bytes=200)
        files.open()
        return files

    @rule(payload=_payloads)
    def append(self, payload: bytes) -> None:
        entry = Entry(self.files.last_seq + 1, payload)
        self.files.append(entry)
        self.model.append(entry)

    @rule()
    def read_on(self) -> None:
        self.read += self.files.unread()
        assert self.read == self.model[self.stored : self.stored + len(self.read)]

    @precondition(lambda self: self.read)
    @rule(share=st.floats(0, 1))
    def store(self, share: float) -> None:
        count = max(1, round(len(self.read) * share))
        self.files.set_stored(self.read[count - 1].seq)
        self.stored += count
        del self.read[:count]

    @rule(torn=st.binary(max_size=40))
    def be_killed(self, torn: bytes) -> None:
        """The page cache stays; the last write may be half of a line."""
        self.files.close()
        if found := sorted(self.path.glob("journal-*")):
            with found[-1].open("ab") as file:
                file.write(torn.replace(b"\n", b""))
        self.read.clear()
        self.files = self._open()
        assert self.files.stored_seq == (self.model[self.stored - 1].seq if self.stored else 0)

    @rule()
    def sync(self) -> None:
        self.files.sync(self.files.unsynced())

    @invariant()
    def knows_its_size(self) -> None:
        assert self.files.bytes <= sum(path.stat().st_size for path in self.path.glob("journal-*"))

    def teardown(self) -> None:
        while lot := self.files.unread():
            self.read += lot
        assert self.read == self.model[self.stored :]
        self.files.close()
        shutil.rmtree(self.path)


TestFolder = Folder.TestCase
TestFolder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
