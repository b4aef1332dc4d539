"""The center's way into the flows: what a flow wants becomes events of the contact, and what came of it goes back.

Exactly one thing is in hand at a time (``Contact.in_hand``). Whatever goes wrong in a flow, its caller is with the
on_error queue, or stays where he waits, and never in silence. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tandem.cti.app import (
    callback_promises,
    callbacks,
    flow_drafts,
    flow_records,
    flow_shelf,
    flow_sounds,
    number_checks,
)
from tandem.cti.app.floor_plan import DipAnswered, DipAsked, SpeechMade
from tandem.cti.app.flow_world import world
from tandem.cti.core import contact as ct
from tandem.cti.core import flow_events as fe
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import AgentId, CallId, DeviceId, QueueId, Token
from tandem.cti.model.requests import Collect, Music, Play
from tandem.cti.model.states import AgentState, Phase
from tandem.cti.model.timeline import Entry
from tandem.cti.model.tone import TONE
from tandem.ivr.core import dialogue, interpreter
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.interpreter import Outcome
from tandem.ivr.core.state import IvrState, decode_state, encode_state
from tandem.ivr.core.values import Secret
from tandem.ivr.core.world import World

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

DIP_SLACK_S = 1.0
NUMBER_SLACK_S = 1.0
MUSIC_SLACK_S = 5.0
"""The switch ends it; the deadline is for the case that it never says so."""
MOST_AT_ONCE = 40
"""Moves of a flow that follow each other without anything that takes time; more are a circle."""
_WITH_FLOW = (Phase.IVR, Phase.QUEUED, Phase.SURVEY)
_NO_TOKEN = Token("")

_Move = Callable[[Flow, IvrState, World], Outcome]


def advance(center: Center, contact: Contact, effect: ct.Advance) -> None:
    """Move the contact's flow on, and the contact with it."""
    match effect.what:
        case "start":
            if not _asks_who(center, contact):
                _move(center, contact.id, None)
        case "resume" | "wait" | "after":
            _begin(center, contact, effect)
        case "digits":
            _digits(center, contact, effect)
        case "recorded":
            tell(center, contact.id, dialogue.Recorded(effect.recording, effect.seconds))
        case _:
            tell(center, contact.id, _ANSWERS[effect.what])


def _asks_who(center: Center, contact: Contact) -> bool:
    """Whether the flow waits a moment for the look-up of its caller; never twice."""
    if contact.media or center.callers[contact.id].looked_up or not center.house.limits.known_s:
        return False
    asks = fe.FlowAsks(
        what="customer",
        within_s=center.house.limits.known_s,
        flow_state="",
        language=contact.language,
        pressed=contact.pressed,
    )
    center.step(contact, asks)
    return True


def known(center: Center, call: CallId) -> None:
    """The look-up has answered, or says that it takes longer: the flow that waited for it begins."""
    contact = center.contacts[call]
    if contact.in_hand == "customer":
        center.step(contact, fe.FlowAnswered())
        _move(center, call, None)


_ANSWERS: Mapping[str, dialogue.IvrEvent] = {
    "played": dialogue.Played(),
    "no_input": dialogue.NoInput(),
    "failed": dialogue.MediaFailed("media"),
    "timeout": dialogue.Fetched("timeout"),
    "transfer_failed": dialogue.TransferFailed("no_answer"),
}


def _begin(center: Center, contact: Contact, effect: ct.Advance) -> None:
    """A branch, or what was in hand once more."""
    match contact.phase:
        case Phase.IVR:
            _move(center, contact.id, interpreter.resume if contact.flow_state else None, again=effect.again)
        case Phase.QUEUED if contact.waits and contact.caller_ready and not contact.in_hand:
            _move(center, contact.id, _wait_on, again=effect.again)
        case Phase.SURVEY:
            _move(center, contact.id, _after_on, again=effect.again, flush=not effect.again)
        case _:
            pass  # an agent was found for him at this very moment


def _wait_on(flow: Flow, state: IvrState, facts: World) -> Outcome:
    begun = state.mode == "waiting" and not interpreter.is_over(flow, state)
    return interpreter.resume(flow, state, facts) if begun else interpreter.wait(flow, state, facts)


def _after_on(flow: Flow, state: IvrState, facts: World) -> Outcome:
    begun = state.mode == "after"
    return interpreter.resume(flow, state, facts) if begun else interpreter.after(flow, state, facts)


