"""What ``tandem replay`` and ``tandem whatif`` say, in Chinese and English."""

from __future__ import annotations

from tandem.cti.app.terminal import Sentences, saying

SENTENCES: Sentences = {
    # replay
    "other_version": (
        "{file} 由另一个版本写成（Tandem {program}，代码 {code}）：\n  下面的不同可能是此后的改动。",
        "{file} was written by another version (Tandem {program}, code {code}):\n"
        "  what differs below may be what was changed since.",
    ),
    "different": ("不同：{file} 第 {line} 行", "DIFFERENT: {file}, line {line}"),
    "stopped": ("已停止；其余未比较", "stopped; what follows was not compared"),
    "go_on": ("[Enter] 继续，[q] 停止 ", "[Enter] on, [q] stop "),
    "defect": ("! 中心因缺陷失败", "! the center failed by a defect"),
    "refused": ("被拒绝：{error}（{code}）", "refused: {error} ({code})"),
    "look_up": ("-> 为 {call} 查找 {number}", "-> look up {number} for {call}"),
    "why": ("原因：{text}", "why: {text}"),
    "candidate": ("未选 {agent}：{reason}（成本 {cost}）", "not {agent}: {reason} (cost {cost})"),
    "passed": ("越过 {id}（已等候 {waited} 秒）：{rule}", "passed {id} (waited {waited} s): {rule}"),
    "files": ("{files} 个文件", "{files} file{files_s}"),
    "not_same": (
        "{files}中 {inputs} 个输入：{different} 个与当天的结果不同",
        "{inputs} inputs in {files}: {different} with another outcome than that day",
    ),
    "first": ("第一个：{file} 第 {line} 行", "the first: {file}, line {line}"),
    "same": (
        "{files}中 {inputs} 个输入：决定逐位相同",
        "{inputs} inputs in {files}: the same decisions again, bit for bit",
    ),
    "unproven": (
        "未比较：{count}（服务器突然结束前的最后一个，或仍在继续）",
        "not compared: {count} (the last before the server ended without notice, or still goes on)",
    ),
    "torn": ("末尾残缺的文件：{count}", "files torn at their end: {count}"),
    # whatif
    "runs": ("{done}/{runs} 次", "{done} of {runs} runs"),
    "from_database": ("改从数据库读取", "taken from the database instead"),
    "day": (
        "{day}：{calls} 个排队的呼叫，{agents} 名座席",
        "{day}: {calls} calls that waited, {agents} agents",
    ),
    "careful": (
        "注意：那一天的 {count} 个决定在此版本中不同",
        "careful: {count} decisions of that day come out otherwise with this version",
    ),
    "before": ("之前", "before"),
    "after": ("之后", "after"),
    "change": ("变化", "change"),
    "interval": ("{runs} 次模拟的 95 %", "95 % of {runs} runs"),
    "how_well": (
        "模拟与真实情况的吻合程度（未作改动时）：",
        "How well the simulation tells the real day (without the change):",
    ),
    "really": ("{real} 真实，{simulated} 模拟", "{real} really,{simulated} simulated"),
    "better": ("更好", "better"),
    "worse": ("更差", "worse"),
    # staffing
    "queue": (
        "{queue}：{share}，{seconds} 秒内；处理 {handle} 秒，耐心 {patience}",
        "{queue}: {share} in {seconds} s, handling {handle} s, patience {patience}",
    ),
    "endless": ("无限", "endless"),
    "fitted": ("{seconds} 秒（拟合）", "{seconds} s (fitted)"),
    "calls": ("呼叫", "calls"),
    "level": ("水平", "level"),
    "alone": (
        "公式假定每个队列有自己的座席；服务多个队列的座席在每个队列中都计入。",
        "The formulas suppose that each queue has agents of its own; who serves several is counted in each.",
    ),
    # forecast
    "no_forecast": (
        "{queue}：无法预测：需要两周的普通日",
        "{queue}: no forecast: it needs two weeks of ordinary days",
    ),
    "forecast": (
        "{queue}：{total} 个呼叫（五天中有四天为 {low} 至 {high}）",
        "{queue}: {total} calls ({low}..{high} in four of five days)",
    ),
    "off_by": (
        "以往的预测每半小时偏差 {wape}，照搬上周偏差 {naive}",
        "such forecasts were off by {wape} a half hour, last week's by {naive}",
    ),
    "no_calls": ("{day} 之前 {days} 天没有呼叫", "there are no calls in the {days} days before {day}"),
}

say = saying(SENTENCES)
