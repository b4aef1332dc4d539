"""The pages around the desk: board, roles, languages, log-in; and callers who write what they like."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.e2e.conftest import OpenAgent
from tests.support.desk import (
    dispose,
    ended,
    no_complaints,
    option,
    quick_flow,
    recording,
    ring_in,
    row_of,
    work,
)
from tests.support.floor_watch import EN_LOANS, ZH_ACCOUNTS, ZH_SUPPORT, channels, phase, row, until

from tandem.cti.app.browser_agent import BrowserAgent
from tandem.cti.app.demo_data import DEMO_PASSWORD
from tandem.cti.app.stack import Stack

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

VIP, GOLD, ENGLISH = "+8613888001201", "+8613810027764", "+4915228817386"
TARGET_S = 20.0
"""Of the demo's service queue."""
PWNED = "window.pwned"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    home = tmp_path_factory.mktemp("tandem")
    async with Stack(home, changes={"ring_s": 120.0, **quick_flow(home)}) as running:
        yield running


async def anonymous(browser: Browser, stack: Stack, language: str = "en-US") -> BrowserAgent:
    """A page on which nobody has logged in."""
    page = await BrowserAgent.open(browser, stack.url, language=language)
    await page.page.goto(stack.url)
    await expect(page.at("login")).to_be_visible()
    return page


async def queue(page: BrowserAgent, name: str) -> dict[str, str]:
    """A line of the board's queues, by the titles of its columns."""
    cells: dict[str, str] = await page.at("board-queues").evaluate(
        """(table, name) => {
          const titles = [...table.querySelectorAll('th')].map(cell => cell.textContent.trim());
          const cells = table.querySelector(`tr[data-queue="${name}"]`).querySelectorAll('td');
          return Object.fromEntries([...cells].map((cell, index) => [titles[index], cell.textContent.trim()]));
        }""",
        name,
    )
    return cells


async def test_the_board_is_live(stack: Stack, page_of: OpenAgent) -> None:
    sofia = await page_of("sofia")
    await expect(sofia.at("board-queues")).to_be_visible()
    asked: list[str] = []
    sofia.page.on("request", lambda request: asked.append(request.url))
    seat = row_of(sofia, "board-seats", "mei")
    await expect(seat).to_contain_text("Offline")
    mei = await page_of("mei")
    await expect(seat).to_contain_text("Not ready")

    first = await ring_in(stack, ZH_ACCOUNTS, VIP)
    await phase(stack, VIP, "queued")
    second = await ring_in(stack, ZH_ACCOUNTS, GOLD)
    await phase(stack, GOLD, "queued")
    waiting = sofia.at("board-waiting").locator("[data-row]")
    await expect(waiting).to_have_count(2)
    await expect(waiting.nth(0)).to_contain_text("1")
    await expect(waiting.nth(0)).to_contain_text("王小明")
    await expect(waiting.nth(0)).to_contain_text("VIP")
    await expect(waiting.nth(1)).to_contain_text("2")
    await expect(waiting.nth(1)).to_contain_text("赵雅婷")
    await until(lambda: _shows(sofia, Waiting="2", Ready="0", Answered="0", **{"Service level": "–"}))
    assert (await queue(sofia, "service"))["Longest"] >= "0:01"

    await work(mei)
    await mei.ringing()
    await expect(seat).to_contain_text("Ringing")
    await expect(seat).to_contain_text("王小明")
    await mei.at("answer").click()
    await mei.talking()
    await expect(seat).to_contain_text("Talking")
    await expect(waiting).to_have_count(1)
    await expect(waiting.nth(0)).to_contain_text("1")
    await second.hang_up()
    await expect(waiting).to_have_count(0)
    await until(lambda: _shows(sofia, Waiting="0", Talking="1", Answered="1", Abandoned="1"))
    await first.hang_up()
    await expect(seat).to_contain_text("Wrap-up")
    answered = await ended(stack, VIP, "answered")
    level = "100 %" if answered["wait_s"] <= TARGET_S else "0 %"
    await until(lambda: _shows(sofia, Talking="0", Offered="2", **{"Service level": level}))
    await dispose(mei, "balance", "")
    await expect(seat).to_contain_text("Ready")
    assert asked == [], "the board asks instead of listening"
    await no_complaints(sofia, mei)


