"""What comes after an attempt: when the lead is dialled again, on which number, or that he is through. Pure.

``why`` of a LeadRecord is kept in a form that can be said in both languages, see ``said``:
``busy again 2026-11-22T07:20Z 2/3``, ``no_answer exhausted 5/4``, ``talked done``, ``gate hours`` (a rule),
``moved by mei`` (somebody decided it).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tandem.cti.model.campaigns import SUCCESS, AttemptPlan, AttemptResult, LeadState, Retry, Span
from tandem.cti.model.ids import AgentId
from tandem.cti.model.leads import Lead, LeadNumber, LeadRecord
from tandem.cti.model.timezones import known_timezone
from tandem.routing.core.dialer.gate_words import STEPS, place_of

CONGESTION_S = 60.0
"""After the first try that met a network without a line; doubled each time, up to ``CONGESTION_MOST_S``."""
CONGESTION_MOST_S = 3_600.0
NOT_COUNTED = ("congestion", "withdrawn", "recycled")
"""Tries that were none on the person. ``recycled``: those before the lead was put back on the list."""
MAX_PARTS = 16
"""So many days and parts of days ahead another part is looked for."""


def counted(lead: Lead) -> int:
    """Attempts on the person that count against the plan's limits."""
    return lead.attempts - sum(lead.results.get(result, 0) for result in NOT_COUNTED)


def after(lead: Lead, number: str, result: AttemptResult, at: float, plan: AttemptPlan) -> LeadRecord:
    """The lead once an attempt on ``number`` has ended at ``at``; every attempt counts in ``attempts``. Parts of the
    day are in the zone of the number, else of his address, else UTC."""
    results = {**lead.results, result: lead.results.get(result, 0) + 1}
    tried = msgspec.structs.replace(lead, attempts=lead.attempts + 1, results=results)
    if result == "withdrawn":
        return record_of(tried, state="open", next_at=max(lead.next_at, at), why="withdrawn")
    if result == "congestion":
        next_at = at + min(CONGESTION_MOST_S, CONGESTION_S * 2.0 ** min(results[result] - 1, 10))
        return record_of(tried, state="open", next_at=next_at, why=f"congestion again {_text(next_at)}")
    tried = msgspec.structs.replace(tried, last_at=at, abandoned_at=at if result == "abandoned" else lead.abandoned_at)
    if result == "invalid_number":
        return _invalid(tried, number, at, plan)
    retry = plan.retries.get(result)
    if retry is None:
        return record_of(_kept(tried), state="done", next_at=at, why=f"{result} done")
    done = results[result]
    if done > retry.times:
        return record_of(_kept(tried), state="exhausted", next_at=at, why=f"{result} exhausted {done}/{retry.times}")
    if counted(tried) >= plan.most_per_person or not _numbers_left(tried, number, plan):
        return record_of(_kept(tried), state="exhausted", next_at=at, why=f"{result} exhausted")
    next_at = _next_at(retry, at, plan.day_parts, _zone(lead, number))
    next_at = max(next_at, at + plan.gap_s)
    if tried.callback_at is not None:
        tried = msgspec.structs.replace(tried, callback_at=next_at)
    return record_of(tried, state="open", next_at=next_at, why=f"{result} again {_text(next_at)} {done}/{retry.times}")


def disposed(lead: Lead, disposition: str, success: Collection[str], *, at: float) -> LeadRecord:
    """The agent has said what came of it: he is through."""
    state: LeadState = SUCCESS if disposition in success else "done"  # type: ignore[assignment]
    return record_of(_kept(lead), state=state, next_at=at, disposition=disposition, why=f"disposed {state}")


def promised(
    lead: Lead, callback_at: float, agent: AgentId | None, note: str, disposition: str | None, number: str = ""
) -> LeadRecord:
    """He is to be called at this time, by this agent himself or by the team, on this number of his ('': on any)."""
    kept = msgspec.structs.replace(
        lead, callback_at=callback_at, callback_agent=agent, callback_note=note, callback_number=number
    )
    why = f"callback {_text(callback_at)} {'agent' if agent is not None else 'team'}"
    return record_of(kept, state="open", next_at=callback_at, disposition=disposition, why=why)


def opened(lead: Lead, at: float) -> LeadRecord:
    """He is to be called from ``at`` on; nothing is promised."""
    return record_of(_kept(lead), state="open", next_at=at, why="")


