"""What a step sees: its flow, the state of the call, and the world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tandem.ivr.core.expressions import Expression, stored
from tandem.ivr.core.speech import Prompt, Speech, spoken
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.values import Secret, Value, writable
from tandem.ivr.core.world import World

if TYPE_CHECKING:
    from tandem.ivr.core.flow import Flow


@dataclass(frozen=True, slots=True)
class Scene:
    flow: Flow
    state: IvrState
    world: World

    def look(self, name: str) -> Value | None:
        """The value of a name in an expression; None when it has none."""
        place, dot, field = name.partition(".")
        if not dot:
            return next((value for each, value in self.state.variables if each == name), None)
        match place:
            case "call":
                return int(self.world.now) if field == "now" else self.world.call.get(field)
            case "customer":
                found = (value for each, value in self.state.customer if each == field)
                return next(found, self.world.customer.get(field))
            case "queue":
                return self.world.queue.get(field)
            case "agent":
                return self.world.agent.get(field)
            case _:
                return None

    def value(self, expression: Expression) -> Value | None:
        """As a variable holds it: decimals as texts. None where the expression makes no sense."""
        return writable(stored(expression.value(self.look)))

    def text(self, expression: Expression | None) -> str:
        """'' where it makes no sense, and for what is secret."""
        value = None if expression is None else self.value(expression)
        return "" if value is None or isinstance(value, bool | Secret) else str(value)

    def said(self, speech: Speech, *, in_every_language: bool = False) -> tuple[Prompt, ...]:
        return spoken(speech, self.flow.languages if in_every_language else (self.state.language,), self.look)

    def at(self, state: IvrState) -> Scene:
        return Scene(self.flow, state, self.world)
