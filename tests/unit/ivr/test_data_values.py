"""What comes from outside: where it stands, and as what it is taken."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.ivr.core.data_paths import MAX_PATH, BadPath, parse_path
from tandem.ivr.core.data_values import KINDS, convert
from tandem.ivr.core.values import MAX_INTEGER, MAX_TEXT

DOCUMENT = {"order": {"items": [{"state": "sent"}, {"état": 2}]}, "list": [[1, [2]]], "null": None, "a-b": True}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("order.items[0].state", "sent"),
        ("order.items[1].état", 2),
        ("list[0][1][0]", 2),
        ("a-b", True),
        ("null", None),
        ("null.x", None),
        ("order.items[7].state", None),
        ("order[0]", None),
        ("list.x", None),
        ("nothing", None),
        ("order.items.length", None),
    ],
)
def test_where_a_value_stands(path: str, value: Any) -> None:
    assert parse_path(path).read(DOCUMENT) == value


def test_an_answer_can_be_a_list() -> None:
    assert parse_path("[1].x").read([0, {"x": 3}]) == 3


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        ".a",
        "a.",
        "a..b",
        "a[",
        "a[x]",
        "a[-1]",
        "a[1",
        "a b",
        "a[0]b",
        "a[*]",
        "$.a",
        "a['b']",
        "1a",
        "a" * 201,
        ".".join("abcdefghijklmnopq"),
        "a[123456]",
        "a\n",
        "__class__()",
    ],
)
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(BadPath):
        parse_path(path)


@given(st.text(max_size=MAX_PATH + 1), st.recursive(st.none() | st.text() | st.integers(), st.lists))
def test_any_path_reads_anything(path: str, document: Any) -> None:
    with suppress(BadPath):
        parse_path(path).read(document)


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        ("  Order\n\t4711\x00 \u202e sent ", "text", "Order 4711 sent"),
        (12, "text", "12"),
        (True, "text", "true"),
        (None, "text", None),
        ({"a": 1}, "text", None),
        ("x" * 500, "text", "x" * MAX_TEXT),
        ("\ud800", "text", ""),
        (12, "number", 12),
        ("12", "number", 12),
        ("12.0", "number", 12),
        ("-12.50", "number", "-12.50"),
        ("1,234,567", "number", 1234567),
        ("1e3", "number", 1000),
        ("1e99", "number", None),
        ("0x10", "number", None),
        ("١٢", "number", None),
        ("NaN", "number", None),
        ("Infinity", "number", None),
        (True, "number", None),
        (MAX_INTEGER + 1, "number", None),
        ("9" * 5000, "number", None),
        (12, "money", "12.00"),
        ("1,234.5", "money", "1234.50"),
        ("-0.005", "money", "-0.00"),
        ("12 €", "money", None),
        (True, "flag", True),
        (0, "flag", False),
        (2, "flag", None),
        ("YES", "flag", True),
        ("false", "flag", False),
        ("perhaps", "flag", None),
        (None, "flag", None),
        ("2026-11-22", "date", "2026-11-22"),
        ("20261122", "date", "2026-11-22"),
        ("2026-11-22T23:59:59Z", "date", "2026-11-22"),
        ("2026-11-22T23:59:59+08:00", "date", "2026-11-22"),
        ("2026-02-30", "date", None),
        ("22.11.2026", "date", None),
        (20261122, "date", None),
    ],
)
def test_as_what_a_value_is_taken(raw: Any, kind: str, value: Any) -> None:
    found = convert(raw, kind)
    assert found == value
    assert type(found) is type(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats().map(str),
    lambda inner: st.lists(inner, max_size=2),
)


@given(JSON, st.sampled_from(KINDS))
def test_whatever_comes_becomes_a_value_or_none(raw: Any, kind: str) -> None:
    value = convert(raw, kind)
    if isinstance(value, str):
        assert len(value) <= MAX_TEXT + 5
        assert value.isprintable()
        value.encode()
    elif isinstance(value, int):
        assert abs(value) <= MAX_INTEGER
