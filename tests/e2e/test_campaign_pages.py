"""Campaigns in the browser: the operator's pages from an empty form to the sheet; an agent with a preview card."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.e2e.conftest import OpenAgent
from tests.support.campaign_world import alike, does
from tests.support.demo_plan import in_text, patient_plan
from tests.support.desk import dispose, no_complaints, pause, quick_flow, row_of, seen, watch, work
from tests.support.floor_watch import until

from tandem.cti.adapters.asterisk.carrier_calls import calls_file, read_calls
from tandem.cti.adapters.asterisk.carrier_people import Behaviour
from tandem.cti.app.browser_agent import BrowserAgent
from tandem.cti.app.control import ask
from tandem.cti.app.stack import Stack
from tandem.cti.model.campaigns import Mode

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

TALKS, BUSY = "+86138000010", "+86138000030"
SHOWN = "+861088880001"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The demo bank, where Mei dials for campaigns only."""
    home = tmp_path_factory.mktemp("tandem")
    people = alike(TALKS, does(Behaviour.PERSON, rings_s=0.6, stays_s=300.0)), alike(BUSY, does(Behaviour.BUSY))
    carrier = {"crowds": people, "keep_calls": True}
    async with Stack(
        home, changes={"ring_s": 120.0, **quick_flow(home)}, carrier_changes=carrier, keep=False
    ) as running:
        plan = patient_plan()
        plan["agents"]["mei"]["outbound"] = "only"
        await ask(home, "routing.apply", text=in_text(plan), note="a test", by="ada")
        yield running


async def asked(page: BrowserAgent, method: str, path: str, body: Any = None) -> Any:
    """The server's answer to whom this page belongs."""
    url = page.page.url.split("/", 3)
    origin = "/".join(url[:3])
    answer = await page.page.context.request.fetch(
        f"{origin}{path}", method=method, data=body, headers={"Origin": origin}
    )
    assert answer.ok, f"{answer.status} {await answer.text()}"
    return await answer.json()


async def prepared(page: BrowserAgent, name: str, mode: Mode, rows: str, **fields: Any) -> str:
    """A campaign with this list, not started."""
    document = {"id": name, "name": name, "mode": mode, "queue": "service", "rules": "none", "ring_s": 15.0}
    document |= {"caller_ids": {"numbers": [SHOWN]}, **fields}
    made = await asked(page, "POST", "/api/campaigns", {"document": document})
    assert not [problem for problem in made["problems"] if problem["severity"] == "error"], made["problems"]
    inspected = await asked(page, "POST", "/api/lists/uploads?name=people.csv", rows.encode())
    columns = [column["use"] for column in inspected["columns"]]
    new = {"upload": inspected["upload"], "campaign": name, "name": "people", "columns": columns}
    job = await asked(page, "POST", "/api/lists", new)

    async def done() -> bool:
        return bool((await asked(page, "GET", f"/api/lists/jobs/{job['id']}"))["state"] == "done")

    await until(done)
    return name


async def attempts(stack: Stack, campaign: str) -> list[dict[str, Any]]:
    rows = await stack.database.fetch("select * from attempts where campaign = $1 order by at", campaign)
    return [dict(row) for row in rows]


async def picture(page: BrowserAgent, name: str) -> None:
    """Kept when ``TANDEM_PICTURES`` names a folder, for people to look at."""
    folder = os.environ.get("TANDEM_PICTURES")
    if folder:
        await page.page.wait_for_timeout(700)
        await page.page.screenshot(path=str(Path(folder) / f"{name}.png"))


