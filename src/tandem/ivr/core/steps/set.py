"""``set``: note something about the call, then go on at once."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from tandem.cti.documents.shapes import Integer, item, record
from tandem.cti.model.needs import merge_needs
from tandem.cti.model.skills import Needs
from tandem.ivr.core.state import IvrState, Value
from tandem.ivr.core.step import Exit, Step, Take
from tandem.ivr.core.words import Language, SkillNeeds, Target, Variables


@record
class Set(Step):
    kind: ClassVar[str] = "set"
    language: str | None = item(Language(), "the language that the call goes on in", default=None)
    variables: tuple[tuple[str, Value], ...] = item(Variables(), "values kept with the call", default=())
    needs: Needs = item(SkillNeeds(), "skills that the agent must have, added to those noted before", default=())
    priority: int | None = item(Integer(0, 100), "0 to 100, the higher is served first", default=None)
    goto: str = item(Target(), "the step that follows", is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        return (Exit("goto", self.goto, silent=True),)

    def enter(self, state: IvrState) -> Take:
        variables = dict(state.variables + self.variables)
        changed = replace(
            state,
            language=self.language or state.language,
            variables=tuple(sorted(variables.items())),
            needs=merge_needs(state.needs, self.needs),
            priority=state.priority if self.priority is None else self.priority,
        )
        return Take(self.exits()[0], changed)

    def widest(self, state: IvrState) -> IvrState:
        return self.enter(state).state
