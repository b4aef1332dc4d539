"""A campaign's calls at the seat: the card, the phone that is answered by itself, what the agent may do, what is kept
and what is not counted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.support.campaign_floor import SERVICE, SPRING, CampaignFloor, campaign, lead, outbound_house
from tests.support.house import MEI, TOM

from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core.seat_views import CallView
from tandem.cti.app import floor_plan as c
from tandem.cti.app import views
from tandem.cti.app.campaign_card import filled_in, local_time
from tandem.cti.app.history.day_records import DayRecords
from tandem.cti.app.house import House
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import CtiError, WrongState
from tandem.cti.model.ids import AgentId, CallId, LeadId, WorkId
from tandem.cti.model.leads import DoNotCallEntry, LeadNumber
from tandem.cti.model.records import AgentStateRecord, CallRecord, ContactRecord, SegmentRecord
from tandem.cti.model.states import AgentState, Outcome, Phase

WORDS: dict[str, Any] = {
    "script": "Hello {name} of {city}, {nothing}",
    "dispositions": ["done", "sold"],
    "wrap_up_s": 15.0,
}


def house() -> House:
    return replace(outbound_house(), dispositions=frozenset({"done", "sold", "later"}))


def floor_with(
    mode: str = "progressive", *agents: AgentId, leads: int = 1, of: House | None = None, **document: Any
) -> CampaignFloor:
    floor = CampaignFloor(of or house())
    floor.auto_answer = False
    floor.add(*[lead(n, fields={"city": "北京"}, zone="Asia/Shanghai", language="en") for n in range(1, leads + 1)])
    floor.ready(*(agents or (MEI,)))
    made = campaign(mode=mode, **WORDS, **document)
    floor.seasoned(made)  # its budget bears an abandoned call: the person is dialled first
    floor.run(made)
    for _ in range(12):
        if floor.dials or any(contact.phase is Phase.PREVIEW for contact in floor.center.contacts.values()):
            break
        floor.pass_time(1.0)
    return floor


def seat(floor: CampaignFloor, agent: AgentId = MEI) -> m.Seat:
    return views.seat(floor.center, agent)


def call_of(floor: CampaignFloor, agent: AgentId = MEI) -> CallView:
    call = seat(floor, agent).call
    assert call is not None
    return call


def agent_answers(floor: CampaignFloor, agent: AgentId = MEI) -> None:
    contact = floor.center.contact_of(agent)
    assert contact is not None
    assert contact.leg is not None
    floor.answer(contact.leg)
    floor.settle()


def talking(mode: str = "progressive", **document: Any) -> tuple[CampaignFloor, CallId]:
    floor = floor_with(mode, **document)
    call = floor.pick_up()
    agent_answers(floor)
    assert floor.center.contacts[call].phase is Phase.TALKING
    return floor, call


def refused(floor: CampaignFloor, command: m.PageCommand, agent: AgentId = MEI) -> str:
    before = seat(floor, agent)
    with pytest.raises(CtiError) as error:
        floor.command(agent, command)
    assert seat(floor, agent) == before
    return str(error.value)


# ---- the person first ----


def test_the_pop_is_sent_with_the_ringing_and_the_phone_answers_by_itself() -> None:
    floor = floor_with()
    assert seat(floor).call is None, "nobody is there yet"
    floor.outputs.clear()
    floor.now += 5.0
    floor.pick_up()
    shown = floor.outputs.index(c.ShowSeat(MEI))
    rung = next(
        n
        for n, output in enumerate(floor.outputs)
        if isinstance(output, c.ToSwitch) and isinstance(output.request, rq.MakeConnection)
    )
    assert floor.outputs[rung].request.party is ev.Party.AGENT  # type: ignore[union-attr]
    assert shown >= 0
    view = call_of(floor)
    assert (view.phase, view.auto_answer) == ("ringing", True)
    card = view.campaign
    assert card is not None
    assert (card.campaign, card.name, card.mode, card.lead_name) == (SPRING, "spring", "progressive", "L1")
    assert card.script == "Hello L1 of 北京, {nothing}"
    assert (card.attempt, card.dispositions, card.number) == (1, ["done", "sold"], "+8613800000001")
    assert [(n.zone, n.local_time) for n in card.numbers] == [("Asia/Shanghai", local_time("Asia/Shanghai", floor.now))]
    agent_answers(floor)
    view = call_of(floor)
    assert (view.phase, view.auto_answer) == ("talking", False)
    join = [request for request in floor.requests if isinstance(request, rq.Join)]
    assert [request.tone for request in join] == [True]


def test_no_agent_in_time_and_the_message() -> None:
    floor = floor_with()
    call = floor.pick_up()
    floor.pass_time(2.0)
    contact = floor.center.contacts[call]
    assert contact.outcome is Outcome.NO_AGENT
    [said] = [request for request in floor.requests if isinstance(request, rq.Play)]
    assert said.prompts[0].startswith("c/")
    assert contact.ended, "he has heard it"
    assert floor.last(call).result == "abandoned"
    assert floor.center.agents[MEI].state is AgentState.NOT_READY, "his page should have answered"
    [row] = [record for record in floor.records if isinstance(record, ContactRecord)]
    assert (row.outcome, row.direction, row.agent) == (Outcome.NO_AGENT, "outbound", None)


def test_an_agent_of_whom_a_leg_is_left_is_not_rung() -> None:
    floor = floor_with()
    floor.pick_up()
    leg = floor.center.contacts[CallId("spring-1.1")].leg
    assert leg is not None
    floor.handle(c.SeatClosed(MEI, page_gone=True))
    assert MEI in floor.center.hanging
    floor.gone(leg)
    floor.settle()
    assert MEI not in floor.center.hanging


def test_talk_wrap_up_disposition() -> None:
    floor, call = talking()
    floor.pass_time(30.0)
    floor.command(MEI, m.HangUp(id=1, call=call))
    wrap_up = seat(floor).wrap_up
    assert wrap_up is not None
    assert wrap_up.until - wrap_up.started_at == 15.0, "the campaign's own"
    assert wrap_up.campaign is not None
    assert wrap_up.campaign.dispositions == ["done", "sold"]
    assert "campaign's dispositions" in refused(
        floor, m.WrapUp(id=2, call=call, disposition="later", notes="", next="ready")
    )
    assert "leaf" in refused(floor, m.WrapUp(id=2, call=call, disposition="nonsense", notes="", next="ready"))
    floor.command(MEI, m.WrapUp(id=3, call=call, disposition="sold", notes="two", next="ready"))
    assert floor.last(call).disposition == "sold"
    rows = [record for record in floor.records if isinstance(record, ContactRecord)]
    assert [(row.direction, row.disposition, row.outcome) for row in rows] == [
        ("outbound", None, Outcome.ANSWERED), ("outbound", "sold", Outcome.ANSWERED),
    ]  # fmt: skip
    assert floor.center.agents[MEI].state is AgentState.READY


def test_inbound_counts_are_not_touched() -> None:
    floor, call = talking()
    floor.pass_time(30.0)
    floor.command(MEI, m.HangUp(id=1, call=call))
    floor.command(MEI, m.WrapUp(id=3, call=call, disposition="done", notes="", next="ready"))
    abandons = floor_with()
    abandons.pick_up()
    [row] = [row for row in views.queue_rows(abandons.center) if row.id == SERVICE]
    assert (row.waiting, row.longest_wait_since) == (0, None), "nobody stands in line for two seconds"
    abandons.pass_time(3.0)
    for each in (floor, abandons):
        counts = each.center.counts[SERVICE]
        assert (counts.offered, counts.answered, counts.abandoned) == (0, 0, 0)
        assert each.center.window.service_level(now=each.now) is None
        assert not each.center.ledger.get(WorkId(call))
        assert each.center.handling[SERVICE].mean_s(180.0) == 180.0


def test_a_campaigns_call_is_no_arrival_in_its_queue() -> None:
    """What is counted after a restart, forecast and studied goes by ``queued_at`` of the call's row."""
    floor, call = talking()
    floor.pass_time(10.0)
    floor.command(MEI, m.Transfer(id=1, call=call, kind="queue", to="support"))
    rows = [record for record in floor.records if isinstance(record, CallRecord)]
    assert rows
    assert {row.queued_at for row in rows} == {None}


