"""``tandem user`` and ``tandem asterisk-config`` on a real database: what is refused is a sentence."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import pytest

from tandem.cti.app import cli


async def test_a_phone_has_one_owner_and_folders_that_cannot_be_written_are_said(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TANDEM_DATABASE_URL", database_url)
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path))

    async def tandem(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO("a long password\n"))
        code = await asyncio.to_thread(cli.main, list(arguments))
        return code, capsys.readouterr().err

    assert await tandem("user", "mei", "--name", "Mei", "--device", "1001") == (0, "")
    assert await tandem("user", "mei", "--name", "Mei Chen", "--device", "1001") == (0, "")
    taken = "tandem: the phone 1001 is that of mei: give another --device\n"
    assert await tandem("user", "tom", "--name", "Tom", "--device", "1001") == (1, taken)
    (tmp_path / "file").touch()
    code, said = await tandem("asterisk-config", str(tmp_path / "file"))
    assert (code, said) == (1, f"tandem: {tmp_path / 'file'} cannot be written: File exists\n")
