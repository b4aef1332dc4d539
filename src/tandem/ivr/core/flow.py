"""A flow: the whole of one YAML file, checked, as a graph of typed steps."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import field
from functools import partial

from tandem.cti.documents.document import Mapping, Node, Scalar
from tandem.cti.documents.reading import Schema, read_all
from tandem.cti.documents.shapes import NAME, Integer, Record, Text, item, named_table, record
from tandem.ivr.core.dialogue import Press
from tandem.ivr.core.flow_reading import FlowReading
from tandem.ivr.core.speech import Prompt, Wording, spoken
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Step
from tandem.ivr.core.steps import STEP_KINDS
from tandem.ivr.core.words import Language, Languages, Queue, Target, Wordings

FORMAT = 1
"""Of the file; a later one may be read by a later version only."""


class Steps:
    """``name: {type: KIND, ...fields of that kind}``."""

    names = named_table(Text())  # for the rule of names; the values are read below

    def read(self, node: Node, reading: FlowReading) -> dict[str, Step]:
        mapping = reading.mapping(node, "a mapping of steps")
        if not mapping.entries:
            raise reading.refusal(node, "too_few", "there are no steps", "Add one.")
        reading.step_lines = {key.text: key.line for key, _ in mapping.entries}
        steps = read_all(partial(self._step, key, body, reading) for key, body in mapping.entries)
        return {step.name: step for step in steps}

    def _step(self, key: Scalar, body: Node, reading: FlowReading) -> Step:
        reading.part = f"step {key.text[:32]}"
        try:
            self.names.read_key(key, reading)
            kind = self._kind(reading.mapping(body, "a mapping with the fields of a step"), reading)
            return Record(STEP_KINDS[kind], also=("type",)).read(body, reading, name=key.text)
        finally:
            reading.part = ""

    def _kind(self, body: Mapping, reading: FlowReading) -> str:
        node = next((value for key, value in body.entries if key.text == "type"), None)
        if node is None:
            fix = f"Add type: and one of {', '.join(sorted(STEP_KINDS))}."
            raise reading.refusal(body, "missing_field", '"type" is missing', fix)
        kind = Text().read(node, reading)
        if kind not in STEP_KINDS:
            raise reading.refusal(
                node, "unknown_step_type", f'there is no step type "{kind}"', reading.instead_of(kind, STEP_KINDS)
            )
        return kind

    def schema(self) -> Schema:
        kinds = sorted(STEP_KINDS)
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^(?:{NAME.pattern})$"},
            "minProperties": 1,
            "additionalProperties": {
                "type": "object",
                "properties": {"type": {"enum": kinds}},
                "required": ["type"],
                "allOf": [
                    {
                        "if": {"properties": {"type": {"const": kind}}, "required": ["type"]},
                        "then": {"$ref": f"#/$defs/{kind}"},
                    }
                    for kind in kinds
                ],
            },
        }


@record
class Flow:
    """Fields are read in this order: what comes later refers to what comes before."""

    format: int = item(Integer(FORMAT, FORMAT), f"the version of this file format: {FORMAT}")
    name: str = item(Text(longest=32, pattern=NAME, rule="small letters, digits and _"), "the name of the flow")
    version: str = item(Text(40), "the author's own version of the flow, as a text", default="")
    languages: tuple[str, ...] = item(Languages(), "the languages that every prompt is given in, such as [zh, en]")
    default_language: str = item(Language(), "the language until the caller has chosen one")
    prompts: tuple[tuple[str, Wording], ...] = item(Wordings(), "texts that steps refer to by name", default=())
    steps: MappingOf[str, Step] = item(Steps(), "the steps by name")
    start: str = item(Target(), "the first step", is_exit=True)
    on_error: str = item(Queue(), "the queue that takes the call when a step fails", is_exit=True)
    step_limit: int = item(
        Integer(5, 500), "steps and repetitions after which a call goes to the on_error queue", default=100
    )
    edition: str = field(kw_only=True)
    """The first 8 hex digits of the SHA-256 of the file's text."""

    def pressed(self, state: IvrState) -> tuple[Press, ...]:
        """What the caller pressed, with the labels of the choices that this flow still has."""
        presses = []
        for name, digits in state.pressed:
            wording = self.steps[name].label(digits) if name in self.steps else None
            presses.append(Press(name, digits, wording.texts if wording else ()))
        return tuple(presses)

    def spoken(self) -> tuple[Prompt, ...]:
        """Every prompt that a caller can hear, each once, sorted."""
        speeches = (speech for step in self.steps.values() for speech in step.speeches())
        return tuple(sorted({prompt for speech in speeches for prompt in spoken(speech, self.languages)}))
