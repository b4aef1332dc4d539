from __future__ import annotations

import pickle
import re
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.ivr.core.expression_reading import MAX_PARTS, BadExpression, parse
from tandem.ivr.core.expressions import Result, stored
from tandem.ivr.core.patterns import BadPattern, Pattern
from tandem.ivr.core.url_template import BadTemplate, read_template
from tandem.ivr.core.values import MAX_INTEGER, MAX_TEXT, Secret

KNOWN: dict[str, Result] = {
    "digits": "0123",
    "count": 5,
    "balance": "99.50",
    "vip": True,
    "empty": "",
    "pin": Secret("ref1", 6),
    "customer.tier": "gold",
    "call.ani": "13800138000",
    "call.now": 1_795_330_000,  # 2026-11-22 14:46:40 in Shanghai, a Sunday
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("count + 1", 6),
        ("count - 2 * 3", -1),
        ("(count - 2) * 3", 9),
        ("-count", -5),
        ("1.5 + 1.5", Decimal("3.0")),
        ('"a" + "b"', "ab"),
        ("'it\\'s'", "it's"),
        ('"a" + 1', None),
        ("digits == 123", True),
        ('digits == "123"', False),
        ("digits < 124 and digits >= 123", True),
        ('"b" > "a"', True),
        ("number(balance) < 100", True),
        ("vip", True),
        ("not vip", False),
        ("not not vip", True),
        ("vip == 1", None),
        ("missing == 1", None),
        ("missing == 1 or vip", True),
        ("missing == 1 and not vip", False),
        ("missing == 1 and vip", None),
        ("not missing", None),
        ("known(missing)", False),
        ("known(empty)", False),
        ("known(digits) and known(pin)", True),
        ('customer.tier in ("gold", "vip")', True),
        ('customer.tier in ("x", missing)', None),
        ("count in (1, 2, digits)", False),
        ("pin", Secret("ref1", 6)),
        ("length(pin) == 6", True),
        ('pin == "123456"', None),
        ("pin + pin", None),
        ("last(pin, 4)", None),
        ("last(digits, 2)", "23"),
        ("last(digits, 9)", "0123"),
        ("first(digits, 2)", "01"),
        ("length(digits)", 4),
        ('lower("ABC")', "abc"),
        ('starts_with(digits, "01") and ends_with(digits, "23") and contains(digits, "12")', True),
        ("text(count) + digits", "50123"),
        ('luhn("4111111111111111")', True),
        ('luhn("4111111111111112")', False),
        ('luhn("411a")', False),
        ('matches(call.ani, "1[3-9]\\d{9}")', True),
        ('matches(call.ani, "1[3-9]\\d{8}")', False),
        ('is_date("20260229")', False),
        ('is_date("2024-02-29")', True),
        ("minutes(150)", 3),
        ("minutes(0)", 0),
        ("minutes(-1)", None),
        ('minutes("61")', 2),
        ('year("Asia/Shanghai") * 100 + month("Asia/Shanghai")', 202611),
        ('day("Asia/Shanghai")', 22),
        ('hour("Asia/Shanghai") * 100 + minute("Asia/Shanghai")', 1446),
        ('weekday("Asia/Shanghai")', 7),
        ('today("America/New_York") + " " + time("America/New_York")', "2026-11-22 01:46"),
        ("999999999999999 * 999999999999999", None),
    ],
)
def test_values(text: str, value: Result) -> None:
    found = parse(text).value(KNOWN.get)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "column", "what"),
    [
        ("", 1, "a value is missing"),
        ("count +", 8, "a value is missing before the end"),
        ("count = 1", 7, "one = compares nothing"),
        ('"abc', 1, "the text has no end"),
        ("(count", 7, '")" is missing'),
        ("count 1", 7, "one too many"),
        ("count ? 1", 7, "not allowed"),
        ("Count", 1, "not allowed"),
        ("customer.teir", 1, 'no field "teir"'),
        ("caller.ani", 1, 'there is no "caller."'),
        ("lenght(x)", 1, 'no function "lenght"'),
        ("length()", 1, "takes 1 values, not 0"),
        ("first(digits)", 1, "takes 2 values, not 1"),
        ("matches(digits, digits)", 1, "must be a text in quotes"),
        ('matches(digits, "(a)")', 1, "the pattern does not read"),
        ('hour("Moon/Base")', 1, "no time zone"),
        ("a" * 33, 1, "too long"),
        ("1 and " * 100 + "1", 401, "more than 400 characters"),
        ("(" * 17 + "1" + ")" * 17, 17, "levels"),
        ("+".join(["a"] * 60), 102, f"more than {MAX_PARTS} parts"),
        ("a in b", 6, '"(" is missing'),
        ("a < b < c", 7, "one too many"),
    ],
)
def test_faults_are_told_with_their_place(text: str, column: int, what: str) -> None:
    with pytest.raises(BadExpression) as caught:
        parse(text)
    assert (caught.value.column, what in caught.value.what) == (column, True), caught.value
    assert caught.value.fix.endswith((".", "?"))


