"""The center's way into the flows: what a flow wants becomes events of the contact. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tandem.cti.app import callbacks
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact
from tandem.cti.model.errors import BadRequest
from tandem.cti.model.ids import QueueId
from tandem.ivr.core import dialogue, interpreter
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.world import World

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def advance(center: Center, contact: Contact, effect: ct.Advance) -> None:
    """Move the contact's flow on, and the contact with it."""
    flow = center.house.flows.get(contact.dnis)
    if flow is None:
        _rescue(center, contact)
        return
    world = World(now=center.now)
    if effect.what == "start" or not contact.flow_state:
        outcome = interpreter.start(flow, world)
    else:
        try:
            state = interpreter.decode_state(contact.flow_state)
        except BadRequest:
            _rescue(center, contact)
            return
        match effect.what:
            case "resume":
                outcome = interpreter.resume(flow, state, world)
            case "digits":
                outcome = interpreter.step(flow, state, dialogue.Digits(effect.digits), world)
            case "no_input":
                # a Play answers "played", a Collect "no input": the state knows which one is in hand
                outcome = interpreter.step(flow, state, dialogue.Played(), world)
                if not outcome.effects:
                    outcome = interpreter.step(flow, state, dialogue.NoInput(), world)
            case _:
                outcome = interpreter.step(flow, state, dialogue.MediaFailed(), world)
    for wanted in outcome.effects:
        asked = _from_flow(center, wanted, outcome.state, flow)
        if isinstance(asked, ct.FlowPlays) and effect.what == "resume":
            asked = replace(asked, again=True)
        elif isinstance(asked, ct.QueueAsked):
            asked = callbacks.with_earlier_place(center, center.contacts[contact.id], asked)
        center.step(center.contacts[contact.id], asked)


def _from_flow(center: Center, wanted: dialogue.Effect, state: IvrState, flow: Flow) -> Any:
    if isinstance(wanted, dialogue.HangUp):
        return ct.FlowEnded(reason=wanted.reason)
    pressed = tuple(
        {"step": press.step, "digit": press.digit, "zh": "", "en": "", **dict(press.labels)}
        for press in flow.pressed(state)
    )
    if isinstance(wanted, dialogue.Enqueue):
        queue = QueueId(wanted.queue)
        return ct.QueueAsked(
            queue=queue,
            needs=wanted.needs,
            priority=wanted.priority,
            language=wanted.language,
            pressed=pressed,
        )
    prompts = wanted.prompts if isinstance(wanted, dialogue.Play | dialogue.Collect) else ()
    names = tuple(center.house.sounds[prompt] for prompt in prompts if prompt in center.house.sounds)
    collect = wanted if isinstance(wanted, dialogue.Collect) else None
    return ct.FlowPlays(
        prompts=names,
        max_digits=collect.max_digits if collect else 0,
        timeout_s=collect.timeout_s if collect else 0.0,
        flow_state=interpreter.encode_state(state),
        language=state.language,
        pressed=pressed,
    )


def _rescue(center: Center, contact: Contact) -> None:
    """No flow can take this caller: the first queue does. Never dead air."""
    queue = contact.queue or center.plan.for_calls[0].id
    asked = ct.QueueAsked(
        queue=queue, needs=contact.needs, priority=contact.priority, language=contact.language, pressed=()
    )
    center.step(center.contacts[contact.id], asked)
