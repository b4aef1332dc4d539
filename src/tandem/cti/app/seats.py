"""Agents' pages and phones come and go. The center's part. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import rows
from tandem.cti.app.dialer import attempts
from tandem.cti.app.floor_plan import LoggedOn, LoggedOut, SeatClosed, SeatOpened, ShowSeat
from tandem.cti.app.house import WrapUpState
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact, changed
from tandem.cti.model import events as ev
from tandem.cti.model.errors import WrongState
from tandem.cti.model.ids import AgentId
from tandem.cti.model.states import AgentState, Phase
from tandem.cti.model.timeline import Entry
from tandem.routing.core.acd import agent as ag
from tandem.routing.core.acd.agent import Agent

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def logged_on(center: Center, input_: LoggedOn) -> None:
    center.agent_step(center.agent(input_.agent), ag.LoggedOn())


def logged_out(center: Center, input_: LoggedOut) -> None:
    agent = center.agent(input_.agent)
    if agent.state in (AgentState.BUSY, AgentState.WORKING_AFTER_CALL):
        raise WrongState.because("finish_first")
    center.agent_step(agent, ag.LoggedOff())
    reach(center, agent.id, seat_open=False)


def opened(center: Center, input_: SeatOpened) -> None:
    agent = center.agent(input_.agent)
    if agent.state is AgentState.LOGGED_OFF:
        center.agent_step(agent, ag.LoggedOn())
    reach(center, agent.id, seat_open=True)
    center.put(ShowSeat(agent.id))
    _reached(center, agent.id, on_call=input_.on_call)


def closed(center: Center, input_: SeatClosed) -> None:
    agent = center.agent(input_.agent)
    reach(center, agent.id, seat_open=False)
    contact = center.contact_of(agent.id)
    if contact is not None:
        center.step(contact, ct.SeatLeft(input_.page_gone))


def phone(center: Center, event: ev.BackInService | ev.OutOfService) -> None:
    agent_id = center.agent_at(event.device)
    if agent_id is None:
        return
    up = isinstance(event, ev.BackInService)
    reach(center, agent_id, phone_ok=up)
    if up:
        # neutral for a talk that goes on; a lost leg is rung again
        _reached(center, agent_id, on_call=True)


def reach(center: Center, agent: AgentId, *, seat_open: bool | None = None, phone_ok: bool | None = None) -> None:
    """By what he can be reached now; None: as before."""
    now = center.agents[agent]
    center.agent_step(
        now,
        ag.Reached(
            seat_open=now.seat_open if seat_open is None else seat_open,
            phone_ok=now.phone_ok if phone_ok is None else phone_ok,
        ),
    )


def _reached(center: Center, agent: AgentId, *, on_call: bool) -> None:
    contact = center.contact_of(agent)
    if contact is None or (contact.phase is Phase.REJOINING and not center.agents[agent].reachable):
        return
    center.step(contact, ct.SeatReached(on_call))


def wrap_up_s(center: Center, contact: Contact) -> float:
    """How long he may wrap up this call: the campaign's own time, or the house's."""
    campaign = attempts.campaign_of(center, contact) if contact.campaign else None
    own = campaign.wrap_up_s if campaign is not None else None
    return center.house.limits.wrap_up_s if own is None else own


def begin_wrap_up(center: Center, agent: Agent, contact: Contact) -> None:
    now = center.now
    limit = wrap_up_s(center, contact)
    talk_s = contact.talk_s - contact.talk_before_s
    center.wrap_ups[agent.id] = WrapUpState(
        contact=changed(contact, agent=agent.id), started_at=now, until=now + limit, talk_s=talk_s
    )
    center.note(contact.id, Entry.WRAP_UP, agent=agent.id)
    center.wake(now + limit, "wrap_up", agent.id)
    center.keep(rows.contact_row(contact, agent=agent.id, talk_s=talk_s, disposition=None, notes="", rev=1))
