"""The rule books: what a country asks of whoever calls people there. Data with version and source.

``docs/reference/calling-rules.md`` says the same in words; a test holds both together. A rule book is a help to
keep the law, not advice on it: what a state, a trade or a contract asks on top is set in the campaign or the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tandem.cti.model.durations import DAY_S

Texts = Mapping[str, str]
Week = tuple[tuple[tuple[int, int], ...], ...]
"""Seven days from Monday on; of each the half-open spans in minutes after local midnight."""

Force = Literal["law", "regulator", "code", "ours"]
"""What stands behind a rule: ``law`` (act or regulation), ``regulator`` (published policy), ``code`` (code of practice
or standard of a trade), ``ours`` (a cautious default where nothing is written)."""
Formula = Literal["us", "ofcom"]
"""How the share of abandoned calls is worked out, see ``promise``."""

ALL_DAY: Week = (((0, 1440),),) * 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where rules stand. ``rules``: names of the fields of ``Jurisdiction`` that it fills. ``citation``: as it is
    called where it holds; ``title``: what that is, by language. ``zh``, ``en``: what it says, in our words."""

    rules: tuple[str, ...]
    force: Force
    citation: str
    title: Texts
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """``hours``, ``quiet`` and ``holidays`` hold in the callee's time zone. ``per_day``, ``per_week``: dials of one
    number in 24 hours and in 7 days, None = no rule. ``abandon_limit``: share, over ``window_days`` days (1: a day)."""

    id: str
    version: str
    """Day of the last change to these data."""
    name: Texts
    hours: Week = ALL_DAY
    quiet: Week = ((),) * 7
    """Times within ``hours`` that are left in peace."""
    holidays: str = ""
    """The country (``GB``) or part of one (``GB-ENG``) on whose public holidays nobody is called; '' for none."""
    consent_needed: bool = False
    consent_for_messages: bool = False
    """For campaigns without agents, in which the callee hears a message or a flow."""
    per_day: int | None = None
    per_week: int | None = None
    abandon_limit: float = 0.03
    window_days: int = 30
    formula: Formula = "us"
    answer_within_s: float = 2.0
    """After the callee's greeting, until an agent or the identifying message is heard."""
    ring_least_s: float = 15.0
    abandoned_rest_s: float = 3 * DAY_S
    """After an abandoned call: only with an agent reserved."""
    machine_rest_s: float = 0.0
    """After a call that was taken for a machine's: only with an agent reserved."""
    records_years: float = 0.0
    """How long records of calls are to be kept."""
    sources: tuple[Source, ...] = ()


def every_day(begin: int, end: int) -> Week:
    """The same hours on all seven days, in minutes after midnight."""
    return (((begin, end),),) * 7


