"""What a campaign's pacing has learned, made again from what its attempts of the last days came to. Pure.

The same learning is gone through as when the attempts were made, an hour at a time: rates with all their memories, the
hours of the days before, times, the caution that the abandoned calls taught. What only watching teaches (agents who go
away unannounced, the wait between calls) begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tandem.cti.model.leads import CampaignExperience, TriesOfHour
from tandem.routing.core.dialer.pacing_learned import Learned
from tandem.routing.core.dialer.pacing_settings import PacingSettings
from tandem.routing.core.dialer.pacing_times import LONGEST_DELAY_S

_STEP = 10
"""Tries of an hour that are learned from at once: answers are spread evenly over the hour."""
_MOST_DIALLED = 200.0
"""What a share of machines counts as at most, in calls: it forgets."""
_ALL_OVER = np.ones(LONGEST_DELAY_S + 1)


def learned_from(past: CampaignExperience, settings: PacingSettings) -> Learned:
    """As if the pacer had seen those calls itself: times in seconds, answers by hour of the day and segment, machines.
    Of how cautious it was, only with a target wait of 0."""
    learned = Learned()
    for seconds in past.answer_s:
        learned.answer.add(seconds)
    for seconds in past.other_s:
        learned.other.add(seconds)
    for seconds in past.talk_s:
        learned.talk.add(seconds)
    for seconds in past.wrap_up_s or (0.0,) * len(past.talk_s):  # no wrap-up was seen: there was none
        learned.wrap_up.add(seconds)
    _days(learned, past.hours)
    if settings.target_wait_s <= 0.0:  # else it is not known how often caution was held back
        _caution(learned, past, settings.abandon_limit)
    learned.dialled, learned.machines = _shrunk(past.dialled, past.machines)
    judged, persons = _shrunk(past.judged, past.persons)
    learned.judged += judged
    learned.persons += persons
    learned.verdict_s = past.verdict_s
    return learned


def _days(learned: Learned, hours: Sequence[TriesOfHour]) -> None:
    ago = max((hour.days_ago for hour in hours), default=0)
    second = 0.0
    for hour in sorted(hours, key=lambda hour: (-hour.days_ago, hour.hour)):
        while ago > max(0, hour.days_ago):
            learned.new_day()
            ago -= 1
        rate = learned.rate(hour.segment)
        steps = -(-hour.tries // _STEP)
        for _ in range(steps):
            rate.launched[int(second)] = [hour.tries / steps, 0.0]
            rate.told = hour.answered / steps
            second += LONGEST_DELAY_S + 1.0
            rate.advance(second, hour.hour, _ALL_OVER)
    for _ in range(ago):
        learned.new_day()


def _caution(learned: Learned, past: CampaignExperience, limit: float) -> None:
    for hour in sorted(past.hours, key=lambda hour: (-hour.days_ago, hour.hour)):
        answered = 0
        for number in range(hour.abandoned):
            until = hour.answered * (number + 1) // hour.abandoned
            for _ in range(until - answered):
                learned.caution.answered(limit, past.agents)
            learned.caution.abandoned(past.agents)
            answered = until
        for _ in range(hour.answered - answered):
            learned.caution.answered(limit, past.agents)


def _shrunk(calls: int, of_these: int) -> tuple[float, float]:
    weight = min(1.0, _MOST_DIALLED / max(1, calls))
    return calls * weight, of_these * weight
