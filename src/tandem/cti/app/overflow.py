"""Callers whom their queue does not serve: closed, too long a wait, nobody there. The center's part. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tandem.cti.app.announcements import prompt_for, wording
from tandem.cti.app.floor_plan import Closed, Reopened
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import CallId, QueueId
from tandem.routing.core.hours import is_open, opens_at
from tandem.routing.core.plan import Action, QueuePlan, Texts
from tandem.routing.core.steps import LANGUAGE

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def look(center: Center, call: CallId) -> None:
    """Look at a waiting contact: does a rule of its queue act now? And when to look again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Is a queue open; if not: why (by language), closed by hand or by its hours, until when (None: unknown)."""

    open: bool
    why: Texts = field(default_factory=dict)
    by_hand: bool = False
    opens_at: float | None = None
    action: Action | None = None
    """What becomes of its callers."""


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


def close(center: Center, input_: Closed) -> None:
    """A queue (or all) is closed by hand; who waits there is told now."""
    closure = input_.closure
    center.closures[closure.queue] = closure
    center.sounds = {**center.sounds, **input_.sounds}
    for work in center.matcher.waiting():
        if closure.queue in (None, work.queue):
            look(center, CallId(work.id))


def reopen(center: Center, input_: Reopened) -> None:
    center.closures.pop(input_.queue, None)


def act(center: Center, contact: Contact, action: Action, why: dict[str, str]) -> None:
    """Have this become of a contact that waits. ``why`` is the rule, by language."""
    prompts = said(center, wording(action), contact.language)
    event: object
    match action.kind:
        case "queue":
            # the language is still needed; the product skill belonged to the old queue
            needs = tuple(need for need in contact.needs if need.skill.startswith(LANGUAGE))
            event = ct.QueueChanged(queue=QueueId(action.to), needs=needs, priority=contact.priority, why=why)
        case "number":
            event = ct.SentOutside(number=action.to, why=why, prompts=prompts)
        case "voicemail":
            event = ct.MessageAsked(prompts=prompts, why=why)
        case "callback":
            event = ct.CallbackOffered(prompts=prompts)
        case "message":
            event = ct.LastWords(prompts=prompts, why=why)
    center.step(center.contacts[contact.id], event)


def said(center: Center, texts: Texts, language: str) -> tuple[str, ...]:
    """Media names of what is to be said; none where it was not prepared."""
    prompt = prompt_for(texts, language)
    name = center.sounds.get(prompt) if prompt is not None else None
    return () if name is None else (name,)
