"""``condition``: the first case that holds shows the way."""

from __future__ import annotations

from typing import ClassVar

from tandem.cti.documents.shapes import item, record
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.formulas import Expr
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.step import Exit, Step, Take, ways
from tandem.ivr.core.steps.listed import NAME_OF_WAY, Listed
from tandem.ivr.core.words import Target

OTHERWISE = "otherwise"


@record
class Case:
    when: Expression = item(Expr(), 'what must be true, such as customer.tier == "gold"')
    goto: str = item(Target(), "the step that follows", is_exit=True)
    name: str | None = item(NAME_OF_WAY, "what the exit is called (else case1, case2, ...)", default=None)


CASES = Listed(Case, "case", fewest=1, most=20, taken=(OTHERWISE,))


@record
class Condition(Step):
    kind: ClassVar[str] = "condition"
    passes: ClassVar[bool] = True
    cases: tuple[Case, ...] = item(CASES, "looked at in their order")
    otherwise: str = item(Target(), "the step that follows when no case holds", is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        cases = (Exit(name, case.goto, silent=True) for name, case in CASES.named(self.cases))
        return (*cases, *ways(otherwise=self.otherwise))

    def enter(self, scene: Scene) -> Take:
        exits = self.exits()
        held = (place for place, case in enumerate(self.cases) if case.when.holds(scene.look))
        return Take(exits[next(held, -1)], scene.state)
