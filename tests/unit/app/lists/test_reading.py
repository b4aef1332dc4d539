"""Files as people send them, also the hostile ones: each row is read, or it is said why not."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tandem.cti.app.lists import csv_rows as csv_rows_module
from tandem.cti.app.lists import xlsx_rows as xlsx_module
from tandem.cti.app.lists.columns import FORBIDDEN_USES, distinct, guess_uses
from tandem.cti.app.lists.csv_rows import csv_rows, guess_separator
from tandem.cti.app.lists.inspection import inspect
from tandem.cti.app.lists.rows import MAX_CELL, Row, Unreadable
from tandem.cti.app.lists.xlsx_rows import xlsx_rows


def written(folder: Path, content: str | bytes, encoding: str = "utf-8", name: str = "list.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return file


def rows(folder: Path, content: str | bytes, encoding: str = "utf-8", separator: str = ",") -> list[tuple[Any, ...]]:
    return [
        (row.number, row.cells, row.broken) for row in csv_rows(written(folder, content, encoding), encoding, separator)
    ]


def workbook(folder: Path, lines: list[list[Any]], **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    for name, more in sheets.items():
        sheet = book.create_sheet(name)
        for line in more:
            sheet.append(line)
    book.save(folder / "list.xlsx")
    return (folder / "list.xlsx").rename(folder / "0f3a.file")  # files that were sent are kept under such names


_TABLE = "姓名,手机号\n王小明,13800138000\n李雷,13900139000\n"


@pytest.mark.parametrize(
    ("encoding", "seen"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_encodings_are_seen(tmp_path: Path, encoding: str, seen: str) -> None:
    looked = inspect(written(tmp_path, _TABLE * 20, encoding))
    assert (looked.encoding, looked.headers, looked.uses) == (seen, ["姓名", "手机号"], ["name", "number.mobile"])
    assert looked.sample[0] == ["王小明", "13800138000"]


def test_an_encoding_is_seen_by_the_whole_file(tmp_path: Path) -> None:
    ascii_rows = "name,phone\n" + "Tom,13800138000\n" * 100_000
    assert inspect(written(tmp_path, ascii_rows.encode() + "王,1\n".encode("gb18030"))).encoding == "gb18030"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_guessed(tmp_path: Path, separator: str) -> None:
    lines = [["name", "phone", "note"], ["a, b; c", "13800138000", "x"], ["d", "13900139000", "y, z"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in line) for line in lines)
    assert guess_separator(written(tmp_path, text), "utf-8") == separator


def test_a_file_without_header_has_its_numbers_found(tmp_path: Path) -> None:
    looked = inspect(written(tmp_path, "王小明,138 0013 8000\n李雷,13900139000\n"))
    assert (looked.header, looked.uses, looked.rows) == (False, ["", "number"], 2)


def test_unknown_columns_are_fields_and_doubled_headers_get_numbers(tmp_path: Path) -> None:
    looked = inspect(written(tmp_path, "phone,Phone,city,city,Phone No.\n13800138000,13900139000,a,b,1\n"))
    assert looked.headers == ["phone", "Phone", "city", "city (2)", "Phone No."]
    assert looked.uses == ["number", "number", "field.city", "field.city (2)", "number"]
    assert looked.problems == ["doubled_headers"]
    assert distinct(["a", "", "a", "a"]) == ["a", "column 2", "a (2)", "a (3)"]


def test_a_list_of_who_is_not_called(tmp_path: Path) -> None:
    looked = inspect(written(tmp_path, "号码,截止时间,备注\n13800138000,2027-01-01,x\n"), forbidden=True)
    assert looked.uses == ["number", "until", ""]
    assert guess_uses(["id"], [["x"]], header=True, uses=FORBIDDEN_USES) == ["person"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b" \n\n ", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "xls"),
        (bytes(range(32)) * 100, "not_a_list"),
        (b"PK\x03\x04 and nothing of a zip", "broken_xlsx"),
        (",".join(f"c{n}" for n in range(600)).encode() + b"\n", "too_many_columns"),
    ],
)
def test_what_is_no_list_is_said_so(tmp_path: Path, content: bytes, problem: str) -> None:
    with pytest.raises(Unreadable) as error:
        inspect(written(tmp_path, content))
    assert error.value.problem == problem


def test_only_a_header(tmp_path: Path) -> None:
    looked = inspect(written(tmp_path, "姓名,手机号\n"))
    assert (looked.header, looked.rows, looked.problems) == (True, 0, ["header_only"])


def test_rows_have_the_numbers_of_their_lines(tmp_path: Path) -> None:
    assert rows(tmp_path, 'a,b\n\n"one\ntwo",2\n , \n3,4') == [
        (1, ["a", "b"], ""),
        (3, ["one\ntwo", "2"], ""),
        (6, ["3", "4"], ""),
    ]


def test_a_mark_that_is_never_closed_costs_one_row(tmp_path: Path) -> None:
    found = rows(tmp_path, 'a,1\nb,"2\n' + "".join(f"c{n},3\n" for n in range(100)))
    assert found[1] == (2, ['b,"2'], "quote")
    assert [row[1] for row in found[2:]] == [[f"c{n}", "3"] for n in range(100)]
    assert rows(tmp_path, 'a,1\nb,"2\nc,3') == [(1, ["a", "1"], ""), (2, ['b,"2'], "quote"), (3, ["c", "3"], "")]


def test_marks_that_are_never_closed_in_every_row(tmp_path: Path) -> None:
    found = rows(tmp_path, 'x,"\n' * 1001)
    assert len(found) == 1001 - 500, "two of them close each other"
    assert {row[2] for row in found} == {"", "quote"}


def test_long_cells_and_lines_cost_one_row(tmp_path: Path) -> None:
    found = rows(
        tmp_path, "a,1\n" + "x" * (MAX_CELL + 1) + ",2\n" + "y" * (1 << 20) + "\nb,3\n" + "z," * 700 + "\nc,4\n"
    )
    assert [(row[0], row[2]) for row in found] == [
        (1, ""), (2, "cell_too_long"), (3, "row_too_long"), (4, ""), (5, "columns"), (6, ""),
    ]  # fmt: skip


def test_nul_and_wrong_characters_cost_one_row(tmp_path: Path) -> None:
    assert [row[2] for row in rows(tmp_path, b"a,1\nb\x00,2\nc\xff\xfe,3\nd,4\n")] == ["", "nul", "encoding", ""]


def test_a_file_of_one_endless_line_needs_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_rows_module, "MAX_LINE", 100)
    assert rows(tmp_path, "x" * 10_000) == [(1, [], "row_too_long")]


def test_xlsx_cells_as_people_see_them(tmp_path: Path) -> None:
    file = workbook(
        tmp_path,
        [["姓名", "手机号", "日期"], ["王", 13800138000, None], [None, None, None], ["李", 13900139000.0, True]],
        other=[["x"]],
    )
    assert list(xlsx_rows(file)) == [
        Row(1, ["姓名", "手机号", "日期"]),
        Row(2, ["王", "13800138000"]),
        Row(4, ["李", "13900139000", "1"]),
    ]
    looked = inspect(file)
    assert (looked.encoding, looked.uses, looked.rows) == ("", ["name", "number.mobile", "field.日期"], None)


def test_an_xlsx_that_is_cut_off(tmp_path: Path) -> None:
    whole = workbook(tmp_path, [["phone"], ["13800138000"]]).read_bytes()
    for length in (200, len(whole) // 2, len(whole) - 30):
        with pytest.raises(Unreadable, match="broken_xlsx"):
            list(xlsx_rows(written(tmp_path, whole[:length], name="cut.xlsx")))


def _repacked(file: Path, part: str, content: bytes) -> Path:
    made = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, content if info.filename == part else old.read(info))
    file.write_bytes(made.getvalue())
    return file


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_module, "RATIO_COUNTS_FROM", 1 << 20)
    file = _repacked(workbook(tmp_path, [["phone"]]), "xl/worksheets/sheet1.xml", b" " * (4 << 20))
    with pytest.raises(Unreadable, match="too_large_inside"):
        list(xlsx_rows(file))
    monkeypatch.setattr(xlsx_module, "MAX_BYTES", 1 << 20)
    with pytest.raises(Unreadable, match="too_large_inside"):
        list(xlsx_rows(file))


def test_xml_that_defines_entities_is_refused(tmp_path: Path) -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><worksheet>&b;</worksheet>'
    with pytest.raises(Unreadable, match="broken_xlsx"):
        list(xlsx_rows(_repacked(workbook(tmp_path, [["phone"]]), "xl/worksheets/sheet1.xml", laughs)))


def test_a_sheet_that_lies_about_its_size(tmp_path: Path) -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>phone</t></is></c></row>'
        b'<row r="2"><c r="A2"><v>13800138000</v></c></row></sheetData></worksheet>'
    )
    file = _repacked(workbook(tmp_path, [["phone"]]), "xl/worksheets/sheet1.xml", sheet)
    assert list(xlsx_rows(file)) == [Row(1, ["phone"]), Row(2, ["13800138000"])]
