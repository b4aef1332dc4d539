"""The shapes of a test file's own words: steps, actions of the caller, what was said, a moment in time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo, available_timezones

from tandem.cti.documents.document import Mapping, Node, Scalar, Sequence
from tandem.cti.documents.reading import Reading, Schema, Shape, called, read_each
from tandem.cti.documents.shapes import NAME, Integer, Number, OneOf, Record, Text, item, record
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import FlowReading
from tandem.ivr.core.speech import Wording
from tandem.ivr.testing.case import Action, Agent, HangUp, Press, Said, Silence, Speak, Wait

STEP = re.compile(rf"{NAME.pattern}(?:/{NAME.pattern}){{0,15}}")
STEP_RULE = "a step is named as in the flow, one of a sub-flow as identify/ask_pin"
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{1,2}:\d{2}(?::\d{2})?)")
MONDAY_MORNING = datetime(2026, 1, 5, 10, 0)  # noqa: DTZ001 - the zone is the file's
"""When a test takes place that does not say when."""

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class CaseReading(FlowReading):
    """``flow``: whose tests these are; names are looked up in it."""

    flow: Flow
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Either(Generic[T]):
    """One value, or a list of them."""

    one: Shape[T]
    most: int = 50

    def read(self, node: Node, reading: Reading) -> tuple[T, ...]:
        if not isinstance(node, Sequence):
            return (self.one.read(node, reading),)
        if len(node.items) > self.most:
            raise reading.refusal(node, "too_many", f"more than {self.most} in a list", "Leave some out.")
        return tuple(read_each(self.one, node.items, reading))

    def schema(self) -> Schema:
        one = self.one.schema()
        return {"anyOf": [one, {"type": "array", "items": one, "maxItems": self.most}]}


class Zone:
    """Also the zone of all that is read from here on."""

    text = Text(64)

    def read(self, node: Node, reading: CaseReading) -> str:
        name = self.text.read(node, reading)
        if name not in available_timezones():
            what = f'there is no time zone "{name}"'
            raise reading.refusal(node, "unknown_timezone", what, "Write one like Asia/Shanghai.")
        reading.zone = ZoneInfo(name)
        return name

    def schema(self) -> Schema:
        return self.text.schema()


class Moment:
    """``2026-11-20 10:00`` in the file's zone -> seconds since the epoch."""

    def read(self, node: Node, reading: CaseReading) -> float:
        scalar = reading.scalar(node, "a date and a time")
        if match := _TIME.fullmatch(scalar.text):
            day, clock = match.groups()
            try:
                wall = datetime.fromisoformat(f"{day} {clock.zfill(5 if clock.count(':') == 1 else 8)}")
            except ValueError:
                pass
            else:
                return wall.replace(tzinfo=reading.zone).timestamp()
        what = f"{called(node)} is no date with a time"
        raise reading.refusal(node, "bad_moment", what, 'Write it like "2026-11-20 10:00".')

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?:{_TIME.pattern})$"}


@dataclass(frozen=True, slots=True)
class StepName:
    """A step that the flow has, of one of these ``kinds`` (of any, when there are none). Also a key of tables."""

    kinds: tuple[str, ...] = ()

    def read(self, node: Node, reading: CaseReading) -> str:
        name = reading.scalar(node, "the name of a step").text
        if name not in reading.flow.steps:
            fix = reading.instead_of(name, reading.flow.steps)
            raise reading.refusal(node, "unknown_step", f'the flow has no step "{name[:64]}"', fix)
        if self.kinds and (kind := reading.flow.steps[name].kind) not in self.kinds:
            what = f'the step "{name}" is a {kind}, and this is for steps of the type {" or ".join(self.kinds)}'
            fitting = [each.name for each in reading.flow.steps.values() if each.kind in self.kinds]
            raise reading.refusal(node, "wrong_step", what, reading.instead_of(name, fitting))
        return name

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?:{STEP.pattern})$"}


@dataclass(frozen=True, slots=True)
class ByStep(Generic[T]):
    """``{step: value}``."""

    value: Shape[T]
    kinds: tuple[str, ...] = ()

    def read(self, node: Node, reading: CaseReading) -> dict[str, T]:
        mapping = reading.mapping(node, "a mapping by steps")
        names = read_each(StepName(self.kinds), (key for key, _ in mapping.entries), reading)
        return dict(zip(names, read_each(self.value, (value for _, value in mapping.entries), reading), strict=True))

    def schema(self) -> Schema:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{STEP.pattern})$"},
            "additionalProperties": self.value.schema(),
        }


