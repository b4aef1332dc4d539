"""What the next seconds hold: who will answer, who will be free, and how likely one more answer is to meet nobody.

At each of a few moments within the time that a call launched now takes to be answered, the answers by then less the
agents free by then is a sum of independent yes/no (Poisson-binomial), taken for normal with a continuity correction,
and with the doubt about the answer rate, which moves all calls together. Against the exact distribution that errs by
less than a hundredth where it matters, for five agents too, and what is left the caution evens out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from tandem.routing.core.dialer.pacing_budget import fewness
from tandem.routing.core.dialer.pacing_times import Array

_ROOT_2 = math.sqrt(2.0)
_CERTAIN = 0.98
"""No call is taken for surer to be answered."""
_DEVIATIONS, _DEVIATIONS_FEW = 1.0, 2.0
"""How unlucky the worst case is beyond a sudden change, and how much more for few agents (less with more of them): one
call more is a large part of what their day bears, when nothing makes up for it any more."""


@dataclass(slots=True)
class Outlook:
    """``waiting``: callees who wait for an agent. ``idle``: agents who do and are not known to go before a call is
    over. ``free``: (kinds, moments) probability that an agent of a kind is there and free by then; ``agents``: how
    many of each kind. ``answers``: (kinds, moments) that a call in flight of a kind is answered by then; ``calls``: how
    many of each. ``answer``: (moments,) that a call launched now is. ``doubt``: standard deviation of the answer rate
    as a share of it."""

    moments_s: Array
    waiting: int
    idle: int
    free: Array
    agents: Array
    answers: Array
    calls: Array
    answer: Array
    doubt: float

    def expected_free(self) -> float:
        """By the last moment, less those for whom somebody waits."""
        return float(self.agents @ self.free[:, -1]) - self.waiting

    def alone(self, idle: int) -> Outlook:
        """With so many idle agents, and no call in flight."""
        return replace(self, idle=idle, waiting=0, calls=np.zeros_like(self.calls))


class Risk:
    """Made once for a decision, asked for numbers of calls to launch, at most ``most``. ``strictness``: 0..1, more when
    the rest of the day makes up for less."""

    def __init__(self, look: Outlook, most: int, strictness: float = 1.0) -> None:
        self.outlook = look
        self.most = most
        self._free = look.agents @ look.free
        self._free_var = look.agents @ (look.free * (1.0 - look.free))
        self._calls = float(look.calls.sum())
        self._deviations = _DEVIATIONS + _DEVIATIONS_FEW * fewness(float(look.agents.sum())) * strictness
        self._answers = look.calls @ look.answers
        self._answers_var = look.calls @ (look.answers * (1.0 - look.answers))

    def nobody(self, others: int) -> float:
        """Probability that a call launched now takes, when it is answered, an agent whom somebody lacks: himself, or
        one who is answered after him. ``others`` are launched with it."""
        look = self.outlook
        answers = self._answers + others * look.answer
        mean = answers + look.waiting - self._free
        var = self._free_var + self._answers_var + others * look.answer * (1.0 - look.answer)
        z = (mean + 0.5) / np.sqrt(np.maximum(var + (look.doubt * answers) ** 2, 1e-6))
        worst = total = 0.0
        for each in reversed(z.tolist()):
            worst = max(worst, 0.5 * math.erfc(-each / _ROOT_2))
            total += worst
        return total / len(z)

    def bearable(self, launched: int, budget: float, times: float) -> bool:
        """Whether no more than ``budget`` callees meet nobody in the worst case: no agent becomes free, one of those
        idle goes away, and all calls in flight are answered; of many calls not all: as many as if everybody answered
        ``times`` as often, and by bad luck some deviations and one more."""
        look = self.outlook
        calls = self._calls + launched
        budget += max(0, look.idle - 1) - look.waiting
        if calls <= budget:
            return True
        answers = (float(self._answers[-1]) + launched * float(look.answer[-1])) * times
        share = min(answers / max(1.0, calls), _CERTAIN)
        return calls * share + self._deviations * math.sqrt(calls * share * (1.0 - share)) + 1.0 <= budget

    def most_within(self, share: float, budget: float, times: float) -> int:
        """How many calls may be launched so that the last one's ``nobody`` is at most ``share``, and the worst case
        ``bearable``."""
        low, step = 0, 1
        # mostly none or one: so from below, in growing steps, then back by halves
        while low < self.most:
            middle = min(low + step, self.most)
            if self.bearable(middle, budget, times) and self.nobody(middle - 1) <= share:
                low, step = middle, step * 2
            elif step == 1:
                break
            else:
                step = max(1, step // 4)
        return low
