"""The demo's campaign: a document that works, people of the demo's own carrier, a past that keeps the rules."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
import yaml

from tandem.cti.adapters.asterisk.carrier_people import Behaviour
from tandem.cti.app.demo_callers import for_campaigns_only
from tandem.cti.app.demo_campaign import COUNTRY, COUNTS, DAYS, NEW, NUMBER_ZONE, PEOPLE, Past, document, lists, made_up
from tandem.cti.app.demo_data import shipped
from tandem.cti.app.demo_journeys import ZONE
from tandem.cti.model.ids import AgentId
from tandem.cti.model.leads import AttemptRecord
from tandem.cti.model.skills import unmet
from tandem.cti.runtime.settings import Settings
from tandem.routing.core.dialer.campaign_check import Known, problems
from tandem.routing.core.dialer.zones import facts_of
from tandem.routing.plan_file import read_plan

_NOW = dt.datetime(2026, 11, 22, 19, 40, tzinfo=ZONE).timestamp()
_PLAN = read_plan(shipped("demo_routing.yaml"), "demo_routing.yaml")


@pytest.fixture(scope="module")
def past() -> Past:
    return made_up(_NOW)


def test_the_campaign_has_nothing_to_mend() -> None:
    tree = yaml.safe_load(shipped("demo_bank.yaml"))["dispositions"]
    known = Known(
        queues=frozenset(_PLAN.queues),
        dispositions=frozenset(leaf for _, _, leaves in tree.values() for leaf in leaves),
        carriers=("trunk",),
        countries=Settings().dial_countries,
    )
    assert problems(document(), known) == []


def test_an_agent_works_for_it_alone_and_gets_no_callers() -> None:
    [agent] = for_campaigns_only()
    [step] = _PLAN.queues[document().queue].steps
    assert unmet(step.needs, _PLAN.agents[AgentId(agent)].skills) is None


def test_everybody_on_the_lists_lives_at_the_demo_carrier(past: Past) -> None:
    numbers = [number for made in past.leads for number in made.lead.numbers]
    assert len({each.number for each in numbers}) == len(numbers) == sum(COUNTS.values())
    assert {(each.country, each.zone) for each in numbers} == {(COUNTRY, NUMBER_ZONE)}
    assert all(each.number.startswith(PEOPLE.prefix) for each in numbers)
    facts = facts_of(numbers[0].number)
    assert (facts.zone, facts.country) == (NUMBER_ZONE, COUNTRY)
    assert {id_ for id_, *_ in lists(_NOW)} == {made.lead.list for made in past.leads}


def test_the_first_people_to_be_dialled_answer_soon(past: Past) -> None:
    new = [made.lead for made in past.leads if made.lead.list == NEW]
    assert all(lead.state == "open" and not lead.attempts for lead in new)
    assert min(lead.priority for lead in new) > max(made.lead.priority for made in past.leads if made.lead.list != NEW)
    first = [PEOPLE.member(lead.person) for lead in new[:4]]
    assert all(who.does is Behaviour.PERSON and who.rings_s <= 4 for who in first)


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_no_day_is_over_the_limit_and_nothing_lies_ahead(hour: int) -> None:
    now = _NOW + hour * 3_600
    past = made_up(now)
    days: defaultdict[dt.date, Counter[str]] = defaultdict(Counter)
    for attempt in past.attempts:
        assert attempt.ended_at is not None
        assert attempt.ended_at < now
        assert attempt.result is not None
        days[dt.datetime.fromtimestamp(attempt.at, ZONE).date()][attempt.result] += 1
    assert DAYS <= len(days) <= DAYS + 1
    assert sum(day["abandoned"] for day in days.values()) > 0
    for day in days.values():
        answered = day["talked"] + day["hung_up"] + day["abandoned"]
        assert day["abandoned"] <= document().abandon_limit * answered


def test_leads_are_what_their_attempts_say(past: Past) -> None:
    tried: defaultdict[str, list[AttemptRecord]] = defaultdict(list)
    for attempt in past.attempts:
        tried[attempt.lead].append(attempt)
    for made in past.leads:
        lead, attempts = made.lead, tried[made.lead.id]
        assert [attempt.number_of for attempt in attempts] == list(range(1, lead.attempts + 1))
        assert lead.results == Counter(attempt.result for attempt in attempts)
        for before, after in pairwise(attempts):
            assert before.ended_at is not None
            assert after.at - before.ended_at >= document().attempts.gap_s
    states = Counter(made.lead.state for made in past.leads)
    assert {"open", "success", "done", "exhausted", "do_not_call", "invalid"} == set(states)
    assert len(past.do_not_call) == states["do_not_call"]
    assert not any(made.lead.callback_at is None and "callback" in made.why for made in past.leads)


def test_the_same_moment_has_the_same_past(past: Past) -> None:
    assert made_up(_NOW) == past
