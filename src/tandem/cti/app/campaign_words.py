"""What ``tandem campaign`` and ``tandem do-not-call`` say, in Chinese and English."""

from __future__ import annotations

from tandem.cti.app.terminal import Sentences, saying
from tandem.routing.core.dialer.gate_words import STATES

SENTENCES: Sentences = {
    "warning": ("警告：", "warning: "),
    "error": ("错误：", "error: "),
    "colon": ("：", ": "),
    # campaigns
    "saved": ("{campaign}，第 {rev} 版，{state}", "{campaign}, revision {rev}, {state}"),
    "state": ("{campaign}：{state}", "{campaign} is {state}"),
    "mode": ("{campaign}：即刻起为{mode}", "{campaign}: {mode} from now on"),
    # their modes, as the pages call them
    "mode_manual": ("手动", "manual"),
    "mode_preview": ("预览", "preview"),
    "mode_progressive": ("渐进", "progressive"),
    "mode_power": ("倍率", "power"),
    "mode_predictive": ("预测", "predictive"),
    "mode_agentless": ("无座席", "agentless"),
    # who is called, and who not
    "contacts": ("联系人", "contacts"),
    "until": ("（至 {moment}）", " (until {moment})"),
    "callable": ("现在可以拨打", "may be called now"),
    # the compliance sheet
    "sheet": ("{campaign}  {day}  {zone}  规则 {rules}  {stamp}", "{campaign}  {day}  {zone}  rules {rules}  {stamp}"),
    "provisional": ("暂定", "provisional"),
    "in_window": ("{days} 天内 {share}，{kept}", "{share} in {days} days, {kept}"),
    "kept": ("未超限", "kept"),
    "not_kept": ("已超限", "NOT KEPT"),
    # lists
    "rows_of": ("{done}/{rows} 行", "{done} rows of {rows}"),
    "rows_so_far": ("已读 {done} 行", "{done} rows so far"),
    "import_failed": ("导入失败：{why}", "failed: {why}"),
    "import_cancelled": ("导入已取消", "cancelled"),
    "imported": (
        "名单 {list}：{accepted} 个联系人；{bad} 行有误，{duplicates} 个原已存在，{forbidden} 个不再致电",
        "{accepted} contact{accepted_s} in list {list}; {bad} bad row{bad_s}, {duplicates} there before, "
        "{forbidden} not to be called",
    ),
    "bad_rows": ("每个错误行的原因：{file}", "what is wrong with each bad row: {file}"),
    "all_bad": (
        "所有行都有误：请检查各列和国家，并撤销该名单",
        "every row is bad: look at the columns and the country, and take the list back",
    ),
    # numbers that are not called
    "entered": ("已录入 {entered} 个，{bad} 个不是电话号码", "{entered} entered, {bad} are no telephone numbers"),
    "no_number": ("不是电话号码：{number}", "no telephone number: {number}"),
    "lifted": ("已解除", "lifted"),
    "scope_global": ("所有活动", "global"),
    "scope_campaign": ("单个活动", "campaign"),
    "scope_person": ("本人", "person"),
}

say = saying(SENTENCES)


def state_text(state: str, language: str) -> str:
    return STATES[state][language]
