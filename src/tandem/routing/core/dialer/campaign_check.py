"""Does a campaign make sense? What cannot work, or would be dangerous at the switch, is an error; what works but was
probably not meant is a warning. Each with what is wrong and what to do, in Chinese and English. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, get_args

from phonenumbers import country_code_for_region

from tandem.cti.model.campaigns import AttemptPlan, AttemptResult, Campaign, Hours, MachineDetection, ModeRule, Span
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.public_holidays import known_region
from tandem.cti.model.timezones import known_timezone
from tandem.routing.core.dialer.carriers import price_of
from tandem.routing.core.dialer.jurisdictions import RULE_BOOK
from tandem.routing.core.dialer.zones import facts_of

ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
COUNTRY = re.compile(r"[A-Z]{2}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

MOST_NAME, MOST_SCRIPT, MOST_MESSAGE, MOST_CODE = 200, 20_000, 1_000, 64
MOST_ENTRIES = 1_000
MONTH_S = 30 * DAY_S
ENDING = ("talked", "served", "congestion", "withdrawn", "invalid_number")
"""Results after which a campaign cannot say when to dial again."""

Severity = Literal["error", "warning"]
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignProblem:
    """``field``: of the document (``attempts.retries.busy.after_s``). With an ``error`` it cannot be started."""

    field: str
    severity: Severity
    what: Texts
    fix: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a document may name. ``countries``: where the installation may call; ``dispositions``: codes; ``prices``: of
    each carrier, the usual one first, by the beginnings of numbers. ``capped_before``: the campaign was started with a
    cost cap, which earlier versions did not hold against the prices: it may go on."""

    queues: Collection[str] = ()
    flows: Collection[str] = ()
    carriers: Collection[str] = ()
    dispositions: Collection[str] = ()
    countries: Collection[str] = ()
    prices: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    capped_before: bool = False


@dataclass(slots=True)
class _Findings:
    found: list[CampaignProblem] = field(default_factory=list)

    def error(self, where: str, what: Texts, fix: Texts) -> None:
        self.found.append(CampaignProblem(field=where, severity="error", what=what, fix=fix))

    def warning(self, where: str, what: Texts, fix: Texts) -> None:
        self.found.append(CampaignProblem(field=where, severity="warning", what=what, fix=fix))

    def number(self, where: str, value: float | None, least: float, most: float) -> bool:
        """Within the range, or not set."""
        if value is None or least <= value <= most:
            return True
        said = _short(str(value)) if abs(value) < 1e30 else "…"
        self.error(
            where,
            {"zh": f"{said} 超出范围", "en": f"{said} is out of range"},
            {"zh": f"请填 {least:g} 到 {most:g}", "en": f"Give {least:g} to {most:g}."},
        )
        return False

    def line(self, where: str, text: str, most: int = MOST_NAME, *, needed: bool = False, lines: bool = False) -> None:
        """Text without control characters, not longer than ``most``."""
        if (_CONTROL_BUT_LINES if lines else _CONTROL).search(text):
            self.error(
                where,
                {"zh": "含有控制字符（如换行）", "en": "there are control characters (such as line breaks) in it"},
                {"zh": "请删除", "en": "Remove them."},
            )
        if len(text) > most:
            self.error(
                where,
                {"zh": f"太长：{len(text)} 个字符", "en": f"too long: {len(text)} characters"},
                {"zh": f"最多 {most} 个字符", "en": f"{most} characters at most."},
            )
        if needed and not text.strip():
            self.error(where, {"zh": "不能为空", "en": "it is empty"}, {"zh": "请填写", "en": "Fill it in."})

    def named(self, where: str, name: str, known: Collection[str]) -> None:
        if name not in known:
            said = _short(name)
            self.error(
                where,
                {"zh": f"“{said}”不存在", "en": f'"{said}" does not exist'},
                _choose(known),
            )

    def few(self, where: str, entries: Collection[object], most: int = MOST_ENTRIES) -> bool:
        if len(entries) <= most:
            return True
        self.error(
            where,
            {"zh": f"太多：{len(entries)} 项", "en": f"too many: {len(entries)}"},
            {"zh": f"最多 {most} 项", "en": f"{most} at most."},
        )
        return False


