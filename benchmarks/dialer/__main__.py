"""``python -m benchmarks.dialer``: policies of pacing side by side, the same contacts and agents for each.

``--world 15 --policy tandem progressive --days 3 --tuning`` is a fast look; ``--promise 1000`` runs so many short days
with sudden shifts with our own pacer and counts those over the limit. Worlds, policies and definitions:
docs/reference/performance.md. Seeds from 3001 on are for reporting, those under it for tuning.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import product

from benchmarks.dialer.figures import Figures, figures
from benchmarks.dialer.rivals import Issabel, Progressive, Quantile, Ratio, Vicidial, clairvoyant
from benchmarks.dialer.simulate import DayFigures, Policy, Simulation
from benchmarks.dialer.tandem import Tandem
from benchmarks.dialer.world import DESIGNS, Design, World, make
from benchmarks.report import machine_line

FIRST_TUNING_SEED, FIRST_SEED = 1, 3001
LIMIT = 0.03
OURS = "tandem"
RATIOS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0)
LEVELS = tuple(product((0.01, 0.02, 0.026), (1.5, 2.0, 3.0, 6.0), (-1.0, 0.0)))
"""Limit, highest level, target."""
QUANTILES = (0.5, 1.0, 1.5, 2.0, 2.5)
RIVALS: dict[str, Callable[[World], list[Policy]]] = {
    "progressive": lambda world: [Progressive(world)],
    "ratio, best": lambda world: [Ratio(world, ratio) for ratio in RATIOS],
    "vicidial, as set": lambda world: [Vicidial(world)],
    "vicidial, tuned": lambda world: [Vicidial(world, limit=x, most=y, target=z) for x, y, z in LEVELS],
    "issabel": lambda world: [Issabel(world)],
    "quantile, best": lambda world: [Quantile(world, z=z) for z in QUANTILES],
}
"""Of several, the one with the most talk time that keeps within the limit on every day (with hindsight), else the one
with the fewest days over it."""
QUICK = ("5", "15", "50")
PROMISE_S = 2 * 3600.0


def main(arguments: Sequence[str]) -> int:
    names = [*RIVALS, OURS]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dialer", description="Policies of pacing compared.")
    parser.add_argument("--world", nargs="+", choices=DESIGNS, default=None)
    parser.add_argument("--policy", nargs="+", choices=names, default=names)
    parser.add_argument("--days", type=int, default=4)
    parser.add_argument("--tuning", action="store_true", help="seeds for tuning, not for reporting")
    parser.add_argument("--quick", action="store_true", help="three worlds, one short day: about two minutes")
    parser.add_argument(
        "--promise", type=int, metavar="DAYS", help="count days over the limit, days with sudden shifts"
    )
    options = parser.parse_args(arguments)
    sys.stdout.write(f"{machine_line()}\n")
    seed = FIRST_TUNING_SEED if options.tuning else FIRST_SEED
    if options.promise:
        return promise(options.promise, seed, options.world or ["5-shifts", "15-shifts"])
    worlds = options.world or (QUICK if options.quick else tuple(DESIGNS))
    for name in worlds:
        design = DESIGNS[name]
        if options.quick:
            design = replace(design, day_s=2 * 3600.0)
        compare(name, make(design, seed, 1 if options.quick else options.days), options.policy)
    return 0


def compare(name: str, world: World, policies: Sequence[str]) -> None:
    """Prints the table of a world."""
    bound = figures([clairvoyant(world)])
    sys.stdout.write(
        f"\nworld {name}: {world.design.agents} agents, {len(world.days)} days of {world.design.day_s / 3600:.0f} h,"
        f" seed {world.seed}; clairvoyant {bound.utilisation:.1%}\n"
        f"  {'':<18}{'talk':>8}{'of bound':>10}{'wait s':>8}{'abandoned':>11}{'worst day':>11}{'window':>9}"
        f"{'days over':>11}{'CPU s':>8}\n"
    )
    for policy in policies:
        began = time.process_time()
        row, note = _row(world, policy)
        sys.stdout.write(
            f"  {policy:<18}{row.utilisation:>8.1%}{row.utilisation / bound.utilisation:>10.3f}{row.wait_s:>8.1f}"
            f"{row.abandoned:>11.2%}{row.worst_day:>11.2%}{row.worst_window:>9.2%}{f'{row.over}/{row.days}':>11}"
            f"{time.process_time() - began:>8.1f}{note}\n"
        )
        sys.stdout.flush()


def _row(world: World, policy: str) -> tuple[Figures, str]:
    if policy == OURS:
        ours = Tandem(world)
        row = figures([Simulation(world, ours).run()])
        mean_ms, slowest_ms = 1e3 * ours.spent_s / ours.decisions, 1e3 * ours.slowest_s
        return row, f"   a decision {mean_ms:.2f} ms, the slowest {slowest_ms:.1f} ms"
    rows = [figures([Simulation(world, each).run()]) for each in RIVALS[policy](world)]
    return min(rows, key=lambda row: (row.over, -row.utilisation)), ""


def promise(days: int, seed: int, worlds: Sequence[str]) -> int:
    """Every tenth day begins with a pacer that has learned nothing. The exit code is 1 when a day was over."""
    over = 0
    for name in worlds:
        design = replace(DESIGNS[name], day_s=PROMISE_S)
        jobs = [(design, seed + number, min(10, days - 10 * number)) for number in range((days + 9) // 10)]
        with ProcessPoolExecutor(max_workers=2) as pool:
            runs = list(pool.map(_promised, jobs))
        row = figures(runs)
        bound = figures([clairvoyant(make(*job)) for job in jobs[:10]])
        sys.stdout.write(
            f"{name}, {row.days} days of {PROMISE_S / 3600:.0f} h: {row.over} over {LIMIT:.0%}, worst day"
            f" {row.worst_day:.2%}, abandoned {row.abandoned:.2%}, talk {row.utilisation:.1%}"
            f" (of the bound {row.utilisation / bound.utilisation:.3f})\n"
        )
        sys.stdout.flush()
        over += row.over
    return 1 if over else 0


def _promised(job: tuple[Design, int, int]) -> list[DayFigures]:
    """On every second seed nobody says when the day ends."""
    world = make(*job)
    return Simulation(world, Tandem(world, told=world.seed % 2 == 1)).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
