"""Versions of flows on a real switch: a canary, a step back while a call is in the menu, a killed server, a draft that
rings its author's phone."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from tests.support.floor_watch import PATIENCE_S, reads_keys

from tandem.cti.adapters.asterisk.config import AgentPhone
from tandem.cti.app.demo_data import DEMO_PASSWORD
from tandem.cti.app.installation import DEMO_DNIS, DEMO_FLOW
from tandem.cti.app.stack import Stack
from tandem.cti.model.ids import DeviceId

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

OMARS = AgentPhone(device=DeviceId("1090"), password=secrets.token_hex(8), webrtc=False)
FLOW = DEMO_FLOW.read_text(encoding="utf-8")
BETTER = FLOW.replace("Welcome to Yunling Bank.", "Welcome to the bank of Yunling.")
FILES = {"main": DEMO_FLOW.name, "files": {DEMO_FLOW.name: BETTER}}
CALLER = ("+8613888001201", "王小明")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The operator has a phone that answers by itself."""
    home = tmp_path_factory.mktemp("tandem")
    async with Stack(home, switch_changes={"phones": (OMARS,)}, plain_phones=(OMARS,), keep=False) as running:
        yield running


@asynccontextmanager
async def operator(stack: Stack) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(stack.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await ask(http, "POST", "/api/login", {"login": "omar", "password": DEMO_PASSWORD})
        yield http


async def ask(http: aiohttp.ClientSession, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    async with http.request(method, path, json=body) as answer:
        assert answer.status < 300, await answer.text()
        return await answer.json()


async def until(stack: Stack, query: str, *arguments: Any) -> list[Mapping[str, Any]]:
    """Rows, as soon as there are some."""
    async with asyncio.timeout(PATIENCE_S):
        while not (rows := await stack.database.fetch(query, *arguments)):  # noqa: ASYNC110 - the switch decides when
            await asyncio.sleep(0.1)
    return rows


async def asked_for_keys(stack: Stack) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await reads_keys(stack):  # noqa: ASYNC110 - the switch decides when
            await asyncio.sleep(0.1)


async def test_a_call_stays_on_its_version(stack: Stack) -> None:
    async with operator(stack) as http:
        saved = await ask(http, "POST", "/api/flows/main/drafts", {**FILES, "base_version": 1, "note": "better"})
        assert (saved["version"], saved["problems"]) == (2, 0)
        detail = await ask(http, "POST", "/api/flows/main/canary", {"version": 2, "numbers": [DEMO_DNIS]})
        assert detail["deployment"]["canary"]["version"] == 2
        call = await stack.carrier.place_call(DEMO_DNIS, *CALLER, digits=((2.0, "1"),), stay_s=300)
        await until(stack, "select 1 from ivr_visits where version = 2 and step = 'language'")
        detail = await ask(http, "POST", "/api/flows/main/rollback")
        assert (detail["deployment"]["live"], detail["deployment"]["canary"]) == (1, None)
    await stack.kill_server()
    await stack.start_server()
    await asked_for_keys(stack)
    await call.press("1")
    await until(stack, "select 1 from calls where queue is not null")
    await call.hang_up()
    (row,) = await until(stack, "select flow_version, outcome, queue from calls where ended_at is not null")
    assert dict(row) == {"flow_version": 2, "outcome": "abandoned_in_queue", "queue": "service"}
    visits = await stack.database.fetch("select distinct version from ivr_visits")
    assert [visit["version"] for visit in visits] == [2]

    second = await stack.carrier.place_call(DEMO_DNIS, *CALLER, digits=((2.0, "1"),), stay_s=300)
    await until(stack, "select 1 from ivr_visits where version = 1 and step = 'language'")
    await second.hang_up()
    await until(stack, "select 1 from calls where flow_version = 1 and ended_at is not null")
    async with operator(stack) as http:
        numbers = await ask(http, "GET", "/api/flows/main/numbers?days=1")
        ends = {(end["reason"], end["queue"]): end["calls"] for end in numbers["containment"]["ends"]}
        assert ends == {("queue", "service"): 1, ("hung_up", ""): 1}
        report = await ask(http, "POST", "/api/flows/main/replay", {"version": 1, "days": 1})
        assert (report["calls"], report["same"], report["undetermined"]) == (2, 2, 0)


async def test_a_draft_rings_its_author(stack: Stack) -> None:
    counted = await stack.database.fetch("select count(*) as calls from calls")
    async with operator(stack) as http:
        called = await ask(http, "POST", "/api/flows/call", FILES)
    shown = ""
    async with asyncio.timeout(PATIENCE_S):
        while not ("PJSIP/1090" in shown and "!Read!" in shown):
            await asyncio.sleep(0.1)
            shown = await stack.asterisk.rx("core show channels concise")
    assert called["call"] in shown
    assert await stack.database.fetch("select count(*) as calls from calls") == counted, "nothing of it is counted"
