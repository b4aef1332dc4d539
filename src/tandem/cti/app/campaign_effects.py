"""What a campaign's call wants of the center: passed on to what is known of campaigns (``dialer``). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tandem.cti.app import overflow
from tandem.cti.app.announcements import BUILT_IN
from tandem.cti.app.dialer import attempts
from tandem.cti.core import campaign_events as ce
from tandem.cti.core import contact as ct
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import CallId

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def _text(center: Center, contact: Contact, what: Literal["no_agent", "machine"]) -> tuple[str, ...]:
    """The campaign's own; who was called by none, or by one that is gone, hears the house's."""
    own = attempts.texts(center, contact, what)
    return own or overflow.said(center, BUILT_IN["no_agent"], contact.language) if what == "no_agent" else own


def effect(center: Center, call: CallId, wanted: ct.Effect) -> None:
    match wanted:
        case ct.DialAsked():
            attempts.allow(center, call)
        case ce.CustomerRings():
            attempts.ringing(center, call)
        case ct.Reached():
            attempts.answered(center, call)
        case ce.PersonThere(verdict=verdict, why=why):
            attempts.person(center, call, verdict, why)
        case ce.MachineThere(why=why, to_agent=to_agent):
            attempts.machine(center, call, why, to_agent=to_agent)
        case ce.AgentJoined():
            attempts.connected(center, call)
        case ce.PromiseMissed():
            attempts.missed(center, call)
        case ce.MachineMessageLeft():
            attempts.message_left(center, call)
        case ce.TextWanted(what=what):
            contact = center.contacts[call]
            center.step(contact, ce.TextGiven(prompts=_text(center, contact, what)))
        case _:
            pass
