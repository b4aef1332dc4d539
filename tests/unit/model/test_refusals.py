"""Each code of a refusal has its sentence, is used, and is given the values that the sentence names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import tandem
from tandem.cti.model.command_refusals import COMMAND_SENTENCES
from tandem.cti.model.errors import CtiError, WrongState
from tandem.cti.model.refusals import SENTENCES
from tandem.cti.model.refusals_in_chinese import SENTENCES_ZH, value_in_chinese
from tandem.cti.model.system_reasons import reason_of

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
    assert {code for code, _, _ in found} == {*SENTENCES, *COMMAND_SENTENCES}
    for code, given, where in found:
        names = named(SENTENCES.get(code) or COMMAND_SENTENCES[code][1])
        assert names <= given, f"{where}: {code} names {names - given}"


def named(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_each_sentence_is_there_in_both_languages_and_names_the_same() -> None:
    assert not set(SENTENCES) & set(COMMAND_SENTENCES)
    assert list(SENTENCES) == list(SENTENCES_ZH)
    both = {code: (SENTENCES_ZH[code], SENTENCES[code]) for code in SENTENCES} | dict(COMMAND_SENTENCES)
    for code, (zh, en) in both.items():
        assert named(zh) == named(en), code
        assert re.search(r"[\u3400-\u9fff]", zh) or zh == en == "{text}", code
        assert not re.search(r"[\u3400-\u9fff]", en), code


def test_the_command_line_says_in_chinese_what_the_pages_say() -> None:
    page = (SOURCES / "agent_desktop/web/src/i18n/refusals.zh.ts").read_text(encoding="utf-8")
    rows = dict(re.findall(r'^  "([\w.]+)": "(.*)",$', page, re.MULTILINE))
    assert {f"refusal.{code}": text for code, text in SENTENCES_ZH.items()} == {
        key: text for key, text in rows.items() if key.startswith("refusal.")
    }
    for key, text in rows.items():
        kind, _, code = key.partition(".")
        name, value = {"refusal_state": ("state", code), "json": ("expected", code)}.get(kind, ("", code))
        if name and code != "whole":
            assert value_in_chinese(name, value) == text
    assert value_in_chinese("field", "$") == rows["json.whole"]


@pytest.mark.parametrize(
    ("error", "zh"),
    [
        (WrongState.because("campaign_step", state="stopped", wanted="paused"), "已停止 的活动不能变为 已暂停。"),
        (WrongState.because("gate", texts={"zh": "没有本人同意", "en": "no consent"}), "不可拨打：没有本人同意"),
        (WrongState.because("shape_type", field="$", expected="str | null", got="int"),
         "所发内容：应为文字 / 空，收到的是整数。"),
        (WrongState.because("file_unreadable", file="x", texts=reason_of(FileNotFoundError(2, "No such file"))),
         "无法读取 x：没有这个文件或文件夹"),
        (WrongState("only in English"), "only in English"),
    ],
)  # fmt: skip
def test_an_error_says_itself_in_chinese(error: CtiError, zh: str) -> None:
    assert error.in_language("zh") == zh
    assert error.in_language("en") == str(error)


def test_what_only_commands_meet_is_no_reason_for_the_pages() -> None:
    error = WrongState.because("server_silent")
    assert (str(error), error.reason, error.values) == ("the server did not answer; see its log", "", {})


def test_what_the_system_says_unknown_to_us_stays_as_it_is() -> None:
    assert reason_of(OSError(9999, "Of tomorrow")) == {"zh": "Of tomorrow", "en": "Of tomorrow"}
    assert reason_of(OSError()) == {"zh": "OSError", "en": "OSError"}


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
