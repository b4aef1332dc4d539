"""The shapes of a flow's own words: names of steps, of variables and of what exists outside, languages, what is said.

Names of steps, variables and calendars come back with the scope of the file (``identify/pin``): see ``subflows``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from tandem.cti.documents.document import Mapping, Node, Scalar, Sequence
from tandem.cti.documents.reading import Schema, read_all, read_each
from tandem.cti.documents.shapes import INTEGER, NAME, Flag, Integer, OneOf, Record, Text, item, named_table, record
from tandem.cti.model.needs import BadNeeds, parse_needs
from tandem.cti.model.skills import Needs
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.flow_reading import FlowReading
from tandem.ivr.core.formulas import Expr
from tandem.ivr.core.speech import Say, Speech, Wording
from tandem.ivr.core.spoken_values import CURRENCIES, KINDS, LANGUAGES
from tandem.ivr.core.values import MAX_INTEGER, MAX_TEXT, Value

MAX_LANGUAGES = 8
MAX_WORDINGS = 8
_TAG = re.compile(r"[a-z]{2,3}")


class Target:
    """The name of the step to go to."""

    def read(self, node: Node, reading: FlowReading) -> str:
        name = Text().read(node, reading)
        if name not in reading.step_lines:
            fix = reading.instead_of(name, reading.step_lines)
            raise reading.refusal(node, "unknown_step", f'there is no step "{name}" to go to', fix)
        return reading.scope + name

    def schema(self) -> Schema:
        return Text(longest=32, pattern=NAME).schema()


class Exits:
    """``{done: STEP, failed: STEP}`` -> (name of the exit, step)."""

    table = named_table(Target())

    def read(self, node: Node, reading: FlowReading) -> tuple[tuple[str, str], ...]:
        return tuple(self.table.read(node, reading).items())

    def schema(self) -> Schema:
        return self.table.schema()


class VariableName:
    """The name of a variable that the step sets."""

    name = Text(longest=32, pattern=NAME, rule="small letters, digits and _")

    def read(self, node: Node, reading: FlowReading) -> str:
        return reading.scope + self.name.read(node, reading)

    def schema(self) -> Schema:
        return self.name.schema()


class CalendarName:
    """One of the calendars of the file."""

    def read(self, node: Node, reading: FlowReading) -> str:
        name = Text().read(node, reading)
        if name not in reading.calendars:
            fix = reading.instead_of(name, reading.calendars)
            raise reading.refusal(node, "unknown_calendar", f'there is no calendar "{name}" under calendars:', fix)
        return reading.scope + name

    def schema(self) -> Schema:
        return Text(longest=32, pattern=NAME).schema()


class Alias:
    """One of the sub-flow files of the file, by the name that ``use:`` gives it."""

    def read(self, node: Node, reading: FlowReading) -> str:
        name = Text().read(node, reading)
        if name not in reading.uses:
            fix = reading.instead_of(name, reading.uses)
            raise reading.refusal(node, "unknown_use", f'there is no sub-flow "{name}" under use:', fix)
        return name

    def schema(self) -> Schema:
        return Text(longest=32, pattern=NAME).schema()


@dataclass(frozen=True, slots=True)
class Existing:
    """The id of something outside of the flow. ``listed``: the field of the catalog that knows which there are."""

    listed: str
    noun: str

    def read(self, node: Node, reading: FlowReading) -> str:
        name = Text(64).read(node, reading)
        known: Collection[str] | None = getattr(reading.catalog, self.listed)
        if known is not None and name not in known:
            fix = reading.instead_of(name, known)
            code = f"unknown_{self.noun.split()[0]}"
            raise reading.refusal(node, code, f'there is no {self.noun} "{name}"', fix)
        return name

    def schema(self) -> Schema:
        return Text(64).schema()


class Queue(Existing):
    def __init__(self) -> None:
        super().__init__("queues", "queue")


class Tier(Existing):
    """Of customers, as the routing plan ranks them."""

    def __init__(self) -> None:
        super().__init__("tiers", "tier")


class AnswersTable(Existing):
    """Of the read-only provider of answers."""

    def __init__(self) -> None:
        super().__init__("answers", "table of answers")


class Credentials(Existing):
    """Named in the server's settings, so that no flow holds a secret."""

    def __init__(self) -> None:
        super().__init__("credentials", "credentials")


