"""Two simulations of a campaign in a process of their own (``python -m`` this), with the lowest priority.

Standard input: a pickled ``Order``. Standard output: both figures as JSON. Only the server that starts it speaks with
it.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from tandem.cti.app.campaign_desk.simulated_hours import Figures, World, hours_for, nothing, simulate

SEED = 1


@dataclass(frozen=True, slots=True)
class Order:
    world: World
    agents: tuple[int, int]


Answer = tuple[Figures, Figures]


def carry_out(order: Order) -> Answer:
    now, then = order.agents
    hours_s = hours_for(order.world, max(now, then))
    before = simulate(order.world, now, hours_s=hours_s, seed=SEED) if now else nothing(hours_s)
    return before, simulate(order.world, then, hours_s=hours_s, seed=SEED)


def main() -> int:
    with suppress(OSError):
        os.nice(10)
    order: Order = pickle.loads(sys.stdin.buffer.read())  # noqa: S301  # of the server itself
    sys.stdout.buffer.write(msgspec.json.encode(carry_out(order)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
