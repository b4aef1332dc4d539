"""How far the permissions of the routes of routing go, and what is written to the audit."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support.desktop_fakes import desktop
from tests.support.routing_fakes import PLAN

from tandem.agent_desktop.core.routing_resources import PLAN_CHARS

APPLY = {"text": PLAN, "note": "more for Mondays", "base_version": 1}


async def test_a_plan_that_was_overtaken_is_not_applied(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("sue") as sue:
        async with sue.post("/api/routing/apply", json=APPLY) as answer:
            assert answer.status == 200
            assert (await answer.json())["version"] == 2
        async with sue.post("/api/routing/apply", json=APPLY) as answer:
            assert answer.status == 409
            assert (await answer.json())["code"] == "plan_changed"
        assert [action for _, action in desk.journal.audit()].count("routing_applied") == 1
        assert desk.routing.asked[-1][2] == "sue", "who applied is the one who is logged in"


async def test_a_large_plan_fits_and_one_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("ada") as ada:
        large = "#" + "字" * 1_000_000
        for path, body, status in (
            ("/api/routing/check", msgspec.json.encode({"text": large}), 200),
            ("/api/routing/check", msgspec.json.encode({"text": "x" * (PLAN_CHARS + 1)}), 400),
            ("/api/routing/check", b" " * (3 * PLAN_CHARS + 1), 413),
            ("/api/closure", b" " * 70_000, 413),
        ):
            headers = {"Content-Type": "application/json"}
            async with ada.post(path, data=io.BytesIO(body), headers=headers) as answer:
                assert answer.status == status
        assert desk.routing.asked == [("check", large)]


async def test_closures_of_one_and_of_all_can_be_undone_and_are_audited(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("sue") as sue:
        async with sue.post("/api/queues/service/closure", json={"closed": True, "reason": "fire"}) as answer:
            assert [one["queue"] for one in (await answer.json())["closures"]] == ["service"]
        async with sue.post("/api/closure", json={"closed": True}) as answer:
            assert [one["queue"] for one in (await answer.json())["closures"]] == ["service", None]
        async with sue.post("/api/closure", json={"closed": False}) as answer:
            assert [one["queue"] for one in (await answer.json())["closures"]] == ["service"]
        closed = [action for _, action in desk.journal.audit() if action.startswith("queue_")]
        assert closed == ["queue_closed", "queue_closed", "queue_opened"]


async def test_agents_see_the_line_of_their_queues_without_numbers_and_names(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        async with desk.browser("mei") as mei, mei.get("/api/line?queue=service&limit=50") as answer:
            other, promised, served = (await answer.json())["entries"]
        assert desk.routing.asked == [("line", "service", 50, "mei")]
        assert (other["number"], other["name"], other["note"]) == ("…8000", "", "")
        assert promised["number"] == served["number"] == "+8613800138000"
        async with desk.browser("sue") as sue, sue.get("/api/line") as answer:
            assert (await answer.json())["entries"][0]["name"] == "王小明"
        assert desk.routing.asked[-1] == ("line", None, 1000, None)


async def test_agents_change_only_callbacks_that_they_promised(tmp_path: Path) -> None:
    change = {"number": "13800138000", "mode": "agent", "window": None}
    async with desktop(tmp_path) as desk:
        for login, own in (("mei", "mei"), ("sue", None)):
            async with desk.browser(login) as browser:
                async with browser.put("/api/line/callbacks/cb-1", json=change) as answer:
                    assert answer.status == 200
                async with browser.delete("/api/line/callbacks/cb-1") as answer:
                    assert answer.status == 204
            changed, cancelled = desk.routing.asked[-2:]
            assert (changed[-1], cancelled[-1]) == (own, own)
        assert ("mei", "callback_cancelled") in desk.journal.audit()


@pytest.mark.parametrize("window", [{"start_at": 2, "end_at": 2}, {"start_at": 3, "end_at": 2}])
async def test_a_window_that_ends_before_it_starts_is_refused(tmp_path: Path, window: dict[str, Any]) -> None:
    new = {"number": "13800138000", "queue": "service", "window": window}
    async with desktop(tmp_path) as desk, desk.browser("mei") as mei:
        async with mei.post("/api/line/callbacks", json=new) as answer:
            assert answer.status == 400
        assert desk.routing.asked == []


async def test_agents_learn_why_their_own_calls_came_and_nothing_about_colleagues(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        async with desk.browser("mei") as mei, mei.get("/api/calls/c-mei/why") as answer:
            why = await answer.json()
        assert [decision["agent"] for decision in why["decisions"]] == ["mei"]
        assert why["decisions"][0]["candidates"] == why["decisions"][0]["overtaken"] == []
        assert why["waiting"] is None
        async with desk.browser("tom") as tom, tom.get("/api/calls/c-mei/why") as answer:
            assert answer.status == 404
        async with desk.browser("sue") as sue, sue.get("/api/calls/c-mei/why") as answer:
            why = await answer.json()
        assert len(why["decisions"]) == 2
        assert why["decisions"][0]["candidates"]
        assert why["waiting"]["place"] == 1


async def test_the_timeline_tells_decisions_only_to_who_may_know_them(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        for login, told in (("mei", False), ("oli", False), ("sue", True)):
            async with desk.browser(login) as browser, browser.get("/api/calls/c-mei") as answer:
                (matched,) = (await answer.json())["timeline"]
            assert ("decision" in matched["data"]) is told, login
            assert matched["data"]["why"] == {"en": "Because"}


@pytest.mark.parametrize("version", ["0x1", "one", "1.5", "99999999999", "2"])
async def test_versions_that_are_none_are_missing(tmp_path: Path, version: str) -> None:
    async with (
        desktop(tmp_path) as desk,
        desk.browser("sue") as sue,
        sue.get(f"/api/routing/versions/{version}") as answer,
    ):
        assert answer.status == 404


@pytest.mark.parametrize("day", ["2026-3-2", "yesterday", "2026-03-02%0a"])
async def test_days_that_do_not_fit_are_refused(tmp_path: Path, day: str) -> None:
    async with (
        desktop(tmp_path) as desk,
        desk.browser("sue") as sue,
        sue.get(f"/api/staffing?queue=service&day={day}") as answer,
    ):
        assert answer.status == 400


async def test_agents_are_asked_for_their_own_tasks(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        async with desk.browser("mei") as mei, mei.get("/api/tasks") as answer:
            assert answer.status == 200
        assert desk.routing.asked == [("tasks", None, None, 200, "mei")]
        async with desk.browser("mei") as mei, mei.post("/api/tasks", json={"queue": "s", "title": " "}) as answer:
            assert answer.status == 400, "a task says what is to be done"
