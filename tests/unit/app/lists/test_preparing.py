"""One row becomes a lead, or it is said why not."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tandem.agent_desktop.core.spreadsheets import safe_cell
from tandem.cti.app.lists.addresses import country_of, zone_named, zone_of_address
from tandem.cti.app.lists.columns import FORBIDDEN_USES, LEAD_USES
from tandem.cti.app.lists.copy_text import lead_line
from tandem.cti.app.lists.list_desk import check_columns, file_name
from tandem.cti.app.lists.numbers import read_number
from tandem.cti.app.lists.prepare import MAX_FIELD, Mapping, Prepared, Preparer, Refused
from tandem.cti.app.lists.rows import Row
from tandem.cti.app.lists.texts import PROBLEMS, REASONS
from tandem.cti.model.errors import BadRequest
from tandem.cti.model.lead_zones import ways_of, zones_key


def prepare(columns: str, *cells: str, **given: Any) -> Prepared:
    mapping = Mapping(columns=tuple(columns.split()), region=given.pop("region", "CN"), **given)
    return Preparer(mapping).prepare(Row(7, list(cells)))


def refused(columns: str, *cells: str, **given: Any) -> str:
    with pytest.raises(Refused) as error:
        prepare(columns, *cells, **given)
    assert error.value.reason in REASONS
    return error.value.reason


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("0086-138-0013-8000", "+8613800138000"),
        ("（021）5425-0596", "+862154250596"),
        ("１３８００１３８０００", "+8613800138000"),
        ("13800138000.0", "+8613800138000"),
        ("'13800138000", "+8613800138000"),
        ("\u202d13800138000\u202c", "+8613800138000"),
        ("tel:+12125550123", "+12125550123"),
        ("+44 20 7946 0018", "+442079460018"),
    ],
)
def test_numbers_as_people_write_them(text: str, number: str) -> None:
    assert read_number(text, "CN").number == number


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("500&PJSIP/x/1900", "number"),
        ("1.38E+10", "number_rounded"),
        ("=13800138000", "number"),
        ("95533", "number"),
        ("110", "number"),
        ("abc", "number"),
        ("1" * 50, "number"),
        ("+", "number"),
        ("12345678901234567890", "number"),
        ("138 0013 800", "number"),
        ("13800138000 ext 5", "number"),
        ("+19005550123", "premium"),
    ],
)
def test_what_is_no_number_is_never_dialled(text: str, problem: str) -> None:
    assert (read_number(text, "CN").number, read_number(text, "CN").problem) == ("", problem)


def test_a_number_says_where_it_is() -> None:
    number = read_number("+12125550123", "CN")
    assert (number.zone, number.country) == ("America/New_York", "US")


def test_a_whole_row() -> None:
    lead = prepare(
        "person name number.mobile number.home language zone priority consent segment customer field.城市 field.备注",
        "C1", " 王\x07小明 ", "13800138000", "021-54250596", "普通话", "asia/shanghai", "5", "是", "vip",
        "cu1", "上海", "",
    )  # fmt: skip
    assert (lead.person, lead.name, lead.language, lead.zone) == ("C1", "王 小明", "zh", "Asia/Shanghai")
    assert (lead.priority, lead.consent, lead.segment, lead.customer) == (5, True, "vip", "cu1")
    assert lead.fields == {"城市": "上海"}
    assert [(number.number, number.kind) for number in lead.numbers] == [
        ("+8613800138000", "mobile"),
        ("+862154250596", "home"),
    ]
    assert (lead.position, lead.zones) == (7, "Asia/Shanghai")


def test_several_numbers_in_a_cell_and_those_that_are_none() -> None:
    lead = prepare("number number", "13800138000;13900139000、13800138000", "abc")
    assert [number.number for number in lead.numbers] == ["+8613800138000", "+8613900139000"]
    assert (lead.dropped, lead.person) == ("number", "+8613800138000")


def test_the_zone_of_the_address_and_of_the_number_both_count() -> None:
    lead = prepare("number country region", "+12125550123", "USA", "CA")
    assert (lead.zone, lead.zones) == ("America/Los_Angeles", "America/Los_Angeles|America/New_York")
    assert lead.fields == {"country": "USA", "region": "CA"}
    assert prepare("number region", "+12125550123", "Texas").zone == "America/Chicago|America/Denver"
    assert prepare("number country", "13800138000", "中国").zone == "Asia/Shanghai"
    assert prepare("number country", "020 7946 0018", "UK").numbers[0].number == "+442079460018"
    assert prepare("number", "+12125550123").zone == ""


def test_addresses() -> None:
    assert [country_of(text) for text in ("cn", "中国", "U.S.A.", "Narnia")] == ["CN", "CN", "US", ""]
    assert zone_of_address("AU", "NSW") == "Australia/Sydney"
    assert zone_of_address("CA", "Nova Scotia") == "America/Halifax"
    assert zone_of_address("GB", "") == "Europe/London"
    assert zone_of_address("RU", "") == "", "it has several"
    assert zone_named("america/new york") == "America/New_York"
    assert zone_named("Europe/Paris|Asia/Tokyo") == "Asia/Tokyo|Europe/Paris"
    assert zone_named("") == ""
    assert zone_named("../../etc/passwd") is None


@pytest.mark.parametrize(
    ("columns", "cells", "reason"),
    [
        ("number name", ("", "x"), "no_number"),
        ("number", ("abc",), "number"),
        ("number zone", ("13800138000", "Mars/Base"), "zone"),
        ("number consent", ("13800138000", "perhaps"), "consent"),
        ("number priority", ("13800138000", "high"), "priority"),
        ("number priority", ("13800138000", "99999"), "priority"),
        ("number callback_at", ("13800138000", "soon"), "callback_at"),
        ("number callback_at", ("13800138000", "0001-01-01"), "callback_at"),
        ("number field.x", ("13800138000", "x" * (MAX_FIELD + 1)), "cell_too_long"),
        ("number", ("13800138000", "one too many"), "columns"),
    ],
)
def test_rows_that_cannot_be_taken(columns: str, cells: tuple[str, ...], reason: str) -> None:
    assert refused(columns, *cells) == reason


def test_a_row_that_could_not_be_read_and_the_header_again() -> None:
    preparer = Preparer(Mapping(columns=("number",), region="CN"))
    preparer.header(Row(1, [" phone "]))
    for row, reason in ((Row(2, [], "quote"), "quote"), (Row(3, ["phone "]), "header_again")):
        with pytest.raises(Refused) as error:
            preparer.prepare(row)
        assert error.value.reason == reason


def test_times_are_of_the_lead_s_zone() -> None:
    lead = prepare("number zone callback_at", "13800138000", "Europe/Paris", "2027/1/5 09:30")
    assert lead.callback_at == datetime(2027, 1, 5, 9, 30, tzinfo=ZoneInfo("Europe/Paris")).timestamp()
    usual = prepare("number callback_at", "13800138000", "2027-01-05T09:30:00+01:00")
    assert usual.callback_at == lead.callback_at


def test_an_entry_of_a_do_not_call_list_may_be_a_person() -> None:
    assert prepare("person number", "C1", "", forbidden=True).person == "C1"
    assert refused("person number", "C1", "") == "no_number"
    assert refused("person number", "C1", "abc", forbidden=True) == "number"


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("+8613800138000", "+8613800138000"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(cell: str, safe: str) -> None:
    assert safe_cell(cell) == safe


def test_a_line_for_the_database_has_one_line_and_all_columns() -> None:
    lead = prepare("number name field.x", "13800138000", "a\tb\\c\nd", 'x\ty\n"\\')
    line = lead_line(lead)
    assert line.count("\n") == 1
    assert len(line.split("\t")) == 19


def test_zones_as_one_text() -> None:
    assert zones_key("", []) == ""
    assert zones_key("B", ["A", "C|A", ""]) == "A|B;A|B|C;B"
    assert ways_of("A|B;C") == (("A", "B"), ("C",))
    assert ways_of("") == (("",),)


def test_names_that_are_paths() -> None:
    assert file_name("../../etc/passwd") == "passwd"
    assert file_name("C:\\lists\\客户.xlsx") == "客户.xlsx"
    assert file_name("\u202ea\x00b/") == "list"


def test_columns_are_checked() -> None:
    check_columns(("number", "name", "field.x", ""), 4, LEAD_USES)
    check_columns(("person",), 1, FORBIDDEN_USES, forbidden=True)
    for columns, width in (
        (("number",), 2),
        (("name",), 1),
        (("number", "name", "name"), 3),
        (("number", "shoe"), 2),
        (("number", "field."), 2),
    ):
        with pytest.raises(BadRequest):
            check_columns(columns, width, LEAD_USES)


def test_everything_is_said_in_both_languages() -> None:
    for said in (*REASONS.values(), *PROBLEMS.values()):
        assert set(said) == {"zh", "en"}
        assert all(said.values())
