"""One Chinese word for each notion: that of the glossary. Words that once stood for the same do not come back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src/tandem"
INSTEAD_OF = {
    "应答机": ("语音信箱", "答录机", "机器"),
    "呼损": ("弃呼", "无人接应", "放弃额度"),
    "小结": ("处置",),
    "营业时间": ("时间表",),
    "路由方案": ("路由计划",),
    "离岗": ("离席",),
    "接听率": ("接通率",),
    "不再致电": ("勿扰",),
}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    files = [
        *SRC.rglob("*.py"),
        *(SRC / "agent_desktop/web/src").rglob("*.zh.ts"),
        *(SRC / "agent_desktop/web/mock").glob("*.mjs"),
    ]
    assert len(files) > 300
    return {str(file.relative_to(SRC)): file.read_text(encoding="utf-8") for file in files}


@pytest.mark.parametrize(("word", "others"), INSTEAD_OF.items())
def test_a_notion_has_the_glossarys_word_and_no_other(
    word: str, others: tuple[str, ...], texts: dict[str, str]
) -> None:
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    assert re.search(rf"\([^()]*{word}[^()]*\)", glossary), f"the glossary has no {word}"
    assert [(name, other) for name, text in texts.items() for other in others if other in text] == []
