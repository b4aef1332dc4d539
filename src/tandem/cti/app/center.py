"""The center: every core put together. Inputs in, outputs out, in one total order; pure (no loop, clock, I/O).

``handle(input, now)`` takes one input to its end before the next: contacts, agents and the matcher can never disagree,
whatever the order in which events come, and the same inputs give the same outputs again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from typing import Any

from tandem.cti.app import (
    acd,
    callbacks,
    callers,
    effects,
    endings,
    flow_records,
    flow_shelf,
    flows,
    number_checks,
    overflow,
    recovery,
    rows,
    seats,
    tasks,
    timers,
)
from tandem.cti.app.callback_turns import Place
from tandem.cti.app.commands import commanded
from tandem.cti.app.dialer import agents as campaign_agents
from tandem.cti.app.dialer import launches, looks, outcome, pool
from tandem.cti.app.dialer.campaigns import apply as apply_campaigns
from tandem.cti.app.dialer.state import Dialer
from tandem.cti.app.floor_plan import (
    CallbackAltered,
    CallbackAsked,
    CallbackCancelled,
    CallsForbidden,
    CampaignsApplied,
    ClockSet,
    Closed,
    Closure,
    Commanded,
    CustomersFound,
    DipAnswered,
    DraftCalled,
    FlowsDeployed,
    ForbiddenFound,
    Healed,
    Input,
    Keep,
    LeadAgain,
    LeadDialled,
    LeadsRead,
    LeadsRemoved,
    LoggedOn,
    LoggedOut,
    LookUp,
    Output,
    PlanApplied,
    RecordingChanged,
    Reopened,
    Restored,
    SeatClosed,
    SeatOpened,
    ShowSeat,
    SpeechMade,
    TaskAsked,
    TaskCancelled,
    Tick,
    ToSwitch,
)
from tandem.cti.app.house import Caller, House, WrapUpState
from tandem.cti.core import beginnings, path
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact, changed
from tandem.cti.core.memory import recall
from tandem.cti.model import events as ev
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.ids import AgentId, CallId, CampaignId, ConnectionId, DeviceId, QueueId
from tandem.cti.model.records import (
    CallbackRecord,
    Record,
    TaskRecord,
)
from tandem.cti.model.requests import ClearConnection, SetFallbackMember, SwitchRequest
from tandem.cti.model.states import AgentState
from tandem.cti.model.timeline import Entry
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.acd import agent as ag
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.acd.blending import Share, Window
from tandem.routing.core.acd.expected_wait import Predictor
from tandem.routing.core.acd.handling import Handling
from tandem.routing.core.acd.ledger import Ledger
from tandem.routing.core.acd.matcher import Matcher
from tandem.routing.core.acd.service_level import QueueCounts
from tandem.routing.core.acd.work import Match
from tandem.routing.core.dialer.carriers import Carriers
from tandem.routing.core.dialer.gate import Gate

_REMEMBERED_CALLS = 20_000


class Center:
    """See the module. Read-only for others: ``contacts``, ``agents``, ``callers``, ``wrap_ups``, ``counts``."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.plan = house.plan
        self.names = {profile.login: profile.name for profile in house.agents.values()}
        self.contacts: dict[CallId, Contact] = {}
        self.callers: dict[CallId, Caller] = {}
        self.agents: dict[AgentId, Agent] = {
            profile.login: Agent(
                id=profile.login, device=profile.device, skills=acd.skills_of(house.plan, profile.login)
            )
            for profile in house.agents.values()
        }
        self.wrap_ups: dict[AgentId, WrapUpState] = {}
        self.callbacks: dict[str, CallbackRecord] = {}
        """Those that are neither done nor given up."""
        self.callbacks_of: dict[str, dict[str, None]] = {}
        """By number (E.164): which of them."""
        self.callback_looks: dict[str, float] = {}
        """When each of them is looked at next; timers from before that do not count."""
        self.callbacks_put_off: list[Place] = []
        """A heap: those that are to be looked at and have not had their turn."""
        self.callback_turn_at = float("-inf")
        """When the next turn of these is."""
        self.callbacks_in_turn = 0
        """How many more may be looked at in this one."""
        self.numbers_known: dict[str, None] = {}
        """What the store has against calling these the gate knows; bounded, the oldest first."""
        self.numbers_asked: dict[str, float] = {}
        """Asked of the store, and when."""
        self.numbers_awaited: dict[CallId, tuple[str, float, bool]] = {}
        """Callers who are to be promised a call to this number as soon as it is known, or at this moment; whether by a
        flow."""
        self.not_rung: dict[tuple[QueueId, str], tuple[float, float]] = {}
        """By queue and needs: when it was last too early to ring a customer, and his place."""
        self.ledger = Ledger()
        self.tasks: dict[str, TaskRecord] = {}
        """Those that are neither done nor cancelled."""
        self.desks: dict[AgentId, dict[str, None]] = {}
        """Tasks that are offered to an agent or in his hand."""
        self.task_reasons: dict[str, dict[str, str]] = {}
        self.resting: dict[AgentId, float] = {}
        """Who returned a task, and until when he is given no other."""
        self.gate = Gate(house.plan.calling, house.plan.hours)
        self.counts: dict[QueueId, QueueCounts] = {queue: QueueCounts() for queue in house.plan.queues}
        self.matcher = Matcher(acd.policy_of(house.plan))
        self.predictor = Predictor()
        self.handling: dict[QueueId, Handling] = {queue: Handling() for queue in house.plan.queues}
        self.waiting_in: Counter[QueueId] = Counter()
        """How many wait, by queue."""
        self.window = Window()
        """Inbound service level of the last minutes."""
        self.blending = Share()
        self.campaigns_may_hold = 0
        """Of the agents who take callers, too."""
        self.blended_at = float("-inf")
        """When that was looked at last."""
        self.blend_timer = False
        """It is looked at regularly."""
        self.dialer = Dialer(carriers=Carriers(house.carriers))
        self.hanging: dict[AgentId, tuple[CallId, frozenset[ConnectionId]]] = {}
        """Agents whose part in a call is over while their phones have these legs: not rung before they are gone."""
        self.held: dict[AgentId, CampaignId] = {}
        """Agents whom campaigns have: idle for them, in their calls, wrapping up."""
        self.closures: dict[QueueId | None, Closure] = {}
        self.on_shift: dict[AgentId, bool] = {}
        """Who is logged on, as the matcher was told."""
        self.flows = house.flows
        self.editions = flow_shelf.editions_of(house)
        """What is deployed, and what calls in progress began with."""
        self.drafts: set[CallId] = set()
        """Calls of authors who listen to their drafts: nothing of them is kept."""
        self.made: dict[Prompt, tuple[str, float]] = {}
        """Sounds of texts that were known only in a call, and since when; bounded, the newest is the last."""
        self.sounds: Mapping[Prompt, str] = house.sounds
        """Of the flows, the plans and the closures."""
        self.switch_up = False
        self.dirty_seats: set[AgentId] = set()
        self.dirty_calls: set[CallId] = set()
        self._by_device = {agent.device: agent.id for agent in self.agents.values()}
        self._agent_call: dict[AgentId, CallId] = {}
        self._fallback: dict[AgentId, bool] = {}
        self._timers: list[tuple[float, int, str, str]] = []
        self._timer_count = 0
        self._grace: dict[AgentId, float] = {}
        self._out: list[Output] = []
        self._forgotten: dict[CallId, None] = {}
        """Calls that were over long ago: news that is so late begins no new one. Bounded, oldest first."""
        self._unkept: dict[CallId, None] = {}
        """Contacts whose row is to be written at the end of this input; in order."""
        self.now = 0.0

    # ---- the one door ----

    def handle(self, input_: Input, *, now: float) -> list[Output]:
        """What is to be done after ``input_``. Raises CtiError for a refused command (nothing is changed then)."""
        self._out, self.now = [], now
        row = self._ROWS.get(type(input_))
        if row is not None:
            row(self, input_)
        else:
            self._switch_event(input_)
        if self.dialer.due or self.dialer.free:
            looks.after_input(self)
        # the call's row goes first: it carries the numbers of the lines that follow; a successor gives none twice
        kept = [
            Keep(rows.call_row(self.contacts[call]))
            for call in self._unkept
            if call in self.contacts and call not in self.drafts
        ]
        self._unkept.clear()
        return [*kept, *self._out]

    def wake_at(self) -> float | None:
        """When the next Tick is due."""
        timer = self._timers[0][0] if self._timers else None
        step = self.matcher.wake_at()
        return timer if step is None else step if timer is None else min(timer, step)

    # ---- contacts ----

    def _switch_event(self, event: Any) -> None:
        contact = self.contacts.get(event.call)
        if contact is None:
            if isinstance(event, ev.RouteRequested) and (not event.party.is_served or event.call in self._forgotten):
                # a leg of a contact that we no longer know: nobody will ever join it
                self.ask(ClearConnection(call=event.call, connection=event.connection))
                return
            if event.call in self._forgotten or not isinstance(event, ev.Originated | ev.RouteRequested):
                return
            if isinstance(event, ev.RouteRequested):
                recovery.came_back(self, event)
                return
            contact = self.begin(event)
        self.step(contact, event)

    def begin(self, event: ev.Originated | ev.RouteRequested) -> Contact:
        number = self.house.normalise(beginnings.number_of(event))
        contact = beginnings.begin(event, ani_e164=number, now=self.now)
        if isinstance(event, ev.RouteRequested):
            contact = recall(event.memory, contact)
        if contact.draft:
            self.drafts.add(contact.id)
        elif not contact.flow_edition:
            name, text = flow_shelf.for_call(self, contact.id, event.called)
            if text is not None:
                contact = changed(contact, flow=name, flow_version=text.version, flow_edition=text.edition)
        self.contacts[contact.id] = contact
        self.callers[contact.id] = Caller(looked_up=not number)
        if number:
            self._out.append(LookUp(contact.id, number))
        return contact

    def step(self, contact: Contact, event: Any) -> None:
        outcome = path.step(contact, event, now=self.now, rules=self.house.rules)
        after = outcome.contact
        if after is contact:
            return
        self.contacts[after.id] = after
        self.track_agent(contact, after)
        if after.mode:
            campaign_agents.count_in_air(self, after)
        if outcome.wake_at is not None and outcome.wake_at != contact.wake_at:
            self.wake(outcome.wake_at, "call", after.id)
        self.dirty_calls.add(after.id)
        number, segment = contact.events, contact.segments
        told = contact.phase is not after.phase or contact.customer != after.customer
        keep = bool(outcome.effects) or told
        for effect in outcome.effects:
            if isinstance(effect, ct.Note):
                self.keep(rows.event_row(after.id, number, effect, at=self.now))
                number += 1
            elif isinstance(effect, ct.Stretch):
                self.keep(rows.segment_row(after.id, segment, effect, at=self.now))
                segment += 1
        callbacks.keep_place(self, contact, after)
        if after.ended and not contact.ended:
            endings.over(self, contact, after)
        answered = contact.answered_at is None and after.answered_at is not None
        if answered:
            endings.wait_over(self, after, answered=True)
        if after.flow_state:
            flow_records.left(self, contact, after)
        for effect in outcome.effects:
            effects.carry_out(self, after.id, effect)
        if self.hanging:
            effects.hung_up(self, after)
        if keep:
            self._unkept[after.id] = None
        if after.agent is not None:
            self.dirty_seats.add(after.agent)
            self._out.append(ShowSeat(after.agent))

    def track_agent(self, before: Contact, after: Contact) -> None:
        """Keep ``_agent_call`` true. A contact that is over still gets late news: it must not touch who is next."""
        for agent in dict.fromkeys((before.agent, after.agent)):
            if agent is None:
                continue
            if agent == after.agent and not after.ended:
                self._agent_call[agent] = after.id
            elif self._agent_call.get(agent) == after.id:
                del self._agent_call[agent]
                self._out.append(ShowSeat(agent))

    # ---- work and agents (see acd.py, overflow.py) ----

    def agent_step(self, agent: Agent, event: ag.AgentEvent) -> None:
        before = agent
        agent = ag.step(before, event, now=self.now)
        if agent == before:
            return
        self.agents[agent.id] = agent
        self.dirty_seats.add(agent.id)
        self._out.append(ShowSeat(agent.id))
        if agent.number != before.number or agent.pending != before.pending:
            self.keep(rows.agent_row(agent))
        self.sync_agent(agent)

    def sync_agent(self, agent: Agent) -> None:
        """Tell the matcher and the switch's fallback queue whether this agent can take a call; watch his grace."""
        # also while he talks or wraps up: should the server die then, he is to be rung when he has hung up; the
        # switch rings no phone that is in use
        at_work = agent.state in (AgentState.READY, AgentState.BUSY, AgentState.WORKING_AFTER_CALL)
        fallback = at_work and agent.pending is not AgentState.NOT_READY and agent.phone_ok
        if self._fallback.get(agent.id) is not fallback:
            self._fallback[agent.id] = fallback
            self.ask(SetFallbackMember(device=agent.device, ready=fallback))
        if agent.state is AgentState.READY and not agent.reachable:
            if agent.id not in self._grace:
                self._grace[agent.id] = self.now + self.house.limits.grace_s
                self.wake(self._grace[agent.id], "grace", agent.id)
        else:
            self._grace.pop(agent.id, None)
        acd.sync_agent(self, agent)

    # ---- seats (see seats.py) ----

    def contact_of(self, agent: AgentId) -> Contact | None:
        """The contact at this agent's seat, if any."""
        call = self._agent_call.get(agent)
        return None if call is None else self.contacts.get(call)

    def agent(self, agent: AgentId) -> Agent:
        found = self.agents.get(agent)
        if found is None:
            raise ResourceMissing.because("no_agent", agent=agent)
        return found

    def agent_at(self, device: DeviceId) -> AgentId | None:
        return self._by_device.get(device)

    # ---- time ----

    def wake(self, at: float, kind: str, key: str) -> None:
        self._timer_count += 1
        heappush(self._timers, (at, self._timer_count, kind, key))

    def due(self) -> tuple[str, str] | None:
        """Take the next timer that is due: what it is of, and whose."""
        if not self._timers or self._timers[0][0] > self.now:
            return None
        _, _, kind, key = heappop(self._timers)
        return kind, key

    def grace_over(self, agent: AgentId) -> None:
        if self._grace.get(agent, self.now + 1.0) <= self.now:
            self.agent_step(self.agents[agent], ag.GraceOver())

    def forget(self, call: CallId) -> None:
        """A contact that is over, and at nobody's seat any more."""
        contact = self.contacts.get(call)
        if contact is None or not contact.ended:
            return
        if any(wrap_up.contact.id == call for wrap_up in self.wrap_ups.values()):
            self.wake(self.now + self.house.limits.keep_ended_s, "forget", call)
            return
        effects.hung_up(self, changed(contact, legs={}))
        del self.contacts[call]
        self.callers.pop(call, None)
        self.drafts.discard(call)
        self.remember_ended((call,))

    # ---- keeping, putting out ----

    def remember_ended(self, calls: Iterable[CallId]) -> None:
        for call in calls:
            self._forgotten[call] = None
        while len(self._forgotten) > _REMEMBERED_CALLS:
            del self._forgotten[next(iter(self._forgotten))]

    def was_here(self, call: CallId) -> bool:
        """It is over for so long that it is not among the contacts any more."""
        return call in self._forgotten

    @property
    def campaigns(self) -> dict[CampaignId, CampaignRecord]:
        """All that are no drafts, as they are now."""
        return {campaign: run.record for campaign, run in self.dialer.campaigns.items()}

    def put(self, output: Output) -> None:
        self._out.append(output)

    def change(self, call: CallId, **changes: Any) -> None:
        """Fields of a contact that no event of its machine changes."""
        contact = self.contacts.get(call)
        if contact is not None:
            self.contacts[call] = changed(contact, **changes, rev=contact.rev + 1)
            self._unkept[call] = None

    def ask(self, request: SwitchRequest) -> None:
        self._out.append(ToSwitch(request))

    def take(self, matches: Iterable[Match]) -> None:
        acd.take(self, matches)

    def keep(self, record: Record) -> None:
        if not self.drafts or getattr(record, "call", None) not in self.drafts:
            self._out.append(Keep(record))

    def note(self, call: CallId, entry: Entry, **data: Any) -> None:
        """A line of the timeline that is not the contact machine's own."""
        contact = self.contacts.get(call)
        if contact is None:
            return
        note = ct.Note(entry=entry, data=data)
        self.keep(rows.event_row(call, contact.events, note, at=self.now))
        self.change(call, events=contact.events + 1)

    def reset_fallback(self) -> None:
        """The switch may have forgotten who is in its fallback queue: it is told again."""
        self._fallback.clear()

    _ROWS: Mapping[type, Any] = {
        LoggedOn: seats.logged_on,
        LoggedOut: seats.logged_out,
        SeatOpened: seats.opened,
        SeatClosed: seats.closed,
        Commanded: commanded,
        CustomersFound: callers.found,
        RecordingChanged: callers.recording,
        Restored: recovery.restore,
        Healed: recovery.healed,
        PlanApplied: acd.apply_plan,
        Closed: overflow.close,
        Reopened: overflow.reopen,
        CampaignsApplied: apply_campaigns,
        LeadsRead: pool.read,
        LeadsRemoved: pool.removed,
        CallsForbidden: pool.forbidden,
        ForbiddenFound: number_checks.found,
        LeadDialled: launches.by_hand,
        LeadAgain: outcome.again,
        CallbackAsked: callbacks.create,
        CallbackAltered: callbacks.alter,
        CallbackCancelled: callbacks.cancel,
        TaskAsked: tasks.create,
        TaskCancelled: tasks.cancel,
        FlowsDeployed: flow_shelf.deploy,
        DraftCalled: flow_shelf.call_draft,
        DipAnswered: flows.dip_answered,
        SpeechMade: flows.speech_made,
        ClockSet: timers.clock_set,
        Tick: timers.tick,
        ev.BackInService: seats.phone,
        ev.OutOfService: seats.phone,
        ev.SwitchLost: recovery.switch_lost,
        ev.SwitchFound: recovery.switch_found,
    }
