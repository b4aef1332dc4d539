"""The pages of the flows: edited, checked, tested, saved, tried and taken back, looked at, heard and called."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect
from tests.e2e.conftest import OpenAgent
from tests.support.desk import no_complaints, quick_flow, ring_in, speak
from tests.support.floor_watch import over, phase, reads_keys, until

from tandem.cti.app.browser_agent import BrowserAgent
from tandem.cti.app.stack import Stack

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

VIP, GOLD = "+8613888001201", "+8613810027764"
STEPS = 13
WORDS = "Please hold the line, we are connecting you."
OLD_WORDS = "Please hold."
HAS_ERROR, NEVER = re.compile(r"\bhas-error\b"), re.compile(r"\bnever\b")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    home = tmp_path_factory.mktemp("tandem")
    async with Stack(home, changes={"ring_s": 120.0, **quick_flow(home)}, keep=False) as running:
        yield running


async def opened(page: BrowserAgent, view: str = "editor") -> None:
    """The flow of the demo, at one of its tabs."""
    await page.at("nav-flows").click()
    await page.page.locator("[data-testid=flow-list] [data-row=main]").click()
    await expect(page.at("step-box")).to_have_count(STEPS)
    if view != "editor":
        await page.at(f"flow-{view}").click()


def step(page: BrowserAgent, name: str) -> Locator:
    return page.page.locator(f"[data-testid=step-box][data-step={name}]")


def english(page: BrowserAgent) -> Locator:
    return page.at("step-form").get_by_test_id("text-en").first


async def saved(page: BrowserAgent, note: str) -> None:
    await page.at("flow-save").click()
    await page.at("save-note").fill(note)
    await page.at("save-note").press("Enter")


async def asked(page: BrowserAgent, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """Status and JSON of a request with the page's own session."""
    status, answer = await page.page.evaluate(
        """async ([method, path, body]) => {
          const headers = body === null ? {} : {'Content-Type': 'application/json'};
          const answer = await fetch(path, {method, headers, body: body === null ? null : JSON.stringify(body)});
          return [answer.status, await answer.json().catch(() => null)];
        }""",
        [method, path, body],
    )
    return status, answer


async def heard(page: BrowserAgent, text: str) -> list[int]:
    """The sound of a prompt, as the button "listen" has it: its bytes."""
    sound: list[int] = await page.page.evaluate(
        """async text => {
          const answer = await fetch('/api/flows/speech', {
            method: 'POST',
            headers: {'Content-Type': 'application/json'},
            body: JSON.stringify({language: 'en', text}),
          });
          return [...new Uint8Array(await answer.arrayBuffer())];
        }""",
        text,
    )
    return sound


async def test_numbers_and_replay_of_real_calls(stack: Stack, page_of: OpenAgent) -> None:
    calls = [await ring_in(stack, keys, ani) for keys, ani in (("11", VIP), ("22", GOLD))]
    omar = await page_of("omar")
    await opened(omar)
    for ani, call in zip((VIP, GOLD), calls, strict=True):
        queued = await phase(stack, ani, "queued")
        await call.hang_up()
        await over(stack, queued["id"], "abandoned_in_queue")

    await omar.at("flow-numbers").click()
    await expect(omar.at("containment")).to_contain_text("2")
    sankey = omar.at("sankey")
    for end in "Accounts and cards", "Loans":
        await expect(sankey).to_contain_text(end)
    await omar.at("numbers-canvas").click()
    await expect(step(omar, "services")).to_contain_text("2")

    await omar.at("flow-replay").click()
    await omar.at("replay-run").click()
    await expect(omar.at("replay-report")).to_contain_text("2")
    await no_complaints(omar)


