"""``record``: the caller leaves a message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from tandem.cti.documents.shapes import Number, OneOf, item, record
from tandem.ivr.core.dialogue import IvrEvent, Recorded, RecordMessage
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.speech import Speech
from tandem.ivr.core.step import Exit, Fault, Move, Step, Take, ways
from tandem.ivr.core.words import Queue, Spoken, Target


@record
class RecordStep(Step):
    kind: ClassVar[str] = "record"
    timed: ClassVar[bool] = True
    leaves_line: ClassVar[bool] = True
    prompts: Speech = item(Spoken(), "what the caller hears before the tone")
    most_s: float = item(Number(5, 600), "the message ends after so many seconds", default=120.0)
    min_s: float = item(Number(0, 60), "a shorter one is too short", default=1.0)
    terminator: str = item(OneOf(("#", "*", "")), 'the key that ends the message; "" for none', default="#")
    queue: str = item(Queue(), "whose agents get the message, with the callbacks of this queue", default="")
    goto: str = item(Target(), "the step that follows", is_exit=True)
    too_short: str | None = item(
        Target(), "the step that follows a message shorter than min_s (else goto)", default=None, is_exit=True
    )
    fallback: str | None = item(
        Target(), "the step that follows when nothing can be recorded", default=None, is_exit=True
    )

    def exits(self) -> tuple[Exit, ...]:
        return ways(goto=self.goto, too_short=self.too_short, fallback=self.fallback)

    def faults(self) -> Iterator[Fault]:
        if self.min_s > self.most_s:
            yield Fault("out_of_range", "min_s is more than most_s", "Let a message be as long as it must be.")

    def speeches(self) -> tuple[Speech, ...]:
        return (self.prompts,)

    def render(self, scene: Scene) -> RecordMessage:
        return RecordMessage(scene.said(self.prompts), self.most_s, self.terminator, self.queue, self.min_s)

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        if not isinstance(event, Recorded):
            return None
        exits = {way.name: way for way in self.exits()}
        name = "too_short" if self.too_short and event.seconds < self.min_s else "goto"
        return Take(exits[name], scene.state)
