"""The numbers of a flow, for the pages: what callers did at each step, where they went, and by which ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from tandem.agent_desktop.core import flow_resources as shapes
from tandem.cti.adapters.postgres.flow_numbers import Asked, FlowNumbersStore, StepLine
from tandem.cti.storage.pool import Row
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.journey import BRANCHES, CONTAINED, HUNG_UP
from tandem.ivr.core.shares import Interval, wilson

DEPTH = 12
"""Steps of a journey that the picture shows."""
WIDTH = 9
"""Steps beside each other in it; rarer ones are summed."""
OTHER = "other"


async def flow_numbers(store: FlowNumbersStore, asked: Asked, flows: Mapping[int, Flow]) -> shapes.FlowNumbers:
    """``flows``: the versions that calls had, as far as they can be read. Raises DatabaseDown."""
    steps = [line for version, flow in flows.items() for line in step_lines(version, flow)]
    nodes = await store.nodes(asked)
    ends = await store.ends(asked, steps)
    journeys = await store.journeys(asked, steps, depth=DEPTH)
    return shapes.FlowNumbers(
        name=asked.flow,
        version=asked.version,
        since=asked.since,
        until=asked.until,
        nodes=_nodes(nodes),
        containment=containment(ends),
        journeys=_journeys(journeys),
    )


def step_lines(version: int, flow: Flow) -> list[StepLine]:
    return [StepLine(version, name, step.kind, getattr(step, "queue", "")) for name, step in flow.steps.items()]


def containment(ends: Sequence[Row]) -> shapes.Containment:
    """``ends``: ``reason``, ``queue``, ``calls``."""
    calls = sum(row["calls"] for row in ends)
    contained = sum(row["calls"] for row in ends if row["reason"] in CONTAINED)
    return shapes.Containment(
        calls=calls,
        contained=contained,
        ends=[
            shapes.FlowEnd(
                reason=row["reason"], queue=row["queue"], calls=row["calls"], contained=row["reason"] in CONTAINED
            )
            for row in ends
        ],
        ratio=ratio(wilson(contained, calls)),
    )


def ratio(interval: Interval | None) -> shapes.Ratio | None:
    return None if interval is None else shapes.Ratio(value=interval.value, low=interval.low, high=interval.high)


def _nodes(rows: Iterable[Row]) -> list[shapes.NodeNumbers]:
    """A branch of a queue step begins by one of its exits: that is a way taken, but no second visit."""
    by_step: dict[str, list[Row]] = {}
    for row in rows:
        by_step.setdefault(row["step"], []).append(row)
    return [
        shapes.NodeNumbers(
            step=step,
            entered=entered,
            exits={row["exit"]: row["visits"] for row in sorted(found, key=lambda row: -row["visits"])},
            abandoned=sum(row["visits"] for row in found if row["exit"] == HUNG_UP),
            mean_s=sum(row["seconds"] for row in visits) / entered if entered else 0.0,
            no_input=sum(row["no_inputs"] for row in found),
            no_match=sum(row["no_matches"] for row in found),
        )
        for step, found in sorted(by_step.items())
        for visits in ([row for row in found if row["exit"] not in BRANCHES],)
        for entered in (sum(row["visits"] for row in visits),)
    ]


def _journeys(rows: Sequence[Row]) -> list[shapes.JourneyLink]:
    """Every step stands in the column of its depth; the rare ones of a column become one."""
    met: dict[int, Counter[str]] = {}
    for row in rows:
        met.setdefault(row["depth"], Counter())[row["source"]] += row["calls"]
        met.setdefault(row["depth"] + 1, Counter())[row["target"]] += row["calls"]
    shown = {depth: {name for name, _ in steps.most_common(WIDTH)} for depth, steps in met.items()}
    links: Counter[tuple[int, str, str]] = Counter()
    for row in rows:
        depth, source, target = row["depth"], row["source"], row["target"]
        source = source if source in shown[depth] else OTHER
        target = target if target in shown[depth + 1] else OTHER
        links[(depth, source, target)] += row["calls"]
    return [
        shapes.JourneyLink(depth=depth, source=source, target=target, calls=calls)
        for (depth, source, target), calls in sorted(links.items(), key=lambda item: (item[0][0], -item[1], item[0]))
    ]