async def _shows(page: BrowserAgent, **wanted: str) -> bool:
    return wanted.items() <= (await queue(page, "service")).items()


async def test_what_each_role_may_see(stack: Stack, page_of: OpenAgent) -> None:
    mei, ana, omar = await page_of("mei"), await page_of("ana"), await page_of("omar")
    await work(mei)
    caller = await ring_in(stack, ZH_ACCOUNTS, GOLD)
    await mei.answer()
    await asyncio.sleep(1)
    await caller.hang_up()
    await mei.wrap_up("balance", "not for others")
    call = (await ended(stack, GOLD, "answered"))["id"]
    file, _ = await recording(stack, call)

    own = (f"/api/calls/{call}", f"/api/recordings/{file.stem}/audio")
    assert [await _status(mei, path) for path in own] == [200, 200]
    assert [await _status(ana, path) for path in own] == [404, 404], "not even that there is such a call"
    assert [await _status(omar, path) for path in own] == [200, 403]
    for page in mei, ana:
        assert [await _status(page, path) for path in ("/api/flows", "/api/check")] == [403, 403]
        assert await _hello(page, "board") == "refused 4403"
        await expect(page.at("live-state")).to_have_attribute("data-state", "live")
        await expect(page.page.get_by_test_id("nav-board")).to_have_count(0)
    assert await _hello(omar, "seat") == "refused 4403"
    assert await _hello(omar, "board") == "told welcome"
    await ana.page.goto(f"{stack.url}/board")
    await expect(ana.page.get_by_text("Not for your role")).to_be_visible()
    await expect(ana.at("board-seats")).to_have_count(0)

    await omar.page.locator("[data-testid=flow-list] [data-row=main]").click()
    await expect(omar.at("step-box")).to_have_count(13)
    await expect(omar.page.locator("[data-step=language]")).to_contain_text("Welcome to Yunling Bank")
    await expect(omar.page.locator("[data-step=in_chinese] .step-said")).to_contain_text("language:zh>=3")
    await omar.at("nav-system").click()
    checks = omar.at("checks").locator("li")
    await expect(checks.first).to_be_visible()
    assert await checks.count() >= 5
    bad = omar.at("checks").locator("li[data-ok=false]")
    assert await bad.all_text_contents() == []
    await no_complaints(mei, ana, omar)


async def _status(page: BrowserAgent, path: str) -> int:
    status: int = await page.page.evaluate("async path => (await fetch(path)).status", path)
    return status


async def _hello(page: BrowserAgent, view: str) -> str:
    """What becomes of a second channel of this person with that view."""
    outcome: str = await page.page.evaluate(
        """async view => {
          const me = await (await fetch('/api/me')).json();
          const socket = new WebSocket(me.seat_socket_url);
          return await new Promise(resolve => {
            socket.onopen = () => socket.send(JSON.stringify({type: 'hello', protocol: 2, view}));
            socket.onmessage = ({data}) => resolve(`told ${JSON.parse(data).type}`);
            socket.onclose = ({code}) => resolve(`refused ${code}`);
          });
        }""",
        view,
    )
    return outcome


HOSTILE = {
    "+8613700000051": f"<img src=x onerror={PWNED}=1>",
    "+8613700000052": "'; ${SHELL(id)} ${EVAL(1)}",
    "+8613700000053": "\u202eeliF lanosreP\u202c اسم",
    "+8613700000054": "%0d%0aAction: Originate%0d%0aChannel: PJSIP/1900",
    "+8613700000055": "长" + "x" * 99,
    "+8613700000056": f"</bdi><script>{PWNED}=1</script>{{{{7*7}}}}",
}
NOTES = f"<script>{PWNED}=1</script><img src=x onerror={PWNED}=1>\nsecond 'line'; drop table calls --"


