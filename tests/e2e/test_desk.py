"""The agent's desk with real calls: who is calling, talk, transfer, wrap-up; and callers who give up."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
import soundfile
from playwright.async_api import Browser, WebSocketRoute, expect
from tests.e2e.conftest import OpenAgent
from tests.support.desk import (
    dispose,
    ended,
    loudness,
    moment,
    no_complaints,
    option,
    pause,
    quick_flow,
    recording,
    ring_in,
    row_of,
    seen,
    speak,
    transfer,
    watch,
    work,
)
from tests.support.floor_watch import ZH_ACCOUNTS, ZH_LOANS, kinds, phase, row, row_with, timeline, told, until

from tandem.cti.app.browser_agent import BrowserAgent, chromium
from tandem.cti.app.stack import Stack
from tandem.cti.provision.asterisk_instance import AsteriskInstance
from tandem.routing.core.acd.reasons import RULES

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

EN_ACCOUNTS = "21"
WANG, SHARED, STRANGER = "+8613888001201", "+12125550143", "+8613700000042"
ZHANG, ZHAO, LIU, CHEN = "+8613983004477", "+8613810027764", "+8613723450098", "+8613757110236"
LATE_S = 1.0
"""What is clicked is heard later, on a busy machine."""
ANSWERS, BUSY = "+861095588", "+861095599"
RING_S, WRAP_UP_S = 20.0, 3.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    home = tmp_path_factory.mktemp("tandem")
    async with Stack(home, changes={"ring_s": RING_S, "wrap_up_s": WRAP_UP_S, **quick_flow(home)}) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    microphone = tmp_path_factory.mktemp("microphone") / "agent.wav"
    speak(microphone, "Good morning, this is the bank. Let me look at your account. One moment please.")
    async with chromium(microphone) as running:
        yield running


async def test_a_known_customer_from_the_first_key_to_the_next_agent(stack: Stack, page_of: OpenAgent) -> None:
    mei, jun = await work(await page_of("mei")), await page_of("jun")
    await watch(mei)
    caller = await ring_in(stack, ZH_ACCOUNTS, WANG, "WANG XIAOMING")
    await mei.ringing()

    pop = mei.at("pop")
    await expect(pop.get_by_test_id("pop-name")).to_have_text("王小明")
    await expect(pop.locator(".who-line")).to_contain_text("VIP")
    await expect(pop.locator(".who-line")).to_contain_text("中文")
    await expect(pop.get_by_test_id("pop-number")).to_have_text("+86 138 8800 1201")
    await expect(pop.get_by_test_id("pop-pressed")).to_have_text("1中文1账户和银行卡")
    await expect(pop.locator(".waited")).to_have_text(re.compile(r"^\d:\d\d$"))
    await expect(pop.get_by_test_id("pop-why")).to_contain_text(re.compile(f"陈美.*{RULES['only_agent']['zh']}"))
    await expect(pop.get_by_test_id("pop-history").get_by_test_id("contact")).to_have_count(5)
    await expect(pop.get_by_test_id("pop-history")).to_contain_text("询问上周汇往新加坡的 48,000 美元")
    await expect(pop.get_by_test_id("pop-tickets").locator("li")).to_have_count(2)
    await expect(pop.get_by_test_id("pop-tickets")).to_contain_text("跨境汇款未到账")
    await mei.at("language").click()
    await expect(pop.get_by_test_id("pop-why")).to_contain_text(re.compile(f"陈美.*{RULES['only_agent']['en']}"))
    await expect(pop.get_by_test_id("pop-pressed")).to_have_text("1Chinese1Accounts and cards")
    await mei.at("language").click()

    call = (await row(stack, WANG))["id"]
    on_page = await seen(mei)
    painted_at = next(moment["at"] for moment in on_page if moment["pop"])
    rang_at = next(moment["at"] for moment in on_page if moment["session"] == "incoming")
    assert all(moment["pop"] for moment in on_page if moment["session"] != "none"), "the phone rang without its pop"
    order = [
        line["kind"] for line in await timeline(stack, call) if line["kind"] in ("matched", "pop_shown", "ringing")
    ]
    assert order == ["matched", "pop_shown", "ringing"]
    assert painted_at < await moment(stack, call, "pop_shown") < rang_at

    await mei.at("answer").click()
    await mei.talking()
    await expect(mei.at("recording")).to_have_attribute("data-state", "recording")
    await asyncio.sleep(3.5)
    await mei.at("hang-up").click()
    await caller.wait_ended()
    await dispose(mei, "card_lost", "客户已核身，补卡寄往昆明。", save="save-not-ready")
    await mei.state("not_ready")

    file, _ = await recording(stack, call)
    heard_caller, heard_agent = await loudness(file)
    assert heard_caller > 0.01, "the caller cannot be heard"
    assert heard_agent > 0.01, "the agent cannot be heard"
    sound, _ = soundfile.read(file, always_2d=True)
    assert abs(np.corrcoef(sound.T)[0, 1]) < 0.3, "both channels carry the same"

    await mei.at("nav-calls").click()
    listed = row_of(mei, "calls", call)
    await expect(listed).to_contain_text("王小明")
    await listed.click()
    await expect(mei.at("recording-line")).to_have_attribute("data-state", "saved")
    player = mei.at("player")
    await player.evaluate("audio => audio.play()")
    await until(lambda: player.evaluate("audio => audio.currentTime > 0.5 && audio.error === null"))
    await expect(mei.at("timeline")).to_contain_text(re.compile(f"陈美.*{RULES['only_agent']['zh']}"))

    await work(jun)
    again = await ring_in(stack, ZH_ACCOUNTS, WANG)
    await jun.answer()
    newest = jun.at("pop-history").get_by_test_id("contact").first
    await expect(newest).to_contain_text("挂失与补卡")
    await expect(newest).to_contain_text("客户已核身，补卡寄往昆明。")
    await expect(newest).to_contain_text("陈美")
    await again.hang_up()
    await jun.wrap_up("balance", "")
    await no_complaints(mei, jun)


async def test_a_number_of_two_customers(stack: Stack, page_of: OpenAgent) -> None:
    tom = await work(await page_of("tom"))
    caller = await ring_in(stack, EN_ACCOUNTS, SHARED, "CARTER")
    await tom.answer()
    ranked = tom.at("pop-chooser").get_by_role("radio")
    await expect(ranked).to_have_count(2)
    await expect(ranked.nth(0)).to_contain_text("Emily Carter")
    await expect(ranked.nth(1)).to_contain_text("Michael Carter")
    await expect(tom.at("pop-name")).to_have_text("Emily Carter")
    await ranked.nth(1).click()
    await expect(tom.at("pop-name")).to_have_text("Michael Carter")
    await expect(tom.at("pop-history")).to_contain_text("Locked out after three wrong passwords")
    await caller.hang_up()
    await tom.wrap_up("login", "It was Michael.")
    call = await ended(stack, SHARED, "answered")
    written = await until(lambda: _disposed(stack, call["id"]))
    michael = await stack.database.fetch_row("select id from customers where name = 'Michael Carter'")
    assert michael is not None
    assert written["customer"] == call["customer"] == michael["id"]
    await no_complaints(tom)


async def _disposed(stack: Stack, call: str) -> object:
    return next((line for line in await stack.contacts(call) if line["disposition"]), None)


async def test_an_unknown_number_becomes_a_customer(stack: Stack, page_of: OpenAgent) -> None:
    mei = await work(await page_of("mei"))
    caller = await ring_in(stack, ZH_ACCOUNTS, STRANGER, "Xiao Li")
    await mei.answer()
    await expect(mei.at("pop-name")).to_have_text("+86 137 0000 0042")
    await expect(mei.at("pop")).to_contain_text("未知来电")
    await mei.at("create-customer").click()
    await expect(mei.at("customer-name")).to_have_value("Xiao Li")
    await mei.at("customer-name").fill("李晓")
    await mei.at("customer-save").click()
    await expect(mei.at("pop-name")).to_have_text("李晓")
    await caller.hang_up()
    await mei.wrap_up("details", "新客户")
    again = await ring_in(stack, ZH_ACCOUNTS, STRANGER)
    await mei.answer()
    await expect(mei.at("pop-name")).to_have_text("李晓")
    await expect(mei.at("pop-history")).to_contain_text("新客户")
    await again.hang_up()
    await mei.wrap_up("details", "")
    await no_complaints(mei)


async def test_a_caller_without_a_number(stack: Stack, page_of: OpenAgent) -> None:
    mei = await work(await page_of("mei"))
    caller = await ring_in(stack, ZH_ACCOUNTS, "anonymous", "Anonymous")
    await mei.answer()
    await expect(mei.at("pop-name")).to_have_text("号码未显示")
    await expect(mei.at("pop")).to_contain_text("未知来电")
    await caller.hang_up()
    await mei.wrap_up("wrong_number", "")
    await no_complaints(mei)


async def test_declined_and_not_answered(stack: Stack, page_of: OpenAgent) -> None:
    """Who is asked first is the matcher's choice (a scarce agent may be spared): each in his turn."""
    seats = {login: await work(await page_of(login)) for login in ("mei", "jun", "lin")}
    caller = await ring_in(stack, ZH_ACCOUNTS, ZHANG)

    async def who_rings() -> str:
        """One at a time, and never one who was asked before."""
        ringing = [login for login, seat in seats.items() if await _session(seat) == "incoming"]
        assert len(ringing) < 2, "two phones ring for one caller"
        return ringing[0] if ringing else ""

    declines = await until(who_rings)
    seat = seats[declines]
    queued_at = (await row(stack, ZHANG))["queued_at"]
    await seat.at("decline").click()
    await seat.state("not_ready")
    await expect(seat.at("agent-state")).to_have_attribute("data-reason", "declined")
    await expect(seat.at("pop")).to_have_count(0)

    sleeps = await until(who_rings)
    seat = seats[sleeps]
    await seat.state("not_ready")
    await expect(seat.at("agent-state")).to_have_attribute("data-reason", "no_answer")
    await expect(seat.at("phone-state")).to_have_attribute("data-session", "none")

    answers = await until(who_rings)
    assert {declines, sleeps, answers} == set(seats), "somebody was asked twice"
    await seats[answers].answer()
    assert caller.talking
    call = await row(stack, ZHANG)
    assert call["queued_at"] == queued_at, "the place in line is lost"
    await told(stack, call["id"], offered_on=2)
    await caller.hang_up()
    await seats[answers].wrap_up("balance", "")
    await no_complaints(*seats.values())