def test_studies_of_the_day_take_campaigns_for_breaks() -> None:
    floor, call = talking()
    began = floor.now
    floor.pass_time(30.0)
    floor.command(MEI, m.HangUp(id=1, call=call))
    floor.pass_time(10.0)
    floor.command(MEI, m.WrapUp(id=2, call=call, disposition="done", notes="", next="ready"))
    floor.pass_time(60.0)
    records = DayRecords()
    for record in floor.records:
        if isinstance(record, CallRecord | SegmentRecord | AgentStateRecord):
            records.add(record)
    day = records.day("today", 0.0, floor.now, source="journal", until=floor.now)
    assert day.arrivals == ()
    [shift] = [shift for shift in day.shifts if shift.agent == MEI]
    assert shift.breaks[-1] == (began, began + 40.0)


def test_the_board_shows_whom_an_agent_has() -> None:
    floor = floor_with()
    assert views.board(floor.center).calls == []
    call = floor.pick_up()
    assert [row.call for row in views.board(floor.center).calls] == [call]
    floor.pass_time(1.9)
    assert views.board(floor.center).calls == []
    assert call in views.board_changes(floor.center, [], [call]).gone_calls


def test_who_is_not_reached_is_in_no_history() -> None:
    floor = floor_with()
    floor.fail(-1, Cause.BUSY)
    assert not [record for record in floor.records if isinstance(record, ContactRecord)]
    assert floor.last("spring-1.1").result == "busy"


