"""Files that were sent are kept for a while, and never more than the folder may hold."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.agent_desktop.core.list_resources import ImportJob
from tandem.cti.app.lists.files import Begun, CutOff, ListFiles
from tandem.cti.app.lists.worker import BAD_ROWS
from tandem.cti.model.errors import LimitReached


async def _pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 10


async def test_all_files_together_are_bounded(tmp_path: Path) -> None:
    files = ListFiles(tmp_path, most_bytes=100, look_bytes=20)
    first, second = files.new(), files.new()
    assert await files.receive(first, _pieces(7)) == 70
    with pytest.raises(LimitReached, match="files of lists"):
        await files.receive(second, _pieces(1_000))
    assert files.file(second).stat().st_size <= 50, "it was stopped while it came"
    files.remove(second)
    assert files.held_bytes() == 70
    third = files.new()
    with pytest.raises(LimitReached):
        await files.receive(third, _pieces(4))
    files.remove(third)
    (files.of(first) / BAD_ROWS).write_bytes(b"x" * 31)
    fourth = files.new()
    with pytest.raises(LimitReached):
        await files.receive(fourth, _pieces(1))
    files.remove(first)
    assert await files.receive(fourth, _pieces(10)) == 100


def test_a_note_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine ends while it is written: the one before is still there."""
    files = ListFiles(tmp_path)
    made = files.new()
    view = ImportJob(
        id=made, list_id=made, campaign="k", name="x", state="waiting", rows_done=0, rows=1, accepted=0, bad=0,
        duplicates=0, do_not_call=0, problem={},
    )  # fmt: skip
    files.begin(Begun(sent="first", view=view))

    def ends(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", ends)
    with pytest.raises(OSError, match="full"):
        files.begin(Begun(sent="second", view=view))
    assert files.cut_off() == [CutOff(made, Begun(sent="first", view=view))]


def test_a_note_that_cannot_be_read_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files = ListFiles(tmp_path)
    torn, no_file = files.new(), files.new()
    (files.of(torn) / "begun.json").write_bytes(b'{"sent": "abc')
    (files.of(no_file) / "begun.json").mkdir()
    assert {each.id: each.begun for each in files.cut_off()} == {torn: None, no_file: None}
    assert torn in caplog.text
