"""CSV files for tables of answers: what is read, and what is refused with file and line."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.errors import BadRequest
from tandem.ivr.data import answer_file
from tandem.ivr.data.answer_file import open_answers, read_answers

GOOD = "order,state,note\n4711,sent,=1+1\n4712,open,\n"
Rows = list[tuple[str, Mapping[str, str]]]


def rows(content: bytes | str, **options: str) -> Rows:
    opened = io.BytesIO(content if isinstance(content, bytes) else content.encode())
    return list(read_answers(opened, "a.csv", **options).rows)


def test_a_good_file() -> None:
    file = read_answers(io.BytesIO(GOOD.encode()), "a.csv")
    assert file.columns == ("state", "note")
    assert list(file.rows) == [("4711", {"state": "sent", "note": "=1+1"}), ("4712", {"state": "open", "note": ""})]


def test_keys_may_stand_in_any_column() -> None:
    assert rows(GOOD, key="state")[0] == ("sent", {"order": "4711", "note": "=1+1"})


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\n\n"),
        GOOD.replace("4711", " 4711 "),
        GOOD.replace("sent", '"sent"'),
        GOOD.rstrip("\n"),
    ],
)
def test_the_same_in_other_clothes(content: str) -> None:
    assert rows(content) == rows(GOOD)


def test_quotes_commas_and_lines_inside_a_field() -> None:
    assert rows('k,v\n1,"a ""b"", c\nd"\n') == [("1", {"v": 'a "b", c d'})]


def test_an_encoding_that_is_given() -> None:
    content = "卡号,余额\n88,一百元\n".encode("gb18030")
    assert rows(content, encoding="gb18030") == [("88", {"余额": "一百元"})]
    with pytest.raises(BadRequest, match=r"a\.csv: near line 1: this is not utf-8; give its --encoding"):
        rows(content)
    with pytest.raises(BadRequest, match="no encoding"):
        rows(content, encoding="klingon")


@pytest.mark.parametrize("encoding", ["base64", "zlib", "rot13", "hex", "bz2"])
def test_an_encoding_that_is_none(encoding: str) -> None:
    with pytest.raises(BadRequest):
        rows(GOOD, encoding=encoding)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "a.csv:1: the first line names"),
        ("only\n1\n", "a.csv:1: the first line names"),
        ("a,a\n1,2\n", "a.csv:1: the first line names"),
        ("a,\n1,2\n", "a.csv:1: the first line names"),
        ("a,b\x07\n1,2\n", "a.csv:1: the first line names"),
        ("a," + "x" * 65 + "\n1,2\n", "a.csv:1: the first line names"),
        (",".join(f"c{n}" for n in range(51)) + "\n", "a.csv:1: the first line names"),
        ("a,b\n1\n", "a.csv:2: 1 fields"),
        ("a,b\n1,2\n1,2,3\n", "a.csv:3: 3 fields"),
        ("a,b\n1,2\n2,2\n1,3\n", "a.csv:4: the key of line 2 comes again"),
        ("a,b\n1,2\n 1 ,3\n", "a.csv:3: the key of line 2 comes again"),
        ("a,b\n ,2\n", "a.csv:2: a key has"),
        ("a,b\n" + "1" * 121 + ",2\n", "a.csv:2: a key has"),
        ("a,b\n1," + "2" * 1001 + "\n", "a.csv:2: a field is longer"),
        ("a,b\n1," + "2" * 200_000 + "\n", "a.csv:2: this is no CSV"),
        ('a,b\n1,"2"x\n', "a.csv:2: this is no CSV"),
        ('a,b\n1,"2\n', "a.csv:2: this is no CSV"),
        (b"a,b\n1,\xff\n", "this is not utf-8"),
        (b"PK\x03\x04" + bytes(100), "a.csv:1: "),
    ],
)
def test_a_fault_has_file_and_line(content: bytes | str, said: str) -> None:
    with pytest.raises(BadRequest) as fault:
        rows(content)
    assert said in str(fault.value)


def test_a_column_of_keys_that_is_not_there() -> None:
    with pytest.raises(BadRequest, match='no column "x"; there are order, state, note'):
        rows(GOOD, key="x")


def test_no_more_than_so_many_rows_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_file, "MOST_ROWS", 2)
    assert len(rows(GOOD)) == 2
    with pytest.raises(BadRequest, match=r"a\.csv:4: more than 2 rows"):
        rows(GOOD + "4713,x,y\n")
    monkeypatch.setattr(answer_file, "MOST_BYTES", 10)
    with pytest.raises(BadRequest, match="larger"):
        rows(GOOD)


def test_what_is_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(BadRequest, match="is no file"):
            open_answers(path)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: ("a,b\n" + text).encode()))
def test_whatever_comes_is_rows_or_a_fault(content: bytes) -> None:
    try:
        found = rows(content)
    except BadRequest:
        return
    assert all(0 < len(key) <= 120 and "\0" not in key for key, _ in found)
