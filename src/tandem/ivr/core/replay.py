"""A recorded call against another version of its flow: where the caller would go. Pure.

What he did is known step by step (``Visit.heard``). The new version runs with the same answers: at a step of the same
name he does what he did there, in order; the choice of a menu is found again by its label where the keys have moved.
Time, call and customer are as they were; data that was looked up is not kept, so ways that hang on it are taken as they
were taken then. Digits that were not kept are judged as they were then, where the step judges as it did. Where he would
be asked what he was never asked, nobody knows what he would do: it stops there and says so. A call that comes to a
queue is at its end here: what he does in the line hangs on how long he waits.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import ClassVar

from tandem.ivr.core import interpreter
from tandem.ivr.core.dialogue import (
    CallbackTaken,
    Collect,
    Digits,
    Dip,
    Enqueue,
    Fetched,
    HangUp,
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
    Visit,
)
from tandem.ivr.core.expressions import Expression, Literal
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.heard import DOT
from tandem.ivr.core.interpreter import Outcome
from tandem.ivr.core.journey import CALLBACK, ERROR, HUNG_UP, MESSAGE, QUEUE, SERVED, TRANSFERRED, End, until_queued
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.state import CUSTOMER_FIELDS, IvrState
from tandem.ivr.core.step import Exit, Step, Take
from tandem.ivr.core.steps.collect import Collect as CollectStep
from tandem.ivr.core.values import Secret, Value
from tandem.ivr.core.world import World

NEVER_MET = "never_met"
"""He was never at this step, and it asks him something."""
ASKED_MORE = "asked_more"
"""He would be asked here more often than he was."""
CHOICE_GONE = "choice_gone"
"""What he chose here is not offered any more."""
NEW_KEY = "new_key"
"""He pressed a key that meant nothing then, and means something now."""
DATA_UNKNOWN = "data_unknown"
"""The way on hangs on data that was looked up, or is looked up only now."""
MASKED = "masked"
"""What he pressed here was not kept, and it is judged in another way now."""
STOPS = (NEVER_MET, ASKED_MORE, CHOICE_GONE, NEW_KEY, DATA_UNKNOWN, MASKED)

_GONE = "gone"
_TAKEN = "taken"
"""Instead of ``digits``: they were right."""
_SOMETHING: Mapping[str, Value] = {"text": "0", "number": 0, "money": "0.00", "flag": False, "date": "2000-01-01"}
_MOST_TURNS = 2_000
_MOST_DOUBTS = 50
_USUAL_MESSAGE_S = 10.0
_GOT = {"record": MESSAGE, "callback": CALLBACK}
"""By kind of step that was left by ``goto``, as in ``journey.end_of``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """A call as it was. ``visits``: before the talk. ``flow``: the version that it was in, None if that is not known
    any more (then the keys of menus are taken as they are)."""

    call: str
    world: World
    language: str
    visits: Sequence[Visit]
    flow: Flow | None


@dataclass(frozen=True, slots=True)
class Tried:
    """``end`` None: it stopped at ``at`` because of ``why`` (one of ``STOPS``). ``path``: the steps in order."""

    end: End | None
    path: tuple[str, ...]
    at: str = ""
    why: str = ""


class _Stopped(Exception):
    def __init__(self, at: str, why: str) -> None:
        super().__init__(at, why)
        self.at, self.why = at, why


def replay(flow: Flow, journey: Journey) -> Tried:
    """Never raises."""
    run = _Run(flow, journey)
    try:
        return Tried(run.to_the_end(), tuple(run.path))
    except _Stopped as stopped:
        return Tried(None, tuple(run.path), stopped.at, stopped.why)


