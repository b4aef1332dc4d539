"""The compliance sheet of a day, to print (HTML, Chinese or English) and to keep (CSV)."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from tandem.agent_desktop.core.compliance_resources import ComplianceSheet, SheetFormula, SheetMistaken
from tandem.agent_desktop.core.spreadsheets import safe_cell

_STYLE = (
    "body{font:14px/1.5 sans-serif;max-width:52em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%;margin:1em 0}"
    "th,td{border:1px solid #888;padding:.3em .6em;text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}"
    "code{overflow-wrap:anywhere}.bad{font-weight:bold;color:#a00}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
SHEET_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the page: its one style sheet, and nothing else."""

WORDS: dict[str, dict[str, str]] = {
    "title": {"zh": "外呼合规日报", "en": "Compliance sheet"},
    "provisional": {"zh": "当日未结束，数据为暂计", "en": "Provisional: the day is not over"},
    "campaign": {"zh": "外呼活动", "en": "Campaign"},
    "day": {"zh": "日期", "en": "Day"},
    "zone": {"zh": "时区", "en": "Time zone"},
    "rules": {"zh": "规则", "en": "Rules"},
    "rules_version": {"zh": "规则版本", "en": "Version of the rules"},
    "dialled": {"zh": "拨打次数", "en": "Calls dialled"},
    "answered": {"zh": "真人接听", "en": "Answered by a person"},
    "machines": {"zh": "应答机接听", "en": "Answered by a machine"},
    "machines_heard": {"zh": "其中由座席接听", "en": "of these, heard by an agent"},
    "talked": {"zh": "与座席通话", "en": "Talked with an agent"},
    "abandoned": {"zh": "呼损（接听时无座席）", "en": "Abandoned: nobody was there"},
    "messages_in_time": {"zh": "其中按时播放身份告知", "en": "of these, the identifying message began in time"},
    "messages_late": {"zh": "其中身份告知过迟或没有", "en": "of these, it began too late, or not"},
    "served": {"zh": "由语音流程服务", "en": "Served by the flow"},
    "hung_up": {"zh": "接听后两秒内挂断", "en": "Hung up within two seconds"},
    "busy": {"zh": "忙线", "en": "Busy"},
    "no_answer": {"zh": "无人接听", "en": "Not answered"},
    "rejected": {"zh": "拒接", "en": "Rejected"},
    "invalid_number": {"zh": "空号", "en": "No such number"},
    "congestion": {"zh": "线路拥塞", "en": "No line in the network"},
    "failed": {"zh": "失败", "en": "Failed"},
    "unknown": {"zh": "结果未知", "en": "Outcome not known"},
    "reserved": {"zh": "预留座席后拨打", "en": "Dialled with an agent reserved"},
    "rings_too_short": {"zh": "振铃短于规定", "en": "Rang shorter than required"},
    "formula": {"zh": "计算方法", "en": "Formula"},
    "counted": {"zh": "分母", "en": "Counted calls"},
    "ratio": {"zh": "当日呼损率", "en": "Abandoned that day"},
    "window_ratio": {"zh": "窗口期呼损率", "en": "Abandoned in the window"},
    "limit": {"zh": "上限", "en": "Limit"},
    "kept": {"zh": "达标", "en": "Kept"},
    "yes": {"zh": "是", "en": "yes"},
    "no": {"zh": "否", "en": "no"},
    "mistaken": {"zh": "误判为应答机的真人（Ofcom 公式）", "en": "Persons taken for machines (Ofcom's formula)"},
    "measured": {
        "zh": "实测 {share}（95 % 区间 {low} 至 {high}）：座席听到的 {heard} 个“应答机”中有 {persons} 个真人",
        "en": "measured: {share} ({low} to {high} with 95 %); "
        "of {heard} machines that agents heard, {persons} were persons",
    },
    "entered": {"zh": "人工填写 {share}（未实测）", "en": "entered by hand: {share}, not measured"},
    "none": {"zh": "未知，按 0 计", "en": "not known, counted as 0"},
    "days": {"zh": "天", "en": "days"},
    "made_at": {"zh": "生成时间", "en": "Made at"},
    "before": {"zh": "上一份校验值", "en": "Hash of the sheet before"},
    "hash": {"zh": "本份校验值 (SHA-256)", "en": "Hash of this sheet (SHA-256)"},
}
_COUNTS = (
    "dialled",
    "answered",
    "talked",
    "served",
    "abandoned",
    "messages_in_time",
    "messages_late",
    "hung_up",
    "machines",
    "machines_heard",
    "busy",
    "no_answer",
    "rejected",
    "invalid_number",
    "congestion",
    "failed",
    "unknown",
    "rings_too_short",
    "reserved",
)


