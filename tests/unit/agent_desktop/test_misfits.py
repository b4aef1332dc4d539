"""What does not fit is told by reason, field and values, and with msgspec's own sentence where that is a new one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta

from tandem.agent_desktop.adapters.misfits import MISFITS, misfit
from tandem.agent_desktop.core.fields import Day, FilledLine, Id, Line
from tandem.agent_desktop.core.flow_resources import FileName
from tandem.cti.model.errors import BadRequest


class Column(msgspec.Struct, forbid_unknown_fields=True):
    use: Literal["name", "number"]
    weight: Annotated[float, Meta(gt=0, lt=2)] = 1.0


class Shape(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    id: Id
    name: FilledLine = "x"
    note: Line = ""
    day: Day = "2027-03-31"
    limit: Annotated[int, Meta(ge=1, le=100)] | None = None
    count: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 0
    either: Annotated[int, Meta(ge=1, le=5)] | list[Annotated[int, Meta(ge=1, le=9)]] = 1
    columns: Annotated[list[Column], Meta(max_length=2)] = []
    files: dict[Annotated[str, Meta(max_length=3)], Column] = {}
    code: Annotated[str, Meta(min_length=4, pattern="^[A-Z]+$")] = "ABCD"
    pair: tuple[int, int] = (1, 2)
    more: Any = None
    flow: FileName = "main.yaml"


def refusal(body: str | bytes, shape: Any = Shape) -> BadRequest:
    try:
        msgspec.json.decode(body, type=Shape)
    except MISFITS as error:
        return misfit(error, shape, described_at="/there")
    raise AssertionError("it fits")


@pytest.mark.parametrize(
    ("fields", "reason", "values"),
    [
        ('"limit": 101', "shape_range", {"field": "limit", "least": 1, "most": 100}),
        ('"limit": 0', "shape_range", {"field": "limit", "least": 1, "most": 100}),
        ('"limit": 123456789012345678901', "shape_range", {"field": "limit", "least": 1, "most": 100}),
        ('"count": -1', "shape_least", {"field": "count", "least": 0}),
        ('"count": 9007199254740993', "shape_most", {"field": "count", "most": 2**53 - 1}),
        ('"either": [10]', "shape_range", {"field": "either[0]", "least": 1, "most": 9}),
        ('"columns": [{"use": "name", "weight": 2}]', "shape_below", {"field": "columns[0].weight", "most": 2}),
        ('"columns": [{"use": "name", "weight": 0}]', "shape_above", {"field": "columns[0].weight", "least": 0}),
        ('"columns": [{"use": "x"}]', "shape_choice", {"field": "columns[0].use", "choices": "name, number"}),
        ('"files": {"a": {"use": "x"}}', "shape_choice", {"field": "files[...].use", "choices": "name, number"}),
        ('"files": {"abcd": {"use": "name"}}', "text_too_long", {"field": "files", "most": 3}),
        ('"columns": [{}, {}, {}]', "shape_missing", {"field": "columns[0].use"}),
        (f'"columns": [{", ".join(["""{"use": "name"}"""] * 3)}]', "too_many_entries", {"field": "columns", "most": 2}),
        ('"flow": "../main.yaml"', "shape_pattern", {"field": "flow"}),
        ('"colour": 1', "shape_unknown", {"field": "colour"}),
        ('"name": 7', "shape_type", {"field": "name", "expected": "str", "got": "int"}),
        ('"limit": "7"', "shape_type", {"field": "limit", "expected": "int | null", "got": "str"}),
        ('"name": ""', "shape_empty", {"field": "name"}),
        ('"name": "  "', "shape_filled", {"field": "name"}),
        ('"note": "a\\u0000"', "control_characters", {"field": "note"}),
        ('"id": "a b"', "shape_id", {"field": "id"}),
        ('"day": "tomorrow"', "shape_day", {"field": "day"}),
        ('"code": "abcd"', "shape_pattern", {"field": "code"}),
        ('"code": "ABC"', "shape_short", {"field": "code", "least": 4}),
        ('"count": 1e999', "number_not_meant", {"field": "count"}),
    ],
)
def test_what_does_not_fit_is_named_with_its_field_and_bounds(fields: str, reason: str, values: dict[str, Any]) -> None:
    told = refusal('{"id": "a", ' + fields + "}")
    assert (told.reason, told.values) == (reason, values)
    assert str(told).startswith("That does not fit: ")
    assert str(told).endswith(". The shape is described at /there.")


@pytest.mark.parametrize(
    ("body", "reason", "values"),
    [
        ("[]", "shape_type", {"field": "$", "expected": "object", "got": "array"}),
        ("{}", "shape_missing", {"field": "id"}),
        ("{", "json_cut", {}),
        ("{no}", "json_broken", {"byte": 1}),
        (b'{"id": "\xff"}', "json_utf8", {}),
        ('{"utf-8": 1}', "shape_unknown", {"field": "utf-8"}),
        (
            '{"id": "a", "columns": [{"use": "utf-8"}]}',
            "shape_choice",
            {"field": "columns[0].use", "choices": "name, number"},
        ),
        ('{"more": ' + "[" * 50_000, "json_deep", {}),
    ],
)
def test_what_is_no_json_or_no_object_is_told_so(body: str | bytes, reason: str, values: dict[str, Any]) -> None:
    told = refusal(body)
    assert (told.reason, told.values) == (reason, values)


def test_without_the_shape_the_bound_that_was_overstepped_is_told() -> None:
    told = refusal('{"id": "a", "limit": 101}', None)
    assert (told.reason, told.values) == ("shape_most", {"field": "limit", "most": 100})
    told = refusal('{"id": "a", "columns": [{"use": "x"}]}', None)
    assert (told.reason, told.values) == ("shape_value", {"field": "columns[0].use", "given": "'x'"})


def test_what_strangers_send_is_said_back_in_short() -> None:
    told = refusal('{"id": "a", "' + "x" * 5000 + '": 1}')
    assert (told.reason, len(str(told.values["field"]))) == ("shape_unknown", 80)


def test_a_sentence_that_is_not_known_stays_as_it_is() -> None:
    told = refusal('{"id": "a", "pair": [1]}')
    assert told.reason == ""
    assert (
        str(told) == "That does not fit: Expected `array` of length 2 - at `$.pair`. The shape is described at /there."
    )
