"""``survey``: one question that is answered by a key, for the reports."""

from __future__ import annotations

from typing import ClassVar

from tandem.cti.documents.shapes import NAME, Integer, Number, OneOf, Text, item, record
from tandem.ivr.core.dialogue import Collect, Digits, Effect, IvrEvent, SurveyAnswer
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.speech import Speech
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Exit, Move, Stay, Step, Take, ways
from tandem.ivr.core.steps.asking import NO_INPUT, NO_MATCH, WIDEST, Tries, is_silence
from tandem.ivr.core.words import Spoken, Target

SCALES = {"1-5": {str(n): n for n in range(1, 6)}, "yes_no": {"1": 1, "2": 0}}
"""What each key answers."""


@record
class Survey(Step):
    kind: ClassVar[str] = "survey"
    timed: ClassVar[bool] = True
    question: str = item(Text(32, NAME, "small letters, digits and _"), "the name of the question in the reports")
    prompts: Speech = item(Spoken(), "the question")
    scale: str = item(OneOf(tuple(SCALES)), "1-5: the keys 1 to 5; yes_no: 1 for yes, 2 for no")
    timeout_s: float = item(Number(1, 60), "seconds of silence after the prompts that count as no answer", default=5.0)
    attempts: int = item(Integer(1, 9), "how often it is asked", default=2)
    goto: str = item(Target(), "the step that follows, answered or not", is_exit=True)
    fallback: str | None = item(
        Target(), "the step that follows when the prompts cannot be played", default=None, is_exit=True
    )

    def exits(self) -> tuple[Exit, ...]:
        return ways(goto=self.goto, fallback=self.fallback)

    def speeches(self) -> tuple[Speech, ...]:
        return (self.prompts,)

    def tries(self, state: IvrState) -> tuple[int, int]:
        tries = Tries.of(state)
        return tries.silences, tries.misses

    def render(self, scene: Scene) -> Effect:
        again = Tries.of(scene.state).last == NO_MATCH
        return Collect(scene.said(self.prompts), 1, self.timeout_s, terminator="", flush=again)

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        tries = Tries.of(scene.state)
        if is_silence(event):
            tries = tries._replace(silences=tries.silences + 1, last=NO_INPUT)
        elif not isinstance(event, Digits):
            return None
        elif (answer := SCALES[self.scale].get(event.text)) is not None:
            return Take(self.exits()[0], scene.state, (SurveyAnswer(self.question, self.scale, answer),))
        else:
            tries = tries._replace(misses=tries.misses + 1, last=NO_MATCH)
        state = tries.on(scene.state)
        if tries.silences + tries.misses >= self.attempts:
            return Take(self.exits()[0], state, (SurveyAnswer(self.question, self.scale, None),))
        return Stay(state)

    def widest(self, state: IvrState) -> IvrState:
        return WIDEST.on(state)
