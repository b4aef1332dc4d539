"""``python -m benchmarks.load``, in a network of its own (``python -m benchmarks load`` makes one)."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from collections.abc import Sequence

from benchmarks.load.books import Fault
from benchmarks.load.plan import Load
from benchmarks.load.shift import Run, run
from benchmarks.report import show

_SHOWN = 20


def main(arguments: Sequence[str] | None = None) -> int:
    default = Load()
    asked = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    asked.add_argument("--agents", type=int, default=default.agents)
    asked.add_argument("--calls-per-s", type=float, default=default.calls_per_s)
    asked.add_argument("--duration-s", type=float, default=default.duration_s)
    asked.add_argument("--seed", type=int, default=default.seed)
    load = Load(**vars(asked.parse_args(arguments)))
    return report(load, asyncio.run(run(load)))


def report(load: Load, done: Run) -> int:
    """Print it; 1 when a call was lost or doubled, something is stuck, or the books differ."""
    show(
        f"{load.agents} agents, {load.queues} queues, {load.calls_per_s:g} calls/s for {load.duration_s:g} s",
        [*done.timing.figures(), *done.costs],
    )
    for note in done.notes:
        sys.stdout.write(f"  note: {note}\n")
    counts = Counter(finding.fault for finding in done.findings)
    sys.stdout.write("\n" + ", ".join(f"{counts[fault]} {fault}" for fault in Fault) + "\n")
    for finding in done.findings[:_SHOWN]:
        sys.stdout.write(f"  {finding.fault}: {finding.text}\n")
    sys.stdout.writelines(f"\n{story}\n" for story in done.stories)
    sys.stdout.flush()
    return 1 if done.findings else 0


if __name__ == "__main__":
    sys.exit(main())
