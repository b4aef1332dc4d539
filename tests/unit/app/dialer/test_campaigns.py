"""Campaigns in the center: what they do when agents, people, operators and the network do what they do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.support.campaign_floor import AUTUMN, SPRING, CampaignFloor, campaign, lead, outbound_house
from tests.support.house import ANA, MEI, TOM

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import campaign_card
from tandem.cti.app import floor_plan as c
from tandem.cti.app.dialer.rows import campaign_row
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.campaigns import Goal, MachineDetection, Mode, ModeRule, Quota
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import BadRequest, WrongState
from tandem.cti.model.ids import AgentId, CallId, LeadId
from tandem.cti.model.leads import DoNotCallEntry, LeadNumber, PacingRecord
from tandem.cti.model.states import Phase
from tandem.routing.core.dialer.jurisdictions import Formula


def working(*agents: AgentId, **document: Any) -> CampaignFloor:
    """A campaign at work with ten leads and a good day behind it."""
    floor = CampaignFloor()
    floor.ready(*(agents or (MEI,)))
    floor.add(*(lead(number) for number in range(10)))
    floor.seasoned(campaign(**document))
    floor.run(campaign(**document))
    return floor


def test_who_answers_and_finds_nobody_hears_who_called_and_is_called_again_with_an_agent_only() -> None:
    floor = working(MEI)
    floor.auto_answer = False  # her phone rings and rings
    call = floor.pick_up()
    floor.pass_time(3)
    assert floor.center.contacts[call].missed
    plays = [request for request in floor.requests if isinstance(request, rq.Play) and request.call == call]
    assert len(plays) == 1
    record = floor.last(call)
    assert record.message_at is not None
    assert record.answered_at is not None
    assert record.message_at - record.answered_at <= 2.0
    floor.gone(floor.center.contacts[call].caller)
    floor.settle()
    assert floor.last(call).result == "abandoned"
    his = floor.store[LeadId(floor.last(call).lead)]
    assert his.abandoned_at is not None
    assert floor.center.dialer.campaigns[SPRING].today.abandoned == 1


def fresh(*agents: AgentId, **document: Any) -> CampaignFloor:
    """A campaign whose day has just begun: it bears no abandoned call."""
    floor = CampaignFloor()
    floor.ready(*(agents or (MEI,)))
    floor.add(*(lead(number) for number in range(10)))
    floor.run(campaign(**document))
    return floor


def test_without_a_budget_each_call_has_an_agent_who_is_set_aside_and_hears_nothing_of_it() -> None:
    floor = fresh(MEI, TOM)
    dialer, run = floor.center.dialer, floor.center.dialer.campaigns[SPRING]
    assert len(floor.dials) == 2
    assert set(dialer.aside) == {MEI, TOM}
    assert set(run.agents.values()) == {"reserved"}
    assert not [leg for leg in floor.legs.values() if leg.party is ev.Party.AGENT], "no agent's phone rings"
    assert all(floor.last(call).reserved for call in dialer.aside.values())
    agent, call = next(iter(dialer.aside.items()))
    floor.fail(0, Cause.BUSY)
    assert floor.center.dialer.aside[agent] != call, "he is set aside for the next one"
    mine = dialer.aside[TOM]
    place = [leg.call for leg in floor.legs.values() if leg.party is ev.Party.CUSTOMER].index(mine)
    assert floor.pick_up(place) == mine
    assert floor.center.contacts[mine].agent == TOM
    assert floor.center.contacts[mine].phase is Phase.TALKING
    assert floor.last(mine).connected_at is not None
    assert TOM not in dialer.aside


def test_who_is_set_aside_and_leaves_is_replaced_by_who_is_idle() -> None:
    floor = fresh(MEI, TOM)
    dialer = floor.center.dialer
    his, hers = dialer.aside[TOM], dialer.aside[MEI]
    floor.command(TOM, m.SetNotReady(id=1, reason="break"))
    assert dialer.aside == {MEI: hers}
    calls = [leg.call for leg in floor.legs.values() if leg.party is ev.Party.CUSTOMER]
    floor.fail(calls.index(hers), Cause.NO_ANSWER)
    assert dialer.aside == {MEI: his}, "before anybody else is dialled"
    assert len(floor.dials) == 2
    floor.pick_up()
    assert floor.center.contacts[his].agent == MEI


def test_who_answers_when_his_agent_has_left_hears_who_called() -> None:
    floor = fresh(MEI)
    call = floor.center.dialer.aside[MEI]
    floor.command(MEI, m.SetNotReady(id=1, reason="break"))
    floor.pick_up()
    floor.pass_time(2)
    assert floor.center.contacts[call].missed
    assert not floor.center.dialer.campaigns[SPRING].bereft


@pytest.mark.parametrize("on_machine", ["hang_up", "message", "agent"])
def test_a_machine_is_told_also_when_an_agent_is_set_aside(on_machine: Any) -> None:
    floor = fresh(MEI, machine_detection=MachineDetection(use=True, on_machine=on_machine, message={"zh": "请回电"}))
    call = floor.center.dialer.aside[MEI]
    floor.pick_up()
    contact = floor.center.contacts[call]
    assert contact.phase is Phase.SCREENING
    assert floor.center.dialer.aside == {MEI: call}
    token = contact.token
    floor.handle(
        ev.MachineDetected(call=call, connection=contact.caller, token=token, verdict="machine", why="long greeting")
    )
    floor.settle()
    assert (floor.center.contacts[call].agent == MEI) is (on_machine == "agent")
    if on_machine != "agent":
        assert floor.center.dialer.aside.get(MEI) not in (None, call), "she is there for the next one at once"


def test_the_detectors_own_word_is_kept_whatever_the_agent_says_of_the_call() -> None:
    floor = fresh(MEI, machine_detection=MachineDetection(use=True))
    call = floor.center.dialer.aside[MEI]
    floor.pick_up()
    contact = floor.center.contacts[call]
    floor.now += 1.75
    heard = ev.MachineDetected(
        call=call, connection=contact.caller, token=contact.token, verdict="human", why="HUMAN-820-800"
    )
    floor.handle(heard)
    floor.settle()
    assert floor.center.contacts[call].phase is Phase.TALKING
    floor.command(MEI, m.MarkMachine(id=1, call=call))
    floor.settle()
    record = floor.last(call)
    assert (record.machine, record.machine_why, record.result) == ("machine", "HUMAN-820-800", "machine")
    assert record.machine_s == pytest.approx(1.75)
    assert record.person_at is not None, "so the detection is known to have been wrong"


@pytest.mark.parametrize(("formula", "counted"), [("us", 1001), ("ofcom", 1000)])
def test_who_hangs_up_before_anybody_could_answer_counts_by_the_formula_of_the_rules(
    formula: Formula, counted: int
) -> None:
    floor = working(MEI)
    floor.auto_answer = False
    run = floor.center.dialer.campaigns[SPRING]
    run.rules = replace(run.rules, formula=formula)
    run.days[run.day], run.unserved = msgspec.structs.replace(run.today, talked=1000), 0
    call = floor.pick_up()
    assert run.pacer.gauges(floor.now).answered_today == 1001
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.last(call).result == "hung_up"
    assert run.today.answered == 1001
    assert run.pacer.gauges(floor.now).answered_today == counted
    assert campaign_row(floor.center, run, floor.now).abandon_ratio_today == 0.0
    floor.now += 86_400.0
    floor.handle(c.Tick())
    floor.settle()
    gauges = floor.center.dialer.campaigns[SPRING].pacer.gauges(floor.now)
    assert gauges.answered_today == 0
    assert gauges.budget_window == pytest.approx(0.03 * counted)


def test_a_network_without_lines_is_left_in_peace_and_the_page_says_so() -> None:
    floor = working(MEI, TOM, ANA)
    for _ in range(3):
        floor.fail(-1, Cause.BUSY)
    floor.refuse_dials = "network_congestion"
    before = len(floor.dials)
    for _ in range(10):
        floor.pass_time(60)
    assert 0 < len(floor.dials) - before < 25
    run = floor.center.dialer.campaigns[SPRING]
    assert "en" in run.why_not
    assert all(each.state == "open" or each.id in run.pool for each in floor.store.values())


def test_do_not_call_counts_from_the_next_second() -> None:
    floor = working(MEI)
    leg = floor.customer()
    number = floor.store[LeadId("spring-1")].numbers[0].number
    entry = DoNotCallEntry(
        id="e", rev=1, scope="global", number=number, person="", campaign=None, at=floor.now, by="sam", source="api"
    )
    floor.handle(c.CallsForbidden((entry,)))
    floor.gone(leg, Cause.BUSY)
    floor.settle()
    floor.pass_time(60)
    assert number not in {dial[1] for dial in floor.dials}
    assert len(floor.dials) > 1


def test_the_agent_enters_do_not_call_and_the_lead_is_over() -> None:
    floor = working(MEI)
    call = floor.pick_up()
    floor.command(MEI, m.DoNotCall(id=1, call=call))
    assert [entry.number for entry in floor.entries] == ["+8613800000000"]
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.store[LeadId("spring-0")].state == "do_not_call"


def test_a_promised_call_is_kept_by_the_agent_himself() -> None:
    floor = working(MEI, TOM)
    call = floor.pick_up(0)
    agent = floor.center.contacts[call].agent
    assert agent is not None
    floor.command(agent, m.CallAgain(id=1, call=call, at=floor.now + 600, personal=True, note="nach dem Essen"))
    floor.hang_up_caller(call)
    floor.settle()
    floor.command(agent, m.WrapUp(id=1, call=call, disposition="done", notes=""))
    his = floor.store[LeadId(floor.last(call).lead)]
    assert (his.state, his.callback_agent) == ("open", agent)
    assert his.callback_note == "nach dem Essen"


def test_a_call_that_was_promised_on_another_number_goes_there() -> None:
    office = "+862161234567"
    floor = CampaignFloor()
    floor.ready(MEI)
    his = lead(0)
    floor.add(msgspec.structs.replace(his, numbers=(*his.numbers, LeadNumber(number=office, country="CN"))))
    floor.seasoned(campaign())
    floor.run(campaign())
    call = floor.pick_up()
    with pytest.raises(BadRequest):
        floor.command(MEI, m.CallAgain(id=1, call=call, at=floor.now + 600, number="+862160000000"))
    floor.command(MEI, m.CallAgain(id=1, call=call, at=floor.now + 600, number=office, note="Büro"))
    floor.hang_up_caller(call)
    floor.settle()
    floor.command(MEI, m.WrapUp(id=1, call=call, disposition="done", notes=""))
    assert floor.store[his.id].callback_number == office
    floor.pass_time(610)
    assert [number for _, number, _ in floor.dials] == [his.numbers[0].number, office]
    again = floor.pick_up()
    card = campaign_card.card(floor.center, floor.center.contacts[again])
    assert card is not None
    assert (card.number, card.callback_number, card.callback_note) == (office, office, "Büro")
    floor.hang_up_caller(again)
    floor.settle()
    floor.command(MEI, m.WrapUp(id=1, call=again, disposition="done", notes=""))
    assert floor.store[his.id].callback_number == "", "it was kept"


def test_a_promised_call_of_an_agent_who_does_not_come_is_another_ones_half_an_hour_later() -> None:
    floor = CampaignFloor()
    floor.auto_customer = True
    floor.ready(MEI, TOM)
    floor.add(lead(0, callback_at=floor.now, callback_agent=MEI))
    floor.command(MEI, m.SetNotReady(id=1, reason="break"))
    floor.run(campaign())
    floor.pass_time(1_500)
    assert not floor.dials
    floor.pass_time(600)
    assert floor.last("spring-0.1").agent == TOM


@pytest.mark.parametrize("mode", ["manual", "preview", "agentless", "progressive", "power"])
def test_calls_in_the_air_find_an_agent_when_the_mode_is_switched(mode: Mode) -> None:
    floor = working(MEI, TOM, mode="predictive")
    floor.run(campaign(mode=mode))
    call = floor.pick_up(0)
    floor.pass_time(1)
    assert floor.center.contacts[call].phase is Phase.TALKING


def test_a_list_that_is_taken_back_while_it_is_dialled() -> None:
    floor = working(MEI)
    dialled = len(floor.dials)
    floor.handle(c.LeadsRemoved(lead(0).list))
    for each in list(floor.store.values()):
        floor.add(lead(each.position, state="removed"))
    floor.fail(-1, Cause.BUSY)
    floor.pass_time(120)
    assert len(floor.dials) == dialled


def test_a_list_that_is_taken_back_while_its_leads_are_read() -> None:
    floor = CampaignFloor()
    floor.slow = True
    floor.ready(MEI)
    floor.add(*(lead(number) for number in range(10)))
    floor.run(campaign())
    answer = floor.read(floor.wanted.pop())
    assert answer.leads
    floor.handle(c.LeadsRemoved(lead(0).list))
    floor.handle(answer)
    floor.pass_time(30)
    assert not floor.dials
    assert not floor.center.dialer.campaigns[SPRING].pool


@pytest.mark.parametrize(("state", "after"), [("paused", "paused"), ("stopped", "stopped"), ("draining", "stopped")])
def test_no_new_call_when_it_is_paused_stopped_or_drained_and_talks_go_on(state: str, after: str) -> None:
    floor = working(MEI, TOM)
    call = floor.pick_up(0)
    floor.set_state(SPRING, state)  # type: ignore[arg-type]
    dialled = len(floor.dials)
    assert floor.center.contacts[call].phase is Phase.TALKING
    floor.pass_time(5)
    floor.hang_up_caller(call)
    floor.fail(-1, Cause.BUSY)
    floor.pass_time(60)
    assert len(floor.dials) == dialled
    assert floor.campaigns[SPRING].state == after
    assert not [each for each in floor.store.values() if each.state == "in_hand"]


def test_the_goal_completes_a_campaign() -> None:
    floor = working(MEI, goal=Goal(successes=1))
    call = floor.pick_up()
    floor.hang_up_caller(call)
    floor.settle()
    floor.command(MEI, m.WrapUp(id=1, call=call, disposition="done", notes=""))
    floor.settle()
    assert floor.campaigns[SPRING].state == "completed"
    assert "goal" in floor.campaigns[SPRING].why
    assert len(floor.dials) == 1


def test_an_empty_list_completes_a_campaign() -> None:
    floor = working(MEI)
    for each in list(floor.store):
        floor.store[each] = lead(int(each.rpartition("-")[2]), state="done")
    floor.handle(c.LeadsRemoved(lead(0).list))
    floor.fail(-1, Cause.INVALID_NUMBER)
    for _ in range(3):
        floor.pass_time(60)
    assert floor.campaigns[SPRING].state == "completed"


def test_a_full_quota_is_not_dialled() -> None:
    floor = CampaignFloor()
    floor.ready(MEI)
    floor.add(*(lead(number, fields={"sex": "f" if number % 2 else "m"}) for number in range(10)))
    document = campaign(quotas=[Quota(field="sex", value="m", most=0)])
    floor.seasoned(document)
    floor.run(document)
    for _ in range(3):
        floor.fail(-1, Cause.BUSY)
    assert {int(dial[0].partition(".")[0].rpartition("-")[2]) % 2 for dial in floor.dials} == {1}


def test_a_higher_priority_has_agents_first_and_weights_share_the_rest() -> None:
    floor = CampaignFloor()
    floor.add(*(lead(number) for number in range(10)), *(lead(number, AUTUMN) for number in range(20, 30)))
    floor.seasoned(campaign(), campaign(AUTUMN, priority=1))
    floor.run(campaign(), campaign(AUTUMN, priority=1))
    floor.ready(MEI, TOM, ANA)
    floor.settle()
    assert set(floor.center.held.values()) == {AUTUMN}
    floor.set_state(AUTUMN, "stopped")
    floor.pass_time(40)
    assert set(floor.center.held.values()) == {SPRING}


def test_all_agents_leave_nothing_is_launched_and_who_answers_is_told() -> None:
    floor = working(MEI, TOM, ANA)
    for agent in (MEI, TOM, ANA):
        floor.handle(c.SeatClosed(agent, page_gone=True))
    floor.settle()
    dialled = len(floor.dials)
    call = floor.pick_up(0)
    floor.pass_time(3)
    assert floor.center.contacts[call].missed
    floor.pass_time(60)
    assert len(floor.dials) == dialled
    run = floor.center.dialer.campaigns[SPRING]
    assert run.today.abandoned == 1


def test_preview_shows_the_lead_and_dials_when_the_agent_says_so() -> None:
    floor = working(MEI, mode="preview")
    contact = floor.center.contact_of(MEI)
    assert contact is not None
    assert contact.phase is Phase.PREVIEW
    assert not floor.dials
    floor.command(MEI, m.PreviewDial(id=1, call=contact.id))
    assert [dial[0] for dial in floor.dials] == [contact.id]
    call = floor.pick_up()
    assert floor.center.contacts[call].phase is Phase.TALKING
    assert floor.last(call).reserved


def test_a_lead_that_is_skipped_comes_later_under_another_id() -> None:
    floor = working(MEI, mode="preview")
    first = floor.center.contact_of(MEI)
    assert first is not None
    floor.command(MEI, m.PreviewSkip(id=1, call=first.id))
    second = floor.center.contact_of(MEI)
    assert second is not None
    assert second.lead != first.lead
    skipped = floor.store[LeadId(first.lead)]
    assert (skipped.attempts, skipped.results) == (1, {"withdrawn": 1})
    assert skipped.next_at > floor.now


def test_agentless_calls_are_bounded_by_the_lines() -> None:
    floor = CampaignFloor(outbound_house(lines=3))
    floor.add(*(lead(number) for number in range(10)))
    floor.run(campaign(mode="agentless", flow="main", queue=""))
    assert len(floor.dials) == 3
    call = floor.pick_up(0)
    assert floor.center.contacts[call].flow == "main"
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.last(call).result == "served"
    assert len(floor.dials) == 4


def test_a_number_dialled_by_hand_passes_the_gate_and_reaches_the_agent() -> None:
    floor = CampaignFloor()
    floor.ready(MEI)
    his = lead(1, campaign_id="", id="")  # type: ignore[arg-type]
    floor.handle(c.LeadDialled(call=CallId("h-1"), agent=MEI, lead=his))
    floor.settle()
    assert [dial[:2] for dial in floor.dials] == [("h-1", "+8613800000001")]
    floor.pick_up()
    assert floor.center.contacts[CallId("h-1")].phase is Phase.TALKING
    with pytest.raises(WrongState):
        floor.handle(c.LeadDialled(call=CallId("h-2"), agent=MEI, lead=his))


def test_a_rule_switches_the_mode() -> None:
    floor = working(MEI, mode="predictive", mode_rules=[ModeRule(mode="preview", agents_below=2)])
    assert floor.center.dialer.campaigns[SPRING].mode == "preview"
    floor.ready(TOM, ANA)
    floor.settle()
    floor.pass_time(20)
    assert floor.center.dialer.campaigns[SPRING].mode == "predictive"


def test_a_new_day_begins_at_midnight_of_the_campaign_and_a_clock_set_back_brings_no_day_back() -> None:
    floor = working(MEI)
    run = floor.center.dialer.campaigns[SPRING]
    first = run.day
    floor.now += 86_400.0
    floor.handle(c.Tick())
    assert run.day > first
    assert run.today.answered == 0
    later = run.day
    floor.now -= 86_400.0
    floor.handle(ev.OutOfService(device=floor.center.agents[TOM].device))
    floor.handle(c.Tick())
    assert run.day == later


def test_decisions_are_kept_but_not_without_end() -> None:
    floor = working(MEI, TOM, ANA)
    for _ in range(20):
        floor.pass_time(1)
    kept = [record for record in floor.records if isinstance(record, PacingRecord)]
    assert 1 <= len(kept) <= 22
    assert len({record.number for record in kept}) == len(kept)
    assert sum(record.launched for record in kept) == len(floor.dials)
    assert all(record.why["zh"] and record.why["en"] for record in kept)


def test_the_row_of_the_board() -> None:
    floor = working(MEI, TOM)
    floor.pick_up(0)
    row = campaign_row(floor.center, floor.center.dialer.campaigns[SPRING], floor.now)
    assert (row.agents, row.agents_talking, row.agents_idle) == (2, 1, 1)
    assert (row.ringing, row.waiting, row.dialled_today) == (1, 0, 1002)
    assert row.abandon_ratio_today == 0.0
    assert row.left == 10


def test_a_killed_server_dials_nobody_twice_and_whoever_answered_gets_an_agent_or_the_message() -> None:
    floor = working(MEI, TOM, ANA)
    for _ in range(2):
        floor.answer(floor.customer(0))
    before = [dial[0] for dial in floor.dials]
    floor.restart()
    floor.settle()
    floor.pass_time(60)
    ids = [dial[0] for dial in floor.dials]
    assert len(ids) == len(set(ids))
    assert set(before) <= set(ids)
    for call in before:
        contact = floor.center.contacts.get(CallId(call))
        record = floor.last(call)
        assert record.result is not None or contact is not None
        if record.answered_at is not None:
            assert record.connected_at is not None or record.message_at is not None


def test_successes_that_the_store_counted_complete_the_campaign_and_fill_quotas() -> None:
    floor = working(MEI, goal=Goal(successes=5), quotas=[Quota(field="sex", value="f", most=2)])
    floor.handle(c.LeadsRead(campaign=SPRING, leads=(), left=8, successes=4, quotas=(("sex", "f", 2), ("sex", "m", 1))))
    run = floor.center.dialer.campaigns[SPRING]
    assert (run.successes, run.quotas["sex", "f"], run.record.state) == (4, 2, "running")
    floor.handle(c.LeadsRead(campaign=SPRING, leads=(lead(90, fields={"sex": "f"}),), successes=4))
    assert LeadId("spring-90") not in run.pool, "of them there are enough"
    floor.handle(c.LeadsRead(campaign=SPRING, leads=(), left=8, successes=3))
    assert run.successes == 4, "an answer that is older than what was heard since"
    floor.handle(c.LeadsRead(campaign=SPRING, leads=(), left=8, successes=5))
    assert floor.center.dialer.campaigns[SPRING].record.state == "completed"


@pytest.mark.parametrize("promised", [True, False])
def test_an_operator_may_have_somebody_in_hand_called_at_another_time(promised: bool) -> None:
    floor = working(MEI)
    run = floor.center.dialer.campaigns[SPRING]
    his = LeadId("spring-5")
    assert his in run.pool
    at = floor.now + 7_200.0
    asked = c.LeadAgain(
        campaign=SPRING,
        lead=his,
        at=at,
        what="promised" if promised else "opened",
        agent=TOM,
        note="late",
        why="by sue",
    )
    floor.handle(asked)
    assert his not in run.pool
    kept = floor.store[his]
    assert (kept.state, kept.next_at, kept.callback_at) == ("open", at, at if promised else None)
    assert (kept.callback_agent, kept.callback_note) == ((TOM, "late") if promised else (None, ""))
    with pytest.raises(WrongState):
        floor.handle(asked)
    with pytest.raises(WrongState):
        floor.handle(replace(asked, lead=LeadId("spring-0")))
