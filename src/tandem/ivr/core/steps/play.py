"""``play``: say something, then go on."""

from __future__ import annotations

from typing import ClassVar

from tandem.cti.documents.shapes import Flag, item, record
from tandem.ivr.core.dialogue import IvrEvent, Played
from tandem.ivr.core.dialogue import Play as PlayEffect
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.speech import Speech
from tandem.ivr.core.step import Exit, Move, Step, Take, ways
from tandem.ivr.core.words import Spoken, Target


@record
class Play(Step):
    kind: ClassVar[str] = "play"
    timed: ClassVar[bool] = True
    prompts: Speech = item(Spoken(), "what the caller hears")
    in_every_language: bool = item(
        Flag(), "say it in each language of the flow in turn (before the caller has chosen one)", default=False
    )
    barge_in: bool = item(
        Flag(), "a digit stops the prompts, and is the first answer to the next question", default=False
    )
    goto: str = item(Target(), "the step that follows", is_exit=True)
    fallback: str | None = item(
        Target(), "the step that follows when the prompts cannot be played", default=None, is_exit=True
    )

    def exits(self) -> tuple[Exit, ...]:
        return ways(goto=self.goto, fallback=self.fallback)

    def speeches(self) -> tuple[Speech, ...]:
        return (self.prompts,)

    def render(self, scene: Scene) -> PlayEffect:
        return PlayEffect(scene.said(self.prompts, in_every_language=self.in_every_language), self.barge_in)

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        return Take(self.exits()[0], scene.state) if isinstance(event, Played) else None
