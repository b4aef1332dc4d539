"""Callers who want to be called back, or who are owed it: by key, by a flow, or because we lost them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tandem.cti.app import callbacks, number_checks, overflow
from tandem.cti.app.announcements import BUILT_IN
from tandem.cti.core import contact as ct
from tandem.cti.core import flow_events as fe
from tandem.cti.core import line_events as le
from tandem.cti.core.contact import Contact, changed
from tandem.cti.model.ids import CallId, QueueId
from tandem.cti.model.states import Phase
from tandem.cti.model.timeline import Entry
from tandem.ivr.core.dialogue import OfferCallback

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def wanted(center: Center, call: CallId, typed: str) -> None:
    """A waiting caller pressed "keep my place and call me back"; ``typed``: on this number."""
    contact = center.contacts[call]
    number = center.house.normalise(typed) if typed else contact.ani_e164
    if contact.phase is not Phase.QUEUED or (number and number_checks.waits(center, call, number)):
        return
    if not number or callbacks.refusal_of(center, number, ever=True) is not None:
        center.note(call, Entry.CALLBACK_REFUSED, number=number or typed)
        return
    callbacks.put_new(center, callbacks.record_of(center, contact, reason="caller", number=number))
    prompts = overflow.said(center, BUILT_IN["callback_kept"], contact.language)
    center.step(center.contacts[call], le.CallbackAgreed(prompts=prompts, number=number))


def waits(center: Center, call: CallId, offer: OfferCallback) -> bool:
    """Whether it is looked up first what speaks against calling the number of a flow's offer."""
    contact = center.contacts[call]
    number = center.house.normalise(offer.number) if offer.number else contact.ani_e164
    return not contact.draft and number_checks.waits(center, call, number, flow=True)


def promise(center: Center, call: CallId, offer: OfferCallback) -> bool:
    """A flow promises to call him back: the entry is in the ledger, or the number may not be called."""
    contact = center.contacts[call]
    number = center.house.normalise(offer.number) if offer.number else contact.ani_e164
    queue = center.plan.queues.get(QueueId(offer.queue))
    if not number or queue is None or callbacks.refusal_of(center, number, ever=True) is not None:
        center.note(call, Entry.CALLBACK_REFUSED, number=number or offer.number)
        return False
    if not contact.draft:
        asked = changed(contact, queue=queue.id, needs=offer.needs, priority=offer.priority)
        if contact.queue != queue.id:
            asked = changed(asked, queued_at=None)  # the place that he left was in another line
        callbacks.put_new(center, callbacks.record_of(center, asked, reason="caller", number=number))
    center.step(contact, fe.CallbackPromised(number=number))
    return True


def ask_number(center: Center, call: CallId) -> None:
    """He wants to be called back on another number."""
    prompts = overflow.said(center, BUILT_IN["callback_number"], center.contacts[call].language)
    if prompts:
        center.step(center.contacts[call], le.NumberPrompted(prompts=prompts))


def may_offer(center: Center, contact: Contact) -> bool:
    """Whether he who waits can be offered a call back: his number is known and may be called."""
    if not contact.ani_e164 or contact.callback:
        return False
    return callbacks.refusal_of(center, contact.ani_e164, ever=True) is None


def owe(center: Center, call: CallId, owed: ct.CallBackOwed) -> None:
    """We lost a caller, or he left a message."""
    contact = center.contacts[call]
    failed = contact.callback and contact.answered_at is None and owed.recording is None
    if not contact.ani_e164 or failed:
        return  # an attempt that failed is the business of its entry
    if owed.queue:
        contact = changed(contact, queue=QueueId(owed.queue))
    record = callbacks.record_of(center, contact, reason=owed.reason, number=contact.ani_e164)
    # a person calls him whom the switch lost: nobody knows how far his matter had come
    first = record.first if owed.recording is not None else ""
    callbacks.put_new(center, msgspec.structs.replace(record, first=first, recording=owed.recording))
