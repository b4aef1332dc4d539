"""The server is killed with campaign calls in flight: who is up reaches an agent or hears the message, nobody is
dialled twice, every attempt has a result."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.support.campaign_floor import SPRING, CampaignFloor, campaign, lead
from tests.support.house import MEI, TOM

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import announcements, views
from tandem.cti.app import floor_plan as c
from tandem.cti.app.center import Center
from tandem.cti.app.dialer.wording import prompts_of
from tandem.cti.app.history.input_codec import decode, encode
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.campaigns import CallerIds, CampaignRecord, MachineDetection
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import AgentId, CallId, CampaignId, ConnectionId
from tandem.cti.model.leads import CallerIdRest, CallerIdUse
from tandem.cti.model.records import AgentStateRecord, CallRecord
from tandem.cti.model.states import AgentState, ConnectionState, Outcome, Phase

CALL, THEIRS = CallId("spring-1.1"), ConnectionId("spring-1.1.0")


class Killed(CampaignFloor):
    def kill(self) -> None:
        """From now on nobody hears what the switch says."""
        self.news.clear()

    def answered_meanwhile(self, connection: ConnectionId, *, noted: bool = False) -> None:
        """``noted``: the switch knows since when."""
        leg = self.legs[connection]
        leg.state, leg.controlled = ConnectionState.CONNECTED, True
        leg.answered_at = self.now if noted else None

    def start(self, gap_s: float, *, store: bool = True) -> None:
        """Another server: with the store's newest rows, or with what the switch remembers alone."""
        self.news.clear()
        self.now += gap_s
        calls = {record.id: record for record in self.records if isinstance(record, CallRecord)}
        states = {record.agent: record for record in self.records if isinstance(record, AgentStateRecord)}
        wrapping = {state.call for state in states.values() if state.state == AgentState.WORKING_AFTER_CALL}
        kept = tuple(call for call in calls.values() if call.ended_at is None or call.id in wrapping)
        documents = [record.document for record in self.campaigns.values()]
        said = {prompt: prompt.text for prompt in prompts_of(documents) | announcements.prompts_of(self.house.plan)}
        self.center = Center(replace(self.house, sounds={**self.house.sounds, **said}))
        if store:
            self.handle(c.Restored(calls=kept, agent_states=states, callbacks=(), counts={}))
        self.handle(ev.SwitchFound(snapshot=self.snapshot(), restarted=False))
        for agent in self.center.agents:
            contact = self.center.contact_of(agent)
            leg = self.legs.get(contact.leg) if contact is not None and contact.leg is not None else None
            self.handle(c.SeatOpened(agent, on_call=leg is not None and leg.joined is not None))
        self.settle()

    def asked(self, kind: type) -> int:
        return sum(isinstance(request, kind) for request in self.requests)


def dialled(mode: str = "progressive", *agents: AgentId, **document: Any) -> Killed:
    floor = Killed()
    floor.auto_answer = False
    floor.add(lead(1))
    floor.ready(*(agents or (MEI,)))
    made = campaign(mode=mode, **document)
    floor.seasoned(made)
    floor.run(made)
    for _ in range(12):
        if floor.center.contacts:
            break
        floor.pass_time(1.0)
    assert floor.center.contacts
    return floor


def up() -> Killed:
    """A person waits; his agent's phone rings."""
    floor = dialled()
    floor.pick_up()
    assert floor.center.contacts[CALL].phase is Phase.RINGING
    return floor


def said(floor: Killed) -> int:
    return floor.asked(rq.Play)


@pytest.mark.parametrize("store", [True, False])
def test_whose_phone_rings_is_not_dialled_again(store: bool) -> None:
    floor = dialled()
    floor.kill()
    floor.start(3.0, store=store)
    contact = floor.center.contacts[CALL]
    assert (contact.phase, contact.mode, contact.dialled) == (Phase.DIALLING, "progressive", True)
    floor.answer(THEIRS)
    floor.settle()
    assert floor.center.contacts[CALL].phase in (Phase.QUEUED, Phase.RINGING)
    floor.pass_time(60.0)
    assert [dial[0] for dial in floor.dials].count(CALL) == 1


