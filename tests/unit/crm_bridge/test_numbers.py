"""Numbers as networks and people write them."""

from __future__ import annotations

import pytest

from tandem.crm_bridge.core.numbers import NumberKind, normalise, parse

_E164, _SHORT, _WITHHELD, _UNUSABLE = NumberKind


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("13800138000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("0086-138-0013-8000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("tel:+86-138-0013-8000;phone-context=x", "+8613800138000"),
        ("sip:13800138000@203.0.113.9;user=phone", "+8613800138000"),
        ("(0871) 6532 0018", "+8687165320018"),
        ("010-62345678", "+861062345678"),
        ("4008123123", "+864008123123"),
        ("+1 (212) 555-0143", "+12125550143"),
        ("447911123456", "+447911123456"),
        ("14012000000", "+8614012000000"),
        ("00447700900142", "+447700900142"),
        ("+39 06 1234 5678", "+390612345678"),
    ],
)
def test_what_the_world_can_dial(text: str, key: str) -> None:
    assert parse(text, "CN") == parse(key, "US")
    assert (parse(text, "CN").kind, normalise(text, "CN")) == (_E164, key)


@pytest.mark.parametrize("text", ["95533", "10086", "110", "12345", "1001", "62345678"])
def test_short_codes_stay_as_they_are(text: str) -> None:
    assert (parse(text, "CN").kind, normalise(text, "CN")) == (_SHORT, text)


@pytest.mark.parametrize("text", ["", " ", "anonymous", "Anonymous", "sip:anonymous@anonymous.invalid", "unknown"])
def test_withheld(text: str) -> None:
    assert (parse(text, "CN").kind, normalise(text, "CN")) == (_WITHHELD, "")


@pytest.mark.parametrize(
    "text",
    [
        "+",
        "++8613800138000",
        "1-800-FLOWERS",
        "'; drop table calls; --",
        "12",
        "00",
        "0",
        "+999123456789",
        "9" * 40,
        "1" * 1_000_000,
        "13800138000\n95533x",
        "1380013800a",
        "\0",
        "\ud800",
        "+86",
        "١٢٣٤٥٦٧٨٩٠١",
    ],
)
def test_unusable(text: str) -> None:
    assert (parse(text, "CN").kind, normalise(text, "CN")) == (_UNUSABLE, "")


def test_the_same_digits_mean_another_number_elsewhere() -> None:
    assert normalise("2125550143", "US") == "+12125550143"
    assert normalise("02079460311", "GB") == "+442079460311"


def test_a_region_that_does_not_exist_is_no_reason_to_raise() -> None:
    assert normalise("+8613800138000", "??") == "+8613800138000"
    assert normalise("02079460311", "??") == ""