def cancelled(lead: Lead, at: float) -> LeadRecord:
    """The call that he was promised is not made. Who was talked with last is finished; anybody else may be called."""
    last = max(lead.numbers, key=lambda each: each.last_at or 0.0, default=None)
    through = last is not None and last.last_result in ("talked", "served")
    return record_of(_kept(lead), state="done" if through else "open", next_at=at, why="")


def forbidden(lead: Lead, *, at: float, disposition: str | None = None) -> LeadRecord:
    """He does not want to be called any more."""
    return record_of(_kept(lead), state="do_not_call", next_at=at, disposition=disposition, why="do_not_call")


def record_of(
    lead: Lead,
    *,
    state: LeadState,
    next_at: float,
    why: str,
    disposition: str | None = None,
    bad_numbers: Collection[str] = (),
) -> LeadRecord:
    """The next revision of the lead."""
    return LeadRecord(
        id=lead.id,
        rev=lead.rev + 1,
        campaign=lead.campaign,
        state=state,
        attempts=lead.attempts,
        results=dict(lead.results),
        last_at=lead.last_at,
        next_at=next_at,
        callback_at=lead.callback_at,
        callback_agent=lead.callback_agent,
        callback_note=lead.callback_note,
        callback_number=lead.callback_number,
        abandoned_at=lead.abandoned_at,
        bad_numbers=sorted({*(each.number for each in lead.numbers if each.bad), *bad_numbers}),
        disposition=disposition,
        why=why,
    )


def numbers_in_order(lead: Lead, plan: AttemptPlan) -> list[LeadNumber]:
    """The person's good numbers, the one to dial next first. After a result for which the plan wants another number,
    those that were dialled less often come first; else he is dialled where he was dialled last."""
    good = [each for each in lead.numbers if not each.bad]
    tried = [each for each in good if each.last_at is not None]
    if not tried:
        return good
    last = max(tried, key=lambda each: each.last_at or 0.0)
    retry = plan.retries.get(last.last_result)
    if retry is None or not retry.other_number:
        return [last, *(each for each in good if each is not last)]
    places = {each.number: place for place, each in enumerate(good)}
    return sorted(good, key=lambda each: (each.attempts, each is last, places[each.number]))


def _kept(lead: Lead) -> Lead:
    """Nobody is promised a call any more."""
    return msgspec.structs.replace(lead, callback_at=None, callback_agent=None, callback_note="", callback_number="")


def _invalid(lead: Lead, number: str, at: float, plan: AttemptPlan) -> LeadRecord:
    if any(not each.bad and each.number != number for each in lead.numbers) and counted(lead) < plan.most_per_person:
        next_at = at + plan.gap_s
        why = "invalid_number other_number"
        return record_of(lead, state="open", next_at=next_at, bad_numbers=[number], why=why)
    return record_of(_kept(lead), state="invalid", next_at=at, bad_numbers=[number], why="invalid_number")


def _numbers_left(lead: Lead, number: str, plan: AttemptPlan) -> bool:
    """A number that may be dialled at least once more; this attempt on ``number`` is not in its count yet."""
    return any(not each.bad and each.attempts + (each.number == number) < plan.most_per_number for each in lead.numbers)


def _next_at(retry: Retry, at: float, parts: tuple[Span, ...], zone: ZoneInfo) -> float:
    earliest = at + retry.after_s
    if not retry.other_part_of_day:
        return earliest
    this = _part(at, parts, zone)
    if this is None or len(parts) < 2 or _part(earliest, parts, zone) not in (None, this):
        return earliest
    day = datetime.fromtimestamp(earliest, zone).date()
    for ahead in range(MAX_PARTS):
        midnight = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(days=ahead)
        begins = sorted((midnight + timedelta(minutes=part.begin)).timestamp() for part in parts if part != this)
        for begin in begins:
            if begin >= earliest:
                return begin
    return earliest


def _part(at: float, parts: tuple[Span, ...], zone: ZoneInfo) -> Span | None:
    local = datetime.fromtimestamp(at, zone)
    minute = local.hour * 60 + local.minute
    return next((part for part in parts if part.begin <= minute < part.end), None)


def _zone(lead: Lead, number: str) -> ZoneInfo:
    by_number = next((each.zone.partition("|")[0] for each in lead.numbers if each.number == number), "")
    return ZoneInfo(next((name for name in (by_number, lead.zone) if known_timezone(name)), "UTC"))


