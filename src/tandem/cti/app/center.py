"""The center: every core put together. Inputs in, outputs out, in one total order; pure (no loop, clock, I/O).

``handle(input, now)`` takes one input to its end before the next: contacts, agents and the matcher can never disagree,
whatever the order in which events come, and the same inputs give the same outputs again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Any

import msgspec

from tandem.agent_desktop.core import messages as m
from tandem.cti.app.recovery import adopt, restore
from tandem.cti.core import contact as ct
from tandem.cti.core import path
from tandem.cti.core.contact import Contact
from tandem.cti.core.path import Rules
from tandem.cti.model import events as ev
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.ids import AgentId, CallId, ContactId, CustomerId, DeviceId, QueueId, RecordingId
from tandem.cti.model.profiles import AgentProfile, QueueProfile
from tandem.cti.model.records import (
    AgentStateRecord,
    CallbackRecord,
    CallEventRecord,
    CallRecord,
    ContactRecord,
    CustomerMatch,
    Record,
    SegmentRecord,
)
from tandem.cti.model.requests import ClearConnection, SetFallbackMember, SwitchRequest
from tandem.cti.model.states import CHOSEN_REASONS, AgentState, ConnectionState, NotReadyReason, Phase
from tandem.cti.model.states import Outcome as End
from tandem.ivr.core import dialogue, interpreter
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.state import IvrState
from tandem.routing.core.acd import agent as ag
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.acd.matcher import Match, Matcher, Waiting, reason
from tandem.routing.core.acd.service_level import QueueCounts

# ---- inputs besides the switch's events --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoggedOn:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class LoggedOut:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class SeatOpened:
    agent: AgentId
    on_call: bool


@dataclass(frozen=True, slots=True)
class SeatClosed:
    agent: AgentId
    page_gone: bool


@dataclass(frozen=True, slots=True)
class Commanded:
    agent: AgentId
    command: m.PageCommand


@dataclass(frozen=True, slots=True)
class CustomersFound:
    """The directory's answer; ``complete`` is False when the time budget ran out (the answer follows)."""

    call: CallId
    customers: tuple[CustomerMatch, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class RecordingChanged:
    call: CallId
    recording: RecordingId
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What the store knows, at start: before the switch is found."""

    calls: tuple[CallRecord, ...]
    agent_states: Mapping[AgentId, AgentStateRecord]
    callbacks: tuple[CallbackRecord, ...]
    counts: Mapping[QueueId, QueueCounts]


@dataclass(frozen=True, slots=True)
class Healed:
    """A snapshot taken while all is well: finds what an event that never came would have told.

    ``asked_at``: when it was asked for; contacts that changed since are left alone.
    """

    snapshot: ev.Snapshot
    asked_at: float


@dataclass(frozen=True, slots=True)
class Tick:
    pass


Input = (
    ev.SwitchEvent
    | LoggedOn
    | LoggedOut
    | SeatOpened
    | SeatClosed
    | Commanded
    | CustomersFound
    | RecordingChanged
    | Restored
    | Healed
    | Tick
)

# ---- outputs -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToSwitch:
    request: SwitchRequest


@dataclass(frozen=True, slots=True)
class Keep:
    record: Record


@dataclass(frozen=True, slots=True)
class LookUp:
    call: CallId
    number: str


@dataclass(frozen=True, slots=True)
class StartRecording:
    call: CallId
    recording: RecordingId
    agent: AgentId | None


@dataclass(frozen=True, slots=True)
class FinishRecording:
    call: CallId
    recording: RecordingId


@dataclass(frozen=True, slots=True)
class ShowSeat:
    agent: AgentId


@dataclass(frozen=True, slots=True)
class ShowCallbacks:
    pass


Output = ToSwitch | Keep | LookUp | StartRecording | FinishRecording | ShowSeat | ShowCallbacks


# ---- what the center is told of the house ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How patient the center is, in seconds."""

    grace_s: float = 20.0
    """How long a Ready agent may be unreachable (page or phone) before he is set NotReady."""
    wrap_up_s: float = 60.0
    more_time_s: float = 60.0
    keep_ended_s: float = 30.0
    """How long an ended contact is kept in memory for late events."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Configuration: who works here, which queues and flows there are."""

    agents: Mapping[AgentId, AgentProfile]
    queues: Mapping[QueueId, QueueProfile]
    flows: Mapping[DeviceId, Flow]
    """By dialled number."""
    sounds: Mapping[Prompt, str]
    """Prompt -> media name at the switch."""
    dispositions: frozenset[str]
    """Codes of the leaves of the tree."""
    normalise: Any
    """``(number) -> E.164 or ''``."""
    number_allowed: Any
    """``(number) -> bool``: may be dialled as the target of a transfer."""
    rules: Rules = field(default_factory=Rules)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpState:
    contact: Contact
    started_at: float
    until: float
    talk_s: float


@dataclass(slots=True)
class Caller:
    """What is known of a contact's caller besides its state."""

    customers: tuple[CustomerMatch, ...] = ()
    looked_up: bool = False
    why: dict[str, str] = field(default_factory=dict)
    recording_state: str = ""
    recording_detail: str = ""


_REMEMBERED_CALLS = 20_000


class Center:
    """See the module. Read-only for others: ``contacts``, ``agents``, ``callers``, ``wrap_ups``, ``counts``."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.contacts: dict[CallId, Contact] = {}
        self.callers: dict[CallId, Caller] = {}
        self.agents: dict[AgentId, Agent] = {
            profile.login: Agent(id=profile.login, device=profile.device, skills=profile.skills)
            for profile in house.agents.values()
        }
        self.wrap_ups: dict[AgentId, WrapUpState] = {}
        self.callbacks: dict[str, CallbackRecord] = {}
        self.counts: dict[QueueId, QueueCounts] = {queue: QueueCounts() for queue in house.queues}
        self.matcher = Matcher()
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
        for call in self._unkept:
            if call in self.contacts:
                self._keep_call(call)
        self._unkept.clear()
        return self._out

    def wake_at(self) -> float | None:
        """When the next Tick is due."""
        return self._timers[0][0] if self._timers else None

    # ---- contacts ----

    def _switch_event(self, event: Any) -> None:
        contact = self.contacts.get(event.call)
        if contact is None:
            if event.call in self._forgotten:
                return
            if isinstance(event, ev.Originated | ev.RouteRequested) and self._is_caller(event):
                contact = self._begin(event)
            else:
                if isinstance(event, ev.RouteRequested):
                    # a leg of a contact that we no longer know: nobody will ever join it
                    self.ask(ClearConnection(call=event.call, connection=event.connection))
                return
        self.step(contact, event)

    @staticmethod
    def _is_caller(event: ev.Originated | ev.RouteRequested) -> bool:
        return isinstance(event, ev.Originated) or event.party is ev.Party.CALLER

    def _begin(self, event: ev.Originated | ev.RouteRequested) -> Contact:
        flow = self.house.flows.get(event.called)
        number = self.house.normalise(event.calling)
        contact = path.begin(event, ani_e164=number, flow=flow.name if flow else "", now=self.now)
        if isinstance(event, ev.RouteRequested):
            contact = ct.recall(event.memory, contact)
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
        self._track_agent(contact, after)
        if outcome.wake_at is not None and outcome.wake_at != contact.deadline:
            self._wake(outcome.wake_at, "call", after.id)
        self.dirty_calls.add(after.id)
        number, segment = contact.events, contact.segments
        keep = self._worth_keeping(contact, after, outcome.effects)
        for effect in outcome.effects:
            if isinstance(effect, ct.Note):
                self._keep(
                    CallEventRecord(
                        call=after.id, number=number, at=self.now, kind=effect.kind, text=effect.text, data=effect.data
                    )
                )
                number += 1
            elif isinstance(effect, ct.Stretch):
                self._keep(
                    SegmentRecord(
                        call=after.id,
                        number=segment,
                        kind=effect.kind,
                        agent=effect.agent,
                        queue=effect.queue,
                        started_at=effect.started_at,
                        ended_at=self.now,
                        ended_by=effect.ended_by,
                    )
                )
                segment += 1
        if after.ended and not contact.ended:
            self._over(contact, after)
        if contact.answered_at is None and after.answered_at is not None and after.queue in self.counts:
            self.counts[after.queue].answer(after.waited_s, self.house.queues[after.queue].target_s)
        for effect in outcome.effects:
            self._effect(after.id, effect)
        if keep:
            self._unkept[after.id] = None
        if after.agent is not None:
            self.dirty_seats.add(after.agent)
            self._out.append(ShowSeat(after.agent))

    @staticmethod
    def _worth_keeping(before: Contact, after: Contact, effects: Sequence[ct.Effect]) -> bool:
        return bool(effects) or before.phase is not after.phase or before.customer != after.customer

    def _track_agent(self, before: Contact, after: Contact) -> None:
        if before.agent != after.agent and before.agent is not None and self._agent_call.get(before.agent) == after.id:
            del self._agent_call[before.agent]
            self._out.append(ShowSeat(before.agent))
        if after.ended:
            if after.agent is not None:
                self._agent_call.pop(after.agent, None)
        elif after.agent is not None:
            self._agent_call[after.agent] = after.id

    def _effect(self, call: CallId, effect: ct.Effect) -> None:
        match effect:
            case ct.Ask(request):
                self.ask(request)
            case ct.Advance():
                self._advance(self.contacts[call], effect)
            case ct.Seek():
                self._seek(call)
            case ct.StopSeeking():
                self.matcher.withdraw(call)
            case ct.AgentFreed():
                self._free(call, effect)
            case ct.RecordingBegan(recording=recording):
                contact = self.contacts[call]
                self.callers[call].recording_state = "recording"
                self._out.append(StartRecording(call, recording, contact.agent))
            case ct.RecordingOver(recording=recording):
                self._out.append(FinishRecording(call, recording))
            case ct.CallBackOwed(reason=why):
                self._owe_callback(call, why)

    def _over(self, before: Contact, after: Contact) -> None:
        queue = after.queue
        if queue in self.counts and before.phase is not Phase.IVR and after.answered_at is None:
            self.counts[queue].abandon(after.waited_s, self.house.queues[queue].target_s)
        self._wake(self.now + self.house.limits.keep_ended_s, "forget", after.id)
        if after.answered_at is None and after.outcome is not End.SELF_SERVED:
            self._keep_contact(after, agent=None, talk_s=0.0, disposition=None, notes="", rev=1)

    # ---- flows ----

    def _advance(self, contact: Contact, effect: ct.Advance) -> None:
        flow = self.house.flows.get(contact.dnis)
        if flow is None:
            self._rescue(contact)
            return
        now = self.now
        if effect.what == "start" or not contact.flow_state:
            outcome = interpreter.start(flow, interpreter.Facts(language=""), now=now)
        else:
            try:
                state = interpreter.decode_state(contact.flow_state)
            except BadRequest:
                self._rescue(contact)
                return
            match effect.what:
                case "resume":
                    outcome = interpreter.resume(flow, state, now=now)
                case "digits":
                    outcome = interpreter.step(flow, state, dialogue.Digits(effect.digits), now=now)
                case "no_input":
                    # a Play answers "played", a Collect "no input": the state knows which one is in hand
                    outcome = interpreter.step(flow, state, dialogue.Played(), now=now)
                    if not outcome.effects:
                        outcome = interpreter.step(flow, state, dialogue.NoInput(), now=now)
                case _:
                    outcome = interpreter.step(flow, state, dialogue.MediaFailed(), now=now)
        for wanted in outcome.effects:
            asked = self._from_flow(wanted, outcome.state, flow)
            if isinstance(asked, ct.FlowPlays) and effect.what == "resume":
                asked = replace(asked, again=True)
            self.step(self.contacts[contact.id], asked)

    def _from_flow(self, wanted: dialogue.Effect, state: IvrState, flow: Flow) -> Any:
        if isinstance(wanted, dialogue.HangUp):
            return ct.FlowEnded(reason=wanted.reason)
        pressed = tuple(
            {"step": press.step, "digit": press.digit, "zh": "", "en": "", **dict(press.labels)}
            for press in flow.pressed(state)
        )
        if isinstance(wanted, dialogue.Enqueue):
            queue = QueueId(wanted.queue)
            profile = self.house.queues.get(queue)
            return ct.QueueAsked(
                queue=queue,
                needs=wanted.needs,
                priority=wanted.priority + (profile.priority if profile else 0),
                language=wanted.language,
                pressed=pressed,
            )
        names = tuple(self.house.sounds[prompt] for prompt in wanted.prompts if prompt in self.house.sounds)
        collect = wanted if isinstance(wanted, dialogue.Collect) else None
        return ct.FlowPlays(
            prompts=names,
            max_digits=collect.max_digits if collect else 0,
            timeout_s=collect.timeout_s if collect else 0.0,
            flow_state=interpreter.encode_state(state),
            language=state.language,
            pressed=pressed,
        )

    def _rescue(self, contact: Contact) -> None:
        """No flow can take this caller: the first queue does. Never dead air."""
        queue = contact.queue or next(iter(self.house.queues))
        asked = ct.QueueAsked(
            queue=queue, needs=contact.needs, priority=contact.priority, language=contact.language, pressed=()
        )
        self.step(self.contacts[contact.id], asked)

    # ---- matching ----

    def _seek(self, call: CallId) -> None:
        contact = self.contacts[call]
        if contact.phase is not Phase.QUEUED or self.matcher.place(call) is not None:
            return
        assert contact.queued_at is not None
        match = self.matcher.enqueue(
            Waiting(
                call=call,
                # who is asked for by name need not have the queue's skills
                needs=() if contact.target else contact.needs,
                priority=contact.priority,
                queued_at=contact.queued_at,
                target=contact.target,
            ),
            now=self.now,
        )
        if match is not None:
            self._matched(match)

    def _matched(self, match: Match) -> None:
        agent = self.agents[match.agent]
        profile = self.house.agents[match.agent]
        why = reason(match, profile.name)
        self.callers[match.call].why = why
        self.agent_step(agent, ag.Assigned(match.call))
        self.step(
            self.contacts[match.call],
            ct.Matched(agent=match.agent, device=agent.device, agent_name=profile.name, why=why),
        )

    def _free(self, call: CallId, freed: ct.AgentFreed) -> None:
        agent = self.agents.get(freed.agent)
        if agent is None:
            return
        if self._agent_call.get(freed.agent) == call:
            del self._agent_call[freed.agent]
        contact = self.contacts[call]
        if freed.talked:
            if agent.call == call and agent.state is AgentState.BUSY:
                self.begin_wrap_up(agent, contact)
            self.agent_step(agent, ag.TalkEnded(call))
        elif freed.refused is not None:
            self.agent_step(agent, ag.Refused(call, freed.refused))
        else:
            self.agent_step(agent, ag.Unassigned(call))

    def begin_wrap_up(self, agent: Agent, contact: Contact) -> None:
        now = self.now
        limit = self.house.limits.wrap_up_s
        talk_s = contact.talk_s - contact.talk_before_s
        self.wrap_ups[agent.id] = WrapUpState(
            contact=replace(contact, agent=agent.id), started_at=now, until=now + limit, talk_s=talk_s
        )
        self._note(contact.id, "wrap_up", "wrap-up began", agent=agent.id)
        self._wake(now + limit, "wrap_up", agent.id)
        self._keep_contact(contact, agent=agent.id, talk_s=talk_s, disposition=None, notes="", rev=1)

    def agent_step(self, agent: Agent, event: ag.AgentEvent) -> None:
        before = agent
        agent = ag.step(before, event, now=self.now)
        if agent == before:
            return
        self.agents[agent.id] = agent
        self.dirty_seats.add(agent.id)
        self._out.append(ShowSeat(agent.id))
        if agent.number != before.number or agent.pending != before.pending:
            self._keep_agent(agent)
        self.sync_agent(agent)

    def sync_agent(self, agent: Agent) -> None:
        """Tell the matcher and the switch's fallback queue whether this agent can take a call; watch his grace."""
        fallback = agent.state is AgentState.READY and agent.phone_ok
        if self._fallback.get(agent.id) is not fallback:
            self._fallback[agent.id] = fallback
            self.ask(SetFallbackMember(device=agent.device, ready=fallback))
        if agent.state is AgentState.READY and not agent.reachable:
            if agent.id not in self._grace:
                self._grace[agent.id] = self.now + self.house.limits.grace_s
                self._wake(self._grace[agent.id], "grace", agent.id)
        else:
            self._grace.pop(agent.id, None)
        if agent.available and self.switch_up:
            match = self.matcher.agent_available(agent.id, agent.skills, idle_since=agent.idle_since, now=self.now)
            if match is not None:
                self._matched(match)
        else:
            self.matcher.agent_unavailable(agent.id)

    def _reach(self, agent: AgentId, *, seat_open: bool | None = None, phone_ok: bool | None = None) -> None:
        now = self.agents[agent]
        self.agent_step(
            now,
            ag.Reached(
                seat_open=now.seat_open if seat_open is None else seat_open,
                phone_ok=now.phone_ok if phone_ok is None else phone_ok,
            ),
        )

    # ---- seats ----

    def _logged_on(self, input_: LoggedOn) -> None:
        self.agent_step(self._agent(input_.agent), ag.LoggedOn())

    def _logged_out(self, input_: LoggedOut) -> None:
        agent = self._agent(input_.agent)
        if agent.state in (AgentState.BUSY, AgentState.WORKING_AFTER_CALL):
            raise WrongState("finish the call and its wrap-up before logging out")
        self.agent_step(agent, ag.LoggedOff())
        self._reach(agent.id, seat_open=False)

    def _seat_opened(self, input_: SeatOpened) -> None:
        agent = self._agent(input_.agent)
        if agent.state is AgentState.LOGGED_OFF:
            self.agent_step(agent, ag.LoggedOn())
        self._reach(agent.id, seat_open=True)
        self._out.append(ShowSeat(agent.id))
        self._seat_reached(agent.id, on_call=input_.on_call)

    def _seat_reached(self, agent_id: AgentId, *, on_call: bool) -> None:
        contact = self.contact_of(agent_id)
        if contact is None or (contact.phase is Phase.REJOINING and not self.agents[agent_id].reachable):
            return
        self.step(contact, ct.SeatReached(on_call))

    def _seat_closed(self, input_: SeatClosed) -> None:
        agent = self._agent(input_.agent)
        self._reach(agent.id, seat_open=False)
        contact = self.contact_of(agent.id)
        if contact is not None:
            self.step(contact, ct.SeatLeft(input_.page_gone))

    def _phone(self, event: ev.BackInService | ev.OutOfService) -> None:
        agent_id = self._by_device.get(event.device)
        if agent_id is None:
            return
        up = isinstance(event, ev.BackInService)
        self._reach(agent_id, phone_ok=up)
        if up:
            # neutral for a talk that goes on; a lost leg is rung again
            self._seat_reached(agent_id, on_call=True)

    def contact_of(self, agent: AgentId) -> Contact | None:
        """The contact at this agent's seat, if any."""
        call = self._agent_call.get(agent)
        return None if call is None else self.contacts.get(call)

    def _agent(self, agent: AgentId) -> Agent:
        found = self.agents.get(agent)
        if found is None:
            raise ResourceMissing(f"there is no agent {agent}")
        return found

    def _commanded(self, input_: Commanded) -> None:
        agent = self._agent(input_.agent)
        command = input_.command
        match command:
            case m.SetReady():
                self.agent_step(agent, ag.ReadyAsked())
            case m.SetNotReady(reason=why):
                if why not in CHOSEN_REASONS:
                    raise BadRequest(f"choose one of {', '.join(sorted(CHOSEN_REASONS))}")
                self.agent_step(agent, ag.NotReadyAsked(NotReadyReason(why)))
            case m.PopShown():
                self.step(self._at_seat(agent, command.call), ct.PopPainted(offer=command.offer))
            case m.Decline():
                self.step(self._at_seat(agent, command.call), ct.DeclineAsked())
            case m.HangUp():
                self.step(self._at_seat(agent, command.call), ct.HangUpAsked())
            case m.Transfer():
                self.step(self._at_seat(agent, command.call), self._transfer(command, agent))
            case m.ChooseCustomer():
                self._choose(agent, command)
            case m.WrapUp():
                self._dispose(agent, command)
            case m.MoreTime():
                wrap_up = self._wrap_up_of(agent, command.call)
                until = max(wrap_up.until, self.now) + self.house.limits.more_time_s
                self.wrap_ups[agent.id] = replace(wrap_up, until=until)
                self._wake(until, "wrap_up", agent.id)
                self._out.append(ShowSeat(agent.id))
            case m.CallbackDone():
                self._callback_done(agent.id, command.callback)

    def _at_seat(self, agent: Agent, call: str) -> Contact:
        contact = self.contact_of(agent.id)
        if contact is None or contact.id != call:
            raise WrongState("that call is no longer at your seat")
        return contact

    def _transfer(self, command: m.Transfer, agent: Agent) -> ct.TransferAsked:
        if command.kind == "queue":
            if command.to not in self.house.queues:
                raise ResourceMissing(f"there is no queue {command.to}")
            # the language is still needed; the product skill belonged to the old queue
            needs = tuple(n for n in self._at_seat(agent, command.call).needs if n.skill.startswith("language:"))
            return ct.TransferAsked(queue=QueueId(command.to), needs=needs)
        if command.kind == "agent":
            target = AgentId(command.to)
            if target not in self.agents or target == agent.id:
                raise ResourceMissing("choose another agent")
            if self.agents[target].state in (AgentState.LOGGED_OFF, AgentState.NOT_READY):
                raise WrongState(f"{self.house.agents[target].name} is not ready")
            return ct.TransferAsked(target=target)
        if command.kind == "number":
            number = self.house.normalise(command.to)
            if not number or not self.house.number_allowed(number):
                raise BadRequest("this number may not be dialled; check it and the allowed countries")
            return ct.TransferAsked(number=number)
        raise BadRequest("kind must be agent, queue or number")

    def _choose(self, agent: Agent, command: m.ChooseCustomer) -> None:
        customer = CustomerId(command.customer)
        wrap_up = self.wrap_ups.get(agent.id)
        if wrap_up is not None and wrap_up.contact.id == command.call:
            self.wrap_ups[agent.id] = replace(wrap_up, contact=replace(wrap_up.contact, customer=customer))
            self._out.append(ShowSeat(agent.id))
            return
        self.step(self._at_seat(agent, command.call), ct.CustomerKnown(customer=customer))

    def _wrap_up_of(self, agent: Agent, call: str) -> WrapUpState:
        wrap_up = self.wrap_ups.get(agent.id)
        if wrap_up is None or wrap_up.contact.id != call:
            raise WrongState("there is no wrap-up of that call at your seat")
        return wrap_up

    def _dispose(self, agent: Agent, command: m.WrapUp) -> None:
        wrap_up = self._wrap_up_of(agent, command.call)
        if command.disposition not in self.house.dispositions:
            raise BadRequest("choose a disposition: a leaf of the tree")
        if command.next not in ("ready", "not_ready"):
            raise BadRequest("next must be ready or not_ready")
        contact = wrap_up.contact
        del self.wrap_ups[agent.id]
        self._keep_contact(
            contact,
            agent=agent.id,
            talk_s=wrap_up.talk_s,
            disposition=command.disposition,
            notes=command.notes,
            rev=2,
        )
        self._note(contact.id, "history_written", "disposition and notes kept", disposition=command.disposition)
        self.agent_step(agent, ag.Disposed(contact.id, ready=command.next == "ready"))

    # ---- callbacks ----

    def _owe_callback(self, call: CallId, why: str) -> None:
        contact = self.contacts[call]
        if not contact.ani_e164:
            return
        record = CallbackRecord(
            id=f"cb-{contact.id}",
            rev=1,
            call=contact.id,
            number_e164=contact.ani_e164,
            caller_name=contact.name,
            customer=contact.customer,
            queue=contact.queue,
            reason=why,
            created_at=self.now,
            state="open",
            done_by=None,
            done_at=None,
        )
        self.callbacks[record.id] = record
        self._keep(record)
        self._out.append(ShowCallbacks())

    def _callback_done(self, agent: AgentId, callback: str) -> None:
        record = self.callbacks.pop(callback, None)
        if record is None:
            raise ResourceMissing("somebody else has done this call back already")
        self._keep(msgspec.structs.replace(record, rev=record.rev + 1, state="done", done_by=agent, done_at=self.now))
        self._out.append(ShowCallbacks())

    # ---- customers, recordings ----

    def _customers(self, input_: CustomersFound) -> None:
        caller = self.callers.get(input_.call)
        contact = self.contacts.get(input_.call)
        if caller is None or contact is None:
            return
        caller.looked_up = caller.looked_up or input_.complete
        if input_.customers:
            caller.customers = input_.customers
            if contact.customer is None and not contact.ended:
                self.step(contact, ct.CustomerKnown(customer=input_.customers[0].id))
        self._note(
            input_.call,
            "customer",
            f"{len(input_.customers)} customers have this number" if input_.complete else "the look-up is late",
            customers=[customer.id for customer in input_.customers],
        )
        if contact.agent is not None:
            self._out.append(ShowSeat(contact.agent))
        self.dirty_calls.add(input_.call)

    def _recording(self, input_: RecordingChanged) -> None:
        caller = self.callers.get(input_.call)
        if caller is not None:
            caller.recording_state, caller.recording_detail = input_.state, input_.detail
        if input_.state in ("saved", "failed"):
            self._note(input_.call, f"recording_{input_.state}", input_.detail, recording=input_.recording)
        contact = self.contacts.get(input_.call)
        if contact is not None and contact.agent is not None:
            self._out.append(ShowSeat(contact.agent))

    # ---- restart, loss and return of the switch (see recovery.py) ----

    def take_up(self, contact: Contact) -> None:
        """A contact that the store remembers."""
        self.contacts[contact.id] = contact
        self.callers[contact.id] = Caller(looked_up=not contact.ani_e164)
        if contact.recording is not None:
            self.callers[contact.id].recording_state = "recording"
            self._out.append(StartRecording(contact.id, contact.recording, contact.agent))
        if contact.ani_e164:
            self._out.append(LookUp(contact.id, contact.ani_e164))
        if contact.ended:
            self._wake(self.now + self.house.limits.keep_ended_s, "forget", contact.id)
        else:
            self._track_agent(contact, contact)

    def take_up_caller(self, event: ev.RouteRequested) -> Contact:
        """A caller whom the switch has and nobody here knows: from his connection's memory, or as a new one."""
        contact = replace(self._begin(event), legs={event.connection: ConnectionState.CONNECTED})
        self.contacts[contact.id] = contact
        self._track_agent(contact, contact)
        return contact

    def resume_wrap_up(self, agent: Agent) -> None:
        contact = self.contacts.get(agent.call) if agent.call is not None else None
        if contact is not None:
            until = agent.since + self.house.limits.wrap_up_s
            self.wrap_ups[agent.id] = WrapUpState(
                contact=replace(contact, agent=agent.id),
                started_at=agent.since,
                until=until,
                talk_s=contact.talk_s - contact.talk_before_s,
            )
            self._wake(until, "wrap_up", agent.id)
            return
        # the call is not known any more: nothing is left to write, but he must not be stuck
        self.agents[agent.id] = replace(agent, state=AgentState.NOT_READY, reason=NotReadyReason.OTHER, call=None)

    def agent_at(self, device: DeviceId) -> AgentId | None:
        return self._by_device.get(device)

    def occupy(self, agent: Agent, contact: Contact) -> None:
        """The switch shows this agent with this contact, whatever we believed."""
        self.matcher.agent_unavailable(agent.id)
        taken = replace(
            agent,
            state=AgentState.BUSY,
            reason=None,
            since=self.now,
            call=contact.id,
            pending=None if agent.state in (AgentState.READY, AgentState.BUSY) else AgentState.NOT_READY,
            pending_reason=None if agent.state in (AgentState.READY, AgentState.BUSY) else NotReadyReason.OTHER,
            number=agent.number + 1,
        )
        self.agents[agent.id] = taken
        self._keep_agent(taken)
        self._out.append(ShowSeat(agent.id))
        self.sync_agent(taken)

    def _restored(self, input_: Restored) -> None:
        restore(self, input_, now=self.now)

    def _switch_lost(self, event: ev.SwitchLost) -> None:
        self.switch_up = False
        for agent in list(self.agents.values()):
            self.matcher.agent_unavailable(agent.id)
        if event.gone:
            self._every_connection_gone()
            for agent_id in list(self.agents):
                self._reach(agent_id, phone_ok=False)

    def _every_connection_gone(self) -> None:
        for contact in list(self.contacts.values()):
            if not contact.ended:
                self.step(contact, ct.SwitchGone())

    def _switch_found(self, event: ev.SwitchFound) -> None:
        if event.restarted:
            self._every_connection_gone()
        self.switch_up = True
        self._fallback.clear()
        for agent in list(self.agents.values()):
            self._reach(agent.id, phone_ok=agent.device in event.snapshot.in_service)
        adopt(self, event.snapshot, only_before=None)
        for agent in list(self.agents.values()):
            self.sync_agent(self.agents[agent.id])

    def _healed(self, input_: Healed) -> None:
        if self.switch_up:
            adopt(self, input_.snapshot, only_before=input_.asked_at)

    # ---- time ----

    def _wake(self, at: float, kind: str, key: str) -> None:
        self._timer_count += 1
        heappush(self._timers, (at, self._timer_count, kind, key))

    def _tick(self, input_: Tick) -> None:
        while self._timers and self._timers[0][0] <= self.now:
            _, _, kind, key = heappop(self._timers)
            if kind == "call":
                contact = self.contacts.get(CallId(key))
                if contact is not None and contact.deadline is not None and contact.deadline <= self.now:
                    self.step(contact, ct.DeadlinePassed())
            elif kind == "forget":
                self._forget(CallId(key))
            elif kind == "wrap_up":
                self._out.append(ShowSeat(AgentId(key)))
            elif kind == "grace" and self._grace.get(AgentId(key), self.now + 1.0) <= self.now:
                self.agent_step(self.agents[AgentId(key)], ag.GraceOver())

    def _forget(self, call: CallId) -> None:
        contact = self.contacts.get(call)
        if contact is None or not contact.ended:
            return
        if any(wrap_up.contact.id == call for wrap_up in self.wrap_ups.values()):
            self._wake(self.now + self.house.limits.keep_ended_s, "forget", call)
            return
        del self.contacts[call]
        self.callers.pop(call, None)
        self._forgotten[call] = None
        if len(self._forgotten) > _REMEMBERED_CALLS:
            del self._forgotten[next(iter(self._forgotten))]

    # ---- keeping ----

    def ask(self, request: SwitchRequest) -> None:
        self._out.append(ToSwitch(request))

    def _keep(self, record: Record) -> None:
        self._out.append(Keep(record))

    def _note(self, call: CallId, kind: str, text: str, **data: Any) -> None:
        """A line of the timeline that is not the contact machine's own."""
        contact = self.contacts.get(call)
        if contact is None:
            return
        self._keep(CallEventRecord(call=call, number=contact.events, at=self.now, kind=kind, text=text, data=data))
        self.contacts[call] = replace(contact, events=contact.events + 1, rev=contact.rev + 1)
        self._unkept[call] = None

    def _keep_agent(self, agent: Agent) -> None:
        self._keep(
            AgentStateRecord(
                agent=agent.id,
                number=agent.number,
                at=agent.since,
                state=agent.state,
                reason=agent.reason,
                pending=agent.pending,
                call=agent.call,
            )
        )

    def _keep_call(self, call: CallId) -> None:
        c = self.contacts[call]
        self._keep(
            CallRecord(
                id=c.id,
                rev=c.rev,
                ani=c.ani,
                ani_e164=c.ani_e164,
                caller_name=c.name,
                dnis=c.dnis,
                phase=c.phase,
                outcome=c.outcome,
                cause=c.cause,
                flow=c.flow,
                language=c.language,
                queue=c.queue,
                priority=c.priority,
                customer=c.customer,
                agent=c.agent,
                started_at=c.started_at,
                queued_at=c.queued_at,
                answered_at=c.answered_at,
                ended_at=c.ended_at,
                wait_s=c.waited_s,
                talk_s=c.talk_s,
                pressed=list(c.pressed),
                state=ct.encode(c),
            )
        )

    def _keep_contact(
        self, c: Contact, *, agent: AgentId | None, talk_s: float, disposition: str | None, notes: str, rev: int
    ) -> None:
        outcome = c.outcome or End.ANSWERED
        self._keep(
            ContactRecord(
                id=ContactId(f"{c.id}-{agent}" if agent else c.id),
                rev=rev,
                customer=c.customer,
                number_e164=c.ani_e164,
                call=c.id,
                agent=agent,
                queue=c.queue,
                channel="voice",
                direction="inbound",
                at=c.started_at,
                duration_s=talk_s,
                outcome=End.ANSWERED.value if agent else outcome.value,
                disposition=disposition,
                notes=notes,
            )
        )

    _ROWS: Mapping[type, Any] = {
        LoggedOn: _logged_on,
        LoggedOut: _logged_out,
        SeatOpened: _seat_opened,
        SeatClosed: _seat_closed,
        Commanded: _commanded,
        CustomersFound: _customers,
        RecordingChanged: _recording,
        Restored: _restored,
        Healed: _healed,
        Tick: _tick,
        ev.BackInService: _phone,
        ev.OutOfService: _phone,
        ev.SwitchLost: _switch_lost,
        ev.SwitchFound: _switch_found,
    }


def waiting_calls(center: Center) -> Iterable[tuple[int, Contact]]:
    """(place, contact) of all who wait for an agent, in line."""
    for place, waiting in enumerate(center.matcher.waiting(), start=1):
        yield place, center.contacts[waiting.call]
