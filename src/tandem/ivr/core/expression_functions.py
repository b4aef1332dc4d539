"""What expressions can do with values: operators and functions, each a pure function of its arguments.

A function gets no argument without a value unless it says so (``unknowns``): the result is then None by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_CEILING, Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tandem.cti.model.timezones import known_timezone
from tandem.ivr.core.patterns import BadPattern, Pattern
from tandem.ivr.core.values import MAX_INTEGER, MAX_TEXT, Secret, Value

Result = Value | Decimal | None

_EXACT = Context(prec=34, traps=[])
_HUGE = Decimal(10) ** 15
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Function:
    """``wanted``: what its arguments are called. ``fault``: what is wrong with the last one, a literal text: (what,
    fix), None when nothing is. ``of_time``: the time in seconds since the epoch goes before the other arguments."""

    wanted: tuple[str, ...]
    made: Callable[..., Result]
    unknowns: bool = False
    fault: Callable[[str], tuple[str, str] | None] | None = None
    of_time: bool = False

    def value(self, arguments: Sequence[Result]) -> Result:
        if not self.unknowns and any(each is None for each in arguments):
            return None
        return self.made(*arguments)


def stored(result: Result) -> Value | None:
    """As a variable of a call keeps it: decimals as texts, None for what is too long or too large."""
    if isinstance(result, Decimal):
        result = int(result) if result == result.to_integral_value() else f"{result.normalize():f}"
    if isinstance(result, str):
        return result if len(result) <= MAX_TEXT else None
    if isinstance(result, int) and not isinstance(result, bool):
        return result if abs(result) <= MAX_INTEGER else None
    return result


# -- kinds of values ---------------------------------------------------------------------------------------------------


def _number(value: Result) -> int | Decimal | None:
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def read_number(text: str) -> int | Decimal | None:
    """A text of ASCII digits with at most one point and a sign: what a person would call a number."""
    plain = text.strip().removeprefix("-")
    whole, _, part = plain.partition(".")
    if not whole.isascii() or not whole.isdigit() or (part and not (part.isascii() and part.isdigit())):
        return None
    if plain.endswith(".") or len(plain) > 30:
        return None
    number = Decimal(text.strip())
    return _bounded(int(number) if not part else number)


def _bounded(number: int | Decimal) -> int | Decimal | None:
    if isinstance(number, Decimal) and not number.is_finite():
        return None
    return number if -_HUGE <= number <= _HUGE else None


def _alike(left: Result, right: Result) -> tuple[Any, Any] | None:
    """Both as numbers, as texts or as flags; None when they cannot be compared. Digits that were typed are texts, so a
    text is compared with a number as a number."""
    if isinstance(left, Secret) or isinstance(right, Secret):
        return None
    if isinstance(left, str) and _number(right) is not None:
        left = read_number(left)
    elif isinstance(right, str) and _number(left) is not None:
        right = read_number(right)
    if left is None or right is None:
        return None
    if isinstance(left, str) is not isinstance(right, str) or isinstance(left, bool) is not isinstance(right, bool):
        return None
    return left, right


# -- operators ---------------------------------------------------------------------------------------------------------


def _and(left: Result, right: Result) -> Result:
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def _or(left: Result, right: Result) -> Result:
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def _not(value: Result) -> Result:
    return not value if isinstance(value, bool) else None


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Result, Result], Result]:
    def compared(left: Result, right: Result) -> Result:
        pair = _alike(left, right)
        return None if pair is None else test(*pair)

    return compared


def _in(value: Result, *among: Result) -> Result:
    pairs = [_alike(value, each) for each in among]
    if any(pair is not None and pair[0] == pair[1] for pair in pairs):
        return True
    return False if None not in pairs else None


def _calculate(made: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Result, Result], Result]:
    def calculated(left: Result, right: Result) -> Result:
        first, second = _number(left), _number(right)
        if first is None or second is None:
            return None
        result = _bounded(made(Decimal(first), Decimal(second)))
        return int(result) if isinstance(first, int) and isinstance(second, int) and result is not None else result

    return calculated


_ADD = _calculate(_EXACT.add)


def _plus(left: Result, right: Result) -> Result:
    if isinstance(left, str) and isinstance(right, str):
        return (left + right)[:_LONGEST]
    return _ADD(left, right)


# -- functions ---------------------------------------------------------------------------------------------------------


def _length(value: Result) -> Result:
    if isinstance(value, Secret):
        return value.length
    return len(value) if isinstance(value, str) else None


def _known(value: Result) -> Result:
    return value is not None and value != ""


def _to_number(value: Result) -> Result:
    return read_number(value) if isinstance(value, str) else _number(value)


def _to_text(value: Result) -> Result:
    if isinstance(value, Secret) or value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _minutes(value: Result) -> Result:
    seconds = _to_number(value)
    if not isinstance(seconds, int | Decimal) or seconds < 0:
        return None
    return -(-int(seconds.to_integral_value(ROUND_CEILING) if isinstance(seconds, Decimal) else seconds) // 60)


def _of_texts(made: Callable[..., Result]) -> Callable[..., Result]:
    def of_texts(*values: Result) -> Result:
        return made(*values) if all(isinstance(each, str) for each in values) else None

    return of_texts


def _part(made: Callable[[str, int], str]) -> Callable[[Result, Result], Result]:
    def part(value: Result, count: Result) -> Result:
        if not isinstance(value, str) or not isinstance(count, int) or isinstance(count, bool):
            return None
        return made(value, max(0, count))

    return part


def _luhn(text: str) -> Result:
    """The check digit of card numbers (ISO/IEC 7812-1, annex B)."""
    if not text.isascii() or not text.isdigit():
        return False
    doubled = [int(digit) * 2 if place % 2 else int(digit) for place, digit in enumerate(reversed(text))]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0


def read_date(text: str) -> date | None:
    """``2026-11-20``, ``20261120``, also with a time behind it; None when there is no such day."""
    plain = text.strip()[:10].replace("-", "")[:8]
    if len(plain) != 8 or not plain.isascii() or not plain.isdigit():
        return None
    try:
        return date(int(plain[:4]), int(plain[4:6]), int(plain[6:]))
    except ValueError:
        return None


def _at(made: Callable[[datetime], Result]) -> Callable[[Result, Result], Result]:
    def at(now: Result, zone: Result) -> Result:
        if not isinstance(now, int) or not isinstance(zone, str) or not 0 <= now <= 253_000_000_000:
            return None
        return made(datetime.fromtimestamp(now, ZoneInfo(zone)))

    return at


def _zone_fault(zone: str) -> tuple[str, str] | None:
    if known_timezone(zone):
        return None
    return f'there is no time zone "{zone[:40]}"', "Use a name of the IANA database, such as Asia/Shanghai."


def _pattern_fault(text: str) -> tuple[str, str] | None:
    try:
        Pattern.read(text)
    except BadPattern as error:
        fix = "Use characters, ., [0-9], \\d and the like, each with ? * + {2} or {2,4}, and | between whole patterns."
        return f"the pattern does not read: {error}", fix
    return None


def _time(made: Callable[[datetime], Result]) -> Function:
    return Function(("time zone",), _at(made), fault=_zone_fault, of_time=True)


OPERATORS: Mapping[str, Function] = {
    "and": Function(("", ""), _and, unknowns=True),
    "or": Function(("", ""), _or, unknowns=True),
    "not": Function(("",), _not),
    "==": Function(("", ""), _compare(lambda left, right: bool(left == right))),
    "!=": Function(("", ""), _compare(lambda left, right: bool(left != right))),
    "<": Function(("", ""), _compare(lambda left, right: bool(left < right))),
    "<=": Function(("", ""), _compare(lambda left, right: bool(left <= right))),
    ">": Function(("", ""), _compare(lambda left, right: bool(left > right))),
    ">=": Function(("", ""), _compare(lambda left, right: bool(left >= right))),
    "in": Function(("", ""), _in, unknowns=True),
    "+": Function(("", ""), _plus),
    "-": Function(("", ""), _calculate(_EXACT.subtract)),
    "*": Function(("", ""), _calculate(_EXACT.multiply)),
}
FUNCTIONS: Mapping[str, Function] = {
    "length": Function(("text",), _length),
    "known": Function(("value",), _known, unknowns=True),
    "number": Function(("text",), _to_number),
    "minutes": Function(("seconds",), _minutes),
    "text": Function(("value",), _to_text),
    "lower": Function(("text",), _of_texts(lambda text: text.lower())),
    "first": Function(("text", "count"), _part(lambda text, count: text[:count])),
    "last": Function(("text", "count"), _part(lambda text, count: text[len(text) - min(count, len(text)) :])),
    "starts_with": Function(("text", "beginning"), _of_texts(lambda text, part: text.startswith(part))),
    "ends_with": Function(("text", "end"), _of_texts(lambda text, part: text.endswith(part))),
    "contains": Function(("text", "part"), _of_texts(lambda text, part: part in text)),
    "matches": Function(
        ("text", "pattern"),
        _of_texts(lambda text, pattern: Pattern.read(pattern).matches(text)),
        fault=_pattern_fault,
    ),
    "luhn": Function(("digits",), _of_texts(_luhn)),
    "is_date": Function(("text",), _of_texts(lambda text: read_date(text) is not None)),
    "year": _time(lambda at: at.year),
    "month": _time(lambda at: at.month),
    "day": _time(lambda at: at.day),
    "hour": _time(lambda at: at.hour),
    "minute": _time(lambda at: at.minute),
    "weekday": _time(lambda at: at.isoweekday()),
    "today": _time(lambda at: at.date().isoformat()),
    "time": _time(lambda at: f"{at:%H:%M}"),
}
