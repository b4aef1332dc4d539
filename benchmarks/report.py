"""What the benchmarks share: figures, percentiles, and how busy the machine was with other things."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_MIB = 1 << 20


class Figure(NamedTuple):
    what: str
    value: float
    unit: str


def percentile(values: Sequence[float], percent: int) -> float:
    """Of one value or more."""
    return values[0] if len(values) == 1 else statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def show(title: str, figures: Iterable[Figure]) -> None:
    sys.stdout.write(f"\n{title}\n")
    for what, value, unit in figures:
        sys.stdout.write(f"  {what:<58}{value:>12,.2f} {unit}\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Progress, so that a long step is not taken for a hang."""
    sys.stderr.write(f"- {text}\n")
    sys.stderr.flush()


def cpu_s(pid: int) -> float:
    """CPU seconds of a process, its threads included, its children not."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def waited_s(pid: int) -> float:
    """Seconds that a process's first thread was ready to run and had no core."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[1]) / 1e9


def resident_mib(pid: int) -> float:
    """Physical memory of a process (VmRSS)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / _MIB
    raise ProcessLookupError(pid)


def machine_line() -> str:
    """Where the figures come from."""
    model = next(
        (line.partition(": ")[2] for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), ""
    )
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{model or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load}"


class Machine:
    """How many cores were busy since this was made: ours (this process and its descendants), and with other things."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._all, self._ours = _busy_s(), _family_s()

    @property
    def passed_s(self) -> float:
        return time.monotonic() - self._began

    def figures(self) -> list[Figure]:
        passed = self.passed_s
        ours, everything = _family_s() - self._ours, _busy_s() - self._all
        return [
            Figure("cores busy with this benchmark", ours / passed, f"of {os.cpu_count()}"),
            Figure("cores busy with other things", max(0.0, everything - ours) / passed, f"of {os.cpu_count()}"),
        ]


@contextmanager
def first_on_every_core() -> Iterator[None]:
    """This process and its descendants go before everything else on the machine (SCHED_RR), as on a machine of their
    own. Raises PermissionError without CAP_SYS_NICE."""
    try:
        _schedule(os.SCHED_RR, 10)
        yield
    finally:
        _schedule(os.SCHED_OTHER, 0)


def _schedule(policy: int, priority: int) -> None:
    for pid in _family():
        with suppress(ProcessLookupError, FileNotFoundError):
            for thread in Path(f"/proc/{pid}/task").iterdir():
                os.sched_setscheduler(int(thread.name), policy, os.sched_param(priority))


def _busy_s() -> float:
    first = Path("/proc/stat").read_text().partition("\n")[0].split()
    user, nice, system, _idle, _iowait, irq, softirq = map(int, first[1:8])
    return (user + nice + system + irq + softirq) / _TICKS_PER_S


def _family_s() -> float:
    """CPU of this process, of its living descendants, and of those that have ended and been waited for."""
    return sum(_family().values())


def _family() -> dict[int, float]:
    """This process and its living descendants, with their CPU seconds."""
    times: dict[int, float] = {}
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        parents[int(entry.name)] = int(fields[1])
        times[int(entry.name)] = sum(map(int, fields[11:15])) / _TICKS_PER_S
    family = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in family and pid not in family}:
        family |= more
    return {pid: times[pid] for pid in family if pid in times}
