"""The JSON Schema of test files, for editors:
``python -m tandem.ivr.testing.schema > docs/reference/flow-test.schema.json``."""

from __future__ import annotations

import json
import sys

from tandem.cti.documents.reading import Schema
from tandem.cti.documents.shapes import Record
from tandem.ivr.testing.case_files import FileOfTests


def file_schema() -> Schema:
    """Made from the very shapes that read the file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tests of a Tandem IVR flow",
        **Record(FileOfTests).schema(),
    }


def schema_text() -> str:
    return json.dumps(file_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