async def test_a_flow_is_edited_checked_tested_and_saved(stack: Stack, page_of: OpenAgent) -> None:
    omar, ada = await page_of("omar"), await page_of("ada")
    await opened(omar)
    await step(omar, "say_loans").click()
    await expect(english(omar)).to_have_value(OLD_WORDS)
    await english(omar).fill(WORDS)
    await english(omar).blur()
    await expect(step(omar, "say_loans")).to_contain_text("Please hold the line")

    # an exit that leads nowhere: the checker shows it at its step
    await omar.at("view-both").click()
    text = omar.at("flow-text")
    written = await text.input_value()
    assert written.count(WORDS) == 1
    assert "# The demo bank's main menu" in written, "comments are kept"
    await text.fill(written.replace("goto: say_loans", "goto: say_lones"))
    await expect(omar.at("problems-open")).to_contain_text("Errors: 1")
    await expect(step(omar, "services")).to_have_class(HAS_ERROR)
    await omar.at("problems-open").click()
    await expect(omar.at("flow-problems")).to_contain_text("say_lones")
    await omar.at("flow-undo").click()
    await expect(omar.at("problems-open")).to_contain_text("No problems")
    await expect(step(omar, "services")).not_to_have_class(HAS_ERROR)
    assert await text.input_value() == written

    # a calendar is made in a form, as the checker wants it
    await omar.page.locator(".react-flow__pane").click(position={"x": 5, "y": 5})
    await omar.at("calendar-add").click()
    holidays = omar.at("calendars").get_by_label("Public holidays of")
    await holidays.fill("cn")
    await holidays.blur()
    assert "office:" in await text.input_value()
    assert "holidays: CN" in await text.input_value()
    await expect(omar.at("problems-open")).to_contain_text("Warnings: 1")
    await expect(omar.at("flow-problems")).to_contain_text("office")
    await holidays.fill("XX")
    await holidays.blur()
    await expect(omar.at("problems-open")).to_contain_text("Errors: 1")
    while "calendars:" in await text.input_value():  # what is typed into one field in a row is undone at once
        await omar.at("flow-undo").click()
    assert await text.input_value() == written
    await step(omar, "say_loans").click()

    await omar.at("tests-open").click()
    await omar.at("write-tests").click()
    await omar.at("run-tests").click()
    await expect(omar.at("coverage")).to_contain_text("%")
    assert await omar.page.locator(".case.failed").count() == 0
    assert await omar.page.locator(".case.ok").count() == 3
    await omar.at("view-canvas").click()
    await omar.at("paint-coverage").click()
    await expect(step(omar, "support")).to_have_class(NEVER)
    await expect(step(omar, "services")).not_to_have_class(NEVER)

    # the place on the canvas is the same after a look elsewhere
    view = omar.page.locator(".flow-canvas .react-flow__viewport")
    await omar.page.locator(".flow-canvas .react-flow__controls-zoomin").click()
    place = await view.get_attribute("style")
    await omar.at("flow-versions").click()
    await expect(omar.at("diff-view")).to_be_visible()
    await omar.at("flow-editor").click()
    await expect(omar.at("step-name")).to_have_value("say_loans")
    await expect(view).to_have_attribute("style", place or "")

    # somebody else was quicker
    files = {"flow.yaml": written.replace(WORDS, OLD_WORDS) + "# theirs\n"}
    theirs = {"base_version": 1, "main": "flow.yaml", "files": files, "tests": {}, "note": "theirs"}
    assert (await asked(ada, "POST", "/api/flows/main/drafts", theirs))[0] == 201
    await saved(omar, "a longer word")
    await expect(omar.at("saved-meanwhile")).to_contain_text("theirs")
    await omar.at("see-difference").click()
    await expect(omar.at("diff-view")).to_be_visible()
    await omar.at("diff-text").click()
    await expect(omar.at("diff-view")).to_contain_text(WORDS)
    await expect(omar.at("diff-view")).to_contain_text("# theirs")
    await omar.at("flow-editor").click()
    await saved(omar, "a longer word")
    await omar.at("save-anyway").click()
    await expect(omar.at("flow-save")).to_be_disabled()
    status, version = await asked(omar, "GET", "/api/flows/main/versions/3")
    assert (status, version["version"]["note"], version["version"]["tested"]) == (200, "a longer word", True)
    assert version["files"]["flow.yaml"] == written
    await no_complaints(omar, ada)


async def test_a_version_is_tried_goes_live_and_is_taken_back(stack: Stack, page_of: OpenAgent) -> None:
    omar = await page_of("omar")
    await opened(omar, "versions")
    desk = omar.at("flow-desk")
    await omar.at("canary-3").click()
    await omar.page.locator(".ant-modal").get_by_role("button", name="Start the canary").click()
    await expect(omar.at("canary-end")).to_be_visible()
    await expect(desk).to_contain_text("10 %")
    await omar.at("live-3").click()
    await omar.page.get_by_role("button", name="Go live").last.click()
    await expect(omar.at("canary-end")).to_have_count(0)
    assert (await _deployed(omar)) == (3, None)
    await expect(omar.at("rollback")).to_be_visible()
    await omar.at("rollback").click()
    await omar.page.get_by_role("button", name="Roll back", exact=True).click()
    await expect(omar.at("live-3")).to_be_visible()
    assert (await _deployed(omar)) == (1, None)
    await expect(omar.at("diff-view").get_by_test_id("step-box").first).to_be_visible()
    await no_complaints(omar)


async def _deployed(page: BrowserAgent) -> tuple[int, Any]:
    _, detail = await asked(page, "GET", "/api/flows/main")
    return detail["deployment"]["live"], detail["deployment"]["canary"]


