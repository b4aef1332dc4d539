"""One process for a folder: a lock that ends with the process, however it ends (flock(2))."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tandem.cti.model.errors import WrongState

LOCK = "server.lock"


class NotAlone(WrongState):
    code = "not_alone"


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """While the ``with`` block runs nobody else has ``home``. Raises NotAlone when somebody has."""
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAlone.because("server_there", home=str(home)) from None
        yield
    finally:
        os.close(lock)