async def test_preview_from_the_card_to_do_not_call(stack: Stack, page_of: OpenAgent) -> None:
    mei, ada = await page_of("mei"), await page_of("ada")
    first, second, third = (f"{TALKS}{index:02}" for index in range(3))
    rows = (
        f"number,name,language,field_city\n{first},Li Lei,en,Kunming\n{second},Han Mei,en,Dali\n{third},Wang,en,Lijiang"
    )
    campaign = await prepared(
        ada, "look", "preview", rows, preview_s=25.0, script="Hello {name}", dispositions=["balance", "wrong_number"]
    )
    await work(mei)
    await watch(mei)
    await asked(ada, "POST", f"/api/campaigns/{campaign}/state", {"state": "running"})

    await expect(mei.at("preview")).to_be_visible()
    await expect(mei.at("campaign-card")).to_contain_text("Li Lei")
    await expect(mei.at("preview-left")).to_contain_text("0:")
    assert await attempts(stack, campaign) == [], "dialled before he was read"
    await picture(mei, "seat-preview")
    await mei.at("preview-dial").click()
    await mei.talking()
    await picture(mei, "seat-talking")
    changes = await seen(mei)
    shown = next(each["at"] for each in changes if each["pop"])
    voice = next(each["at"] for each in changes if each["session"] == "active")
    assert shown <= voice, "the voice was there before the pop"
    print(f"pop {voice - shown:.2f} s before the agent's voice")
    dialled = (await until(lambda: attempts(stack, campaign)))[0]
    assert (dialled["number"], dialled["reserved"], dialled["agent"]) == (first, True, "mei")

    await mei.at("call-again").click()
    await picture(mei, "seat-call-again")
    await mei.at("call-again-note").fill("after lunch")
    await mei.at("call-again-personal").click()
    await mei.at("call-again-save").click()
    await expect(mei.at("call-again-save")).to_be_hidden()
    await mei.at("hang-up").click()
    await expect(mei.at("wrap-up")).to_be_visible()
    await picture(mei, "seat-wrap-up")
    assert await mei.page.locator("[data-testid=disposition-option]").count() == 2, "only those of the campaign"
    await dispose(mei, "balance", "asked to be called again")
    lead = await until(lambda: _lead(stack, first, "callback_at"))
    assert (lead["state"], lead["callback_agent"], lead["callback_note"]) == ("open", "mei", "after lunch")
    assert lead["callback_at"].timestamp() > time.time() + 3600

    # the next one: dialled by itself when the time to read is over
    await expect(mei.at("campaign-card")).to_contain_text("Han Mei")
    await mei.talking()
    await mei.at("do-not-call").click()
    await mei.at("do-not-call-global").click()
    entry = await until(lambda: _forbidden(stack, second))
    assert (entry["scope"], entry["by"]) == ("global", "mei")
    await mei.at("hang-up").click()
    await dispose(mei, "wrong_number", "")
    await until(lambda: _lead(stack, second, "disposition"))
    lead = await _lead(stack, second, "state")
    assert lead["state"] == "do_not_call"

    # and one who is left for later
    await expect(mei.at("campaign-card")).to_contain_text("Wang")
    await mei.at("preview-skip").click()
    await expect(mei.at("preview")).to_be_hidden()
    await asked(ada, "POST", f"/api/campaigns/{campaign}/state", {"state": "stopped"})
    await until(lambda: _results(stack, campaign, "talked", "talked"))
    calls = read_calls(calls_file(stack.installation.home / "carrier" / "log"))
    assert sorted(call.number for call in calls) == [first, second]
    await pause(mei)
    await no_complaints(mei)


async def _results(stack: Stack, campaign: str, *wanted: str) -> bool:
    """Of those who were dialled."""
    found = [one["result"] for one in await attempts(stack, campaign) if one["result"] != "withdrawn"]
    return found == [*wanted]


async def _lead(stack: Stack, number: str, field: str) -> dict[str, Any]:
    row = await stack.database.fetch_row(
        "select l.* from leads l join lead_numbers n on n.lead = l.id where n.number = $1 and l.campaign = 'look'",
        number,
    )
    return dict(row) if row is not None and row[field] is not None else {}


