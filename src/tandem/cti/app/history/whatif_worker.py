"""Runs of one study, in a process of its own with the lowest priority (``python -m`` this).

Standard input: the pickled ``(study, numbers)``. Standard output: for each number, in order, the length of the pickled
pair of runs (8 bytes) and the pair. Only the server that starts it speaks with it.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress

LENGTH_BYTES = 8


def main() -> int:
    with suppress(OSError):
        os.nice(15)
    study, numbers = pickle.load(sys.stdin.buffer)  # noqa: S301 - what our parent sent
    for number in numbers:
        pair = pickle.dumps(study.run(number))
        sys.stdout.buffer.write(len(pair).to_bytes(LENGTH_BYTES, "big") + pair)
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