async def test_hostile_names_and_notes_are_only_text(stack: Stack, page_of: OpenAgent) -> None:
    sofia, wei = await page_of("sofia"), await page_of("wei")
    callers = {}
    for number, name in HOSTILE.items():
        callers[number] = await ring_in(stack, ZH_SUPPORT, number, name)
    names = {}
    for number in HOSTILE:
        call = await phase(stack, number, "queued")
        names[number] = call["caller_name"]
        on_board = row_of(sofia, "board-waiting", call["id"])
        await expect(on_board).to_contain_text(call["caller_name"])
    assert names["+8613700000051"] == HOSTILE["+8613700000051"]
    assert "${SHELL(id)}" in names["+8613700000052"], "the name was expanded, or lost"
    assert "Action: Originate" in names["+8613700000054"]
    assert names["+8613700000055"].startswith("长" + "x" * 70)
    assert len(await channels(stack)) == len(HOSTILE), "somebody made Asterisk call"
    await _nothing_ran(sofia)

    await work(wei)
    for number, name in names.items():
        await wei.answer()
        await expect(wei.at("pop").locator(".who-panel")).to_contain_text(name)
        await expect(row_of(sofia, "board-seats", "wei")).to_contain_text(name)
        await callers[number].hang_up()
        await dispose(wei, "wrong_number", NOTES)
    await wei.state("ready")
    await _nothing_ran(wei)

    for page in sofia, wei:
        await page.at("nav-calls").click()
        for number, name in names.items():
            await expect(row_of(page, "calls", (await row(stack, number))["id"])).to_contain_text(name)
    await row_of(sofia, "calls", (await row(stack, "+8613700000051"))["id"]).click()
    detail = sofia.at("call-detail")
    await expect(detail.locator("h2")).to_have_text(names["+8613700000051"])
    written = detail.locator(".contact-notes")
    assert await written.text_content() == NOTES
    await _nothing_ran(sofia)
    await _nothing_ran(wei)
    await no_complaints(sofia, wei)


async def _nothing_ran(page: BrowserAgent) -> None:
    assert await page.page.evaluate(f"() => {PWNED}") is None
    assert await page.page.locator("img[src=x], #root script").count() == 0


async def test_languages_switch_at_once(stack: Stack, page_of: OpenAgent, browser: Browser) -> None:
    nobody = await anonymous(browser, stack)
    await expect(nobody.at("submit")).to_have_text("Log in")
    await nobody.at("language").click()
    await expect(nobody.at("submit")).to_have_text("登录")
    await expect(nobody.page.locator("html")).to_have_attribute("lang", "zh-CN")
    await nobody.page.reload()
    await expect(nobody.at("submit")).to_have_text("登录")
    await no_complaints(nobody)
    await nobody.close()

    ana, sofia = await work(await page_of("ana")), await page_of("sofia")
    caller = await ring_in(stack, EN_LOANS, ENGLISH)
    await ana.answer()
    await expect(ana.at("pop-tickets")).to_contain_text("Open tickets")
    await expect(ana.at("hang-up")).to_contain_text("Hang up")
    await ana.at("notes").fill("kept")
    await ana.at("language").click()
    await expect(ana.at("pop-tickets")).to_contain_text("未结工单")
    await expect(ana.at("hang-up")).to_contain_text("挂断")
    await expect(ana.at("pop-why")).to_contain_text("空闲座席")
    await expect(ana.at("notes")).to_have_value("kept")
    await expect(option(ana, "advice")).to_contain_text("贷款咨询")
    await ana.talking()
    await expect(row_of(sofia, "board-seats", "ana")).to_contain_text("Talking")
    await sofia.at("language").click()
    await expect(row_of(sofia, "board-seats", "ana")).to_contain_text("通话")
    await expect(sofia.at("board-queues")).to_contain_text("贷款业务")
    await sofia.at("language").click()
    await expect(sofia.at("board-queues")).to_contain_text("Loans")
    await caller.hang_up()
    await ana.wrap_up("advice", "")
    await ana.at("language").click()
    await no_complaints(ana, sofia)


