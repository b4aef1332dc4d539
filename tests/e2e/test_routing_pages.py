"""Routing in the browser: a plan applied, a queue closed by hand, the line, tasks, messages, what-if."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.e2e.conftest import OpenAgent
from tests.support.demo_plan import in_text, patient_plan
from tests.support.desk import dispose, ended, no_complaints, pause, quick_flow, recording, ring_in, row_of, work
from tests.support.floor_watch import EN_LOANS, ZH_SUPPORT, has, kinds, over, phase, until

from tandem.cti.app.browser_agent import BrowserAgent
from tandem.cti.app.control import ask
from tandem.cti.app.stack import Stack
from tandem.ivr.adapters.espeak import EspeakNg
from tandem.ivr.core.speech import Prompt
from tandem.ivr.media import sound_name

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

ANSWERS = "+861095588"
SOPHIE, LIU, STRANGER = "+33639980417", "+8613723450098", "+8613700000042"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    home = tmp_path_factory.mktemp("tandem")
    async with Stack(home, changes={"ring_s": 120.0, **quick_flow(home)}, keep=False) as running:
        text = in_text(patient_plan())
        await ask(home, "routing.apply", text=text, note="a test", by="ada")
        yield running


def played(stack: Stack, prompt: Prompt) -> bool:
    """Whether our switch has played it to anybody."""
    name = sound_name(prompt, EspeakNg().voice(prompt.language))
    lines = stack.asterisk.log_file.read_text(encoding="utf-8").splitlines()
    return any("Playing" in line and name in line for line in lines)


async def test_a_plan_is_changed_tried_and_applied(stack: Stack, page_of: OpenAgent) -> None:
    mei, ada = await work(await page_of("mei")), await page_of("ada")
    await pause(await page_of("ana"))  # logged on: the first step has somebody to wait for
    caller = await ring_in(stack, EN_LOANS, SOPHIE)
    await phase(stack, SOPHIE, "queued")

    await ada.at("nav-routing").click()
    await ada.page.locator("span[data-testid=plan-text]").click()
    field = ada.page.locator("textarea[data-testid=plan-text]")
    bad = patient_plan()
    bad["queues"]["loans"]["steps"][0] = "product:loans>=9"
    await field.fill(in_text(bad))
    await expect(ada.at("plan-errors")).to_contain_text("1")
    await expect(ada.at("plan-preview")).to_be_disabled()
    await expect(ada.at("plan-problems")).to_contain_text("9")

    new = patient_plan()
    new["agents"]["mei"]["skills"]["product:loans"] = 5
    await field.fill(in_text(new))
    await ada.at("plan-preview").click()
    preview = ada.at("preview")
    await expect(preview.locator(".effects")).to_contain_text("1")
    await expect(preview.locator(".changes li")).to_have_count(1)
    await expect(preview.locator(".changes")).to_contain_text("loans")
    assert (await phase(stack, SOPHIE, "queued"))["agent"] is None, "a preview changes nothing"
    await ada.at("plan-apply").click()
    await mei.answer()
    await expect(ada.at("preview")).to_have_count(0)
    await mei.at("hang-up").click()
    await caller.wait_ended()
    await dispose(mei, "advice", "", save="save-not-ready")

    await ada.at("plan-versions").click()
    await expect(ada.at("versions")).to_contain_text("ada")
    await no_complaints(mei, ada)


async def test_a_queue_is_closed_and_opened_by_a_click(stack: Stack, page_of: OpenAgent) -> None:
    sofia, wei = await page_of("sofia"), await page_of("wei")
    await pause(wei)
    waiting = await ring_in(stack, ZH_SUPPORT, LIU)
    await phase(stack, LIU, "queued")
    said = Prompt("zh", patient_plan()["queues"]["support"]["closed"]["text"]["zh"])
    assert not played(stack, said)

    await sofia.at("nav-routing").click()
    await sofia.page.get_by_text("Online banking and support").first.click()
    await sofia.at("close-support").click()
    await sofia.at("close-support-sure").click()
    await expect(sofia.at("open-support")).to_be_visible()
    await waiting.wait_ended()
    await ended(stack, LIU, "message")
    assert played(stack, said)

    late = await ring_in(stack, ZH_SUPPORT, STRANGER)
    await late.wait_ended()
    told = await ended(stack, STRANGER, "message")
    assert "matched" not in await kinds(stack, told["id"])

    await sofia.at("open-support").click()
    await expect(sofia.at("close-support")).to_be_visible()
    await work(wei)
    caller = await ring_in(stack, ZH_SUPPORT, STRANGER)
    await wei.answer()
    await caller.hang_up()
    await dispose(wei, "wrong_number", "", save="save-not-ready")
    await no_complaints(sofia, wei)


async def test_the_line_shows_everybody_and_why(stack: Stack, page_of: OpenAgent) -> None:
    wei, sofia = await page_of("wei"), await page_of("sofia")
    await pause(wei)
    caller = await ring_in(stack, ZH_SUPPORT, STRANGER)
    first = await phase(stack, STRANGER, "queued")
    await sofia.at("nav-line").click()
    await sofia.at("callback-new").click()
    await sofia.at("callback-number").fill(ANSWERS)
    await _choose_queue(sofia, "Online banking and support")
    await sofia.at("callback-save").click()
    await expect(sofia.at("callback-save")).to_have_count(0)

    lines = sofia.at("line").locator("[data-row]")
    await expect(lines).to_have_count(2)
    await expect(lines.nth(0)).to_contain_text("on the line")
    await expect(lines.nth(1)).to_contain_text("callback")
    for line, place in (lines.nth(0), "1"), (lines.nth(1), "2"):
        await expect(line).to_contain_text(place)
        await line.click()
        why = sofia.at("line-entry").get_by_test_id("why-waiting")
        await expect(why).to_contain_text("support")
    await lines.nth(0).click()
    await expect(sofia.at("line-entry").get_by_test_id("why-waiting").locator(".why-change")).to_contain_text("王伟")

    # who is cut off and calls again has his place
    await caller.hang_up()
    await expect(lines.filter(has_text="cut off")).to_have_count(1)
    again = await ring_in(stack, ZH_SUPPORT, STRANGER)
    assert (await phase(stack, STRANGER, "queued"))["queued_at"] == first["queued_at"]
    await expect(lines.filter(has_text="cut off")).to_have_count(0)
    await expect(lines.nth(0)).to_contain_text("on the line")
    await again.hang_up()

    promised = lines.filter(has_text="callback")
    await promised.click()
    await sofia.at("callback-cancel").click()
    await sofia.page.locator(".ant-popconfirm .ant-btn-primary, .ant-popconfirm-buttons .ant-btn").last.click()
    await expect(promised).to_have_count(0)
    rows = await stack.database.fetch("select state, attempts from callbacks where number_e164 = $1", ANSWERS)
    assert [(row["state"], row["attempts"]) for row in rows] == [("cancelled", 0)]
    await no_complaints(wei, sofia)


async def _choose_queue(page: BrowserAgent, name: str) -> None:
    await page.page.locator(".ant-modal").get_by_role("combobox", name="Queue").click()
    await page.page.locator(".ant-select-item-option", has_text=name).click()


async def test_a_task_from_the_line_to_the_seat(stack: Stack, page_of: OpenAgent) -> None:
    sofia, wei = await page_of("sofia"), await page_of("wei")
    await pause(wei)
    await sofia.at("nav-line").click()
    await sofia.at("task-new").click()
    await sofia.at("task-title").fill("Refund of a fee")
    if await sofia.at("task-save").is_disabled():
        await _choose_queue(sofia, "Tickets")
    await sofia.at("task-save").click()
    line = sofia.at("line").locator("[data-row]", has_text="Refund of a fee")
    await expect(line).to_contain_text("task")
    await line.click()
    await expect(sofia.at("line-entry").get_by_test_id("why-waiting")).to_be_visible()

    await work(wei)
    task = wei.at("task")
    await expect(task).to_have_attribute("data-state", "offered")
    await expect(task).to_contain_text("Refund of a fee")
    await expect(wei.at("agent-state")).to_have_attribute("data-state", "ready")
    await wei.at("task-accept").click()
    await expect(task).to_have_attribute("data-state", "in_hand")
    await expect(line).to_have_count(0)
    await wei.at("task-done").click()
    await task.get_by_role("textbox").fill("paid back")
    await wei.at("task-confirm").click()
    await expect(task).to_have_count(0)

    async def written() -> object:
        row = await stack.database.fetch_row("select * from tasks where title = 'Refund of a fee'")
        return row is not None and (row["state"], row["agent"], row["note"]) == ("done", "wei", "paid back")

    await until(written)
    await pause(wei)
    await no_complaints(sofia, wei)


async def test_a_message_is_left_and_listed(stack: Stack, page_of: OpenAgent) -> None:
    rule = {"when": "waited > 1 s", "do": "voicemail", "text": {"zh": "请留言。", "en": "Please leave a message."}}
    plan = patient_plan({"support": {"overflow": [rule]}})
    await ask(stack.installation.home, "routing.apply", text=in_text(plan), note="a test", by="ada")
    sofia = await page_of("sofia")
    caller = await ring_in(stack, ZH_SUPPORT, STRANGER)
    call = (await phase(stack, STRANGER, "voicemail"))["id"]
    await has(stack, call, "message")
    await asyncio.sleep(4)
    await caller.hang_up()
    await over(stack, call, "voicemail")
    file, _ = await recording(stack, call)
    assert file.stat().st_size > 64_000, "two seconds at the least"

    await sofia.at("nav-calls").click()
    await row_of(sofia, "calls", call).click()
    await expect(sofia.at("recording-line")).to_have_attribute("data-state", "saved")
    player = sofia.at("player")
    await player.evaluate("audio => audio.play()")
    await until(lambda: player.evaluate("audio => audio.currentTime > 0.5 && audio.error === null"))
    owed = await stack.database.fetch("select reason, recording from callbacks where call = $1", call)
    assert [row["recording"] for row in owed] == [file.stem]
    await sofia.at("nav-callbacks").click()
    await sofia.at("callback-done").first.click()
    await expect(sofia.at("callback")).to_have_count(0)
    await no_complaints(sofia)


async def test_a_day_is_run_again_with_a_change(stack: Stack, page_of: OpenAgent) -> None:
    sofia = await page_of("sofia")
    await sofia.at("nav-studies").click()
    await sofia.at("whatif-change").fill("queues:\n  loans: {steps: [anyone]}\n")
    await sofia.page.get_by_role("spinbutton").fill("2")
    await sofia.at("whatif-run").click()
    await expect(sofia.at("measures")).to_be_visible()
    await expect(sofia.at("measures").locator("tbody tr").first).to_contain_text("%")
    for tab in "staffing", "accuracy", "surveys":
        await sofia.at(f"study-{tab}").click()
        await sofia.page.wait_for_load_state("networkidle")
        assert await sofia.page.locator(".crash").count() == 0
    await no_complaints(sofia)