def _digits(center: Center, contact: Contact, effect: ct.Advance) -> None:
    secret = Secret(effect.secret, effect.secret_length) if effect.secret else None
    shown = "•" * effect.secret_length if secret else _shown(center, contact, effect.digits)
    center.note(contact.id, Entry.DIGIT, digits=shown)
    tell(center, contact.id, dialogue.Digits("" if secret else effect.digits, secret))


def _shown(center: Center, contact: Contact, digits: str) -> str:
    """What people may see of these digits."""
    flow = flow_shelf.of_call(center, contact)
    try:
        step = None if flow is None else flow.steps.get(decode_state(contact.flow_state).step)
        return digits if step is None else step.shown(digits)
    except Exception:
        return "•" * len(digits)


def tell(center: Center, call: CallId, event: dialogue.IvrEvent) -> None:
    """The answer to what the flow has in hand."""

    def step(flow: Flow, state: IvrState, facts: World) -> Outcome:
        outcome = interpreter.step(flow, state, event, facts)
        # what is no answer to it leaves it in hand: it is asked for again
        return outcome if outcome.effects else interpreter.resume(flow, outcome.state, facts)

    _move(center, call, step)


def _move(center: Center, call: CallId, move: _Move | None, *, again: bool = False, flush: bool = False) -> None:
    """``move``: None begins the flow. ``again``: a predecessor has asked for what comes of it. ``flush``: what was
    pressed before is no answer to it."""
    contact, caller = center.contacts[call], center.callers[call]
    if contact.phase not in _WITH_FLOW:
        return
    flow = flow_shelf.of_call(center, contact)
    if flow is None:
        _without_flow(center, contact)
        return
    caller.flow_moves += 1
    try:
        facts = world(center, contact)
        if caller.flow_moves > MOST_AT_ONCE:
            raise RecursionError("it goes in a circle")
        if move is None:
            language = str(facts.customer.get("language", ""))
            outcome = interpreter.start(flow, facts, language=language)
        else:
            outcome = move(flow, decode_state(contact.flow_state), facts)
        state = encode_state(outcome.state)
    except Exception as error:  # a defect of the flow's machinery must not cost a call
        _raised(center, contact, flow, error)
        return
    else:
        flow_records.keep(center, call, outcome)
        for effect in outcome.effects:
            carry_out(center, call, flow, outcome.state, state, effect, again=again, flush=flush)
        if not outcome.effects:
            _nothing_to_do(center, call)
    finally:
        caller.flow_moves -= 1


def _nothing_to_do(center: Center, call: CallId) -> None:
    """The branch is not there: music for who waits, the end for who has talked."""
    if center.contacts[call].phase is Phase.SURVEY:
        center.step(center.contacts[call], fe.FlowEnded(reason=""))


# ---- what the flow wants ---------------------------------------------------------------------------------------------