async def _session(seat: BrowserAgent) -> str | None:
    return await seat.at("phone-state").get_attribute("data-session")


async def test_callers_who_give_up(stack: Stack, page_of: OpenAgent) -> None:
    mei = await work(await page_of("mei"))
    impatient = await ring_in(stack, "", LIU)
    await phase(stack, LIU, "ivr")
    await impatient.hang_up()
    await ended(stack, LIU, "abandoned_in_ivr")

    ringing = await ring_in(stack, ZH_ACCOUNTS, ZHAO)
    await mei.ringing()
    await ringing.hang_up()
    await expect(mei.at("pop")).to_have_count(0)
    await expect(mei.at("phone-state")).to_have_attribute("data-session", "none")
    await mei.state("ready")
    await ended(stack, ZHAO, "abandoned_in_queue")

    await pause(mei)
    waiting = await ring_in(stack, ZH_ACCOUNTS, CHEN)
    await phase(stack, CHEN, "queued")
    await waiting.hang_up()
    gone = await ended(stack, CHEN, "abandoned_in_queue")
    assert gone["wait_s"] > 0
    await no_complaints(mei)


@pytest_asyncio.fixture(loop_scope="module")
async def keys_that_came(stack: Stack) -> Callable[[], Awaitable[str]]:
    """Which keys the public network has heard from us since now."""
    carrier = AsteriskInstance(stack.asterisk.install, stack.installation.home / "carrier", {})
    await carrier.rx("logger add channel keys dtmf")
    log = carrier.log_file.with_name("keys")

    async def came() -> str:
        text = await asyncio.to_thread(log.read_text) if log.exists() else ""
        return "".join(re.findall(r"DTMF end '(.)' received on PJSIP/tandem", text))

    return came


