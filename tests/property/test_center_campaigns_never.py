"""What campaigns must never do, in the whole center, whatever agents, callees, operators and the network do (``check``,
``at_rest``). Killed servers, lost, doubled and late news, slow stores and clocks that jump are included.

An ordinary run has the same few dozen histories each time; TANDEM_HISTORIES says how many others to look for.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.test_center_never import AGENTS, legs_are_joined_once, take
from tests.support.campaign_floor import AUTUMN, LIST, SPRING, CampaignFloor, campaign, lead, outbound_house
from tests.support.house import ANA, MEI, TOM

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app.center import Center
from tandem.cti.app.dialer import agents
from tandem.cti.app.history.center_state import HouseCode, freeze, thaw
from tandem.cti.app.history.input_codec import NO_OUTPUTS_YET, chain
from tandem.cti.app.house import House
from tandem.cti.model import events as ev
from tandem.cti.model.campaigns import MODES, CallerIds, Campaign, MachineDetection
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import CtiError
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import CallId, CampaignId, ListId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.model.states import AgentState, ConnectionState, Phase
from tandem.routing.core.plan import ShiftPlan

HISTORIES = int(os.environ.get("TANDEM_HISTORIES", "60"))
CAMPAIGNS = (SPRING, AUTUMN)

WORDS = [
    "settle", "settle", "settle", "next", "next", "any", "again", "lose", "ready", "ready", "ready", "not_ready",
    "hang_up", "page_gone", "page_back", "phone_out", "phone_back", "dispose", "dispose", "dispose", "time",
    "time", "time", "long_time", "link_cut", "switch_restart", "heal", "kill", "kill", "call", "paint", "answer",
    "reject", "caller_gone", "leg_gone", "transfer_agent", "transfer_queue",
    "picks_up", "picks_up", "picks_up", "picks_up", "does_not", "does_not", "hangs_up", "heard",
    "run", "run", "pause", "drain", "stop", "mode", "leads", "leads", "slow", "reads", "remove", "forbid",
    "preview_dial", "preview_skip", "machine", "do_not_call", "call_again", "by_hand", "no_lines", "lines",
    "delete", "jump",
]  # fmt: skip
STEP = st.tuples(st.sampled_from(WORDS), st.integers(0, 11))


def documents(number: int) -> Campaign:
    id_ = CAMPAIGNS[number % 2]
    return campaign(
        id_,
        mode=MODES[number % len(MODES)],
        flow="main",
        priority=number // 2 % 2,
        preview_s=5.0 if number % 3 else None,
        ratio=2.0,
        caller_ids=CallerIds(numbers=["+861095588", "+862195588"] if number % 2 else []),
        machine_detection=MachineDetection(use=number % 4 == 1, on_machine=("hang_up", "message", "agent")[number % 3]),
    )


class Watched(CampaignFloor):
    """Every dial is held against the rules at the moment when the switch is asked for it."""

    deleted: set[CampaignId]

    def _dial(self, request: object) -> None:
        super()._dial(request)
        attempt, number, at = self.dials[-1]
        assert [dial[0] for dial in self.dials].count(attempt) == 1, f"{attempt} is dialled twice"
        rows = self.attempts.get(attempt)
        record = rows[-1] if rows else None
        if record is None:
            assert attempt.startswith("hand-"), "dialled before it was written"
            return
        assert record.ended_at is None, "dialled when it was over"
        assert record.number == number
        person = self.store[record.lead]
        forbidden = {entry.number for entry in self.entries if not entry.lifted}
        assert number not in forbidden, f"{number} does not want to be called"
        assert person.state != "removed", "his list was taken back"
        of = self.center.dialer.campaigns.get(record.campaign)
        if of is None:
            assert record.mode == "manual", "dialled for a campaign that is gone"
            return
        by_hand = record.mode in ("manual", "preview") or person.callback_at is not None
        assert of.record.state == "running" or (of.record.state == "draining" and by_hand), of.record.state
        before = [
            row[-1] for row in self.attempts.values() if row[-1].person == record.person and row[-1].id != attempt
        ]
        gap_s = of.campaign.attempts.gap_s
        if not by_hand:
            before = [each for each in before if each.result not in ("congestion", "withdrawn") and each.at <= at]
            assert all((each.ended_at or at) + gap_s <= at for each in before), "too soon"
        resting = person.abandoned_at is not None and at < person.abandoned_at + of.rules.abandoned_rest_s
        if resting or record.reserved:
            assert record.reserved, "he was abandoned, and no agent is reserved for him"
            contact = self.center.contacts[CallId(attempt)]
            aside = CallId(attempt) in self.center.dialer.aside.values()
            assert aside or contact.agent is not None, "reserved, but for nobody"


def act(floor: Watched, what: str, number: int, calls: list[str]) -> None:
    agent = AGENTS[number % 3]
    contact = floor.center.contact_of(agent)
    id_ = CAMPAIGNS[number % 2]
    customers = [key for key, leg in floor.legs.items() if leg.party is ev.Party.CUSTOMER]
    ringing = [key for key in customers if floor.legs[key].state is ConnectionState.ALERTING]
    match what:
        case "picks_up" if ringing:
            floor.answer(ringing[number % len(ringing)])
        case "does_not" if ringing:
            leg = ringing[number % len(ringing)]
            causes = (Cause.BUSY, Cause.NO_ANSWER, Cause.INVALID_NUMBER, Cause.CONGESTION, Cause.REJECTED)
            gone = floor.legs.pop(leg)
            floor.news.append(ev.Failed(call=gone.call, connection=leg, cause=causes[number % len(causes)]))
        case "hangs_up" if customers:
            floor.gone(customers[number % len(customers)])
        case "heard":
            screened = [each for each in floor.center.contacts.values() if each.phase is Phase.SCREENING]
            for heard in screened:
                verdict = ("human", "machine", "unsure")[number % 3]
                floor.news.append(
                    ev.MachineDetected(call=heard.id, connection=heard.caller, token=heard.token, verdict=verdict)
                )
        case "run":
            floor.run(documents(number))
        case "pause" | "drain" | "stop" if id_ in floor.campaigns:
            states = {"pause": "paused", "drain": "draining", "stop": "stopped"}
            floor.set_state(id_, states[what])  # type: ignore[arg-type]
        case "mode" if id_ in floor.campaigns:
            floor.run(documents(number))
        case "delete" if id_ in floor.campaigns and number > 9:
            del floor.campaigns[id_]
            floor.deleted.add(id_)
            floor.apply()
        case "leads":
            first = len(floor.store)
            floor.add(*(lead(first + each, id_, list=ListId(f"l-{number % 2}")) for each in range(number)))
        case "slow":
            floor.slow = not floor.slow
        case "reads":
            floor.answer_reads()
        case "remove" if number > 8:
            list_ = (ListId("l-0"), ListId("l-1"), LIST)[number % 3]
            for each in [each for each in floor.store.values() if each.list == list_]:
                floor.add(lead(each.position, each.campaign, **_kept(each), state="removed"))
            floor.handle(c.LeadsRemoved(list_))
        case "forbid":
            entry = DoNotCallEntry(
                id=f"e{len(floor.entries)}",
                rev=1,
                scope="global",
                number=f"+86138{number:08}",
                person="",
                campaign=None,
                at=floor.now,
                by="sam",
                source="operator",
            )
            floor.entries.append(entry)
            floor.handle(c.CallsForbidden((entry,)))
        case "preview_dial" if contact is not None:
            floor.handle(c.Commanded(agent, m.PreviewDial(id=1, call=contact.id)))
        case "preview_skip" if contact is not None:
            floor.handle(c.Commanded(agent, m.PreviewSkip(id=1, call=contact.id)))
        case "machine" if contact is not None:
            floor.handle(c.Commanded(agent, m.MarkMachine(id=1, call=contact.id)))
        case "do_not_call" if contact is not None:
            floor.handle(c.Commanded(agent, m.DoNotCall(id=1, call=contact.id)))
        case "call_again" if contact is not None:
            at = floor.now + 20.0 * (number + 1)
            floor.handle(c.Commanded(agent, m.CallAgain(id=1, call=contact.id, at=at, personal=number % 2 == 0)))
        case "by_hand":
            number_of = len(floor.dials)
            open_ = [each for each in floor.store.values() if each.state == "open"]
            if number % 2 and open_:
                chosen = floor.with_history(open_[number % len(open_)])
                call = CallId(f"{chosen.id}.{chosen.attempts + 1}")
            else:
                chosen = lead(900 + number, CampaignId(""), id="", person="")
                call = CallId(f"hand-{number_of}-{number}-{len(floor.inputs)}")
            floor.handle(c.LeadDialled(call=call, agent=agent, lead=chosen))
        case "no_lines" | "lines":
            floor.refuse_dials = "network_congestion" if what == "no_lines" else ""
        case "jump":
            floor.now += (100.0, -3.0, 86_400.0)[number % 3]
            floor.handle(c.Tick())
        case "kill":
            floor.restart()
        case "time":
            floor.pass_time(number / 3)
        case _:
            take(floor, what, number, calls)


def _kept(each: object) -> dict[str, object]:
    names = ("id", "rev", "list", "person", "numbers", "attempts", "results", "next_at")
    return {name: getattr(each, name) for name in names}


def check(floor: CampaignFloor) -> None:
    center = floor.center
    held = Counter(contact.agent for contact in center.contacts.values() if contact.agent and not contact.ended)
    assert all(count == 1 for count in held.values()), f"an agent has two calls: {held}"
    late = (center.wake_at() or float("inf")) <= floor.now
    for contact in center.contacts.values():
        if contact.ended:
            continue
        if contact.agent is not None:
            assert center.agents[contact.agent].call == contact.id, "contact and agent disagree"
        if contact.connect_by is not None and not late and center.switch_up:
            assert contact.connect_by >= floor.now - 1e-6, "somebody is held without an agent and without a message"
    for run in center.dialer.campaigns.values():
        assert len(run.pool) <= 500
        assert all(call in center.dialer.attempts for call in run.attempts), "a call that nobody knows"
    for agent_id, campaign_id in center.held.items():
        assert campaign_id in center.dialer.campaigns, "held for a campaign that is gone"
        agent = center.agents[agent_id]
        assert agent.state not in (AgentState.LOGGED_OFF, AgentState.NOT_READY), "held, and not at work"
    for run in center.dialer.campaigns.values():
        assert set(run.in_air) == {
            contact.id
            for contact in center.contacts.values()
            if contact.campaign == run.record.id
            and contact.mode in agents.WITH_AGENTS
            and contact.first == "customer"
            and contact.agent is None
            and contact.phase in (Phase.DIALLING, Phase.SCREENING, Phase.QUEUED)
            and contact.id in center.dialer.attempts
            and center.dialer.attempts[contact.id].aside is None
        }, "not those who may need an agent"
    for agent_id, campaign_id in center.dialer.claimed.items():
        assert center.held[agent_id] != campaign_id, "claimed by who has him"
        assert agent_id in center.dialer.campaigns[center.held[agent_id]].leaving, "claimed, and counted on"
        assert campaign_id in center.dialer.campaigns, "claimed by who is gone"
    if not late and floor.now >= max(now for now, _ in floor.inputs):  # the clock has not gone back
        for agent_id in center.held:
            run = center.dialer.campaigns[center.held[agent_id]]
            expected = center.dialer.roster.leaves_at(agent_id, center.now)
            if center.agents[agent_id].pending is not AgentState.NOT_READY and agent_id not in center.dialer.claimed:
                assert run.leaving.get(agent_id) == expected, "his shift was not told, or told too late"
            assert run.pacer.stays(agent_id, center.now) or agent_id in run.leaving
    for agent_id, call in center.dialer.aside.items():
        assert center.dialer.attempts[call].aside == agent_id
        assert agent_id in center.held, "set aside, and no campaign has him"
        assert agent_id not in center.matcher.available_agents, "set aside, and to be had for others"
        assert center.agents[agent_id].call is None
        assert center.contacts[call].phase in (Phase.DIALLING, Phase.SCREENING), "set aside for who is served"
    for contact in center.contacts.values():
        if contact.agent is not None and not contact.mode and not contact.callback and contact.phase is Phase.OFFERED:
            assert center.plan.agents[contact.agent].outbound != "only" or contact.target, "a caller for who gets none"


def at_rest(floor: Watched) -> None:
    """Nobody picks up any more, everybody hangs up, all news is delivered: every attempt has its result, and the counts
    are those of the records."""
    floor.slow = False
    floor.answer_reads()
    for id_ in list(floor.campaigns):
        if floor.campaigns[id_].state in ("running", "paused"):
            floor.set_state(id_, "stopped")
    for _ in range(4):
        for key in [key for key, leg in floor.legs.items() if leg.party.is_served]:
            floor.gone(key)
        floor.settle()
        floor.handle(c.Healed(floor.snapshot(), asked_at=floor.now + 1))
        floor.settle()
        floor.pass_time(60)
    assert all(contact.ended for contact in floor.center.contacts.values()), "a call is left over"
    assert not floor.center.dialer.attempts, "an attempt is left over"
    for attempt, rows in floor.attempts.items():
        assert rows[-1].result is not None, f"{attempt} has no result"
        assert rows[-1].ended_at is not None
    dialled = {dial[0] for dial in floor.dials}
    assert dialled >= set(floor.attempts), "an attempt was written and never asked of the switch"
    lost = [each for each in floor.store.values() if each.state == "in_hand" and each.id not in _in_hand(floor)]
    assert all(each.campaign not in floor.campaigns for each in lost), "in hand, and nobody knows of it"
    by_record = Counter[tuple[str, str]]()
    for rows in floor.attempts.values():
        row = rows[-1]
        by_record[row.campaign, "dialled"] += 1
        by_record[row.campaign, "answered"] += row.result in ("talked", "abandoned", "served", "hung_up")
        by_record[row.campaign, "abandoned"] += row.result == "abandoned"
        by_record[row.campaign, "machines"] += row.result in ("machine", "message_left")
        by_record[row.campaign, "talked"] += row.result == "talked"
    for campaign_id, run in floor.center.dialer.campaigns.items():
        if campaign_id in floor.deleted:
            continue  # it is another one of the same name
        for name in ("dialled", "answered", "abandoned", "machines", "talked"):
            counted = sum(getattr(day, name) for day in run.days.values())
            assert counted == by_record[campaign_id, name], f"{campaign_id} {name}: {counted} counted, not as kept"


def _in_hand(floor: CampaignFloor) -> set[str]:
    return {lead_id for run in floor.center.dialer.campaigns.values() for lead_id in run.pool}


def house_with_shifts(outbound: object) -> House:
    """Stretches of five minutes with breaks of seven from 13:36 on (UTC), for two of the three agents."""
    house = outbound_house(outbound, lines=6, per_s=20.0)
    spans = tuple((minute, minute + 5) for minute in range(816, 1400, 12))
    shift = ShiftPlan(hours=WeeklyHours(days=dict.fromkeys(range(7), spans), timezone="UTC"))
    agents = {login: replace(agent, shift="" if login == ANA else "five") for login, agent in house.plan.agents.items()}
    return replace(house, plan=replace(house.plan, agents=agents, shifts={"five": shift}))


def play(steps: list[tuple[str, int]], outbound: object) -> Watched:
    floor = Watched(house_with_shifts(outbound))
    floor.auto_answer = True
    floor.deleted = set()
    floor.ready(MEI, TOM, ANA)
    floor.add(*(lead(number, CAMPAIGNS[number % 2], list=ListId(f"l-{number % 2}")) for number in range(8)))
    floor.run(documents(2), documents(3))
    calls: list[str] = []
    for what, number in steps:
        with contextlib.suppress(CtiError):
            act(floor, what, number, calls)
        check(floor)
        legs_are_joined_once(floor)
    return floor


@settings(max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=80), st.sampled_from(["only", True]))
def test_never(steps: list[tuple[str, int]], outbound: object) -> None:
    floor = play(steps, outbound)
    at_rest(floor)
    check(floor)


@settings(max_examples=max(5, HISTORIES // 6), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=50), st.integers(0, 100))
def test_the_same_inputs_give_the_same_again_also_from_a_checkpoint(steps: list[tuple[str, int]], frozen: int) -> None:
    floor = play([step for step in steps if step[0] != "kill"], "only")
    chains = []
    for freeze_at in (None, frozen % max(1, len(floor.inputs))):
        center, came = Center(floor.house), NO_OUTPUTS_YET
        for number, (now, input_) in enumerate(floor.inputs):
            if number == freeze_at:
                center = thaw(freeze(center), HouseCode.of(floor.house))
            try:
                outputs = center.handle(input_, now=now)
            except CtiError as error:
                came = chain(came, error)
            else:
                came = chain(came, outputs)
        chains.append(came)
    assert chains[0] == chains[1]
