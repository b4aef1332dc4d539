"""Whether somebody who is to be called back does not want to be called: entries of old are looked up. Pure.

The gate knows every entry since the server's start, and nothing of those before it. So a number is looked up in the
store once before a call to it is promised, and at the latest before it is dialled; whoever asks for the promise waits
for the answer, unless it takes longer than ``ANSWER_S``. No call that was promised is dialled before there was one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import callback_promises, callbacks, flows
from tandem.cti.app.dialer import pool
from tandem.cti.app.floor_plan import ForbiddenAsked, ForbiddenFound
from tandem.cti.model.ids import CallId
from tandem.cti.model.timeline import Entry

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

ANSWER_S = 2.0
"""So long somebody waits to be promised a call."""
AGAIN_S = 5.0
"""An answer that has not come after so long is asked for again."""
MOST = 50_000
"""Numbers remembered as looked up, and as asked for; the oldest are looked up again."""


def known(center: Center, number: str) -> bool:
    return number in center.numbers_known


def ask(center: Center, number: str) -> None:
    """Unless it is known, or was asked a moment ago."""
    asked_at = center.numbers_asked.get(number, float("-inf"))
    if not known(center, number) and not 0.0 <= center.now - asked_at < AGAIN_S:
        center.numbers_asked.pop(number, None)
        center.numbers_asked[number] = center.now
        if len(center.numbers_asked) > MOST:
            del center.numbers_asked[next(iter(center.numbers_asked))]
        center.put(ForbiddenAsked(number))


def waits(center: Center, call: CallId, number: str, *, flow: bool = False) -> bool:
    """Whether who is to be promised a call waits a moment first; then he is heard again. ``flow``: it is one that
    promises; otherwise he himself asked for it in the line."""
    if known(center, number) or not number:
        return False
    if call in center.numbers_awaited:
        if center.now >= center.numbers_awaited[call][1]:
            del center.numbers_awaited[call]
            center.note(call, Entry.NUMBER_UNKNOWN, number=number)
            return False
    else:
        ask(center, number)
        center.numbers_awaited[call] = (number, center.now + ANSWER_S, flow)
        center.wake(center.now + ANSWER_S, "number", call)
    return True


def found(center: Center, input_: ForbiddenFound) -> None:
    """From now on the gate knows all that was entered against it."""
    number = input_.number
    center.numbers_asked.pop(number, None)
    center.numbers_known.pop(number, None)
    center.numbers_known[number] = None
    if len(center.numbers_known) > MOST:
        del center.numbers_known[next(iter(center.numbers_known))]
    pool.forbid(center, input_.entries)
    for call, (awaited, _, flow) in list(center.numbers_awaited.items()):
        if awaited == number:
            del center.numbers_awaited[call]
            _resume(center, call, number, flow)
    callbacks.number_known(center, number)


def late(center: Center, call: CallId) -> None:
    """Nobody waits any longer for the answer."""
    awaited = center.numbers_awaited.get(call)
    if awaited is not None and awaited[1] <= center.now:
        _resume(center, call, awaited[0], awaited[2])
        if center.numbers_awaited.get(call) is awaited:  # not what he asked for next, on another number
            del center.numbers_awaited[call]


def _resume(center: Center, call: CallId, number: str, flow: bool) -> None:
    contact = center.contacts.get(call)
    if contact is None or contact.ended:
        return
    if not flow:
        callback_promises.wanted(center, call, number)
    elif contact.in_hand == "number":
        flows.number_known(center, call)