def test_a_person_sent_to_a_queue_waits_like_a_caller() -> None:
    floor, call = talking()
    floor.pass_time(10.0)
    floor.command(MEI, m.Transfer(id=1, call=call, kind="queue", to="support"))
    assert not floor.center.contacts[call].for_campaign
    assert floor.center.ledger.get(WorkId(call)) is not None
    [row] = [row for row in views.queue_rows(floor.center) if row.id == "support"]
    assert row.waiting == 1


def test_an_agent_who_is_lost_in_the_talk() -> None:
    made = house()
    agents = {**made.plan.agents, TOM: replace(made.plan.agents[TOM], outbound=False)}
    floor = floor_with("progressive", MEI, TOM, of=replace(made, plan=replace(made.plan, agents=agents)))
    call = floor.pick_up()
    agent_answers(floor)
    floor.pass_time(10.0)
    floor.handle(c.SeatClosed(MEI, page_gone=True))
    floor.settle()
    floor.pass_time(31.0)
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.for_campaign) == (Phase.QUEUED, True), "TOM serves callers alone"
    assert [row.call for row in views.board(floor.center).calls] == [call]
    floor.pass_time(31.0)
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.agent) == (Phase.OFFERED, TOM)
    assert not any(floor.center.waiting_in.values())
    assert floor.center.counts[SERVICE].offered == 0


# ---- preview ----


def test_a_preview_is_read_and_dialled() -> None:
    other = LeadNumber(number="+8613900000001", kind="home", zone="Asia/Shanghai", country="CN")
    floor = floor_with("preview", preview_s=20.0)
    view = call_of(floor)
    assert (view.phase, view.auto_answer) == ("preview", False)
    assert view.campaign is not None
    assert view.campaign.preview_until is not None
    assert floor.now < view.campaign.preview_until <= floor.now + 20.0
    assert not floor.dials
    assert "contact's numbers" in refused(floor, m.PreviewDial(id=1, call=view.id, number=other.number))
    assert refused(floor, m.HangUp(id=1, call=view.id))
    assert "nobody has answered" in refused(floor, m.MarkMachine(id=1, call=view.id))
    floor.command(MEI, m.PreviewDial(id=1, call=view.id))
    assert call_of(floor).auto_answer
    assert "already" in refused(floor, m.PreviewDial(id=1, call=view.id))
    assert "already" in refused(floor, m.PreviewSkip(id=1, call=view.id))
    agent_answers(floor)
    assert call_of(floor).phase == "dialling"
    assert len(floor.dials) == 1
    floor.pick_up()
    assert call_of(floor).phase == "talking"


def test_a_preview_dials_by_itself() -> None:
    floor = floor_with("preview", preview_s=20.0)
    floor.pass_time(21.0)
    assert call_of(floor).phase == "ringing"


def test_a_preview_is_skipped_and_the_next_one_comes() -> None:
    floor = floor_with("preview", leads=2)
    first = call_of(floor)
    floor.command(MEI, m.PreviewSkip(id=1, call=first.id, note="later"))
    assert floor.store[LeadId("spring-1")].next_at > floor.now
    floor.pass_time(2.0)
    second = call_of(floor)
    assert second.id != first.id
    assert not floor.dials


def test_a_number_that_may_not_be_dialled_says_why() -> None:
    floor = floor_with("preview")
    view = call_of(floor)
    floor.handle(c.CallsForbidden((_forbidden("+8613800000001"),)))
    card = call_of(floor).campaign
    assert card is not None
    assert card.numbers[0].refused.keys() == {"zh", "en"}
    refused(floor, m.PreviewDial(id=1, call=view.id))


def _forbidden(number: str) -> DoNotCallEntry:
    return DoNotCallEntry(
        id="d", rev=1, scope="global", number=number, person="", campaign=None, at=0.0, by="sue", source="operator"
    )


# ---- what agents say ----


def test_that_was_a_machine() -> None:
    floor, call = talking()
    floor.pass_time(4.0)
    floor.command(MEI, m.MarkMachine(id=1, call=call))
    contact = floor.center.contacts[call]
    assert (contact.phase, contact.outcome) == (Phase.ENDED, Outcome.MACHINE)
    assert floor.last(call).result == "machine"
    assert seat(floor).wrap_up is None
    assert floor.center.agents[MEI].state is AgentState.READY
    assert "no longer" in refused(floor, m.MarkMachine(id=2, call=call))


