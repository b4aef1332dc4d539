"""After a gap: bring what we believe in line with what the switch really has, by synthetic events.

``restore`` takes up what the store knows; ``adopt`` compares it with a snapshot. What neither the store nor the
connection's memory knows begins anew in its flow; nobody is ever assumed to be idle or gone.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from tandem.cti.app import blend, callback_turns, callbacks, rows, seats, tasks
from tandem.cti.app.dialer import restart, shifts
from tandem.cti.app.floor_plan import Healed, LookUp, Restored, ShowSeat, StartRecording
from tandem.cti.app.house import Caller, WrapUpState
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact, Seen, changed
from tandem.cti.model.events import ConnectionSnapshot, Party, RouteRequested, Snapshot, SwitchFound, SwitchLost
from tandem.cti.model.ids import AgentId, CallId, ConnectionId
from tandem.cti.model.requests import ClearConnection
from tandem.cti.model.states import AgentState, ConnectionState, NotReadyReason, Phase
from tandem.routing.core.acd import agent as ag
from tandem.routing.core.acd.agent import Agent

_WITH_AGENT = (Phase.OFFERED, Phase.RINGING, Phase.TALKING, Phase.REJOINING)

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def restore(center: Center, restored: Restored) -> None:
    """Contacts, agents, wrap-ups, call-backs, campaigns, tasks, closures and the day's counts, as the store has
    them."""
    center.closures.update({closure.queue: closure for closure in restored.closures})
    center.remember_ended(restored.ended)
    for record in restored.calls:
        try:
            contact = ct.decode(record.state)
        except msgspec.ValidationError:
            continue  # written by another version: the connection's own memory will do
        _take_up(center, contact)
    for callback in restored.callbacks:
        callbacks.load(center, callback)
    restart.restore(center, restored)
    center.counts.update({queue: counts for queue, counts in restored.counts.items() if queue in center.counts})
    for agent_id, state in restored.agent_states.items():
        agent = center.agents.get(agent_id)
        if agent is None:
            continue
        agent = replace(
            agent,
            state=AgentState(state.state),
            reason=None if state.reason is None else NotReadyReason(state.reason),
            pending=None if state.pending is None else AgentState(state.pending),
            pending_reason=NotReadyReason.OTHER if state.pending == AgentState.NOT_READY else None,
            since=state.at,
            idle_since=state.at,
            call=state.call,
            number=state.number,
        )
        center.agents[agent_id] = agent
        if agent.state is AgentState.WORKING_AFTER_CALL and agent.call is not None:
            _resume_wrap_up(center, agent)
        center.sync_agent(agent)
    for task in restored.tasks:  # only now it is known who is at work
        tasks.load(center, task)


def switch_lost(center: Center, event: SwitchLost) -> None:
    center.switch_up = False
    for agent in list(center.agents.values()):
        center.matcher.unavailable(agent.id)
    if event.gone:
        _every_connection_gone(center)
        for agent_id in list(center.agents):
            seats.reach(center, agent_id, phone_ok=False)


def _every_connection_gone(center: Center) -> None:
    for call in list(center.contacts):
        if not center.contacts[call].ended:
            center.step(center.contacts[call], ct.SwitchGone())


def switch_found(center: Center, event: SwitchFound) -> None:
    if event.restarted:
        _every_connection_gone(center)
    center.switch_up = True
    blend.begin(center)
    shifts.begin(center)
    center.reset_fallback()
    for agent in list(center.agents.values()):
        seats.reach(center, agent.id, phone_ok=agent.device in event.snapshot.in_service)
    adopt(center, event.snapshot, only_before=None)
    callbacks.taken_up(center)
    restart.taken_up(center)
    _withdraw_unknown(center)
    for agent in list(center.agents.values()):
        center.sync_agent(center.agents[agent.id])


def _withdraw_unknown(center: Center) -> None:
    """Attempts of before, of whom nobody was dialled: their leads are back in the store, and come again from there."""
    for call in list(center.contacts):
        contact = center.contacts[call]
        if contact.mode and contact.absent and not contact.ended and call not in center.dialer.attempts:
            center.step(contact, ct.Recalled())


def healed(center: Center, input_: Healed) -> None:
    if center.switch_up:
        adopt(center, input_.snapshot, only_before=input_.asked_at)


def adopt(center: Center, snapshot: Snapshot, *, only_before: float | None) -> None:
    """Give every contact its ``Seen``, take up callers nobody knew, clear legs without a contact.

    ``only_before``: a routine look. Only contacts whose phase began before that time and which disagree with the
    snapshot are touched; for the others the events will tell.
    """
    by_call: dict[CallId, list[ConnectionSnapshot]] = defaultdict(list)
    for connection in snapshot.connections:
        by_call[connection.call].append(connection)
    routine = only_before is not None
    for call, connections in by_call.items():
        caller = next((c for c in connections if c.party.is_served), None)
        if call in center.contacts:
            if not routine:
                _clear_strays(center, center.contacts[call], connections)
            continue
        talks = caller is not None and (caller.party is Party.CUSTOMER or bool(caller.joined_with and caller.memory))
        if caller is not None and (caller.controlled or ((caller.in_fallback or talks) and not routine)):
            event = RouteRequested(
                call=call,
                connection=caller.connection,
                party=caller.party,
                calling=caller.calling,
                name=caller.name,
                called=caller.called,
                memory=caller.memory,
            )
            if routine:
                came_back(center, event)
            else:
                _take_up_caller(center, event, caller.state)
        elif caller is None and not routine:
            for leg in connections:
                center.ask(ClearConnection(call=call, connection=leg.connection))
    for call in list(center.contacts):
        contact = center.contacts[call]  # as it is now: the one before may have freed the agent whom this one got
        if contact.ended or (only_before is not None and contact.since >= only_before):
            continue
        seen = _seen(center, contact, by_call.get(contact.id, []))
        if _disagrees(contact, seen) if routine else not callback_turns.stands_in_turn(center, contact):
            _give_back_other(center, contact, seen)
            center.step(center.contacts[call], seen)
        wake_at = center.contacts[call].wake_at
        if not routine and wake_at is not None:
            center.wake(wake_at, "call", call)
    if not routine:
        _agents_in_line(center)


def _clear_strays(center: Center, contact: Contact, connections: list[ConnectionSnapshot]) -> None:
    """Phones that were rung for him by a predecessor who could not write it down any more."""
    for leg in connections:
        ours = leg.party.is_served or (leg.connection == contact.leg and not contact.ended)
        if not (ours or leg.in_fallback or leg.joined_with is not None):
            center.ask(ClearConnection(call=contact.id, connection=leg.connection))


def came_back(center: Center, event: RouteRequested) -> None:
    """A caller whom nobody here knows is handed to us: he goes on where his connection's memory says that he was."""
    contact = _take_up_caller(center, event, ConnectionState.CONNECTED)
    if contact.phase is Phase.IVR:
        center.step(contact, event)
        return
    alone = Seen(
        caller=ConnectionState.CONNECTED,
        caller_controlled=True,
        leg=None,
        leg_controlled=False,
        joined=False,
        in_fallback=False,
    )
    center.step(contact, alone)
    _agents_in_line(center)


