"""Each sentence of a command is there in Chinese and English, is said somewhere, and is given what it names."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from tests.support.sentences import check_both

from tandem.cti import app
from tandem.cti.app.terminal import Sentences, columns, language_of_terminal, padded, saying

APP = Path(app.__path__[0])
WORDS = sorted(
    "tandem.cti.app." + ".".join(file.relative_to(APP).with_suffix("").parts)
    for file in APP.rglob("*_words.py")
    if "SENTENCES: Sentences" in file.read_text(encoding="utf-8")
)

OTHERWISE = ("check_words", "help_words")
"""Said by other functions: tests of their own look at those."""


def said_by(module: str) -> Iterator[tuple[str, set[str] | None, str]]:
    """Code (``*`` for what is not written out), names of the facts (None: not all are written out), where."""
    for file in APP.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        found = re.search(rf"from {module} import .*?\b(say(?: as (\w+))?)\b", text)
        if found is None and not (module == f"tandem.cti.app.{file.stem}" and "say(" in text):
            continue
        name = found[2] or "say" if found else "say"
        for node in ast.walk(ast.parse(text)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name):
                continue
            given = {each.arg for each in node.keywords}
            facts = None if None in given else {str(each) for each in given}
            for code in codes(node.args[0]):
                yield code, facts, f"{file.name}:{node.lineno}"


def codes(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value):
            yield str(value)
        case ast.IfExp(body=body, orelse=other):
            yield from codes(body)
            yield from codes(other)
        case ast.JoinedStr(values):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in values)
        case _:
            yield "*"


def test_all_modules_of_words_are_looked_at() -> None:
    assert len(WORDS) >= 8, WORDS


@pytest.mark.parametrize("module", WORDS)
def test_each_sentence_is_there_twice_and_names_the_same(module: str) -> None:
    check_both(importlib.import_module(module).SENTENCES)


@pytest.mark.parametrize("module", [each for each in WORDS if each.rpartition(".")[2] not in OTHERWISE])
def test_each_sentence_is_said_and_given_what_it_names(module: str) -> None:
    sentences: Sentences = importlib.import_module(module).SENTENCES
    said = list(said_by(module))
    unknown = [(code, where) for code, _, where in said if "*" not in code and code not in sentences]
    assert unknown == []
    literals = {code for code, _, _ in said} | words_in(module)
    families = [code.partition("*")[0] for code in literals if "*" in code and code != "*"]
    assert [code for code in sentences if code not in literals and not code.startswith(tuple(families))] == []
    for code, given, where in said:
        if given is not None and code in sentences:
            assert facts_of(sentences[code]) <= given, where


def words_in(module: str) -> set[str]:
    """Every text written in those who say something of it: codes are also kept in names and tables."""
    files = [file.read_text(encoding="utf-8") for file in APP.rglob("*.py") if module not in str(file)]
    users = [text for text in files if f"from {module} import" in text]
    return {
        str(node.value)
        for text in users
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def facts_of(both: tuple[str, str]) -> set[str]:
    names = {name for text in both for _, name, _, _ in Formatter().parse(text) if name}
    return {name for name in names if not name.endswith("_s")}


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "", "LC_ALL": "zh_TW"}, "zh"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_the_terminal_names_its_language(
    environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language_of_terminal() == language


def test_a_plural_is_english() -> None:
    say = saying({"rows": ("{rows} 行", "{rows} row{rows_s}")})
    assert [say("rows", "en", rows=count) for count in (1, 2)] == ["1 row", "2 rows"]
    assert say("rows", "zh", rows=1) == "1 行"


def test_chinese_takes_two_columns() -> None:
    assert columns("已暂停 a") == 8
    assert (padded("暂停", 6), padded("暂停", 6, right=True), padded("暂停", 3)) == ("暂停  ", "  暂停", "暂停")
