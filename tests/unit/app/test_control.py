from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest

from tandem.cti.app.control import ask, control
from tandem.cti.model.errors import BadRequest, Unavailable, WrongState


async def double(parameters: dict[str, Any]) -> int:
    return 2 * int(parameters["number"])


async def refuse(_: dict[str, Any]) -> None:
    raise WrongState("not now")


async def test_a_command_asks_and_is_answered(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 40)
    deep.mkdir()
    async with control(deep, {"double": double, "refuse": refuse}):
        assert await ask(deep, "double", number=21) == 42
        with pytest.raises(BadRequest, match="not now"):
            await ask(deep, "refuse")
        with pytest.raises(BadRequest, match="knows no dance"):
            await ask(deep, "dance")
        assert stat.S_IMODE((deep / "control.sock").stat().st_mode) == 0o600
    with pytest.raises(Unavailable, match="no server runs"):
        await ask(deep, "double", number=1)


async def test_rubbish_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "control.sock").write_text("left over")
    async with control(tmp_path, {"double": double}):
        for rubbish in (b"\n", b"{}\n", b'{"do": 3}\n', b"\xff\xfe\n", b"no end"):
            reader, writer = await asyncio.open_unix_connection(tmp_path / "control.sock")
            writer.write(rubbish)
            writer.write_eof()
            answer = await reader.read()
            writer.close()
            assert b"error" in answer or (answer == b"" and rubbish == b"no end")
        assert await ask(tmp_path, "double", number=1) == 2