async def test_mute_hold_and_keys(
    stack: Stack, page_of: OpenAgent, keys_that_came: Callable[[], Awaitable[str]]
) -> None:
    lin = await work(await page_of("lin"))
    caller = await ring_in(stack, ZH_LOANS, ZHAO)
    await lin.answer()
    call = (await row(stack, ZHAO))["id"]
    await asyncio.sleep(3)
    talked_until = time.time()
    await lin.at("mute").click()
    await expect(lin.at("mute")).to_have_attribute("aria-pressed", "true")
    muted_at = time.time()
    await asyncio.sleep(3)
    muted_until = time.time()
    await lin.at("hold").click()
    await expect(lin.at("hold")).to_have_attribute("aria-pressed", "true")
    await expect(lin.page.locator(".talk")).to_contain_text("已保持")
    held_at = await moment(stack, call, "held")
    await asyncio.sleep(4)
    await lin.at("hold").click()
    retrieved_at = await moment(stack, call, "retrieved")
    await lin.at("mute").click()
    await expect(lin.at("mute")).to_have_attribute("aria-pressed", "false")

    await lin.at("dtmf").click()
    for key in "5", "0", "#":
        await lin.at(f"dtmf-{key}").click()
    await expect(lin.at("keypad")).to_contain_text("50#")
    await lin.page.keyboard.press("7")
    await expect(lin.at("keypad")).to_contain_text("50#7")

    async def all_came() -> bool:
        return await keys_that_came() == "50#7"

    await until(all_came, why=f"other keys came, or none: {await keys_that_came()}")

    await caller.hang_up()
    await lin.wrap_up("repayment", "")
    file, began_at = await recording(stack, call)
    _, talking = await loudness(file, 0.5, talked_until - began_at - 0.2)
    _, muted = await loudness(file, muted_at - began_at + LATE_S, muted_until - began_at)
    _, music = await loudness(file, held_at - began_at + LATE_S, retrieved_at - began_at - 0.5)
    told_of = f"talking {talking:.5f}, muted {muted:.5f}, held {music:.5f}"
    assert talking > 0.01, told_of
    assert muted < talking / 20, f"a muted agent is heard: {told_of}"
    assert music > 10 * muted, f"the held caller hears no music: {told_of}"
    await no_complaints(lin)


