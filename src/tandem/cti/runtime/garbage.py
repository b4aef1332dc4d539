"""The garbage collector of a process that must answer within milliseconds.

A full collection of a server with 500 seats holds the loop for 120 ms, with 3,000 pages for longer, and with Python's
defaults it comes every half minute under load. What the server is made of never becomes garbage; what a call leaves is
freed by its last reference. So the former is set aside, and the latter is looked through less often: young objects
still within milliseconds, everything after some two million more have come than gone.
"""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 10_000, 10, 20


def settle() -> None:
    """Call once, when the process has all that it keeps for good."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
