"""Decisions of the matcher in words: the codes that it writes down, and sentences for people, Chinese and English."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.skills import Need, Needs, needs_text
from tandem.routing.core.acd.work import Match, WhyNot

Text = Mapping[str, str]
"""``{"zh": .., "en": ..}``."""

RULES: Mapping[str, Text] = {
    "only_agent": {"en": "the only free agent who may take it", "zh": "唯一可接的空闲座席"},
    "longest_idle": {"en": "longest idle of the free agents who may take it", "zh": "可接的空闲座席中空闲最久"},
    "least_cost": {
        "en": "best choice of the longest-idle agents who may take it",
        "zh": "在空闲最久的可接座席中最合适",
    },
    "spare_scarce": {
        "en": "longer idle agents are nearly the last free ones of other queues",
        "zh": "空闲更久的座席是其他队列所剩无几的空闲座席",
    },
    "faster": {"en": "better at this kind of call", "zh": "更擅长此类来电"},
    "local": {"en": "at the caller's site", "zh": "与来电同一地点"},
    "person": {"en": "meant for this agent in person", "zh": "指定由该座席接听"},
    "only_work": {"en": "the only one waiting that this agent can take", "zh": "该座席可接的唯一等待者"},
    "first_in_line": {"en": "first in line of those this agent can take", "zh": "该座席可接的等待者中排位最前"},
    "least_slack": {"en": "closest to its service-level target", "zh": "离服务水平目标时限最近"},
    "in_time": {
        "en": "can still be answered within its target; the one before it cannot",
        "zh": "仍可在目标时限内接起，而排在前面的已超时",
    },
    "next_agent_far": {
        "en": "its next agent is further off than those of the ones before it",
        "zh": "它的下一位可接座席比排在前面者的来得更晚",
    },
}
"""Code -> why this agent, or why this work, was chosen. The codes from ``first_in_line`` on are also why a work that
stood before it was passed over (``Overtaken.rule``)."""

REASONS: Mapping[str, Text] = {
    "less_idle": {"en": "idle for less time", "zh": "空闲时间较短"},
    "needed_elsewhere": {"en": "nearly the last free agent of another queue", "zh": "是其他队列所剩无几的空闲座席"},
    "slower": {"en": "less good at this kind of call", "zh": "不太擅长此类来电"},
    "other_site": {"en": "at another site", "zh": "在其他地点"},
    "tie": {"en": "equal, became free later", "zh": "条件相同，但空闲较晚"},
}
"""Code -> the one reason why another free agent was not taken."""

_LANGUAGES_ZH = {"language:zh": "中文", "language:en": "英语"}
_NO_NAMES: Mapping[AgentId, str] = {}
_NO_QUEUES: Mapping[QueueId, Text] = {}


def _needs_zh(needs: Needs) -> str:
    """``中文≥3、loans≥2``: readable without the syntax of skills."""
    return "、".join(map(_need_zh, needs)) or "无特殊技能要求"


def _need_zh(need: Need) -> str:
    return f"{_LANGUAGES_ZH.get(need.skill, need.skill.rpartition(':')[2])}≥{need.minimum}"


def sentences(
    match: Match, names: Mapping[AgentId, str] = _NO_NAMES, queues: Mapping[QueueId, Text] = _NO_QUEUES
) -> dict[str, str]:
    """Why this agent and this work, in a few sentences per language (``zh``, ``en``)."""
    name = names.get(match.agent, match.agent)
    idle, waited = round(match.idle_s), round(match.waited_s)
    step = match.work.steps[match.step]
    rule = RULES[match.rule]
    if step.only is not None:
        en = [f"It was meant for {name} in person and had waited {waited} s."]
        zh = [f"指定由{name}接听，已等待 {waited} 秒。"]
        return {"en": "".join(en), "zh": "".join(zh)}
    en = [f"{name} (idle {idle} s): {rule['en']}; {match.eligible} free with {needs_text(step.needs)}."]
    zh = [f"{name}（空闲 {idle} 秒）：{rule['zh']}；符合“{_needs_zh(step.needs)}”的空闲座席共 {match.eligible} 位。"]
    en.append(
        f" It had waited {waited} s, at place {match.place} in line, one of {match.waiting} that {name} can take."
    )
    zh.append(f"已等待 {waited} 秒，排在第 {match.place} 位，是{name}可接的 {match.waiting} 个之一。")
    if match.step:
        en.append(f" Step {match.step + 1} of its queue.")
        zh.append(f"按队列的第 {match.step + 1} 步匹配。")
    if match.skipped:
        numbers = ", ".join(str(number + 1) for number in match.skipped)
        steps, were = ("step", "it was") if len(match.skipped) == 1 else ("steps", "they were")
        en.append(f" Nobody logged on meets {steps} {numbers}, so {were} skipped.")
        zh.append(f"没有已登录座席符合第 {numbers} 步，已跳过。")
    for other in match.candidates[:1]:
        reason = REASONS[other.reason]
        who = names.get(other.agent, other.agent)
        en.append(f" Next choice was {who} ({reason['en']}).")
        zh.append(f"次选为{who}（{reason['zh']}）。")
    for passed in match.overtaken[:1]:
        queue = queues.get(passed.queue, {})
        why = RULES[passed.rule]
        en.append(
            f" It went before one of {queue.get('en', passed.queue)} that had waited {round(passed.waited_s)} s: "
            f"{why['en']}."
        )
        zh.append(f"先于{queue.get('zh', passed.queue)}中已等待 {round(passed.waited_s)} 秒者：{why['zh']}。")
    return {"en": "".join(en), "zh": "".join(zh)}


def why_not_sentences(why: WhyNot, names: Mapping[AgentId, str] = _NO_NAMES) -> dict[str, str]:
    """Why it still waits."""
    needs, needs_zh = needs_text(why.step_needs), _needs_zh(why.step_needs)
    place, place_zh = f"Place {why.place} in line.", f"排在第 {why.place} 位。"
    if why.logged_on == 0:
        who = f"Nobody who is logged on has {needs}" if why.step_needs else "Nobody who may take it is logged on"
        en = f"{place} {who}."
        zh = f"{place_zh}没有已登录座席{f'符合“{needs_zh}”' if why.step_needs else '可以接听'}。"
    else:
        who = f"logged on with {needs}" if why.step_needs else "logged on may take it"
        who_zh = f"符合“{needs_zh}”的" if why.step_needs else "可以接听的"
        en = f"{place} {why.logged_on} {who}, none of them free; {why.ahead} before it that they could take."
        zh = f"{place_zh}{who_zh}已登录座席 {why.logged_on} 位，均不空闲；前面有 {why.ahead} 个他们可接的等待者。"
    if why.next_step_in_s is not None:
        en += f" The next step comes in {round(why.next_step_in_s)} s."
        zh += f"{round(why.next_step_in_s)} 秒后进入下一步。"
    return {"en": en, "zh": zh}


def change_sentence(why: WhyNot, names: Mapping[AgentId, str] = _NO_NAMES) -> dict[str, str]:
    """The one change that would answer it now."""
    return dict(_CHANGES[why.change.kind](why, names))


def _agent_ready(why: WhyNot, names: Mapping[AgentId, str]) -> Text:
    who = _who(why, names)
    return {"en": f"It would be answered now if {who} became Ready.", "zh": f"若{who}置为就绪，即可接起。"}


def _lower_need(why: WhyNot, names: Mapping[AgentId, str]) -> Text:
    who, need, to = _who(why, names), why.change.need, why.change.to
    assert need is not None
    if to == 0:
        return {
            "en": f"It would be answered now without the need {need}: {who} is free.",
            "zh": f"若不要求{_need_zh(need)}，{who}现在即可接起。",
        }
    lowered = Need(need.skill, to)
    return {
        "en": f"It would be answered now with {lowered} instead of {need}: {who} is free.",
        "zh": f"若将{_need_zh(need)}降为≥{to}，{who}现在即可接起。",
    }


def _next_step(why: WhyNot, names: Mapping[AgentId, str]) -> Text:
    who, in_s = _who(why, names), round(why.change.in_s)
    return {
        "en": f"A later step, due in {in_s} s, has a free agent: {who}.",
        "zh": f"{in_s} 秒后的步骤已有空闲座席：{who}。",
    }


def _none(why: WhyNot, names: Mapping[AgentId, str]) -> Text:
    return {"en": "Only a freed agent helps.", "zh": "只能等待有座席空闲。"}


def _who(why: WhyNot, names: Mapping[AgentId, str]) -> str:
    agent = why.change.agent
    return "" if agent is None else names.get(agent, agent)


_CHANGES: Mapping[str, Callable[[WhyNot, Mapping[AgentId, str]], Text]] = {
    "agent_ready": _agent_ready,
    "lower_need": _lower_need,
    "next_step": _next_step,
    "none": _none,
}