class SkillNeeds:
    """``language:zh>=3 and product:loans>=2``."""

    def read(self, node: Node, reading: FlowReading) -> Needs:
        text = Text(400).read(node, reading)
        try:
            needs = parse_needs(text)
        except BadNeeds as error:
            fix = 'Write it like "language:zh>=3 and product:loans>=2".'
            raise reading.refusal(node, "bad_needs", str(error), fix) from None
        known = reading.catalog.skills
        for need in needs:
            if known is not None and need.skill not in known:
                fix = reading.instead_of(need.skill, known)
                raise reading.refusal(node, "unknown_skill", f'no agent has the skill "{need.skill}"', fix)
        return needs

    def schema(self) -> Schema:
        return Text(400).schema()


class Language:
    """One of the flow's languages."""

    def read(self, node: Node, reading: FlowReading) -> str:
        name = Text().read(node, reading)
        if reading.languages and name not in reading.languages:
            fix = reading.instead_of(name, reading.languages)
            raise reading.refusal(node, "unknown_language", f'"{name}" is not a language of this flow', fix)
        return name

    def schema(self) -> Schema:
        return Text(longest=3, pattern=_TAG).schema()


class AnyValue:
    """The value of a variable: a short text, a whole number, true or false."""

    text = Text(MAX_TEXT)
    integer = Integer(-MAX_INTEGER, MAX_INTEGER)
    flag = Flag()

    def read(self, node: Node, reading: FlowReading) -> Value:
        scalar = reading.scalar(node, "a text, a whole number, true or false")
        if not scalar.quoted and scalar.text in ("true", "false"):
            return self.flag.read(node, reading)
        if not scalar.quoted and INTEGER.fullmatch(scalar.text):
            return self.integer.read(node, reading)
        return self.text.read(node, reading)

    def schema(self) -> Schema:
        return {"anyOf": [self.text.schema(), self.integer.schema(), self.flag.schema()]}


class Variables:
    """``{name: value}`` -> pairs sorted by name."""

    table = named_table(AnyValue())

    def read(self, node: Node, reading: FlowReading) -> tuple[tuple[str, Value], ...]:
        return tuple(sorted((reading.scope + name, value) for name, value in self.table.read(node, reading).items()))

    def schema(self) -> Schema:
        return self.table.schema()


class Languages:
    """The flow's languages; what is read later must speak all of them."""

    tag = Text(longest=3, pattern=_TAG, rule="a language is its ISO 639 code, such as zh or en")

    def read(self, node: Node, reading: FlowReading) -> tuple[str, ...]:
        if not isinstance(node, Sequence) or not node.items:
            raise reading.refusal(node, "wrong_type", "a list of languages belongs here", "Write it like [zh, en].")
        if len(node.items) > MAX_LANGUAGES:
            raise reading.refusal(node, "too_many", f"more than {MAX_LANGUAGES} languages", "Leave some out.")
        tags = tuple(read_each(self.tag, node.items, reading))
        if len(set(tags)) < len(tags):
            raise reading.refusal(node, "duplicate_language", "a language is named twice", "Name each once.")
        reading.languages = tags
        return tags

    def schema(self) -> Schema:
        items = self.tag.schema()
        return {"type": "array", "items": items, "minItems": 1, "maxItems": MAX_LANGUAGES, "uniqueItems": True}


