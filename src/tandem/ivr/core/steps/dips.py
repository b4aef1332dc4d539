"""What steps that look something up have in common: limits that must be given, and a way on for every answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from tandem.cti.documents.shapes import Number
from tandem.ivr.core.dialogue import Dip, Effect, Fetched, IvrEvent
from tandem.ivr.core.expressions import stored
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import FALLBACK, Exit, Move, Step, Take
from tandem.ivr.core.values import MAX_INTEGER, MAX_TEXT, Value, writable

OutputsOf = tuple[tuple[str, str, str], ...]
"""(variable, where it stands in the answer, type)."""

TIMEOUT = Number(0.1, 30)
TIMEOUT_DOC = "seconds after which the exit fallback is taken"
CACHE = Number(0, 86_400)
CACHE_DOC = "for so many seconds an answer serves who asks the same; 0: never"
FALLBACK_DOC = "the step that follows when there is no answer"

_WIDEST: dict[str, Value] = {"text": "x" * MAX_TEXT, "number": MAX_INTEGER, "flag": True, "date": "2000-01-01"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dipping(Step):
    """A kind gives its ``asked``, and ``found``."""

    timed: ClassVar[bool] = False
    timeout_s: float
    cache_s: float

    def asked(self, scene: Scene) -> Dip | None:
        """None when there is nothing to ask with."""
        raise NotImplementedError(self.kind)

    def found(self, state: IvrState, values: dict[str, Value]) -> Take:
        raise NotImplementedError(self.kind)

    def way(self, *names: str) -> Exit:
        """The first of these exits that is wired; the last one is."""
        exits = {each.name: each for each in self.exits()}
        return next(exits[name] for name in names if name in exits)

    def enter(self, scene: Scene) -> Take | None:
        return None if self.asked(scene) else Take(self.way(FALLBACK), scene.state)

    def render(self, scene: Scene) -> Effect:
        return self.asked(scene) or Dip("", "", (), (), self.timeout_s, 0)

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        match event:
            case Fetched("ok", values):
                kept = {name: _kept(value) for name, value in values.items()}
                known = {name: value for name, value in kept.items() if value is not None}
                return self.found(scene.state, known)
            case Fetched("not_found"):
                return Take(self.way("not_found", FALLBACK), scene.state)
            case Fetched():
                return Take(self.way(FALLBACK), scene.state)
            case _:
                return None


def _kept(value: object) -> Value | None:
    """What came from outside as a variable can hold it."""
    return writable(stored(value)) if isinstance(value, str | int) else None


def local(variable: str) -> str:
    """The name as the author wrote it in its own file."""
    return variable.rpartition("/")[2]


def asked_outputs(outputs: OutputsOf) -> OutputsOf:
    return tuple((local(variable), place, type_) for variable, place, type_ in outputs)


def with_outputs(state: IvrState, outputs: OutputsOf, values: dict[str, Value]) -> IvrState:
    """What the answer does not have is not left over from an earlier one either."""
    return state.with_variables({variable: values.get(local(variable)) for variable, _, _ in outputs})


def widest_outputs(state: IvrState, outputs: OutputsOf) -> IvrState:
    return state.with_variables({variable: _WIDEST.get(type_, "0" * 20) for variable, _, type_ in outputs})
