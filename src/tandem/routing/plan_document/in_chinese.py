"""What is wrong with a plan, in Chinese: a sentence for each code, and the words of the file that it is about.

The English sentence stays the exact one; names, steps and levels are taken over from it.
"""

from __future__ import annotations

import re

from tandem.cti.documents.chinese import READING, Sentences, in_chinese
from tandem.cti.documents.problems import Problem
from tandem.routing.core.plan import SECTIONS

# code: (what is wrong, what to do)
_SENTENCES: Sentences = {
    **READING,
    # what cannot be read
    "bad_condition": (
        "条件写法不正确",
        "写法如：waited > 60 s and ready < 2；可用 waited、predicted、ready、waiting。",
    ),
    "bad_key": ("不允许的名称", "请使用字母、数字、点、连字符和下划线；星期写作 mon、mon-fri。"),
    "bad_number": ("号码写法不正确", '请写拨号数字，如 "95533" 或 "+8687165320018"。'),
    "bad_target": ("服务水平写法不正确", "写法如：80% in 20 s。"),
    "empty": ("文件为空", "可从 tandem routing export 的输出开始。"),
    "missing_name": ("名称缺少一种语言", "请补上 zh 和 en。"),
    "several_documents": ("一个文件中有多个 YAML 文档", "一个文件只写一个方案。"),
    "too_large": ("文件过大", "请删除不再使用的队列和座席。"),
    # what makes no sense
    "blending": ("resume_above 不高于 yield_below", "请把 resume_above 写得更高，否则外呼会来回切换。"),
    "closed_and_open": ("同一天既在 closed 又在 open 中", "请保留其中一个。"),
    "first_step_waits": ("第一步之前没有人可以接听", "第一步应立即开始：不要写 after 和 or_predicted_over。"),
    "never_due": ("ready < 0 永远不成立", "没有座席请写 ready < 1。"),
    "no_queue_for_calls": (
        "没有任何接听来电的队列",
        "请增加一个不是 kind: task 的队列；原队列不存在的来电者会进入第一个队列。",
    ),
    "nobody_serves": ("没有任何座席能服务这个队列", "请给座席加上技能、降低要求，或增加 anyone 一步。"),
    "not_for_tasks": ("任务队列不能这样做", "请删除，或改为 do: queue 并指向另一个任务队列。"),
    "number_twice": ("号码已属于另一个地点", "一个号码只属于一个地点。"),
    "other_kind": ("两个队列的类型不同", "请指向同一类型的队列。"),
    "overflow_loop": ("来电者会被循环转送", "请让其中一个队列转到别处，如 voicemail 或 callback。"),
    "same_rank": ("两个客户等级的 rank 相同", "每个客户等级用不同的 rank。"),
    "step_adds_nobody": ("这一步没有增加任何人：满足它的人都满足前面的步骤", "请放宽要求，或删除这一步。"),
    "steps_not_ascending": ("这一步没有晚于前一步开始", "请按 after 的先后书写，后一步更晚。"),
    "unknown_hours": ("没有这个营业时间", "请改用已有的营业时间，或在 hours 下添加。"),
    "unknown_queue": ("没有这个队列", "请改用已有的队列。"),
    "team_twice": ("这个班组已在另一个班次中", "一个班组只排一个班次；个别座席可另写 shift。"),
    "unknown_shift": ("没有这个班次", "请改用已有的班次，或在 shifts 下添加。"),
    "unknown_site": ("没有这个地点", "请改用已有的地点，或在 sites 下添加。"),
    "unknown_skill": ("没有座席具备这个技能", "请给座席加上该技能，或改用已有的技能。"),
    # what was hardly meant
    "agent_without_skills": ("座席没有技能，只能接任何人都可接的来电", "请在 agents 下写上 skills。"),
    "closed_without_action": ("非服务时间的来电者只会听到内置提示", "请添加 closed，例如 {do: voicemail}。"),
    "missing_text": ("提示语缺少一种语言", "请补上，否则这些来电者会听到内置提示。"),
    "missing_tier": ("客户等级没有写在方案中：这些客户最后接听", "请在 tiers 下添加。"),
    "site_without_agents": ("这个地点没有座席", "请为座席写上 site，或删除该地点。"),
    "step_adds_no_agent": ("这一步没有增加任何座席", "请放宽要求，或删除这一步。"),
    "step_never_matches": ("这一步永远不会匹配：没有人达到要求", "请降低要求，或提高座席的等级。"),
    "unknown_agent": ("没有座席用这个账号登录", "请用 tandem user 添加，或删除这一项。"),
    "unknown_team": ("没有座席属于这个班组", "请为座席写上 team，或删除。"),
    "unknown_tier": ("没有客户属于这个客户等级", "请使用 vip、gold、standard。"),
    "unused_hours": ("没有队列使用这个营业时间", "请在队列中写上 hours，或删除。"),
    "unused_shift": ("没有座席上这个班次", "请写上 teams，或在座席下写 shift，或删除。"),
}
CODES = frozenset(_SENTENCES)
_STEP = re.compile(r"\bstep (\d+)\b")
_NEAREST = re.compile(r"([\w.-]+) comes nearest \((.+)\)")


def texts_of(problem: Problem) -> tuple[dict[str, str], dict[str, str]]:
    """What is wrong and what to do, each by language."""
    what_zh, fix_zh = in_chinese(problem, _SENTENCES)
    step = _STEP.search(problem.what)
    if step and problem.code in _SENTENCES:
        what_zh = f"第 {step[1]} 步：{what_zh}"
    if nearest := _NEAREST.search(problem.fix):
        fix_zh = f"最接近的是 {nearest[1]}（{nearest[2].replace(' instead of ', '，要求 ')}）。{fix_zh}"
    return {"en": problem.what, "zh": what_zh}, {"en": problem.fix, "zh": fix_zh}


_PARTS = dict(SECTIONS.values())
"""What a part of the plan is, before its name."""


def problem_text(problem: Problem, language: str) -> str:
    """One line: ``file:line: part: what. What to do.``"""
    if language != "zh":
        return str(problem)
    what, fix = texts_of(problem)
    kind, _, name = problem.part.partition(" ")
    part = f"{_PARTS.get(kind, kind)} {name}".rstrip() + "：" if problem.part else ""
    return f"{problem.file}:{problem.line}: {part}{what['zh'].rstrip('。')}。{fix['zh']}"
