"""``subflow``: a part of the way that has a file of its own, and ``return``, its end.

When a flow is loaded, the steps of the sub-flow are put in (``subflows.py``): the step ``identify`` leads to
``identify/ask_pin``, whose variables are ``identify/pin``, and each ``return`` leads back to the steps around.
"""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar

from tandem.cti.documents.shapes import item, record
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.formulas import Computes, Results
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Exit, Step, Take, ways
from tandem.ivr.core.steps.listed import NAME_OF_WAY
from tandem.ivr.core.values import MAX_TEXT
from tandem.ivr.core.words import Alias, Exits


@record
class Subflow(Step):
    kind: ClassVar[str] = "subflow"
    passes: ClassVar[bool] = True
    use: str = item(Alias(), "one of the names under use:")
    with_: tuple[tuple[str, Expression], ...] = item(
        Computes(scoped=False), "{parameter: expression}: what the sub-flow is given", default=()
    )
    results: tuple[tuple[str, str], ...] = item(
        Results(), "{variable here: result of the sub-flow}: what is taken over at its end", default=()
    )
    exits_: tuple[tuple[str, str], ...] = item(
        Exits(), "{exit of the sub-flow: STEP}: the step that follows each of its ends", is_exit=True
    )
    first: str = field(kw_only=True, default="")
    """Its first step, once its steps are put in; the names of the parameters have its scope then."""

    def exits(self) -> tuple[Exit, ...]:
        return ways(enter=self.first)

    def sets(self, exit_name: str) -> frozenset[str]:
        return frozenset(name for name, _ in self.with_)

    def enter(self, scene: Scene) -> Take:
        given = {name: scene.value(expression) for name, expression in self.with_}
        state = scene.state.without_locals(self.name).with_variables(given)
        return Take(Exit("enter", self.first, silent=True), state)

    def widest(self, state: IvrState) -> IvrState:
        return state.with_variables({name: "x" * MAX_TEXT for name, _ in self.with_})


@record
class Return(Step):
    kind: ClassVar[str] = "return"
    passes: ClassVar[bool] = True
    exit: str = item(NAME_OF_WAY, "the exit of the sub-flow that is taken here")
    goto: str = field(kw_only=True, default="")
    """The step around the sub-flow that this exit leads to."""
    hands: tuple[tuple[str, str], ...] = field(kw_only=True, default=())
    """(variable there, variable here): the results."""

    def exits(self) -> tuple[Exit, ...]:
        return (Exit(self.exit, self.goto, silent=True),) if self.goto else ()

    def sets(self, exit_name: str) -> frozenset[str]:
        return frozenset(there for there, _ in self.hands)

    def enter(self, scene: Scene) -> Take:
        """A result that has no value takes away what the variable there held before."""
        state = scene.state.with_variables({there: scene.look(here) for there, here in self.hands})
        return Take(Exit(self.exit, self.goto, silent=True), state.without_locals(self.name.rpartition("/")[0]))

    def widest(self, state: IvrState) -> IvrState:
        return state.with_variables({there: "x" * MAX_TEXT for there, _ in self.hands})