class Words:
    """The name of a prompt of the flow, or of a step (what it says first), or a part of what is said; ``{text: ...}``
    for a part that looks like a name."""

    text = Text(600)

    def read(self, node: Node, reading: CaseReading) -> Said:
        if isinstance(node, Mapping):
            return Said(Record(_Literal).read(node, reading).text)
        written = self.text.read(node, reading)
        wordings = dict(reading.flow.prompts)
        if written in wordings:
            return Said(written, tuple(text for _, text in wordings[written].texts))
        if first := _says_first(reading.flow, written):
            return Said(written, tuple(text for _, text in first.texts))
        if STEP.fullmatch(written):
            fix = f"{reading.instead_of(written, wordings)} If this very word is meant: {{text: {written}}}."
            raise reading.refusal(node, "unknown_prompt", f'the flow has no prompt "{written}"', fix)
        return Said(written)

    def schema(self) -> Schema:
        return {"anyOf": [self.text.schema(), Record(_Literal).schema()]}


def _says_first(flow: Flow, step: str) -> Wording | None:
    """The first prompt of the step that has no value in it."""
    speeches = flow.steps[step].speeches() if step in flow.steps else ()
    return next((part for speech in speeches[:1] for part in speech if isinstance(part, Wording)), None)


@record
class _Literal:
    text: str = item(Text(600), "a part of what is said")


# -- actions -----------------------------------------------------------------------------------------------------------

_KEYS = Text(64, re.compile(r"[0-9*#]+"), 'keys are "0" to "9", "*" and "#"')
_SECONDS = Number(0, 7_200)


@record
class _Press:
    press: str = item(_KEYS, "the keys, pressed when the prompts are over; what is not asked for is typed ahead")
    during: Said | None = item(Words(), "press in the middle of this prompt instead", default=None)


@record
class _Wait:
    wait: float = item(_SECONDS, "seconds; what comes next is done at that very moment")


@record
class _Silence:
    silence: int = item(Integer(1, 99), "how often what he is asked times out")


@record
class _Speak:
    speak: float = item(_SECONDS, "seconds of a message")


@record
class _Agent:
    agent: str = item(Text(64), "the login of the agent who takes the call")
    talk_s: float = item(_SECONDS, "seconds until the agent hangs up", default=60.0)


_MAKE: dict[str, tuple[type[Any], Callable[[Any], Action]]] = {
    "press": (_Press, lambda a: Press(a.press, (a.during.texts or (a.during.written,)) if a.during else ())),
    "wait": (_Wait, lambda a: Wait(a.wait)),
    "silence": (_Silence, lambda a: Silence(a.silence)),
    "speak": (_Speak, lambda a: Speak(a.speak)),
    "agent": (_Agent, lambda a: Agent(a.agent, a.talk_s)),
}
_ALONE: dict[str, Action] = {"silence": Silence(), "hang_up": HangUp()}


class OneAction:
    """One thing that the caller does: ``{press: "1"}``, ``{wait: 5}``, ``silence``, ``hang_up``, ..."""

    alone = OneOf(tuple(_ALONE))

    def read(self, node: Node, reading: CaseReading) -> Action:
        if isinstance(node, Scalar):
            return _ALONE[self.alone.read(node, reading)]
        mapping = reading.mapping(node, 'one thing that the caller does, such as {press: "1"},')
        word = next((key.text for key, _ in mapping.entries if key.text in _MAKE), None)
        if word is None:
            first = mapping.entries[0][0].text if mapping.entries else ""
            fix = reading.instead_of(first, {*_MAKE, *_ALONE})
            raise reading.refusal(node, "unknown_action", f'"{first[:40]}" is nothing that a caller does', fix)
        shape, make = _MAKE[word]
        return make(Record(shape).read(node, reading))

    def schema(self) -> Schema:
        return {"anyOf": [self.alone.schema(), *(Record(shape).schema() for shape, _ in _MAKE.values())]}


class YesNo:
    """The answer to a question of a survey: 1 to 5, ``yes``, ``no``, or ``none`` when nothing was pressed."""

    words = OneOf(("yes", "no", "none"))
    scale = Integer(0, 5)

    def read(self, node: Node, reading: CaseReading) -> int | None:
        if isinstance(node, Scalar) and node.text in self.words.words:
            return {"yes": 1, "no": 0, "none": None}[node.text]
        return self.scale.read(node, reading)

    def schema(self) -> Schema:
        return {"anyOf": [self.words.schema(), self.scale.schema(), {"type": "boolean"}]}
