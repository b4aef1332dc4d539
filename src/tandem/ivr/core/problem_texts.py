"""What is wrong with a flow, in Chinese and English: a sentence for each code of a problem."""

from __future__ import annotations

from tandem.cti.documents.chinese import READING, Sentences, in_chinese
from tandem.cti.documents.problems import Problem

# code: (what is wrong, what to do)
_SENTENCES: Sentences = {
    **READING,
    # files
    "bad_path": (
        "子流程文件必须在流程所在的文件夹内",
        "写法如：identify.yaml 或 shared/identify.yaml，不可用 .. 或绝对路径。",
    ),
    "empty": ("文件为空", "可从示例 examples/flows/main.yaml 开始。"),
    "missing_file": ("流程旁边没有这个文件", "请添加该文件，或改正 use 下的名称。"),
    "not_a_flow": ("这是子流程，不能直接接听来电", "请检查使用它的流程。"),
    "subflow_cycle": ("子流程互相调用，没有尽头", "请让其中一个文件不再使用下一个。"),
    "too_large": ("文件过大", "请拆分为几个流程或子流程。"),
    "too_many_steps": ("加上子流程后步骤过多", "请少用一些子流程。"),
    "unreadable": ("无法读取文件", "请检查路径和权限。"),
    # what is said
    "duplicate_language": ("同一语言出现两次", "每种语言只写一次。"),
    "empty_label": ("按键名称为空", "请填写文字。"),
    "empty_prompt": ("提示语为空", "请填写文字，或写上提示语的名称。"),
    "missing_label": ("按键名称缺少一种语言", "请补上该语言的文字。"),
    "missing_prompt": ("提示语缺少一种语言", "请补上该语言的文字，否则来电者将听不到声音。"),
    "no_grammar": ("没有这种语言的读法", "请用 as: text 和自己的文字。"),
    "unknown_language": ("流程没有这种语言", "请改用已有的语言，或在 languages 中添加。"),
    "unknown_prompt": ("prompts 下没有这个提示语", "请改用已有的提示语，或添加。"),
    # names
    "duplicate_name": ("同一名称出现两次", "每个名称只用一次。"),
    "same_key": ("两个通用按键相同", "请为每个通用按键用不同的键。"),
    "unknown_agent": ("没有这个座席", "请改用已有的登录名。"),
    "bad_moment": ("日期和时间写法不正确", '写法如："2026-11-20 10:00"。'),
    "unknown_action": ("来电者没有这种动作", '写法如：{press: "1"}、{wait: 5}、silence、hang_up。'),
    "unknown_calendar": ("calendars 下没有这个营业时间", "请改用已有的营业时间，或添加。"),
    "unknown_credentials": ("设置中没有这个凭据", "请改用已有的凭据，或在设置中添加。"),
    "unknown_queue": ("没有这个队列", "请改用已有的队列。"),
    "unknown_skill": ("没有座席具备这个技能", "请改用已有的技能，或给座席加上该技能。"),
    "unknown_step": ("没有这个步骤", "请改用已有的步骤，或添加。"),
    "unknown_step_type": ("没有这种步骤类型", "请改用已有的类型。"),
    "unknown_table": ("没有这个数据表", "请改用已有的表，或用 tandem answers load 导入。"),
    "wrong_step": ("这里不能写这种类型的步骤", "请改用合适的步骤，或删除。"),
    "unknown_tier": ("没有这个客户等级", "请改用路由方案中的客户等级。"),
    # sub-flows
    "missing_parameter": ("没有给出子流程需要的参数", "请在 with 下补上。"),
    "unknown_exit": ("子流程没有这个出口", "请改用已有的出口，或删除。"),
    "unknown_parameter": ("子流程没有这个参数", "请改用已有的参数，或删除。"),
    "unknown_result": ("子流程没有这个结果", "请改用已有的结果，或在子流程的 results 中添加。"),
    "unknown_use": ("use 下没有这个子流程", "请改用已有的名称，或在 use 下添加文件。"),
    # the graph
    "endless_loop": ("不按键的来电者会无止境地循环", "请让其中一步通向队列或挂机；在排队期间请放一段 music。"),
    "not_allowed_here": (
        "这种步骤不能出现在这里",
        "music 和 leave 只用于 while_waiting；return 只用于子流程；通话之后请用 play、menu、survey、hangup。",
    ),
    "unreachable_step": ("没有任何步骤通向这里", "请让某个出口通向它，或删除。"),
    "unwired_exit": ("出口没有通向任何步骤", "请写上该出口之后的步骤。"),
    # values
    "bad_data_path": ("数据路径写法不正确", "写法如：order.items[0].state。"),
    "bad_expression": ("表达式写法不正确", '写法如：customer.tier == "vip" and number(balance) < 100；文字要加引号。'),
    "bad_url": ("网址写法不正确", "写法如：https://api.example.com/orders/{order}，主机名必须直接写出。"),
    "body_without_post": ("GET 请求没有正文", "请写 method: POST，或把值放进网址。"),
    "one_of": ("转接只能有一个目标", "请只写 number 或 sip 其中之一。"),
    "secret_used": ("敏感数字不可播报、显示或比较", "请原样交给 url、body、key、value，或只问 length()。"),
    "shares": ("各路的比例之和不是 100", "请让它们相加等于 100。"),
    "state_too_large": ("一个来电需要记住的内容过多", "请减少变量和技能，或用更短的名称和值。"),
    "unknown_variable": ("没有步骤设置这个变量", "请改正名称；如果是文字，请加引号。"),
    "unset_variable": ("有一条路走到这里时变量还没有值", "请在每条路上设置它，或先问 known()。"),
    # what was hardly meant
    "long_prompt": ("提示语太长，说完要超过 30 秒", "请缩短，或分到几个步骤。"),
    "many_choices": ("选项太多，来电者记不住", "请分为两级菜单。"),
    "never_set": ("没有步骤设置这个变量，known() 永远不成立", "请改正名称，或删除这个条件。"),
    "no_operator": ("从这个菜单无法找到人工", "请让一个出口通向队列、回拨或转接，或写上 commands 的 operator。"),
    "no_survey": ("after_call 之后没有满意度调查", "请通向 survey，或删除 after_call。"),
    "secret_in_url": ("敏感数字放在网址里会被其他系统记录", "请用 POST 放进 body。"),
    "state_may_be_too_large": (
        "变量都很长时，一个来电需要记住的内容会过多",
        "请少保留一些数据；超出时来电会转到 on_error 队列。",
    ),
    "survey_before_talk": ("仍在排队的来电者会遇到这个调查", "请从队列的 after_call 通向它。"),
    "unused_calendar": ("没有步骤使用这个营业时间", "请使用它，或删除。"),
    "unused_prompt": ("没有步骤使用这个提示语", "请使用它，或删除。"),
    "unused_subflow": ("没有步骤使用这个子流程", "请使用它，或删除。"),
}
CODES = frozenset(_SENTENCES)


def texts_of(problem: Problem) -> tuple[dict[str, str], dict[str, str]]:
    """What is wrong and what to do, each by language."""
    what_zh, fix_zh = in_chinese(problem, _SENTENCES)
    return {"en": problem.what, "zh": what_zh}, {"en": problem.fix, "zh": fix_zh}


def problem_text(problem: Problem, language: str) -> str:
    """One line: ``file:line: part: what. What to do.`` in ``zh``, in English for any other language."""
    if language != "zh":
        return str(problem)
    what, fix = in_chinese(problem, _SENTENCES)
    part = f"{problem.part.replace('step ', '步骤 ', 1)}：" if problem.part else ""
    return f"{problem.file}:{problem.line}: {part}{what.rstrip('。')}。{fix}"
