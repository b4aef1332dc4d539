"""Runs a printing process of the tests and kills it in the middle."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def run_and_kill(module: str, *arguments: str, after_lines: int) -> tuple[int, list[str]]:
    """Start ``python -m module``, ``kill -9`` it once it has printed ``after_lines``; pid and whole lines printed."""
    environment = {**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"}
    with subprocess.Popen(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, env=environment, cwd=_ROOT
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(after_lines)]
        process.kill()
        lines += process.stdout.readlines()
    return process.pid, [line.decode().strip() for line in lines if line.endswith(b"\n")]