def problems(campaign: Campaign, known: Known) -> list[CampaignProblem]:
    """In the order of the fields; [] when all is well."""
    found = _Findings()
    _who(campaign, known, found)
    _where(campaign, known, found)
    if campaign.hours is not None:
        _hours(campaign.hours, found)
    _pace(campaign, found)
    _cost(campaign, known, found)
    _caller_ids(campaign, known, found)
    _attempts(campaign.attempts, found)
    _machines(campaign.machine_detection, found)
    _rules_of_mode(campaign, known, found)
    _ends(campaign, known, found)
    _texts(campaign, found)
    return found.found


def _who(campaign: Campaign, known: Known, found: _Findings) -> None:
    if not ID.fullmatch(campaign.id):
        found.error(
            "id",
            {"zh": "只能有字母、数字和 . _ -，最多 64 个", "en": "only letters, digits and . _ -, 64 at most"},
            {"zh": "请改名", "en": "Choose another one."},
        )
    found.line("name", campaign.name, needed=True)
    if campaign.queue:
        found.named("queue", campaign.queue, known.queues)
    elif campaign.mode != "agentless" or any(rule.mode != "agentless" for rule in campaign.mode_rules):
        found.error(
            "queue",
            {"zh": "没有队列，不知道由哪些座席通话", "en": "there is no queue: nobody knows whose agents talk"},
            _choose(known.queues),
        )
    if campaign.flow:
        found.named("flow", campaign.flow, known.flows)
    elif campaign.mode == "agentless":
        found.error(
            "flow",
            {"zh": "无座席外呼需要一个流程", "en": "without agents there must be a flow for who answers"},
            _choose(known.flows),
        )


def _where(campaign: Campaign, known: Known, found: _Findings) -> None:
    found.named("rules", campaign.rules, RULE_BOOK)
    if found.few("countries", campaign.countries, 300):
        for place, country in enumerate(campaign.countries):
            where = f"countries.{place}"
            if not COUNTRY.fullmatch(country):
                said = _short(country)
                found.error(
                    where,
                    {"zh": f"“{said}”不是国家代码", "en": f'"{said}" is no country code'},
                    {"zh": "用两个大写字母，如 CN", "en": "Use two capital letters, such as CN."},
                )
            elif country not in known.countries:
                found.warning(
                    where,
                    {"zh": f"本系统不拨打 {country}", "en": f"this installation does not call {country}"},
                    {"zh": "在设置中允许该国家，或删除", "en": "Allow the country in the settings, or remove it."},
                )


def _hours(hours: Hours, found: _Findings) -> None:
    if not known_timezone(hours.timezone):
        said = _short(hours.timezone)
        found.error(
            "hours.timezone",
            {"zh": f"“{said}”不是时区", "en": f'"{said}" is no time zone'},
            {"zh": "用如 Asia/Shanghai 的名称", "en": "Use a name such as Asia/Shanghai."},
        )
    for day, spans in hours.days.items():
        found.number(f"hours.days.{_short(str(day))}", day, 0, 6)
        _spans(f"hours.days.{_short(str(day))}", spans, found)
    if not any(hours.days.values()):
        found.error(
            "hours.days",
            {"zh": "每天都不拨打", "en": "it works on no day"},
            {"zh": "填写时段，或去掉工作时间", "en": "Give hours, or leave them out altogether."},
        )
    if hours.holidays and not known_region(hours.holidays):
        said = _short(hours.holidays)
        found.error(
            "hours.holidays",
            {"zh": f"没有“{said}”的节假日数据", "en": f'the holidays of "{said}" are not known'},
            {"zh": "用国家代码，如 CN", "en": "Use the code of a country, such as CN."},
        )
    if found.few("hours.closed_on", hours.closed_on):
        for place, day_text in enumerate(hours.closed_on):
            if not _is_date(day_text):
                said = _short(day_text)
                found.error(
                    f"hours.closed_on.{place}",
                    {"zh": f"“{said}”不是日期", "en": f'"{said}" is no date'},
                    {"zh": "写成 2026-10-01", "en": "Write it like 2026-10-01."},
                )


