"""A decision of the pacing in one sentence, Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

SOON_S = 300.0
"""Who leaves within this time is named."""
_NONE: Mapping[str, tuple[str, str]] = {
    "no_agents": ("未发起呼叫：没有在岗座席", "launched none: no agent is at work"),
    "no_leads": ("未发起呼叫：当前没有可拨打的联系人", "launched none: no contact may be called now"),
    "no_lines": ("未发起呼叫：没有空闲线路", "launched none: no line is free"),
    "most_lines": ("未发起呼叫：在途呼叫已达每座席上限", "launched none: as many calls in flight as agents may have"),
}


def none(code: str) -> dict[str, str]:
    """Nothing was launched, because of ``code``: ``no_agents``, ``no_leads``, ``no_lines``, ``most_lines``."""
    zh, en = _NONE[code]
    return {"zh": zh, "en": en}


def one_each(total: int, idle: int, in_flight: int, abandoned: int, answered: int) -> dict[str, str]:
    """The budget bears no further abandoned call."""
    zh_state = f"呼损余量已用完（已应答 {answered} 通中呼损 {abandoned} 通），仅按 1:1 为空闲座席拨打"
    en_state = f"the limit bears no further abandoned call ({abandoned} of {answered}), one call for each idle agent"
    if total:
        return {"zh": f"发起 {total} 通：{zh_state}", "en": f"launched {total}: {en_state}"}
    return {
        "zh": f"未发起呼叫：{zh_state}；空闲 {idle} 名，在途 {in_flight} 通",
        "en": f"launched none: {en_state}; {agents(idle)} idle, {in_flight} in flight",
    }


def surely(total: int, idle: int, in_flight: int, rate: float) -> dict[str, str]:
    """The budget bears no further abandoned call, and so few answer that none will come of several lines per agent."""
    if not total and in_flight < idle:
        return {
            "zh": f"未发起呼叫：呼损余量已用完，接听率 {rate:.0%}；空闲座席 {idle} 名稍候其他座席空出，再一起多路拨打",
            "en": f"launched none: the limit bears no further abandoned call; at an answer rate of {rate:.0%} "
            f"{agents(idle)} idle wait{'s' if idle == 1 else ''} for others, to have more calls together than one each",
        }
    return _launched(
        total,
        f"呼损余量已用完，但接听率仅 {rate:.0%}，空闲座席 {idle} 名足以应答全部在途呼叫（{in_flight} 通）",
        f"the limit bears no further abandoned call, but with an answer rate of {rate:.0%} {agents(idle)} idle will "
        f"take all who answer ({in_flight} in flight)",
    )


def by_ratio(total: int, idle: int, in_flight: int, ratio: float) -> dict[str, str]:
    """Modes progressive and power."""
    zh = f"空闲座席 {idle} 名，每名 {ratio:g} 路，在途 {in_flight} 通"
    en = f"{agents(idle)} idle, {ratio:g} {'line' if ratio == 1 else 'lines'} each, {in_flight} in flight"
    return _launched(total, zh, en)


def predicted(total: int, idle: int, freed: float, ahead_s: float, rate: float, in_flight: int) -> dict[str, str]:
    """``freed``: agents expected free within ``ahead_s``, besides those ``idle``."""
    zh = f"空闲座席 {idle} 名，{ahead_s:.0f} 秒内预计再空出 {freed:.1f} 名，接听率 {rate:.0%}"
    en = f"{agents(idle)} idle, {freed:.1f} more expected free in {ahead_s:.0f} s, answer rate {rate:.0%}"
    if total:
        return _launched(total, zh, en)
    return {
        "zh": f"未发起呼叫：在途 {in_flight} 通已足够（{zh}）",
        "en": f"launched none: {in_flight} in flight are enough ({en})",
    }


def reserved(total: int) -> dict[str, str]:
    """Only contacts that need an agent of their own may be called."""
    if not total:
        return {
            "zh": "未发起呼叫：剩余联系人须先预留座席，当前没有可预留的空闲座席",
            "en": "launched none: the contacts left need an agent reserved, and no idle agent is without a call",
        }
    return {
        "zh": f"发起 {total} 通：这些联系人须先预留座席，每通一名空闲座席",
        "en": f"launched {total}: these contacts need an agent reserved, one idle agent each",
    }


def with_leaving(why: Mapping[str, str], leaving: int) -> dict[str, str]:
    """The sentence, and how many agents go within ``SOON_S``."""
    if not leaving:
        return dict(why)
    minutes = SOON_S / 60.0
    return {
        "zh": f"{why['zh']}；{minutes:.0f} 分钟内 {leaving} 名座席离岗",
        "en": f"{why['en']}; {agents(leaving)} leave{'s' if leaving == 1 else ''} within {minutes:.0f} min",
    }


def agents(count: int) -> str:
    return f"{count} agent{'' if count == 1 else 's'}"


def _launched(total: int, zh: str, en: str) -> dict[str, str]:
    if total:
        return {"zh": f"发起 {total} 通：{zh}", "en": f"launched {total}: {en}"}
    return {"zh": f"未发起呼叫：{zh}", "en": f"launched none: {en}"}