async def test_transfers(stack: Stack, page_of: OpenAgent) -> None:
    mei, jun, lin = [await work(await page_of(login)) for login in ("mei", "jun", "lin")]
    await pause(jun)
    await pause(lin)

    caller = await ring_in(stack, ZH_ACCOUNTS, ZHANG)
    await mei.answer()
    await work(jun)
    await transfer(mei, "1006", "agent-jun")
    await expect(mei.at("wrap-up")).to_be_visible()
    await jun.ringing()
    await expect(jun.at("pop-why")).to_contain_text(re.compile("指定.*刘军"))
    await jun.answer()
    await mei.wrap_up("transfer", "to jun")
    await pause(mei)

    await work(lin)
    await transfer(jun, "贷款", "queue-loans")
    await jun.wrap_up("advice", "to loans")
    await lin.answer()
    call = await row_with(stack, ZHANG, queue="loans", agent="lin")

    await pause(jun)
    await transfer(lin, BUSY, f"number-{BUSY}")
    await phase(stack, ZHANG, "queued")
    assert caller.talking, "the caller of a transfer that failed is gone"
    await dispose(lin, "advice", "busy, tried again")
    await lin.answer()

    await transfer(lin, ANSWERS, f"number-{ANSWERS}")
    await moment(stack, call["id"], "transferred_out")
    await until(lambda: _talks(stack, ANSWERS))
    await lin.wrap_up("advice", "to head office")
    assert caller.talking
    await caller.hang_up()
    gone = await ended(stack, ZHANG, "transferred_out")
    await told(stack, gone["id"], transfer=4, transfer_failed=1, transferred_out=1)
    who = {line["agent"] for line in await stack.contacts(gone["id"])}
    assert who == {"mei", "jun", "lin"}
    await no_complaints(mei, jun, lin)


