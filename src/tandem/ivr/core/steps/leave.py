"""``leave``: the caller leaves the line that he stands in, and the flow goes on as before the queue."""

from __future__ import annotations

from typing import ClassVar

from tandem.cti.documents.shapes import item, record
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.step import Exit, Step, Take, ways
from tandem.ivr.core.words import Target


@record
class Leave(Step):
    kind: ClassVar[str] = "leave"
    passes: ClassVar[bool] = True
    leaves_line: ClassVar[bool] = True
    goto: str = item(Target(), "the step that follows", is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        return ways(goto=self.goto)

    def enter(self, scene: Scene) -> Take:
        return Take(self.exits()[0], scene.state)
