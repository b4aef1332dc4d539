"""The interpreter of flows: steps per second on one core, and what a call in a flow takes.

``python -m benchmarks ivr_interpreter`` leads random callers through the bank's flow of the examples (menus, a
sub-flow, a look-up, a table of answers, queues). An event is what the phone or a source of data tells; a step is one
that was left, silent ones included.
"""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from random import Random

from benchmarks.report import Figure, percentile, show

from tandem.ivr.core.dialogue import (
    CallbackTaken,
    Collect,
    Digits,
    Dip,
    Effect,
    Fetched,
    IvrEvent,
    Music,
    NoInput,
    OfferCallback,
    Played,
    Recorded,
    RecordMessage,
    Transfer,
    TransferFailed,
)
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.interpreter import Outcome, is_over, start, step
from tandem.ivr.core.state import IvrState, decode_state, encode_state
from tandem.ivr.core.values import Secret
from tandem.ivr.core.world import World
from tandem.ivr.flow_files import load_flow_file

FLOW = Path(__file__).parents[1] / "examples" / "flows" / "bank" / "main.yaml"
EVENTS = 30_000
STATES = 5_000
"""Calls in a flow at once, for the memory of one."""


def world_of(call: int) -> World:
    facts = {"id": f"call-{call}", "ani": "13800000000", "number": "+8613800000000", "dnis": "4008000000"}
    return World(now=1_790_000_000.0 + call, call=facts)


def answer_to(effect: Effect, random: Random) -> IvrEvent:
    match effect:
        case Collect(sensitive=True):
            return Digits("", Secret("call.1", 6))
        case Collect(max_digits=1):
            return Digits(random.choice("1230")) if random.random() < 0.8 else NoInput()
        case Collect(max_digits=most):
            return Digits("".join(random.choices("0123456789", k=most)))
        case Dip():
            values = {name: "12.50" for name, _, _ in effect.outputs}
            return Fetched("ok", {"id": "c1", "name": "李", "tier": "gold", **values})
        case Music():
            return Played()
        case RecordMessage():
            return Recorded("r1", 10.0)
        case OfferCallback():
            return CallbackTaken(True)
        case Transfer():
            return TransferFailed()
        case _:
            return Played()


def walk(flow: Flow, random: Random, after_each: Callable[[IvrState], None]) -> tuple[int, int, list[float]]:
    """Events, steps left, and the interpreter's microseconds per event."""
    events = left = call = 0
    took_us: list[float] = []
    outcome = Outcome(start(flow, world_of(0)).state)
    effect: Effect | None = None
    world = world_of(0)
    while events < EVENTS:
        if effect is None:
            call += 1
            world = world_of(call)
            outcome = start(flow, world)
        else:
            event = answer_to(effect, random)
            began = time.perf_counter_ns()
            outcome = step(flow, outcome.state, event, world)
            took_us.append((time.perf_counter_ns() - began) / 1000)
            events += 1
            left += len(outcome.visits)
            after_each(outcome.state)
        effect = None if is_over(flow, outcome.state) else outcome.effects[0]
    return events, left, took_us


def bytes_per_state(flow: Flow) -> float:
    """Of calls in the middle of the flow, each with a state of its own."""
    random = Random(2)
    states = []
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for call in range(STATES):
        world = world_of(call)
        outcome = start(flow, world)
        for _ in range(call % 8):
            after = step(flow, outcome.state, answer_to(outcome.effects[0], random), world)
            if is_over(flow, after.state):
                break
            outcome = after
        states.append(outcome.state)
    now, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (now - before) / len(states)


def main() -> int:
    flow = load_flow_file(FLOW, Catalog())
    walk(flow, Random(0), lambda state: None)  # warm
    began = time.process_time()
    events, left, took_us = walk(flow, Random(1), lambda state: None)
    alone_s = time.process_time() - began
    sizes: list[float] = []

    def kept(state: IvrState) -> None:
        text = encode_state(state)
        sizes.append(len(text))
        decode_state(text)

    began = time.process_time()
    walk(flow, Random(1), kept)
    kept_s = time.process_time() - began
    show(
        f"The interpreter on {FLOW.parent.name}, {len(flow.steps)} steps",
        [
            Figure("events told", events, ""),
            Figure("steps left, per event", left / events, ""),
            Figure("steps per second, one core", left / alone_s, "/s"),
            Figure("events per second, one core", events / alone_s, "/s"),
            Figure("an event: p50", percentile(took_us, 50), "us"),
            Figure("an event: p99", percentile(took_us, 99), "us"),
            Figure("events per second, each state written and read", events / kept_s, "/s"),
            Figure("a state as text: p50", percentile(sizes, 50), "bytes"),
            Figure("a state as text: the longest", max(sizes), "bytes"),
            Figure("a state in memory", bytes_per_state(flow), "bytes"),
        ],
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
