"""``python -m benchmarks.campaign_load``, in a network of its own (``python -m benchmarks campaign_load``)."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack

from benchmarks.campaign_load.books import Attempt, Pair, compare
from benchmarks.campaign_load.operator import Operator
from benchmarks.campaign_load.plan import CAMPAIGN, CampaignLoad
from benchmarks.campaign_load.world import OPERATOR, PASSWORD, PHONES_AUDIO, PHONES_PORT, PORTS, world
from benchmarks.load.line import Line
from benchmarks.load.seats import Seats
from benchmarks.load.telephones import Callers, Phones
from benchmarks.load.voice import Voice
from benchmarks.load.world import DISPOSITION
from benchmarks.report import Figure, Machine, cpu_s, percentile, say, show

from tandem.cti.adapters.asterisk.carrier_calls import calls_file, read_calls
from tandem.cti.app.stack import Stack

_SAY_EVERY_S = 15.0
_SETTLE_S = 60.0
_NOTHING_S = 30.0
"""Without any call: whoever is left then will not be dialled."""
_SHOWN = 25
_ATTEMPTS = """
select id, number, caller_id, extract(epoch from at)::float8 as at,
    extract(epoch from answered_at)::float8 as answered_at, extract(epoch from connected_at)::float8 as connected_at,
    extract(epoch from ended_at)::float8 as ended_at, extract(epoch from message_at)::float8 as message_at,
    result, cause
from attempts where campaign = $1
"""
_LEFT = """
select count(*) filter (where state = 'in_hand') as in_hand,
    count(*) filter (where state = 'open' and coalesce(results ->> 'congestion', '') = '') as open,
    (select count(*) from attempts where campaign = $1 and ended_at is null) as under_way
