"""Values as sequences of words of a closed vocabulary, by the grammar of each language.

``number`` (also with decimals), ``ordinal`` (from 1), ``digits`` (one by one, also letters), ``money`` (to the
hundredth), ``date`` (``2026-11-20`` or ``20261120``, with or without a time behind), ``time`` (``14:05``, ``1405``, or
behind a date).
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from string import ascii_uppercase
from types import ModuleType

from tandem.ivr.core import spoken_chinese, spoken_english
from tandem.ivr.core.expression_functions import Result, read_date, read_number

KINDS = ("number", "ordinal", "digits", "money", "date", "time", "text")
CURRENCIES = ("CNY", "HKD", "USD", "EUR", "GBP", "JPY")
_GRAMMARS: dict[str, ModuleType] = {"zh": spoken_chinese, "en": spoken_english}
LANGUAGES = frozenset(_GRAMMARS)
LARGEST = 10**12
"""Whole parts from here on are read digit by digit."""
_WITHOUT_HUNDREDTHS = frozenset({"JPY"})
MAX_DECIMALS = 6
_TIME = re.compile(r"(?:.*[T ])?([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?(?:\.[0-9]+)?(?:Z|[+-][0-9:]{2,6})?")
_TIME_OF_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})")
_SEPARATORS = str.maketrans("", "", " -./()")


def words_for(kind: str, value: Result, language: str, currency: str = "") -> tuple[str, ...]:
    """Empty when the value is none of this kind, or there is no grammar for the language."""
    grammar = _GRAMMARS.get(language)
    if grammar is None or value is None or isinstance(value, bool):
        return ()
    match kind:
        case "number":
            return _number(grammar, _numeric(value))
        case "ordinal":
            return _ordinal(grammar, _numeric(value))
        case "digits":
            return _digits(grammar, value)
        case "money":
            return _money(grammar, _numeric(value), currency)
        case "date":
            day = read_date(value) if isinstance(value, str) else None
            return tuple(grammar.date(day.year, day.month, day.day)) if day else ()
        case "time":
            return _time(grammar, value)
        case _:
            return ()


def vocabulary(kind: str, language: str, currency: str = "") -> frozenset[str]:
    """Every word that ``words_for`` can give."""
    grammar = _GRAMMARS.get(language)
    if grammar is None:
        return frozenset()
    words: frozenset[str] = grammar.vocabulary(kind, currency)
    return words | set(ascii_uppercase) if kind == "digits" else words


def _numeric(value: Result) -> int | Decimal | None:
    number = read_number(value) if isinstance(value, str) else value
    return number if isinstance(number, int | Decimal) else None


def _number(grammar: ModuleType, number: int | Decimal | None) -> tuple[str, ...]:
    if number is None:
        return ()
    if isinstance(number, Decimal):
        number = number.quantize(Decimal(1).scaleb(-MAX_DECIMALS), ROUND_HALF_UP).normalize()
    if not -LARGEST < number < LARGEST:
        return tuple(word for digit in f"{abs(number):.0f}" for word in grammar.whole(int(digit)))
    return tuple(grammar.cardinal(number))


def _ordinal(grammar: ModuleType, number: int | Decimal | None) -> tuple[str, ...]:
    if number is None or number != int(number) or number < 1 or int(number) >= LARGEST:
        return ()
    return tuple(grammar.ordinal(int(number)))


def _digits(grammar: ModuleType, value: Result) -> tuple[str, ...]:
    text = value.translate(_SEPARATORS).upper() if isinstance(value, str) else str(value)
    fits = text.isascii() and all(each.isalnum() or each in "*#+" for each in text)
    return tuple(grammar.digits(text)) if fits else ()


def _money(grammar: ModuleType, number: int | Decimal | None, currency: str) -> tuple[str, ...]:
    if number is None or not -LARGEST < number < LARGEST:
        return ()
    smallest = Decimal(1) if currency in _WITHOUT_HUNDREDTHS else Decimal("0.01")
    amount = Decimal(number).quantize(smallest, ROUND_HALF_UP)
    cents = int(abs(amount) * 100)
    return tuple(grammar.money(cents // 100, cents % 100, currency, negative=amount < 0))


def _time(grammar: ModuleType, value: Result) -> tuple[str, ...]:
    match = (_TIME.fullmatch(value) or _TIME_OF_DIGITS.fullmatch(value)) if isinstance(value, str) else None
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return ()
    return tuple(grammar.time(int(match[1]), int(match[2])))