@pytest.mark.parametrize(
    ("login", "paths"),
    [
        ("jun", ("/", "/calls")),
        ("ada", ("/board", "/calls", "/callbacks", "/flows", "/system")),
        ("omar", ("/flows", "/system", "/calls")),
    ],
)
async def test_every_page_opens_without_a_complaint(
    stack: Stack, page_of: OpenAgent, login: str, paths: tuple[str, ...]
) -> None:
    page = await page_of(login)
    for path in paths:
        await page.page.goto(stack.url + path)
        await expect(page.at("live-state")).to_have_attribute("data-state", "live")
        await page.page.wait_for_load_state("networkidle")
        for _ in range(2):
            await page.at("language").click()
            await page.at("theme").click()
            await asyncio.sleep(0.1)
        assert await page.page.locator(".crash").count() == 0
    await page.page.goto(f"{stack.url}/nowhere")
    await expect(page.at("user-menu")).to_be_visible()
    await no_complaints(page)


async def test_two_tabs_of_one_agent(stack: Stack, page_of: OpenAgent) -> None:
    old = await work(await page_of("sara"))
    new = await page_of("sara")
    await expect(old.at("replaced")).to_contain_text("Opened elsewhere")
    await new.state("ready")
    caller = await ring_in(stack, "23", ENGLISH)
    await new.answer()
    await expect(old.at("pop")).to_have_count(0)
    await caller.hang_up()
    await new.wrap_up("login", "")
    await old.at("take-over").click()
    await expect(new.at("replaced")).to_be_visible()
    await old.state("ready")
    caller = await ring_in(stack, "23", ENGLISH)
    await old.answer()
    await caller.hang_up()
    await old.wrap_up("login", "")
    await no_complaints(old, new)


async def test_log_out(stack: Stack, page_of: OpenAgent) -> None:
    sofia, jun = await page_of("sofia"), await work(await page_of("jun"))
    seat = row_of(sofia, "board-seats", "jun")
    await expect(seat).to_contain_text("Ready")
    cookies = await jun.page.context.cookies()
    assert [(cookie["httpOnly"], cookie["sameSite"]) for cookie in cookies] == [(True, "Strict")]
    await jun.at("user-menu").click()
    await jun.at("log-out").click()
    await expect(jun.at("login")).to_be_visible()
    await expect(seat).to_contain_text("Offline")
    await jun.page.context.add_cookies([{"url": stack.url, "name": c["name"], "value": c["value"]} for c in cookies])
    await jun.page.reload()
    await expect(jun.at("login")).to_be_visible()
    assert await _status(jun, "/api/calls") == 401, "the old session still opens doors"
    await no_complaints(sofia, jun)


async def test_wrong_passwords(stack: Stack, browser: Browser) -> None:
    page = await anonymous(browser, stack)
    try:
        for attempt in range(6):
            await page.at("login").fill("nobody")
            await page.at("password").fill(f"guess {attempt}")
            await page.at("submit").click()
            wanted = "Login or password is wrong." if attempt < 5 else "Too many attempts. Try again in"
            await expect(page.at("login-error")).to_contain_text(wanted)
        await page.at("language").click()
        await expect(page.at("login-error")).to_contain_text("尝试次数过多")
        await page.at("password").fill("again")
        await expect(page.at("submit")).to_be_disabled()
        await no_complaints(page)
        other = await anonymous(browser, stack)
        await other.log_in("tom", DEMO_PASSWORD)
        await other.close()
    finally:
        await page.close()
