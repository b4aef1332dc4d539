"""A campaign dials a lead, and an agent talks with him."""

from __future__ import annotations

from tests.support.campaign_floor import SPRING, CampaignFloor, campaign, lead
from tests.support.house import ANA, MEI, TOM

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.model import requests as rq
from tandem.cti.model.ids import CallId
from tandem.cti.model.leads import AttemptRecord
from tandem.cti.model.states import AgentState, Phase


def test_a_progressive_campaign_dials_a_lead_and_joins_an_agent() -> None:
    floor = CampaignFloor()
    floor.ready(MEI)
    floor.add(lead(1))
    floor.seasoned(campaign())
    floor.run(campaign())
    assert [dial[:2] for dial in floor.dials] == [("spring-1.1", "+8613800000001")]
    call = floor.pick_up()
    contact = floor.center.contacts[call]
    assert contact.phase is Phase.TALKING
    assert contact.agent == MEI
    record = floor.last(call)
    assert record.connected_at is not None
    assert (record.agent, record.result) == (MEI, None)
    joins = [request for request in floor.requests if isinstance(request, rq.Join)]
    assert joins[-1].tone


def test_the_attempt_is_written_before_the_switch_is_asked() -> None:
    floor = CampaignFloor()
    floor.ready(MEI)
    floor.add(lead(1))
    floor.seasoned(campaign())
    floor.run(campaign())
    kinds = [
        "record" if isinstance(output, c.Keep) else "dial"
        for output in floor.outputs
        if (isinstance(output, c.Keep) and isinstance(output.record, AttemptRecord))
        or (isinstance(output, c.ToSwitch) and isinstance(output.request, rq.MakeConnection))
    ]
    assert kinds == ["record", "dial"]


def test_after_the_talk_the_disposition_decides_about_the_lead() -> None:
    floor = CampaignFloor()
    floor.ready(MEI)
    floor.add(lead(1))
    floor.seasoned(campaign())
    floor.run(campaign())
    call = floor.pick_up()
    floor.pass_time(30)
    floor.hang_up_caller(call)
    floor.settle()
    assert floor.center.agents[MEI].state is AgentState.WORKING_AFTER_CALL
    assert floor.last(call).result == "talked"
    assert floor.store[lead(1).id].state == "done"
    floor.command(MEI, m.WrapUp(id=1, call=call, disposition="done", notes=""))
    assert floor.store[lead(1).id].state == "success"
    assert floor.last(call).disposition == "done"
    assert floor.center.dialer.campaigns[SPRING].today.successes == 1


def test_one_line_per_free_agent_and_nothing_for_nobody() -> None:
    floor = CampaignFloor()
    floor.add(*(lead(number) for number in range(10)))
    floor.seasoned(campaign())
    floor.run(campaign())
    floor.pass_time(60)
    assert floor.dials == []
    assert floor.center.dialer.campaigns[SPRING].why_not["en"] == "no agent works for this campaign"
    floor.ready(MEI, TOM, ANA)
    floor.settle()
    assert len(floor.dials) == 3


def test_it_says_whether_agents_are_busy_or_not_there() -> None:
    floor = CampaignFloor()
    floor.ready(MEI)
    floor.add(*(lead(number) for number in range(10)))
    floor.seasoned(campaign())
    floor.run(campaign())
    floor.pick_up()
    floor.pass_time(5)
    run = floor.center.dialer.campaigns[SPRING]
    assert run.why_not["en"] == "every agent is busy"
    floor.handle(c.SeatClosed(MEI, page_gone=True))
    floor.hang_up_caller(CallId(floor.dials[0][0]))
    floor.settle()
    floor.pass_time(60)
    assert run.why_not["en"] == "no agent to be had: callers come first, or nobody is free"