from leads where campaign = $1
"""


async def run(load: CampaignLoad) -> int:
    async with AsyncExitStack() as open_:
        stack, passwords = await open_.enter_async_context(world(load))
        audio = open_.enter_context(Voice(PHONES_AUDIO))
        house = open_.enter_context(Line(PHONES_PORT, PORTS["sip_port"], audio_port=PHONES_AUDIO))
        phones = Phones(house, audio, load.floor, Callers(house, audio))
        say(f"{load.agents} phones register, {load.agents} agents log in")
        await phones.register(load.seats, passwords.__getitem__)
        seats = Seats(load.floor, http_port=PORTS["http_port"], seat_port=PORTS["seat_port"], disposition=DISPOSITION)
        open_.push_async_callback(seats.close)
        operator = await open_.enter_async_context(Operator(PORTS["http_port"], OPERATOR, PASSWORD))
        campaign = await operator.create(load.campaign)
        await operator.bring_in(campaign, list(load.crowd.numbers(load.leads)))
        await seats.open(load.seats, PASSWORD)
        machine, began = Machine(), time.time()
        assert stack.server is not None
        parts = {"the server": stack.server.pid, "Asterisk": stack.asterisk.pid}
        used = {name: cpu_s(pid) for name, pid in parts.items()}
        await operator.put(campaign, "running")
        left = await _dialled(stack, load)
        lasted_s = time.time() - began
        costs = [
            Figure(f"CPU of {name}", (cpu_s(pid) - used[name]) / lasted_s * 100, "% of a core")
            for name, pid in parts.items()
        ]
        await operator.put(campaign, "draining")
        settled = await _settled(stack)
        await seats.all_idle(_SETTLE_S)
        await asyncio.sleep(1.0)
        calls = read_calls(calls_file(stack.installation.home / "carrier" / "log"))
        attempts = [Attempt(**row) for row in await stack.database.fetch(_ATTEMPTS, CAMPAIGN)]
        pairs, faults = compare(calls, attempts)
        if left:
            faults.append(f"{left} leads were not dialled, though nothing forbids it")
        if not settled:
            faults.append("calls were still open a minute after the campaign had drained")
        _report(load, pairs, attempts, lasted_s, [*costs, *machine.figures()])
        notes = Counter(seats.refused).most_common()
        sys.stdout.writelines(f"  note: {count} x page command refused: {code}\n" for code, count in notes)
        errors = [line for line in stack.server_log.read_text("utf-8").splitlines() if " ERROR " in line]
        sys.stdout.writelines(f"  note: {line}\n" for line in errors[:_SHOWN])
        sys.stdout.write(f"\n{len(calls)} calls at the carrier, {len(attempts)} attempts\n")
        sys.stdout.write(f"{len(faults)} differences\n")
        sys.stdout.writelines(f"  {fault}\n" for fault in faults[:_SHOWN])
        return 1 if faults else 0


async def _dialled(stack: Stack, load: CampaignLoad) -> int:
    """Until nobody is left to dial but those behind a congested network, nothing happens any more, or time is up; how
    many are left then."""
    deadline, say_at, busy_at = time.monotonic() + load.longest_s, time.monotonic(), time.monotonic()
    while True:
        row = await stack.database.fetch_row(_LEFT, CAMPAIGN)
        assert row is not None
        now = time.monotonic()
        if now >= say_at:
            say_at += _SAY_EVERY_S
            say(f"{row['open']} leads are open, {row['in_hand']} in hand, {row['under_way']} calls under way")
        if row["under_way"]:
            busy_at = now
        left = int(row["open"]) + int(row["in_hand"])
        if left == 0 or now > deadline or now > busy_at + _NOTHING_S:
            return left
        await asyncio.sleep(0.5)


async def _settled(stack: Stack) -> bool:
    deadline = time.monotonic() + _SETTLE_S
    while time.monotonic() < deadline:
        row = await stack.database.fetch_row("select count(*) as open from attempts where ended_at is null")
        if row is not None and row["open"] == 0:
            return True
        await asyncio.sleep(0.5)
    return False


def _report(
    load: CampaignLoad, pairs: Sequence[Pair], attempts: Sequence[Attempt], lasted_s: float, costs: list[Figure]
) -> None:
    results = Counter(one.result for one in attempts)
    answered = sum(results[what] for what in ("talked", "abandoned", "hung_up"))
    talked = [one for one in attempts if one.connected_at and one.ended_at]
    talk_s = sum((one.ended_at or 0) - (one.connected_at or 0) for one in talked)
    joined = [one.connected_at - one.answered_at for one in talked if one.connected_at and one.answered_at]
    at_carrier = [
        one.attempt.connected_at - one.call.answered_at
        for one in pairs
        if one.attempt.connected_at and one.call.answered_at
    ]
    heard = [
        one.call.heard_at - one.call.answered_at
        for one in pairs
        if one.call.heard_at and one.call.answered_at and one.attempt.result == "talked"
    ]
    figures = [
        Figure("lasted", lasted_s, "s"),
        Figure("attempts", len(attempts), ""),
        *(Figure(f"result {what}", count, "") for what, count in results.most_common()),
        Figure("abandoned, of those that a person answered", results["abandoned"] / max(1, answered) * 100, "%"),
        Figure("agents talk", talk_s / lasted_s / load.agents * 100, "% of the time"),
    ]
    for what, values in (
        ("answered until joined, by our clock", joined),
        ("answered at the carrier until joined", at_carrier),
        ("answered at the carrier until the agent's voice is there", heard),
    ):
        if values:
            figures += [Figure(f"{what}, p{p} of {len(values)}", percentile(values, p) * 1e3, "ms") for p in (50, 99)]
    show(f"{load.agents} agents, {load.leads} leads, {load.mode}", [*figures, *costs])


def main(arguments: Sequence[str] | None = None) -> int:
    default = CampaignLoad()
    asked = argparse.ArgumentParser(prog="python -m benchmarks.campaign_load", description=__doc__)
    asked.add_argument("--agents", type=int, default=default.agents)
    asked.add_argument("--leads", type=int, default=default.leads)
    asked.add_argument("--mode", default=default.mode)
    asked.add_argument("--calls-per-s", type=float, default=default.calls_per_s)
    asked.add_argument("--detect", action="store_true")
    return asyncio.run(run(CampaignLoad(**vars(asked.parse_args(arguments)))))


if __name__ == "__main__":
    sys.exit(main())
