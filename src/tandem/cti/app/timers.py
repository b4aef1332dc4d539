"""What becomes due in the center. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import acd, blend, callback_turns, callbacks, number_checks, overflow, tasks
from tandem.cti.app.dialer import attempts, looks, shifts
from tandem.cti.app.floor_plan import ClockSet, ShowSeat, Tick
from tandem.cti.core import contact as ct
from tandem.cti.core import flow_events as fe
from tandem.cti.model.ids import AgentId, CallId, CampaignId

if TYPE_CHECKING:
    from tandem.cti.app.center import Center


def tick(center: Center, input_: Tick) -> None:
    callback_turns.begin(center)
    while True:
        if (due := center.due()) is not None:
            _due(center, *due)
        elif (callback := callback_turns.next_one(center)) is not None:
            callbacks.tick(center, callback)
        else:
            break
    callback_turns.end(center)
    acd.take(center, center.matcher.tick(now=center.now))


def clock_set(center: Center, input_: ClockSet) -> None:
    """No timer moves; but nobody is called at an hour at which it is not allowed by either clock."""
    center.gate.clock_off_s = input_.off_s
    center.dialer.due.update(dict.fromkeys(center.dialer.campaigns))


def _due(center: Center, kind: str, key: str) -> None:
    match kind:
        case "call":
            _call(center, CallId(key))
        case "forget":
            center.forget(CallId(key))
        case "wrap_up":
            center.put(ShowSeat(AgentId(key)))
        case "task":
            tasks.tick(center, key)
        case "task_rest":
            tasks.rested(center, AgentId(key))
        case "callback":
            callback_turns.time_came(center, key)
        case "number":
            number_checks.late(center, CallId(key))
        case "blend":
            blend.timer(center)
        case "campaign":
            looks.timer(center, CampaignId(key))
        case "shift":
            shifts.timer(center)
        case "campaign_dial":
            attempts.dial_again(center, CallId(key))
        case "look":
            caller = center.callers.get(CallId(key))
            if caller is not None and caller.look_at <= center.now:
                overflow.look(center, CallId(key))
        case "grace":
            center.grace_over(AgentId(key))


def _call(center: Center, call: CallId) -> None:
    contact = center.contacts.get(call)
    if contact is not None and contact.in_hand_until is not None and contact.in_hand_until <= center.now:
        center.step(contact, fe.FlowOverdue())
        contact = center.contacts[call]
    if contact is not None and contact.deadline is not None and contact.deadline <= center.now:
        center.step(contact, ct.DeadlinePassed())
