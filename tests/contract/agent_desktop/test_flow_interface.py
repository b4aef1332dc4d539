"""The REST interface to flows: shapes, permissions, bounds, audit."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from tests.support.desktop_fakes import Desk, desktop

from tandem.agent_desktop.core import flow_resources as f

BUNDLE = {"main": "main.yaml", "files": {"main.yaml": "format: 1\n", "parts/身份.yaml": ""}}


async def post(desk: Desk, login: str, path: str, body: Any, method: str = "POST") -> tuple[int, Any]:
    async with desk.browser(login) as browser, browser.request(method, path, json=body) as answer:
        return answer.status, (await answer.json() if answer.content_type == "application/json" else None)


async def test_operators_change_flows_and_it_is_written_down(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        status, saved = await post(desk, "oli", "/api/flows/main/drafts", {**BUNDLE, "base_version": 1, "note": "new"})
        assert (status, saved["version"]) == (201, 2)
        assert await post(desk, "oli", "/api/flows/main/live", {"version": 2}) == (200, _detail(desk))
        body = {"version": 2, "share": 0.1, "numbers": ["95001"]}
        assert (await post(desk, "oli", "/api/flows/main/canary", body))[0] == 200
        assert (await post(desk, "oli", "/api/flows/main/canary", None, "DELETE"))[0] == 200
        assert (await post(desk, "oli", "/api/flows/main/rollback", None))[0] == 200
        status, called = await post(desk, "oli", "/api/flows/call", BUNDLE)
        assert (status, called) == (202, {"call": "draft-1"})
        assert [(what, by) for what, by, _ in desk.flows.done] == [
            ("draft", "oli"),
            ("live", "oli"),
            ("canary", "oli"),
            ("end_canary", "oli"),
            ("roll_back", "oli"),
            ("call", "oli"),
        ]
        assert desk.flows.done[2][2] == f.GoCanary(version=2, share=0.1, numbers=["95001"])
        assert [action for who, action in desk.journal.audit() if who == "oli" and action.startswith("flow")] == [
            "flow_draft_saved",
            "flow_live",
            "flow_canary",
            "flow_canary_ended",
            "flow_rolled_back",
            "flow_draft_called",
        ]


async def test_supervisors_only_look(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        assert (await post(desk, "sue", "/api/flows/check", BUNDLE))[0] == 200
        assert (await post(desk, "sue", "/api/flows/main/replay", {"version": 1}))[0] == 200
        for path, body in (("drafts", {**BUNDLE, "base_version": 0}), ("live", {"version": 1}), ("rollback", None)):
            assert (await post(desk, "sue", f"/api/flows/main/{path}", body))[0] == 403
        assert desk.flows.done == []


async def test_a_refusal_says_why_and_is_no_audit(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        desk.flows.refuses = "version 2 has errors: main.yaml:9: ..."
        status, problem = await post(desk, "oli", "/api/flows/main/live", {"version": 2})
        assert (status, problem["code"], problem["message"]) == (409, "flow_refused", desk.flows.refuses)
        assert ("oli", "flow_live") not in desk.journal.audit()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/flows/check", {"main": "main.yaml", "files": {}}),
        ("/api/flows/check", {"main": "../main.yaml", "files": {"../main.yaml": ""}}),
        ("/api/flows/check", {"main": "./main.yaml", "files": {"./main.yaml": ""}}),
        ("/api/flows/check", {"main": "a//main.yaml", "files": {"a//main.yaml": ""}}),
        ("/api/flows/check", {"main": "\x85main.yaml", "files": {"\x85main.yaml": ""}}),
        ("/api/flows/check", {"main": "\u202emain.yaml", "files": {"\u202emain.yaml": ""}}),
        ("/api/flows/check", {"main": "/etc/passwd.yaml", "files": {"/etc/passwd.yaml": ""}}),
        ("/api/flows/check", {"main": "main.yaml", "files": {"main.yaml": "x" * (f.FLOW_CHARS + 1)}}),
        ("/api/flows/check", {"main": "main.yaml", "files": {"main.yaml": "\x00"}}),
        ("/api/flows/check", {"main": "main.yaml", "files": {f"{n}.yaml": "" for n in range(f.MOST_FILES + 1)}}),
        ("/api/flows/main/canary", {"version": 1, "share": 1.1}),
        ("/api/flows/main/canary", {"version": 0, "share": 0.1}),
        ("/api/flows/main/live", {"version": "1"}),
        ("/api/flows/main/replay", {"days": 7}),
        ("/api/flows/main/replay", {"version": 1, "bundle": BUNDLE}),
        ("/api/flows/main/replay", {"version": 1, "days": 93}),
        ("/api/flows/speech", {"language": "zh", "text": " "}),
        ("/api/flows/speech", {"language": "zh/../..", "text": "x"}),
    ],
)
async def test_what_does_not_fit_is_refused(tmp_path: Path, path: str, body: dict[str, Any]) -> None:
    async with desktop(tmp_path) as desk:
        assert (await post(desk, "oli", path, body))[0] == 400


async def test_a_bundle_has_bounds(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        files = {f"{n}.yaml": "x" * f.FLOW_CHARS for n in range(20)}
        body = BytesIO(msgspec.json.encode({"main": "0.yaml", "files": files}))
        async with (
            desk.browser("oli") as browser,
            browser.post("/api/flows/check", data=body, headers={"Content-Type": "application/json"}) as answer,
        ):
            assert answer.status == 413


async def test_versions_are_numbers(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        assert (await post(desk, "sue", "/api/flows/main/versions/1", None, "GET"))[0] == 200
        for number in ("2", "0", "x", "-1", "99999999999999", "%D9%A1"):
            assert (await post(desk, "sue", f"/api/flows/main/versions/{number}", None, "GET"))[0] == 404


async def test_recordings_of_prompts(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("oli") as browser:
        path = f"/api/flows/recordings?language=zh&text={quote('您好')}"
        async with browser.put(path, data=b"RIFF", headers={"Content-Type": "audio/wav"}) as answer:
            assert (answer.status, (await answer.json())["text"]) == (200, "您好")
        for data, kind, status in (
            (b"no", "audio/wav", 400),
            (b"RIFF", "application/json", 400),
            (b"x" * (20 * 1024 * 1024 + 1), "audio/wav", 413),
        ):
            async with browser.put(path, data=BytesIO(data), headers={"Content-Type": kind}) as answer:
                assert answer.status == status
        async with browser.delete(path) as answer:
            assert answer.status == 204
        async with browser.get("/api/flows/recordings") as answer:
            assert [one["language"] for one in (await answer.json())["recordings"]] == ["zh"]
        async with browser.post("/api/flows/speech", json={"language": "zh", "text": "您好"}) as answer:
            assert (answer.content_type, await answer.read()) == ("audio/wav", b"RIFF")
        assert [what for what, *_ in desk.flows.done] == ["record", "drop"]


def _detail(desk: Desk) -> Any:
    return msgspec.to_builtins(desk.flows.detail("main"))
