"""What ``tandem routing check``, ``preview``, ``apply`` and ``rollback`` say, in Chinese and English."""

from __future__ import annotations

from tandem.cti.app.terminal import Sentences, saying
from tandem.cti.documents.problems import Problem
from tandem.routing.core.plan import SECTIONS
from tandem.routing.plan_document.in_chinese import texts_of

SENTENCES: Sentences = {
    "warning": ("警告：", "warning: "),
    "bad": (
        "不能应用此方案：{errors} 个错误，{warnings} 个警告。",
        "The plan cannot be applied: {errors} errors, {warnings} warnings.",
    ),
    "good": (
        "方案正确：{errors} 个错误，{warnings} 个警告。",
        "The plan is good: {errors} errors, {warnings} warnings.",
    ),
    "more": ("……另有 {count} 处", "... and {count} more"),
    "same": ("没有变化。", "Nothing changes."),
    "no_server": (
        "这里没有运行服务器：无法说明对正在等候的人有何影响。",
        "No server runs here: what it would do to those who wait cannot be said.",
    ),
    "saved": (
        "第 {version} 版已保存。这里没有运行服务器：下次启动时生效。",
        "Version {version} is saved. No server runs here: it counts from the next start on.",
    ),
    "applied": ("第 {version} 版已生效。", "Version {version} is in force."),
}

_PARTS = dict(SECTIONS.values())
"""What a part of the plan is, before its name."""


say = saying(SENTENCES)


def problem_text(problem: Problem, language: str) -> str:
    """One line: ``file:line: part: what. What to do.``"""
    if language == "en":
        return str(problem)
    what, fix = texts_of(problem)
    kind, _, name = problem.part.partition(" ")
    part = f"{_PARTS.get(kind, kind)} {name}".rstrip() + "：" if problem.part else ""
    return f"{problem.file}:{problem.line}: {part}{what['zh'].rstrip('。')}。{fix['zh']}"
