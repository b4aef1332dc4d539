"""The command ``tandem``, run as a person does."""

from __future__ import annotations

import asyncio
import os
import sys


async def tandem(*arguments: str, **environment: str) -> tuple[int, str]:
    """Exit code and everything printed, in English."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tandem.cti.app.cli",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "LC_ALL": "C.UTF-8", **environment},
    )
    text, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, text.decode()
