"""The JSON Schema of routing plans: ``python -m tandem.routing.schema > docs/reference/routing-plan.schema.json``."""

from __future__ import annotations

import json
import sys

from tandem.cti.documents.reading import Schema
from tandem.routing.plan_document.records import PLAN


def plan_schema() -> Schema:
    """Made from the very shapes that read the file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Tandem routing plan",
        **PLAN.schema(),
    }


def schema_text() -> str:
    return json.dumps(plan_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
