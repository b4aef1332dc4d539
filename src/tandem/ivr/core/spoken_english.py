"""English: numbers, money, dates and times as words of a closed vocabulary.

American usage: no "and" within numbers, month before day, years in pairs ("twenty twenty six"), twelve hours with a.m.
and p.m. All of 0 to 99 and the hundreds are one prompt each, so that the voice flows.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

_ONES = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_NTH = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_NTH |= {"twelve": "twelfth"}
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_KEYS = {"*": "star", "#": "pound", "+": "plus"}
_MONEY = {
    "CNY": (("yuan", "yuan"), ("fen", "fen")),
    "HKD": (("Hong Kong dollar", "Hong Kong dollars"), ("cent", "cents")),
    "USD": (("dollar", "dollars"), ("cent", "cents")),
    "EUR": (("euro", "euros"), ("cent", "cents")),
    "GBP": (("pound", "pounds"), ("penny", "pence")),
    "JPY": (("yen", "yen"), ("", "")),
}
MINUS, POINT, AND, OH, AM, PM = "minus", "point", "and", "oh", "a.m.", "p.m."


def _below_100(number: int) -> str:
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]} {_ONES[ones]}" if ones else _TENS[tens]


def _nth(words: str) -> str:
    """``twenty three`` -> ``twenty third``."""
    before, space, last = words.rpartition(" ")
    regular = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return before + space + _NTH.get(last, regular)


def _hundreds(digit: int) -> str:
    return f"{_ONES[digit]} hundred"


def _below_1000(number: int) -> Iterator[str]:
    hundreds, rest = divmod(number, 100)
    if hundreds:
        yield _hundreds(hundreds)
    if rest:
        yield _below_100(rest)


def whole(number: int) -> Iterator[str]:
    """Of 0 to 999,999,999,999."""
    if number == 0:
        yield _ONES[0]
    for scale, word in _SCALES:
        if number >= scale:
            yield from _below_1000(number // scale)
            yield word
        number %= scale
    yield from _below_1000(number)


def cardinal(number: int | Decimal) -> Iterator[str]:
    if number < 0:
        yield MINUS
    before, _, after = f"{abs(number):f}".partition(".")
    yield from whole(int(before))
    if after := after.rstrip("0"):
        yield POINT
        yield from (_ONES[int(digit)] for digit in after)


def ordinal(number: int) -> Iterator[str]:
    *before, last = whole(number)
    yield from before
    yield _nth(last)


def digits(text: str) -> Iterator[str]:
    for each in text:
        yield _ONES[int(each)] if each.isdigit() else _KEYS.get(each, each)


def money(units: int, cents: int, currency: str, *, negative: bool) -> Iterator[str]:
    unit, hundredth = _MONEY[currency]
    if negative:
        yield MINUS
    if units or not cents:
        yield from whole(units)
        yield unit[units != 1]
    if units and cents:
        yield AND
    if cents:
        yield from whole(cents)
        yield hundredth[cents != 1]


def date(year: int, month: int, day: int) -> Iterator[str]:
    yield _MONTHS[month - 1]
    yield _nth(_below_100(day))
    yield from _year(year)


def _year(year: int) -> Iterator[str]:
    century, rest = divmod(year, 100)
    if century < 10 or (century % 10 == 0 and rest < 10):
        yield from whole(year)
        return
    yield _below_100(century)
    if rest == 0:
        yield "hundred"
    else:
        if rest < 10:
            yield OH
        yield _below_100(rest)


def time(hour: int, minute: int) -> Iterator[str]:
    yield _ONES[(hour - 1) % 12 + 1]
    if minute:
        if minute < 10:
            yield OH
        yield _below_100(minute)
    yield PM if hour >= 12 else AM


# -- the vocabulary ----------------------------------------------------------------------------------------------------

_SMALL = frozenset(map(_below_100, range(100)))
_NUMBERS = _SMALL | {*map(_hundreds, range(1, 10)), *(word for _, word in _SCALES)}


def vocabulary(kind: str, currency: str) -> frozenset[str]:
    match kind:
        case "number":
            return _NUMBERS | {MINUS, POINT}
        case "ordinal":
            return _NUMBERS | {_nth(word) for word in _NUMBERS} - {_nth(_ONES[0])}
        case "digits":
            return frozenset((*_ONES[:10], *_KEYS.values()))
        case "money":
            units = (word for forms in _MONEY[currency] for word in forms if word)
            return _NUMBERS | {MINUS, AND, *units}
        case "date":
            days = (_nth(_below_100(day)) for day in range(1, 32))
            return _SMALL | {*_MONTHS, *days, "hundred", "thousand", OH, *map(_hundreds, range(1, 10))}
        case "time":
            return frozenset((*(_below_100(number) for number in range(1, 60)), OH, AM, PM))
        case _:
            return frozenset()
