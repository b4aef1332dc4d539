"""What dialling leads again would bring, before anybody does it: agent-hours, share reached. Pure.

Each lead is tried until a person is talked with or his tries are used up; the chance falls from try to try as it was
seen to fall. Tries are taken as independent given their number; what is not known yet is guessed with care.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

GUESSED_ANSWER = 0.2
FADING = 0.85
"""Of the chance of one try is left for the next, where nothing was seen."""
PRIOR_TRIES = 50.0
"""The guess counts for so many tries."""
MAX_TRIES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """``count`` leads that were tried ``tried`` times and would be tried ``tries`` times more at most."""

    count: int
    tried: int
    tries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the campaign has seen. ``by_try``: number of the try (from 1) -> (tries, of these talked with). ``talk_s``,
    ``wrap_up_s``: means. ``wait_s``: between two calls of an agent."""

    by_try: Mapping[int, tuple[int, int]]
    talk_s: float
    wrap_up_s: float
    wait_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """``reached``: leads that will be talked with; ``reach_ratio`` of all. ``calls``: to be made. ``agent_hours``: of
    talk, wrap-up and waiting. ``hours``: on the clock with the agents given; None = with nobody."""

    leads: int
    reached: float
    reach_ratio: float
    calls: float
    agent_hours: float
    hours: float | None
    text: dict[str, str]


def forecast(groups: Iterable[Group], seen: Seen, *, agents: float = 0.0) -> Forecast:
    """``agents``: who work at it at the same time."""
    chances = _chances(seen.by_try)
    leads, reached, calls = 0, 0.0, 0.0
    for group in groups:
        leads += group.count
        still = float(group.count)
        for ahead in range(min(group.tries, MAX_TRIES)):
            chance = chances[min(group.tried + ahead, len(chances) - 1)]
            calls += still
            reached += still * chance
            still *= 1.0 - chance
    agent_hours = reached * (seen.talk_s + seen.wrap_up_s + seen.wait_s) / 3600.0
    ratio = reached / leads if leads else 0.0
    return Forecast(
        leads=leads,
        reached=reached,
        reach_ratio=ratio,
        calls=calls,
        agent_hours=agent_hours,
        hours=agent_hours / agents if agents > 0.0 else None,
        text=_text(leads, ratio, agent_hours),
    )


def _chances(by_try: Mapping[int, tuple[int, int]]) -> list[float]:
    """Of the first, second … try: what was seen, leaning on the try before it (on a guess for the first)."""
    chances: list[float] = []
    for number in range(1, 2 * MAX_TRIES + 1):
        guess = chances[-1] * FADING if chances else GUESSED_ANSWER
        tries, talked = by_try.get(number, (0, 0))
        chances.append(min(1.0, (talked + guess * PRIOR_TRIES) / (tries + PRIOR_TRIES)))
    return chances


def _text(leads: int, ratio: float, agent_hours: float) -> dict[str, str]:
    if not leads:
        return {"zh": "没有可以再拨的联系人", "en": "there is nobody to dial again"}
    hours = f"{agent_hours:.0f}" if agent_hours >= 10 else f"{agent_hours:.1f}"
    share = f"{100 * ratio:.0f} %"
    return {
        "zh": f"{leads} 位联系人：约需 {hours} 个座席工时，可接通 {share}",
        "en": f"{leads} contacts: needs {hours} agent-hours, reaches {share}",
    }
