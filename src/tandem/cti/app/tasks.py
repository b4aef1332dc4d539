"""The center's part of work that is not a call: it stands in the same line, and lies on an agent's desk. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app.floor_plan import ShowSeat, TaskAsked, TaskCancelled
from tandem.cti.model.errors import IllegalTransition, ResourceMissing, WrongState
from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.needs import kept_needs
from tandem.cti.model.records import TaskRecord
from tandem.cti.model.states import AgentState
from tandem.routing.core.acd import task as tk
from tandem.routing.core.acd.ledger import Entry
from tandem.routing.core.acd.reasons import sentences
from tandem.routing.core.acd.work import Match, Work
from tandem.routing.core.steps import steps_of

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

OFFER_S = 60.0
"""An offer that nobody accepts goes back into the line."""
REST_S = 60.0
"""Who returned a task, or did not accept it, is offered none for so long; others are, at once."""
_FULL = 1_000_000


def create(center: Center, asked: TaskAsked) -> None:
    """Raises ResourceMissing, WrongState; nothing is changed then."""
    if asked.queue not in center.plan.queues:
        raise ResourceMissing.because("no_queue", queue=asked.queue)
    if asked.id in center.tasks:
        raise WrongState.because("task_there")
    number = center.house.normalise(asked.number) if asked.number else ""
    record = TaskRecord(
        id=asked.id,
        rev=1,
        queue=asked.queue,
        title=asked.title,
        text=asked.text,
        customer=asked.customer,
        number_e164=number or asked.number,
        language=asked.language,
        needs=asked.needs,
        priority=asked.priority,
        tier=len(center.plan.tiers) - 1,
        queued_at=center.now,
        state="waiting",
        agent=None,
        created_by=asked.by,
        created_at=center.now,
    )
    _put(center, record)
    seek(center, record.id)


def cancel(center: Center, asked: TaskCancelled) -> None:
    """Raises ResourceMissing, WrongState (somebody works on it)."""
    record = find(center, asked.id)
    center.matcher.withdraw(WorkId(record.id))
    try:
        _step(center, record, tk.Cancelled(asked.by))
    except IllegalTransition as error:
        raise WrongState(str(error)) from error
    if record.agent is not None:
        center.sync_agent(center.agents[record.agent])


def accept(center: Center, agent: AgentId, id_: str) -> None:
    """Raises ResourceMissing, IllegalTransition."""
    _step(center, find(center, id_), tk.Accepted(agent))


def give_back(center: Center, agent: AgentId, id_: str, note: str) -> None:
    """Into the line again, at its place. Raises ResourceMissing, IllegalTransition."""
    record = _step(center, find(center, id_), tk.Returned(agent, note))
    center.resting[agent] = center.now + REST_S
    center.wake(center.resting[agent], "task_rest", agent)
    center.sync_agent(center.agents[agent])
    seek(center, record.id)


def finish(center: Center, agent: AgentId, id_: str, note: str) -> None:
    """Raises ResourceMissing, IllegalTransition."""
    _step(center, find(center, id_), tk.Done(agent, note))
    center.sync_agent(center.agents[agent])


def find(center: Center, id_: str) -> TaskRecord:
    record = center.tasks.get(id_)
    if record is None:
        raise ResourceMissing.because("no_task")
    return record


# ---- the line and the desk ----


def seek(center: Center, id_: str) -> None:
    """It looks for an agent."""
    record = center.tasks.get(id_)
    if record is None or record.state != "waiting" or center.matcher.place(WorkId(id_)) is not None:
        return
    queue = center.plan.queues.get(record.queue) or next(iter(center.plan.queues.values()))
    tier = center.plan.tiers[min(record.tier, len(center.plan.tiers) - 1)]
    work = Work(
        id=WorkId(id_),
        queue=queue.id,
        queued_at=record.queued_at,
        steps=steps_of(queue.steps, kept_needs(record.needs)),
        tier=tier.rank,
        priority=queue.priority + tier.priority + record.priority,
        target_s=queue.target_s,
        target_share=queue.target_share,
        handle_s=queue.handle_s,
        kind="task",
    )
    center.take(center.matcher.enqueue(work, now=center.now))


def matched(center: Center, match: Match) -> None:
    """Offered to this agent; a call may still come to him while he looks at it."""
    record = center.tasks[match.work.id]
    until = center.now + OFFER_S
    center.task_reasons[record.id] = sentences(match, center.names)
    _step(center, record, tk.Offered(match.agent, until))
    center.wake(until, "task", record.id)
    center.sync_agent(center.agents[match.agent])


def tick(center: Center, id_: str) -> None:
    """An offer's time is over."""
    record = center.tasks.get(id_)
    if record is None or record.agent is None or record.offered_until is None or record.offered_until > center.now:
        return
    give_back(center, record.agent, id_, "not accepted in time")


