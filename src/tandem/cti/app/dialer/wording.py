"""Sentences of campaigns: what callees hear, and why nothing is dialled, in Chinese and English. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tandem.cti.app.announcements import every_language
from tandem.cti.model.campaigns import Campaign
from tandem.cti.model.leads import Verdict
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.dialer.gate_words import explained

Texts = dict[str, str]

WHY_NOT: Mapping[str, Mapping[str, str]] = {
    "switch": {"zh": "电话交换机未连接", "en": "the telephone switch is away"},
    "paused": {"zh": "已暂停", "en": "paused"},
    "draining": {"zh": "正在收尾：不再发起新呼叫", "en": "draining: no new calls"},
    "stopped": {"zh": "已停止", "en": "stopped"},
    "completed": {"zh": "已完成", "en": "completed"},
    "manual": {"zh": "手动模式：由座席拨号", "en": "manual: agents dial"},
    "no_agents": {"zh": "没有座席为本活动工作", "en": "no agent works for this campaign"},
    "callers_first": {
        "zh": "没有可用座席：来电优先，或座席均不空闲",
        "en": "no agent to be had: callers come first, or nobody is free",
    },
    "outranked": {
        "zh": "座席将转到优先级更高的活动",
        "en": "agents are going to a campaign that comes first",
    },
    "no_idle": {"zh": "座席均在忙", "en": "every agent is busy"},
    "leaving": {"zh": "空闲座席即将离岗", "en": "the agents who are idle leave soon"},
    "reading": {"zh": "正在读取名单", "en": "leads are being read"},
    "no_leads": {"zh": "现在没有可拨打的联系人", "en": "nobody on the list may be called now"},
    "personal": {
        "zh": "其余联系人均在等待约定回拨的座席本人",
        "en": "whoever may be called now waits for the agent who promised the call",
    },
    "none_left": {"zh": "名单已拨完", "en": "nobody is left on the list"},
    "pacing": {"zh": "预测拨号暂不发起", "en": "the pacing launches nothing at the moment"},
    "no_flow": {"zh": "流程 {flow} 未部署", "en": "the flow {flow} is not deployed"},
    "no_queue": {"zh": "队列 {queue} 不存在", "en": "there is no queue {queue}"},
}


OVER_LIMIT: Mapping[str, str] = {
    "zh": "今日真人接听 {answered} 通，其中呼损 {abandoned} 通，占 {share}，高于上限 {limit}："
    "还要 {owed} 通真人接听才会降到上限以内。",
    "en": "Today {abandoned} of {answered} calls that people answered met nobody: {share}, over the limit of {limit} "
    "until {owed} more have answered. ",
}
OVER_NOW: Mapping[str, Mapping[str, str]] = {
    "paused": {
        "zh": "暂停期间不会降低；今天继续拨打即可。",
        "en": "While it is paused the day stays so; go on today.",
    },
    "": {
        "zh": "不再发起新呼叫，今日将以超限结束；要降下来，请今天重新开始。",
        "en": "No new calls are made, and the day ends over the limit; start it again today to bring it down.",
    },
}


def over_limit(state: str, *, answered: int, abandoned: int, limit: float, owed: int) -> Texts:
    """Of a campaign that somebody keeps from dialling while its day is over the limit."""
    words = {
        "answered": answered,
        "abandoned": abandoned,
        "share": f"{abandoned / answered:.1%}" if answered else "–",
        "limit": f"{limit:.1%}",
        "owed": owed,
    }
    now = OVER_NOW.get(state, OVER_NOW[""])
    return {lang: text.format_map(words) + now[lang] for lang, text in OVER_LIMIT.items()}


def why_not(reason: str, **words: str) -> Texts:
    return {lang: text.format_map(words) for lang, text in WHY_NOT[reason].items()}


def refusal_texts(verdict: Verdict, zone: str) -> Texts:
    """``zone``: for its moments."""
    return {lang: explained(verdict, lang, zone) for lang in ("zh", "en")}


def no_agent_texts(campaign: Campaign) -> Mapping[str, str]:
    """Who calls, for whom nobody was there in time."""
    return campaign.message or {
        "zh": f"您好，这里是{campaign.name}。抱歉，客服人员暂时无法接听，我们会再与您联系。",
        "en": f"Hello, this is {campaign.name}. We are sorry that nobody could talk to you; we will call again.",
    }


def prompts_of(campaigns: Iterable[Campaign]) -> set[Prompt]:
    """Everything that these campaigns may say to callees: to be made before they are applied."""
    return {
        prompt
        for campaign in campaigns
        for texts in (no_agent_texts(campaign), campaign.machine_detection.message)
        for prompt in every_language(texts)
    }
