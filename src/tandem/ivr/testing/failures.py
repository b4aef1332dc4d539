"""Why a test failed, in words: what was expected, and what happened instead."""

from __future__ import annotations

from tandem.ivr.testing.report import Failure

_TEXTS = {
    "not_heard": (
        "没有听到“{wanted}”{after_zh}。之后听到的是：{heard}",
        'he did not hear "{wanted}"{after_en}. What he heard from there on: {heard}',
    ),
    "heard": ("不应听到“{wanted}”，但听到了：{heard}", 'he was not to hear "{wanted}", but did: {heard}'),
    "not_visited": (
        "没有按顺序走到步骤 {wanted}。实际路径：{path}",
        "the call did not come to the step {wanted} (in this order). Its way: {path}",
    ),
    "visited": ("不应走到步骤 {wanted}。实际路径：{path}", "the call was not to come to {wanted}. Its way: {path}"),
    "differs": ("{what_zh}应为 {wanted}，实际为 {found}", "{what_en} is {found}, not {wanted}"),
    "flow_failed": (
        "流程在步骤 {step} 出错（{failure}），来电被送往 on_error 队列。若本应如此，请写 failure: {failure}",
        "the flow failed ({failure}) at the step {step}, and the call went to the on_error queue. "
        "If it is meant to, expect failure: {failure}",
    ),
    "no_data": (
        "步骤 {step} 查询了数据，但测试没有给出答复。请在 given: data: 下写 {step}",
        "the step {step} asked for data that the test does not give. Add {step} under given: data:",
    ),
    "no_output": (
        "测试给了步骤 {step} 一个值 {name}，但该步骤没有这个输出，或类型不符，不会保留",
        "the test gives the step {step} a value {name} that it leaves out: none of its outputs, or not of its type",
    ),
    "not_done": (
        "来电者没有机会做：{action}。通话停在步骤 {step}（{outcome}）",
        "the caller never came to do this: {action}. The call was at the step {step} ({outcome})",
    ),
    "no_way": (
        "分流步骤没有这些出口的组合：{ways}",
        "no call takes these ways at the split steps: {ways}",
    ),
    "too_long": (
        "通话需要 {seconds} 秒，超过实际呼叫的上限 {longest} 秒",
        "the call would last {seconds} s, longer than the {longest} s that real calls are given",
    ),
    "no_call": ("呼叫没有成功：{why}", "the call did not come about: {why}"),
    "other_sound": (
        "录音第 {at} 秒处应听到“{wanted}”，但声音不符（相似度 {score}）",
        'at {at} s of the recording "{wanted}" should be heard, but it does not sound like it (likeness {score})',
    ),
    "other_row": (
        "来电应在队列 {wanted} 等待，但服务器记录的是 {found}",
        "the caller waits in the queue {wanted}, but the server has written down {found}",
    ),
    "endless": (
        "通话没有结束：{turns} 次应答后仍在步骤 {step}",
        "the call did not end: after {turns} answers it was still at {step}",
    ),
}
THINGS = {
    "variable": "变量 {name}|the variable {name}",
    "queue": "队列|the queue",
    "needs": "技能要求|what the agent must have",
    "priority": "优先级|the priority",
    "tier": "客户等级|the tier",
    "agent": "优先座席|the agent who is wanted first",
    "language": "语言|the language",
    "outcome": "结果|the outcome",
    "reason": "挂机原因|the reason of the hang-up",
    "failure": "流程故障|the failure of the flow",
    "number": "号码|the number",
    "survey": "问题 {name} 的回答|the answer to the question {name}",
    "asked": "步骤 {name} 的查询参数 {key}|what the step {name} asked with, {key},",
}


def failure(code: str, **facts: object) -> Failure:
    zh, en = _TEXTS[code]
    return Failure(code, {"zh": zh.format(**facts), "en": en.format(**facts)})


def differs(thing: str, wanted: object, found: object, *, name: str = "", key: str = "") -> Failure:
    zh, en = (text.format(name=name, key=key) for text in THINGS[thing].split("|"))
    return failure("differs", what_zh=zh, what_en=en, wanted=shown(wanted), found=shown(found))


def shown(value: object) -> str:
    """As it would be written in the file; a dash for nothing."""
    match value:
        case None:
            return "-"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case _:
            return str(value)
