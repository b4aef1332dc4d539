"""The shape of ``steps:`` of a flow or a sub-flow."""

from __future__ import annotations

from functools import partial

from tandem.cti.documents.document import Mapping, Node, Scalar
from tandem.cti.documents.reading import Schema, read_all
from tandem.cti.documents.shapes import NAME, Record, Text, named_table
from tandem.ivr.core.flow_reading import FlowReading
from tandem.ivr.core.step import Step
from tandem.ivr.core.steps import STEP_KINDS


class Steps:
    """``name: {type: KIND, ...fields of that kind}`` -> steps by their name with the scope of the file."""

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
            return Record(STEP_KINDS[kind], also=("type",)).read(body, reading, name=reading.scope + key.text)
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
