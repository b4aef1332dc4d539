"""What happened in one call, whoever carried it: the virtual line, or a real one. Data, to be held against a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tandem.ivr.core.dialogue import Enqueue, HangUp, OfferCallback, SurveyAnswer, Transfer, Visit
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.values import Value
from tandem.ivr.testing.case import Action


@dataclass(frozen=True, slots=True)
class Heard:
    """``at``: when it began, on the case's clock. ``turn``: prompts of one effect have the same."""

    at: float
    turn: int
    prompt: Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """``outcome`` is one of ``case.OUTCOMES``, or ``endless``. ``state``: as the flow left it.

    ``enqueued``: the last one. ``asked``: what dips were asked with last, by step; a secret as the digits that it
    stands for. ``unanswered``: steps that asked for data that the test does not give. ``unknown``: (step, name) of
    values that the test gives and the step would not keep. ``message_queue``: whose the last message was.
    ``left``: what the caller has not come to do. ``ani``: whom he called from.
    """

    state: IvrState
    outcome: str
    ani: str
    visits: tuple[Visit, ...] = ()
    path: tuple[str, ...] = ()
    answers: tuple[SurveyAnswer, ...] = ()
    heard: tuple[Heard, ...] = ()
    enqueued: Enqueue | None = None
    hung_up: HangUp | None = None
    callback: OfferCallback | None = None
    transfer: Transfer | None = None
    message_queue: str = ""
    asked: Mapping[str, Mapping[str, Value]]
    unanswered: tuple[str, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()
    left: tuple[Action, ...] = ()

    @property
    def failure(self) -> str:
        """Why the flow was left for its ``on_error`` queue."""
        return self.state.failure or (self.enqueued.failure if self.enqueued else "")


def path_of(visits: Iterable[Visit], last: str) -> tuple[str, ...]:
    """The steps that the call came to, in order; ``last``: where it was at the end."""
    path: list[str] = []
    for visit in visits:
        if path[-1:] != [visit.step]:
            path.append(visit.step)
        if visit.to:
            path.append(visit.to)
    return tuple(path if path[-1:] == [last] else [*path, last])


def ended_by_flow(flow: Flow, visits: Iterable[Visit], *, promised: bool) -> str:
    """The outcome of a call that the flow has ended."""
    if promised:
        return "callback"
    left = any(visit.exit == "goto" and flow.steps[visit.step].kind == "record" for visit in visits)
    return "message" if left else "hangup"
