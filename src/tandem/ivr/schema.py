"""The JSON Schema of flow files, for editors: ``python -m tandem.ivr.schema > docs/reference/flow.schema.json``."""

from __future__ import annotations

import json
import sys

from tandem.cti.documents.reading import Schema
from tandem.cti.documents.shapes import Record
from tandem.ivr.core.check import FLOW
from tandem.ivr.core.steps import STEP_KINDS


def flow_schema() -> Schema:
    """Made from the very shapes that read the file."""
    steps = {}
    for kind, made in STEP_KINDS.items():
        schema = Record(made).schema()
        schema["properties"] = {"type": {"const": kind}, **schema["properties"]}
        steps[kind] = schema
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tandem IVR flow",
        **FLOW.schema(),
        "$defs": steps,
    }


def schema_text() -> str:
    return json.dumps(flow_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
