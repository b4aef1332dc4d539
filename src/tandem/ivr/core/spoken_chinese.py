"""Mandarin: numbers, money, dates and times as words of a closed vocabulary.

Numbers go by groups of four digits (万, 亿). Within a number a gap of zeros is said once as 零; ten to nineteen lose
their 一 only at its beginning; two is 两 before 千, 万, 亿 and units of money. Words are as long as can be, so that the
voice flows: all of 0 to 99, the hundreds and the thousands are one prompt each.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

_DIGITS = "零一二三四五六七八九"
_GROUPS = ("", "万", "亿")
ZERO, MINUS, POINT, TWO = "零", "负", "点", "两"
NTH = "第"
_KEYS = {"*": "星号", "#": "井号", "+": "加"}
_MONEY = {
    "CNY": ("元", "角", "分"),
    "HKD": ("港元", "角", "分"),
    "USD": ("美元", "", "美分"),
    "EUR": ("欧元", "", "欧分"),
    "GBP": ("英镑", "", "便士"),
    "JPY": ("日元", "", ""),
}


def _below_100(number: int, *, leading: bool = True) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    ten = "十" if tens == 1 and leading else f"{_DIGITS[tens]}十"
    return ten + (_DIGITS[ones] if ones else "")


def _thousands(digit: int) -> str:
    return f"{TWO if digit == 2 else _DIGITS[digit]}千"


def _group(number: int, *, leading: bool) -> Iterator[str]:
    """Of 1 to 9999."""
    thousands, rest = divmod(number, 1000)
    if thousands:
        yield _thousands(thousands)
        if 0 < rest < 100:
            yield ZERO
    hundreds, below = divmod(rest, 100)
    if hundreds:
        yield f"{_DIGITS[hundreds]}百"
        if 0 < below < 10:
            yield ZERO
    if below:
        yield _below_100(below, leading=leading and number == below)


def whole(number: int) -> Iterator[str]:
    """Of 0 to 999,999,999,999."""
    if number == 0:
        yield ZERO
        return
    groups = [(number // 10 ** (4 * place)) % 10_000 for place in (2, 1, 0)]
    begun = gap = False
    for place, group in zip((2, 1, 0), groups, strict=True):
        if not group:
            gap = begun
            continue
        if begun and (gap or group < 1000):
            yield ZERO
        yield from (TWO,) if group == 2 and place else _group(group, leading=not begun)
        if place:
            yield _GROUPS[place]
        begun, gap = True, False


def cardinal(number: int | Decimal) -> Iterator[str]:
    if number < 0:
        yield MINUS
    before, _, after = f"{abs(number):f}".partition(".")
    yield from whole(int(before))
    if after := after.rstrip("0"):
        yield POINT
        yield from (_DIGITS[int(digit)] for digit in after)


def ordinal(number: int) -> Iterator[str]:
    yield NTH
    yield from whole(number)


def digits(text: str) -> Iterator[str]:
    """One is 幺 where digits are read out one by one."""
    for each in text:
        yield "幺" if each == "1" else _DIGITS[int(each)] if each.isdigit() else _KEYS.get(each, each)


def money(units: int, cents: int, currency: str, *, negative: bool) -> Iterator[str]:
    unit, tenth, hundredth = _MONEY[currency]
    if negative:
        yield MINUS
    if units or not cents:
        yield from _counted(units)
        yield unit
    if not cents:
        return
    if not tenth:
        yield from _counted(cents)
        yield hundredth
        return
    tenths, hundredths = divmod(cents, 10)
    if tenths:
        yield from _counted(tenths)
        yield tenth
    elif units:
        yield ZERO
    if hundredths:
        yield from _counted(hundredths)
        yield hundredth


def _counted(number: int) -> Iterator[str]:
    yield from (TWO,) if number == 2 else whole(number)


def date(year: int, month: int, day: int) -> Iterator[str]:
    yield from (_DIGITS[int(digit)] for digit in str(year))
    yield "年"
    yield f"{_below_100(month)}月"
    yield f"{_below_100(day)}日"


def time(hour: int, minute: int) -> Iterator[str]:
    yield _oclock(hour)
    yield _minutes(minute)


def _oclock(hour: int) -> str:
    return f"{TWO if hour == 2 else _below_100(hour)}点"


def _minutes(minute: int) -> str:
    return f"{ZERO if minute < 10 else ''}{_below_100(minute)}分" if minute else "整"


# -- the vocabulary ----------------------------------------------------------------------------------------------------

_SINGLE = frozenset(_DIGITS)
_NUMBERS = frozenset(
    (
        *(_below_100(number) for number in range(100)),
        *(_below_100(number, leading=False) for number in range(10, 20)),
        *(f"{_DIGITS[digit]}百" for digit in range(1, 10)),
        *(_thousands(digit) for digit in range(1, 10)),
        *_GROUPS[1:],
        TWO,
    )
)


def vocabulary(kind: str, currency: str) -> frozenset[str]:
    match kind:
        case "number":
            return _NUMBERS | {MINUS, POINT}
        case "ordinal":
            return _NUMBERS | {NTH}
        case "digits":
            return (_SINGLE - {"一"}) | {"幺", *_KEYS.values()}
        case "money":
            return _NUMBERS | {MINUS, *(unit for unit in _MONEY[currency] if unit)}
        case "date":
            months = (f"{_below_100(month)}月" for month in range(1, 13))
            return _SINGLE | {"年", *months, *(f"{_below_100(day)}日" for day in range(1, 32))}
        case "time":
            return frozenset((*map(_oclock, range(24)), *map(_minutes, range(60))))
        case _:
            return frozenset()
