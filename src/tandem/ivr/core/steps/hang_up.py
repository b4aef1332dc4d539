"""``hangup``: the call ends."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from tandem.cti.documents.shapes import NAME, Text, item, record
from tandem.ivr.core.dialogue import Effect, IvrEvent, MediaFailed, Play, Played
from tandem.ivr.core.dialogue import HangUp as HangUpEffect
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.speech import Speech
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Move, Stay, Step
from tandem.ivr.core.words import Spoken

_SAID = (1,)


@record
class HangUp(Step):
    kind: ClassVar[str] = "hangup"
    ends: ClassVar[bool] = True
    leaves_line: ClassVar[bool] = True
    prompts: Speech = item(Spoken(), "what the caller hears before", default=())
    reason: str = item(
        Text(longest=32, pattern=NAME, rule="a reason is one word of small letters, digits and _"),
        "one word for the reports",
        default="completed",
    )

    def speeches(self) -> tuple[Speech, ...]:
        return (self.prompts,) if self.prompts else ()

    def over(self, state: IvrState) -> bool:
        return not self.prompts or state.tally == _SAID

    def render(self, scene: Scene) -> Effect:
        return HangUpEffect(self.reason) if self.over(scene.state) else Play(scene.said(self.prompts))

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        """Words that cannot be played are no reason to stay."""
        return Stay(replace(scene.state, tally=_SAID)) if isinstance(event, Played | MediaFailed) else None

    def widest(self, state: IvrState) -> IvrState:
        return replace(state, tally=_SAID)
