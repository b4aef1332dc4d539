from __future__ import annotations

import pytest

from tandem.cti.app.form_edits import edited
from tandem.cti.model.errors import BadRequest

FORM = {"queues": {"loans": {"steps": ["a", {"needs": "b"}], "priority": 3}}}


def test_a_value_is_put_replaced_and_taken_away() -> None:
    assert edited(FORM, ["queues", "loans", "priority"], 5)["queues"]["loans"]["priority"] == 5
    assert "priority" not in edited(FORM, ["queues", "loans", "priority"], None)["queues"]["loans"]
    assert edited(FORM, ["agents", "mei", "site"], "kunming")["agents"] == {"mei": {"site": "kunming"}}
    assert FORM == {"queues": {"loans": {"steps": ["a", {"needs": "b"}], "priority": 3}}}


def test_lists_are_edited_by_index() -> None:
    path = ["queues", "loans", "steps"]
    assert edited(FORM, [*path, "1", "needs"], "c")["queues"]["loans"]["steps"] == ["a", {"needs": "c"}]
    assert edited(FORM, [*path, "-"], "z")["queues"]["loans"]["steps"][-1] == "z"
    assert edited(FORM, [*path, "0"], None)["queues"]["loans"]["steps"] == [{"needs": "b"}]


@pytest.mark.parametrize("path", [["queues", "loans", "steps", "7"], ["queues", "loans", "priority", "x"]])
def test_a_path_that_leads_nowhere_is_refused(path: list[str]) -> None:
    with pytest.raises(BadRequest):
        edited(FORM, path, 1)


def test_taking_away_what_is_not_there_is_no_harm() -> None:
    assert edited(FORM, ["hours"], None) == FORM
