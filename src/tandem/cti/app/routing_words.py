"""What ``tandem routing check``, ``preview``, ``apply`` and ``rollback`` say, in Chinese and English."""

from __future__ import annotations

from tandem.cti.app.terminal import Sentences, saying

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
    "version": ("第 {version} 版  {note}", "version {version}  {note}"),
    "then": ("；", ", then "),
    "needs_after": ("{time} 后 {needs}", "{needs} after {time}"),
    "target": ("{time} 内 {share}", "{share} in {time}"),
    "always_open": ("全天营业", "always open"),
    "queue": ("{hours}：{steps}", "{hours}: {steps}"),
    "agents": ("{count} 名座席：{skills}", "{count} agents: {skills}"),
    "no_skills": ("没有技能", "no skills"),
    "applied": ("第 {version} 版已生效。", "Version {version} is in force."),
}

say = saying(SENTENCES)