async def _forbidden(stack: Stack, number: str) -> Any:
    return await stack.database.fetch_row("select * from do_not_call where number = $1 and not lifted", number)


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_the_operator_makes_a_campaign_and_runs_it(
    stack: Stack, page_of: OpenAgent, tmp_path: Path, language: str
) -> None:
    ada, mei = await page_of("ada"), await page_of("mei")
    if language == "zh":
        await ada.at("language").click()
    await ada.at("nav-campaigns").click()
    await picture(ada, f"{language}-list")
    await ada.at("campaign-new").click()
    await ada.at("campaign-name").fill(f"Spring {language}")
    await _choose(ada, 2, "Accounts and cards" if language == "en" else "账户与银行卡")
    await _choose(ada, 3, "None" if language == "en" else "无")
    await expect(ada.at("campaign-form").locator(".problem-error")).to_have_count(0)
    await picture(ada, f"{language}-form")
    await ada.at("form-more").click()
    await picture(ada, f"{language}-form-more")
    await ada.at("campaign-save").click()
    await expect(ada.at("campaign-desk")).to_be_visible()
    campaign = await ada.at("campaign-desk").get_attribute("data-campaign") or ""

    file = tmp_path / "people.csv"
    offset = 40 if language == "en" else 60
    rows = [f"{TALKS}{offset + index},王{index},昆明" for index in range(9)]
    rows += [f"{BUSY}{offset + index},李{index},大理" for index in range(4)]
    file.write_text("\n".join(["号码,姓名,城市", *rows, "500&PJSIP/x/1900,坏,"]), encoding="gb18030")
    await ada.at("list-import").click()
    await ada.at("import-file").set_input_files(str(file))
    await expect(ada.at("mapping")).to_be_visible()
    await picture(ada, f"{language}-import-columns")
    await ada.at("import-start").click()
    await expect(ada.at("import-job")).to_have_attribute("data-state", "done")
    await expect(ada.at("import-bad-rows")).to_contain_text("1")
    await picture(ada, f"{language}-import-done")
    await ada.at("import-close").click()
    await expect(ada.at("lists")).to_contain_text("people")

    await work(mei)
    await ada.at("campaign-start").click()
    await ada.at("campaign-now").click()
    await picture(ada, f"{language}-now-starting")
    await reached(mei)
    await picture(ada, f"{language}-now")
    await ada.at("campaign-waterfall").click()
    await expect(ada.at("waterfall")).to_contain_text("13")
    await picture(ada, f"{language}-waterfall")
    for view in "day", "decisions", "contacts", "lists", "rules", "compliance", "whatif":
        await ada.at(f"campaign-{view}").click()
        await ada.page.wait_for_load_state("networkidle")
        assert await ada.page.locator(".crash").count() == 0, view
        await picture(ada, f"{language}-{view}")
    await ada.at("campaign-contacts").click()
    await ada.at("leads").locator("[data-row]").first.click()
    await expect(ada.at("lead-detail")).to_be_visible()
    await picture(ada, f"{language}-lead")

    await ada.at("campaigns-do-not-call").or_(ada.at("nav-campaigns")).first.click()
    await ada.at("campaigns-do-not-call").click()
    await ada.at("dnc-add").click()
    await ada.at("dnc-number").fill(f"{TALKS}{offset + 8}")
    await picture(ada, f"{language}-do-not-call-add")
    await ada.at("dnc-save").click()
    assert await until(lambda: _forbidden(stack, f"{TALKS}{offset + 8}"))
    await picture(ada, f"{language}-do-not-call")
    await ada.at("campaigns-all").click()
    await picture(ada, f"{language}-list-running")
    await row_of(ada, "campaigns", campaign).click()
    await ada.at("campaign-pause").click()
    await until(lambda: _state(stack, campaign, "paused"))
    await mei.at("hang-up").click()
    await dispose(mei, "balance", "", save="save-not-ready")
    dialled = {one["number"] for one in await attempts(stack, campaign)}
    assert f"{TALKS}{offset + 8}" not in dialled
    assert dialled
    if language == "zh":
        await ada.at("language").click()
    await no_complaints(ada, mei)


async def reached(agent: BrowserAgent) -> None:
    """Wait until a call is put through to this agent. A page on a busy machine may be too late for the promise to the
    callee (2 s): then she is Not ready, and the next one is hers."""

    async def talks() -> bool:
        if await agent.at("agent-state").get_attribute("data-state") == "not_ready":
            await agent.at("ready").click()
        return await agent.at("phone-state").get_attribute("data-session") == "active"

    await until(talks, why="no call was put through")
    await agent.talking()


async def _state(stack: Stack, campaign: str, state: str) -> bool:
    row = await stack.database.fetch_row("select state from campaigns where id = $1", campaign)
    return row is not None and row["state"] == state


async def _choose(page: BrowserAgent, place: int, name: str) -> None:
    """In the form's select of this place (mode, queue, rules)."""
    await page.at("campaign-form").locator(".ant-select").nth(place - 1).click()
    await page.page.locator(".ant-select-dropdown:visible .ant-select-item-option", has_text=name).first.click()
