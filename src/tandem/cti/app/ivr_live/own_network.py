"""Real calls stay in a network of their own, where the machine allows one; else on the loopback address."""

from __future__ import annotations

import os
import sys

from tandem.cti.provision import netns
from tandem.cti.provision.errors import PartMissing, StartFailed

_INSIDE = "TANDEM_LIVE_INSIDE"
"""Set once the process is in a network of its own, or is to stay where it is."""


def enter() -> None:
    """Become this very command in a network of its own; returns when it is there already, or there can be none."""
    if os.environ.get(_INSIDE):
        return
    os.environ[_INSIDE] = "1"
    try:
        netns.check()
    except (PartMissing, StartFailed) as error:
        print(f"on the loopback address: {error}", file=sys.stderr)
        return
    command = [sys.executable, "-m", netns.MODULE, "--", sys.executable, "-m", "tandem.cti.app.cli", *sys.argv[1:]]
    sys.stdout.flush()
    os.execv(sys.executable, command)  # noqa: S606 - our own program and arguments
