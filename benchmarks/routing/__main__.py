"""``python -m benchmarks.routing``: policies of routing side by side, the same callers and agents for each.

``--world 1000 --policy tandem longest-idle --minutes 60 --seeds 2 --tuning`` is a fast look. Worlds, policies and
definitions: docs/reference/performance.md. Seeds from 1001 on are for reporting; ``--tuning`` takes those from 1 on,
and nothing was tuned on the others.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence

from benchmarks.report import machine_line
from benchmarks.routing import figures as fig
from benchmarks.routing.policy import Policy
from benchmarks.routing.rivals import AppQueue, LongestIdle, Pooled, QueueAndIdleness, Targets
from benchmarks.routing.simulate import Run, simulate
from benchmarks.routing.world import BREAK_EVERY_S, BREAK_S, DESIGNS, TARGET_S, World, make

from tandem.routing.core.staffing import Load, perform

FIRST_TUNING_SEED, FIRST_SEED = 1, 1001
RIVALS: dict[str, Callable[[World], Policy]] = {
    "app_queue": AppQueue,
    "app_queue-tuned": lambda world: AppQueue(world, by_level=True, heavy=0.2),
    "targets": Targets,
    "longest-idle": LongestIdle,
    "queue-idleness": QueueAndIdleness,
}
OURS, BOUND = "tandem", "pooled"
QUICK_MINUTES = {
    "20": 480,
    "280": 240,
    "1000": 120,
    "6000": 40,
    "6000-98": 40,
    "1000-random": 90,
    "1000-chained": 90,
    "1000-language": 90,
    "calm": 60,
}

COMPARED = (
    ("service_level", "SL", 1),
    ("worst_tenth", "worst 10th", 1),
    ("vip", "VIP", 1),
    ("abandoned", "abandoned", -1),
    ("excess_s", "excess s", -1),
    ("asa_s", "ASA s", -1),
)
"""Figure, its label, and whether more (1) or less (-1) is better."""


def policy_named(name: str, world: World) -> Policy:
    if name == OURS:
        from benchmarks.routing.tandem import Tandem

        return Tandem(world)
    return Pooled(world) if name == BOUND else RIVALS[name](world)


def main(arguments: Sequence[str]) -> int:
    names = [*RIVALS, OURS, BOUND]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.routing", description="Policies of routing compared.")
    parser.add_argument("--world", nargs="+", choices=DESIGNS, default=list(DESIGNS))
    parser.add_argument("--policy", nargs="+", choices=names, default=names)
    parser.add_argument("--seeds", type=int, help="how many (default: the world's)")
    parser.add_argument("--minutes", type=float, help="measured time (default: the world's)")
    parser.add_argument("--tuning", action="store_true", help="seeds for tuning, not for reporting")
    parser.add_argument("--quick", action="store_true", help="short windows, one seed: about two minutes")
    options = parser.parse_args(arguments)
    sys.stdout.write(f"{machine_line()}\n")
    faults = 0
    for name in options.world:
        design = DESIGNS[name]
        seeds = options.seeds or (1 if options.quick else design.seeds)
        minutes = options.minutes or (QUICK_MINUTES[name] if options.quick else design.minutes)
        first = FIRST_TUNING_SEED if options.tuning else FIRST_SEED
        faults += compare(name, options.policy, range(first, first + seeds), minutes)
    return 1 if faults else 0


def compare(name: str, policies: Sequence[str], seeds: range, minutes: float) -> int:
    """Prints a world's table; the number of illegal matches of our own policy."""
    rows: dict[str, list[fig.Figures]] = {policy: [] for policy in policies}
    spent_s = dict.fromkeys(policies, 0.0)
    regrets: list[str] = []
    bounds = []
    faults: list[str] = []
    for seed in seeds:
        world = make(DESIGNS[name], seed, minutes=minutes)
        bounds.append(_erlang_a(world))
        runs: dict[str, Run] = {}
        for policy in policies:
            began = time.process_time()
            run = simulate(world, policy_named(policy, world), pooled=policy == BOUND)
            spent_s[policy] += time.process_time() - began
            rows[policy].append(fig.figures(run))
            if name == "calm":
                runs[policy] = run
            if policy == OURS:
                faults += run.illegal
        if OURS in runs and "longest-idle" in runs:
            calm = runs["longest-idle"]
            again = simulate(world, LongestIdle(world), stride=104_729)
            regrets.append(f"seed {seed}, tandem: {_regret(runs[OURS], calm)}")
            regrets.append(f"seed {seed}, longest-idle itself, begun in another order: {_regret(again, calm)}")
    _print_table(name, rows, spent_s, seeds, minutes, fig.mean(bounds))
    _print_difference(rows)
    for line in regrets:
        sys.stdout.write(f"  {line}\n")
    for fault in faults[:5]:
        sys.stdout.write(f"  ILLEGAL {fault}\n")
    sys.stdout.flush()
    return len(faults)


