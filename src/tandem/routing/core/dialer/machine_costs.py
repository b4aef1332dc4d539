"""What the errors of the machine detection cost, as far as somebody has heard it. Pure.

Machines that were taken for persons are marked by agents. Persons who were taken for machines are known only of calls
that went to an agent nevertheless: all of them (``on_machine: agent``) or a sample (``sample_one_in``). From these the
share is measured, with the band in which it lies with 95 % (Wilson's interval: E. B. Wilson, Probable inference, the
law of succession, and statistical inference, JASA 22, 1927), for a share of a few calls is worth little.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from tandem.cti.model.detections import Heard

PERSON_COST_S = 180.0
"""A person who is hung up on is a talk that is lost: so much of an agent's time it is held to be worth."""
_Z95 = 1.96
_HALF = 0.5
"""Added to both outcomes where nothing was seen yet of one (Jeffreys), so that no share is certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistaken:
    """Persons among those who were taken for machines. ``heard``: by agents; ``persons`` of these; ``low``..``high``:
    the band of the share, 0..1."""

    heard: int
    persons: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """0..1; 0 where nobody listened."""
        return self.persons / self.heard if self.heard else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of the errors, in seconds of an agent for each call that was listened to; ``error_s``: its standard error.
    ``calls``: that were listened to."""

    calls: int
    each_s: float
    error_s: float


def mistaken(heard: Iterable[Heard]) -> Mistaken:
    """What agents did not mark of what they were given as machines."""
    machines = [each for each in heard if each.said == "machine"]
    count = sum(each.connected for each in machines)
    persons = count - sum(each.marked for each in machines)
    low, high = band(persons, count)
    return Mistaken(heard=count, persons=persons, low=low, high=high)


def band(hits: int, count: int) -> tuple[float, float]:
    """Wilson's interval of a share of ``hits`` in ``count``; all of 0..1 when nothing was counted."""
    if count <= 0:
        return 0.0, 1.0
    share, square = hits / count, _Z95**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _Z95 / (1 + square / count) * sqrt(share * (1 - share) / count + square / (4 * count**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def cost(heard: Iterable[Heard]) -> Cost:
    """A machine that met an agent costs what he spent on it. Persons cost ``PERSON_COST_S``, as many as the share says
    that was measured; where none was, they are not in it."""
    heard = list(heard)
    calls = sum(each.calls for each in heard)
    if not calls:
        return Cost(calls=0, each_s=0.0, error_s=0.0)
    missed = [each for each in heard if each.said != "machine"]
    marked = sum(each.marked for each in missed)
    spent_s = sum(each.marked_s for each in missed)
    mean_s = spent_s / marked if marked else 0.0
    found = mistaken(heard)
    machines = sum(each.calls for each in heard if each.said == "machine") if found.heard else 0
    each_s = (spent_s + machines * found.share * PERSON_COST_S) / calls
    # Times that are spent on machines spread like an exponential: their mean square is twice the mean's square.
    share_missed = (marked + _HALF) / (calls + 2 * _HALF)
    spread = 2 * share_missed * mean_s**2 - (share_missed * mean_s) ** 2
    share = (found.persons + _HALF) / (found.heard + 2 * _HALF)
    of_share = share * (1 - share) / found.heard if found.heard else 0.0
    variance = max(spread, 0.0) / calls + (machines / calls * PERSON_COST_S) ** 2 * of_share
    return Cost(calls=calls, each_s=each_s, error_s=sqrt(variance))