def _spans(where: str, spans: Iterable[Span], found: _Findings) -> None:
    end = -1
    for span in sorted(spans, key=lambda each: each.begin):
        if not 0 <= span.begin < span.end <= 1440:
            found.error(
                where,
                {"zh": "时段不成立", "en": "the span of time is none"},
                {"zh": "开始须早于结束，且在一天之内", "en": "It has to begin before it ends, within one day."},
            )
        elif span.begin < end:
            found.error(
                where,
                {"zh": "时段重叠", "en": "spans overlap"},
                {"zh": "合并为一个", "en": "Make one of them."},
            )
        end = max(end, span.end)


def _pace(campaign: Campaign, found: _Findings) -> None:
    rules = RULE_BOOK.get(campaign.rules, RULE_BOOK["none"])
    if found.number("abandon_limit", campaign.abandon_limit, 0.0, 0.5) and campaign.abandon_limit > rules.abandon_limit:
        law = f"{100 * rules.abandon_limit:g} %"
        found.warning(
            "abandon_limit",
            {"zh": f"法规的上限更低：按 {law} 执行", "en": f"the rule book's limit is lower: {law} counts"},
            {"zh": f"改为 {law} 或更低", "en": f"Set {law} or less."},
        )
    found.number("target_wait_s", campaign.target_wait_s, 0.0, 3_600.0)
    found.number("ratio", campaign.ratio, 1.0, 20.0)
    found.number("preview_s", campaign.preview_s, 3.0, 3_600.0)
    if found.number("ring_s", campaign.ring_s, 5.0, 120.0) and campaign.ring_s < rules.ring_least_s:
        found.error(
            "ring_s",
            {
                "zh": f"振铃太短：至少 {rules.ring_least_s:g} 秒",
                "en": f"it rings too short: {rules.ring_least_s:g} s at least",
            },
            {"zh": "请加长", "en": "Let it ring longer."},
        )
    found.number("wrap_up_s", campaign.wrap_up_s, 0.0, 3_600.0)
    found.number("weight", campaign.weight, 0.01, 1_000.0)
    found.number("priority", campaign.priority, -1_000, 1_000)


def _cost(campaign: Campaign, known: Known, found: _Findings) -> None:
    """A cap on what has no price would never be reached. The longest beginning of a number counts; one longer than the
    code of a country is of some of its numbers, or of another country with that code."""
    if not found.number("cost_cap", campaign.cost_cap, 0.0, 1e9) or campaign.cost_cap is None:
        return
    name = campaign.carrier or next(iter(known.prices), "")
    prices = known.prices.get(name)
    if prices is None:
        return
    codes = {country_code_for_region(country) for country in campaign.countries or known.countries} - {0}
    free = [f"+{code}" for code in sorted(codes) if not price_of(f"+{code}", prices)]
    partly = [code for code in free if any(price > 0.0 and begin.startswith(code) for begin, price in prices.items())]
    fix = {
        "zh": f"在设置的 carriers.{name}.prices 中写明价格，或不设上限",
        "en": f"Set it in carriers.{name}.prices of the settings, or set no cap.",
    }
    if never := [code for code in free if code not in partly]:
        some = ", ".join(never[:5])
        (found.warning if known.capped_before else found.error)(
            "cost_cap",
            {
                "zh": f"线路 {name} 没有 {some} 的价格：那里的通话按 0 计，永远达不到上限",
                "en": f"the carrier {name} has no price for {some}: calls there count as 0 and never reach the cap",
            },
            fix,
        )
    if partly:
        some = ", ".join(partly[:5])
        found.warning(
            "cost_cap",
            {
                "zh": f"线路 {name} 只有 {some} 部分号码的价格：其他号码的通话按 0 计",
                "en": f"the carrier {name} has prices for a part of {some}: calls to other numbers count as 0",
            },
            fix,
        )


