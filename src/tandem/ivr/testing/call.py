"""One virtual call: the interpreter on one side, the virtual phone and caller on the other, up to its end. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from tandem.ivr.core.dialogue import (
    CallbackTaken,
    Enqueue,
    HangUp,
    Music,
    OfferCallback,
    Played,
    SurveyAnswer,
    Transfer,
    Visit,
)
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.interpreter import Outcome, after, left, start, step, wait
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.values import Value
from tandem.ivr.core.world import World
from tandem.ivr.testing.caller import Caller, Gone, Taken
from tandem.ivr.testing.case import CUSTOMER_FIELDS, Case, Line
from tandem.ivr.testing.phone import MediaEffect, Phone

MOST_TURNS = 20_000
MOST_LISTENED = 50
"""Effects for a caller in line who waits for something to do: then the call is left there. One who has no more to do is
looked at up to the next music."""
WAITING = "waiting"


class Call:
    """``run`` it once; then all fields tell what happened. ``outcome`` is one of ``case.OUTCOMES``, or ``endless``."""

    def __init__(self, flow: Flow, case: Case, call_id: str) -> None:
        self.flow = flow
        self.given = case.given
        self.caller = Caller(case.caller, case.given.now)
        self.phone = Phone(case.given, self.caller)
        self.visits: list[Visit] = []
        self.path: list[str] = []
        self.answers: list[SurveyAnswer] = []
        self.enqueued: Enqueue | None = None
        """The last one."""
        self.hung_up: HangUp | None = None
        self.callback: OfferCallback | None = None
        self.transfer: Transfer | None = None
        self.outcome = ""
        self.state: IvrState
        self._call: Mapping[str, Value] = {
            "id": call_id,
            "ani": case.given.ani,
            "number": case.given.ani if case.given.ani.startswith("+") else "",
            "dnis": case.given.dnis,
            "name": "",
        }
        self._customer: Mapping[str, Value] = {
            "known": case.given.customer is not None,
            **dict.fromkeys(CUSTOMER_FIELDS, ""),
            **(case.given.customer or {}),
        }
        self._agent: dict[str, Value] = {}
        self._in_line_since: float | None = None
        self._listens = 0
        self._since = 0.0

    def run(self) -> None:
        outcome = self._take(start(self.flow, self._world(), language=self.given.language))
        for _ in range(MOST_TURNS):
            effect = outcome.effects[0]
            match effect:
                case Enqueue():
                    onward = self._enqueue(effect)
                case HangUp():
                    self.hung_up = effect
                    self._end("hangup")
                    return
                case _:
                    onward = self._carry_out(effect)
            if onward is None:
                return
            outcome = self._take(onward)
        self.outcome = "endless"

    # -- what the flow asks for ----------------------------------------------------------------------------------------

    def _enqueue(self, effect: Enqueue) -> Outcome | None:
        self.enqueued = effect
        if self._in_line_since is None:
            self._in_line_since = self.phone.now
        if effect.waits:
            return wait(self.flow, self.state, self._world())
        return self._answered(self.phone.stand())

    def _carry_out(self, effect: MediaEffect) -> Outcome | None:
        if self.state.mode == WAITING and not self.caller.lets_time_pass:
            self._listens = self._listens + 1 if self._since == self.caller.since else 0
            self._since = self.caller.since
            if (self.caller.is_done and isinstance(effect, Music)) or self._listens > MOST_LISTENED:
                self._end("queue")
                return None
        happened = self.phone.carry_out(effect, self.state.step)
        match happened:
            case Gone() | Taken():
                return self._answered(happened)
            case CallbackTaken(accepted=True) if isinstance(effect, OfferCallback):
                self.callback = effect
            case Played() if isinstance(effect, Transfer):
                self.transfer = effect
                self._end("transferred")
                return None
            case _:
                pass
        return step(self.flow, self.state, happened, self._world())

    def _answered(self, happened: Gone | Taken | None) -> Outcome | None:
        match happened:
            case None:
                self._end("queue")
                return None
            case Gone():
                self.visits.append(left(self.flow, self.state, "hung_up", self._world()))
                self._end("hung_up")
                return None
            case Taken(login=login, talk_s=talk_s):
                self.outcome = "answered"
                self.phone.now += talk_s
                self.phone.in_line = False
                self._in_line_since = None
                self._agent = {"id": login, "name": login, "talk_s": int(talk_s)}
                if self.enqueued is None or not self.enqueued.after_call:
                    return None
                return after(self.flow, self.state, self._world())

    def _end(self, outcome: str) -> None:
        if outcome == "hangup" and self.callback is not None:
            outcome = "callback"
        elif outcome == "hangup" and any(self._is_message(visit) for visit in self.visits):
            outcome = "message"
        self.outcome = self.outcome or outcome

    def _is_message(self, visit: Visit) -> bool:
        """One that was long enough."""
        return visit.exit == "goto" and self.flow.steps[visit.step].kind == "record"

    # -- what is written down ------------------------------------------------------------------------------------------

    def _take(self, outcome: Outcome) -> Outcome:
        for visit in outcome.visits:
            self._came_to(visit.step)
            if visit.to:
                self.path.append(visit.to)
        self.visits.extend(outcome.visits)
        self.answers.extend(outcome.answers)
        self.state = outcome.state
        self._came_to(outcome.state.step)
        self.phone.in_line = outcome.state.mode == WAITING
        return outcome

    def _came_to(self, name: str) -> None:
        if not self.path or self.path[-1] != name:
            self.path.append(name)

    # -- the world -----------------------------------------------------------------------------------------------------

    def _world(self) -> World:
        return World(
            now=self.phone.now,
            call=self._call,
            customer=self._customer,
            queue=self._queue(),
            agent=self._agent,
        )

    def _queue(self) -> Mapping[str, Value]:
        if self._in_line_since is None or self.enqueued is None:
            return {}
        waited = self.phone.now - self._in_line_since
        line = next((each for each in reversed(self.given.queue) if each.after <= waited), Line())
        return {
            "id": self.enqueued.queue,
            "position": line.position,
            "wait_p50_s": line.wait_p50_s,
            "wait_p90_s": line.wait_p90_s,
            "ready": line.ready,
            "waited_s": int(waited),
        }
