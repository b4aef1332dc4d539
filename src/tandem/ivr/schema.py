"""The JSON Schema of flow files, for editors: ``python -m tandem.ivr.schema > docs/reference/flow.schema.json``."""

from __future__ import annotations

import json
import sys

from tandem.cti.documents.reading import Schema
from tandem.cti.documents.shapes import Record
from tandem.ivr.core.check import FLOW
from tandem.ivr.core.steps import STEP_KINDS
from tandem.ivr.core.subflows import SUBFLOW


def flow_schema() -> Schema:
    """Of flows and of sub-flow files, made from the very shapes that read them."""
    shapes = {"flow_file": FLOW.schema(), "subflow_file": SUBFLOW.schema()}
    for kind, made in STEP_KINDS.items():
        schema = Record(made).schema()
        schema["properties"] = {"type": {"const": kind}, **schema["properties"]}
        shapes[kind] = schema
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tandem IVR flow",
        "if": {"properties": {"kind": {"const": "subflow"}}, "required": ["kind"]},
        "then": {"$ref": "#/$defs/subflow_file"},
        "else": {"$ref": "#/$defs/flow_file"},
        "$defs": shapes,
    }


def schema_text() -> str:
    return json.dumps(flow_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
