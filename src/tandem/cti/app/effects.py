"""What a contact's machine wants done: each effect of a step, carried out in the center. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import acd, callback_promises, callbacks, campaign_effects, flows, seats
from tandem.cti.app.floor_plan import FinishRecording, StartRecording
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import CallId, ConnectionId
from tandem.cti.model.states import AgentState, ConnectionState
from tandem.routing.core.acd import agent as ag

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def carry_out(center: Center, call: CallId, effect: ct.Effect) -> None:
    match effect:
        case ct.DialAsked() | ct.Reached() if center.contacts[call].mode:
            campaign_effects.effect(center, call, effect)
        case ct.Ask(request):
            center.ask(request)
        case ct.Advance():
            flows.advance(center, center.contacts[call], effect)
        case ct.Seek():
            acd.seek(center, call)
        case ct.StopSeeking():
            acd.leave(center, call)
        case ct.AgentFreed():
            _free(center, call, effect)
        case ct.RecordingBegan(recording=recording):
            contact = center.contacts[call]
            center.callers[call].recording_state = "recording"
            center.put(StartRecording(call, recording, contact.agent))
        case ct.RecordingOver(recording=recording):
            center.put(FinishRecording(call, recording))
        case ct.CallBackOwed():
            callback_promises.owe(center, call, effect)
        case ct.CallbackWanted(number=typed):
            callback_promises.wanted(center, call, typed)
        case ct.NumberWanted():
            callback_promises.ask_number(center, call)
        case ct.DialAsked():
            callbacks.dial(center, call)
        case ct.Reached():
            callbacks.reached(center, call)
        case _:
            campaign_effects.effect(center, call, effect)


def _free(center: Center, call: CallId, freed: ct.AgentFreed) -> None:
    agent = center.agents.get(freed.agent)
    if agent is None:
        return
    contact = center.contacts[call]
    if (freed.talked or contact.mode) and (legs := _legs_left(contact)):
        center.hanging[agent.id] = (call, legs)
    if agent.call != call:
        return  # after a restart the newest of what was known of him may be lost
    if freed.talked:
        if agent.state is AgentState.BUSY:
            seats.begin_wrap_up(center, agent, contact)
        center.agent_step(agent, ag.TalkEnded(call))
    elif freed.refused is not None:
        center.agent_step(agent, ag.Refused(call, freed.refused))
    else:
        center.agent_step(agent, ag.Unassigned(call))


def hung_up(center: Center, contact: Contact) -> None:
    """Whose phone has no leg of this call any more can be rung again."""
    left = _legs_left(contact)
    for agent, (call, legs) in list(center.hanging.items()):
        if call == contact.id and not legs & left:
            del center.hanging[agent]
            center.sync_agent(center.agents[agent])


def _legs_left(contact: Contact) -> frozenset[ConnectionId]:
    """That are not gone, of agents or of an outside number."""
    gone = (ConnectionState.NULL, ConnectionState.FAIL)
    return frozenset(leg for leg, state in contact.legs.items() if leg != contact.caller and state not in gone)