def carry_out(
    center: Center,
    call: CallId,
    flow: Flow,
    state: IvrState,
    encoded: str,
    effect: dialogue.Effect,
    *,
    again: bool = False,
    flush: bool = False,
) -> None:
    contact = center.contacts[call]
    if contact.draft and (instead := flow_drafts.instead_of(center, state, effect)) is not None:
        told, center.callers[call].draft_told = center.callers[call].draft_told, True
        effect = dialogue.HangUp(flow_drafts.ENDED) if told else instead
    if contact.phase is Phase.QUEUED and state.mode != "waiting" and not isinstance(effect, dialogue.Enqueue):
        center.step(contact, fe.LineLeft())
    stage = center.house.stage
    if stage is not None and (answer := stage.asked(contact, state, effect)) is not None:
        _keep_state(center, call, encoded)
        tell(center, call, answer)
        return
    pressed = _pressed(flow, state)

    def asks(what: str, within_s: float, request: Play | Collect | Music | None = None) -> None:
        center.step(
            center.contacts[call],
            fe.FlowAsks(
                what=what,
                within_s=within_s,
                flow_state=encoded,
                language=state.language,
                pressed=pressed,
                request=request,
                again=again,
            ),
        )

    names: tuple[str, ...] = ()
    heard_s = 0.0
    if isinstance(effect, dialogue.Play | dialogue.Collect | dialogue.RecordMessage | dialogue.Transfer):
        unknown = flow_sounds.unknown(center, effect.prompts)
        if unknown:
            asks("speech", flow_sounds.SPEECH_S)
            flow_sounds.ask(center, call, effect, unknown)
            return
        names = flow_sounds.names(center, effect.prompts)
        heard_s = flow_sounds.longest_s(center, effect.prompts)
    match effect:
        case dialogue.Play() if not names:
            _keep_state(center, call, encoded)
            tell(center, call, dialogue.Played())
        case dialogue.Play():
            asks("play", heard_s, _request(contact, effect, names))
        case dialogue.Collect():
            listened_s = effect.timeout_s + effect.max_digits * effect.digit_timeout_s
            asks("collect", heard_s + listened_s, _request(contact, effect, names, flush=flush))
        case dialogue.Music():
            asks("music", effect.seconds + MUSIC_SLACK_S, _request(contact, effect))
        case dialogue.Dip():
            asks("dip", effect.timeout_s + DIP_SLACK_S)
            contact = center.contacts[call]
            if contact.in_hand == "dip":
                center.put(DipAsked(call, contact.token, effect))
        case dialogue.RecordMessage():
            records = fe.FlowRecords(
                prompts=(*names, TONE),
                heard_s=heard_s,
                most_s=effect.most_s,
                min_s=effect.min_s,
                terminator=effect.terminator,
                queue=effect.queue,
                flow_state=encoded,
                language=state.language,
                pressed=pressed,
            )
            center.step(center.contacts[call], records)
        case dialogue.OfferCallback() if callback_promises.waits(center, call, effect):
            asks("number", number_checks.ANSWER_S + NUMBER_SLACK_S)
        case dialogue.OfferCallback():
            _keep_state(center, call, encoded)
            tell(center, call, dialogue.CallbackTaken(callback_promises.promise(center, call, effect)))
        case dialogue.Transfer():
            _transfer(center, call, effect, names, encoded)
        case dialogue.Enqueue():
            _enqueue(center, call, effect, pressed, encoded)
        case dialogue.HangUp(reason):
            center.step(center.contacts[call], fe.FlowEnded(reason=reason, flow_state=encoded))


def _request(
    contact: Contact,
    effect: dialogue.Play | dialogue.Collect | dialogue.Music,
    names: tuple[str, ...] = (),
    *,
    flush: bool = False,
) -> Play | Collect | Music:
    """Of the caller's media; ``names``: of the sounds."""
    call, connection = contact.id, contact.caller
    match effect:
        case dialogue.Play():
            return Play(call=call, connection=connection, prompts=names, token=_NO_TOKEN, barge_in=effect.barge_in)
        case dialogue.Collect():
            return Collect(
                call=call,
                connection=connection,
                prompts=names,
                max_digits=effect.max_digits,
                timeout_s=effect.timeout_s,
                token=_NO_TOKEN,
                digit_timeout_s=effect.digit_timeout_s,
                terminator=effect.terminator,
                sensitive=effect.sensitive,
                flush=effect.flush or flush,
            )
        case dialogue.Music():
            return Music(call=call, connection=connection, seconds=effect.seconds, keys=effect.keys, token=_NO_TOKEN)


def _keep_state(center: Center, call: CallId, encoded: str) -> None:
    """The answer follows at once, and is an answer to this state."""
    center.change(call, flow_state=encoded)


def _pressed(flow: Flow, state: IvrState) -> tuple[dict[str, str], ...]:
    return tuple(
        {"step": press.step, "digit": press.digit, "zh": "", "en": "", **dict(press.labels)}
        for press in flow.pressed(state)
    )


def _transfer(center: Center, call: CallId, effect: dialogue.Transfer, names: tuple[str, ...], encoded: str) -> None:
    device = _outside(center, effect)
    if device is None:
        center.note(call, Entry.TRANSFER_REFUSED, number=effect.sip or effect.number)
        _keep_state(center, call, encoded)
        tell(center, call, dialogue.TransferFailed("not_allowed"))
        return
    transfers = fe.FlowTransfers(device=device, prompts=names, timeout_s=effect.timeout_s, flow_state=encoded)
    center.step(center.contacts[call], transfers)


