"""What a list's columns are: guessed by their headers (Chinese and English) and, for numbers, by what is in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

NUMBER_USES = ("number", "number.mobile", "number.home", "number.work")
LEAD_USES = frozenset(
    (
        *NUMBER_USES,
        "name",
        "person",
        "language",
        "zone",
        "country",
        "region",
        "postcode",
        "priority",
        "consent",
        "segment",
        "callback_at",
        "callback_agent",
        "callback_note",
        "customer",
        "",
    )
)
FORBIDDEN_USES = frozenset((*NUMBER_USES, "person", "until", ""))
"""Of the columns of a do-not-call list."""
FIELD = "field."
MAX_FIELD_NAME = 60

_MEANINGS: Mapping[str, str] = {
    "number": "phone phonenumber phonenr phoneno tel telephone telephonenumber number contactnumber contactphone "
    "callee msisdn phone1 phone2 phone3 tel1 tel2 altphone alternatephone phonealt 电话 电话号码 联系电话 号码 "
    "联系方式 客户电话 电话1 电话2 电话3 备用电话 备用号码 被叫号码 主叫号码 電話 電話號碼",
    "number.mobile": "mobile mobilephone mobilenumber mobileno cell cellphone cellular cellnumber handphone "
    "手机 手机号 手机号码 移动电话 联系手机 手機 手機號碼",
    "number.home": "home homephone hometel homenumber landline 家庭电话 住宅电话 宅电 座机 固定电话 固话",
    "number.work": "work workphone worktel office officephone businessphone companyphone 公司电话 办公电话 单位电话 "
    "工作电话",
    "name": "name fullname customername clientname contactname contact customer 姓名 名字 客户姓名 客户名称 联系人 "
    "联系人姓名 客户 称呼",
    "person": "personid person externalid customerid clientid customerno clientno crmid accountid account accountno id "
    "uid memberid 客户编号 客户号 客户id 编号 会员号 会员编号 账号 证件号 证件号码 身份证 身份证号",
    "language": "language lang locale 语言 语种",
    "zone": "timezone tz zone 时区",
    "country": "country countrycode nation 国家 国家地区 国别",
    "region": "state province region stateprovince 省 省份 州 地区 省市",
    "postcode": "zip zipcode postcode postalcode postal 邮编 邮政编码",
    "priority": "priority prio rank 优先级 优先 级别",
    "consent": "consent optin optedin permission agreed 同意 是否同意 授权 是否授权 营销同意",
    "segment": "segment source campaignsegment 分组 客群 来源 渠道",
    "callback_at": "callback callbackat callbacktime calltime appointment 回电时间 预约时间 回拨时间 约定时间",
    "callback_agent": "callbackagent agent owner 回电坐席 跟进人 坐席 座席 回电座席",
    "callback_note": "callbacknote 回电备注",
    "until": "until validuntil expires expiresat expiry 截止 截止时间 有效期 到期时间",
}
_USE_OF = {word: use for use, words in _MEANINGS.items() for word in words.split()}
_DIGITS = re.compile(r"[0-9]{7,15}")


def plain(header: str) -> str:
    """``Phone No.`` -> ``phoneno``."""
    text = unicodedata.normalize("NFKC", header).lower()
    return re.sub(r"[\W_]+", "", text)


def distinct(headers: Sequence[str]) -> list[str]:
    """The headers with names of their own: ``phone``, ``phone (2)``; a column without one is called by its place."""
    seen: dict[str, int] = {}
    names = []
    for place, header in enumerate(headers, 1):
        name = " ".join(header.split())[:MAX_FIELD_NAME] or f"column {place}"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def guess_header(first: Sequence[str], second: Sequence[str] | None) -> bool:
    """Names and no numbers, or words that are known as headers."""
    if any(plain(cell) in _USE_OF for cell in first):
        return True
    return second is not None and not any(_looks_like_number(cell) for cell in first) and all(map(str.strip, first))


def guess_uses(
    headers: Sequence[str], samples: Sequence[Sequence[str]], *, header: bool, uses: frozenset[str] = LEAD_USES
) -> list[str]:
    """One use per column. ``samples``: cells by column. Each use but numbers and fields is given once."""
    guessed: list[str] = []
    for name in headers:
        use = _USE_OF.get(plain(re.sub(r"\([0-9]+\)$", "", name)), "") if header else ""
        if use not in uses or (use not in NUMBER_USES and use in guessed):
            use = ""
        if not use and FIELD + name not in guessed and uses is LEAD_USES and header:
            use = FIELD + name
        guessed.append(use)
    if not any(use in NUMBER_USES for use in guessed):
        shares = [
            _share(cells) if use.startswith(FIELD) or not use else 0.0
            for use, cells in zip(guessed, samples, strict=True)
        ]
        best = max(range(len(shares)), key=lambda place: shares[place], default=None)
        if best is not None and shares[best] > 0.5:
            guessed[best] = "number"
    return guessed


def _share(cells: Sequence[str]) -> float:
    filled = [cell for cell in cells if cell.strip()]
    return sum(map(_looks_like_number, filled)) / len(filled) if filled else 0.0


def _looks_like_number(cell: str) -> bool:
    text = re.sub(r"[\s\-().+/]", "", unicodedata.normalize("NFKC", cell))
    return bool(_DIGITS.fullmatch(text))
