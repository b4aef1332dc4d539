"""Pairs of simulations of a campaign in a process of their own (``python -m`` this), with the lowest priority.

Standard input: a pickled ``Order``. Standard output: the means of both as JSON. Only the server that
starts it speaks with it.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from tandem.cti.app.campaign_desk.simulated_hours import Figures, World, hours_for, margin, mean, nothing, simulate

MOST_RUNS = 8
MOST_DECISIONS = 40_000
"""Of the pacing, in all runs together: some ten seconds of a processor."""


@dataclass(frozen=True, slots=True)
class Order:
    world: World
    agents: tuple[int, int]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Means over the runs. ``margin``: see ``simulated_hours.margin``."""

    before: Figures
    after: Figures
    runs: int
    margin: float | None


def carry_out(order: Order) -> Answer:
    """As many pairs of runs as the time allows, each with the same luck for both numbers of agents."""
    now, then = order.agents
    hours_s = hours_for(order.world, max(now, then))
    before, after = [], []
    for seed in range(1, MOST_RUNS + 1):
        before.append(simulate(order.world, now, hours_s=hours_s, seed=seed) if now else nothing(hours_s))
        after.append(simulate(order.world, then, hours_s=hours_s, seed=seed))
        spent = sum(each.decisions for each in (*before, *after))
        if spent * (seed + 1) / seed > MOST_DECISIONS:
            break
    return Answer(before=mean(before), after=mean(after), runs=len(after), margin=margin(before, after))


def main() -> int:
    with suppress(OSError):
        os.nice(10)
    order: Order = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  # of the server itself
    sys.stdout.buffer.write(msgspec.json.encode(carry_out(order)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
