"""``play``: say something, then go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tandem.cti.documents.shapes import Flag, item, record
from tandem.ivr.core.dialogue import IvrEvent, Played
from tandem.ivr.core.dialogue import Play as PlayEffect
from tandem.ivr.core.speech import Speech, spoken
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Exit, Move, Step, Take
from tandem.ivr.core.words import Spoken, Target

if TYPE_CHECKING:
    from tandem.ivr.core.flow import Flow


@record
class Play(Step):
    kind: ClassVar[str] = "play"
    prompts: Speech = item(Spoken(), "what the caller hears")
    in_every_language: bool = item(
        Flag(), "say it in each language of the flow in turn (before the caller has chosen one)", default=False
    )
    goto: str = item(Target(), "the step that follows", is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        return (Exit("goto", self.goto, silent=True),)

    def speeches(self) -> tuple[Speech, ...]:
        return (self.prompts,)

    def render(self, flow: Flow, state: IvrState) -> PlayEffect:
        return PlayEffect(spoken(self.prompts, flow.languages if self.in_every_language else (state.language,)))

    def receive(self, state: IvrState, event: IvrEvent) -> Move | None:
        return Take(self.exits()[0], state) if isinstance(event, Played) else None
