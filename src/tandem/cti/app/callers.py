"""What is learned of callers while they are here: who they are, what became of their recordings. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import acd, flows
from tandem.cti.app.floor_plan import CustomersFound, RecordingChanged, ShowSeat
from tandem.cti.core import contact as ct
from tandem.cti.model.timeline import UNKEPT, Entry

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def found(center: Center, input_: CustomersFound) -> None:
    caller = center.callers.get(input_.call)
    contact = center.contacts.get(input_.call)
    if caller is None or contact is None:
        return
    news = not caller.looked_up or bool({c.id for c in input_.customers} - {c.id for c in caller.customers})
    caller.looked_up = caller.looked_up or input_.complete
    caller.unknown_contacts = max(caller.unknown_contacts, input_.unknown_contacts)
    if input_.customers:
        caller.customers = input_.customers
        if contact.customer is None and not contact.ended:
            center.step(contact, ct.CustomerKnown(customer=input_.customers[0].id))
    if news:
        center.note(
            input_.call,
            Entry.CUSTOMER if input_.complete else Entry.CUSTOMER_LATE,
            count=len(input_.customers),
            customers=[customer.id for customer in input_.customers],
        )
    flows.known(center, input_.call)
    contact = center.contacts[input_.call]
    if contact.agent is not None:
        center.put(ShowSeat(contact.agent))
    elif news:
        acd.again(center, input_.call)  # his tier, and who knows him, decide too
    center.dirty_calls.add(input_.call)


def recording(center: Center, input_: RecordingChanged) -> None:
    caller = center.callers.get(input_.call)
    if caller is not None:
        caller.recording_state, caller.recording_detail = input_.state, input_.detail
    if input_.state == "saved":
        center.note(input_.call, Entry.RECORDING_SAVED, recording=input_.recording, duration_s=input_.duration_s)
    elif input_.state == "failed":
        unkept = UNKEPT.get(input_.code, Entry.RECORDING_FAILED)
        center.note(input_.call, unkept, recording=input_.recording, detail=input_.detail)
    contact = center.contacts.get(input_.call)
    if contact is not None and contact.agent is not None:
        center.put(ShowSeat(contact.agent))
