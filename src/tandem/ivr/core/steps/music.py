"""``music``: the caller, who stands in line, hears music for a while; keys may lead elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tandem.cti.documents.shapes import Number, Record, Table, item, record
from tandem.ivr.core.commands import KEY, KEY_RULE
from tandem.ivr.core.dialogue import Digits, IvrEvent, NoInput, Played
from tandem.ivr.core.dialogue import Music as MusicEffect
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.speech import Wording
from tandem.ivr.core.step import Exit, Move, Step, Take
from tandem.ivr.core.steps.menu import Choice
from tandem.ivr.core.words import Target


@record
class Music(Step):
    kind: ClassVar[str] = "music"
    timed: ClassVar[bool] = True
    seconds: float = item(Number(5, 600), "how long")
    keys: Mapping[str, Choice] = item(
        Table(KEY, KEY_RULE, Record(Choice)), "what each key leads to", default_factory=dict
    )
    goto: str = item(Target(), "the step that follows when the time is over", is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        keys = (Exit(key, choice.goto, silent=False) for key, choice in self.keys.items())
        return (*keys, Exit("goto", self.goto, silent=True))

    def label(self, digits: str) -> Wording | None:
        return self.keys[digits].label if digits in self.keys else None

    def render(self, scene: Scene) -> MusicEffect:
        return MusicEffect(self.seconds, "".join(self.keys))

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        match event:
            case Digits(key) if key in self.keys:
                return Take(Exit(key, self.keys[key].goto, silent=False), scene.state.with_press(key))
            case Played() | NoInput() | Digits():
                return Take(Exit("goto", self.goto, silent=True), scene.state)
            case _:
                return None
