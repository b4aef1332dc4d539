"""What the documentation says about flows is true: its flows load, its tests pass, and its tables leave nothing out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tandem.ivr.core.check import load_bundle
from tandem.ivr.core.check_modes import edges_of
from tandem.ivr.core.expression_functions import FUNCTIONS
from tandem.ivr.core.expressions import FIELDS
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.problem_texts import CODES
from tandem.ivr.core.spoken_values import CURRENCIES, KINDS
from tandem.ivr.core.steps import STEP_KINDS
from tandem.ivr.flow_files import load_flow_file
from tandem.ivr.schema import flow_schema
from tandem.ivr.testing.case_files import load_tests
from tandem.ivr.testing.runner import run_tests

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
QUEUES = frozenset({"service", "loans", "support"})
"""Of the demo's routing plan: whole flows of the documentation can be tried there."""
SCHEMA = flow_schema()
STEPS = {kind: Draft202012Validator({**SCHEMA["$defs"][kind], "$defs": SCHEMA["$defs"]}) for kind in STEP_KINDS}

_BLOCK = re.compile(r"(?:^<!-- (?P<mark>.*?) -->\n)?^```yaml\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """``mark``: the comment before it: ``whole flow: main.yaml``, ``tests of: FILE``, ``tests of: FILE, part 2``."""

    page: Path
    line: int
    mark: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks() -> list[Block]:
    found = []
    for page in sorted(DOCS.rglob("*.md")):
        written = page.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(written):
            line = written.count("\n", 0, match.start("text")) + 1
            found.append(Block(page, line, match["mark"] or "", match["text"]))
    return found


def about(mark: str) -> list[Block]:
    return [block for block in blocks() if block.mark.startswith(f"{mark}: ")]


def loaded(page: Path, file: str) -> Flow:
    """The flow ``file`` that the page shows, with its sub-flows, else that of the repository."""
    files = (*about("whole flow"), *about("sub-flow"))
    shown = {block.mark.partition(": ")[2]: block.text for block in files if block.page == page}
    if file in shown:
        return load_bundle(shown, file, Catalog(queues=QUEUES))
    return load_flow_file(ROOT / file, Catalog(queues=QUEUES))


def sections(page: str) -> dict[str, str]:
    text = (DOCS / page).read_text(encoding="utf-8")
    return {m[1]: m[2] for m in re.finditer(r"^## (.+?)$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)}


REFERENCE = sections("reference/ivr-flow.md")


# -- the snippets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", about("whole flow"), ids=str)
def test_whole_flows_load(block: Block) -> None:
    assert loaded(block.page, block.mark.partition(": ")[2]).steps


def test_there_are_whole_flows() -> None:
    assert len(about("whole flow")) >= 3
    assert len(about("tests of")) >= 5
    assert len(about("steps from")) >= 2
    assert about("one test of")


@pytest.mark.parametrize(
    ("page", "file"),
    sorted({(block.page, block.mark[len("tests of: ") :].partition(",")[0]) for block in about("tests of")}),
)
def test_tests_pass(page: Path, file: str) -> None:
    parts = [
        block
        for block in about("tests of")
        if (block.page, block.mark[len("tests of: ") :].partition(",")[0]) == (page, file)
    ]
    flow = loaded(page, file)
    report = run_tests(flow, load_tests("".join(part.text for part in parts), page.name, flow))
    assert [(case.name, case.failures) for case in report.cases if not case.ok] == []
    assert len(parts) == 1 or report.coverage.ratio == 1.0, "the last part promises that every exit is taken"


def prompts_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        said = value.get("prompts", ())
        yield from (each for each in (said if isinstance(said, list) else [said]) if isinstance(each, str))
        for each in value.values():
            yield from prompts_in(each)


@pytest.mark.parametrize("block", about("steps from"), ids=str)
def test_steps_make_a_flow(block: Block) -> None:
    """With prompts of the names that the steps say."""
    start = block.mark.partition(": ")[2]
    body = yaml.safe_load(block.text)
    prompts = {name: dict.fromkeys(("zh", "en"), name) for name in prompts_in(body)}
    head = {"format": 1, "name": "shown", "languages": ["zh", "en"], "default_language": "zh", "start": start}
    text = yaml.safe_dump({**head, "on_error": "service", "prompts": prompts, **body}, sort_keys=False)
    flow = load_bundle({"shown.yaml": text}, "shown.yaml", Catalog(queues=QUEUES))
    for shown in about("one test of"):
        if shown.page == block.page:
            test = {"format": 1, "tests": [{"name": "shown", **yaml.safe_load(shown.text)}]}
            report = run_tests(flow, load_tests(yaml.safe_dump(test, allow_unicode=True), shown.page.name, flow))
            assert [case.failures for case in report.cases if not case.ok] == []


def steps_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("type") in STEP_KINDS:
            yield value
        for each in value.values():
            yield from steps_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from steps_in(each)


@pytest.mark.parametrize("block", blocks(), ids=str)
def test_snippets_are_yaml_and_their_steps_fit_the_schema(block: Block) -> None:
    for step in steps_in(yaml.safe_load(block.text)):
        faults = [fault.message for fault in STEPS[step["type"]].iter_errors(step)]
        # a snippet may leave out what it is not about, but nothing in it is wrong
        assert [fault for fault in faults if "is a required property" not in fault] == [], step


# -- the reference -----------------------------------------------------------------------------------------------------


def rows(section: str) -> dict[str, list[str]]:
    found = re.findall(r"^\| `([a-z_]+)` \| ?(.*?) ?\| (.*) \|$", section, re.MULTILINE)
    return {name: [second, what] for name, second, what in found}


@pytest.mark.parametrize("kind", STEP_KINDS)
def test_every_field_of_every_step_has_its_row(kind: str) -> None:
    schema = SCHEMA["$defs"][kind]
    table = rows(REFERENCE[f"`{kind}`"])
    assert set(table) == set(schema["properties"]) - {"note"}
    for name, field in schema["properties"].items():
        if name in ("type", "note"):
            continue
        second = table[name][0]
        assert (second == "required") == (name in schema["required"]), name
        default = field.get("default")
        if default is not None and default != "" and name not in schema["required"]:
            shown = (
                {True: "true", False: "false"}.get(default, str(default)) if isinstance(default, bool) else str(default)
            )
            assert second in (f"`{shown.removesuffix('.0')}`", ""), name


def test_exits_are_named() -> None:
    for file in (ROOT / "examples/flows").rglob("main.yaml"):
        flow = load_flow_file(file, Catalog())
        for name, exit_, _ in edges_of(flow):
            step = flow.steps[name]
            if step.kind not in ("return", "condition", "split") and not re.fullmatch(r"[0-9*#]", exit_):
                assert f"`{exit_}`" in REFERENCE[f"`{step.kind}`"] + REFERENCE["Commands"], (step.kind, exit_)


def test_expressions_are_complete() -> None:
    text = REFERENCE["Expressions"]
    assert [name for name in FUNCTIONS if f"`{name}" not in text] == []
    assert [field for fields in FIELDS.values() for field in fields if f".{field}`" not in text] == []


def test_what_is_said_is_complete() -> None:
    text = REFERENCE["What is said"]
    assert [word for word in (*KINDS, *CURRENCIES) if f"`{word}`" not in text] == []


def test_every_code_is_explained() -> None:
    text = REFERENCE["What is refused"] + (DOCS / "reference/flow-tests.md").read_text(encoding="utf-8")
    of_plans_only = {"bad_share", "bad_time"}
    assert [code for code in sorted(CODES - of_plans_only) if f"`{code}`" not in text] == []