def _seen(center: Center, contact: Contact, connections: list[ConnectionSnapshot]) -> Seen:
    caller = next((c for c in connections if c.connection == contact.caller), None)
    leg = next((c for c in connections if c.connection == contact.leg), None)
    joined = caller is not None and caller.joined_with is not None
    other = next((c for c in connections if caller is not None and c.connection == caller.joined_with), None)
    fallback_agent: AgentId | None = None
    if caller is not None and caller.in_fallback and other is not None:
        fallback_agent = center.agent_at(other.device)
    return Seen(
        caller=None if caller is None else caller.state,
        caller_controlled=caller is not None and caller.controlled,
        leg=None if leg is None else leg.state,
        leg_controlled=leg is not None and leg.controlled,
        joined=joined,
        in_fallback=caller is not None and caller.in_fallback,
        fallback_agent=fallback_agent,
        fallback_leg=None if other is None else other.connection,
        answered_for_s=None if caller is None else caller.answered_for_s,
    )


def _give_back_other(center: Center, contact: Contact, seen: Seen) -> None:
    """The switch's own queue connected him to somebody whom we had chosen for another: that one is offered on."""
    agent, leg = seen.fallback_agent, seen.fallback_leg
    other = center.contact_of(agent) if agent is not None and leg is not None else None
    if agent is None or leg is None or other is None or other.id == contact.id:
        return
    if other.phase in (Phase.OFFERED, Phase.RINGING):
        center.hanging[agent] = (contact.id, frozenset({leg}))  # he is not free for a third one
        center.step(other, ct.SeatLeft(page_gone=True))