@pytest.mark.parametrize("store", [True, False])
def test_who_answered_meanwhile_hears_the_message_at_once(store: bool) -> None:
    floor = dialled()
    floor.kill()
    floor.answered_meanwhile(THEIRS)
    floor.start(5.0, store=store)
    contact = floor.center.contacts[CALL]
    assert contact.outcome is Outcome.NO_AGENT
    [play] = [request for request in floor.requests if isinstance(request, rq.Play)]
    assert play.prompts[0].startswith("您好，这里是spring" if store else "您好，这个电话是我们打给您的"), (
        "its own, or the house's"
    )
    if store:
        assert floor.last(CALL).result == "abandoned"
        assert floor.store[lead(1).id].abandoned_at is not None


@pytest.mark.parametrize("machines", [False, True])
@pytest.mark.parametrize(("gap_s", "in_time"), [(0.0, True), (0.5, True), (1.65, True), (1.75, False), (60.0, False)])
def test_who_answered_a_moment_ago_has_an_agent_who_is_free(gap_s: float, in_time: bool, machines: bool) -> None:
    floor = dialled(machine_detection=MachineDetection(use=machines))
    floor.auto_answer = True
    floor.kill()
    floor.answered_meanwhile(THEIRS, noted=True)
    floor.start(gap_s)
    contact = floor.center.contacts[CALL]
    assert said(floor) == (not in_time)
    if not in_time:
        assert contact.outcome is Outcome.NO_AGENT
        return
    assert contact.phase is Phase.TALKING
    assert (contact.agent, contact.missed) == (MEI, False)
    assert contact.waited_s == pytest.approx(gap_s)
    record = floor.last(CALL)
    assert record.connected_at == floor.now
    assert record.answered_at == pytest.approx(floor.now - gap_s)
    assert floor.center.dialer.campaigns[SPRING].today.answered == 1


@pytest.mark.parametrize("store", [True, False])
def test_who_answered_a_moment_ago_and_finds_nobody_hears_the_message_in_time(store: bool) -> None:
    """Her phone rings, or nobody knows that she is ready."""
    floor = dialled("progressive", MEI)
    floor.kill()
    floor.answered_meanwhile(THEIRS, noted=True)
    floor.start(0.5, store=store)
    assert said(floor) == 0
    floor.pass_time(1.3)
    assert said(floor) == 1, "within two seconds of his answer"
    assert floor.center.contacts[CALL].outcome is Outcome.NO_AGENT


@pytest.mark.parametrize(("gap_s", "abandoned"), [(0.5, False), (5.0, True)])
def test_who_waits_has_an_agent_or_the_message(gap_s: float, abandoned: bool) -> None:
    floor = up()
    leg = floor.center.contacts[CALL].leg
    assert leg is not None
    floor.kill()
    floor.start(gap_s)
    contact = floor.center.contacts[CALL]
    if abandoned:
        assert said(floor) == 1
        assert contact.outcome is Outcome.NO_AGENT
        assert floor.last(CALL).result == "abandoned"
        return
    assert contact.phase is Phase.RINGING
    assert views.seat(floor.center, MEI).call is not None
    floor.answer(leg)
    floor.settle()
    assert floor.center.contacts[CALL].phase is Phase.TALKING
    assert floor.last(CALL).connected_at is not None
    assert said(floor) == 0


def test_whose_agent_answered_meanwhile() -> None:
    floor = up()
    leg = floor.center.contacts[CALL].leg
    assert leg is not None
    floor.kill()
    floor.answered_meanwhile(leg)
    floor.start(0.5)
    assert floor.center.contacts[CALL].phase is Phase.TALKING


@pytest.mark.parametrize("store", [True, False])
def test_who_talks_goes_on(store: bool) -> None:
    floor = up()
    leg = floor.center.contacts[CALL].leg
    assert leg is not None
    floor.answer(leg)
    floor.settle()
    assert floor.center.contacts[CALL].phase is Phase.TALKING
    floor.kill()
    floor.start(30.0, store=store)
    contact = floor.center.contacts[CALL]
    assert (contact.phase, contact.agent, contact.connect_by) == (Phase.TALKING, MEI, None)
    assert floor.center.agents[MEI].state is AgentState.BUSY
    assert said(floor) == 0
    if store:
        floor.command(MEI, m.HangUp(id=1, call=CALL))
        assert floor.last(CALL).result == "talked"
        floor.command(MEI, m.WrapUp(id=2, call=CALL, disposition="done", notes="", next="ready"))
        assert floor.last(CALL).disposition == "done"


