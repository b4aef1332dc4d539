"""What is said about a file or a row that cannot be taken, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping

Texts = Mapping[str, str]

REASONS: Mapping[str, Texts] = {
    "no_number": {"zh": "没有电话号码", "en": "There is no telephone number."},
    "number": {"zh": "不是有效的电话号码", "en": "It is no valid telephone number."},
    "number_rounded": {
        "zh": "表格软件把号码变成了科学计数法，位数已丢失；请把该列设为文本后重新导出",
        "en": "The spreadsheet rounded the number (1.38E+10): format the column as text and export it again.",
    },
    "premium": {"zh": "收费服务号码，不会拨打", "en": "It is a premium-rate number, which is never dialled."},
    "cell_too_long": {"zh": "单元格内容过长", "en": "A cell is too long."},
    "row_too_long": {"zh": "这一行过长", "en": "The row is too long."},
    "columns": {"zh": "列数比标题行多", "en": "It has more cells than there are columns."},
    "quote": {"zh": "引号没有成对", "en": "A quotation mark is opened and not closed."},
    "encoding": {"zh": "文字编码有误", "en": "It has characters that are not in the file's encoding."},
    "nul": {"zh": "含有 NUL 字符", "en": "It has a NUL character."},
    "header_again": {"zh": "又是标题行", "en": "It is the header once more."},
    "zone": {"zh": "没有这个时区", "en": "There is no such time zone."},
    "consent": {"zh": "同意一栏看不懂（应为 是/否）", "en": "The consent is neither yes nor no."},
    "priority": {"zh": "优先级应为 -1000 到 1000 的整数", "en": "The priority is no whole number from -1000 to 1000."},
    "callback_at": {"zh": "回电时间看不懂", "en": "The time of the callback cannot be read."},
    "until": {"zh": "截止时间看不懂", "en": "The time until which it holds cannot be read."},
    "duplicate": {"zh": "文件内或本活动已有此人或此号码", "en": "The person or number was there already."},
}

PROBLEMS: Mapping[str, Texts] = {
    "empty": {"zh": "文件是空的。", "en": "The file is empty."},
    "header_only": {"zh": "只有标题行，没有联系人。", "en": "There is only a header: no people."},
    "no_number_column": {
        "zh": "没有找到电话号码列，请指定。",
        "en": "No column looks like telephone numbers: say which it is.",
    },
    "doubled_headers": {
        "zh": "有同名的列，后面的列名加了序号。",
        "en": "Columns have the same name: the later ones were given a number.",
    },
    "xls": {
        "zh": "这是旧的 XLS 格式：请另存为 XLSX 或 CSV。",
        "en": "This is the old XLS format: save it as XLSX or CSV.",
    },
    "not_a_list": {"zh": "这不是表格文件（CSV 或 XLSX）。", "en": "This is no table (CSV or XLSX)."},
    "broken_xlsx": {"zh": "XLSX 文件已损坏，打不开。", "en": "The XLSX file is damaged and cannot be opened."},
    "too_large_inside": {
        "zh": "XLSX 文件解压后过大，已拒绝。请改用 CSV。",
        "en": "The XLSX file would be too large when unpacked, and is refused. Use CSV.",
    },
    "too_many_rows": {
        "zh": "超过 2,000,000 行：请分成几个文件。",
        "en": "More than 2,000,000 rows: send several files.",
    },
    "too_many_columns": {"zh": "列太多（最多 500 列）。", "en": "Too many columns (500 at most)."},
    "memory": {
        "zh": "文件需要的内存过多，已停止。请改用 CSV。",
        "en": "The file needs too much memory, and was given up. Use CSV.",
    },
    "ended": {
        "zh": "导入进程意外结束，没有写入任何内容。请重试。",
        "en": "The process of the import ended early; nothing of it is there. Try again.",
    },
    "cut_off": {
        "zh": "导入途中服务器停止，没有写入任何内容。请重新导入。",
        "en": "The server ended in the middle of it; nothing of the import is there. Import it again.",
    },
    "note_lost": {
        "zh": "导入途中服务器停止，导入记录已损坏，没有写入任何内容。上传的文件保留一天；请重新导入。",
        "en": "The server ended in the middle of it, and what was noted of the import is damaged; nothing of it is "
        "there. The file that was sent is kept for a day. Import it again.",
    },
    "note_lost_done": {
        "zh": "导入途中服务器停止，导入记录已损坏；但内容已全部写入，无需重新导入。",
        "en": "The server ended in the middle of it, and what was noted of the import is damaged; but all of it is "
        "there. It need not be imported again.",
    },
    "database": {
        "zh": "数据库没有应答，没有写入任何内容。请重试。",
        "en": "The database did not answer; nothing of the import is there. Try again.",
    },
    "cancelled": {"zh": "已取消，没有写入任何内容。", "en": "Cancelled; nothing of it is there."},
    "campaign_gone": {"zh": "该外呼活动已被删除。", "en": "The campaign was deleted."},
}
