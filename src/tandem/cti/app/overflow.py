"""Callers whom their queue does not serve: closed, too long a wait, nobody there. The center's part. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tandem.cti.app import acd, callback_promises
from tandem.cti.app.announcements import prompt_for, wording
from tandem.cti.app.floor_plan import Closed, Reopened
from tandem.cti.core import line_events as le
from tandem.cti.core.contact import Contact
from tandem.cti.model.hours import closes_at, is_open, opens_at
from tandem.cti.model.ids import CallId, QueueId, WorkId
from tandem.cti.model.skills import unmet
from tandem.cti.model.states import AgentState, Phase
from tandem.cti.model.timeline import Entry
from tandem.routing.core.acd.work import Work
from tandem.routing.core.overflow import LOOK_S, Situation, first_due, next_look_s
from tandem.routing.core.plan import Action, OverflowRule, QueuePlan, Texts
from tandem.routing.core.steps import LANGUAGE

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def look(center: Center, call: CallId) -> None:
    """Look at a waiting contact: is its queue closed, is a step due by prediction, does a rule act? And when again."""
    contact, caller = center.contacts[call], center.callers[call]
    if contact.phase is not Phase.QUEUED or contact.target or not _waits(center, call):
        return
    queue = acd.queue_of(center.plan, contact)
    closed = closed_for(center, contact, queue)
    if (closed is not None) is not acd.nobody_may(center, call):
        acd.again(center, call)  # it was closed, or opened, while he waits
        return
    if queue.id not in caller.visited:
        caller.visited = (*caller.visited, queue.id)
    looks_s: list[float] = []
    for part in (_closing, _widen, _overflow) if closed is None else (_closed,):
        due_s = part(center, contact, queue)
        if not _waits(center, call) or center.contacts[call].queue != contact.queue:
            return
        if due_s is not None:
            looks_s.append(due_s)
    if looks_s:
        caller.look_at = center.now + min(looks_s)
        center.wake(caller.look_at, "look", call)


def _waits(center: Center, call: CallId) -> bool:
    return center.matcher.place(WorkId(call)) is not None


def _closing(center: Center, contact: Contact, queue: QueuePlan) -> float | None:
    """It is open: in how many seconds to look again (None: it does not close)."""
    hours = center.plan.hours.get(queue.hours)
    end = closes_at(hours, center.now) if hours is not None and queue.closing == "closed" else None
    return None if end is None else max(LOOK_S, min(end - center.now, _HOUR_S))


def _closed(center: Center, contact: Contact, queue: QueuePlan) -> float | None:
    """Tell him who is on the line, or offer him what the queue has for such times."""
    state = opening(center, queue)
    if contact.absent:
        # he keeps his place until it opens; who opens it by hand has us look
        return _HOUR_S if state.opens_at is None else max(LOOK_S, min(state.opens_at - center.now, _HOUR_S))
    caller = center.callers[contact.id]
    if not contact.caller_ready or (contact.callback_offer and center.now < caller.asked_until):
        return LOOK_S  # not ours at this moment; or he thinks about what he was offered
    action = state.action or _MESSAGE
    key = f"{queue.id}:closed"
    if key in caller.overflowed or (action.kind == "queue" and action.to in caller.visited):
        action = _MESSAGE  # what he was offered instead he did not take
    if action.kind == "callback" and not callback_promises.may_offer(center, contact):
        action = _MESSAGE
    caller.overflowed = (*caller.overflowed, key)
    caller.asked_until = center.now + center.house.rules.media_s
    act(center, contact, action, dict(state.why))
    return LOOK_S


def _widen(center: Center, contact: Contact, queue: QueuePlan) -> float | None:
    """Steps that come when the wait is predicted to be long."""
    work = center.callers[contact.id].work
    if work is None or all(step.predicted_over_s is None for step in queue.steps):
        return None
    sticky = len(work.steps) - len(queue.steps)  # a step of one's own agent stands before the queue's
    left = acd.expected_wait(center, contact.id)
    reached = center.matcher.step_of(work.id)
    for number, step in enumerate(queue.steps, sticky):
        long = left is not None and step.predicted_over_s is not None and left.p50_s > step.predicted_over_s
        if long and number > reached:
            center.note(contact.id, Entry.WIDENED, step=number, number=number + 1)
            acd.take(center, center.matcher.widen(work.id, number, now=center.now))
            return LOOK_S
    return LOOK_S if reached < len(work.steps) - 1 else None


def _overflow(center: Center, contact: Contact, queue: QueuePlan) -> float | None:
    if not queue.overflow:
        return None
    caller = center.callers[contact.id]
    acted = {
        number
        for number, rule in enumerate(queue.overflow)
        if f"{queue.id}:{number}" in caller.overflowed
        or (contact.absent and rule.action.kind != "queue")
        # while the flow looks after him it is the flow that offers him a call back
        or (contact.waits and rule.action.kind == "callback")
    }
    now = _situation(center, contact, queue)
    number = first_due(queue.overflow, now, acted)
    if number is None:
        return next_look_s(queue.overflow, now, acted)
    caller.overflowed = (*caller.overflowed, f"{queue.id}:{number}")
    rule = queue.overflow[number]
    act(center, contact, rule.action, _rule_text(rule))
    return next_look_s(queue.overflow, now, {*acted, number})


def _situation(center: Center, contact: Contact, queue: QueuePlan) -> Situation:
    caller = center.callers[contact.id]
    assert contact.queued_at is not None
    assert caller.work is not None
    waited_s = max(0.0, center.now - contact.queued_at)
    predicts = any(rule.predicted_over_s is not None for rule in queue.overflow)
    left = acd.expected_wait(center, contact.id) if predicts else None
    return Situation(
        waited_s=waited_s,
        predicted_s=None if left is None else waited_s + left.p50_s,
        ready=_at_work(center, caller.work, max(rule.ready_below or 0 for rule in queue.overflow)),
        waiting=center.waiting_in[queue.id],
        visited=caller.visited,
    )


def _at_work(center: Center, work: Work, enough: int) -> int:
    """Agents Ready or at work who meet any step; counted up to ``enough``."""
    count = 0
    for agent in center.agents.values() if enough else ():
        if agent.state in _AT_WORK and any(unmet(step.needs, agent.skills) is None for step in work.steps):
            count += 1
            if count >= enough:
                break
    return count


_AT_WORK = (AgentState.READY, AgentState.BUSY, AgentState.WORKING_AFTER_CALL)


def _rule_text(rule: OverflowRule) -> dict[str, str]:
    """The rule in words, by language."""
    zh, en = [], []
    if rule.waited_over_s is not None:
        zh.append(f"已等待超过 {rule.waited_over_s:g} 秒")
        en.append(f"waited over {rule.waited_over_s:g} s")
    if rule.predicted_over_s is not None:
        zh.append(f"预计等待超过 {rule.predicted_over_s:g} 秒")
        en.append(f"predicted wait over {rule.predicted_over_s:g} s")
    if rule.ready_below is not None:
        zh.append(f"在岗座席少于 {rule.ready_below} 位")
        en.append(f"fewer than {rule.ready_below} agents at work")
    if rule.waiting_over is not None:
        zh.append(f"排队超过 {rule.waiting_over} 个")
        en.append(f"more than {rule.waiting_over} waiting")
    return {"zh": "，".join(zh), "en": ", ".join(en)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Is a queue open; if not: why (by language), closed by hand or by its hours, until when (None: unknown)."""

    open: bool
    why: Texts = field(default_factory=dict)
    by_hand: bool = False
    opens_at: float | None = None
    action: Action | None = None
    """What becomes of its callers."""