def _outside(center: Center, effect: dialogue.Transfer) -> DeviceId | None:
    """What is dialled; None: it may not be."""
    if effect.sip:
        host = effect.sip.rpartition("@")[2].partition(":")[0].lower()
        return DeviceId(f"sip:{effect.sip}") if host in center.house.sip_hosts else None
    number: str = center.house.normalise(effect.number)
    return DeviceId(number) if number and center.house.number_allowed(number) else None


def _enqueue(
    center: Center, call: CallId, effect: dialogue.Enqueue, pressed: tuple[dict[str, str], ...], encoded: str
) -> None:
    contact = center.contacts[call]
    asked = ct.QueueAsked(
        queue=QueueId(effect.queue),
        needs=effect.needs,
        priority=effect.priority,
        language=effect.language,
        pressed=pressed,
        flow_state=encoded,
        agent=_wanted(center, effect.agent),
        tier=effect.tier,
        waits=effect.waits,
        after_call=effect.after_call,
        failure=effect.failure,
    )
    if contact.phase is not Phase.QUEUED:
        asked = callbacks.with_earlier_place(center, contact, asked)
    center.step(center.contacts[call], asked)


def _wanted(center: Center, login: str) -> AgentId | None:
    """Who is wanted first, when he is at work at all."""
    agent = center.agents.get(AgentId(login)) if login else None
    away = (AgentState.LOGGED_OFF, AgentState.NOT_READY)
    return None if agent is None or agent.state in away else agent.id


# ---- what goes wrong -------------------------------------------------------------------------------------------------


def _raised(center: Center, contact: Contact, flow: Flow, error: Exception) -> None:
    call = contact.id
    kind = type(error).__name__
    center.note(call, Entry.FLOW_RAISED, error=kind, where=_where(error))
    _rescue(center, call, QueueId(flow.on_error))


def _where(error: Exception) -> str:
    """Function and line; not its text, which may hold what the caller typed."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return "" if place is None else f"{place.tb_frame.f_code.co_qualname}:{place.tb_lineno}"


def _without_flow(center: Center, contact: Contact) -> None:
    """No flow can take this caller: the first queue does. Never dead air."""
    _rescue(center, contact.id, contact.queue or center.plan.for_calls[0].id)


def _rescue(center: Center, call: CallId, queue: QueueId) -> None:
    contact = center.contacts[call]
    if contact.phase is Phase.SURVEY or contact.draft:
        center.step(contact, fe.FlowEnded(reason=dialogue.FLOW_RAISED))
        return
    asked = ct.QueueAsked(
        queue=queue,
        needs=contact.needs,
        priority=contact.priority,
        language=contact.language,
        pressed=contact.pressed,
        flow_state=contact.flow_state,
        failure=dialogue.FLOW_RAISED,
    )
    center.step(contact, asked)


# ---- answers from elsewhere ------------------------------------------------------------------------------------------


def dip_answered(center: Center, input_: DipAnswered) -> None:
    """Also when it is too late, or comes twice: then it is no news."""
    if _awaited(center, input_.call, input_.token, "dip"):
        tell(center, input_.call, dialogue.Fetched(input_.status, input_.values))


def number_known(center: Center, call: CallId) -> None:
    """Whether a number may be called back is known, or not waited for any longer: the promise is asked for again."""
    center.step(center.contacts[call], fe.FlowAnswered())
    if center.contacts[call].phase in _WITH_FLOW:
        _move(center, call, interpreter.resume)


def speech_made(center: Center, input_: SpeechMade) -> None:
    """Sounds that come too late are there for the next time."""
    flow_sounds.keep(center, input_.sounds)
    if not _awaited(center, input_.call, input_.token, "speech"):
        return
    contact, caller = center.contacts[input_.call], center.callers[input_.call]
    effect, flow = caller.speaks, flow_shelf.of_call(center, contact)
    if effect is None or flow is None or flow_sounds.unknown(center, effect.prompts):
        tell(center, input_.call, dialogue.MediaFailed("speech"))
        return
    encoded = contact.flow_state
    carry_out(center, input_.call, flow, decode_state(encoded), encoded, effect)


def _awaited(center: Center, call: CallId, token: Token, what: str) -> bool:
    """The flow waits for just this; from now on it does not any more."""
    contact = center.contacts.get(call)
    if contact is None or contact.in_hand != what or contact.token != token:
        return False
    center.step(contact, fe.FlowAnswered())
    return center.contacts[call].phase in _WITH_FLOW  # else it is asked for again, should he not be connected