class _Run:
    def __init__(self, flow: Flow, journey: Journey) -> None:
        self.flow = flow
        self.journey = journey
        self.path: list[str] = []
        self.got: set[str] = set()
        """What the flow did for him: took a message, promised a callback."""
        self.answers: dict[str, deque[str]] = {}
        self.ways: dict[str, list[str]] = {}
        """The exits that were taken then."""
        self.passed: Counter[str] = Counter()
        """How often steps that ask nobody were passed now."""
        self.unknown: set[str] = set()
        """Variables whose values were not kept."""
        self.judged: dict[str, Step] = {}
        """The step that is about to be told digits which were not kept, made to judge them as it did then."""
        for visit in until_queued(journey.visits):
            self.answers.setdefault(visit.step, deque()).extend(_told(visit))
            self.ways.setdefault(visit.step, []).append(visit.exit)
            if visit.exit == HUNG_UP:
                self.answers[visit.step].append(_GONE)

    def to_the_end(self) -> End:
        world, language = self.journey.world, self.journey.language
        outcome = self._advance(lambda flow: interpreter.start(flow, world, language=language))
        for _ in range(_MOST_TURNS):
            state, (effect, *_) = outcome.state, outcome.effects
            match effect:
                case Enqueue():
                    return End(ERROR) if effect.failure else End(QUEUE, effect.queue)
                case HangUp():
                    return End(self._got() or SERVED)
            event = self._answer(effect, state)
            match event:
                case None:
                    return End(self._got() or HUNG_UP)
                case Played() if isinstance(effect, Transfer):
                    return End(TRANSFERRED)
            outcome = self._advance(lambda flow, state=state, event=event: interpreter.step(flow, state, event, world))  # type: ignore[misc]
            if not outcome.effects:  # it was no answer to this: he is where nobody knows what he would do
                raise _Stopped(state.step, NEVER_MET)
        return End(ERROR)

    def _got(self) -> str:
        return next((each for each in (MESSAGE, CALLBACK) if each in self.got), "")

    # ---- what he did

    def _answer(self, effect: object, state: IvrState) -> IvrEvent | None:
        """None: he hung up."""
        here = state.step
        told = self.answers.get(here, deque())
        if told and told[0] == _GONE:
            return None
        if told and told[0] == "failed" and not isinstance(effect, Dip | Transfer):
            told.popleft()
            return MediaFailed()
        match effect:
            case Play() | Music():
                return Played()
            case Collect():
                return self._pressed(effect, self._next(here, told), here)
            case Dip():
                status = self._next(here, told, "fetched", otherwise=DATA_UNKNOWN).removeprefix("fetched ")
                step = self.flow.steps[here]
                if status != "ok":
                    return Fetched(status)
                self.unknown |= {"customer"} if effect.kind == "customer" else step.sets("goto")
                return Fetched(status, _stand_ins(effect))
            case RecordMessage():
                return self._recorded(self._next(here, told), here)
            case OfferCallback():
                refused = told.popleft() == "callback refused" if told else "refused" in self.ways.get(here, ())
                return CallbackTaken(accepted=not refused)
            case Transfer():
                return TransferFailed() if told and told.popleft() == "failed" else Played()
        raise _Stopped(here, NEVER_MET)

    def _next(self, here: str, told: deque[str], kind: str = "", *, otherwise: str = NEVER_MET) -> str:
        while told:
            text = told.popleft()
            if text.startswith(kind):
                return text
        raise _Stopped(here, ASKED_MORE if here in self.answers else otherwise)

    def _pressed(self, effect: Collect, text: str, here: str) -> IvrEvent:
        kind, _, digits = text.partition(" ")
        match kind:
            case "no_input":
                return NoInput()
            case "digits" | "taken" if effect.sensitive and set(digits) <= set(DOT + "0123456789"):
                return Digits("", Secret("replay", len(digits)))
            case "digits" | "taken" if "?" in digits:
                raise _Stopped(here, MASKED)
            case "digits" | "taken" if DOT in digits or self._judges_by_unknown(here):
                return self._as_judged(here, digits, right=kind == _TAKEN)
            case "digits" | "taken":
                return Digits(self._as_now(here, digits))
        raise _Stopped(here, ASKED_MORE)

    def _as_judged(self, here: str, digits: str, *, right: bool) -> Digits:
        """Right or wrong as they were then; when they were not kept, others, but as many. Raises when the step may
        judge otherwise now, or when what was hidden and not taken may have been a command."""
        hidden = DOT in digits
        before = self.journey.flow.steps.get(here) if self.journey.flow else None
        now = self.flow.steps[here]
        alike = isinstance(now, CollectStep) and isinstance(before, CollectStep) and _judges(now) == _judges(before)
        if not alike or not isinstance(now, CollectStep) or not self._judges_as_then(now):
            raise _Stopped(here, MASKED if hidden else DATA_UNKNOWN)
        commands = self.flow.commands_of(here)
        keys = (commands.repeat, commands.back, commands.operator and commands.operator.key)
        if hidden and not right and any(key and now.is_command(key, key * len(digits)) for key in keys):
            raise _Stopped(here, MASKED)
        self.judged = {here: replace(now, validate=Expression(str(right).lower(), Literal(right)))}
        if hidden and right:
            self.unknown.add(now.into)
        return Digits("0" * len(digits) if hidden else digits)

    def _judges_as_then(self, now: CollectStep) -> bool:
        """What its rule asks for is the digits, the call, or what was found then and is taken to be found again."""
        names = now.validate.names() if now.validate else frozenset()
        return not now.confirm and all("." in name or name == "value" for name in names - self.unknown)

    def _judges_by_unknown(self, here: str) -> bool:
        now = self.flow.steps[here]
        return isinstance(now, CollectStep) and now.validate is not None and _hangs_on(now.validate, self.unknown)

    def _as_now(self, here: str, digits: str) -> str:
        """The key that stands for the same choice now."""
        before = self.journey.flow.steps.get(here) if self.journey.flow else None
        now = self.flow.steps[here]
        keys = getattr(now, "choices", None)
        if before is None or keys is None or before.kind != now.kind:
            return digits
        meant = before.label(digits)
        if meant is None:
            if now.label(digits) is not None:
                raise _Stopped(here, NEW_KEY)
            return digits
        words = set(meant.texts)
        same = [key for key in (digits, *keys) if (label := now.label(key)) and words & set(label.texts)]
        if not same:
            raise _Stopped(here, CHOICE_GONE)
        return str(same[0])

    def _recorded(self, text: str, here: str) -> IvrEvent:
        kind, _, seconds = text.partition(" ")
        if kind != "recorded":
            raise _Stopped(here, NEVER_MET)
        return Recorded("replay", float(seconds) if seconds.isdigit() else _USUAL_MESSAGE_S)

    # ---- the way on, where data that nobody kept has its say

    def _advance(self, run: Callable[[Flow], Outcome]) -> Outcome:
        as_then, self.judged = self.judged, {}
        for _ in range(_MOST_DOUBTS):
            flow = replace(self.flow, steps={**self.flow.steps, **as_then}) if as_then else self.flow
            outcome = run(flow)
            if self._settle(outcome, as_then):
                self.path += [visit.step for visit in outcome.visits if not self.path or visit.step != self.path[-1]]
                left = ((self.flow.steps[visit.step].kind, visit.exit) for visit in outcome.visits)
                self.got |= {_GOT[kind] for kind, exit_ in left if kind in _GOT and exit_ == "goto"}
                self.path += [outcome.state.step] if self.path[-1:] != [outcome.state.step] else []
                return outcome
        raise _Stopped("", DATA_UNKNOWN)

    def _settle(self, outcome: Outcome, as_then: dict[str, Step]) -> bool:
        """False: a step took a way on grounds that are not known; it is in ``as_then`` with the way taken then."""
        unknown, passed = set(self.unknown), Counter(self.passed)
        for visit in outcome.visits:
            here = self.flow.steps[visit.step]
            if here.passes:
                passed[visit.step] += 1
            if not here.passes or not _hangs_on(here, unknown):
                unknown -= here.sets(visit.exit) if here.passes else set()
                continue
            unknown |= here.sets(visit.exit)
            if len(here.exits()) > 1 and visit.step not in as_then:
                way = self._way_then(here, passed[visit.step])
                as_then[visit.step] = _AsThen(name=here.name, way=way)
                if way.name != visit.exit:
                    return False
        self.unknown, self.passed = unknown, passed
        return True

    def _way_then(self, here: Step, time: int) -> Exit:
        """Which the step took at its ``time``-th visit, if it still has it."""
        taken = self.ways.get(here.name, [])[time - 1 : time]
        way = next((each for each in here.exits() if each.name in taken), None)
        if way is None:
            raise _Stopped(here.name, DATA_UNKNOWN)
        return way