@dataclass(frozen=True, slots=True)
class InEveryLanguage:
    """``{zh: ..., en: ...}``: a text in each language of the flow, none missing, none empty."""

    longest: int
    noun: str

    def read(self, node: Node, reading: FlowReading) -> Wording:
        mapping = reading.mapping(node, f"a {self.noun} in each language, such as {{zh: ..., en: ...}},")
        texts = dict(read_all(partial(self._entry, key, text, reading) for key, text in mapping.entries))
        if missing := [tag for tag in reading.languages if tag not in texts]:
            what = f"the {self.noun} is missing in {', '.join(missing)}"
            raise reading.refusal(node, f"missing_{self.noun}", what, f"Add {missing[0]}: and the text.")
        return Wording(tuple(sorted(texts.items(), key=lambda entry: reading.rank(entry[0]))))

    def _entry(self, key: Scalar, node: Node, reading: FlowReading) -> tuple[str, str]:
        language = Language().read(key, reading)
        if isinstance(node, Scalar) and not node.text.strip():
            raise reading.refusal(
                node, f"empty_{self.noun}", f"the {self.noun} is empty in {language}", "Write the text."
            )
        return language, Text(self.longest).read(node, reading)

    def schema(self) -> Schema:
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{_TAG.pattern})$"},
            "additionalProperties": Text(self.longest).schema(),
            "minProperties": 1,
        }


WORDING = InEveryLanguage(600, "prompt")
LABEL = InEveryLanguage(60, "label")


class Wordings:
    """The table of prompts that steps refer to by name."""

    table = named_table(WORDING)

    def read(self, node: Node, reading: FlowReading) -> tuple[tuple[str, Wording], ...]:
        if isinstance(node, Mapping):  # A prompt with a fault is still one that a step may name.
            reading.wordings = {key.text: Wording(()) for key, _ in node.entries}
        reading.wordings = self.table.read(node, reading)
        return tuple(reading.wordings.items())

    def schema(self) -> Schema:
        return self.table.schema()


class _OneWording:
    """The name of a prompt, or a prompt written out."""

    name = Text(longest=32)

    def read(self, node: Node, reading: FlowReading) -> Wording:
        if isinstance(node, Mapping):
            return WORDING.read(node, reading)
        name = self.name.read(node, reading)
        if name not in reading.wordings:
            fix = reading.instead_of(name, reading.wordings)
            raise reading.refusal(node, "unknown_prompt", f'there is no prompt "{name}" under prompts:', fix)
        return reading.wordings[name]

    def schema(self) -> Schema:
        return {"anyOf": [Text(longest=32, pattern=NAME).schema(), WORDING.schema()]}


@record
class _SayFields:
    say: Expression = item(Expr(), "the value: a variable, or an expression")
    as_: str = item(OneOf(KINDS), "how it is said: " + ", ".join(KINDS))
    currency: str = item(OneOf(CURRENCIES), "of money, as in ISO 4217", default="CNY")


class SayItem:
    """``{say: balance, as: money, currency: CNY}``."""

    fields = Record(_SayFields)

    def read(self, node: Node, reading: FlowReading) -> Say:
        read = self.fields.read(node, reading)
        unknown = [language for language in reading.languages if language not in LANGUAGES]
        if read.as_ != "text" and unknown:
            what = f"there are no words for a value said as {read.as_} in {', '.join(unknown)}"
            fix = "Say it as text, in words of your own."
            raise reading.refusal(node, "no_grammar", what, fix)
        return Say(read.say, read.as_, read.currency if read.as_ == "money" else "")

    def schema(self) -> Schema:
        return self.fields.schema()


class Spoken:
    """What is said: a wording, a value, or a list of them."""

    wording = _OneWording()
    value = SayItem()

    def read(self, node: Node, reading: FlowReading) -> Speech:
        if not isinstance(node, Sequence):
            return (self._one(node, reading),)
        if not node.items:
            raise reading.refusal(node, "empty_prompt", "there is no prompt in the list", "Name a prompt.")
        if len(node.items) > MAX_WORDINGS:
            what = f"more than {MAX_WORDINGS} prompts in a row"
            raise reading.refusal(node, "too_many", what, "Join some of them, or use another step.")
        return tuple(read_all(partial(self._one, each, reading) for each in node.items))

    def _one(self, node: Node, reading: FlowReading) -> Wording | Say:
        if isinstance(node, Mapping) and any(key.text == "say" for key, _ in node.entries):
            return self.value.read(node, reading)
        return self.wording.read(node, reading)

    def schema(self) -> Schema:
        wording = self.wording.schema()
        one = {"anyOf": [*wording["anyOf"], self.value.schema()]}
        return {"anyOf": [*one["anyOf"], {"type": "array", "items": one, "minItems": 1, "maxItems": MAX_WORDINGS}]}