_RESTED = Source(
    rules=("abandoned_rest_s",),
    force="ours",
    citation="Ofcom, Revised statement of policy on persistent misuse, 1 October 2010 (replaced 2017)",
    title={
        "zh": "英国通信管理局《持续滥用政策声明（修订）》，2010 年 10 月 1 日（2017 年被取代）",
        "en": "the United Kingdom's communications regulator, on silent and abandoned calls",
    },
    zh="英国曾要求：呼损后 72 小时内，须先有座席才能再拨；我们处处遵守",
    en="the United Kingdom asked for an agent at hand for 72 h after an abandoned call; we keep to it everywhere",
)
_US = Jurisdiction(
    id="us",
    version="2026-11-22",
    name={"zh": "美国", "en": "United States"},
    hours=every_day(480, 1260),
    consent_for_messages=True,
    abandon_limit=0.03,
    window_days=30,
    formula="us",
    answer_within_s=2.0,
    ring_least_s=15.0,
    records_years=5.0,
    sources=(
        Source(
            rules=("hours",),
            force="law",
            citation="16 CFR 310.4(c); 47 CFR 64.1200(c)(1)",
            title={
                "zh": "《电话营销规则》（TSR）第 310.4(c) 条；《电话消费者保护法》（TCPA）规则第 64.1200(c)(1) 款",
                "en": "Telemarketing Sales Rule (TSR); rules under the Telephone Consumer Protection Act (TCPA)",
            },
            zh="被叫当地时间 8 点到 21 点",
            en="8 a.m. to 9 p.m. at the called person's location",
        ),
        Source(
            rules=("abandon_limit", "window_days", "formula"),
            force="law",
            citation="16 CFR 310.4(b)(4)(i); 47 CFR 64.1200(a)(7)",
            title={
                "zh": "《电话营销规则》（TSR）第 310.4(b)(4)(i) 条；TCPA 规则第 64.1200(a)(7) 款",
                "en": "TSR, safe harbour for abandoned calls; TCPA rules",
            },
            zh="30 天内，每个活动的呼损不超过真人接听的 3 %",
            en="at most 3 % of the calls answered live by a person, per campaign over 30 days",
        ),
        Source(
            rules=("answer_within_s",),
            force="law",
            citation="16 CFR 310.4(b)(1)(iv), (b)(4)(iii); 47 CFR 64.1200(a)(7)",
            title={
                "zh": "《电话营销规则》（TSR）第 310.4(b)(1)(iv)、(b)(4)(iii) 条；TCPA 规则第 64.1200(a)(7) 款",
                "en": "TSR, what an abandoned call is; TCPA rules",
            },
            zh="问候语结束后 2 秒内接通座席，否则播放身份信息",
            en="an agent within 2 s of the callee's completed greeting, else a message that says who calls",
        ),
        Source(
            rules=("ring_least_s",),
            force="law",
            citation="16 CFR 310.4(b)(4)(ii); 47 CFR 64.1200(a)(6)",
            title={
                "zh": "《电话营销规则》（TSR）第 310.4(b)(4)(ii) 条；TCPA 规则第 64.1200(a)(6) 款",
                "en": "TSR, time of ringing; TCPA rules",
            },
            zh="至少振铃 15 秒或四声",
            en="15 s or four rings before a call is given up",
        ),
        Source(
            rules=("consent_for_messages",),
            force="law",
            citation="16 CFR 310.4(b)(1)(v); 47 CFR 64.1200(a)(2)-(3)",
            title={
                "zh": "《电话营销规则》（TSR）第 310.4(b)(1)(v) 条；TCPA 规则第 64.1200(a)(2)–(3) 款",
                "en": "TSR, prerecorded messages; TCPA rules",
            },
            zh="录音营销电话须有书面同意",
            en="prior written agreement for prerecorded marketing messages",
        ),
        Source(
            rules=("records_years",),
            force="law",
            citation="16 CFR 310.5 (as amended 2024)",
            title={"zh": "《电话营销规则》（TSR）第 310.5 条（2024 年修订）", "en": "TSR, recordkeeping"},
            zh="通话记录保存 5 年",
            en="records of calls are kept for 5 years",
        ),
        _RESTED,
    ),
)
_UK = Jurisdiction(
    id="uk",
    version="2026-11-22",
    name={"zh": "英国", "en": "United Kingdom"},
    hours=(*(((480, 1260),),) * 5, ((540, 1260),), ((540, 1260),)),
    holidays="GB-ENG",
    consent_for_messages=True,
    abandon_limit=0.03,
    window_days=1,
    formula="ofcom",
    answer_within_s=2.0,
    ring_least_s=15.0,
    machine_rest_s=DAY_S,
    sources=(
        Source(
            rules=("formula",),
            force="regulator",
            citation="Ofcom, Persistent misuse: statement of general policy, 20 December 2016, annex on the call rate",
            title={
                "zh": "英国通信管理局《持续滥用：一般政策声明》，2016 年 12 月 20 日，呼损率附件",
                "en": "the United Kingdom's communications regulator, on silent and abandoned calls",
            },
            zh="呼损率 = 呼损 /（呼损 + 接通座席），含误判为应答机的估计数",
            en="abandoned / (abandoned + put through), with an estimate of persons taken for machines",
        ),
        Source(
            rules=(
                "abandon_limit",
                "window_days",
                "answer_within_s",
                "ring_least_s",
                "abandoned_rest_s",
                "machine_rest_s",
            ),
            force="ours",
            citation="Ofcom, Revised statement of policy on persistent misuse, 1 October 2010 (replaced 2017)",
            title={
                "zh": "英国通信管理局《持续滥用政策声明（修订）》，2010 年 10 月 1 日（2017 年被取代）",
                "en": "the United Kingdom's communications regulator, on silent and abandoned calls",
            },
            zh="2017 年起不再有可接受的呼损率；我们沿用此前的数字：每天 3 %、2 秒、振铃 15 秒、72 小时、应答机 24 小时",
            en="since 2017 no rate is acceptable as such; we keep the figures before: 3 % a day, 2 s, 15 s of ringing, "
            "72 h, 24 h after a machine",
        ),
        Source(
            rules=("hours", "holidays"),
            force="ours",
            citation="no act sets hours for marketing calls",
            title={"zh": "没有法律规定营销电话的时段", "en": "no act"},
            zh="法律未规定时段；我们取工作日 8–21 点、周末 9–21 点，公众假日不拨",
            en="no law sets hours; ours: 8 to 21 on weekdays, 9 to 21 on weekends, none on bank holidays",
        ),
        Source(
            rules=("consent_for_messages",),
            force="law",
            citation="Privacy and Electronic Communications (EC Directive) Regulations 2003, reg. 19",
            title={
                "zh": "英国《2003 年隐私与电子通信（欧共体指令）条例》（PECR）第 19 条",
                "en": "PECR, automated calls",
            },
            zh="自动语音营销电话须事先同意",
            en="automated marketing calls need prior consent",
        ),
        Source(
            rules=(),
            force="law",
            citation="Privacy and Electronic Communications (EC Directive) Regulations 2003, reg. 21 and 26",
            title={
                "zh": "英国《2003 年隐私与电子通信（欧共体指令）条例》（PECR）第 21、26 条",
                "en": "PECR, objections and the register (TPS)",
            },
            zh="本人拒绝者和 TPS 登记号码不得拨打（登记满 28 天起）：导入不再致电名单",
            en="who has objected, and numbers on the TPS register (from 28 days on), are not called: import them as "
            "do-not-call",
        ),
    ),
)
_CN = Jurisdiction(
    id="cn",
    version="2026-11-22",
    name={"zh": "中国大陆", "en": "Mainland China"},
    hours=every_day(540, 1200),
    quiet=every_day(720, 810),
    consent_needed=True,
    consent_for_messages=True,
    per_day=3,
    abandon_limit=0.03,
    window_days=1,
    formula="us",
    sources=(
        Source(
            rules=("consent_needed", "consent_for_messages"),
            force="law",
            citation="《民法典》第一千零三十三条；《广告法》第四十三条；《个人信息保护法》第十三条",
            title={
                "zh": "中国法律",
                "en": "Civil Code, art. 1033; Advertising Law, art. 43; Personal Information Protection Law, art. 13",
            },
            zh="未经本人同意，不得以电话侵扰私人生活安宁，不得发送广告",
            en="Civil Code art. 1033, Advertising Law art. 43, Personal Information Protection Law art. 13: no calls "
            "that disturb private life, no advertising, without consent",
        ),
        Source(
            rules=(),
            force="regulator",
            citation="工信部等十三部门《综合整治骚扰电话专项行动方案》（2018 年 7 月）",
            title={
                "zh": "中国部门规范性文件",
                "en": "13 ministries: plan of action against nuisance calls, July 2018",
            },
            zh="营销外呼须征得同意、建立白名单并留存依据，规范外呼时段和行为；用户拒绝后不得再拨",
            en="Plan of 13 ministries against nuisance calls, July 2018: consent with evidence kept, orderly hours, no "
            "more calls after a refusal",
        ),
        Source(
            rules=(),
            force="regulator",
            citation="工信部《通信短信息和语音呼叫服务管理规定（征求意见稿）》（2020 年 8 月）",
            title={
                "zh": "中国部门规章草案",
                "en": "Ministry of Industry: draft regulation on short messages and voice calls, August 2020",
            },
            zh="未明确同意视为拒绝（征求意见稿，未施行）",
            en="draft regulation of August 2020, not in force: no clear consent counts as a refusal",
        ),
        Source(
            rules=(
                "hours",
                "quiet",
                "per_day",
                "abandon_limit",
                "window_days",
                "formula",
                "answer_within_s",
                "ring_least_s",
            ),
            force="ours",
            citation="no regulation in force gives figures",
            title={"zh": "现行规定没有给出数字", "en": "no regulation"},
            zh="现行规定没有具体数字；我们取 9–20 点、午间 12:00–13:30 不拨、每号每天 3 次、呼损每天 3 %",
            en="no figures are in force; ours: 9 to 20, not from 12:00 to 13:30, 3 dials of a number a day, 3 % "
            "abandoned a day",
        ),
        _RESTED,
    ),
)
_NONE = Jurisdiction(
    id="none",
    version="2026-11-22",
    name={"zh": "无", "en": "None"},
    sources=(
        Source(
            rules=("abandon_limit", "window_days", "formula", "answer_within_s", "ring_least_s"),
            force="ours",
            citation="as in the United States",
            title={"zh": "与美国相同", "en": "as the book of the United States"},
            zh="没有时段和同意的要求；呼损的承诺与美国相同",
            en="no hours and no consent; the promise on abandoned calls is that of the United States",
        ),
        _RESTED,
    ),
)

RULE_BOOK: Mapping[str, Jurisdiction] = {book.id: book for book in (_US, _UK, _CN, _NONE)}


def rules_of(name: str) -> Jurisdiction | None:
    """None when there is no such rule book."""
    return RULE_BOOK.get(name)