async def test_a_recording_is_uploaded_heard_and_removed(stack: Stack, page_of: OpenAgent, tmp_path: Path) -> None:
    omar = await page_of("omar")
    await opened(omar)
    await step(omar, "language").click()
    form = omar.at("step-form")
    said = await english(omar).input_value()
    synthetic = await heard(omar, said)
    await form.get_by_test_id("recording-file").nth(1).set_input_files(speak(tmp_path / "own.wav", "A human voice"))
    await expect(form.get_by_test_id("recorded")).to_have_count(1)
    own = await heard(omar, said)
    assert bytes(own[:4]) == b"RIFF"
    assert own != synthetic
    async with omar.page.expect_response("**/api/flows/speech") as answer:
        await form.get_by_test_id("listen").nth(1).click()
    sound = await answer.value
    assert (sound.status, sound.headers["content-type"]) == (200, "audio/wav")
    await expect(form.get_by_test_id("listen").nth(1)).to_have_class(re.compile("playing"))

    await omar.page.reload()
    await step(omar, "language").click()
    await expect(form.get_by_test_id("recorded")).to_contain_text("s")
    await form.get_by_test_id("recording-menu").nth(1).click()
    await omar.at("recording-remove").click()
    await expect(form.get_by_test_id("recorded")).to_have_count(0)
    assert await heard(omar, said) == synthetic

    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"this is no sound" * 100)
    await form.get_by_test_id("recording-file").nth(1).set_input_files(bad)
    await expect(omar.page.locator(".ant-message-error")).to_be_visible()
    await expect(form.get_by_test_id("recorded")).to_have_count(0)
    await no_complaints(omar)


async def test_the_author_calls_himself(stack: Stack, page_of: OpenAgent) -> None:
    omar = await page_of("omar")
    await opened(omar)
    await step(omar, "say_loans").click()
    await english(omar).fill("Loans. One moment.")
    await english(omar).blur()
    await omar.at("call-open").click()
    call = omar.at("call-draft")
    await omar.at("draft-call").click()
    await omar.at("draft-answer").click()
    await expect(call).to_have_attribute("data-session", "active")
    await until(lambda: reads_keys(stack))
    await omar.at("draft-key-2").click()
    await expect(call.locator("output")).to_have_text("2")
    await omar.at("draft-hang-up").click()
    await expect(call).to_have_attribute("data-session", "none")
    await no_complaints(omar)


async def test_who_may_not_change_them(stack: Stack, page_of: OpenAgent) -> None:
    sofia, ana = await page_of("sofia"), await page_of("ana")
    await opened(sofia)
    await expect(sofia.at("flow-desk")).to_contain_text("read only")
    for control in "flow-save", "call-open", "palette", "flow-undo":
        await expect(sofia.at(control)).to_have_count(0)
    await step(sofia, "say_loans").click()
    await expect(english(sofia)).to_be_disabled()
    await expect(sofia.at("recording-menu")).to_have_count(0)
    await sofia.at("flow-versions").click()
    await expect(sofia.at("open-1")).to_be_visible()
    for control in "live-1", "live-2", "live-3", "canary-3", "rollback":
        await expect(sofia.at(control)).to_have_count(0)

    status, version = await asked(sofia, "GET", "/api/flows/main/versions/1")
    assert status == 200
    bundle = {"main": version["main"], "files": version["files"]}
    changes: list[tuple[str, str, Any]] = [
        ("POST", "/api/flows/main/drafts", {**bundle, "base_version": 1, "tests": {}, "note": ""}),
        ("POST", "/api/flows/main/live", {"version": 2}),
        ("POST", "/api/flows/main/canary", {"version": 2, "share": 0.5}),
        ("DELETE", "/api/flows/main/canary", None),
        ("POST", "/api/flows/main/rollback", {}),
        ("POST", "/api/flows/call", bundle),
        ("DELETE", "/api/flows/recordings?language=en&text=x", None),
    ]
    looks: list[tuple[str, str, Any]] = [
        ("GET", "/api/flows", None),
        ("GET", "/api/flows/main", None),
        ("GET", "/api/flows/main/numbers?days=1", None),
        ("GET", "/api/flows/recordings", None),
        ("POST", "/api/flows/check", {**bundle, "tests": {}}),
        ("POST", "/api/flows/main/replay", {"version": 1, "days": 1}),
    ]
    assert [(await asked(sofia, *one))[0] for one in changes] == [403] * len(changes)
    assert [(await asked(sofia, *one))[0] for one in looks] == [200] * len(looks)
    assert [(await asked(ana, *one))[0] for one in (*changes, *looks)] == [403] * (len(changes) + len(looks))
    await expect(ana.at("nav-flows")).to_have_count(0)
    await ana.page.goto(f"{stack.url}/flows?flow=main")
    await expect(ana.page.get_by_text("Not for your role")).to_be_visible()
    await no_complaints(sofia, ana)
