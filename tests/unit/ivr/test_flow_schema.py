from __future__ import annotations

import yaml
from jsonschema import Draft202012Validator
from tests.unit.ivr.flows import GOOD, ROOT
from tests.unit.ivr.test_flow_check import FAULTS

from tandem.ivr.core.steps import STEP_KINDS
from tandem.ivr.schema import flow_schema, schema_text

VALIDATOR = Draft202012Validator(flow_schema())
# What a schema cannot know: names that must exist somewhere, languages, the order of the graph, YAML itself.
BEYOND = {
    "unknown_step",
    "unknown_queue",
    "unknown_prompt",
    "unknown_language",
    "missing_prompt",
    "missing_label",
    "bad_needs",
    "duplicate_key",
    "duplicate_language",
    "unreachable_step",
}


def test_the_published_schema_is_the_one_of_the_parser() -> None:
    published = (ROOT / "docs/reference/flow.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), "run: python -m tandem.ivr.schema > docs/reference/flow.schema.json"


def test_it_is_a_schema_and_accepts_what_the_parser_accepts() -> None:
    Draft202012Validator.check_schema(flow_schema())
    for text in (GOOD, (ROOT / "examples/flows/main.yaml").read_text()):
        assert list(VALIDATOR.iter_errors(yaml.safe_load(text))) == []


# PyYAML reads these otherwise than editors (YAML 1.2) do: as true, as a number, not at all.
READ_OTHERWISE = ("barge_in: yes", "timeout_s: .nan", "attempts: 999")


def test_it_refuses_what_the_parser_refuses() -> None:
    for old, new, code, _, _ in FAULTS:
        if code not in BEYOND and not any(odd in new for odd in READ_OTHERWISE):
            assert list(VALIDATOR.iter_errors(yaml.safe_load(GOOD.replace(old, new, 1)))), new


def test_every_kind_of_step_and_field_is_in_the_reference() -> None:
    reference = (ROOT / "docs/reference/ivr-flow.md").read_text(encoding="utf-8")
    schema = flow_schema()
    for kind in STEP_KINDS:
        assert f"## `{kind}`" in reference
        for name in schema["$defs"][kind]["properties"]:
            assert f"`{name}`" in reference, (kind, name)
    for name in schema["$defs"]["flow_file"]["properties"] | schema["$defs"]["subflow_file"]["properties"]:
        assert f"`{name}`" in reference, name
