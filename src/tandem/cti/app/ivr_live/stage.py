"""Plays the world for the flows of the throw-away server: each call is told what its own test gives.

Calls are known by the caller's name, which the carrier sets and the flow does not see.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tandem.cti.app.ivr_live.caller import LiveCall
from tandem.cti.core.contact import Contact
from tandem.cti.model.ids import CallId
from tandem.ivr.core.dialogue import (
    CallbackTaken,
    Dip,
    Effect,
    Enqueue,
    Fetched,
    HangUp,
    IvrEvent,
    MediaFailed,
    OfferCallback,
    Transfer,
    TransferFailed,
)
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.values import Secret, Value
from tandem.ivr.core.world import World
from tandem.ivr.testing.case import Answer
from tandem.ivr.testing.given import call_facts, customer_facts, data_answer, kept_of, line_facts


class Given:
    """Implements ``tandem.cti.app.stage.Stage``. ``admit`` a call before it is placed."""

    def __init__(self, now: Callable[[], float]) -> None:
        """``now``: a steady clock, in seconds."""
        self._now = now
        self._by_name: dict[str, LiveCall] = {}
        self._by_call: dict[CallId, Answers] = {}

    def admit(self, name: str, live: LiveCall) -> None:
        self._by_name[name] = live

    def answers(self, live: LiveCall) -> Answers:
        return self._by_call.get(live.call) or Answers(live)

    # -- tandem.cti.app.stage.Stage ------------------------------------------------------------------------------------

    def facts(self, contact: Contact, found: World) -> World:
        live = self._by_name.get(contact.name)
        if live is None:
            return found
        now, given = self._now(), live.case.given
        began = live.began_at or now
        in_line = live.in_line_since if found.queue else None
        return replace(
            found,
            now=given.now + (now - began),
            call=call_facts(given, live.call_id),
            customer=customer_facts(given),
            queue=line_facts(given, live.enqueued.queue, now - in_line) if in_line and live.enqueued else {},
            agent={**found.agent, "id": live.agent, "name": live.agent} if found.agent else {},
        )

    def asked(self, contact: Contact, state: IvrState, effect: Effect) -> IvrEvent | None:
        live = self._by_name.get(contact.name)
        if live is None:
            return None
        answers = self._by_call.setdefault(contact.id, Answers(live))
        live.asked(contact.id, state, effect, self._now())
        given = live.case.given
        match effect:
            case Dip():
                answers.note(effect, state.step)
                return None
            case OfferCallback() if state.step in given.refuse:
                live.callback, live.turns[-1].answered = None, True
                return CallbackTaken(False)
            case Enqueue() | HangUp():
                return None
            case _ if state.step not in given.fail:
                return None
            case Transfer():
                live.transfer, live.turns[-1].answered = None, True
                return TransferFailed("nobody answered")
            case _:
                live.turns[-1].answered = True
                live.callback = None if isinstance(effect, OfferCallback) else live.callback
                return MediaFailed("the test lets this step fail")

    async def fetch(self, call: CallId, dip: Dip, *, secrets: Callable[[str], str | None]) -> Fetched:
        answers = self._by_call.get(call)
        return Fetched("failed") if answers is None else await answers.fetch(dip, secrets)


class Answers:
    """What one call was asked by dips, and is told."""

    def __init__(self, live: LiveCall) -> None:
        self.asked: dict[str, dict[str, Value]] = {}
        self.unanswered: list[str] = []
        self.unknown: list[tuple[str, str]] = []
        self._live = live
        self._step = ""
        self._visits: dict[str, int] = {}

    def note(self, dip: Dip, step: str) -> None:
        """The dip of this step is about to be fetched."""
        self._step = step
        self._visits[step] = self._visits.get(step, 0) + 1

    async def fetch(self, dip: Dip, secrets: Callable[[str], str | None]) -> Fetched:
        step, given = self._step, self._live.case.given
        shown = {name: secrets(value.ref) or "" if isinstance(value, Secret) else value for name, value in dip.keys}
        self.asked[step] = {"url": dip.source, **shown}
        if step in given.fail:
            return Fetched("failed")
        answer = data_answer(given, step, self._visits[step], dip.kind)
        if answer is None:
            self.unanswered.append(step)
            answer = Answer(status="failed")
        values, left_out = kept_of(answer, dip)
        self.unknown.extend((step, name) for name in left_out)
        await asyncio.sleep(min(answer.takes_s, dip.timeout_s))
        return Fetched(answer.status, values) if answer.takes_s <= dip.timeout_s else Fetched("timeout")
