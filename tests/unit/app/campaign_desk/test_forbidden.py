"""Who is not to be called: the center hears of it before anybody is told that it counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.support.campaign_floor import SPRING, campaign, lead
from tests.support.campaign_ground import Desk

from tandem.agent_desktop.core import list_resources as shapes
from tandem.agent_desktop.core.messages import DialNumber
from tandem.cti.app.campaign_desk.dialling import KEPT_MOST, KeptNoes
from tandem.cti.app.floor_plan import CallbackAsked, CallsForbidden, LeadDialled, LeadsRead
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.errors import BadRequest, ResourceMissing, Unavailable, WrongState
from tandem.cti.model.ids import AgentId, CampaignId, QueueId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.model.records import AuditRecord

NUMBER = lead(1).numbers[0].number
RUNNING = CampaignRecord(id=SPRING, rev=2, state="running", document=campaign(), by="sue", at=1.0)


def entries(on: Desk) -> list[DoNotCallEntry]:
    return [entry for input_ in on.shell.taken if isinstance(input_, CallsForbidden) for entry in input_.entries]


async def test_an_entry_counts_before_it_is_answered_and_is_kept() -> None:
    on = Desk(records=[RUNNING])
    line = await on.desk.forbid(shapes.Forbid(number=NUMBER), by="oli")
    assert (line.number, line.scope, line.by, line.source) == (NUMBER, "global", "oli", "operator")
    assert entries(on) == on.journal.records
    on.leads.rows = [lead(1)]
    assert (await on.desk.may_dial(NUMBER, campaign="")).verdict.rule == "do_not_call"


async def test_entered_again_it_replaces_itself() -> None:
    on = Desk()
    first = await on.desk.forbid(shapes.Forbid(number=NUMBER), by="oli")
    on.floor.now += 1.0
    again = await on.desk.forbid(shapes.Forbid(number=NUMBER, until=9e9), by="ada")
    assert again.id == first.id
    assert entries(on)[1].rev > entries(on)[0].rev


async def test_one_campaign_only_or_a_person_are_entries_of_their_own() -> None:
    on = Desk(records=[RUNNING])
    ids = {
        (await on.desk.forbid(asked, by="oli")).id
        for asked in (
            shapes.Forbid(number=NUMBER),
            shapes.Forbid(scope="campaign", number=NUMBER, campaign="spring"),
            shapes.Forbid(scope="person", person="p1"),
        )
    }
    assert len(ids) == 3
    with pytest.raises(ResourceMissing):
        await on.desk.forbid(shapes.Forbid(scope="campaign", number=NUMBER, campaign="gone"), by="oli")
    with pytest.raises(BadRequest):
        await on.desk.forbid(shapes.Forbid(number="500&PJSIP/x/1900"), by="oli")


async def test_many_numbers_with_bad_ones_among_them() -> None:
    on = Desk()
    numbers = [f"+86138{number:08}" for number in range(2_500)]
    answer = await on.desk.forbid_many(shapes.ForbidMany(numbers=[*numbers, numbers[0], "nobody"]), by="oli")
    assert (answer.entered, answer.bad, answer.bad_count) == (2_500, ["nobody"], 1)
    assert len({entry.id for entry in entries(on)}) == len(on.journal.records) == 2_500


async def test_numbers_are_read_as_they_are_dialled_in_the_country_that_was_named() -> None:
    on = Desk()
    await on.desk.forbid_many(shapes.ForbidMany(numbers=["020 7946 0958"], country="GB"), by="oli")
    assert [entry.number for entry in entries(on)] == ["+442079460958"]


async def test_of_very_many_the_center_hears_those_that_it_has_in_hand() -> None:
    """All others it reads from the database, which has them all when the answer comes."""
    on = Desk(records=[RUNNING])
    await on.desk.open()
    on.shell.take(LeadsRead(campaign=SPRING, leads=(lead(1),)))
    promised = CallbackAsked(id="k1", number="+8613800004321", queue=QueueId("service"), first="agent", by="sam")
    on.shell.take(promised)
    numbers = [f"+86138{number:08}" for number in range(6_000)]
    assert (await on.desk.forbid_many(shapes.ForbidMany(numbers=numbers), by="oli")).entered == 6_000
    assert {entry.number for entry in entries(on)} == {NUMBER, promised.number}
    assert not on.floor.center.callbacks
    assert sum(isinstance(record, DoNotCallEntry) for record in on.journal.records) == 6_000
    on.campaigns.down = True
    with pytest.raises(Unavailable):
        await on.desk.forbid_many(shapes.ForbidMany(numbers=numbers), by="oli")


async def test_lifted_it_does_not_count_any_more() -> None:
    on = Desk(records=[RUNNING])
    line = await on.desk.forbid(shapes.Forbid(number=NUMBER), by="oli")
    on.entries.stored = entries(on)
    await on.desk.lift(line.id, by="ada")
    lifted = entries(on)[-1]
    assert (lifted.lifted, lifted.by) == (True, "ada")
    assert lifted.rev > entries(on)[0].rev
    on.entries.stored = [lifted]
    await on.desk.lift(line.id, by="ada")
    assert len(entries(on)) == 2
    with pytest.raises(ResourceMissing):
        await on.desk.lift("gone", by="ada")


async def test_pages_of_entries_are_read_to_their_end() -> None:
    on = Desk()
    await on.desk.forbid_many(shapes.ForbidMany(numbers=[f"+86138{number:08}" for number in range(25)]), by="oli")
    on.entries.stored = entries(on)
    seen: list[str] = []
    cursor = ""
    for _ in range(10):
        page = await on.desk.forbidden(shapes.ForbiddenQuery(cursor=cursor, limit=10))
        seen += [line.number for line in page.entries]
        cursor = page.next
        if not cursor:
            break
    assert sorted(seen) == sorted(entry.number for entry in on.entries.stored)
    assert (await on.desk.forbidden(shapes.ForbiddenQuery(scope="campaign"))).entries == []
    with pytest.raises(BadRequest):
        await on.desk.forbidden(shapes.ForbiddenQuery(cursor="x=y"))


# ---- by hand ---------------------------------------------------------------------------------------------------------


async def ready() -> Desk:
    on = Desk(records=[RUNNING])
    await on.desk.open()
    on.leads.rows = [lead(1)]
    on.floor.ready(AgentId("mei"))
    return on


async def test_what_the_gate_allows_is_dialled_for_the_agent() -> None:
    on = await ready()
    dialled = await on.desk.dial(NUMBER, agent="mei", campaign="spring", by="sue")
    [asked] = [input_ for input_ in on.shell.taken if isinstance(input_, LeadDialled)]
    assert (asked.call, asked.agent, asked.lead.campaign) == (dialled.call, "mei", "spring")


async def test_what_the_gate_refuses_is_not() -> None:
    on = await ready()
    await on.desk.forbid(shapes.Forbid(number=NUMBER), by="oli")
    refused = await on.desk.dial(NUMBER, agent="mei", campaign="spring", by="sue")
    assert (refused.call, refused.verdict.rule) == (None, "do_not_call")
    with pytest.raises(WrongState, match="do-not-call"):
        await on.desk.dial_from_seat(AgentId("mei"), DialNumber(id=1, number=NUMBER))
    [kept] = [record for record in on.journal.records if isinstance(record, AuditRecord)]
    assert (kept.who, kept.action) == ("mei", "dialled")
    assert kept.detail == {"number": NUMBER, "agent": "mei", "call": "", "verdict": "do_not_call"}
    assert not any(isinstance(input_, LeadDialled) for input_ in on.shell.taken)


async def test_the_same_refusal_is_kept_once_a_minute() -> None:
    on = await ready()
    await on.desk.forbid(shapes.Forbid(number=NUMBER), by="oli")
    kept = []
    for wait_s in (0.0, 1.0, 58.0, 1.0, 59.0, -3_600.0):
        on.floor.now += wait_s
        with pytest.raises(WrongState, match="do-not-call"):
            await on.desk.dial_from_seat(AgentId("mei"), DialNumber(id=1, number=NUMBER))
        kept.append(sum(isinstance(record, AuditRecord) for record in on.journal.records))
    assert kept == [1, 1, 1, 2, 2, 3], "a clock that is set back hides nothing"


def test_each_agent_number_and_rule_is_kept_and_only_so_many_are_remembered() -> None:
    noes = KeptNoes()
    one = ("mei", NUMBER, "hours")
    each = [one, ("tom", NUMBER, "hours"), ("mei", "+8613800009999", "hours"), ("mei", NUMBER, "quiet")]
    assert [noes.is_new(*no, 0.0) for no in [*each, *each]] == [True] * 4 + [False] * 4
    for number in range(KEPT_MOST - 1):
        noes.is_new("tom", str(number), "hours", 1.0)
    assert not noes.is_new(*each[-1], 1.0)
    assert noes.is_new(*one, 1.0), "forgotten, the oldest first"


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"number": "500&PJSIP/x/1900"}, BadRequest),
        ({"agent": "nobody"}, ResourceMissing),
        ({"campaign": "gone"}, ResourceMissing),
        ({"agent": "tom"}, WrongState),
    ],
)
async def test_nothing_is_dialled_for_nobody_or_to_no_number(asked: dict[str, Any], refusal: type[Exception]) -> None:
    on = await ready()
    with pytest.raises(refusal):
        await on.desk.dial(**{"number": NUMBER, "agent": "mei", "campaign": "", "by": "sue", **asked})


async def test_an_agent_dials_only_for_campaigns_that_may_have_him() -> None:
    on = await ready()
    plan = on.shell.center.plan
    mei = replace(plan.agents[AgentId("mei")], outbound=False)
    on.shell.center.plan = replace(plan, agents={**plan.agents, AgentId("mei"): mei})
    assert on.desk.dial_choices("mei").campaigns == []
    with pytest.raises(WrongState):
        await on.desk.dial(NUMBER, agent="mei", campaign="spring", by="mei")
    assert not any(isinstance(input_, LeadDialled) for input_ in on.shell.taken)


async def test_agents_choose_among_running_campaigns_when_they_work_for_any() -> None:
    on = await ready()
    assert [each.id for each in on.desk.dial_choices("mei").campaigns] == ["spring"]
    assert on.desk.dial_choices("sue").campaigns == []
    assert [each.id for each in on.desk.dial_choices(None).campaigns] == ["spring"]
    await on.desk.set_state("spring", "paused", by="sue")
    assert on.desk.dial_choices(None).campaigns == []
    assert CampaignId("spring") in on.shell.center.campaigns