def _disagrees(contact: Contact, seen: Seen) -> bool:
    """Something happened that we were never told of."""
    if contact.absent:
        return contact.phase is Phase.RINGING and seen.leg is None and not _asked_for(contact, contact.leg)
    if contact.phase is Phase.DIALLING and seen.caller is None:
        return not _asked_for(contact, contact.caller)
    if seen.caller is None or seen.in_fallback:
        return True
    if contact.phase in (Phase.RINGING, Phase.TALKING, Phase.TRANSFERRING) and contact.leg is not None:
        lost = seen.leg is None and not _asked_for(contact, contact.leg)
        apart = seen.caller_controlled and seen.leg_controlled and not seen.joined
        return lost or apart
    back = seen.caller_controlled and not contact.caller_ready
    return contact.phase in (Phase.QUEUED, Phase.SURVEY) and back


def _asked_for(contact: Contact, leg: ConnectionId | None) -> bool:
    """It is not there because it has only just been asked for."""
    return leg is not None and contact.legs.get(leg) is ConnectionState.INITIATED


def _agents_in_line(center: Center) -> None:
    """An agent is Busy exactly when a contact has him."""
    for agent_id in list(center.agents):
        agent = center.agents[agent_id]
        contact = center.contact_of(agent_id)
        if contact is None:
            if agent.state is AgentState.BUSY and agent.call is not None:
                ended = center.contacts.get(agent.call)
                talked = ended is not None and ended.answered_at is not None
                if talked and ended is not None:
                    seats.begin_wrap_up(center, agent, ended)
                center.agent_step(
                    center.agents[agent.id], ag.TalkEnded(agent.call) if talked else ag.Unassigned(agent.call)
                )
        elif agent.call != contact.id or agent.state is not AgentState.BUSY:
            _occupy(center, agent, contact)


# ---- moves ----


def _take_up(center: Center, contact: Contact) -> None:
    """A contact that the store remembers."""
    center.contacts[contact.id] = contact
    center.callers[contact.id] = Caller(looked_up=not contact.ani_e164)
    if contact.recording is not None:
        center.callers[contact.id].recording_state = "recording"
        center.put(StartRecording(contact.id, contact.recording, contact.agent))
    if contact.ani_e164:
        center.put(LookUp(contact.id, contact.ani_e164))
    if contact.ended:
        center.wake(center.now + center.house.limits.keep_ended_s, "forget", contact.id)
    else:
        center.track_agent(contact, contact)


def _take_up_caller(center: Center, event: RouteRequested, state: ConnectionState) -> Contact:
    """A caller whom the switch has and nobody here knows: from his connection's memory, or as a new one."""
    contact = changed(center.begin(event), legs={event.connection: state})
    if contact.agent is not None:
        agent, other = center.agents.get(contact.agent), center.contact_of(contact.agent)
        # news of long ago may name an agent who has another call by now
        his = agent is not None and (other is None or other.ended or other.id == contact.id)
        contact = changed(contact, device=agent.device) if agent and his else changed(contact, agent=None, leg=None)
    if contact.agent is None and contact.phase in _WITH_AGENT:
        contact = changed(contact, phase=Phase.QUEUED)
    center.contacts[contact.id] = contact
    center.track_agent(contact, contact)
    return contact


def _resume_wrap_up(center: Center, agent: Agent) -> None:
    contact = center.contacts.get(agent.call) if agent.call is not None else None
    if contact is not None:
        until = agent.since + seats.wrap_up_s(center, contact)
        center.wrap_ups[agent.id] = WrapUpState(
            contact=changed(contact, agent=agent.id),
            started_at=agent.since,
            until=until,
            talk_s=contact.talk_s - contact.talk_before_s,
        )
        center.wake(until, "wrap_up", agent.id)
        return
    # the call is not known any more: nothing is left to write, but he must not be stuck
    center.agents[agent.id] = replace(agent, state=AgentState.NOT_READY, reason=NotReadyReason.OTHER, call=None)


def _occupy(center: Center, agent: Agent, contact: Contact) -> None:
    """The switch shows this agent with this contact, whatever we believed."""
    center.matcher.unavailable(agent.id)
    taken = replace(
        agent,
        state=AgentState.BUSY,
        reason=None,
        since=center.now,
        call=contact.id,
        pending=None if agent.state in (AgentState.READY, AgentState.BUSY) else AgentState.NOT_READY,
        pending_reason=None if agent.state in (AgentState.READY, AgentState.BUSY) else NotReadyReason.OTHER,
        number=agent.number + 1,
    )
    center.agents[agent.id] = taken
    center.keep(rows.agent_row(taken))
    center.put(ShowSeat(agent.id))
    center.sync_agent(taken)
