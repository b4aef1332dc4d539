from __future__ import annotations

from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from tests.unit.routing.plans import GOOD
from tests.unit.routing.test_plan_file import FAULTS

from tandem.routing.schema import plan_schema, schema_text

ROOT = Path(__file__).parents[3]
VALIDATOR = Draft202012Validator(plan_schema())
DEMO = (ROOT / "src/tandem/cti/app/demo_routing.yaml").read_text(encoding="utf-8")
# What a schema cannot know: expressions, order, what fits together; and yaml.safe_load reads days as dates.
BEYOND = {"bad_needs", "bad_condition", "bad_hours", "duplicate_day", "bad_date", "out_of_range", "bad_number"} | {
    "unknown_region"
}


def test_the_published_schema_is_the_one_of_the_parser() -> None:
    published = (ROOT / "docs/reference/routing-plan.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), "run: python -m tandem.routing.schema > docs/reference/routing-plan.schema.json"


def test_it_accepts_what_the_parser_accepts() -> None:
    Draft202012Validator.check_schema(plan_schema())
    for text in (GOOD, DEMO):
        quoted = text.replace("2026-05-01, 2026", '"2026-05-01", 2026').replace("{2026-10-10:", '{"2026-10-10":')
        assert list(VALIDATOR.iter_errors(yaml.safe_load(quoted.replace("[95533,", '["95533",')))) == []


def test_it_refuses_what_the_parser_refuses() -> None:
    for old, new, code, _, _ in FAULTS:
        if code not in BEYOND and "yes" not in new and "to" not in new:
            assert list(VALIDATOR.iter_errors(yaml.safe_load(GOOD.replace(old, new, 1)))), new


def test_every_field_is_in_the_reference() -> None:
    reference = (ROOT / "docs/reference/routing-plan.md").read_text(encoding="utf-8")
    schema = plan_schema()
    for name, shape in schema["properties"].items():
        assert f"`{name}`" in reference, name
        entry = shape.get("additionalProperties")
        for field in (entry or {}).get("properties", {}) if isinstance(entry, dict) else shape.get("properties", {}):
            assert f"`{field}`" in reference, (name, field)
