"""What is counted and kept when a contact's wait, or the contact itself, is over. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import callbacks, rows
from tandem.cti.app.dialer import attempts
from tandem.cti.core.contact import Contact
from tandem.cti.model.states import Outcome as End
from tandem.cti.model.states import Phase

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def over(center: Center, before: Contact, after: Contact) -> None:
    # who was told something, left a message or is called back was not kept waiting in vain
    gave_up = after.outcome in (End.ABANDONED_IN_QUEUE, End.SWITCH_FAILURE)
    if before.phase is not Phase.IVR and after.answered_at is None and gave_up:
        wait_over(center, after, answered=False)
    center.wake(center.now + center.house.limits.keep_ended_s, "forget", after.id)
    if after.callback:
        callbacks.over(center, after)
    if after.mode:
        attempts.over(center, after)
    unserved = after.answered_at is None and after.outcome is not End.SELF_SERVED and not after.absent
    # whom a campaign did not reach at all is in its own records, not in his history
    if unserved and not after.draft and (not after.for_campaign or after.line_at is not None):
        center.keep(rows.contact_row(after, agent=None, talk_s=0.0, disposition=None, notes="", rev=1))


def wait_over(center: Center, contact: Contact, *, answered: bool) -> None:
    """Count it, if he called us; a queue that the plan has no more counts nothing."""
    if contact.callback or contact.for_campaign:
        return
    queue = center.plan.queues.get(contact.queue) if contact.queue is not None else None
    if queue is None:
        return
    in_time = contact.waited_s <= queue.target_s
    if answered:
        center.counts[queue.id].answer(contact.waited_s, queue.target_s)
    else:
        center.counts[queue.id].abandon(contact.waited_s, queue.target_s)
    if answered or not in_time:
        center.window.count(answered and in_time, now=center.now)