def test_who_is_gone_when_it_is_looked_has_a_result() -> None:
    floor = dialled()
    floor.kill()
    floor.legs.clear()
    floor.start(20.0)
    assert floor.last(CALL).result == "failed"
    floor.pass_time(20.0)
    assert [dial[0] for dial in floor.dials].count(CALL) == 1


def test_a_preview_that_nobody_had_dialled_is_taken_back() -> None:
    floor = dialled("preview")
    assert floor.center.contacts[CALL].phase is Phase.PREVIEW
    floor.kill()
    floor.start(5.0)
    contact = floor.center.contacts[CALL]
    assert (contact.phase, contact.dialled) == (Phase.ENDED, False)
    assert floor.center.contact_of(MEI) is None or floor.center.contact_of(MEI) is not contact
    assert floor.center.agents[MEI].call != CALL


def test_the_wrap_up_of_before_has_the_campaigns_time() -> None:
    floor = dialled()
    floor.run(campaign(wrap_up_s=15.0))
    floor.pick_up()
    leg = floor.center.contacts[CALL].leg
    assert leg is not None
    floor.answer(leg)
    floor.settle()
    floor.command(MEI, m.HangUp(id=1, call=CALL))
    before = views.seat(floor.center, MEI).wrap_up
    assert before is not None
    assert before.until - before.started_at == 15.0
    floor.kill()
    floor.start(2.0)
    wrap_up = views.seat(floor.center, MEI).wrap_up
    assert wrap_up is not None
    assert wrap_up.until - wrap_up.started_at == 15.0


def test_the_link_is_cut_for_a_moment() -> None:
    floor = dialled("progressive", MEI, TOM)
    floor.handle(ev.SwitchLost(gone=False, reason="cut"))
    floor.answered_meanwhile(THEIRS)
    floor.now += 0.4
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    floor.settle()
    assert floor.center.contacts[CALL].outcome is Outcome.NO_AGENT, "since when he waits nobody knows"


def test_the_link_is_cut_for_a_moment_in_which_he_answers() -> None:
    floor = dialled("progressive", MEI, TOM)
    floor.auto_answer = True
    floor.handle(ev.SwitchLost(gone=False, reason="cut"))
    floor.answered_meanwhile(THEIRS, noted=True)
    floor.now += 0.4
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    floor.settle()
    assert floor.center.contacts[CALL].phase is Phase.TALKING
    assert said(floor) == 0


def test_an_agent_who_is_on_the_line_for_him_has_him() -> None:
    floor = dialled("preview")
    floor.auto_answer = True
    card = floor.center.contact_of(MEI)
    assert card is not None
    floor.command(MEI, m.PreviewDial(id=1, call=card.id))
    theirs = floor.customer()
    floor.handle(ev.SwitchLost(gone=False, reason="cut"))
    floor.answered_meanwhile(theirs, noted=True)
    floor.now += 0.4
    floor.handle(ev.SwitchFound(snapshot=floor.snapshot(), restarted=False))
    floor.settle()
    assert floor.center.contacts[card.id].phase is Phase.TALKING
    assert not floor.center.contacts[card.id].missed


def test_the_switch_restarts() -> None:
    floor = up()
    floor.legs.clear()
    floor.handle(ev.SwitchLost(gone=True, reason="restart"))
    floor.settle()
    assert floor.last(CALL).result == "abandoned"
    assert floor.center.agents[MEI].call is None
    assert not floor.center.callbacks, "the campaign's plan says when he is called again"


