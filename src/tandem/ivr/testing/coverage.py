"""Which steps and which ways between them the tests have taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tandem.ivr.core.check_modes import edges_of
from tandem.ivr.core.dialogue import Visit
from tandem.ivr.core.flow import Flow


@dataclass(frozen=True, slots=True)
class EdgeCount:
    step: str
    exit: str
    to: str
    count: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often each step was come to, and each exit taken, in the order of the flow; 0 where no test went."""

    nodes: Mapping[str, int]
    edges: tuple[EdgeCount, ...]

    @property
    def missing_nodes(self) -> tuple[str, ...]:
        return tuple(step for step, count in self.nodes.items() if not count)

    @property
    def missing_edges(self) -> tuple[EdgeCount, ...]:
        return tuple(edge for edge in self.edges if not edge.count)

    @property
    def node_ratio(self) -> float:
        return 1 - len(self.missing_nodes) / len(self.nodes) if self.nodes else 1.0

    @property
    def edge_ratio(self) -> float:
        return 1 - len(self.missing_edges) / len(self.edges) if self.edges else 1.0

    @property
    def ratio(self) -> float:
        """0 to 1: the lesser of the two."""
        return min(self.node_ratio, self.edge_ratio)


def coverage(flow: Flow, calls: Iterable[tuple[tuple[str, ...], tuple[Visit, ...]]]) -> Coverage:
    """``calls``: the path and the visits of each."""
    steps: Counter[str] = Counter()
    ways: Counter[tuple[str, str, str]] = Counter()
    for path, visits in calls:
        steps.update(path)
        ways.update((visit.step, visit.exit, visit.to) for visit in visits)
    return Coverage(
        {step: steps[step] for step in flow.steps},
        tuple(EdgeCount(*edge, ways[edge]) for edge in edges_of(flow)),
    )
