"""``callback``: the caller is promised to be called back."""

from __future__ import annotations

from typing import ClassVar

from tandem.cti.documents.shapes import Integer, item, record
from tandem.cti.model.needs import merge_needs
from tandem.cti.model.skills import Needs
from tandem.ivr.core.dialogue import CallbackTaken, IvrEvent, OfferCallback
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.formulas import Expr
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.step import Exit, Move, Step, Take, ways
from tandem.ivr.core.words import Queue, SkillNeeds, Target


@record
class Callback(Step):
    kind: ClassVar[str] = "callback"
    leaves_line: ClassVar[bool] = True
    queue: str = item(Queue(), "the id of the queue whose agents call back")
    number: Expression | None = item(Expr(), "the number to call (else the one that he calls from)", default=None)
    needs: Needs = item(SkillNeeds(), "skills that the agent must have, added to those noted before", default=())
    priority: int | None = item(Integer(0, 100), "0 to 100, the higher is served first", default=None)
    goto: str = item(Target(), "the step that follows when it is promised", is_exit=True)
    refused: str = item(Target(), "the step that follows when this number may not be called", is_exit=True)
    fallback: str | None = item(
        Target(), "the step that follows when the promise cannot be kept with the others", default=None, is_exit=True
    )

    def exits(self) -> tuple[Exit, ...]:
        return ways(goto=self.goto, refused=self.refused, fallback=self.fallback)

    def enter(self, scene: Scene) -> Take | None:
        return Take(self.exits()[1], scene.state) if self.number and not scene.text(self.number) else None

    def render(self, scene: Scene) -> OfferCallback:
        return OfferCallback(
            queue=self.queue,
            number=scene.text(self.number),
            needs=merge_needs(scene.state.needs, self.needs),
            priority=scene.state.priority if self.priority is None else self.priority,
        )

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        if not isinstance(event, CallbackTaken):
            return None
        return Take(self.exits()[0 if event.accepted else 1], scene.state)