def test_do_not_call() -> None:
    floor, call = talking()
    floor.command(MEI, m.DoNotCall(id=1, call=call, scope="person"))
    assert [(entry.scope, entry.source, entry.by) for entry in floor.entries] == [("person", "agent", MEI)]
    assert floor.center.contacts[call].phase is Phase.TALKING, "he is still spoken to"
    read = floor_with("preview")
    view = call_of(read)
    read.command(MEI, m.DoNotCall(id=1, call=view.id, scope="global"))
    assert seat(read).call is None
    read.pass_time(60.0)
    assert not read.dials


def test_call_again() -> None:
    floor, call = talking()
    assert "moment to come" in refused(floor, m.CallAgain(id=1, call=call, at=floor.now - 1.0))
    floor.command(MEI, m.CallAgain(id=1, call=call, at=floor.now + 3600.0, personal=True, note="after lunch"))
    card = call_of(floor).campaign
    assert card is not None
    assert card.callback_note == "", "that is what the next call was promised"
    floor.command(MEI, m.HangUp(id=1, call=call))
    floor.command(MEI, m.WrapUp(id=3, call=call, disposition="done", notes="", next="ready"))
    promised = floor.store[LeadId("spring-1")]
    assert (promised.callback_agent, promised.callback_note) == (MEI, "after lunch")
    assert promised.state == "open"


def test_also_in_the_wrap_up() -> None:
    floor, call = talking()
    floor.command(MEI, m.HangUp(id=1, call=call))
    floor.command(MEI, m.DoNotCall(id=1, call=call, scope="global"))
    assert floor.entries
    assert "no longer" in refused(floor, m.MarkMachine(id=2, call=call))


def test_a_caller_may_ask_not_to_be_called_but_is_no_machine() -> None:
    floor = CampaignFloor(outbound_house(outbound=False))
    floor.ready(MEI)
    call = floor.call()
    floor.settle()
    agent = floor.to_agent(call)
    floor.settle()
    assert "we made" in refused(floor, m.MarkMachine(id=1, call=call), agent)
    assert "no campaign's" in refused(floor, m.PreviewDial(id=1, call=call), agent)
    assert "no campaign's" in refused(floor, m.CallAgain(id=1, call=call, at=floor.now + 60.0), agent)
    assert "looked up" in refused(floor, m.DialNumber(id=1, number="+8613800138000"), agent)
    floor.command(agent, m.DoNotCall(id=1, call=call))
    assert [entry.number for entry in floor.entries] == ["+8613800138000"]
    assert seat(floor, agent).call is not None
    assert call_of(floor, agent).campaign is None


# ---- by hand ----


def test_a_number_is_dialled_by_hand() -> None:
    floor = CampaignFloor(house())
    floor.auto_answer = False
    floor.ready(TOM)
    dialled = lead(7, campaign_id="", id=LeadId("by-hand-1"), list="")  # type: ignore[arg-type]
    floor.add(dialled)
    floor.handle(c.LeadDialled(call=CallId("hand-1"), agent=TOM, lead=dialled))
    floor.settle()
    view = call_of(floor, TOM)
    assert (view.phase, view.auto_answer) == ("ringing", True)
    assert view.campaign is not None
    assert (view.campaign.mode, view.campaign.name) == ("manual", "")
    with pytest.raises(WrongState):
        floor.handle(c.LeadDialled(call=CallId("hand-2"), agent=TOM, lead=dialled))
    agent_answers(floor, TOM)
    assert call_of(floor, TOM).phase == "dialling"
    floor.pick_up()
    floor.pass_time(5.0)
    floor.command(TOM, m.HangUp(id=1, call="hand-1"))
    wrap_up = seat(floor, TOM).wrap_up
    assert wrap_up is not None
    assert wrap_up.until - wrap_up.started_at == 60.0, "the house's"
    floor.command(TOM, m.WrapUp(id=2, call="hand-1", disposition="later", notes="", next="ready"))
    assert floor.center.counts[SERVICE].offered == 0


# ---- words ----


def test_the_script_knows_what_the_list_says() -> None:
    his = lead(1, fields={"city": "北京", "a b": "x"})
    assert filled_in("{name}: {city}, { a b }, {none}, {", his) == "L1: 北京, x, {none}, {"
    assert filled_in("{name}", None) == "{name}"


def test_local_times() -> None:
    at = 1_790_000_000.0
    assert local_time("Asia/Shanghai", at) == "22:13"
    assert local_time("America/New_York|America/Chicago", at) == "10:13, 09:13"
    assert local_time("Asia/Shanghai|Asia/Taipei", at) == "22:13"
    assert local_time("", at) == ""
    assert local_time("Mars/Olympus|../etc/passwd", at) == ""
