"""What the pages show, made from the center's state. Pure; nothing here decides anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core.routing_resources import TaskView
from tandem.agent_desktop.core.seat_views import (
    AgentView,
    CallbackView,
    CallView,
    PopView,
    PressedKey,
    RecordingView,
    WrapUpView,
)
from tandem.cti.app import acd, campaign_card, line, overflow, tasks
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import AgentId, CallId, QueueId, WorkId
from tandem.cti.model.records import CustomerMatch, TaskRecord
from tandem.cti.model.skills import Needs, needs_text, unmet
from tandem.cti.model.states import Phase
from tandem.routing.core.acd.work import Work

if TYPE_CHECKING:
    from tandem.cti.app.center import Center
    from tandem.cti.app.house import WrapUpState


_PREDICTED = 200
"""The board tells the predicted wait of the first so many in line; of others, whoever asks is told."""


def seat(center: Center, agent_id: AgentId) -> m.Seat:
    """The whole document of one seat."""
    agent = center.agents[agent_id]
    contact = center.contact_of(agent_id)
    wrap_up = center.wrap_ups.get(agent_id)
    return m.Seat(
        seq=0,
        agent=AgentView(
            login=agent_id,
            name=center.house.agents[agent_id].name,
            device=agent.device,
            state=agent.state,
            reason=agent.reason,
            pending=agent.pending,
            since=agent.since,
            phone_ok=agent.phone_ok,
            skills=dict(agent.skills),
        ),
        call=None if contact is None else _call(center, contact),
        wrap_up=None if wrap_up is None else _wrap_up(center, wrap_up),
        tasks=[task(center, record) for record in tasks.on_desk(center, agent_id)],
    )


def _call(center: Center, contact: Contact) -> CallView:
    caller = center.callers[contact.id]
    recording = None
    if contact.recording is not None:
        recording = RecordingView(id=contact.recording, state=caller.recording_state, detail=caller.recording_detail)
    return CallView(
        id=contact.id,
        offer=contact.offer,
        phase=contact.phase,
        held=contact.held,
        started_at=contact.started_at,
        queued_at=contact.queued_at or contact.started_at,
        ring_until=contact.since + center.house.rules.ring_s if contact.phase is Phase.RINGING else None,
        answered_at=contact.answered_at,
        rejoin_until=contact.since + center.house.rules.rejoin_s if contact.phase is Phase.REJOINING else None,
        recording=recording,
        pop=_pop(center, contact),
        callback=_callback(center, contact),
        campaign=campaign_card.card(center, contact),
        auto_answer=contact.rings_by_itself,
    )


def _callback(center: Center, contact: Contact) -> CallbackView | None:
    """Set when he asked, or was promised, to be called."""
    record = center.callbacks.get(contact.callback) if contact.callback else None
    if record is None:
        return None
    queue = center.plan.queues.get(record.queue) if record.queue is not None else None
    return CallbackView(
        attempt=max(1, record.attempts),
        attempts_allowed=queue.callback.attempts if queue else record.attempts,
        number=record.number_e164,
        asked_at=record.created_at,
        mode=line.mode_of(record) or "agent",
        window=line.window_of(record),
        created_by=record.created_by,
        note=record.note,
    )


def task(center: Center, record: TaskRecord) -> TaskView:
    """A task as pages show it."""
    queue = center.plan.queues.get(record.queue)
    return TaskView(
        id=record.id,
        queue=record.queue,
        queue_name={"zh": queue.name_zh, "en": queue.name_en} if queue else {"zh": record.queue, "en": record.queue},
        title=record.title,
        text=record.text,
        customer=record.customer,
        customer_name="",
        number=record.number_e164,
        priority=record.priority,
        state=record.state,
        agent=record.agent,
        created_by=record.created_by,
        created_at=record.created_at,
        offered_until=record.offered_until,
        accepted_at=record.accepted_at,
        done_at=record.done_at,
        note=record.note,
        why=center.task_reasons.get(record.id, {}),
    )


def _pop(center: Center, contact: Contact) -> PopView:
    caller = center.callers.get(contact.id)
    queue = center.plan.queues.get(contact.queue) if contact.queue is not None else None
    waited_s = contact.waited_s
    if contact.answered_at is None and contact.queued_at is not None:
        waited_s = contact.since - contact.queued_at
    return PopView(
        number=contact.ani,
        number_e164=contact.ani_e164,
        caller_name=contact.name,
        customers=_chosen_first(caller.customers if caller else (), contact),
        looked_up=caller is None or caller.looked_up,
        unknown_contacts=caller.unknown_contacts if caller else 0,
        language=contact.language,
        queue=contact.queue or "",
        queue_name={"zh": queue.name_zh, "en": queue.name_en} if queue else {"zh": "", "en": ""},
        pressed=[PressedKey(**key) for key in contact.pressed],
        waited_s=max(0.0, waited_s),
        needs=needs_text(contact.needs),
        why=caller.why if caller else {},
    )


def _chosen_first(customers: Iterable[CustomerMatch], contact: Contact) -> list[CustomerMatch]:
    return sorted(customers, key=lambda customer: customer.id != contact.customer)


def _wrap_up(center: Center, state: WrapUpState) -> WrapUpView:
    contact = state.contact
    pop = _pop(center, contact)
    known = next((customer for customer in pop.customers if customer.id == contact.customer), None)
    return WrapUpView(
        call=contact.id,
        number=contact.ani_e164 or contact.ani,
        customer=contact.customer,
        customer_name=known.name if known else "",
        caller_name=contact.name,
        queue=contact.queue or "",
        talk_s=state.talk_s,
        started_at=state.started_at,
        until=state.until,
        overdue=center.now >= state.until,
        pop=pop,
        campaign=campaign_card.card(center, contact),
    )


# ---- board -------------------------------------------------------------------------------------------------------


def board(center: Center) -> m.Board:
    """Everything, for a page that has just come."""
    return m.Board(
        seq=0,
        whole=True,
        seats=[seat_row(center, agent) for agent in center.agents],
        queues=queue_rows(center),
        calls=[row for call in center.contacts if (row := call_row(center, call)) is not None],
        gone_seats=[],
        gone_calls=[],
    )


def board_changes(center: Center, seats: Iterable[AgentId], calls: Iterable[CallId]) -> m.Board:
    """The rows that changed; places in line move whenever any call does, so all waiting calls go along."""
    touched = dict.fromkeys(calls)
    gone = [str(call) for call in touched if call_row(center, call) is None]
    touched.update(dict.fromkeys(CallId(waiting.id) for waiting in center.matcher.waiting()))
    rows = [row for call in touched if (row := call_row(center, call)) is not None]
    return m.Board(
        seq=0,
        whole=False,
        seats=[seat_row(center, agent) for agent in seats],
        queues=queue_rows(center),
        calls=rows,
        gone_seats=[],
        gone_calls=gone,
    )


def seat_row(center: Center, agent_id: AgentId) -> m.SeatRow:
    agent = center.agents[agent_id]
    contact = center.contact_of(agent_id)
    return m.SeatRow(
        login=agent_id,
        name=center.house.agents[agent_id].name,
        device=agent.device,
        state=agent.state,
        reason=agent.reason,
        since=agent.since,
        online=agent.seat_open,
        phone_ok=agent.phone_ok,
        call=contact.id if contact else None,
        phase=contact.phase if contact else None,
        with_number=(contact.ani_e164 or contact.ani) if contact else "",
        with_name=_caller_name(center, contact) if contact else "",
        queue=contact.queue if contact else None,
        skills=dict(agent.skills),
        site=plan.site if (plan := center.plan.agents.get(agent_id)) else "",
        tasks=len(center.desks.get(agent_id, ())),
        until=center.dialer.roster.leaves_at(agent_id, center.now) if center.on_shift.get(agent_id) else None,
    )


def _caller_name(center: Center, contact: Contact) -> str:
    known = acd.customer_of(center, contact)
    return known.name if known else contact.name


def call_row(center: Center, call: CallId) -> m.WaitingRow | None:
    """None when the call is over, only somebody who listens to a draft, or of a campaign and with no agent."""
    contact = center.contacts.get(call)
    if contact is None or contact.ended or contact.draft:
        return None
    if contact.for_campaign and contact.agent is None and contact.answered_at is None:
        return None
    caller = center.callers.get(call)
    known = acd.customer_of(center, contact)
    place = center.matcher.place(WorkId(call))
    work = caller.work if caller and place is not None else None
    step = None if work is None else center.matcher.step_of(work.id)
    left = acd.expected_wait(center, call) if place is not None and place <= _PREDICTED else None
    return m.WaitingRow(
        call=call,
        phase=contact.phase,
        queue=contact.queue,
        place=place,
        number=contact.ani_e164 or contact.ani,
        name=_caller_name(center, contact),
        tier=known.tier if known else "",
        language=contact.language,
        since=contact.queued_at or contact.started_at,
        priority=work.priority if work else contact.priority,
        needs=needs_text(work.steps[step].needs if work and step is not None else contact.needs),
        agent=contact.agent,
        step=step,
        tier_rank=acd.tier_of(center, contact).rank,
        predicted_p50_s=left.p50_s if left else None,
        predicted_p90_s=left.p90_s if left else None,
        why_not=_short_reason(center, work, step),
        site=work.site if work else "",
    )


def _short_reason(center: Center, work: Work | None, step: int | None) -> dict[str, str]:
    """Why nobody yet, in a few words; the whole reason is asked for by call."""
    if work is None or step is None:
        return {}
    count = center.matcher.logged_on(work.steps[step].needs)
    if not count:
        return {"en": "nobody with these skills is logged on", "zh": "没有符合技能要求的座席登录"}
    return {"en": f"none of {count} agents is free", "zh": f"{count} 位座席均不空闲"}


class _Ready:
    """Skills of the agents who can take a call now, by skill: hundreds of queues ask of thousands of agents."""

    def __init__(self, center: Center) -> None:
        self._all = [agent.skills for agent in center.agents.values() if agent.available]
        self._having: dict[str, list[Mapping[str, int]]] = {}
        for skills in self._all:
            for skill in skills:
                self._having.setdefault(skill, []).append(skills)

    def count(self, needs: Needs) -> int:
        """How many meet these needs; looks at those alone who have the rarest of the skills."""
        rarest = min((self._having.get(need.skill, []) for need in needs), key=len, default=self._all)
        return sum(unmet(needs, skills) is None for skills in rarest)


def queue_rows(center: Center) -> list[m.QueueRow]:
    waiting: dict[QueueId, list[float]] = {queue: [] for queue in center.plan.queues}
    talking = dict.fromkeys(center.plan.queues, 0)
    virtual = Counter(record.queue for record in center.callbacks.values() if record.first)
    for contact in center.contacts.values():
        if contact.queue not in waiting or (contact.for_campaign and contact.answered_at is None):
            continue  # he does not wait in its line: in two seconds he has an agent, or hears the message
        if contact.phase in (Phase.QUEUED, Phase.OFFERED, Phase.RINGING):
            waiting[contact.queue].append(contact.queued_at or contact.started_at)
        elif contact.phase in (Phase.TALKING, Phase.REJOINING):
            talking[contact.queue] += 1
    ready = _Ready(center)
    rows = []
    for queue, profile in center.plan.queues.items():
        counts = center.counts[queue]
        free = ready.count(profile.steps[0].needs)
        on_shift = max(center.matcher.logged_on(step.needs) for step in profile.steps)
        left = center.predictor.wait_left(
            queue,
            tier=center.plan.tiers[-1].rank,
            ahead=len(waiting[queue]),
            logged_on=on_shift,
            free=0 if waiting[queue] else free,
            handle_s=acd.handle_s(center, profile),
        )
        accuracy = center.predictor.accuracy.get(queue)
        opening = overflow.opening(center, profile)
        rows.append(
            m.QueueRow(
                id=queue,
                name={"zh": profile.name_zh, "en": profile.name_en},
                waiting=len(waiting[queue]),
                longest_wait_since=min(waiting[queue], default=None),
                offered=counts.offered,
                answered=counts.answered,
                abandoned=counts.abandoned,
                in_service_level=counts.answered_in_target,
                service_level=counts.service_level,
                target_s=profile.target_s,
                asa_s=counts.asa_s,
                ready=free,
                talking=talking[queue],
                predicted_p50_s=left.p50_s if left else None,
                predicted_p90_s=left.p90_s if left else None,
                coverage=accuracy.coverage if accuracy else None,
                open=opening.open,
                closed_why=dict(opening.why),
                closed_by_hand=opening.by_hand,
                opens_at=opening.opens_at,
                on_shift=on_shift,
                virtual=virtual[queue],
                kind=profile.kind,
            )
        )
    return rows
