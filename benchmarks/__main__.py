"""``python -m benchmarks [NAME...]``: all short benchmarks, or those named, one after the other, each bounded in time.

Each runs in a process of its own; those that start servers, in a network of their own, so that they need no free port
of the machine's and nothing of the machine's reaches them. The exit code is 1 when one failed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from benchmarks.report import machine_line, say

from tandem.cti.provision.netns import MODULE

LIMIT_S = {
    "ami_codec": 30,
    "ivr_interpreter": 60,
    "routing": 240,
    "routing.speed": 120,
    "dialer": 240,
    "expected_wait": 180,
    "replay": 300,
    "callbacks_due": 60,
    "store": 60,
    "cost": 100,
    "ring_time": 110,
    "pop_latency": 280,
    "ivr_sessions": 260,
    "ivr_calls": 280,
    "answering_machines": 180,
    "beeps": 180,
    "campaign_load": 900,
    "campaign_storm": 600,
    "load": 900,
}
"""In this order; how long each may take: those that run without being named, together at most half an hour."""
_ONLY_NAMED = {"load", "ivr_sessions", "ivr_calls", "answering_machines", "beeps", "campaign_load", "campaign_storm"}
_WITHOUT_SERVERS = {
    "ami_codec",
    "ivr_interpreter",
    "routing",
    "routing.speed",
    "dialer",
    "expected_wait",
    "replay",
    "callbacks_due",
    "beeps",
}
_ARGUMENTS = {"routing": ("--quick",), "dialer": ("--quick",)}
"""All of them, a quarter of an hour and more, are ``python -m benchmarks.routing`` and ``benchmarks.dialer``."""


def main(names: Sequence[str]) -> int:
    unknown = [name for name in names if name not in LIMIT_S]
    if unknown:
        sys.stderr.write(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(LIMIT_S)}\n")
        return 2
    sys.stdout.write(f"{machine_line()}\n")
    failed = []
    for name in names or [name for name in LIMIT_S if name not in _ONLY_NAMED]:
        say(f"{name}: at most {LIMIT_S[name]} s")
        sys.stdout.flush()
        command = [sys.executable, "-m", f"benchmarks.{name}", *_ARGUMENTS.get(name, ())]
        if name not in _WITHOUT_SERVERS:
            command = [sys.executable, "-m", MODULE, "--", *command]
        began = time.monotonic()
        try:
            code = subprocess.run(command, timeout=LIMIT_S[name], check=False).returncode
        except subprocess.TimeoutExpired:
            code = 124
            say(f"{name}: not done after {LIMIT_S[name]} s, stopped")
        if code != 0:
            failed.append(name)
        say(f"{name}: {'failed' if code else 'done'} after {time.monotonic() - began:.0f} s")
    if failed:
        sys.stderr.write(f"failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
