"""Values are said in words whose meaning is the value: the words are read back by a reader of its own."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.ivr.core.expression_reading import parse
from tandem.ivr.core.speech import Prompt, Say, Wording, speakable, spoken
from tandem.ivr.core.spoken_values import CURRENCIES, KINDS, LANGUAGES, LARGEST, vocabulary, words_for

WHOLE = st.integers(0, 10_500) | st.integers(0, LARGEST - 1)

# -- readers -----------------------------------------------------------------------------------------------------------

ZH_DIGITS = {**{digit: value for value, digit in enumerate("零一二三四五六七八九")}, "两": 2, "幺": 1}
ZH_SCALES = {"十": 10, "百": 100, "千": 1000}
EN_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
EN_WORDS = {word: value for value, word in enumerate(EN_ONES.split())}
EN_WORDS |= {
    word: 10 * value
    for value, word in enumerate(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), 2)
}
EN_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}


def read_zh(text: str) -> int:
    total = group = digit = 0
    for each in text:
        if each in ZH_DIGITS:
            digit = ZH_DIGITS[each]
        elif each in ZH_SCALES:
            group += (digit or 1) * ZH_SCALES[each]
            digit = 0
        else:
            total += (group + digit) * {"万": 10**4, "亿": 10**8}[each]
            group = digit = 0
    return total + group + digit


def read_en(text: str) -> int:
    total = group = 0
    for word in text.split():
        if word == "hundred":
            group *= 100
        elif word in EN_SCALES:
            total += group * EN_SCALES[word]
            group = 0
        else:
            group += EN_WORDS[word]
    return total + group


def read_number(words: tuple[str, ...], language: str) -> Decimal:
    minus, point, join = ("负", "点", "") if language == "zh" else ("minus", "point", " ")
    sign = -1 if words[0] == minus else 1
    words = words[1:] if sign < 0 else words
    at = words.index(point) if point in words else len(words)
    read = read_zh if language == "zh" else read_en
    after = "".join(str(read(word)) for word in words[at + 1 :])
    return sign * (read(join.join(words[:at])) + Decimal(f"0.{after or 0}"))


def joined(kind: str, value: object, language: str, currency: str = "") -> str:
    return ("" if language == "zh" else " ").join(words_for(kind, value, language, currency))  # type: ignore[arg-type]


# -- properties --------------------------------------------------------------------------------------------------------


@given(WHOLE, st.integers(0, 999_999), st.booleans(), st.sampled_from(sorted(LANGUAGES)))
def test_a_number_is_said_as_what_it_is(whole: int, part: int, negative: bool, language: str) -> None:
    number = (-1 if negative else 1) * (whole + Decimal(part) / 1_000_000)
    words = words_for("number", number, language)
    assert set(words) <= vocabulary("number", language)
    assert read_number(words, language) == number
    assert words_for("number", f"{number:f}", language) == words


@given(WHOLE, st.integers(0, 99), st.booleans(), st.sampled_from(CURRENCIES), st.sampled_from(sorted(LANGUAGES)))
def test_money_is_said_as_what_it_is(units: int, cents: int, negative: bool, currency: str, language: str) -> None:
    cents = 0 if currency == "JPY" else cents
    amount = (-1 if negative else 1) * (units + Decimal(cents) / 100)
    words = words_for("money", amount, language, currency)
    assert set(words) <= vocabulary("money", language, currency)
    assert read_money(words, language) == amount


def read_money(words: tuple[str, ...], language: str) -> Decimal:
    minus = "负" if language == "zh" else "minus"
    sign, words = (-1, words[1:]) if words[0] == minus else (1, words)
    amount = Decimal(0)
    number: list[str] = []
    for word in words:
        if word.endswith(
            ("元", "欧元", "英镑", "yuan", "dollar", "dollars", "euro", "euros", "pound", "pounds", "yen")
        ):
            worth = Decimal(1)
        elif word == "角":
            worth = Decimal("0.1")
        elif word in ("分", "美分", "欧分", "便士", "fen", "cent", "cents", "penny", "pence"):
            worth = Decimal("0.01")
        else:
            number += [] if word == "and" else [word]
            continue
        amount += worth * (read_zh("".join(number)) if language == "zh" else read_en(" ".join(number)))
        number = []
    assert number == []
    return sign * amount


@given(WHOLE.filter(bool), st.sampled_from(sorted(LANGUAGES)))
def test_an_ordinal_is_said_as_what_it_is(number: int, language: str) -> None:
    words = words_for("ordinal", number, language)
    assert set(words) <= vocabulary("ordinal", language)
    if language == "zh":
        assert words[0] == "第"
        assert read_zh("".join(words[1:])) == number
        return
    *before, last = " ".join(words).split()
    usual = {"first": "one", "second": "two", "third": "three", "fifth": "five", "eighth": "eight", "ninth": "nine"}
    usual["twelfth"] = "twelve"
    plain = usual.get(last) or (f"{last[:-4]}y" if last.endswith("ieth") else last.removesuffix("th"))
    assert plain != last
    assert read_en(" ".join([*before, plain])) == number


@given(st.dates(), st.sampled_from(sorted(LANGUAGES)))
def test_a_date_is_said_as_what_it_is(day: date, language: str) -> None:
    words = words_for("date", day.isoformat(), language)
    assert set(words) <= vocabulary("date", language)
    assert words == words_for("date", f"{day:%Y%m%d}".zfill(8), language) == words_for("date", f"{day}T10:00", language)
    if language == "zh":
        at = words.index("年")
        assert int("".join(str(ZH_DIGITS[word]) for word in words[:at])) == day.year
        assert (read_zh(words[at + 1][:-1]), read_zh(words[at + 2][:-1])) == (day.month, day.day)


def test_each_date_of_four_years_is_said_otherwise() -> None:
    days = [date(2024, 1, 1) + timedelta(number) for number in range(1461)]
    for language in LANGUAGES:
        assert len({words_for("date", day.isoformat(), language) for day in days}) == len(days)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_each_time_of_the_day_is_said_otherwise(language: str) -> None:
    times = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60)]
    said = {words_for("time", time, language) for time in times}
    assert len(said) == len(times)
    assert {word for words in said for word in words} <= vocabulary("time", language)


@given(st.text("0123456789*#ABCXYZ+", max_size=40), st.sampled_from(sorted(LANGUAGES)))
def test_digits_are_said_one_by_one(text: str, language: str) -> None:
    words = words_for("digits", text, language)
    assert len(words) == len(text)
    assert set(words) <= vocabulary("digits", language)


@given(
    st.none()
    | st.booleans()
    | st.text(max_size=30)
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from(KINDS),
    st.sampled_from(["zh", "en", "fr"]),
)
def test_no_value_says_what_was_not_made_ahead(
    value: bool | str | int | Decimal | None, kind: str, language: str
) -> None:
    assert set(words_for(kind, value, language, "CNY")) <= vocabulary(kind, language, "CNY")


# -- examples ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "zh", "en"),
    [
        ("number", 0, "零", "zero"),
        ("number", 10, "十", "ten"),
        ("number", 110, "一百一十", "one hundred ten"),
        ("number", 2222, "两千二百二十二", "two thousand two hundred twenty two"),
        ("number", 20_000, "两万", "twenty thousand"),
        ("number", 12_0000, "十二万", "one hundred twenty thousand"),
        ("number", 10_005, "一万零五", "ten thousand five"),
        ("number", 20_0500, "二十万零五百", "two hundred thousand five hundred"),
        ("number", 1_0500_0000, "一亿零五百万", "one hundred five million"),
        ("number", 1001, "一千零一", "one thousand one"),
        ("number", 1010, "一千零一十", "one thousand ten"),
        ("number", 1_0000_1234, "一亿零一千二百三十四", "one hundred million one thousand two hundred thirty four"),
        ("number", "-3.50", "负三点五", "minus three point five"),
        ("ordinal", 21, "第二十一", "twenty first"),
        ("ordinal", 300, "第三百", "three hundredth"),
        ("digits", "010-1", "零幺零幺", "zero one zero one"),
        ("money", "123.50", "一百二十三元五角", "one hundred twenty three yuan and fifty fen"),
        ("money", "0.05", "五分", "five fen"),
        ("money", "0", "零元", "zero yuan"),
        ("money", "2.005", "两元零一分", "two yuan and one fen"),
        ("date", "2026-11-20", "二零二六年十一月二十日", "November twentieth twenty twenty six"),
        ("date", "2005-01-01", "二零零五年一月一日", "January first two thousand five"),
        ("date", "1905-03-02", "一九零五年三月二日", "March second nineteen oh five"),
        ("time", "00:00", "零点整", "twelve a.m."),
        ("time", "2026-11-20T14:05:30+08:00", "十四点零五分", "two oh five p.m."),
        ("time", "0230", "两点三十分", "two thirty a.m."),
    ],
)
def test_as_people_say_it(kind: str, value: str | int, zh: str, en: str) -> None:
    assert joined(kind, value, "zh", "CNY") == zh
    assert joined(kind, value, "en", "CNY") == en


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "many"),
        ("number", True),
        ("ordinal", 0),
        ("ordinal", Decimal("1.5")),
        ("money", None),
        ("money", LARGEST),
        ("date", "2026-02-30"),
        ("date", 20260230),
        ("time", "24:00"),
        ("digits", "你好"),
    ],
)
def test_what_is_none_of_the_kind_is_not_said(kind: str, value: str | int | Decimal | None) -> None:
    assert words_for(kind, value, "zh", "CNY") == words_for(kind, value, "en", "CNY") == ()


def test_a_number_too_large_for_words_is_read_digit_by_digit() -> None:
    assert joined("number", LARGEST, "en").split() == ["one", *["zero"] * 12]


def test_speech_joins_wordings_and_values() -> None:
    speech = (Wording((("zh", "余额"), ("en", "Balance"))), Say(parse("balance"), "money", "CNY"))
    said = spoken(speech, ("zh", "en"), {"balance": "2.50"}.get)
    assert said == (
        *(Prompt("zh", text) for text in ("余额", "两", "元", "五", "角")),
        *(Prompt("en", text) for text in ("Balance", "two", "yuan", "and", "fifty", "fen")),
    )
    assert set(said) <= set(speakable(speech, ("zh", "en")))
    assert spoken(speech, ("zh",)) == (Prompt("zh", "余额"),)


def test_a_text_is_one_prompt_that_is_made_at_call_time() -> None:
    speech = (Say(parse("customer.name"), "text"),)
    assert spoken(speech, ("zh",), lambda name: "王女士 ") == (Prompt("zh", "王女士"),)
    assert spoken(speech, ("zh",), lambda name: "") == ()
    assert list(speakable(speech, ("zh", "en"))) == []
