"""``set``: note something about the call, then go on at once."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from tandem.cti.documents.shapes import Integer, item, record
from tandem.cti.model.needs import merge_needs
from tandem.cti.model.skills import Needs
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.formulas import Computes
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Exit, Step, Take, ways
from tandem.ivr.core.values import MAX_TEXT, Value
from tandem.ivr.core.words import Language, SkillNeeds, Target, Tier, Variables


@record
class Set(Step):
    kind: ClassVar[str] = "set"
    passes: ClassVar[bool] = True
    language: str | None = item(Language(), "the language that the call goes on in", default=None)
    variables: tuple[tuple[str, Value], ...] = item(Variables(), "values kept with the call", default=())
    compute: tuple[tuple[str, Expression], ...] = item(
        Computes(),
        "{name: expression}: values worked out from what is known here; one that makes no sense is none",
        default=(),
    )
    needs: Needs = item(SkillNeeds(), "skills that the agent must have, added to those noted before", default=())
    priority: int | None = item(Integer(0, 100), "0 to 100, the higher is served first", default=None)
    tier: str | None = item(Tier(), "the tier that the call is served as, before the customer's own", default=None)
    goto: str = item(Target(), "the step that follows", is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        return ways(goto=self.goto)

    def sets(self, exit_name: str) -> frozenset[str]:
        return frozenset(name for name, _ in (*self.variables, *self.compute))

    def enter(self, scene: Scene) -> Take:
        worked_out = {name: scene.value(expression) for name, expression in self.compute}
        return Take(self.exits()[0], self._noted(scene.state, {**dict(self.variables), **worked_out}))

    def _noted(self, state: IvrState, variables: dict[str, Value | None]) -> IvrState:
        state = state.with_variables(variables) if variables else state
        return replace(
            state,
            language=self.language or state.language,
            needs=merge_needs(state.needs, self.needs) if self.needs else state.needs,
            priority=state.priority if self.priority is None else self.priority,
            tier=self.tier or state.tier,
        )

    def widest(self, state: IvrState) -> IvrState:
        widest: dict[str, Value | None] = {name: "x" * MAX_TEXT for name, _ in self.compute}
        return self._noted(state, {**dict(self.variables), **widest})
