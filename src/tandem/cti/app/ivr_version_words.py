"""What ``tandem ivr draft|versions|canary|live|rollback|numbers|replay|call`` say, in Chinese and English."""

from __future__ import annotations

from tandem.cti.app.terminal import Sentences, saying

SENTENCES: Sentences = {
    # what was changed
    "saved": (
        "{flow} 第 {version} 版已保存{tests}{problems}。",
        "Version {version} of {flow} is saved{tests}{problems}.",
    ),
    "saved_tests_pass": ("，测试通过", ", its tests pass"),
    "saved_tests_fail": ("，测试未通过", ", its tests fail"),
    "saved_problems": ("，有{errors}：tandem ivr check {file}", ", with {errors}: tandem ivr check {file}"),
    "errors": (" {count} 个错误", "{count} error{count_s}"),
    "later": (
        "这里没有运行服务器：下次启动时生效。",
        "No server runs here: it counts from the next start on.",
    ),
    "nothing_live": ("{flow} 还没有上线的版本。", "Nothing of {flow} is live."),
    "live": ("{flow} 上线的是第 {version} 版{canary}。", "Version {version} of {flow} is live{canary}."),
    "canary": ("；第 {version} 版用于{who}", "; {who} get version {version}"),
    "canary_share": (" {share} 的呼叫", "{share} of the calls"),
    "canary_numbers": ("拨打 {numbers} 的所有呼叫", "all calls to {numbers}"),
    "and": ("和", " and "),
    "rings": ("{device} 正在振铃（呼叫 {call}）。", "{device} rings (call {call})."),
    # versions
    "answers_at": ("{flow}，号码：{numbers}。{state}", "{flow}, answers at {numbers}. {state}"),
    "no_number": ("无", "no number"),
    "tests_pass": ("测试通过", "tests pass"),
    "tests_fail": ("测试未通过", "tests FAIL"),
    "state_draft": ("草稿", "draft"),
    "state_canary": ("灰度", "canary"),
    "state_live": ("上线", "live"),
    "state_retired": ("已退役", "retired"),
    "deployed": ("{what}：上线 {live}{canary}，{by}", "{what}: live {live}{canary}, by {by}"),
    "deployed_canary": ("，灰度 {version}（{share}）", ", canary {version} ({share})"),
    "what_imported": ("导入", "imported"),
    "what_live": ("上线", "live"),
    "what_canary": ("灰度", "canary"),
    "what_canary_ended": ("灰度结束", "canary_ended"),
    "what_rollback": ("回滚", "rollback"),
    # numbers
    "calls": ("{flow}，{since} 至 {until}：{calls} 个呼叫", "{flow}, {since} to {until}: {calls} calls"),
    "served": ("得到完整服务：{share}", "served to the end: {share}"),
    "share": ("{value}（95 %：{low} 至 {high}）", "{value} (95 %: {low} to {high})"),
    "step": ("步骤", "step"),
    "entered": ("进入", "entered"),
    "hung_up": ("挂断", "hung up"),
    "mean": ("平均", "mean"),
    "silent": ("无输入", "silent"),
    "wrong": ("按错", "wrong"),
    "exits": ("出口", "exits"),
    "end_served": ("自助完成", "served"),
    "end_message": ("留言", "message"),
    "end_callback": ("等待回拨", "callback"),
    "end_transferred": ("已转出", "transferred"),
    "end_queue": ("排队", "queue"),
    "end_hung_up": ("中途挂断", "hung_up"),
    "end_error": ("应急队列", "error"),
    "end_undetermined": ("无法判断", "undetermined"),
    # replay
    "against": (
        "{flow}，{since} 以来的 {calls} 个呼叫，按{which}：",
        "{flow}, {calls} calls since {since} against {which}:",
    ),
    "this_version": ("第 {version} 版", "version {version}"),
    "this_file": ("该文件", "the file"),
    "left_out": ("（更早的 {calls} 个呼叫未计入）", "({calls} older calls were left out)"),
    "ends": (
        "结果相同：{same}；不同：{moved}；无法判断：{undetermined}",
        "the same end: {same}; another: {moved}; cannot be said: {undetermined}",
    ),
    "stops": ("停在 {step}：{calls}。{why}", "stops at {step}: {calls}. {why}"),
    "dead_end": (
        "{step} 走不通：{calls} 个呼叫会进入 on_error",
        "DEAD END at {step}: {calls} calls would go to on_error",
    ),
    "served_both": (
        "得到完整服务的比例（两边都有结果的 {calls} 个呼叫）：",
        "served to the end, of the {calls} that end in both:",
    ),
    "before_after": ("之前 {before}，之后 {after}", "before {before}, after {after}"),
    "difference": (
        "相差 {value}（95 %：{low} 至 {high}）",
        "difference {value} (95 %: {low} to {high})",
    ),
}

say = saying(SENTENCES)