def test_what_an_expression_asks_for() -> None:
    expression = parse('known(a) and length(b) > 1 and c == "x" or hour("Asia/Shanghai") > 8')
    assert expression.names() == {"a", "b", "c", "call.now"}
    assert expression.needed() == {"b", "c", "call.now"}
    assert expression.opened() == {"c", "call.now"}
    assert expression.renamed(lambda name: f"sub/{name}").names() == {"sub/a", "sub/b", "sub/c", "sub/call.now"}
    assert (parse("a").name(), parse("a + 1").name()) == ("a", None)
    assert (parse('"x"').literal(), parse("x").literal()) == ("x", None)
    assert pickle.loads(pickle.dumps(expression)) == expression  # noqa: S301


@pytest.mark.parametrize(
    ("text", "holds", "known"),
    [
        ("known(a)", True, {"a"}),
        ("known(a)", False, set()),
        ("not known(a)", False, {"a"}),
        ('a == "x" and b > 1', True, {"a", "b"}),
        ('a == "x" and b > 1', False, set()),
        ('a == "x" or b > 1', True, set()),
        ('a == "x" or a == "y"', True, {"a"}),
        ('a == "x" or b > 1', False, {"a", "b"}),
        ("a in (b, 1)", True, {"a"}),
        ("not (known(a) and b == 1)", True, set()),
    ],
)
def test_what_is_known_behind_a_condition(text: str, holds: bool, known: set[str]) -> None:
    assert parse(text).known_when(holds) == known


VALUES = (
    st.none()
    | st.booleans()
    | st.text(max_size=MAX_TEXT)
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.text("0123456789.-", max_size=20)
    | st.builds(Secret, st.just("r"), st.integers(0, 64))
)
NAMES = st.sampled_from(["a", "b", "call.now"])
OPERATORS = ["and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*"]
EXPRESSIONS = st.recursive(
    NAMES | st.integers(0, 10**14).map(str) | st.sampled_from(['"x"', "true", "1.5", '"2026-01-31"']),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(OPERATORS), inner)
        | st.builds("(not {})".format, inner)
        | st.builds("({} in ({}, {}))".format, inner, inner, inner)
        | st.builds(
            "{}({})".format,
            st.sampled_from(["length", "known", "number", "text", "lower", "luhn", "is_date", "minutes"]),
            inner,
        )
        | st.builds("{}({}, {})".format, st.sampled_from(["first", "last", "contains", "starts_with"]), inner, inner)
        | st.builds('{}("Asia/Shanghai")'.format, st.sampled_from(["year", "hour", "weekday", "today", "time"]))
    ),
    max_leaves=12,
)


@given(EXPRESSIONS, VALUES, VALUES, st.integers(-1, 2**40))
def test_evaluation_never_raises_and_what_is_stored_fits(text: str, a: Result, b: Result, now: int) -> None:
    try:
        expression = parse(text)
    except BadExpression:
        return
    value = expression.value({"a": a, "b": b, "call.now": now}.get)
    kept = stored(value)
    assert kept is None or isinstance(kept, bool | str | int | Secret)
    assert not isinstance(kept, str) or len(kept) <= MAX_TEXT
    assert isinstance(kept, bool) or not isinstance(kept, int) or abs(kept) <= MAX_INTEGER
    if value is True:
        given_none = {name for name, each in (("a", a), ("b", b)) if each is None}
        assert not given_none & expression.known_when(True)


