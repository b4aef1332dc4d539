"""``collect``: ask for digits, such as a card or order number, and keep them in a variable."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from tandem.cti.documents.shapes import Flag, Integer, Number, OneOf, Record, Text, item, record
from tandem.ivr.core.commands import KEY, KEY_RULE
from tandem.ivr.core.dialogue import Collect as CollectEffect
from tandem.ivr.core.dialogue import Digits, Effect, IvrEvent, Play
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.formulas import Expr
from tandem.ivr.core.heard import digits_text, heard_text, masked
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.speech import Speech
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Exit, Fault, Move, Stay, Take, ways
from tandem.ivr.core.steps.asking import (
    CONFIRM,
    LISTEN,
    NO_INPUT,
    NO_MATCH,
    PROMPTED,
    Asking,
    Slip,
    Tries,
    is_silence,
)
from tandem.ivr.core.values import Secret, Value
from tandem.ivr.core.words import Spoken, Target, VariableName

MAX_DIGITS = 64
_INPUT = re.compile(r"[0-9*#]{1,64}")
_REF = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@record
class Confirm:
    """The caller hears what he pressed and says whether it is right."""

    prompts: Speech = item(Spoken(), "the question; it may say the variable")
    yes: str = item(Text(1, KEY, KEY_RULE), "the key for yes", default="1")
    no: str = item(Text(1, KEY, KEY_RULE), "the key for no: he is asked anew", default="2")


@record
class Collect(Asking):
    kind: ClassVar[str] = "collect"
    prompts: Speech = item(Spoken(), "what the caller hears")
    into: str = item(VariableName(), "the variable that keeps the digits, as a text")
    min_digits: int = item(Integer(1, MAX_DIGITS), "fewer are wrong", default=1)
    max_digits: int = item(Integer(1, MAX_DIGITS), "the input ends with the last of so many")
    terminator: str = item(OneOf(("#", "*", "")), 'the key that ends the input; "" for none', default="#")
    timeout_s: float = item(Number(1, 60), "seconds of silence after the prompts that count as no input", default=5.0)
    digit_timeout_s: float = item(Number(1, 30), "seconds of silence after a digit that end the input", default=3.0)
    attempts: int = item(Integer(1, 9), "tries before no_input or no_match is taken", default=3)
    barge_in: bool = item(Flag(), "a digit stops the prompts", default=True)
    type_ahead: bool = item(Flag(), "digits that were pressed before the prompts began count", default=True)
    validate: Expression | None = item(
        Expr(own=frozenset({"value"})),
        'what must be true of the digits, such as luhn(value) or starts_with(value, "6")',
        default=None,
    )
    confirm: Confirm | None = item(Record(Confirm), "ask whether it is right", default=None)
    sensitive: bool = item(
        Flag(), "the digits stay in the vault: no log, page or recording has them, and no expression", default=False
    )
    mask: int | None = item(Integer(0, MAX_DIGITS), "people see only so many of the last digits", default=None)
    goto: str = item(Target(), "the step that follows", is_exit=True)
    no_input: Slip = item(Record(Slip), "{goto: STEP}, taken when the caller presses nothing", is_exit=True)
    no_match: Slip = item(Record(Slip), "{goto: STEP}, taken when the digits are wrong", is_exit=True)
    fallback: str | None = item(
        Target(), "the step that follows when the prompts cannot be played", default=None, is_exit=True
    )

    def exits(self) -> tuple[Exit, ...]:
        return (
            Exit("goto", self.goto, silent=False),
            *ways(no_input=self.no_input.goto),
            Exit("no_match", self.no_match.goto, silent=False),
            *ways(fallback=self.fallback),
        )

    def faults(self) -> Iterator[Fault]:
        if self.min_digits > self.max_digits:
            yield Fault("out_of_range", "min_digits is more than max_digits", "Let max_digits be as many or more.")
        if self.confirm and self.confirm.yes == self.confirm.no:
            yield Fault("duplicate_key", "yes and no are the same key", "Give one of them another key.")

    def sets(self, exit_name: str) -> frozenset[str]:
        return frozenset({self.into}) if exit_name == "goto" else frozenset()

    def slips(self) -> tuple[int, Slip, Slip]:
        return self.attempts, self.no_input, self.no_match

    def speeches(self) -> tuple[Speech, ...]:
        question = (self.confirm.prompts,) if self.confirm else ()
        return (self.prompts, self.no_input.prompts, self.no_match.prompts, *question)

    def is_command(self, key: str, digits: str) -> bool:
        """``*`` and ``#`` at once; a digit only when it alone cannot be an answer."""
        if self.sensitive:
            return False
        if key in "*#":
            return key != self.terminator and digits.startswith(key)
        return digits == key and self.min_digits > 1

    def render(self, scene: Scene) -> Effect:
        tries = Tries.of(scene.state)
        slip = {NO_INPUT: self.no_input.prompts, NO_MATCH: self.no_match.prompts}.get(tries.last, ())
        if tries.phase == CONFIRM and self.confirm:
            prompts = scene.said(slip) + scene.said(self.confirm.prompts)
            return CollectEffect(prompts, max_digits=1, timeout_s=self.timeout_s, terminator="", flush=bool(tries.last))
        prompts = scene.said(slip) + scene.said(self.prompts)
        if not self.barge_in and tries.phase != PROMPTED:
            return Play(prompts)
        return CollectEffect(
            prompts if self.barge_in else (),
            max_digits=self.max_digits,
            timeout_s=self.timeout_s,
            digit_timeout_s=self.digit_timeout_s,
            terminator=self.terminator,
            sensitive=self.sensitive,
            flush=not self.type_ahead or not self.barge_in or tries.last == NO_MATCH,
        )

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        phase = Tries.of(scene.state).phase
        if phase == CONFIRM and self.confirm:
            return self._confirmed(scene, event, self.confirm)
        if not self.barge_in and phase != PROMPTED:
            return self.prompted(scene, event)
        if is_silence(event):
            return self.silent(scene.state)
        if not isinstance(event, Digits):
            return None
        if move := self.command(scene, event.text):
            return move
        value = self._accepted(scene, event)
        if value is None:
            return self.missed(scene.state)
        state = scene.state.with_variables({self.into: value})
        if self.confirm:
            return Stay(Tries.of(state)._replace(last=0, phase=CONFIRM).on(state))
        return Take(self.exits()[0], state)

    def _accepted(self, scene: Scene, event: Digits) -> Value | None:
        value: Value | None
        if self.sensitive:
            value, length = event.secret, event.secret.length if event.secret else 0
            if value is None or event.text or not _REF.fullmatch(value.ref):
                return None
        else:
            value, length = event.text, len(event.text)
            stray = self.terminator and self.terminator in event.text
            if event.secret or stray or not _INPUT.fullmatch(event.text):
                return None
        if not self.min_digits <= length <= self.max_digits:
            return None
        if self.validate is None:
            return value
        valid = self.validate.value(lambda name: value if name == "value" else scene.look(name))
        return value if valid is True else None

    def _confirmed(self, scene: Scene, event: IvrEvent, confirm: Confirm) -> Move | None:
        """Only on ``yes`` does the variable keep what he pressed."""
        state = scene.state
        if isinstance(event, Digits) and event.text == confirm.yes:
            return Take(self.exits()[0], state)
        without = state.with_variables({self.into: None})
        if isinstance(event, Digits) and event.text == confirm.no:
            return Stay(Tries.of(state)._replace(last=0, phase=LISTEN).on(without))
        if is_silence(event):
            move = self.silent(state, CONFIRM)
        elif isinstance(event, Digits):
            move = self.command(scene.at(without), event.text) or self.missed(state, CONFIRM)
        else:
            return None
        if isinstance(move, Stay):
            return move
        return Take(move.exit, move.state.with_variables({self.into: None}), move.answers)

    def shown(self, digits: str) -> str:
        return masked(digits, 0 if self.sensitive else self.mask)

    def hears(self, state: IvrState, event: IvrEvent) -> str:
        match event:
            case Digits(text, None) if _INPUT.fullmatch(text) and Tries.of(state).phase != CONFIRM:
                return digits_text(self.shown(text))
            case _:
                return heard_text(event)

    def widest(self, state: IvrState) -> IvrState:
        value = Secret("x" * 64, MAX_DIGITS) if self.sensitive else "#" * self.max_digits
        return Asking.widest(self, state).with_variables({self.into: value})
