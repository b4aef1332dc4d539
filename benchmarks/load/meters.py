"""What the load cost: CPU, memory and waiting for a core of each part, and how late our own loop was."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from benchmarks.report import Figure, Machine, cpu_s, percentile, resident_mib

_TURN_S = 0.02


class Meters:
    """From the moment it is made. ``parts``: process ids by name; ``families``: those whose children count, too."""

    def __init__(self, parts: dict[str, int], families: dict[str, int]) -> None:
        self._parts, self._families = parts, families
        self._machine = Machine()
        self._cpu = self._cpu_s()
        self._waited = {name: _waited_s(pid) for name, pid in parts.items()}
        self._memory = {name: [resident_mib(pid)] for name, pid in parts.items()}
        self._late_s: list[float] = [0.0]

    async def watch(self) -> None:
        """Until cancelled."""
        look_at = time.monotonic()
        while True:
            due = time.monotonic() + _TURN_S
            await asyncio.sleep(_TURN_S)
            self._late_s.append(time.monotonic() - due)
            if time.monotonic() >= look_at:
                look_at += 10.0
                for name, pid in self._parts.items():
                    self._memory[name].append(resident_mib(pid))

    def figures(self, calls: int) -> list[Figure]:
        passed = self._machine.passed_s
        figures = []
        for name, now in self._cpu_s().items():
            used = now - self._cpu[name]
            figures.append(Figure(f"CPU of {name}, per call", used / calls * 1e3, "ms"))
            figures.append(Figure(f"CPU of {name}", used / passed * 100, "% of a core"))
        for name, pid in self._parts.items():
            memory = [*self._memory[name], resident_mib(pid)]
            figures.append(Figure(f"memory of {name}: at first", memory[0], "MiB"))
            figures.append(Figure(f"memory of {name}: after half of the time", memory[len(memory) // 2], "MiB"))
            figures.append(Figure(f"memory of {name}: at the end", memory[-1], "MiB"))
            waited = _waited_s(pid) - self._waited[name]
            figures.append(Figure(f"main thread of {name} waited for a core", waited / passed * 100, "% of the time"))
        figures.append(Figure("this program's own loop was late, p99", percentile(self._late_s, 99) * 1e3, "ms"))
        figures.append(Figure("this program's own loop was late, longest", max(self._late_s) * 1e3, "ms"))
        return figures + self._machine.figures()

    def _cpu_s(self) -> dict[str, float]:
        return {name: cpu_s(pid) for name, pid in self._parts.items()} | {
            name: sum(cpu_s(one) for one in (pid, *_children(pid))) + _ended_s(pid)
            for name, pid in self._families.items()
        }


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _ended_s(pid: int) -> float:
    """CPU seconds of children that have ended and been waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) / 100


def _waited_s(pid: int) -> float:
    """Seconds that the main thread could have run and had no core."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