def _erlang_a(world: World) -> float:
    """Of all agents as one group, everybody at the mean pace, in steady state (%)."""
    calls = sum(world.begins_s <= contact.arrival_s < world.ends_s for contact in world.contacts)
    load = Load(
        calls_per_s=calls / (world.ends_s - world.begins_s),
        handle_s=fig.mean(contact.handle_s for contact in world.contacts) * world.pace,
        patience_s=world.design.patience_s,
    )
    return (
        100 * perform(load, round(len(world.agents) * (1 - BREAK_S / BREAK_EVERY_S)), target_s=TARGET_S).service_level
    )


def _print_table(
    name: str,
    rows: dict[str, list[fig.Figures]],
    spent_s: dict[str, float],
    seeds: range,
    minutes: float,
    bound: float,
) -> None:
    offered = fig.mean(row.offered for row in next(iter(rows.values())))
    sys.stdout.write(
        f"\nworld {name}: {offered:,.0f} callers in {minutes:.0f} min, mean of seeds {seeds.start}..{seeds.stop - 1};"
        f" Erlang-A, fully pooled, no peak: {bound:.1f} %\n"
    )
    sys.stdout.write(f"  {'':<15}" + "".join(f"{label:>11}" for _, label in fig.LABELS) + f"{'CPU s':>8}\n")
    for policy, of in rows.items():
        cells = [fig.mean(getattr(row, attribute) for row in of) for attribute, _ in fig.LABELS]
        digits = [3 if attribute == "gini" else 2 for attribute, _ in fig.LABELS]
        line = "".join(f"{cell:>11.{d}f}" for cell, d in zip(cells, digits, strict=True))
        sys.stdout.write(f"  {policy:<15}{line}{spent_s[policy]:>8.1f}\n")


def _print_difference(rows: dict[str, list[fig.Figures]]) -> None:
    """Ours less each rival, seed by seed."""
    rivals = [policy for policy in rows if policy in RIVALS]
    if OURS not in rows or not rivals:
        return
    sys.stdout.write("  tandem less each rival (95 % interval of the paired difference; * the best rival):\n")
    sys.stdout.write(f"  {'':<13}" + "".join(f"{rival:>20}" for rival in rivals) + "\n")
    for attribute, label, sign in COMPARED:
        best = max(rivals, key=lambda name: sign * fig.mean(getattr(row, attribute) for row in rows[name]))
        cells = []
        for rival in rivals:
            differences = [
                getattr(mine, attribute) - getattr(theirs, attribute)
                for mine, theirs in zip(rows[OURS], rows[rival], strict=True)
            ]
            mark = "*" if rival == best else " "
            cells.append(f"{fig.mean(differences):>+11.2f} +- {fig.half_width(differences):<4.2f}{mark}")
        sys.stdout.write(f"  {label:<13}" + "".join(cells) + "\n")


def _regret(ours: Run, theirs: Run) -> str:
    """How much longer somebody waited than the same caller did under longest-idle."""
    world = ours.world
    differences = []
    by_queue: dict[int, list[float]] = {}
    for number, contact in enumerate(world.contacts):
        if world.begins_s <= contact.arrival_s < world.ends_s:
            differences.append(ours.wait_s[number] - theirs.wait_s[number])
            by_queue.setdefault(contact.queue, []).append(differences[-1])
    longer = sum(difference > 0.05 for difference in differences) / len(differences)
    shorter = sum(difference < -0.05 for difference in differences) / len(differences)
    return (
        f"{longer:.2%} of the callers waited longer (the worst {max(differences):.1f} s), {shorter:.2%} shorter"
        f" (the best {-min(differences):.1f} s), all others as long as under longest-idle;"
        f" mean {fig.mean(differences):+.3f} s, worst queue {max(map(fig.mean, by_queue.values())):+.2f} s"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
