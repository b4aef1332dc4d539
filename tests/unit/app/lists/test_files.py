"""Files that were sent are kept for a while, and never more than the folder may hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tandem.cti.app.lists.files import ListFiles
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
