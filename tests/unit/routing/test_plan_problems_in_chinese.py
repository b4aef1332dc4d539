from __future__ import annotations

import re
from pathlib import Path

from tests.unit.routing.plans import GOOD, review
from tests.unit.routing.test_plan_check import ERRORS, FIRST, SHIFT_ERRORS, SHIFT_WARNINGS, WARNINGS, WORKED
from tests.unit.routing.test_plan_file import FAULTS

from tandem.routing.plan_document.in_chinese import CODES, texts_of

SRC = Path(__file__).parents[3] / "src/tandem"


def texts(old: str, new: str) -> list[tuple[str, str]]:
    found = review(GOOD.replace(old, new, 1))
    return [(what["zh"], fix["zh"]) for what, fix in map(texts_of, (*found.errors, *found.warnings))]


def test_every_code_has_a_sentence() -> None:
    assert {code for _, _, code, *_ in (*FAULTS, *ERRORS, *WARNINGS)} <= CODES
    for old, new, *_ in (*FAULTS, *ERRORS, *WARNINGS):
        for what, fix in texts(old, new):
            assert re.search(r"[\u4e00-\u9fff]", what), what
            assert re.search(r"[\u4e00-\u9fff]", fix), fix


def test_what_is_wrong_with_shifts_is_said_in_chinese() -> None:
    for old, new, code, *_ in (*SHIFT_ERRORS, *SHIFT_WARNINGS):
        assert code in CODES
        found = review(new.join(WORKED.rsplit(old, 1)))
        for what, fix in map(texts_of, (*found.errors, *found.warnings)):
            assert re.search(r"[\u4e00-\u9fff]", what["zh"]), what
            assert re.search(r"[\u4e00-\u9fff]", fix["zh"]), fix


def test_what_the_check_says_is_known() -> None:
    """Read from the source: a new finding cannot be forgotten here."""
    source = (SRC / "routing/core/plan_check.py").read_text(encoding="utf-8")
    said = re.findall(r'self\.(?:error|warn)\(\s*(?:\(.*?\)|\w+),\s*"(\w+)"', source)
    assert len(said) > 20
    assert set(said) <= CODES


def test_names_levels_and_paths_are_taken_over() -> None:
    assert texts(FIRST, "- language:zh>=3 and product:loan>=2")[0] == (
        '第 1 步：没有座席具备这个技能（"product:loan"）',
        "是否应为 product:loans？",
    )
    assert texts(FIRST, "- language:zh>=3 and product:loans>=4")[0] == (
        "第 1 步：这一步永远不会匹配：没有人达到要求（product:loans>=4）",
        "最接近的是 mei（product:loans 2，要求 4）。请降低要求，或提高座席的等级。",
    )
    assert texts("to: operator", "to: loans")[0][0] == "来电者会被循环转送（loans -> loans）"