@given(st.text("ab1. ()+-*<>=!\"'\\,nor_known", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(BadExpression):
        parse(text).value(KNOWN.get)


# -- patterns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("[0-9]{4}", ("0123",), ("012", "01234", "012a")),
        ("\\d+", ("1", "12"), ("", "a")),
        ("a?b*", ("", "a", "bb", "abb"), ("aa", "ba")),
        ("1[3-9]\\d{2,3}", ("1300", "19999"), ("1200", "130", "130000")),
        ("yes|no", ("yes", "no"), ("yesno", "")),
        (".{2,}", ("ab", "你好吗"), ("a",)),
        ("[^0-9]+\\.x", ("ab.x",), ("a1.x", "abyx")),
        ("a{0,2}a{2}", ("aa", "aaa", "aaaa"), ("a", "aaaaa")),
        ("", ("",), ("a",)),
    ],
)
def test_patterns(pattern: str, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    made = Pattern.read(pattern)
    assert [made.matches(text) for text in good] == [True] * len(good)
    assert [made.matches(text) for text in bad] == [False] * len(bad)


@pytest.mark.parametrize(
    "pattern", ["(a)", "a**", "[b-a]", "a{65}", "a{3,2}", "^a", "a$", "*", "[", "\\b", "a{", "(?=a)"]
)
def test_patterns_that_are_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        Pattern.read(pattern)


PARTS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\d"])
TIMES = st.sampled_from(["", "?", "*", "+", "{2}", "{1,3}", "{2,}"])


@given(st.lists(st.tuples(PARTS, TIMES), max_size=6), st.text("ab1", max_size=12))
def test_patterns_match_as_regular_expressions_do(parts: list[tuple[str, str]], text: str) -> None:
    pattern = "".join(one + times for one, times in parts)
    assert Pattern.read(pattern).matches(text) == (re.fullmatch(pattern, text) is not None)


def test_a_pattern_that_would_take_others_years() -> None:
    assert not Pattern.read("a*a*a*a*a*a*a*a*a*a*b").matches("a" * 2000)


# -- addresses ---------------------------------------------------------------------------------------------------------


def test_an_address_is_filled_in() -> None:
    template = read_template('https://api.example.com/orders/{order}/{last(pin, 4) + "x"}?by={call.ani}&k={a + "}"}')
    look = {"order": "A 1/ü?", "pin": "123456", "call.ani": "+86138", "a": "{"}.get
    assert template.filled(look) == "https://api.example.com/orders/A%201%2F%C3%BC%3F/3456x?by=%2B86138&k=%7B%7D"
    assert [expression.text for expression in template.expressions()][:2] == ["order", 'last(pin, 4) + "x"']


@pytest.mark.parametrize("value", [None, "", "  ", ".", ".."])
def test_a_part_that_would_lead_elsewhere_fills_in_nothing(value: str | None) -> None:
    assert read_template("https://api.example.com/orders/{order}").filled({"order": value}.get) is None


def test_a_secret_is_put_in_by_its_reference() -> None:
    template = read_template("https://api.example.com/pins/{pin}")
    assert template.filled({"pin": Secret("r7", 6)}.get) == "https://api.example.com/pins/{secret:r7}"


@pytest.mark.parametrize(
    "text",
    [
        "ftp://example.com/x",
        "https://{host}/x",
        "https://api.example.com{path}",
        "https://user:pass@example.com/",
        "https://example.com:{port}/",
        "//example.com/",
        "https://example.com/a b",
        "https://example.com/#top",
        "https://example.com/{",
        "https://example.com/\\x",
        "https://exämple.com/",
        "https://example.com/" + "x" * 1000,
    ],
)
def test_addresses_that_are_refused(text: str) -> None:
    with pytest.raises(BadTemplate):
        read_template(text)