def rested(center: Center, agent: AgentId) -> None:
    if center.resting.get(agent, center.now + 1.0) <= center.now:
        del center.resting[agent]
        center.sync_agent(center.agents[agent])


def logged_off(center: Center, agent: AgentId) -> None:
    """What lies on his desk goes to others, at its place."""
    for record in [task for task in center.tasks.values() if task.agent == agent]:
        _step(center, record, tk.Returned(agent, "the agent logged off"))
        seek(center, record.id)


def on_desk(center: Center, agent: AgentId) -> list[TaskRecord]:
    """Offered to him or in his hand, oldest first."""
    return [center.tasks[id_] for id_ in center.desks.get(agent, ())]


def load_of(center: Center, agent: AgentId) -> int:
    """How many tasks he has, as far as his capacity goes; who has just returned one is given no other."""
    return _FULL if agent in center.resting else len(center.desks.get(agent, ()))


def load(center: Center, record: TaskRecord) -> None:
    """A task as the store has it, at start."""
    center.tasks[record.id] = record
    _on_its_desk(center, None, record)
    _in_ledger(center, record)
    agent = center.agents.get(record.agent) if record.agent is not None else None
    if record.agent is not None and (agent is None or agent.state is AgentState.LOGGED_OFF):
        record = _step(center, record, tk.Returned(record.agent, "the agent is not at work any more"))
    if record.offered_until is not None:
        center.wake(max(record.offered_until, center.now), "task", record.id)
    seek(center, record.id)


# ---- moves ----


def _step(center: Center, record: TaskRecord, event: tk.Event) -> TaskRecord:
    after = tk.step(record, event, now=center.now)
    _on_its_desk(center, record.agent, after)
    _put(center, after)
    for agent in {record.agent: None, after.agent: None}:
        if agent is not None:
            center.put(ShowSeat(agent))
    return after


def _on_its_desk(center: Center, before: AgentId | None, record: TaskRecord) -> None:
    if before is not None and (before != record.agent or record.state in tk.OVER):
        center.desks.get(before, {}).pop(record.id, None)
    if record.agent is not None and record.state not in tk.OVER:
        center.desks.setdefault(record.agent, {})[record.id] = None


def _put(center: Center, record: TaskRecord) -> None:
    if record.state in tk.OVER:
        center.tasks.pop(record.id, None)
        center.task_reasons.pop(record.id, None)
    else:
        center.tasks[record.id] = record
    _in_ledger(center, record)
    center.keep(record)


def _in_ledger(center: Center, record: TaskRecord) -> None:
    if record.state not in ("waiting", "offered"):
        center.ledger.leave(WorkId(record.id))
        return
    entry = Entry(
        id=WorkId(record.id),
        kind="task",
        queue=QueueId(record.queue),
        number=record.number_e164,
        queued_at=record.queued_at,
        tier=record.tier,
        priority=record.priority,
    )
    center.ledger.enter(entry)
