"""``--help`` of every command, in Chinese and English, and what is said to whoever mistypes one."""

from __future__ import annotations

import argparse
import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.sentences import check_both

from tandem.cti.app import cli, help_words
from tandem.cti.app.command_parser import CommandParser, wrapped
from tandem.cti.app.help_words import HELP, OF_ARGPARSE, help_of
from tandem.cti.app.terminal import columns

_PLACES = r"%(?:\(\w+\))?[rs]"
CHINESE = re.compile(r"[\u3400-\u9fff]")


def commands(parser: CommandParser) -> Iterator[CommandParser]:
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                yield from commands(below)


def named(parser: CommandParser) -> Iterator[tuple[str, str]]:
    """The command and each of its options and arguments, as ``help_of`` takes them."""
    command = parser.prog.removeprefix("tandem").strip()
    yield command, ""
    for action in parser._actions:
        if not isinstance(action, argparse._SubParsersAction | argparse._HelpAction):
            yield command, (action.option_strings or [action.dest])[-1]


def test_each_text_of_the_help_is_there_twice_and_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    check_both(HELP)
    check_both(help_words.SENTENCES)
    monkeypatch.setenv("LC_ALL", "C")
    found = {help_of(*names) for command in commands(cli._parser()) for names in named(command)}
    assert {key for key, both in HELP.items() if both not in found} == set()


@pytest.mark.parametrize("language", ["zh_CN.UTF-8", "en_US.UTF-8"])
def test_every_help_is_in_one_language(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", language)
    monkeypatch.setenv("COLUMNS", "80")
    for command in commands(cli._parser()):
        said = command.format_help()
        for line in said.splitlines():
            assert columns(line) <= 80 or len(line.split()) <= 2, line
        if language.startswith("en"):
            assert not CHINESE.search(said)
            continue
        assert said.startswith("用法: tandem")
        texts = [command.description, *(action.help for action in command._actions)]
        assert all(CHINESE.search(text) for text in texts if text), command.prog


def test_every_text_is_one_that_argparse_says() -> None:
    calls = [node for node in ast.walk(ast.parse(Path(argparse.__file__).read_text())) if isinstance(node, ast.Call)]
    asked = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("_", "ngettext")]
    said = {part.value for call in asked for part in call.args if isinstance(part, ast.Constant)}
    assert set(OF_ARGPARSE) <= said
    for english, chinese in OF_ARGPARSE.items():
        assert sorted(re.findall(_PLACES, chinese)) == sorted(re.findall(_PLACES, english)), english


@pytest.mark.parametrize(
    ("line", "zh", "en"),
    [
        ("why", "tandem why：错误：缺少以下参数：call", "error: the following arguments are required: call"),
        ("campaign stap", "不能选择 'stap'（可选：", "invalid choice: 'stap' (choose from "),
        ("probe --stay long", "参数 --stay：'long' 不是有效的值（float）", "--stay: invalid float value: 'long'"),
        ("version --home x", "无法识别的参数：--home x", "unrecognized arguments: --home x"),
        ("why --json=1 c", "此选项不带值，多余的 '1' 被忽略", "ignored explicit argument '1'"),
        ("why c --language", "参数 --language：需要一个值", "argument --language: expected one argument"),
        ("ivr test f --min-coverage 101", "'101' 不是百分比", "'101' is no percentage"),
        ("ivr test f --at-once 0", "'0'：请写 1 到 9999", "'0': write a whole number"),
        ("ivr test f --longest 0", "'0'：请写秒数", "'0': write seconds"),
        ("ivr canary f 2 --share 0", "'0' 不是比例", "'0' is no share"),
        ("ivr numbers f --calls 7", "'7' 不是天数", "'7' is no number of days"),
        ("replay monday", "'monday' 不是日期", "'monday' is no day"),
        ("replay today --from noon", "'noon' 不是时刻", "'noon' is no time of day"),
        ("whatif today --runs 1", "请写 2 到 1000 的数", "write a number from 2 to 1000"),
    ],
)  # fmt: skip
def test_a_slip_of_the_pen_is_told_in_the_language_of_the_terminal(
    line: str, zh: str, en: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for language, said in (("zh_CN.UTF-8", zh), ("C", en)):
        monkeypatch.setenv("LC_ALL", language)
        with pytest.raises(SystemExit) as ended:
            cli.main(line.split())
        assert ended.value.code == 2
        assert said in capsys.readouterr().err


def test_a_command_takes_only_the_ports_that_it_goes_by() -> None:
    flags = {f"--{name.replace('_', '-')}" for name in cli._FLAGS}
    found = {
        command.prog.removeprefix("tandem "): given
        for command in commands(cli._parser())
        if (given := flags & set(command._option_string_actions))
    }
    assert found == {
        "serve": flags,
        "demo": flags,
        "check": {"--listen", "--http-port", "--seat-port", "--ami-port"},
        "asterisk-config": {"--listen", "--ami-port", "--sip-port", "--phone-port"},
        "probe": {"--listen", "--sip-port"},
    }


def test_lines_of_chinese_end_where_the_width_does() -> None:
    lines = wrapped("超过此秒数的测试不真实呼叫，标为 skipped（默认：120）。", 20)
    assert lines == ["超过此秒数的测试不真", "实呼叫，标为 skipped", "（默认：120）。"]
    assert wrapped("a_word_that_is_longer_than_the_width 是", 10) == ["a_word_that_is_longer_than_the_width", "是"]