def test_how_the_numbers_of_the_campaign_fared_is_known_after_a_restart() -> None:
    floor = Killed()
    made = campaign(caller_ids=CallerIds(numbers=["+862160000001", "+862160000002"], most_per_day=100))
    record = CampaignRecord(id=made.id, rev=1, state="paused", document=made, by="sam", at=floor.now)
    uses = (
        CallerIdUse(campaign=made.id, caller_id="+862160000001", calls=400, answered=40, today=100),
        CallerIdUse(campaign=made.id, caller_id="+862160000002", calls=400, answered=20, today=0),
        CallerIdUse(campaign=CampaignId("gone"), caller_id="+862160000001", calls=4, answered=4, today=4),
    )
    floor.handle(c.Restored(calls=(), agent_states={}, callbacks=(), counts={}, campaigns=(record,), caller_ids=uses))
    run = floor.center.dialer.campaigns[made.id]
    assert [row.answer_rate for row in run.caller_ids.rows(floor.now, run.day)] == [0.1, 0.05]
    assert run.caller_ids.choose("+862161234567", floor.now, run.day) == "+862160000002", "the other's day is full"


OURS, OTHER_OF_OURS = "+862160000001", "+862160000002"


def numbers_known(floor: Killed, *uses: CallerIdUse) -> None:
    """A campaign with two numbers begins, paused, with what the store says of them."""
    made = campaign(mode="progressive", caller_ids=CallerIds(numbers=[OURS, OTHER_OF_OURS], most_per_day=100))
    floor.campaigns[SPRING] = CampaignRecord(id=SPRING, rev=1, state="paused", document=made, by="sam", at=floor.now)
    known = floor.restored(c.Restored(calls=(), agent_states={}, callbacks=(), counts={}, caller_ids=uses))
    floor.handle(decode(encode(known)))  # as the journal of inputs has it


def test_a_number_that_rests_goes_on_resting_after_a_restart() -> None:
    floor = Killed()
    floor.auto_answer = False
    floor.add(lead(1))
    floor.ready(MEI)
    numbers_known(
        floor,
        CallerIdUse(campaign=SPRING, caller_id=OURS, calls=100, answered=30, today=100),
        CallerIdUse(campaign=SPRING, caller_id=OTHER_OF_OURS, calls=99, answered=10, today=5),
    )
    floor.set_state(SPRING, "running")
    floor.pass_time(12.0)
    assert floor.last(CALL).caller_id == OTHER_OF_OURS, "the other's day is full"
    floor.fail(-1, Cause.BUSY)
    [rest] = [record for record in floor.records if isinstance(record, CallerIdRest)]
    assert rest == CallerIdRest(
        campaign=SPRING,
        caller_id=OTHER_OF_OURS,
        at=floor.now,
        until=floor.now + 86_400.0,
        answer_rate=0.1,
        others_rate=0.3,
    )
    before = floor.center.dialer.campaigns[SPRING].caller_ids
    replayed = Center(floor.house)
    outputs = [output for now, input_ in floor.inputs for output in replayed.handle(input_, now=now)]
    assert [output.record for output in outputs if isinstance(output, c.Keep)] == floor.records

    floor.center = Center(floor.house)
    floor.now += 86_300.0
    numbers_known(
        floor,
        CallerIdUse(campaign=SPRING, caller_id=OURS, calls=100, answered=30, today=0),
        CallerIdUse(campaign=SPRING, caller_id=OTHER_OF_OURS, calls=0, answered=0, today=0, rest=rest),
    )
    run = floor.center.dialer.campaigns[SPRING]
    assert run.caller_ids.rows(floor.now, run.day) == before.rows(floor.now, run.day)
    assert run.caller_ids.rows(floor.now, run.day)[1].rests_until == rest.until
    for _ in range(5):
        assert run.caller_ids.choose("+862161234567", floor.now, run.day) == OURS
        run.caller_ids.dialled(OURS, run.day)
    assert run.caller_ids.choose("+862161234567", rest.until, run.day) == OTHER_OF_OURS, "rested"


def test_the_calls_before_a_rest_begin_no_other_one() -> None:
    floor = Killed()
    rest = CallerIdRest(
        campaign=SPRING, caller_id=OTHER_OF_OURS, at=1.0, until=floor.now, answer_rate=0.1, others_rate=0.3
    )
    numbers_known(
        floor,
        CallerIdUse(campaign=SPRING, caller_id=OURS, calls=100, answered=30, today=0),
        CallerIdUse(campaign=SPRING, caller_id=OTHER_OF_OURS, calls=0, answered=0, today=0, rest=rest),
    )
    pool = floor.center.dialer.campaigns[SPRING].caller_ids
    assert pool.ended(OTHER_OF_OURS, answered=False, now=floor.now) is None
