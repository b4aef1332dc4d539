"""Each code of a refusal has its sentence, is used, and is given the values that the sentence names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import tandem
from tandem.cti.model.errors import CtiError, WrongState
from tandem.cti.model.refusals import SENTENCES

SOURCES = Path(tandem.__file__).parent


def uses() -> Iterator[tuple[str, set[str], str]]:
    """Code, names of what is given with it, where."""
    for file in SOURCES.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        if ".because(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "because":
                first = node.args[0]
                branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                given = {"text" if each.arg == "texts" else str(each.arg) for each in node.keywords}
                for code in branches:
                    assert isinstance(code, ast.Constant), f"{file.name}:{node.lineno}"
                    yield str(code.value), given, f"{file.name}:{node.lineno}"


def test_every_code_is_used_and_every_use_has_a_sentence_and_its_values() -> None:
    found = list(uses())
    assert {code for code, _, _ in found} == set(SENTENCES)
    for code, given, where in found:
        named = {name for _, name, _, _ in Formatter().parse(SENTENCES[code]) if name}
        assert named <= given, f"{where}: {code} names {named - given}"


def test_a_refusal_says_its_sentence_and_keeps_its_parts() -> None:
    error = WrongState.because("agent_not_free", agent="mei {x}")
    assert (str(error), error.reason, dict(error.values)) == (
        "mei {x} is not free",
        "agent_not_free",
        {"agent": "mei {x}"},
    )
    said = WrongState.because("gate", texts={"zh": "没有本人同意", "en": "there is no consent"}, rule="consent")
    assert str(said) == "may not be dialled: there is no consent"
    assert (said.texts["zh"], said.values) == ("没有本人同意", {"rule": "consent"})
    assert CtiError("x").reason == ""
