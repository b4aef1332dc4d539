"""``answer``: ask a table of answers of the house (balances, orders), which the server only reads."""

from __future__ import annotations

from typing import ClassVar

from tandem.cti.documents.shapes import item, record
from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.formulas import Expr, Outputs
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Exit, Take, ways
from tandem.ivr.core.steps.dips import (
    CACHE,
    CACHE_DOC,
    FALLBACK_DOC,
    TIMEOUT,
    TIMEOUT_DOC,
    Dipping,
    OutputsOf,
    asked_outputs,
    widest_outputs,
    with_outputs,
)
from tandem.ivr.core.values import Value
from tandem.ivr.core.words import AnswersTable, Target


@record
class Answer(Dipping):
    kind: ClassVar[str] = "answer"
    from_: str = item(AnswersTable(), "the name of the table")
    key: Expression = item(Expr(), "the key of the row")
    timeout_s: float = item(TIMEOUT, TIMEOUT_DOC)
    cache_s: float = item(CACHE, CACHE_DOC)
    outputs: OutputsOf = item(Outputs("field"), "{variable: {field, as}}: the columns that are kept", default=())
    goto: str = item(Target(), "the step that follows an answer", is_exit=True)
    not_found: str = item(Target(), "the step that follows when there is no such row", is_exit=True)
    fallback: str = item(Target(), FALLBACK_DOC, is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        return ways(goto=self.goto, not_found=self.not_found, fallback=self.fallback)

    def sets(self, exit_name: str) -> frozenset[str]:
        return frozenset(name for name, _, _ in self.outputs) if exit_name == "goto" else frozenset()

    def asked(self, scene: Scene) -> Dip | None:
        key = scene.value(self.key)
        if key is None or key == "":
            return None
        outputs = asked_outputs(self.outputs)
        return Dip("answers", self.from_, (("key", key),), outputs, self.timeout_s, self.cache_s)

    def found(self, state: IvrState, values: dict[str, Value]) -> Take:
        return Take(self.way("goto"), with_outputs(state, self.outputs, values))

    def widest(self, state: IvrState) -> IvrState:
        return widest_outputs(state, self.outputs)
