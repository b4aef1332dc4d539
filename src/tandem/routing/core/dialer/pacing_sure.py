"""Calls that agents who are idle now will take, whoever answers: for when the budget bears no abandoned call. Pure."""

from __future__ import annotations

import math

from tandem.routing.core.dialer.pacing_outlook import Outlook

_UNSURE = 2e-5
"""Probability that one more answers than agents are there, of all that is in flight: once in some hundred days of the
smallest group, if all of its day is spent without a budget."""
_SUDDEN = 0.02
"""Of the stretches in which a call rings, those in which people begin to answer so many times as often: some four an
hour."""


def surely_taken(look: Outlook, most: int, times: float, leaving: float) -> int:
    """How many calls to launch, at most ``most``, so that all who answer meet an agent who is idle now. ``times``: how
    many times as often people may begin to answer. ``leaving``: probability that an idle agent goes away meanwhile."""
    low, high = 0, max(0, most)
    while low < high:
        middle = (low + high + 1) // 2
        if _nobody(look, middle, times, leaving) <= _UNSURE:
            low = middle
        else:
            high = middle - 1
    return low


def _nobody(look: Outlook, launched: int, times: float, leaving: float) -> float:
    agents = look.idle - look.waiting
    calls = round(float(look.calls.sum())) + launched
    if calls <= 0:
        return 0.0
    if agents <= 0:
        return 1.0
    # of calls that are answered unequally often, so many answers are no likelier than of equal ones (Hoeffding 1956)
    answers = float(look.calls @ look.answers[:, -1]) + launched * float(look.answer[-1])
    share = answers / calls * (1.0 + look.doubt)
    total = 0.0
    for weight, rate in ((1.0 - _SUDDEN, share), (_SUDDEN, share * times)):
        rate = min(0.95, rate)
        total += weight * (more_than(agents, calls, rate) + agents * leaving * more_than(agents - 1, calls, rate))
    return total


def more_than(answers: int, calls: int, rate: float) -> float:
    """Probability that of ``calls`` more than ``answers`` are answered, each with probability ``rate`` (binomial)."""
    first = answers + 1
    if first > calls or rate <= 0.0:
        return 0.0
    if first <= calls * rate:
        return 1.0  # about one half, and more than is ever borne
    term = math.exp(
        math.lgamma(calls + 1)
        - math.lgamma(first + 1)
        - math.lgamma(calls - first + 1)
        + first * math.log(rate)
        + (calls - first) * math.log1p(-rate)
    )
    total, odds = term, rate / (1.0 - rate)
    for number in range(first, calls):
        term *= odds * (calls - number) / (number + 1)
        total += term
        if term < total * 1e-6:
            break
    return total
