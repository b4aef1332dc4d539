"""What ``tandem check`` says is there in both languages, and all of it is said somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from tandem.agent_desktop.core.resources import CheckTexts
from tandem.cti.app import checks, cli, flow_checks
from tandem.cti.app.check_words import SENTENCES, alike, both, line

SOURCES = [Path(module.__file__ or "") for module in (checks, flow_checks)]


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_each_sentence_is_there_twice_and_names_the_same() -> None:
    for code, (zh, en) in SENTENCES.items():
        assert names_in(zh) == names_in(en), code
        assert not re.search(r"[\u3400-\u9fff]", en), code
        assert re.search(r"[\u3400-\u9fff]", zh) or code in ("postgres", "mend_flow"), code


def test_each_sentence_is_said_and_all_that_is_said_is_a_sentence() -> None:
    words = {
        node.value
        for file in SOURCES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(SENTENCES) - words == set()


def test_a_line_is_told_in_both_languages() -> None:
    told = line(
        both("flow", number="95001"), both("flow_spoilt", version=2, problem={"zh": "坏", "en": "bad"}), alike("x"), {}
    )
    assert (told.ok, told.name, told.detail, told.remedy) == (False, "Flow of 95001", "version 2 is live: bad", "x")
    assert told.texts["zh"] == CheckTexts(name="95001 的流程", detail="正在使用第 2 版：坏", remedy="x")


@pytest.mark.parametrize(
    ("language", "found"),
    [
        ("zh_CN.UTF-8", ["有误 页面：页面尚未构建", "      请运行：make web"]),
        ("C", ["WRONG Pages: the pages are not built"]),
    ],
)
def test_the_command_speaks_the_language_of_the_terminal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    language: str,
    found: list[str],
) -> None:
    async def lines(*_: object, **__: object) -> object:
        return [line(both("pages"), both("not_built"), both("build"), both("built"))]

    async def no(*_: object) -> bool:
        return False

    monkeypatch.setattr(checks, "check_installation", lines)
    monkeypatch.setattr(checks, "is_serving", no)
    monkeypatch.setenv("LC_ALL", language)
    (tmp_path / "tandem.toml").touch()
    assert cli.main(["check", "--home", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[: len(found)] == found
