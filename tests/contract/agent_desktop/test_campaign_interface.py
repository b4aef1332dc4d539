"""The REST interface to campaigns: shapes, permissions, bounds, audit, streams."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.support.campaign_fakes import DOCUMENT
from tests.support.desktop_fakes import Desk, desktop

from tandem.agent_desktop.core import list_resources
from tandem.agent_desktop.core.permissions import Action, allowed_actions

SPRING = {"id": "spring", "name": "Spring"}


async def post(desk: Desk, login: str, path: str, body: Any, method: str = "POST") -> tuple[int, Any]:
    async with desk.browser(login) as browser, browser.request(method, path, json=body) as answer:
        return answer.status, (await answer.json() if answer.content_type == "application/json" else None)


async def test_supervisors_run_campaigns_and_it_is_written_down(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        status, made = await post(desk, "sue", "/api/campaigns", {"document": SPRING})
        assert (status, made["id"], made["document"]["attempts"]["gap_s"]) == (201, "spring", 900.0)
        body = {"rev": 1, "document": {**SPRING, "mode": "preview"}}
        assert (await post(desk, "sue", "/api/campaigns/spring", body, "PUT"))[1]["rev"] == 2
        assert (await post(desk, "sue", "/api/campaigns/spring/state", {"state": "running"}))[0] == 200
        assert (await post(desk, "sue", "/api/campaigns/spring/mode", {"mode": "power"}))[0] == 200
        assert (await post(desk, "sue", "/api/campaigns/spring/recycle", {"results": ["busy"]}))[1]["done"] is False
        body = {"results": ["busy"], "try_only": False}
        assert (await post(desk, "sue", "/api/campaigns/spring/recycle", body))[1]["done"] is True
        assert (await post(desk, "sue", "/api/campaigns/spring", None, "DELETE"))[0] == 204
        assert [what for what, by, _ in desk.campaigns.done if by == "sue"] == [
            "create",
            "change",
            "state",
            "mode",
            "recycle",
            "delete",
        ]
        assert [action for who, action in desk.journal.audit() if who == "sue" and action != "log_in"] == [
            "campaign_created",
            "campaign_changed",
            "campaign_running",
            "campaign_mode",
            "leads_recycled",
            "campaign_deleted",
        ]


async def test_who_edited_an_older_revision_is_told(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        desk.campaigns.rev = 3
        status, problem = await post(desk, "sue", "/api/campaigns/spring", {"rev": 2, "document": SPRING}, "PUT")
        assert (status, problem["code"]) == (409, "campaign_changed")
        assert not desk.campaigns.done
        assert ("sue", "campaign_changed") not in desk.journal.audit()


async def test_a_refused_start_is_no_audit(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        desk.campaigns.refuses = "queue: there is no queue sales"
        status, problem = await post(desk, "sue", "/api/campaigns/spring/state", {"state": "running"})
        assert (status, problem["code"], problem["message"]) == (409, "campaign_refused", desk.campaigns.refuses)
        assert ("sue", "campaign_running") not in desk.journal.audit()


async def test_operators_look_and_forbid_but_neither_change_nor_lift(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        assert (await post(desk, "oli", "/api/campaigns/check", {"document": SPRING}))[0] == 200
        assert (await post(desk, "oli", "/api/do-not-call", {"number": "13800138000"}))[0] == 201
        assert (await post(desk, "oli", "/api/do-not-call/import", {"numbers": ["1", "2"]}))[0] == 200
        assert (await post(desk, "oli", "/api/do-not-call/d1?reason=asked", None, "DELETE"))[0] == 403
        assert (await post(desk, "oli", "/api/campaigns", {"document": SPRING}))[0] == 403
        assert (await post(desk, "oli", "/api/campaigns/spring/state", {"state": "paused"}))[0] == 403
        assert (await post(desk, "sue", "/api/do-not-call/d1?reason=asked", None, "DELETE"))[0] == 204
        assert [what for what, _, _ in desk.campaigns.done] == ["forbid", "forbid_many", "lift"]


async def test_agents_have_numbers_dialled_for_themselves_only(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        assert "dial" in allowed_actions("agent")
        assert Action.READ_CAMPAIGNS not in allowed_actions("agent")
        assert (await post(desk, "mei", "/api/dial", {"number": "13800138000"}))[1]["call"] == "call-1"
        assert (await post(desk, "mei", "/api/dial", {"number": "13800138000", "check": True}))[1]["call"] is None
        assert (await post(desk, "mei", "/api/dial", {"number": "13800138000", "agent": "tom"}))[0] == 403
        body = {"number": "13800138000", "agent": "tom", "campaign": "spring"}
        assert (await post(desk, "sue", "/api/dial", body))[0] == 200
        assert [about for _, _, about in desk.campaigns.done] == [
            ("13800138000", "mei", ""),
            ("13800138000", "tom", "spring"),
        ]
        assert [who for who, action in desk.journal.audit() if action == "dialled"] == ["mei", "sue"]


async def test_agents_have_a_list_of_the_calls_that_they_promised(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        async with desk.browser("mei") as browser, browser.get("/api/dial/promises") as answer:
            assert (answer.status, (await answer.json())["promises"][0]["agent"]) == (200, "mei")
        assert (await post(desk, "mei", "/api/dial/promises/l1", {"at": 5.0, "note": "later"}, "PUT"))[0] == 204
        assert (await post(desk, "mei", "/api/dial/promises/l1", None, "DELETE"))[0] == 204
        assert (await post(desk, "sue", "/api/dial/promises/l1", None, "DELETE"))[0] == 204
        assert (await post(desk, "oli", "/api/dial/promises/l1", None, "DELETE"))[0] == 403
        assert (await post(desk, "mei", "/api/dial/promises/l1", {"at": -1}, "PUT"))[0] == 400
        assert [about for what, _, about in desk.campaigns.done if what != "promises"] == [
            ("l1", 5.0, "mei"),
            ("l1", "mei"),
            ("l1", None),
        ]
        audit = [(who, action) for who, action in desk.journal.audit() if action.startswith("promise_")]
        assert audit == [("mei", "promise_moved"), ("mei", "promise_cancelled"), ("sue", "promise_cancelled")]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/campaigns", {"document": {**SPRING, "id": "a/b"}}),
        ("/api/campaigns", {"document": {**SPRING, "id": "x" * 65}}),
        ("/api/campaigns", {"document": {**SPRING, "name": "a\x00b"}}),
        ("/api/campaigns", {"document": {**SPRING, "script": "x" * 20_001}}),
        ("/api/campaigns", {"document": {**SPRING, "message": {"zh\x1b": "a"}}}),
        ("/api/campaigns", {"document": {**SPRING, "countries": ["CN"] * 1001}}),
        ("/api/campaigns", {"document": {**SPRING, "ring_s": 1e300}}),
        ("/api/campaigns", {"document": {**SPRING, "mode": "roulette"}}),
        ("/api/campaigns", {"document": {**SPRING, "colour": "red"}}),
        ("/api/campaigns", {"document": {**SPRING, "attempts": {"retries": {"busy": {"after_s": "soon"}}}}}),
        ("/api/campaigns", {"document": []}),
        ("/api/campaigns/spring/state", {"state": "completed"}),
        ("/api/campaigns/spring/state", {"state": "draft"}),
        ("/api/campaigns/spring/mode", {"mode": ""}),
        ("/api/campaigns/spring/whatif", {"agents": 2001}),
        ("/api/campaigns/spring/recycle", {"results": []}),
        ("/api/campaigns/spring/recycle", {"results": ["talked"]}),
        ("/api/campaigns/spring/copy", {"name": " "}),
        ("/api/lists", {"upload": "../../etc", "campaign": "spring", "name": "A", "columns": ["number"]}),
        ("/api/lists", {"upload": "u1", "campaign": "spring", "name": "A", "columns": ["number"] * 501}),
        ("/api/lists", {"upload": "u1", "campaign": "spring", "name": "A", "columns": ["number"], "country": "zh"}),
        ("/api/do-not-call", {"scope": "person", "number": "13800138000"}),
        ("/api/do-not-call", {"scope": "global", "person": "p1"}),
        ("/api/do-not-call", {"scope": "campaign", "number": "13800138000"}),
        ("/api/do-not-call", {"scope": "global", "number": "13800138000", "campaign": "spring"}),
        ("/api/do-not-call/import", {"numbers": []}),
        ("/api/do-not-call/import", {"numbers": ["x" * 201]}),
        ("/api/dial", {"number": "500\r\nAction: Originate"}),
        ("/api/dial", {"number": ""}),
        ("/api/dial", {"number": "1" * 65}),
        ("/api/dial", {"number": "13800138000", "campaign": "a b"}),
        ("/api/leads/l1/callback", {"at": -1}),
        ("/api/leads/l1/callback", {"at": 1e12}),
    ],
)
async def test_hostile_bodies_are_refused_before_anything_happens(tmp_path: Path, path: str, body: Any) -> None:
    async with desktop(tmp_path) as desk:
        status, problem = await post(desk, "ada", path, body)
        assert (status, problem["code"]) == (400, "bad_request")
        assert desk.campaigns.done == []


async def test_a_body_that_is_nested_too_deeply_is_refused(tmp_path: Path) -> None:
    body = b'{"document":' * 10_000
    async with desktop(tmp_path) as desk, desk.browser("ada") as browser:
        headers = {"Content-Type": "application/json"}
        async with browser.post("/api/campaigns", data=body, headers=headers) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, "bad_request")


async def test_a_body_that_is_too_large_is_refused(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        status, problem = await post(desk, "ada", "/api/campaigns", {"document": {**SPRING, "script": "x" * 600_000}})
        assert (status, problem["code"]) == (413, "too_large")


@pytest.mark.parametrize("query", ["day=22.11.2026", "day=2026-11-22%0a", "format=pdf", "language=fr", "x=1"])
async def test_hostile_queries_are_refused(tmp_path: Path, query: str) -> None:
    path = f"/api/campaigns/spring/sheet?{query}"
    async with desktop(tmp_path) as desk, desk.browser("sue") as browser, browser.get(path) as answer:
        assert answer.status == 400


async def test_a_list_is_sent_as_it_is(tmp_path: Path) -> None:
    rows = b"phone\n" + b"13800138000\n" * 200_000
    async with desktop(tmp_path) as desk, desk.browser("sue") as browser:
        headers = {"Content-Type": "application/octet-stream"}
        async with browser.post("/api/lists/uploads?name=a.csv", data=BytesIO(rows), headers=headers) as answer:
            assert answer.status == 201
        assert desk.campaigns.received == rows
        async with browser.post("/api/lists/uploads?name=a.csv", json={}) as answer:
            assert answer.status == 400


async def test_a_list_beyond_the_bound_is_cut_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_resources, "UPLOAD_BYTES", 1 << 20)
    async with desktop(tmp_path) as desk, desk.browser("sue") as browser:
        async with browser.post("/api/lists/uploads?name=a.csv", data=BytesIO(b"x" * (1 << 21))) as answer:
            assert (answer.status, (await answer.json())["code"]) == (413, "too_large")
        assert desk.campaigns.done == []


async def test_exports_come_in_pieces_and_what_is_not_there_is_a_problem(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("sue") as browser:
        async with browser.get("/api/campaigns/spring/export") as answer:
            assert (answer.status, answer.content_type) == (200, "text/csv")
            assert "attachment" in answer.headers["Content-Disposition"]
            assert await answer.read() == b"\xef\xbb\xbfid\r\nl1\r\n"
        async with browser.get("/api/campaigns/none/export") as answer:
            assert (answer.status, (await answer.json())["code"]) == (404, "resource_missing")


async def test_the_sheet_prints_keeps_and_cannot_calculate(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("oli") as browser:
        async with browser.get("/api/campaigns/spring/sheet") as answer:
            assert (await answer.json())["formulas"][0]["ratio"] == 0.01
        async with browser.get("/api/campaigns/spring/sheet?format=csv") as answer:
            text = (await answer.read()).decode("utf-8-sig")
            assert "name,'=Spring" in text
            assert "us.ratio,0.01" in text
            assert "mistaken.source,measured" in text
        async with browser.get("/api/campaigns/spring/sheet?format=html&language=zh") as answer:
            page = await answer.text()
            assert 'lang="zh"' in page
            assert "外呼合规日报" in page
            assert "1.00 %" in page
            assert "实测 3.10 %（95 % 区间 1.60 % 至 6.00 %）：座席听到的 259 个“应答机”中有 8 个真人" in page
            assert "script-src" not in answer.headers["Content-Security-Policy"]
            assert "style-src 'sha256-" in answer.headers["Content-Security-Policy"]


def test_the_fake_speaks_of_a_real_document() -> None:
    assert DOCUMENT.attempts.retries["busy"].times == 3
