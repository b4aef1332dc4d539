"""Roles, hostile requests, shapes and the published descriptions of the REST interface."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any, cast

import aiohttp
import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.support.desktop_fakes import PASSWORD, Desk, desktop, write_wav
from tests.support.routing_fakes import PLAN
from yarl import URL

from tandem.agent_desktop.adapters.api import Api
from tandem.agent_desktop.adapters.guards import Guards
from tandem.agent_desktop.adapters.http import make_app
from tandem.agent_desktop.adapters.openapi import live_schema, openapi_document
from tandem.agent_desktop.adapters.pages import Pages
from tandem.agent_desktop.adapters.route import Route
from tandem.agent_desktop.adapters.routes import ROUTES
from tandem.agent_desktop.core import resources
from tandem.agent_desktop.core.messages import PageMessage, ServerMessage
from tandem.agent_desktop.core.permissions import Action, Reach, reach
from tandem.agent_desktop.services.hub import EndReason
from tandem.agent_desktop.settings import DesktopSettings

DOCS = Path(__file__).parents[3] / "docs" / "reference"
ROLES = {"mei": "agent", "sue": "supervisor", "oli": "operator", "ada": "admin", "eve": "janitor"}
CAMPAIGN = {"document": {"id": "spring", "name": "Spring"}}
FLOW = {"main": "main.yaml", "files": {"main.yaml": ""}}
BODIES: dict[str, Any] = {
    "log_in": {"login": "mei", "password": PASSWORD},
    "set_language": {"language": "zh"},
    "create_customer": {"name": "王小明", "number": "+8613800138000"},
    "check_plan": {"text": PLAN},
    "edit_plan": {"text": PLAN, "edits": [{"path": ["queues", "service", "target_s"], "value": 30}]},
    "preview_plan": {"text": PLAN},
    "apply_plan": {"text": PLAN, "note": "", "base_version": 1},
    "set_queue_closure": {"closed": True, "reason": "fire drill", "text": {"zh": "今天关闭"}},
    "set_closure": {"closed": False},
    "call_back": {"number": "13800138000", "queue": "service"},
    "change_callback": {"number": "13800138000", "mode": "customer", "window": {"start_at": 1, "end_at": 2}},
    "create_task": {"queue": "service", "title": "Send the contract"},
    "start_what_if": {"day": "2026-03-02", "change": "agents: {}"},
    "check_flow": FLOW,
    "test_flow": FLOW,
    "call_me": FLOW,
    "listen": {"language": "zh", "text": "您好"},
    "save_draft": {**FLOW, "base_version": 1},
    "go_live": {"version": 1},
    "go_canary": {"version": 1, "share": 0.1},
    "replay_flow": {"version": 1},
    "create_campaign": CAMPAIGN,
    "check_campaign": CAMPAIGN,
    "change_campaign": {**CAMPAIGN, "rev": 1},
    "copy_campaign": {"name": "Again"},
    "set_campaign_state": {"state": "running"},
    "set_campaign_mode": {"mode": "predictive"},
    "agents_what_if": {"agents": 5},
    "recycle_leads": {"results": ["busy"]},
    "promise_lead_callback": {"at": 1e9},
    "import_list": {"upload": "u1", "campaign": "spring", "name": "A", "columns": ["number"]},
    "forbid_number": {"number": "+8613800138000"},
    "forbid_numbers": {"numbers": ["+8613800138000"]},
    "forbid_list": {"upload": "u1", "columns": ["number"]},
    "move_promise": {"at": 1.0},
    "dial": {"number": "13800138000"},
}
OF_CAMPAIGNS = [
    "campaign",
    "change_campaign",
    "delete_campaign",
    "copy_campaign",
    "set_campaign_state",
    "set_campaign_mode",
    "waterfall",
    "campaign_leads",
    "campaign_day",
    "campaign_detections",
    "pacing_decisions",
    "campaign_forecast",
    "agents_what_if",
    "compliance_sheets",
    "compliance_sheet",
    "recycle_leads",
    "export_leads",
]
IDS = {
    "call": "c-mei",
    "recording_audio": "r-mei",
    "customer": "cu1",
    "plan_version": "1",
    "set_queue_closure": "service",
    "why_waiting": "c-mei",
    "change_callback": "cb-1",
    "cancel_callback": "cb-1",
    "call_why": "c-mei",
    "cancel_task": "t-1",
    "what_if": "w-1",
    "cancel_what_if": "w-1",
    **dict.fromkeys(("flow", "flow_version", "save_draft", "go_live", "go_canary", "end_canary", "roll_back"), "main"),
    **dict.fromkeys(("flow_numbers", "replay_flow"), "main"),
    **dict.fromkeys(OF_CAMPAIGNS, "spring"),
    **dict.fromkeys(("lead", "promise_lead_callback", "dial_lead_again"), "l1"),
    **dict.fromkeys(("move_promise", "cancel_promise"), "l1"),
    **dict.fromkeys(("import_job", "undo_list", "bad_rows", "lift_entry"), "x1"),
}
QUERIES = {
    "staffing": "?queue=service&day=2026-03-02",
    "put_prompt_recording": "?language=zh&text=x",
    "drop_prompt_recording": "?language=zh&text=x",
    "upload_list": "?name=list.csv",
    "lift_entry": "?reason=asked",
}
RAW: dict[str, Any] = {
    "put_prompt_recording": {"data": b"RIFF", "headers": {"Content-Type": "audio/wav"}},
    "upload_list": {"data": b"phone\n13800138000\n", "headers": {"Content-Type": "text/csv"}},
}


async def ask(browser: aiohttp.ClientSession, route: Route, **options: Any) -> tuple[int, bytes]:
    path = route.path.replace("{id}", IDS.get(route.name, "")).replace("{number}", "1") + QUERIES.get(route.name, "")
    body = RAW.get(route.name, {"json": BODIES.get(route.name)})
    async with browser.request(route.method, path, **body, **options) as answer:
        return answer.status, await answer.read()


def with_recording(desk: Desk) -> None:
    write_wav(desk.folder / "mei.wav")
    desk.library.files["r-mei"] = ("mei.wav", "mei")


@pytest.mark.parametrize("login", ROLES)
async def test_every_route_asks_the_table_of_permissions(tmp_path: Path, login: str) -> None:
    async with desktop(tmp_path) as desk:
        with_recording(desk)
        for route in ROUTES:
            async with desk.browser(login) as browser:
                status, _ = await ask(browser, route)
            allowed = reach(ROLES[login], route.action) is not Reach.NONE
            assert status == (route.status if allowed else 403), f"{login} {route.method} {route.path}"


async def test_every_route_that_is_not_public_wants_a_log_in(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser() as stranger:
        for route in ROUTES:
            status, body = await ask(stranger, route)
            assert (status == 401) is (reach(None, route.action) is Reach.NONE), route.path
            stranger.cookie_jar.clear()
            if status == 401:
                assert msgspec.json.decode(body, type=resources.Problem).code == "not_logged_in"


async def test_agents_see_only_their_own_calls(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        async with desk.browser("mei") as mei, mei.get("/api/calls") as answer:
            assert answer.status == 200
        assert desk.library.asked[-1]["agent"] == "mei"
        async with desk.browser("mei") as mei:
            async with mei.get("/api/calls?agent=tom") as answer:
                assert answer.status == 403
            async with mei.get("/api/calls/c-both") as answer:
                recordings = (await answer.json())["recordings"]
                assert [recording["id"] for recording in recordings] == ["r-both-mei"], "only the stretch with Mei"
        async with desk.browser("tom") as tom, tom.get("/api/calls/c-mei") as answer:
            assert answer.status == 404
        async with desk.browser("sue") as sue:
            async with sue.get("/api/calls?agent=tom&limit=10&before=12.5&queue=service&q=王") as answer:
                assert answer.status == 200
            assert desk.library.asked[-1] == {
                "limit": 10,
                "before": 12.5,
                "agent": "tom",
                "queue": "service",
                "outcome": None,
                "q": "王",
            }
            async with sue.get("/api/calls/c-both") as answer:
                assert len((await answer.json())["recordings"]) == 2


async def test_agents_hear_only_their_own_recordings(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        with_recording(desk)
        async with desk.browser("tom") as tom, tom.get("/api/recordings/r-mei/audio") as answer:
            assert answer.status == 404
        assert ("tom", "recording_played") not in desk.journal.audit()
        async with desk.browser("sue") as sue, sue.get("/api/recordings/r-mei/audio") as answer:
            assert answer.status == 200
        assert ("sue", "recording_played") in desk.journal.audit()


async def test_who_created_a_customer_is_the_one_who_is_logged_in(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        async with browser.post("/api/customers", json=BODIES["create_customer"]) as answer:
            assert answer.status == 201
        assert desk.library.created[0][1] == "mei"
        assert ("mei", "customer_created") in desk.journal.audit()


async def test_health_needs_no_log_in(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser() as browser:
        desk.center.switch_up = False
        async with browser.get("/api/health") as answer:
            assert (await answer.json())["switch_up"] is False


# ---- hostile requests ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_sites_page_may_change_nothing(tmp_path: Path, headers: dict[str, str]) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        for path in ("/api/logout", "/api/login"):
            async with browser.post(path, json=BODIES["log_in"], headers=headers) as answer:
                assert answer.status == 403
                assert (await answer.json())["code"] == "foreign_origin"
        async with browser.get("/api/me") as answer:
            assert answer.status == 200, "nothing happened"


async def test_our_own_page_may(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        headers = {"Origin": desk.origin, "Sec-Fetch-Site": "same-origin"}
        async with browser.put("/api/me/language", json={"language": "zh"}, headers=headers) as answer:
            assert answer.status == 200


async def test_another_name_for_our_address_is_refused(tmp_path: Path) -> None:
    async with (
        desktop(tmp_path) as desk,
        desk.browser() as browser,
        browser.get("/api/health", headers={"Host": "evil.example"}) as answer,
    ):
        assert answer.status == 400
        assert "names" in (await answer.json())["message"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'{"login": "mei"}', "application/json", 400),
        (b'{"login": 7, "password": "x"}', "application/json", 400),
        (b'{"login": "mei\\u0000", "password": "x"}', "application/json", 400),
        (b'{"login": "mei\\n", "password": "x"}', "application/json", 400),
        (b'{"login": "\\ud800", "password": "x"}', "application/json", 400),
        (b'{"login": "\xff", "password": "x"}', "application/json", 400),
        (b"[" * 50_000, "application/json", 400),
        (b'{"login": "mei", "password": "x", "more": ' + b"[" * 50_000, "application/json", 400),
        (b'{"login": "mei", "password": "x"}', "text/plain", 400),
        (b"login=mei&password=x", "application/x-www-form-urlencoded", 400),
        (b" " * 70_000, "application/json", 413),
    ],
)
async def test_bodies_that_do_not_fit_are_refused_with_a_sentence(
    tmp_path: Path, body: bytes, content_type: str, status: int
) -> None:
    async with desktop(tmp_path) as desk, desk.browser() as browser:
        async with browser.post("/api/login", data=body, headers={"Content-Type": content_type}) as answer:
            assert answer.status == status
            problem = msgspec.json.decode(await answer.read(), type=resources.Problem)
        assert len(problem.message) > 20
        assert not problem.retryable
        assert desk.sessions.asked == 0


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "before=x", "limt=5", "queue=a%20b", "q=%00", "before=nan"]
)
async def test_query_parameters_that_do_not_fit_are_refused(tmp_path: Path, query: str) -> None:
    async with desktop(tmp_path) as desk, desk.browser("sue") as browser:
        async with browser.get(f"/api/calls?{query}") as answer:
            assert answer.status == 400
        assert desk.library.asked == []


@pytest.mark.parametrize("identifier", ["a%20b", "..%2f..%2fetc%2fpasswd", "x" * 65, "%00", "a%0a"])
async def test_ids_that_are_none_of_ours_are_not_looked_up(tmp_path: Path, identifier: str) -> None:
    async with (
        desktop(tmp_path) as desk,
        desk.browser("sue") as browser,
        browser.get(_raw(desk, f"/api/customers/{identifier}")) as answer,
    ):
        assert answer.status == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api"),
        ("GET", "/api/nothing"),
        ("DELETE", "/api/me"),
        ("POST", "/api/calls"),
        ("PUT", "/"),
        ("TRACE", "/"),
    ],
)
async def test_what_is_not_there_is_a_problem_too(tmp_path: Path, method: str, path: str) -> None:
    async with desktop(tmp_path) as desk, desk.browser("ada") as browser, browser.request(method, path) as answer:
        assert answer.status == 404
        assert msgspec.json.decode(await answer.read(), type=resources.Problem).code == "no_such_route"


async def test_our_own_faults_are_logged_and_say_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:

        def fail() -> resources.TransferTargets:
            raise RuntimeError("secret detail")

        monkeypatch.setattr(desk.center, "transfer_targets", fail)
        with caplog.at_level(logging.ERROR):
            async with browser.get("/api/transfer-targets") as answer:
                assert answer.status == 500
                text = await answer.text()
        assert "secret" not in text
        assert "Traceback" not in text
        assert "secret detail" in caplog.text


async def test_every_answer_carries_the_security_headers(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        for path in ("/", "/api/me", "/api/nothing", "/missing.js", "/api/health"):
            async with browser.get(path) as answer:
                headers = answer.headers
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Referrer-Policy"] == "no-referrer"
            assert "microphone=(self)" in headers["Permissions-Policy"]
            assert headers["Server"] == "Tandem"
            policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
            assert policy["default-src"] == "'none'"
            assert policy["script-src"] == policy["style-src"] == "'self'"
            assert policy["frame-ancestors"] == "'none'"
            assert policy["connect-src"].split() == [
                "'self'",
                f"ws://127.0.0.1:{desk.server.seat_port}/",
                "ws://127.0.0.1:8088/ws",
            ]
            assert "unsafe" not in headers["Content-Security-Policy"]
        async with browser.get("/api/me") as answer:
            assert answer.headers["Cache-Control"] == "no-store"


# ---- descriptions --------------------------------------------------------------------------------------------------


async def test_the_openapi_document_is_valid_and_describes_exactly_the_routes(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser() as browser, browser.get("/api/openapi.json") as answer:
        document = await answer.json()
    OpenAPIV31SpecValidator(document).validate()
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == {(route.method, route.path) for route in ROUTES}
    assert document == json.loads(msgspec.json.encode(openapi_document(ROUTES)))


def test_every_registered_route_under_api_is_in_the_table(tmp_path: Path) -> None:
    """Otherwise it would be reachable without a row in the table of permissions."""
    settings = DesktopSettings(sip_secret=b"0123456789abcdef")
    app = make_app(cast(Api, None), Pages(tmp_path), Guards(settings, http_port=1, seat_port=2))
    registered = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/api/")
    }
    assert registered == {(route.method, route.path) for route in ROUTES}


def test_public_routes_are_described_as_public() -> None:
    paths = openapi_document(ROUTES)["paths"]
    for route in ROUTES:
        public = paths[route.path][route.method.lower()]["security"] == []
        assert public is (reach(None, route.action) is not Reach.NONE)
    assert reach(None, Action.READ_ME) is Reach.NONE


def test_the_schema_of_the_live_channel_describes_every_message() -> None:
    schema = live_schema()
    tags = set(schema["$defs"]["PageMessage"]["discriminator"]["mapping"])
    assert tags == {kind.__struct_config__.tag for kind in PageMessage.__args__}
    assert "welcome" in schema["$defs"]["ServerMessage"]["discriminator"]["mapping"]


def _raw(desk: Desk, path: str) -> URL:
    return URL(desk.url + path, encoded=True)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_the_reference_names_every_route(route: Route) -> None:
    assert f"| `{route.method} {route.path}` |" in (DOCS / "http-api.md").read_text()


def test_the_reference_names_every_message_and_close_code() -> None:
    text = (DOCS / "live-channel.md").read_text()
    for kind in (*ServerMessage.__args__, *PageMessage.__args__):
        assert f"`{kind.__struct_config__.tag}`" in text
    for code in (value for name, value in vars(EndReason).items() if name.isupper()):
        assert f"| {code} " in text