def _caller_ids(campaign: Campaign, known: Known, found: _Findings) -> None:
    pool = campaign.caller_ids
    if found.few("caller_ids.numbers", pool.numbers):
        seen: set[str] = set()
        for place, number in enumerate(pool.numbers):
            where = f"caller_ids.numbers.{place}"
            said = _short(number)
            if not E164.fullmatch(number):
                found.error(
                    where,
                    {"zh": f"“{said}”不是号码", "en": f'"{said}" is no number'},
                    {"zh": "写成 +8621…，只有加号和数字", "en": "Write it like +8621...: a plus and digits only."},
                )
            elif number in seen:
                found.warning(
                    where,
                    {"zh": f"{said} 重复", "en": f"{said} is there twice"},
                    {"zh": "删除一个", "en": "Remove one."},
                )
            elif not facts_of(number).valid:
                found.warning(
                    where,
                    {"zh": f"{said} 不在任何号码段内", "en": f"{said} is in no numbering plan"},
                    {"zh": "请核对", "en": "Look again."},
                )
            seen.add(number)
    found.number("caller_ids.rest_below", pool.rest_below, 0.0, 1.0)
    found.number("caller_ids.rest_s", pool.rest_s, 0.0, MONTH_S)
    found.number("caller_ids.most_per_day", pool.most_per_day, 1, 1_000_000)
    if campaign.carrier:
        found.named("carrier", campaign.carrier, known.carriers)


def _attempts(plan: AttemptPlan, found: _Findings) -> None:
    results = [result for result in get_args(AttemptResult) if result not in ENDING]
    if found.few("attempts.retries", plan.retries, 50):
        for result, retry in plan.retries.items():
            where = f"attempts.retries.{_short(result)}"
            found.named(where, result, results)
            found.number(f"{where}.after_s", retry.after_s, 60.0, MONTH_S)
            found.number(f"{where}.times", retry.times, 0, 50)
    found.number("attempts.most_per_number", plan.most_per_number, 1, 100)
    found.number("attempts.most_per_person", plan.most_per_person, 1, 100)
    found.number("attempts.most_per_person_a_day", plan.most_per_person_a_day, 1, 20)
    found.number("attempts.gap_s", plan.gap_s, 0.0, MONTH_S)
    if found.few("attempts.day_parts", plan.day_parts, 24):
        _spans("attempts.day_parts", plan.day_parts, found)


def _machines(detection: MachineDetection, found: _Findings) -> None:
    where = "machine_detection"
    found.number(f"{where}.initial_silence_ms", detection.initial_silence_ms, 100, 10_000)
    found.number(f"{where}.greeting_ms", detection.greeting_ms, 100, 10_000)
    found.number(f"{where}.after_greeting_silence_ms", detection.after_greeting_silence_ms, 100, 5_000)
    found.number(f"{where}.total_ms", detection.total_ms, 500, 15_000)
    found.number(f"{where}.words", detection.words, 1, 20)
    found.number(f"{where}.mistaken_share", detection.mistaken_share, 0.0, 1.0)
    found.number(f"{where}.sample_one_in", detection.sample_one_in, 0, 100_000)
    found.few(f"{where}.steps", detection.steps, 100)
    if (
        detection.use
        and detection.tune == "by_itself"
        and not detection.sample_one_in
        and detection.on_machine != "agent"
    ):
        found.warning(
            f"{where}.sample_one_in",
            {
                "zh": "没有抽听：误作应答机的真人无从得知，会多误判真人的步骤不会自动进行",
                "en": "without a sample nobody knows who is mistaken for a machine: no step that risks more is taken",
            },
            {"zh": "设为 50", "en": "Set it to 50."},
        )
    _spoken(f"{where}.message", detection.message, found)
    if detection.use and detection.on_machine == "message" and not any(detection.message.values()):
        found.error(
            f"{where}.message",
            {"zh": "没有留言内容", "en": "there is no message to leave"},
            {"zh": "填写留言，或改为挂断", "en": "Write it, or hang up on machines."},
        )


