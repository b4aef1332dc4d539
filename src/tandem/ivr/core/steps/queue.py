"""``queue``: the call waits for an agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tandem.cti.documents.shapes import Integer, item, record
from tandem.cti.model.needs import merge_needs
from tandem.cti.model.skills import Needs
from tandem.ivr.core.dialogue import Enqueue
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Step
from tandem.ivr.core.words import Queue as QueueId
from tandem.ivr.core.words import SkillNeeds

if TYPE_CHECKING:
    from tandem.ivr.core.flow import Flow


@record
class Queue(Step):
    kind: ClassVar[str] = "queue"
    ends: ClassVar[bool] = True
    queue: str = item(QueueId(), "the id of the queue")
    needs: Needs = item(SkillNeeds(), "skills that the agent must have, added to those noted before", default=())
    priority: int | None = item(Integer(0, 100), "0 to 100, the higher is served first", default=None)

    def render(self, flow: Flow, state: IvrState) -> Enqueue:
        return Enqueue(
            queue=self.queue,
            needs=merge_needs(state.needs, self.needs),
            priority=state.priority if self.priority is None else self.priority,
            language=state.language,
            pressed=flow.pressed(state),
            variables=state.variables,
        )
