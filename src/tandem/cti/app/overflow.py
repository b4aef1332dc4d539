"""Callers whom their queue does not serve: closed, too long a wait, nobody there. The center's part. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app.announcements import prompt_for, wording
from tandem.cti.app.floor_plan import Closed, Reopened
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import CallId, QueueId
from tandem.routing.core.plan import Action, Texts
from tandem.routing.core.steps import LANGUAGE

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def look(center: Center, call: CallId) -> None:
    """Look at a waiting contact: does a rule of its queue act now? And when to look again."""


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
