"""The gate's rules in words, and its verdicts as sentences, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from tandem.cti.model.leads import Verdict
from tandem.cti.model.timezones import known_timezone

RULES: Mapping[str, Mapping[str, str]] = {
    "yes": {"zh": "可以拨打", "en": "may be called now"},
    "state": {"zh": "活动未在运行（{state}）", "en": "the campaign is not running ({state})"},
    "bad_number": {"zh": "号码无效或不再拨打：{number}", "en": "no number to dial (any more): {number}"},
    "country": {
        "zh": "不拨打该国家或资费类型（{country}）",
        "en": "calls to this country or tariff are not allowed ({country})",
    },
    "do_not_call": {"zh": "在不再致电名单中（{where}）", "en": "on the do-not-call list ({where})"},
    "consent": {"zh": "没有本人同意", "en": "there is no consent"},
    "over": {"zh": "该联系人已结束（{state}）", "en": "the contact is finished ({state})"},
    "quota": {"zh": "配额已满：{field} = {value}，共 {most} 个", "en": "the quota is full: {field} = {value}, {most}"},
    "abandoned": {
        "zh": "{at} 呼损；72 小时内须先预留座席",
        "en": "answered at {at} and nobody was there; for 72 h only with an agent reserved",
    },
    "machine": {
        "zh": "{at} 为应答机；24 小时内须先预留座席",
        "en": "a machine at {at}; for 24 h only with an agent reserved",
    },
    "zone": {"zh": "不知道对方的时区", "en": "nobody knows what time it is there"},
    "hours": {
        "zh": "当地时间 {there}（{zone}），不在允许的时段（{whose}）",
        "en": "it is {there} there ({zone}): outside the hours ({whose})",
    },
    "quiet": {"zh": "当地时间 {there}（{zone}），免打扰时段", "en": "it is {there} there ({zone}): a time of quiet"},
    "per_day": {
        "zh": "24 小时内已拨 {count} 次，最多 {most} 次",
        "en": "dialled {count} times in 24 h, at most {most}",
    },
    "per_week": {
        "zh": "7 天内已拨 {count} 次，最多 {most} 次",
        "en": "dialled {count} times in 7 days, at most {most}",
    },
    "per_number": {
        "zh": "该号码已拨 {count} 次，最多 {most} 次",
        "en": "this number was dialled {count} times, at most {most}",
    },
    "per_person": {
        "zh": "已联系该人 {count} 次，最多 {most} 次",
        "en": "this person was tried {count} times, at most {most}",
    },
    "per_person_day": {
        "zh": "24 小时内已联系该人 {count} 次，最多 {most} 次",
        "en": "this person was tried {count} times in 24 h, at most {most}",
    },
    "gap": {"zh": "{at} 刚拨打过，间隔 {gap} 分钟", "en": "tried at {at}; {gap} min between two attempts"},
    "not_yet": {"zh": "计划在 {next_at} 以后再拨", "en": "planned not before {next_at}"},
    "cost": {"zh": "今日费用上限已用完", "en": "today's cost cap is used up"},
}
"""In the order in which the gate asks them."""

STEPS: Mapping[str, Mapping[str, str]] = {
    "yes": {"zh": "现在可以拨打", "en": "may be called now"},
    "state": {"zh": "活动未在运行", "en": "the campaign is not running"},
    "bad_number": {"zh": "没有有效号码", "en": "no number that works"},
    "country": {"zh": "国家或资费类型不允许", "en": "country or tariff not allowed"},
    "do_not_call": {"zh": "不再致电名单", "en": "do not call"},
    "consent": {"zh": "没有本人同意", "en": "no consent"},
    "over": {"zh": "已结束", "en": "finished"},
    "quota": {"zh": "配额已满", "en": "quota full"},
    "abandoned": {"zh": "呼损，72 小时内须预留座席", "en": "answered to nobody: only with an agent reserved"},
    "machine": {"zh": "应答机，24 小时内须预留座席", "en": "a machine: only with an agent reserved"},
    "zone": {"zh": "时区未知", "en": "time zone not known"},
    "hours": {"zh": "不在允许的时段", "en": "outside the hours"},
    "quiet": {"zh": "免打扰时段", "en": "a time of quiet"},
    "per_day": {"zh": "24 小时内次数已满", "en": "dialled often enough in 24 h"},
    "per_week": {"zh": "7 天内次数已满", "en": "dialled often enough in 7 days"},
    "per_number": {"zh": "号码次数已用完", "en": "attempts on the number used up"},
    "per_person": {"zh": "联系人次数已用完", "en": "attempts on the person used up"},
    "per_person_day": {"zh": "联系人今日次数已满", "en": "person tried often enough in 24 h"},
    "gap": {"zh": "刚拨打过", "en": "tried a moment ago"},
    "not_yet": {"zh": "计划稍后再拨", "en": "planned for later"},
    "cost": {"zh": "今日费用上限已用完", "en": "cost cap used up"},
}
"""The same for many: a step of the waterfall."""

WHERE: Mapping[str, Mapping[str, str]] = {
    "global": {"zh": "全局", "en": "everybody's"},
    "campaign": {"zh": "本活动", "en": "this campaign's"},
    "person": {"zh": "本人", "en": "the person's"},
    "plan": {"zh": "路由方案", "en": "the routing plan's"},
}
STATES: Mapping[str, Mapping[str, str]] = {
    "draft": {"zh": "草稿", "en": "draft"},
    "running": {"zh": "运行中", "en": "running"},
    "paused": {"zh": "已暂停", "en": "paused"},
    "draining": {"zh": "收尾中", "en": "draining"},
    "stopped": {"zh": "已停止", "en": "stopped"},
    "completed": {"zh": "已完成", "en": "completed"},
    "success": {"zh": "成功", "en": "success"},
    "done": {"zh": "完成", "en": "done"},
    "exhausted": {"zh": "次数已用完", "en": "attempts used up"},
    "do_not_call": {"zh": "不再致电", "en": "do not call"},
    "invalid": {"zh": "没有有效号码", "en": "no number that works"},
    "removed": {"zh": "名单已撤回", "en": "the list was taken back"},
}
"""Of campaigns, and of leads that are over."""
WHOSE: Mapping[str, Mapping[str, str]] = {
    "rules": {"zh": "法规", "en": "the rule book's"},
    "campaign": {"zh": "本活动", "en": "the campaign's"},
    "plan": {"zh": "路由方案", "en": "the routing plan's"},
    "quiet": {"zh": "法规", "en": "the rule book's"},
}


def explained(verdict: Verdict, lang: str, zone: str = "UTC") -> str:
    """One sentence; moments in ``zone``, which they name."""
    lang = lang if lang in ("zh", "en") else "en"
    local = ZoneInfo(zone if known_timezone(zone) else "UTC")
    words: dict[str, object] = dict.fromkeys(("number", "country", "where", "state", "whose", "zone"), "")
    words |= verdict.evidence
    if verdict.rule in ("hours", "quiet"):
        words["there"] = _clock(float(verdict.evidence["at"]), ZoneInfo(verdict.evidence["zone"]))
        words["whose"] = WHOSE[verdict.evidence["whose"]][lang]
    for moment in ("at", "next_at"):
        if moment in verdict.evidence:
            words[moment] = f"{_clock(float(verdict.evidence[moment]), local)} {place_of(str(local))}"
    if "where" in verdict.evidence:
        words["where"] = WHERE.get(verdict.evidence["where"], {}).get(lang, verdict.evidence["where"])
    if "state" in verdict.evidence:
        words["state"] = STATES.get(verdict.evidence["state"], {}).get(lang, verdict.evidence["state"])
    if "gap_s" in verdict.evidence:
        words["gap"] = round(verdict.evidence["gap_s"] / 60)
    return RULES[verdict.rule][lang].format_map(words)


def place_of(zone: str) -> str:
    """``New York`` of ``America/New_York``: beside a moment, so that nobody takes it for his own time."""
    return zone.rpartition("/")[2].replace("_", " ")


def _clock(at: float, zone: tzinfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%m-%d %H:%M")
