"""The shapes of a routing plan's own words, and how each is written out: times, shares, conditions, skills, hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Generic, Literal, TypeVar

from tandem.cti.documents.document import Node, Scalar, Sequence
from tandem.cti.documents.reading import Reading, Schema, Shape, called, read_all, read_each
from tandem.cti.documents.shapes import Flag, Table, Text
from tandem.cti.model.needs import BadNeeds, parse_needs
from tandem.cti.model.skills import Needs, needs_text

T = TypeVar("T")

ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
ID_RULE = "at most 64 letters, digits, dots, hyphens and underscores"
LANGUAGE = re.compile(r"[a-z]{2,3}")
ANYONE = "anyone"

_TIME = r"[0-9]{1,9}(?:\.[0-9]{1,20})? *(?:s|min|h|d)"
_PART = re.compile(r"([0-9.]+) *(s|min|h|d)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_SHARE = r"[0-9]{1,3}(?:\.[0-9]{1,30})? *%"
_TARGET = re.compile(rf"({_SHARE}) +in +({_TIME})")
_CONDITION = re.compile(
    rf"(?:(waited|predicted) *> *({_TIME})|(ready) *< *([0-9]{{1,6}})|(waiting) *> *([0-9]{{1,6}}))"
)


# -- times and shares --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Time:
    """``20 s``, ``4 min``, ``1.5 h``, ``30 d`` -> seconds."""

    low_s: float
    high_s: float

    def read(self, node: Node, reading: Reading) -> float:
        scalar = reading.scalar(node, "a time")
        seconds = _seconds(scalar.text)
        if seconds is None:
            fix = 'Write a number and its unit, such as "20 s", "4 min", "1 h" or "30 d".'
            raise reading.refusal(node, "bad_time", f"{called(node)} is not a time", fix)
        if not self.low_s <= seconds <= self.high_s:
            fix = f"Write a time from {time_text(self.low_s)} to {time_text(self.high_s)}."
            raise reading.refusal(node, "out_of_range", f"{scalar.text} is out of range", fix)
        return seconds

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^ *{_TIME} *$"}


def _seconds(text: str) -> float | None:
    if not re.fullmatch(_TIME, text.strip()):
        return None
    match = _PART.fullmatch(text.strip())
    return float(Decimal(match[1]) * _SECONDS[match[2]]) if match else None


def time_text(seconds: float) -> str:
    """The shortest of ``90 s``, ``2 min``, ``1 h``, ``30 d`` that says exactly this."""
    for unit in ("d", "h", "min"):
        if seconds and seconds % _SECONDS[unit] == 0:
            return f"{seconds / _SECONDS[unit]:.0f} {unit}"
    return f"{Decimal(repr(float(seconds))).normalize():f} s"


@dataclass(frozen=True, slots=True)
class Share:
    """``80%`` -> 0.8."""

    low: float = 0.0

    def read(self, node: Node, reading: Reading) -> float:
        scalar = reading.scalar(node, "a share")
        share = _share(scalar.text)
        if share is None or not self.low <= share <= 1:
            fix = f"Write a percentage from {share_text(self.low)} to 100%, such as 80%."
            raise reading.refusal(node, "bad_share", f"{called(node)} is not a share", fix)
        return share

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^ *{_SHARE} *$"}


def _share(text: str) -> float | None:
    if not re.fullmatch(_SHARE, text.strip()):
        return None
    return float(Decimal(text.strip().removesuffix("%").strip()) / 100)


def share_text(share: float) -> str:
    return f"{(Decimal(repr(float(share))) * 100).normalize():f}%"


class Target:
    """``80% in 20 s`` -> (0.8, 20.0)."""

    def read(self, node: Node, reading: Reading) -> tuple[float, float]:
        scalar = reading.scalar(node, "a service level")
        match = _TARGET.fullmatch(scalar.text.strip())
        share, seconds = (_share(match[1]), _seconds(match[2])) if match else (None, None)
        if not share or not seconds or share > 1 or seconds > 86_400:
            what = f"{called(node)} is not a service level"
            raise reading.refusal(node, "bad_target", what, 'Write it like "80% in 20 s".')
        return share, seconds

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^ *{_TARGET.pattern} *$"}


class Outbound:
    """``true``, ``false``, or ``only``: for campaigns alone."""

    def read(self, node: Node, reading: Reading) -> bool | Literal["only"]:
        if isinstance(node, Scalar) and node.text == "only":
            return "only"
        return Flag().read(node, reading)

    def schema(self) -> Schema:
        return {"enum": [True, False, "only"]}


# -- skills ------------------------------------------------------------------------------------------------------------


class NeedsOrAnyone:
    """``language:zh>=3 and product:loans>=2``, or ``anyone`` -> ()."""

    def read(self, node: Node, reading: Reading) -> Needs:
        text = Text(400).read(node, reading)
        if text.strip() == ANYONE:
            return ()
        try:
            return tuple(sorted(parse_needs(text)))
        except BadNeeds as error:
            fix = 'Write it like "language:zh>=3 and product:loans>=2", or "anyone".'
            raise reading.refusal(node, "bad_needs", str(error), fix) from None

    def schema(self) -> Schema:
        return Text(400).schema()


def written_needs(needs: Needs) -> str:
    return needs_text(needs) if needs else ANYONE


# -- conditions of an overflow -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Fields as in ``OverflowRule``."""

    waited_over_s: float | None = None
    predicted_over_s: float | None = None
    ready_below: int | None = None
    waiting_over: int | None = None


