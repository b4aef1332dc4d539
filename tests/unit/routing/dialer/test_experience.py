"""A pacing that begins with what was stored launches as the one before did."""

from __future__ import annotations

import pytest

from tandem.cti.model.ids import CampaignId
from tandem.cti.model.leads import CampaignExperience, TriesOfHour
from tandem.routing.core.dialer.experience import learned_from
from tandem.routing.core.dialer.pacing import Pacer
from tandem.routing.core.dialer.pacing_settings import DayCount, PacingSettings

_SETTINGS = PacingSettings()
_AGENTS = 20
_TRIES = 2_000
_TODAY = DayCount(answered=2_000, abandoned=20)


def _worked() -> Pacer:
    """Every tenth answers after 6 s and talks for 40 s, then the agent wraps up for 10 s; the others ring for 20 s."""
    told: list[tuple[float, str, str, str]] = []
    for number in range(_TRIES):
        at, call, agent = number * 1.7, f"c{number}", f"b{number // 10 % 5}"
        told.append((at, "launched", call, agent))
        if number % 10:
            told.append((at + 20.0, "ended", call, agent))
        else:
            told.append((at + 6.0, "connected", call, agent))
            told += [(at + 46.0, "wrapping", call, agent), (at + 56.0, "idle", call, agent)]
    pacer = Pacer(_SETTINGS)
    pacer.new_day(0.0)
    for number, (at, what, call, agent) in enumerate(sorted(told)):
        if what == "launched":
            pacer.launched(call, "s", now=at)
        elif what == "ended":
            pacer.ended(call, "no_answer", now=at)
        elif what == "connected":
            pacer.connected(call, agent, now=at)
        else:
            pacer.agent(agent, "idle" if what == "idle" else "wrapping", now=at)
        if number % 20 == 0:
            pacer.decide(now=at, segments={"s": 10_000}, lines=1_000)
    return pacer


def _stored() -> CampaignExperience:
    hour = TriesOfHour(segment="s", days_ago=0, hour=0, tries=_TRIES, answered=_TRIES // 10, abandoned=0)
    return CampaignExperience(
        campaign=CampaignId("k"),
        hours=(hour,),
        answer_s=(6.0,) * 200,
        other_s=(20.0,) * 500,
        talk_s=(40.0,) * 200,
        wrap_up_s=(10.0,) * 200,
        agents=5,
        dialled=_TRIES,
    )


def _launches(pacer: Pacer, at: float) -> int:
    pacer.history([], _TODAY)
    for number in range(_AGENTS):
        pacer.agent(f"b{number}", "talking" if number % 2 else "idle", now=at)
    return pacer.decide(now=at + 30.0, segments={"s": 10_000}, lines=1_000).total


def test_it_launches_as_the_one_before_did() -> None:
    before = _launches(_worked(), 4_000.0)
    restored = Pacer(_SETTINGS, learned_from(_stored(), _SETTINGS))
    restored.new_day(0.0)
    new = Pacer(_SETTINGS)
    new.new_day(0.0)
    after = _launches(restored, 4_000.0)
    assert after == pytest.approx(before, rel=0.15)
    assert _launches(new, 4_000.0) < 0.6 * before, "one that knows nothing launches other numbers"


def test_earlier_days_are_what_an_hour_is_known_by() -> None:
    days = [(2, 9, 0.1), (2, 17, 0.4), (1, 9, 0.1), (1, 17, 0.4)]
    hours = tuple(
        TriesOfHour(segment="s", days_ago=ago, hour=hour, tries=500, answered=int(500 * rate), abandoned=0)
        for ago, hour, rate in days
    )
    rate = learned_from(CampaignExperience(campaign=CampaignId("k"), hours=hours), _SETTINGS).rate("s")
    assert not rate.today
    assert {hour: round(seen.answers / seen.calls, 2) for hour, seen in rate.hours.items()} == {9: 0.1, 17: 0.4}
    assert rate.hours[9].calls == pytest.approx(500 * 0.7 + 500)
    assert rate.answers[0] / rate.calls[0] == pytest.approx(0.4, abs=0.02), "the last hour"


def test_abandoned_calls_taught_caution() -> None:
    def share(abandoned: int, settings: PacingSettings = _SETTINGS) -> float:
        hour = TriesOfHour(segment="s", days_ago=0, hour=9, tries=400, answered=100, abandoned=abandoned)
        past = CampaignExperience(campaign=CampaignId("k"), hours=(hour,), agents=10)
        return learned_from(past, settings).caution.share

    assert share(0) > share(3) > share(9)
    assert share(9, PacingSettings(target_wait_s=20.0)) == share(0, PacingSettings(target_wait_s=20.0))


def test_machines_are_expected_and_a_campaign_without_a_wrap_up_has_none() -> None:
    past = CampaignExperience(
        campaign=CampaignId("k"),
        talk_s=(40.0,) * 300,
        dialled=1_000,
        machines=250,
        persons=300,
        judged=900,
        verdict_s=2.5,
    )
    learned = learned_from(past, _SETTINGS)
    assert learned.machines / learned.dialled == pytest.approx(0.25)
    assert learned.persons / learned.judged == pytest.approx(1 / 3, abs=0.01)
    assert learned.verdict_s == 2.5
    assert learned.wrap_up.mean_s() < 2.0
    assert learned.talk.seen == 300
    nothing = learned_from(CampaignExperience(campaign=CampaignId("k")), _SETTINGS)
    assert (nothing.rates, nothing.talk.seen, nothing.dialled) == ({}, 0, 0.0)