_HOUR_S = 3600.0
_OPEN = Opening(open=True)
_MESSAGE = Action(kind="message")


def opening(center: Center, queue: QueuePlan) -> Opening:
    closure = center.closures.get(queue.id) or center.closures.get(None)
    if closure is not None:
        action = Action(kind="message", text=closure.text) if closure.text else queue.closed or _MESSAGE
        because = f": {closure.reason}" if closure.reason else ""
        return Opening(
            open=False,
            why={"en": f"closed by {closure.by}{because}", "zh": f"由 {closure.by} 关闭{because}"},
            by_hand=True,
            action=action,
        )
    hours = center.plan.hours.get(queue.hours)
    if hours is None or is_open(hours, center.now):
        return _OPEN
    return Opening(
        open=False,
        why={"en": "outside its hours", "zh": "非服务时间"},
        opens_at=opens_at(hours, center.now),
        action=queue.closed or _MESSAGE,
    )


def closed_for(center: Center, contact: Contact, queue: QueuePlan) -> Opening | None:
    """Why this caller is not served here now; None when he is: it is open, or was when he came (``closing: serve``)."""
    state = opening(center, queue)
    if state.open:
        return None
    hours = center.plan.hours.get(queue.hours)
    came_in_time = hours is not None and contact.queued_at is not None and is_open(hours, contact.queued_at)
    return None if came_in_time and queue.closing == "serve" and not state.by_hand else state


def close(center: Center, input_: Closed) -> None:
    """A queue (or all) is closed by hand; who waits there is told now."""
    closure = input_.closure
    center.closures[closure.queue] = closure
    center.sounds = {**center.sounds, **dict(input_.sounds)}
    _look_at_all(center, closure.queue)


def reopen(center: Center, input_: Reopened) -> None:
    """Who waits there still is served again."""
    center.closures.pop(input_.queue, None)
    _look_at_all(center, input_.queue)


def _look_at_all(center: Center, queue: QueueId | None) -> None:
    for work in center.matcher.waiting():
        if queue in (None, work.queue) and CallId(work.id) in center.contacts:
            look(center, CallId(work.id))


def act(center: Center, contact: Contact, action: Action, why: dict[str, str]) -> None:
    """Have this become of a contact that waits. ``why`` is the rule, by language."""
    prompts = said(center, wording(action), contact.language)
    event: object
    match action.kind:
        case "queue":
            # the language is still needed; the product skill belonged to the old queue
            needs = tuple(need for need in contact.needs if need.skill.startswith(LANGUAGE))
            event = le.QueueChanged(queue=QueueId(action.to), needs=needs, priority=contact.priority, why=why)
        case "number":
            event = le.SentOutside(number=action.to, why=why, prompts=prompts)
        case "voicemail":
            event = le.MessageAsked(prompts=prompts, why=why)
        case "callback":
            if not callback_promises.may_offer(center, contact):
                return
            event = le.CallbackOffered(prompts=prompts, other_number=True)
        case "message":
            event = le.LastWords(prompts=prompts, why=why)
    center.step(center.contacts[contact.id], event)


def said(center: Center, texts: Texts, language: str) -> tuple[str, ...]:
    """Media names of what is to be said; none where it was not prepared."""
    prompt = prompt_for(texts, language)
    name = center.sounds.get(prompt) if prompt is not None else None
    return () if name is None else (name,)
