"""Run a talkative command quietly: ``python -m tandem.cti.provision.quietly LABEL -- COMMAND [ARGUMENT...]``.

Prints LABEL, every five seconds that it still runs, and the command's output only when it fails. Exits with its code.
Needs nothing but the standard library: the Makefile uses it before the virtual environment exists.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tandem.cti.provision.processes import run_logged

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    match list(arguments):
        case [label, "--", _, *_]:
            command = arguments[2:]
        case _:
            print("usage: python -m tandem.cti.provision.quietly LABEL -- COMMAND [ARGUMENT...]", file=sys.stderr)
            return 2
    print(f"- {label}", flush=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tandem-quietly-") as folder:
        log = Path(folder) / "log"
        try:
            code = run_logged(command, log, lambda line: print(f"  {line}", flush=True))
        except FileNotFoundError:
            print(f"{command[0]}: not found", file=sys.stderr)
            return 127
        except KeyboardInterrupt:
            return 130
        if code != 0:
            print(log.read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
            print(f"failed after {time.monotonic() - started:.0f} s: {' '.join(command)}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
