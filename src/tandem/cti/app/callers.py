"""What is learned of callers while they are here: who they are, what became of their recordings. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import acd, flows
from tandem.cti.app.floor_plan import CustomersFound, RecordingChanged, ShowSeat
from tandem.cti.core import contact as ct

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
            "customer",
            f"{len(input_.customers)} customers have this number" if input_.complete else "the look-up is late",
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
    if input_.state in ("saved", "failed"):
        center.note(input_.call, f"recording_{input_.state}", input_.detail, recording=input_.recording)
    contact = center.contacts.get(input_.call)
    if contact is not None and contact.agent is not None:
        center.put(ShowSeat(contact.agent))