def sheet_html(sheet: ComplianceSheet, language: str) -> str:
    """A whole page without scripts. ``language``: ``zh``, ``en``."""

    def word(name: str) -> str:
        return WORDS[name][language]

    heads = [
        ("campaign", f"{sheet.name} ({sheet.campaign})"),
        ("day", sheet.day),
        ("zone", sheet.zone),
        ("rules", sheet.rules),
        ("rules_version", sheet.rules_version),
    ]
    about = "".join(f"<tr><th>{word(name)}</th><td>{escape(value)}</td></tr>" for name, value in heads)
    counts = "".join(f'<tr><th>{word(name)}</th><td class="n">{count}</td></tr>' for name, count in _counts(sheet))
    columns = ("formula", "abandoned", "counted", "ratio", "window_ratio", "limit", "kept")
    head = "".join(f"<th>{word(name)}</th>" for name in columns)
    mistaken = (
        f"<p>{word('mistaken')}: {_mistaken_text(sheet.mistaken, language)}</p>" if sheet.mistaken is not None else ""
    )
    rows = "".join(_formula_row(formula, language) for formula in sheet.formulas)
    made = datetime.fromtimestamp(sheet.made_at, ZoneInfo(sheet.zone)).isoformat(timespec="seconds")
    provisional = f'<p class="bad">{word("provisional")}</p>' if sheet.provisional else ""
    chain = "".join(
        f"<tr><th>{word(name)}</th><td><code>{escape(value)}</code></td></tr>"
        for name, value in (("made_at", made), ("before", sheet.before), ("hash", sheet.hash))
    )
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{word('title')} {escape(sheet.name)} {sheet.day}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{word('title')}</h1>{provisional}<table>{about}</table><table>{counts}</table>"
        f"<table><tr>{head}</tr>{rows}</table>{mistaken}<table>{chain}</table></body></html>"
    )


def _counts(sheet: ComplianceSheet) -> list[tuple[str, int]]:
    """What was counted for it, in their order."""
    return [(name, sheet.counts[name]) for name in _COUNTS if name in sheet.counts]


def _formula_row(formula: SheetFormula, language: str) -> str:
    kept = WORDS["yes" if formula.kept else "no"][language]
    style = "" if formula.kept else ' class="bad"'
    window = f"{_percent(formula.window_ratio)} ({formula.window_days} {WORDS['days'][language]})"
    cells = (
        f"{formula.abandoned:g}",
        f"{formula.counted:g}",
        _percent(formula.ratio),
        window,
        _percent(formula.limit),
    )
    numbers = "".join(f'<td class="n">{cell}</td>' for cell in cells)
    return f"<tr><th>{escape(formula.name.get(language, formula.id))}</th>{numbers}<td{style}>{kept}</td></tr>"


def _mistaken_text(mistaken: SheetMistaken, language: str) -> str:
    return WORDS[mistaken.source][language].format(
        share=_percent(mistaken.share),
        low=_percent(mistaken.low),
        high=_percent(mistaken.high),
        heard=mistaken.heard,
        persons=mistaken.persons,
    )


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio * 100:.2f} %"


def sheet_csv(sheet: ComplianceSheet) -> bytes:
    """UTF-8 with byte order mark, two columns: what, how much. No cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = ("campaign", "name", "day", "zone", "rules", "rules_version", "provisional")
    for name in names:
        writer.writerow((name, safe_cell(str(getattr(sheet, name)))))
    writer.writerows(_counts(sheet))
    for formula in sheet.formulas:
        for name in ("abandoned", "counted", "ratio", "window_days", "window_ratio", "limit", "kept", "legal"):
            value = getattr(formula, name)
            writer.writerow((safe_cell(f"{formula.id}.{name}"), "" if value is None else value))
    if sheet.mistaken is not None:
        for name in sheet.mistaken.__struct_fields__:
            writer.writerow((f"mistaken.{name}", getattr(sheet.mistaken, name)))
    for name in ("made_at", "before", "hash"):
        writer.writerow((name, safe_cell(str(getattr(sheet, name)))))
    return b"\xef\xbb\xbf" + text.getvalue().encode()
