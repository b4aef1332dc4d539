"""What agents ask for, carried out on the center. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import callbacks, campaign_commands, rows, tasks
from tandem.cti.app.floor_plan import Commanded, LookUp, ShowSeat
from tandem.cti.app.house import WrapUpState
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact, changed
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.ids import AgentId, CustomerId, QueueId
from tandem.cti.model.states import CHOSEN_REASONS, AgentState, NotReadyReason
from tandem.cti.model.timeline import Entry
from tandem.routing.core.acd import agent as ag
from tandem.routing.core.acd.agent import Agent

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def commanded(center: Center, input_: Commanded) -> None:
    """Carry out what an agent asks for. Raises BadRequest, WrongState, ResourceMissing; nothing is changed then."""
    command = input_.command
    if isinstance(command, m.CallbackDone):  # supervisors do it, too
        callbacks.done_by_hand(center, command.callback, input_.agent)
        return
    agent = center.agent(input_.agent)
    match command:
        case m.SetReady():
            center.agent_step(agent, ag.ReadyAsked())
        case m.SetNotReady(reason=why):
            if why not in CHOSEN_REASONS:
                raise BadRequest.because("shape_choice", field="reason", choices=", ".join(sorted(CHOSEN_REASONS)))
            center.agent_step(agent, ag.NotReadyAsked(NotReadyReason(why)))
        case m.PopShown():
            center.step(_at_seat(center, agent, command.call), ct.PopPainted(offer=command.offer))
        case m.Decline():
            center.step(_at_seat(center, agent, command.call), ct.DeclineAsked())
        case m.HangUp():
            center.step(_at_seat(center, agent, command.call), ct.HangUpAsked())
        case m.Transfer():
            center.step(_at_seat(center, agent, command.call), _transfer(center, command, agent))
        case m.ChooseCustomer():
            _choose(center, agent, command)
        case m.WrapUp():
            _dispose(center, agent, command)
        case m.MoreTime():
            wrap_up = _wrap_up_of(center, agent, command.call)
            until = max(wrap_up.until, center.now) + center.house.limits.more_time_s
            center.wrap_ups[agent.id] = replace(wrap_up, until=until)
            center.wake(until, "wrap_up", agent.id)
            center.put(ShowSeat(agent.id))
        case m.PreviewDial():
            campaign_commands.dial(center, _at_seat(center, agent, command.call), command)
        case m.PreviewSkip():
            campaign_commands.skip(center, _at_seat(center, agent, command.call), command)
        case m.MarkMachine():
            campaign_commands.mark_machine(center, agent.id, _at_seat(center, agent, command.call))
        case m.DoNotCall():
            campaign_commands.do_not_call(center, agent.id, _with_agent(center, agent, command.call), command)
        case m.CallAgain():
            campaign_commands.call_again(center, agent.id, _with_agent(center, agent, command.call), command)
        case m.DialNumber():
            raise WrongState("a number is looked up before it is dialled")
        case m.TaskAccept():
            tasks.accept(center, agent.id, command.task)
        case m.TaskReturn():
            tasks.give_back(center, agent.id, command.task, command.note)
        case m.TaskDone():
            tasks.finish(center, agent.id, command.task, command.note)


def _at_seat(center: Center, agent: Agent, call: str) -> Contact:
    contact = center.contact_of(agent.id)
    if contact is None or contact.id != call:
        raise WrongState.because("call_not_at_seat")
    return contact


def _with_agent(center: Center, agent: Agent, call: str) -> Contact:
    """At his seat, or in his wrap-up."""
    wrap_up = center.wrap_ups.get(agent.id)
    return wrap_up.contact if wrap_up is not None and wrap_up.contact.id == call else _at_seat(center, agent, call)


def _transfer(center: Center, command: m.Transfer, agent: Agent) -> ct.TransferAsked:
    if command.kind == "queue":
        if all(command.to != queue.id for queue in center.plan.for_calls):
            raise ResourceMissing.because("no_queue", queue=command.to)
        # the language is still needed; the product skill belonged to the old queue
        needs = tuple(n for n in _at_seat(center, agent, command.call).needs if n.skill.startswith("language:"))
        return ct.TransferAsked(queue=QueueId(command.to), needs=needs)
    if command.kind == "agent":
        target = AgentId(command.to)
        if target not in center.agents or target == agent.id:
            raise ResourceMissing.because("other_agent")
        if center.agents[target].state in (AgentState.LOGGED_OFF, AgentState.NOT_READY):
            raise WrongState.because("agent_not_ready", agent=center.house.agents[target].name)
        return ct.TransferAsked(target=target)
    if command.kind == "number":
        number = center.house.normalise(command.to)
        if not number or not center.house.number_allowed(number):
            raise BadRequest.because("number_not_allowed", number=command.to)
        return ct.TransferAsked(number=number)
    raise BadRequest.because("shape_choice", field="kind", choices="agent, number, queue")


def _choose(center: Center, agent: Agent, command: m.ChooseCustomer) -> None:
    customer = CustomerId(command.customer)
    wrap_up = center.wrap_ups.get(agent.id)
    if wrap_up is not None and wrap_up.contact.id == command.call:
        contact = changed(wrap_up.contact, customer=customer)
        center.wrap_ups[agent.id] = replace(wrap_up, contact=contact)
        center.change(contact.id, customer=customer)
        center.put(ShowSeat(agent.id))
    else:
        contact = _at_seat(center, agent, command.call)
        center.step(contact, ct.CustomerKnown(customer=customer))
    if contact.ani_e164:
        center.put(LookUp(contact.id, contact.ani_e164))  # he may have been created just now


def _wrap_up_of(center: Center, agent: Agent, call: str) -> WrapUpState:
    wrap_up = center.wrap_ups.get(agent.id)
    if wrap_up is None or wrap_up.contact.id != call:
        raise WrongState.because("no_wrap_up")
    return wrap_up


def _dispose(center: Center, agent: Agent, command: m.WrapUp) -> None:
    wrap_up = _wrap_up_of(center, agent, command.call)
    if command.disposition not in center.house.dispositions:
        raise BadRequest.because("no_disposition")
    campaign_commands.check_disposition(center, wrap_up.contact, command.disposition)
    if command.next not in ("ready", "not_ready"):
        raise BadRequest.because("shape_choice", field="next", choices="not_ready, ready")
    contact = wrap_up.contact
    if contact.queue in center.handling and not contact.for_campaign:
        center.handling[contact.queue].add(wrap_up.talk_s + max(0.0, center.now - wrap_up.started_at))
    del center.wrap_ups[agent.id]
    center.keep(
        rows.contact_row(
            contact,
            agent=agent.id,
            talk_s=wrap_up.talk_s,
            disposition=command.disposition,
            notes=command.notes,
            rev=2,
        )
    )
    campaign_commands.disposed(center, agent.id, contact, command.disposition)
    center.note(contact.id, Entry.HISTORY_WRITTEN, disposition=command.disposition)
    center.agent_step(agent, ag.Disposed(contact.id, ready=command.next == "ready"))