def _told(visit: Visit) -> Iterator[str]:
    """What he did at the step, in order; the last digits were right where it was left by its own exit."""
    for place, text in enumerate(visit.heard, start=1):
        if text != "played":
            right = place == len(visit.heard) and visit.exit == "goto"
            yield text.replace("digits", _TAKEN, 1) if right else text


def _judges(step: CollectStep) -> tuple[object, ...]:
    """All that decides whether digits are right."""
    return step.min_digits, step.max_digits, step.terminator, step.sensitive, step.validate, step.confirm


@dataclass(frozen=True, slots=True, kw_only=True)
class _AsThen(Step):
    """Takes the way that was taken then."""

    kind: ClassVar[str] = "as_then"
    passes: ClassVar[bool] = True
    way: Exit

    def exits(self) -> tuple[Exit, ...]:
        return (self.way,)

    def enter(self, scene: Scene) -> Take:
        return Take(self.way, scene.state)


def _hangs_on(part: Step | Expression, unknown: set[str]) -> bool:
    return any(name in unknown or name.partition(".")[0] in unknown for name in _names(part))


def _stand_ins(dip: Dip) -> dict[str, Value]:
    """In place of what was found and not kept: something, for it may be what is asked with next."""
    if dip.kind == "customer":
        return {name: "0" for name in CUSTOMER_FIELDS if name != "known"}
    return {name: _SOMETHING[type_] for name, _, type_ in dip.outputs}


def _names(part: object) -> Iterator[str]:
    """What the expressions in a step ask for."""
    if isinstance(part, Expression):
        yield from part.names()
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _names(value)
    elif isinstance(part, tuple | list):
        for each in part:
            yield from _names(each)
    elif is_dataclass(part) and not isinstance(part, type):
        for one in fields(part):
            yield from _names(getattr(part, one.name))