def _text(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%MZ")


RESULTS: Mapping[str, Mapping[str, str]] = {
    "talked": {"zh": "已通话", "en": "talked"},
    "abandoned": {"zh": "呼损", "en": "answered, nobody was there"},
    "machine": {"zh": "应答机", "en": "machine"},
    "message_left": {"zh": "已留言", "en": "message left"},
    "served": {"zh": "已听完流程", "en": "served by the flow"},
    "hung_up": {"zh": "接听后即挂断", "en": "hung up at once"},
    "busy": {"zh": "忙", "en": "busy"},
    "no_answer": {"zh": "无人接听", "en": "no answer"},
    "rejected": {"zh": "被拒接", "en": "rejected"},
    "invalid_number": {"zh": "空号", "en": "number does not exist"},
    "congestion": {"zh": "网络拥塞", "en": "network congested"},
    "failed": {"zh": "呼叫失败", "en": "failed"},
    "withdrawn": {"zh": "未拨出", "en": "not dialled"},
    "disposed": {"zh": "已选小结", "en": "disposed of"},
    "callback": {"zh": "已约回拨", "en": "callback"},
    "do_not_call": {"zh": "不愿再接电话", "en": "does not want to be called"},
    "recycled": {"zh": "重新放回名单", "en": "put back on the list"},
}
_WHAT: Mapping[str, Mapping[str, str]] = {
    "exhausted": {"zh": "次数已用完", "en": "attempts used up"},
    "done": {"zh": "结束", "en": "finished"},
    "success": {"zh": "成功", "en": "success"},
    "other_number": {"zh": "改拨其他号码", "en": "another number is dialled"},
    "agent": {"zh": "由本人回拨", "en": "by the same agent"},
    "team": {"zh": "由团队回拨", "en": "by the team"},
}


TEAM = "*"
"""In place of an agent's name, in ``why``."""
_NAMES: Mapping[str, Mapping[str, str]] = {**RESULTS, TEAM: {"zh": "团队", "en": "the team"}}
_BY_SOMEBODY: Mapping[str, Mapping[str, str]] = {
    "promised": {"zh": "{by} 约定回拨", "en": "callback promised by {by}"},
    "moved": {"zh": "{by} 改了回拨时间", "en": "callback moved by {by}"},
    "given": {"zh": "{by} 把回拨转给{results}", "en": "callback given to {results} by {by}"},
    "cancelled": {"zh": "{by} 取消了回拨", "en": "callback cancelled by {by}"},
    "opened": {"zh": "{by} 重新放开", "en": "opened again by {by}"},
    "recycled": {"zh": "{by} 重新放回名单（{results}）", "en": "put back on the list by {by} ({results})"},
}
_DECIDED = re.compile(
    r"(?:call back )?(promised|moved|given|cancelled|opened|recycled)(?: again)? by ([^:]+)(?:: (.*))?"
)
"""Also as it was written before."""


def said(why: str, lang: str, zone: str = "UTC") -> str:
    """``why`` of a LeadRecord as a sentence; moments in ``zone``. What was not written here stays as it is."""
    lang = lang if lang in ("zh", "en") else "en"
    if decided := _DECIDED.fullmatch(why):
        act, by, results = decided.groups(default="")
        names = [_NAMES.get(result, {}).get(lang, result) for result in results.split(", ")]
        return _BY_SOMEBODY[act][lang].format(by=by, results=("、" if lang == "zh" else ", ").join(names))
    first, *rest = why.split() or [""]
    if first == "gate" and len(rest) == 1 and rest[0] in STEPS:
        return STEPS[rest[0]][lang]
    if first not in RESULTS:
        return why
    words = [RESULTS[first][lang]]
    for word in rest:
        if word in _WHAT:
            words.append(_WHAT[word][lang])
        elif word.endswith("Z"):
            words.append(_when(word, lang, zone))
        elif "/" in word:
            done, _, times = word.partition("/")
            words.append(f"第 {done} 次，共 {times} 次" if lang == "zh" else f"{done} of {times}")
    return ("，" if lang == "zh" else ", ").join(words)


def _when(word: str, lang: str, zone: str) -> str:
    try:
        at = datetime.strptime(word, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    except ValueError:
        return word
    zone = zone if known_timezone(zone) else "UTC"
    local = f"{at.astimezone(ZoneInfo(zone)).strftime('%m-%d %H:%M')} {place_of(zone)}"
    return f"{local} 再拨" if lang == "zh" else f"again at {local}"
