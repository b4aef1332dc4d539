"""Each kind of entry of a timeline can come about, and is given the values that its sentence names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import tandem
from tandem.cti.model.timeline import GREETINGS, PLACES, UNKEPT, Entry

SOURCES = Path(tandem.__file__).parent
TOLD_BY_A_TABLE = {*GREETINGS.values(), *PLACES.values(), *UNKEPT.values()}


def entries_in(node: ast.AST) -> set[Entry]:
    return {
        Entry[each.attr]
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "Entry"
    }


def calls() -> Iterator[tuple[set[Entry], set[str], str]]:
    """What an entry is told with: the calls that name it themselves, or by a variable of the same function."""
    for file in SOURCES.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if "Entry." not in text or file.name == "timeline.py":
            continue
        for function in ast.walk(ast.parse(text)):
            if not isinstance(function, ast.FunctionDef):
                continue
            named = {
                target.id: entries_in(node.value)
                for node in ast.walk(function)
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and not (
                    isinstance(node.func, ast.Attribute) and node.func.attr == "get"
                ):
                    told: set[Entry] = set()
                    for argument in node.args:
                        if isinstance(argument, ast.Name):
                            told |= named.get(argument.id, set())
                        elif not isinstance(argument, ast.Call):
                            told |= entries_in(argument)
                    if told:
                        yield told, {str(each.arg) for each in node.keywords}, f"{file.name}:{node.lineno}"


def names_in(entry: Entry) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(entry.sentence) if name}


def test_every_entry_comes_about_and_is_given_its_values() -> None:
    told = set(TOLD_BY_A_TABLE)
    for entries, given, where in calls():
        told |= entries
        for entry in entries:
            assert names_in(entry) <= given, f"{where}: {entry.name} names {names_in(entry) - given}"
    told |= entries_in(ast.parse((SOURCES / "cti/app/demo_journeys.py").read_text(encoding="utf-8")))
    assert told == set(Entry)


def test_codes_are_told_apart_and_begin_with_their_kind() -> None:
    assert len({entry.code for entry in Entry}) == len(Entry)
    assert Entry.AGENT_LOST_UNSEEN.kind == Entry.AGENT_LOST.kind == "agent_lost"


def test_what_is_told_by_a_table_has_the_same_values() -> None:
    assert [names_in(entry) for entry in GREETINGS.values()] == [{"at_s"}] * 4
    assert [names_in(entry) for entry in PLACES.values()] == [{"waited_s"}] * 3
    assert [names_in(entry) for entry in UNKEPT.values()] == [{"detail"}] * 3


def test_the_english_text_has_its_values_and_a_lost_one_stops_nothing() -> None:
    assert Entry.PROMISE_MISSED.text({"within_s": 2.0}) == "no agent within 2 s"
    assert Entry.OVERFLOW.text({"why": {"zh": "等候太久", "en": "waits {long}"}}) == "waits {long}"
    assert Entry.ANSWERED.text({}) == "flow  answers"


def test_every_kind_stands_in_the_documentation() -> None:
    page = (SOURCES.parents[1] / "docs/how-to/see-what-happened-to-a-call.md").read_text(encoding="utf-8")
    table = page.partition("## What the lines mean")[2].partition("\n## ")[0]
    told = {word for row in table.splitlines() for word in re.findall(r"`(\w+)`", row.partition(" | ")[0])}
    assert {entry.kind for entry in Entry} <= told
