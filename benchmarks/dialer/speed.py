"""``python -m benchmarks.dialer.speed``: CPU time of one decision with 5 to 1,000 agents, calls in flight to match."""

from __future__ import annotations

import sys
import time

import numpy as np
from benchmarks.report import Figure, machine_line, percentile, show

from tandem.routing.core.dialer.pacing import AgentStatus, DayCount, Pacer, PacingSettings

_DECISIONS = 300


def busy_pacer(agents: int) -> Pacer:
    """Of every 20 agents two are idle and three wrap up, four calls in flight for each agent, two segments."""
    rng = np.random.default_rng(5)
    pacer = Pacer(PacingSettings())
    pacer.new_day(0.0)
    pacer.history([], DayCount(50_000, 900))
    for number, since in enumerate(sorted(rng.uniform(800.0, 970.0, agents).tolist())):
        status: AgentStatus = "idle" if number % 20 < 2 else "wrapping" if number % 20 < 5 else "talking"
        pacer.agent(f"a{number}", status, now=since)
    for number in range(4 * agents):
        pacer.launched(f"c{number}", "ab"[number % 2], now=975.0 + 25.0 * number / (4 * agents))
    return pacer


def main() -> int:
    sys.stdout.write(f"{machine_line()}\n")
    figures = []
    for agents in (5, 15, 50, 200, 1000):
        pacer = busy_pacer(agents)
        spent = []
        for number in range(_DECISIONS):
            began = time.thread_time()
            pacer.decide(now=1000.0 + 0.01 * number, segments={"a": 5000, "b": 5000}, lines=10_000)
            spent.append(1e3 * (time.thread_time() - began))
        figures.append(Figure(f"{agents} agents, {4 * agents} calls in flight: median", percentile(spent, 50), "ms"))
        figures.append(Figure(f"{agents} agents: 99th percentile", percentile(spent, 99), "ms"))
    show("A decision, CPU time", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