def _rules_of_mode(campaign: Campaign, known: Known, found: _Findings) -> None:
    if not found.few("mode_rules", campaign.mode_rules, 50):
        return
    for place, rule in enumerate(campaign.mode_rules):
        where = f"mode_rules.{place}"
        found.number(f"{where}.agents_below", rule.agents_below, 1, 100_000)
        found.number(f"{where}.answer_rate_below", rule.answer_rate_below, 0.0, 1.0)
        found.number(f"{where}.answer_rate_above", rule.answer_rate_above, 0.0, 1.0)
        found.number(f"{where}.left_below", rule.left_below, 1, 1_000_000_000)
        if not _conditions(rule):
            found.error(
                where,
                {"zh": "没有条件：总是成立", "en": "it has no condition: it always holds"},
                {"zh": "加一个条件，或改活动的模式", "en": "Give one, or set the campaign's own mode."},
            )
        if rule.mode == "agentless" and not campaign.flow:
            found.error(
                where,
                {"zh": "无座席外呼需要一个流程", "en": "without agents there must be a flow for who answers"},
                _choose(known.flows),
            )


def _conditions(rule: ModeRule) -> bool:
    given = (rule.agents_below, rule.answer_rate_below, rule.answer_rate_above, rule.left_below)
    return any(each is not None for each in given)


def _ends(campaign: Campaign, known: Known, found: _Findings) -> None:
    found.number("goal.successes", campaign.goal.successes, 1, 1_000_000_000)
    if found.few("quotas", campaign.quotas):
        for place, quota in enumerate(campaign.quotas):
            found.line(f"quotas.{place}.field", quota.field, needed=True)
            found.line(f"quotas.{place}.value", quota.value)
            found.number(f"quotas.{place}.most", quota.most, 0, 1_000_000_000)
    for name, codes in (("dispositions", campaign.dispositions), ("success", campaign.success)):
        if found.few(name, codes):
            for place, code in enumerate(codes):
                found.line(f"{name}.{place}", code, MOST_CODE)
                found.named(f"{name}.{place}", code, known.dispositions)
    for place, code in enumerate(campaign.success[:MOST_ENTRIES]):
        if campaign.dispositions and code not in campaign.dispositions:
            said = _short(code)
            found.warning(
                f"success.{place}",
                {"zh": f"座席不能选“{said}”", "en": f'agents cannot choose "{said}"'},
                {"zh": "加入小结", "en": "Add it to the dispositions."},
            )
    if (campaign.goal.successes is not None or campaign.quotas) and not campaign.success:
        found.error(
            "success",
            {
                "zh": "目标和配额需要算成功的小结",
                "en": "a goal and quotas count successes, and there is no such code",
            },
            {"zh": "选择哪些小结算成功", "en": "Choose which dispositions are successes."},
        )


def _texts(campaign: Campaign, found: _Findings) -> None:
    found.line("script", campaign.script, MOST_SCRIPT, lines=True)
    _spoken("message", campaign.message, found)


def _spoken(where: str, texts: Mapping[str, str], found: _Findings) -> None:
    if not found.few(where, texts, 20):
        return
    for language, text in texts.items():
        if not LANGUAGE.fullmatch(language):
            said = _short(language)
            found.error(
                where,
                {"zh": f"“{said}”不是语言", "en": f'"{said}" is no language'},
                {"zh": "用 zh 或 en", "en": "Use zh or en."},
            )
        else:
            found.line(f"{where}.{language}", text, MOST_MESSAGE)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _choose(known: Iterable[str]) -> Texts:
    names = sorted(known)
    if not names:
        return {"zh": "目前一个也没有：先建立", "en": "There is none yet: make one first."}
    said = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return {"zh": f"可选：{said}", "en": f"Use one of: {said}."}


def _short(text: str) -> str:
    """As it may be shown: printable, not long."""
    return "".join(character if character.isprintable() else "?" for character in text[:40])
