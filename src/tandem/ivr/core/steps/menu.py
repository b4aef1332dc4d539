"""``menu``: say the choices and take one digit.

The caller has ``attempts`` tries of each kind: silence and a wrong digit are counted apart, each with its own words and
its own way out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from tandem.cti.documents.shapes import Flag, Integer, Number, Record, Table, item, record
from tandem.ivr.core.dialogue import Collect, Digits, Effect, IvrEvent, NoInput, Play, Played
from tandem.ivr.core.speech import Speech, Wording, spoken
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Exit, Move, Stay, Step, Take
from tandem.ivr.core.words import LABEL, Spoken, Target

if TYPE_CHECKING:
    from tandem.ivr.core.flow import Flow

_KEY = re.compile(r"[0-9*#]")
_KEY_RULE = 'a choice is one key of the phone: "0" to "9", "*" or "#"'


@record
class Choice:
    goto: str = item(Target(), "the step that follows", is_exit=True)
    label: Wording = item(LABEL, "what the choice is called on the agent's screen, in each language")


@record
class Slip:
    """What happens when the caller presses nothing, or something else than a choice."""

    prompts: Speech = item(Spoken(), "said before the menu is repeated", default=())
    attempts: int | None = item(Integer(1, 9), "tries before the exit is taken (else the menu's)", default=None)
    goto: str = item(Target(), "the step that follows when the tries are used up", is_exit=True)


# What the tally counts: tries lost to silence and to wrong digits, which of the two came last, and whether the prompts
# of a menu without barge-in have been heard.
_START = (0, 0, 0, 0)
_NO_INPUT, _NO_MATCH = 1, 2


@record
class Menu(Step):
    kind: ClassVar[str] = "menu"
    prompts: Speech = item(Spoken(), "what the caller hears")
    in_every_language: bool = item(
        Flag(), "say it in each language of the flow in turn (before the caller has chosen one)", default=False
    )
    choices: Mapping[str, Choice] = item(Table(_KEY, _KEY_RULE, Record(Choice), fewest=1), "what each digit leads to")
    timeout_s: float = item(Number(1, 60), "seconds of silence after the prompts that count as no input", default=5.0)
    attempts: int = item(Integer(1, 9), "tries before no_input or no_match is taken", default=3)
    barge_in: bool = item(Flag(), "a digit stops the prompts", default=True)
    no_input: Slip = item(Record(Slip), "{goto: STEP}, taken when the caller presses nothing", is_exit=True)
    no_match: Slip = item(Record(Slip), "{goto: STEP}, taken when the caller presses no valid choice", is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        return (
            *(Exit(digit, choice.goto, silent=False) for digit, choice in self.choices.items()),
            Exit("no_input", self.no_input.goto, silent=True),
            Exit("no_match", self.no_match.goto, silent=False),
        )

    def speeches(self) -> tuple[Speech, ...]:
        return (self.prompts, self.no_input.prompts, self.no_match.prompts)

    def label(self, digits: str) -> Wording | None:
        return self.choices[digits].label if digits in self.choices else None

    def render(self, flow: Flow, state: IvrState) -> Effect:
        _, _, last, heard = self._tally(state)
        before = {_NO_INPUT: self.no_input.prompts, _NO_MATCH: self.no_match.prompts}.get(last, ())
        heard_in = flow.languages if self.in_every_language else (state.language,)
        prompts = spoken(before, heard_in) + spoken(self.prompts, heard_in)
        if self.barge_in:
            return Collect(prompts, max_digits=1, timeout_s=self.timeout_s)
        return Collect((), max_digits=1, timeout_s=self.timeout_s) if heard else Play(prompts)

    def receive(self, state: IvrState, event: IvrEvent) -> Move | None:
        silences, misses, last, heard = self._tally(state)
        if not self.barge_in and not heard:
            return Stay(replace(state, tally=(silences, misses, last, 1))) if isinstance(event, Played) else None
        match event:
            case Digits(text) if text in self.choices:
                exit_ = Exit(text, self.choices[text].goto, silent=False)
                return Take(exit_, state.with_press(text))
            case NoInput() | Digits(""):
                if silences + 1 >= (self.no_input.attempts or self.attempts):
                    return Take(Exit("no_input", self.no_input.goto, silent=True), state)
                return Stay(replace(state, tally=(silences + 1, misses, _NO_INPUT, 0)))
            case Digits():
                if misses + 1 >= (self.no_match.attempts or self.attempts):
                    return Take(Exit("no_match", self.no_match.goto, silent=False), state)
                return Stay(replace(state, tally=(silences, misses + 1, _NO_MATCH, 0)))
            case _:
                return None

    def widest(self, state: IvrState) -> IvrState:
        return replace(state, tally=(9, 9, _NO_MATCH, 1))

    @staticmethod
    def _tally(state: IvrState) -> tuple[int, int, int, int]:
        """A tally of another length is of another version of the flow: begin anew."""
        match state.tally:
            case (silences, misses, last, heard):
                return silences, misses, last, heard
            case _:
                return _START
