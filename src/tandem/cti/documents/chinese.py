"""What is wrong with a file, in Chinese: sentences for the codes of what cannot be read, and how any is put together.

The English sentence stays the exact one; names and words of the file are taken over from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tandem.cti.documents.problems import Problem

Sentences = Mapping[str, tuple[str, str]]
"""By code: what is wrong, and what to do."""

READING: Sentences = {
    "alias": ("不允许使用锚点和别名（& 与 *）", "请在需要处直接写出。"),
    "bad_character": ("含有不允许的字符", "请删除该字符。"),
    "bad_date": ("日期写法不正确", "写法如：2026-10-01，或 2026-10-01..2026-10-07（先早后晚）。"),
    "bad_hours": ("时间段写法不正确", "写法如：09:00-12:00 13:00-18:00，按顺序、不重叠；跨午夜请分为两天。"),
    "bad_key": ("不允许的名称", "请按此处名称的规则书写，例如小写字母、数字和下划线。"),
    "bad_needs": ("技能要求写法不正确", "写法如：language:zh>=3 and product:loans>=2，或 anyone；等级为 1 到 5。"),
    "bad_share": ("比例写法不正确", "请写百分比，如 80%。"),
    "bad_text": ("不允许的文字", "请按此处的规则书写。"),
    "bad_time": ("时长写法不正确", "请写数字和单位，如 20 s、4 min、1 h、30 d。"),
    "duplicate_day": ("同一天出现两次", "每天只写一次。"),
    "duplicate_key": ("同一名称出现两次", "请保留其中一个。"),
    "empty_text": ("文字为空", "请填写文字。"),
    "missing_field": ("缺少字段", "请补上该字段。"),
    "never_open": ("这个营业时间从不开放", "请至少为一天写上时间。"),
    "not_yaml": ("这不是有效的 YAML", "请检查此处的缩进、引号和括号。"),
    "out_of_range": ("数值超出范围", "请写范围之内的数值。"),
    "several_documents": ("一个文件中有多个 YAML 文档", "一个文件只写一个。"),
    "tab": ("这一行用制表符缩进", "请用空格缩进。"),
    "tag": ("不允许使用标签", "请删除标签。"),
    "too_deep": ("层次太深", "请减少层次。"),
    "too_few": ("内容为空", "请至少写一项。"),
    "too_long": ("文字过长", "请缩短。"),
    "too_many": ("项目数量不符合要求", "请调整数量。"),
    "unknown_field": ("此处没有这个字段", "请改用已有的字段，或删除。"),
    "unknown_region": (
        "不知道这个国家或地区的法定节假日",
        "请写 ISO 3166 代码，如 CN、US、DE-BY，或在 closed 下列出日期。",
    ),
    "unknown_timezone": ("没有这个时区", "请按 IANA 数据库书写，如 Asia/Shanghai。"),
    "unknown_word": ("此处不允许这个词", "请改用允许的词。"),
    "wrong_type": ("此处的值类型不对", "请按此处要求的类型书写；文字可加引号。"),
}
_WORDS = re.compile(r'"[^"]+"|[\w./-]+(?: -> [\w./-]+)+|[A-Za-z][\w.-]*(?::[\w.-]+)?>=\d')
_MEANT = re.compile(r'Did you mean "(.+)"\?')
_CHOICE = re.compile(r"Use one of: (.+?)\.(?: |$)")
_NUMBER = re.compile(r"Write (?:a (whole )?number from (\S+) to )?(-?[0-9][0-9.e+]*?)(, without quotes)?\.")
_FACTS = (
    (re.compile(r"(?:missing|empty) in ([a-z]{2,3}(?:, [a-z]{2,3})*)$"), "{}"),
    (re.compile(r"\bat character (\d+)"), "第 {} 个字符"),
    (re.compile(r"\(first on line (\d+)\)"), "首次在第 {} 行"),
    (re.compile(r"more than (\d+) characters$"), "最多 {} 个字符"),
    (re.compile(r"the character (U\+[0-9A-F]+)"), "{}"),
)
"""What the sentence of a code does not say, and the English one does: where, how many, in which language."""


def in_chinese(problem: Problem, sentences: Sentences) -> tuple[str, str]:
    """What is wrong, and what to do; the English where there is no sentence for the code."""
    what, fix = sentences.get(problem.code, (problem.what, problem.fix))
    if problem.code in sentences:
        facts = [said.format(*hit.groups()) for fact, said in _FACTS if (hit := fact.search(problem.what))]
        if words := dict.fromkeys((*_WORDS.findall(problem.what), *facts)):
            what += f"（{'、'.join(words)}）"
    if span := _NUMBER.fullmatch(problem.fix):
        whole, low, high, bare = span.groups()
        wanted = f"{low} 到 {high} 的{'整数' if whole else '数值'}" if low else high
        fix = f"请写 {wanted}{'，不加引号' if bare else ''}。"
    elif meant := _MEANT.search(problem.fix):
        fix = f"是否应为 {meant[1]}？"
    elif choice := _CHOICE.search(problem.fix):
        fix = f"可选：{choice[1]}。"
    return what, fix
