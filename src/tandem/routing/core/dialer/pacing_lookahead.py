"""The outlook of a campaign at a moment, from what its agents and calls do and what was learned. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tandem.routing.core.dialer.pacing_learned import Learned
from tandem.routing.core.dialer.pacing_outlook import Outlook
from tandem.routing.core.dialer.pacing_times import LONGEST_DELAY_S, Array

_SHARES = np.array([0.07, 0.21, 0.36, 0.5, 0.64, 0.79, 0.95])
"""Of the answers: the moments looked at are when so many have come."""
_SECONDS = np.arange(LONGEST_DELAY_S + 1, dtype=np.float64)
_AHEAD = np.arange(0.0, 41.0)
_FEW = 30
"""More of a kind are put together by their age."""


@dataclass(slots=True)
class Scene:
    """Since when: agents by what they do, and calls by how far they are (``ringing`` by segment). ``leaving``: agents
    who are known to go, and when."""

    idle: Mapping[str, float]
    talking: Mapping[str, float]
    wrapping: Mapping[str, float]
    leaving: Mapping[str, float]
    ringing: Mapping[str, Mapping[str, float]]
    screened: Mapping[str, float]
    waiting: Mapping[str, float]


def outlook(
    scene: Scene, learned: Learned, segments: Mapping[str, int], *, now: float, hour: int, patience_s: float, idle: int
) -> Outlook:
    """``segments``: leads, by which the calls launched now are shared out. ``patience_s``: how long who answers waits
    for an agent. ``idle``: idle agents who stay. Counts the exposure of the answer rates until now."""
    reached = learned.answer.reached()
    gone = learned.other.reached()
    moments = np.interp(_SHARES, reached, _SECONDS)
    kinds: list[Array] = []
    counts: list[Array] = []
    answer = np.zeros(len(moments))
    doubt = 0.0
    leads = sum(segments.values())
    for segment in {**dict.fromkeys(segments), **dict.fromkeys(scene.ringing)}:
        rate = learned.rate(segment)
        rate.advance(now, hour, reached)
        mean, deviation = rate.now(hour)
        calls = scene.ringing.get(segment)
        if calls:
            ages, number = _ages(calls, now)
            kinds.append(_answers(mean, ages, learned.verdict_s, moments, reached, gone))
            counts.append(number)
        if share := segments.get(segment, 0) / max(1, leads):
            answer += share * mean * _SHARES
            doubt += share * deviation / mean
    if scene.screened:
        soon = np.clip(moments / max(0.5, 2.0 * learned.verdict_s), 0.0, 1.0)
        kinds.append((soon * learned.persons / learned.judged)[None, :])
        counts.append(np.array([float(len(scene.screened))]))
    free, agents = _free(scene, learned, now, moments + patience_s)
    return Outlook(
        moments_s=moments,
        waiting=len(scene.waiting),
        idle=idle,
        free=free,
        agents=agents,
        answers=np.concatenate(kinds) if kinds else np.zeros((0, len(moments))),
        calls=np.concatenate(counts) if counts else np.zeros(0),
        answer=answer,
        doubt=doubt,
    )


def _ages(since: Mapping[str, float], now: float) -> tuple[Array, Array]:
    """Ages in seconds, and how many are of each."""
    ages = now - np.fromiter(since.values(), dtype=np.float64, count=len(since))
    if len(ages) <= _FEW:
        return ages, np.ones(len(ages))
    # within a second up to a minute, from then on within a twentieth
    steps = np.where(ages < 60.0, np.floor(ages), np.floor(60.0 + 20.0 * np.log(np.maximum(ages, 60.0) / 60.0)))
    seconds = np.bincount(steps.astype(np.int64))
    kinds = np.flatnonzero(seconds).astype(np.float64)
    middle = np.where(kinds < 60.0, kinds + 0.5, 60.0 * np.exp((kinds - 59.5) / 20.0))
    return np.asarray(middle, dtype=np.float64), seconds[seconds > 0].astype(np.float64)


def _answers(rate: float, ages: Array, verdict_s: float, moments: Array, reached: Array, gone: Array) -> Array:
    """(ages, moments) probability that a call which nobody has answered at its age is answered by then (Bayes)."""
    past = np.interp(ages + verdict_s, _SECONDS, reached)
    later = np.interp(ages[:, None] + moments[None, :], _SECONDS, reached)
    alive = np.maximum(1e-3, 1.0 - np.interp(ages, _SECONDS, gone))
    either = rate * (1.0 - past) + (1.0 - rate) * alive
    return np.asarray(
        rate * np.maximum(0.0, later - past[:, None]) / np.maximum(1e-6, either)[:, None], dtype=np.float64
    )


def _free(scene: Scene, learned: Learned, now: float, moments: Array) -> tuple[Array, Array]:
    """(kinds, moments) probability that an agent of a kind is there and idle by then (seconds from now), and how many
    are of each kind."""
    kinds: list[Array] = []
    counts: list[Array] = []
    here = np.exp(-learned.idle_leaving_per_s * moments)
    staying = [scene.idle, scene.talking, scene.wrapping]
    soon = {agent: at for agent, at in scene.leaving.items() if at - now < moments[-1]}
    if soon:
        # who is known to go soon is free, if at all, until then
        staying = [{agent: since for agent, since in group.items() if agent not in soon} for group in staying]
        going = Counter(at for agent, at in soon.items() if agent in scene.idle)
        kinds += [np.where(moments < at - now, here, 0.0)[None, :] for at in going]
        counts += [np.array([float(count)]) for count in going.values()]
    idle, talking, wrapping = staying
    if idle:
        kinds.append(here[None, :])
        counts.append(np.array([float(len(idle))]))
    if talking:
        ages, number = _ages(talking, now)
        lasting = learned.talk.hazard_at(ages[:, None] + _AHEAD)
        alive = np.exp(lasting[:, :1] - lasting)
        left = np.maximum(0.0, moments[None, :] - (_AHEAD[:-1, None] + 0.5))
        wrapped = 1.0 - np.exp(-learned.wrap_up.hazard_at(left))
        kinds.append(learned.stays * ((alive[:, :-1] - alive[:, 1:]) @ wrapped))
        counts.append(number)
    if wrapping:
        ages, number = _ages(wrapping, now)
        lasting = learned.wrap_up.hazard_at(np.concatenate([ages[:, None], ages[:, None] + moments], axis=1))
        kinds.append(learned.stays * (1.0 - np.exp(lasting[:, :1] - lasting[:, 1:])))
        counts.append(number)
    if not kinds:
        return np.zeros((0, len(moments))), np.zeros(0)
    return np.concatenate(kinds), np.concatenate(counts)
