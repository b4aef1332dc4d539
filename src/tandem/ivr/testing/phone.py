"""The virtual phone line: carries out the effects of a flow for a virtual caller, on a virtual clock.

The keys that nobody has asked for yet are kept as on the real line, by the same ``Keypad``. Prompts last as long as it
takes to speak them, about.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from tandem.cti.model.keypad import SURPLUS_S, Keypad
from tandem.ivr.core.dialogue import (
    CallbackTaken,
    Collect,
    Digits,
    Dip,
    Fetched,
    IvrEvent,
    MediaFailed,
    Music,
    NoInput,
    OfferCallback,
    Play,
    Played,
    Recorded,
    RecordMessage,
    Transfer,
    TransferFailed,
)
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.values import Secret, Value
from tandem.ivr.testing.caller import Act, Caller, Gone, Key, Scene, Taken
from tandem.ivr.testing.case import Answer, Given
from tandem.ivr.testing.course import Heard
from tandem.ivr.testing.given import data_answer, kept_of

_LETTER_S: Mapping[str, float] = {"zh": 0.22}
_OTHER_LETTER_S = 0.065
_SHORTEST_S = 0.4
_TONE_S = 0.5

MediaEffect = Play | Collect | Music | Dip | RecordMessage | OfferCallback | Transfer
Happened = IvrEvent | Gone | Taken
"""What answers the effect, or ends the conversation."""


def length_s(prompt: Prompt) -> float:
    """How long it takes to say it, about."""
    return max(_SHORTEST_S, len(prompt.text) * _LETTER_S.get(prompt.language, _OTHER_LETTER_S))


class Phone:
    """``now`` goes on with what is carried out. ``in_line``: the caller waits in a queue while this is played."""

    def __init__(self, given: Given, caller: Caller) -> None:
        self.now = given.now
        self.in_line = False
        self.heard: list[Heard] = []
        self.asked: dict[str, dict[str, Value]] = {}
        """What dips were asked with last, by step; a secret as the digits that it stands for."""
        self.unanswered: list[str] = []
        """Steps that asked for data that the test does not give."""
        self.unknown: list[tuple[str, str]] = []
        """(step, name) of values that the test gives and the step does not look for."""
        self.recorded: list[tuple[str, float]] = []
        """(queue, seconds) of each message that was left."""
        self._given = given
        self._caller = caller
        self._keypad = Keypad()
        self._deaf = False
        """After what is sensitive, keys that follow closely are forgotten: they may belong to it."""
        self._surplus_until = 0.0
        self._turn = 0
        self._visits: dict[str, int] = {}
        self._secrets: dict[str, str] = {}

    def carry_out(self, effect: MediaEffect, step: str) -> Happened:
        """The effect of this step, up to what answers it."""
        self._turn += 1
        if step in self._given.fail:
            return self._failed(effect, step)
        match effect:
            case Play():
                return self._play(effect)
            case Collect():
                return self._collect(effect)
            case Music():
                return self._music(effect)
            case Dip():
                return self._dip(effect, step)
            case RecordMessage():
                return self._record(effect)
            case OfferCallback():
                return CallbackTaken(step not in self._given.refuse)
            case Transfer():
                scene = self._scene(effect.prompts)
                return self._pass(scene, scene.heard_out) or Played()

    def stand(self) -> Gone | Taken | None:
        """He stands in line and no flow plays to him, until he hangs up, is answered, or has no more to do."""
        scene = Scene(begins=self.now, heard_out=self.now, in_line=True)
        while act := self._caller.act(scene, inf):
            self.now = act.at
            if not isinstance(act, Key):
                return act
        self.now = max(self.now, self._caller.since)
        return None

    # -- effects -------------------------------------------------------------------------------------------------------

    def _play(self, effect: Play) -> Happened:
        if effect.barge_in and self._keypad:
            return Played()
        scene = self._scene(effect.prompts)
        while act := self._caller.act(scene, scene.heard_out):
            if not isinstance(act, Key):
                return self._stopped(scene, act)
            self.now = act.at
            if self._press(act.key) and effect.barge_in:
                self._hear(scene, act.at)
                return Played()
        return self._over(scene, scene.heard_out)

    def _collect(self, effect: Collect) -> Happened:
        self._deaf = False
        if effect.flush:
            self._keypad.clear()
        if (digits := self._keypad.answer(effect.max_digits, effect.terminator)) is not None:
            return self._digits(digits, effect)
        begun = bool(self._keypad)
        scene = self._scene(() if begun else effect.prompts, asked=not begun)
        until = scene.heard_out + (effect.digit_timeout_s if begun else effect.timeout_s)
        while act := self._caller.act(scene, until):
            self._hear(scene, act.at)
            self.now = act.at
            if not isinstance(act, Key):
                return act
            self._keypad.press(act.key)
            if (digits := self._keypad.answer(effect.max_digits, effect.terminator)) is not None:
                return self._digits(digits, effect)
            begun = True
            until = act.at + effect.digit_timeout_s
            scene = Scene(begins=act.at, heard_out=act.at, in_line=self.in_line)
        self._hear(scene, until)
        self.now = until
        if begun:
            return self._digits(self._keypad.rest(), effect)
        self._caller.timed_out(until)
        return NoInput()

    def _music(self, effect: Music) -> Happened:
        """Keys that it does not wait for are forgotten."""
        self._deaf = False
        until = self.now + effect.seconds
        scene = self._scene((), asked=bool(effect.keys))
        if key := self._keypad.first_of(effect.keys):
            return Digits(key)
        while act := self._caller.act(scene, until):
            self.now = act.at
            if not isinstance(act, Key):
                return act
            if act.key in effect.keys:
                return Digits(act.key)
        self.now = until
        if effect.keys:
            self._caller.timed_out(until)
        return Played()

    def _dip(self, effect: Dip, step: str) -> Happened:
        self.asked[step] = {"url": effect.source} | {name: self._shown(value) for name, value in effect.keys}
        answer = self._answer(effect, step)
        values, left_out = kept_of(answer, effect)
        self.unknown.extend((step, name) for name in left_out)
        in_time = answer.takes_s <= effect.timeout_s
        scene = self._scene(())
        stopped = self._pass(scene, self.now + min(answer.takes_s, effect.timeout_s))
        if stopped is not None:
            return stopped
        return Fetched(answer.status, values) if in_time else Fetched("timeout")

    def _record(self, effect: RecordMessage) -> Happened:
        scene = self._scene(effect.prompts, asked=True)
        begins = scene.heard_out + _TONE_S
        if speak := self._caller.message():
            self._hear(scene, scene.heard_out)
            seconds = min(speak.seconds, effect.most_s)
            self.now = begins + seconds
            self._caller.spoke(self.now)
            return self._message(effect, seconds)
        until = begins + effect.most_s
        while act := self._caller.act(scene, until):
            self._hear(scene, act.at)
            self.now = act.at
            if not isinstance(act, Key):
                if act.at > begins:
                    self._message(effect, act.at - begins)
                return act
            if act.key in effect.terminator and act.at > begins:
                return self._message(effect, act.at - begins)
        self._hear(scene, until)
        self.now = until
        return self._message(effect, effect.most_s)

    def _message(self, effect: RecordMessage, seconds: float) -> Recorded:
        self.recorded.append((effect.queue, seconds))
        return Recorded(f"message-{len(self.recorded)}", seconds)

    def _failed(self, effect: MediaEffect, step: str) -> IvrEvent:
        match effect:
            case Dip():
                self.asked[step] = {"url": effect.source} | {name: self._shown(value) for name, value in effect.keys}
                return Fetched("failed")
            case Transfer():
                self.now += effect.timeout_s
                return TransferFailed("nobody answered")
            case _:
                return MediaFailed("the test lets this step fail")

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _scene(self, prompts: tuple[Prompt, ...], *, asked: bool = False) -> Scene:
        at, said = self.now, []
        for prompt in prompts:
            said.append((at, length_s(prompt), prompt))
            at += length_s(prompt)
        return Scene(begins=self.now, heard_out=at, asked=asked, in_line=self.in_line, said=tuple(said))

    def _hear(self, scene: Scene, until: float) -> None:
        self.heard.extend(Heard(begin, self._turn, prompt) for begin, _, prompt in scene.said if begin <= until)

    def _over(self, scene: Scene, at: float) -> Played:
        self._hear(scene, at)
        self.now = at
        return Played()

    def _stopped(self, scene: Scene, act: Gone | Taken) -> Gone | Taken:
        self._hear(scene, act.at)
        self.now = act.at
        return act

    def _pass(self, scene: Scene, until: float) -> Gone | Taken | None:
        """Time goes by; keys are kept for later."""
        act: Act | None
        while act := self._caller.act(scene, until):
            if not isinstance(act, Key):
                return self._stopped(scene, act)
            self.now = act.at
            self._press(act.key)
        self._hear(scene, until)
        self.now = until
        return None

    def _press(self, key: str) -> bool:
        """Whether it is kept."""
        if self._deaf and self.now < self._surplus_until:
            self._surplus_until = self.now + SURPLUS_S
            return False
        self._deaf = False
        before = len(self._keypad)
        self._keypad.press(key)
        return len(self._keypad) > before

    def _digits(self, digits: str, effect: Collect) -> Digits:
        if not effect.sensitive or digits in ("*", "#"):
            return Digits(digits)
        self._keypad.clear()
        self._deaf = True
        self._surplus_until = self.now + SURPLUS_S
        secret = Secret(f"secret-{len(self._secrets) + 1}", len(digits))
        self._secrets[secret.ref] = digits
        return Digits("", secret)

    def _shown(self, value: Value) -> Value:
        return self._secrets[value.ref] if isinstance(value, Secret) else value

    def _answer(self, effect: Dip, step: str) -> Answer:
        visit = self._visits[step] = self._visits.get(step, 0) + 1
        answer = data_answer(self._given, step, visit, effect.kind)
        if answer is None:
            self.unanswered.append(step)
        return answer or Answer(status="failed")
