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
from tandem.ivr.testing.case import Case
from tandem.ivr.testing.course import Course, ended_by_flow, path_of
from tandem.ivr.testing.given import call_facts, customer_facts, line_facts
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
        self.answers: list[SurveyAnswer] = []
        self.enqueued: Enqueue | None = None
        """The last one."""
        self.hung_up: HangUp | None = None
        self.callback: OfferCallback | None = None
        self.transfer: Transfer | None = None
        self.outcome = ""
        self.state: IvrState
        self._call = call_facts(case.given, call_id)
        self._customer = customer_facts(case.given)
        self._agent: dict[str, Value] = {}
        self._in_line_since: float | None = None
        self._listens = 0
        self._since = 0.0

    def run(self) -> None:
        outcome = self._take(start(self.flow, self._world(), language=str(self._customer["language"])))
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

    @property
    def course(self) -> Course:
        recorded = self.phone.recorded
        return Course(
            state=self.state,
            outcome=self.outcome,
            ani=self.given.ani,
            visits=tuple(self.visits),
            path=path_of(self.visits, self.state.step),
            answers=tuple(self.answers),
            heard=tuple(self.phone.heard),
            enqueued=self.enqueued,
            hung_up=self.hung_up,
            callback=self.callback,
            transfer=self.transfer,
            message_queue=recorded[-1][0] if recorded else "",
            asked=self.phone.asked,
            unanswered=tuple(self.phone.unanswered),
            unknown=tuple(self.phone.unknown),
            left=self.caller.left,
        )

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
        if outcome == "hangup":
            outcome = ended_by_flow(self.flow, self.visits, promised=self.callback is not None)
        self.outcome = self.outcome or outcome

    # -- what is written down ------------------------------------------------------------------------------------------

    def _take(self, outcome: Outcome) -> Outcome:
        self.visits.extend(outcome.visits)
        self.answers.extend(outcome.answers)
        self.state = outcome.state
        self.phone.in_line = outcome.state.mode == WAITING
        return outcome

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
        return line_facts(self.given, self.enqueued.queue, self.phone.now - self._in_line_since)