async def _talks(stack: Stack, number: str) -> bool:
    return stack.carrier.talking(number) == 1


FORGED = "+86108888888"


def _forge(route: WebSocketRoute) -> None:
    """A page that has been tampered with: says what ours would never let through."""
    server = route.connect_to_server()
    route.on_message(lambda said: server.send(str(said).replace(FORGED, "500&PJSIP/x/1900")))


async def test_numbers_that_may_not_be_dialled(stack: Stack, page_of: OpenAgent) -> None:
    lin = await page_of("lin")
    await lin.page.route_web_socket(re.compile(r":8401/"), _forge)
    await lin.page.reload()
    await work(lin)
    caller = await ring_in(stack, ZH_LOANS, LIU)
    await lin.answer()
    await lin.at("transfer").click()
    field = lin.at("transfer-search")
    await field.fill("500&PJSIP/x/1900")
    await expect(lin.page.locator(".transfer-option")).to_have_count(0)
    await field.press("Enter")
    for number in ("+19005551234", "95588*#", FORGED):
        await field.fill(number)
        await lin.at(f"transfer-number-{number}").click()
        await expect(lin.page.locator(".ant-message-notice").last).to_be_visible()
        await expect(field).to_be_visible()
    await field.press("Escape")
    await lin.talking()
    assert caller.talking
    assert "transfer" not in await kinds(stack, (await row(stack, LIU))["id"])
    await caller.hang_up()
    await lin.wrap_up("advice", "")
    await no_complaints(lin)


async def test_wrap_up(stack: Stack, page_of: OpenAgent) -> None:
    jun = await work(await page_of("jun"))
    caller = await ring_in(stack, ZH_ACCOUNTS, CHEN)
    await jun.answer()
    await jun.at("notes").fill("written while talking")
    await caller.hang_up()
    await jun.state("working_after_call")
    wrap_up = jun.at("wrap-up")
    await expect(wrap_up).to_be_visible()
    await expect(jun.at("notes")).to_have_value("written while talking")
    await expect(wrap_up).to_contain_text("必选")
    await expect(jun.at("save-ready")).to_be_disabled()
    await expect(jun.at("save-not-ready")).to_be_disabled()
    timer = wrap_up.get_by_role("timer")
    await expect(timer).to_have_attribute("data-overdue", "true")
    await jun.at("more-time").click()
    await expect(timer).to_have_attribute("data-overdue", "false")
    await option(jun, "fees").click()
    await expect(jun.at("save-ready")).to_be_enabled()
    await jun.at("save-not-ready").click()
    await jun.state("not_ready")
    await expect(wrap_up).to_have_count(0)
    call = await ended(stack, CHEN, "answered")
    written: Any = await until(lambda: _disposed(stack, call["id"]), why="the wrap-up was not written")
    assert (written["disposition"], written["notes"]) == ("fees", "written while talking")
    await no_complaints(jun)
