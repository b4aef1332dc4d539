"""``menu``: say the choices and take one digit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tandem.cti.documents.shapes import Flag, Integer, Number, Record, Table, item, record
from tandem.ivr.core.commands import KEY, KEY_RULE
from tandem.ivr.core.dialogue import Collect, Digits, Effect, IvrEvent, Play
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.speech import Speech, Wording
from tandem.ivr.core.step import Exit, Move, Take, ways
from tandem.ivr.core.steps.asking import NO_INPUT, NO_MATCH, PROMPTED, Asking, Slip, Tries, is_silence
from tandem.ivr.core.words import LABEL, Spoken, Target


@record
class Choice:
    goto: str = item(Target(), "the step that follows", is_exit=True)
    label: Wording = item(LABEL, "what the choice is called on the agent's screen, in each language")


@record
class Menu(Asking):
    kind: ClassVar[str] = "menu"
    prompts: Speech = item(Spoken(), "what the caller hears")
    in_every_language: bool = item(
        Flag(), "say it in each language of the flow in turn (before the caller has chosen one)", default=False
    )
    choices: Mapping[str, Choice] = item(Table(KEY, KEY_RULE, Record(Choice), fewest=1), "what each digit leads to")
    timeout_s: float = item(Number(1, 60), "seconds of silence after the prompts that count as no input", default=5.0)
    attempts: int = item(Integer(1, 9), "tries before no_input or no_match is taken", default=3)
    barge_in: bool = item(Flag(), "a digit stops the prompts", default=True)
    type_ahead: bool = item(Flag(), "a digit that was pressed before the prompts began counts", default=True)
    no_input: Slip = item(Record(Slip), "{goto: STEP}, taken when the caller presses nothing", is_exit=True)
    no_match: Slip = item(Record(Slip), "{goto: STEP}, taken when the caller presses no valid choice", is_exit=True)
    fallback: str | None = item(
        Target(), "the step that follows when the prompts cannot be played", default=None, is_exit=True
    )

    def exits(self) -> tuple[Exit, ...]:
        return (
            *(Exit(digit, choice.goto, silent=False) for digit, choice in self.choices.items()),
            Exit("no_input", self.no_input.goto, silent=True),
            Exit("no_match", self.no_match.goto, silent=False),
            *ways(fallback=self.fallback),
        )

    def slips(self) -> tuple[int, Slip, Slip]:
        return self.attempts, self.no_input, self.no_match

    def speeches(self) -> tuple[Speech, ...]:
        return (self.prompts, self.no_input.prompts, self.no_match.prompts)

    def label(self, digits: str) -> Wording | None:
        return self.choices[digits].label if digits in self.choices else None

    def is_command(self, key: str, digits: str) -> bool:
        return digits == key and key not in self.choices

    def render(self, scene: Scene) -> Effect:
        tries = Tries.of(scene.state)
        before = {NO_INPUT: self.no_input.prompts, NO_MATCH: self.no_match.prompts}.get(tries.last, ())
        prompts = scene.said(before, in_every_language=self.in_every_language)
        prompts += scene.said(self.prompts, in_every_language=self.in_every_language)
        if not self.barge_in and tries.phase != PROMPTED:
            return Play(prompts)
        return Collect(
            prompts if self.barge_in else (),
            max_digits=1,
            timeout_s=self.timeout_s,
            terminator="",
            # what was pressed before a wrong key was heard as wrong was not meant for the question asked again
            flush=not self.type_ahead or not self.barge_in or tries.last == NO_MATCH,
        )

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        state = scene.state
        if not self.barge_in and Tries.of(state).phase != PROMPTED:
            return self.prompted(scene, event)
        if is_silence(event):
            return self.silent(state)
        if not isinstance(event, Digits):
            return None
        choice = self.choices.get(event.text)
        if choice is not None:
            return Take(Exit(event.text, choice.goto, silent=False), state.with_press(event.text))
        return self.command(scene, event.text) or self.missed(state)
