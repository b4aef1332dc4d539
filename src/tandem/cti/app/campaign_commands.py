"""What agents ask for in a campaign's call, carried out on the center. Pure.

All raise BadRequest, WrongState with a sentence for the agent; nothing is changed then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.agent_desktop.core import messages as m
from tandem.cti.app.dialer import attempts, outcome
from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact
from tandem.cti.model.errors import BadRequest, WrongState
from tandem.cti.model.ids import AgentId
from tandem.cti.model.states import Phase
from tandem.cti.model.timeline import Entry

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def dial(center: Center, contact: Contact, command: m.PreviewDial) -> None:
    _reads(contact)
    number = attempts.preview_number(center, contact, command.number)
    if refused := attempts.refusal(center, contact, number):
        raise WrongState.because("gate", texts=refused)
    center.step(contact, ce.PreviewDialAsked(number=number))


def skip(center: Center, contact: Contact, command: m.PreviewSkip) -> None:
    _reads(contact)
    attempts.preview_skipped(center, contact, command.note)
    center.step(contact, ce.PreviewSkipped(note=command.note))


def _reads(contact: Contact) -> None:
    if contact.phase is not Phase.PREVIEW:
        raise WrongState.because("dialled_already" if contact.mode else "no_campaign_call")


def mark_machine(center: Center, agent: AgentId, contact: Contact) -> None:
    if not contact.mode:
        raise WrongState.because("machine_not_ours")
    if contact.phase not in (Phase.TALKING, Phase.REJOINING):
        raise WrongState.because("nobody_answered")
    outcome.mark_machine(center, agent, contact.id)
    center.step(contact, ce.MachineMarked())


def do_not_call(center: Center, agent: AgentId, contact: Contact, command: m.DoNotCall) -> None:
    """Also a caller may ask for it. Whom the agent has only read of is not dialled any more."""
    outcome.do_not_call(center, agent, command)
    center.note(contact.id, Entry.DO_NOT_CALL, scope=command.scope)
    _take_back(center, contact)


def call_again(center: Center, agent: AgentId, contact: Contact, command: m.CallAgain) -> None:
    outcome.call_again(center, agent, command)
    promised = Entry.CALL_AGAIN_AGENT if command.personal else Entry.CALL_AGAIN_TEAM
    center.note(contact.id, promised, at=command.at, agent=agent, note=command.note)
    _take_back(center, contact)


def _take_back(center: Center, contact: Contact) -> None:
    now = center.contacts.get(contact.id)
    if now is not None and now.phase is Phase.PREVIEW:
        center.step(now, ct.Recalled())


def check_disposition(center: Center, contact: Contact, code: str) -> None:
    campaign = attempts.campaign_of(center, contact) if contact.campaign else None
    if campaign is not None and campaign.dispositions and code not in campaign.dispositions:
        raise BadRequest.because("other_disposition")


def disposed(center: Center, agent: AgentId, contact: Contact, code: str) -> None:
    if contact.mode:
        outcome.disposed(center, contact, agent, code)
