"""Named queries are parsed; migrations that do not fit the database are refused."""

from __future__ import annotations

import pytest

from tandem.cti.storage.errors import MigrationRefused
from tandem.cti.storage.migrate import Migration, pending, shipped
from tandem.cti.storage.queries import parse

_ONE, _TWO = Migration(1, "one", "select 1"), Migration(2, "two", "select 2")


def _as_applied(*migrations: Migration) -> dict[int, tuple[str, str]]:
    return {migration.number: (migration.name, migration.checksum) for migration in migrations}


def test_queries_by_name() -> None:
    text = "-- About this file.\n\n-- name: one\n-- why\nselect 1\n\n-- name: two\nselect\n  2\n"
    assert parse(text) == {"one": "-- why\nselect 1", "two": "select\n  2"}


@pytest.mark.parametrize("text", ["-- name: one\n", "-- name: one\nselect 1\n-- name: one\nselect 2\n"])
def test_a_doubled_or_empty_query_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="one"):
        parse(text)


def test_what_is_missing_is_applied_in_order() -> None:
    assert pending([_ONE, _TWO], {}) == [_ONE, _TWO]
    assert pending([_ONE, _TWO], _as_applied(_ONE)) == [_TWO]
    assert pending([_ONE, _TWO], _as_applied(_ONE, _TWO)) == []


@pytest.mark.parametrize(
    ("applied", "message"),
    [
        (_as_applied(Migration(1, "one", "select 7")), "0001_one.sql was edited"),
        (_as_applied(_ONE, _TWO, Migration(3, "three", "")), "0003_three.sql, which this version does not know"),
        (_as_applied(_TWO), "0001_one.sql was never applied, but 0002 was"),
    ],
)
def test_what_does_not_fit_is_refused(applied: dict[int, tuple[str, str]], message: str) -> None:
    with pytest.raises(MigrationRefused, match=message):
        pending([_ONE, _TWO], applied)


def test_the_shipped_ones_are_numbered() -> None:
    assert [migration.number for migration in shipped()][:1] == [1]
