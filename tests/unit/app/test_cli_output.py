"""What becomes of the command line's output when nobody reads it to its end."""

from __future__ import annotations

import os
import subprocess
import sys


def test_a_reader_who_has_enough_sees_no_traceback() -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "tandem.cti.app.cli", "version"],
            stdout=write,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    finally:
        os.close(write)
    assert (ended.returncode, ended.stderr) == (1, "")