class When:
    """``waited > 60 s and ready < 2``; terms: ``waited``, ``predicted`` (times), ``ready``, ``waiting`` (numbers)."""

    def read(self, node: Node, reading: Reading) -> Condition:
        text = Text(200).read(node, reading)
        fields: dict[str, Any] = {}
        for term in re.split(r"\s+and\s+", text.strip()):
            match = _CONDITION.fullmatch(term.strip())
            if match is None:
                fix = 'Write it like "waited > 60 s and ready < 2"; there are waited, predicted, ready < and waiting >.'
                raise reading.refusal(node, "bad_condition", f'"{term.strip()[:60]}" is not a condition', fix)
            name, value = _condition(match)
            if name in fields:
                what = f'"{term.strip()[:60]}": this is asked twice'
                raise reading.refusal(node, "bad_condition", what, "Keep one of the two.")
            fields[name] = value
        return Condition(**fields)

    def schema(self) -> Schema:
        return Text(200).schema()


def _condition(match: re.Match[str]) -> tuple[str, float | int]:
    time, time_limit, ready, fewest, _, most = match.groups()
    if time:
        return f"{time}_over_s", _seconds(time_limit) or 0.0
    return ("ready_below", int(fewest)) if ready else ("waiting_over", int(most))


def condition_text(condition: Any) -> str:
    """Of a Condition or an OverflowRule."""
    terms = []
    if condition.waited_over_s is not None:
        terms.append(f"waited > {time_text(condition.waited_over_s)}")
    if condition.predicted_over_s is not None:
        terms.append(f"predicted > {time_text(condition.predicted_over_s)}")
    if condition.ready_below is not None:
        terms.append(f"ready < {condition.ready_below}")
    if condition.waiting_over is not None:
        terms.append(f"waiting > {condition.waiting_over}")
    return " and ".join(terms)


# -- names -------------------------------------------------------------------------------------------------------------


class Name:
    """``{zh: 贷款业务, en: Loans}``, or one text for both -> (zh, en)."""

    table = Table(re.compile("zh|en"), 'a name is given in "zh" and "en"', Text(80))

    def read(self, node: Node, reading: Reading) -> tuple[str, str]:
        if isinstance(node, Scalar):
            name = Text(80).read(node, reading)
            return name, name
        names = self.table.read(node, reading)
        if missing := {"zh", "en"} - names.keys():
            what = f"the name is missing in {min(missing)}"
            raise reading.refusal(node, "missing_name", what, f"Add {min(missing)}: and the name.")
        return names["zh"], names["en"]

    def schema(self) -> Schema:
        return {"anyOf": [Text(80).schema(), {**self.table.schema(), "required": ["zh", "en"]}]}


class Numbers:
    """A list of dialled numbers, with or without quotes."""

    number = re.compile(r"\+?[0-9*#]{1,32}")

    def read(self, node: Node, reading: Reading) -> frozenset[str]:
        if not isinstance(node, Sequence):
            fix = 'Write it like ["95533", "+8687165320018"].'
            raise reading.refusal(node, "wrong_type", f"{called(node)} stands where a list of numbers belongs", fix)
        return frozenset(read_all(partial(self._one, item, reading) for item in node.items))

    def _one(self, node: Node, reading: Reading) -> str:
        scalar = reading.scalar(node, "a number")
        if not self.number.fullmatch(scalar.text):
            fix = 'Write the digits as they are dialled, such as "95533".'
            raise reading.refusal(node, "bad_number", f"{called(node)} is not a dialled number", fix)
        return scalar.text

    def schema(self) -> Schema:
        return {"type": "array", "items": {"type": "string", "pattern": f"^{self.number.pattern}$"}}


@dataclass(frozen=True, slots=True)
class Parts(Table[T], Generic[T]):
    """A table whose entries are parts of the file: problems in them say which (``queue loans``)."""

    noun: str = ""

    def _entry(self, key: Scalar, value: Node, reading: Reading) -> tuple[str, T]:
        reading.part = f"{self.noun} {key.text[:64]}"
        try:
            return self.read_key(key, reading), self.value.read(value, reading)
        finally:
            reading.part = ""


@dataclass(frozen=True, slots=True)
class ListOf(Generic[T]):
    shape: Shape[T]
    noun: str
    fewest: int = 0
    most: int = 16

    def read(self, node: Node, reading: Reading) -> tuple[T, ...]:
        if not isinstance(node, Sequence):
            fix = f"Begin each {self.noun} with a hyphen."
            raise reading.refusal(node, "wrong_type", f"{called(node)} stands where a list belongs", fix)
        if not self.fewest <= len(node.items) <= self.most:
            what = f"{len(node.items)} {self.noun}s are too {'few' if len(node.items) < self.fewest else 'many'}"
            raise reading.refusal(node, "too_many", what, f"Write {self.fewest} to {self.most}.")
        return tuple(read_each(self.shape, node.items, reading))

    def schema(self) -> Schema:
        return {"type": "array", "items": self.shape.schema(), "minItems": self.fewest, "maxItems": self.most}
