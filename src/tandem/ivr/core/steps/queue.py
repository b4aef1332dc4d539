"""``queue``: the call waits for an agent; branches for those who wait, and for after the talk."""

from __future__ import annotations

from typing import ClassVar

from tandem.cti.documents.shapes import Integer, item, record
from tandem.cti.model.needs import merge_needs
from tandem.cti.model.skills import Needs
from tandem.ivr.core.dialogue import Enqueue
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.formulas import Expr
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.shown import shown
from tandem.ivr.core.step import Exit, Step, Take, ways
from tandem.ivr.core.words import Queue as QueueId
from tandem.ivr.core.words import SkillNeeds, Target, Tier

WHILE_WAITING, AFTER_CALL = "while_waiting", "after_call"


@record
class Queue(Step):
    kind: ClassVar[str] = "queue"
    ends: ClassVar[bool] = True
    queue: str = item(QueueId(), "the id of the queue")
    needs: Needs = item(SkillNeeds(), "skills that the agent must have, added to those noted before", default=())
    priority: int | None = item(Integer(0, 100), "0 to 100, the higher is served first", default=None)
    tier: str | None = item(Tier(), "the tier that the call is served as, before the customer's own", default=None)
    agent: Expression | None = item(Expr(), "the login of the agent who is wanted first", default=None)
    while_waiting: str | None = item(
        Target(), "the first step of what the caller hears while he stands in line", default=None, is_exit=True
    )
    after_call: str | None = item(
        Target(),
        "the step for a caller who is still there when the agent has hung up",
        default=None,
        is_exit=True,
    )

    def exits(self) -> tuple[Exit, ...]:
        return ways(while_waiting=self.while_waiting, after_call=self.after_call)

    def enter(self, scene: Scene) -> Take | None:
        """Who comes round to the queue that he stands in begins its branch anew."""
        if self.while_waiting and scene.state.mode == "waiting" and scene.state.line == self.name:
            return Take(self.exits()[0], scene.state)
        return None

    def render(self, scene: Scene) -> Enqueue:
        state = scene.state
        return Enqueue(
            queue=self.queue,
            needs=merge_needs(state.needs, self.needs),
            priority=state.priority if self.priority is None else self.priority,
            language=state.language,
            pressed=scene.flow.pressed(state),
            variables=shown(scene.flow, state),
            agent=scene.text(self.agent),
            tier=self.tier or state.tier or str(dict(state.customer).get("tier", "")),
            waits=self.while_waiting is not None,
            after_call=self.after_call is not None,
        )
