"""The one line of all who wait, for people: on the line, to be called back, cut off, work that is no call. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tandem.agent_desktop.core.routing_resources import CallAttempt, LineEntry, LinePage, Window
from tandem.cti.app import acd
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import AgentId, CallId, QueueId, WorkId
from tandem.cti.model.needs import kept_needs
from tandem.cti.model.records import CallbackRecord
from tandem.cti.model.skills import needs_text, unmet
from tandem.cti.model.states import Phase
from tandem.routing.core.acd.ledger import Entry
from tandem.routing.core.acd.work import Work
from tandem.routing.core.plan import QueuePlan
from tandem.routing.core.steps import steps_of

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

_STATES = {Phase.QUEUED: "waiting", Phase.OFFERED: "offered", Phase.RINGING: "ringing", Phase.DIALLING: "dialling"}
_CALLBACK_STATES = {"open": "scheduled", "due": "waiting", "dialling": "dialling"}


def line_page(center: Center, *, queue: str | None, limit: int, agent: AgentId | None, now: float) -> LinePage:
    """In the order in which they are served. ``agent``: only the queues of which he could be given work."""
    center.ledger.expire(now)
    shown = queues_of(center, agent)
    entries = [
        entry
        for entry in center.ledger.entries()
        if (queue is None or entry.queue == queue) and (shown is None or entry.queue in shown)
    ]
    lines = [line_entry(center, entry, now=now) for entry in entries[:limit]]
    return LinePage(now=now, entries=sorted(lines, key=lambda line: line.place is None), total=len(entries))


def queues_of(center: Center, agent: AgentId | None) -> set[QueueId] | None:
    """Of which he could be given work; None (all) when nobody is named."""
    if agent is None:
        return None
    skills = acd.skills_of(center.plan, agent)
    return {
        queue.id
        for queue in center.plan.queues.values()
        if any(unmet(step.needs, skills) is None for step in queue.steps)
    }


def line_entry(center: Center, entry: Entry, *, now: float) -> LineEntry:
    """One who stands in the ledger."""
    record = center.callbacks.get(entry.id)
    call = record.attempt if record is not None else CallId(entry.id)
    contact = center.contacts.get(call) if call is not None else None
    caller = center.callers.get(call) if call is not None else None
    place = center.matcher.place(WorkId(call)) if call is not None else None
    waits = caller is not None and caller.work is not None and place is not None
    work = caller.work if caller is not None and waits else None
    queue = center.plan.queues.get(entry.queue)
    step, needs = _step(center, entry, record, work, queue)
    left = acd.expected_wait(center, call) if call is not None and work is not None else None
    tiers = {tier.rank: tier.name for tier in center.plan.tiers}
    return LineEntry(
        id=entry.id,
        kind=entry.kind,
        place=place,
        state=_state(entry, record, contact, now),
        call=contact.id if contact else None,
        number=entry.number or (contact.ani if contact else ""),
        name=_name(center, entry, record, contact),
        queue=entry.queue,
        tier=tiers.get(entry.tier, ""),
        tier_rank=entry.tier,
        priority=entry.priority,
        since=entry.queued_at,
        waited_s=max(0.0, now - entry.queued_at),
        predicted_p50_s=left.p50_s if left else None,
        predicted_p90_s=left.p90_s if left else None,
        step=step,
        step_needs=needs,
        agent=contact.agent if contact else None,
        site=work.site if work else "",
        mode=mode_of(record),
        window=window_of(record),
        attempts=[CallAttempt(at=each.at, outcome=each.outcome) for each in record.tries] if record else [],
        attempts_allowed=_attempts(queue) if record else 0,
        next_attempt_at=record.next_at if record else None,
        created_by=record.created_by if record else "",
        note=record.note if record else "",
    )


def _step(
    center: Center, entry: Entry, record: CallbackRecord | None, work: Work | None, queue: QueuePlan | None
) -> tuple[int, str]:
    """The step that counts, and what it asks for; of what is not in the line yet, the first."""
    if work is not None:
        step = center.matcher.step_of(work.id)
        return step, needs_text(work.steps[step].needs)
    own = record.needs if record is not None else center.tasks[entry.id].needs if entry.id in center.tasks else ""
    steps = steps_of(queue.steps, kept_needs(own)) if queue is not None else ()
    step = center.matcher.step_of(entry.id) if center.matcher.place(entry.id) is not None else 0
    return step, needs_text(steps[step].needs) if steps else ""


def _name(center: Center, entry: Entry, record: CallbackRecord | None, contact: Contact | None) -> str:
    """Of the customer, as far as he is known; of a task its title."""
    task = center.tasks.get(entry.id)
    if task is not None:
        return task.title
    known = acd.customer_of(center, contact) if contact else None
    if known is not None:
        return known.name
    return record.caller_name if record else contact.name if contact else ""


def _state(entry: Entry, record: CallbackRecord | None, contact: Contact | None, now: float) -> str:
    if entry.kind == "cut_off":
        return "kept"
    if contact is not None and not contact.ended:
        return _STATES.get(contact.phase, "waiting")
    if record is not None:
        return "retry" if record.attempts and record.state == "open" else _CALLBACK_STATES.get(record.state, "waiting")
    return "waiting"


def mode_of(record: CallbackRecord | None) -> Literal["", "agent", "customer"]:
    """Who is rung first; '' when nobody is rung by itself."""
    if record is None or record.first == "":
        return ""
    return "customer" if record.first == "customer" else "agent"


def window_of(record: CallbackRecord | None) -> Window | None:
    if record is None or record.window_from is None or record.window_until is None:
        return None
    return Window(start_at=record.window_from, end_at=record.window_until)


def _attempts(queue: QueuePlan | None) -> int:
    return queue.callback.attempts if queue else 0
