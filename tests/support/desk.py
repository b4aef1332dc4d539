"""What a person at the desk sees and does, beyond ``BrowserAgent``: for the end-to-end tests."""

from __future__ import annotations

import asyncio
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from playwright.async_api import Locator, expect
from tests.support.floor_watch import PATIENT, in_lines, phase, timeline, until

from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.app.browser_agent import BrowserAgent
from tandem.cti.app.installation import DEMO_DNIS, DEMO_FLOW
from tandem.cti.app.stack import Stack

_WATCH = """() => {
  window.seen = [];
  const look = () => {
    const pop = document.querySelector('[data-testid="pop"]') !== null;
    const session = document.querySelector('[data-testid="phone-state"]')?.dataset.session ?? 'none';
    const last = window.seen.at(-1);
    if (!last || last.pop !== pop || last.session !== session) {
      window.seen.push({pop, session, at: Date.now() / 1000});
    }
  };
  look();
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});
}"""
_NOISE = ("Failed to load resource: the server responded with a status of 4",)
"""What Chromium itself says of an answer that the test asked for (a wrong password)."""


_LONG_WORDS = {
    "正在为您转接客服人员，请稍候。": "请稍候。",
    "We are connecting you to an agent. Please hold.": "Please hold.",
}


def quick_flow(home: Path) -> dict[str, Any]:
    """Settings: the demo's flow with fewer words before the queue, so that a test does not wait for them."""
    text = DEMO_FLOW.read_text(encoding="utf-8")
    for long, short in _LONG_WORDS.items():
        assert long in text
        text = text.replace(long, short)
    (home / "flow.yaml").write_text(text, encoding="utf-8")
    return {"flows": {DEMO_DNIS: "flow.yaml"}, **PATIENT}


async def ring_in(stack: Stack, keys: str, ani: str, name: str = "") -> PlacedCall:
    """A caller who knows the menus by heart."""
    call = await stack.carrier.place_call(DEMO_DNIS, ani, name, digits=[(0.7, key) for key in keys], stay_s=300)
    await call.wait_answered()
    return call


def speak(path: Path, text: str) -> Path:
    """A WAV file with ``text`` spoken, as Chromium's microphone wants it: 48 kHz, mono, 16 bit."""
    raw = path.with_suffix(".raw.wav")
    subprocess.run(["espeak-ng", "-a", "180", "-w", str(raw), text], check=True)
    subprocess.run(["sox", str(raw), "-r", "48000", "-c", "1", "-b", "16", str(path)], check=True)
    return path


async def watch(page: BrowserAgent) -> None:
    """From now on the page itself writes down when the pop and the phone's session change."""
    await page.page.evaluate(_WATCH)


async def seen(page: BrowserAgent) -> list[dict[str, Any]]:
    """``{pop, session, at}`` in order, since ``watch``; ``at`` in seconds since the epoch."""
    found: list[dict[str, Any]] = await page.page.evaluate("() => window.seen")
    return found


async def work(page: BrowserAgent) -> BrowserAgent:
    """Ready, whatever the agent was left in; the next caller may have him at once."""
    await expect(page.at("phone-state")).to_have_attribute("data-state", "registered")
    await expect(page.at("agent-state")).to_be_visible()
    if await page.at("agent-state").get_attribute("data-state") == "working_after_call":
        await dispose(page, "wrong_number", "left over", save="save-not-ready")
        await page.state("not_ready")
    if await page.at("agent-state").get_attribute("data-state") != "ready":
        await page.at("ready").click()
    await expect(page.at("agent-state")).to_have_attribute("data-state", re.compile("^(ready|busy)$"))
    return page


async def pause(page: BrowserAgent) -> None:
    await page.at("not-ready").click()
    await page.at("reason-break").click()
    await page.state("not_ready")


async def dispose(page: BrowserAgent, disposition: str, notes: str, *, save: str = "save-ready") -> None:
    await expect(page.at("wrap-up")).to_be_visible()
    await option(page, disposition).click()
    await page.at("notes").fill(notes)
    await page.at(save).click()


def option(page: BrowserAgent, disposition: str) -> Locator:
    return page.page.locator(f'[data-testid="disposition-option"][data-code="{disposition}"]')


def row_of(page: BrowserAgent, table: str, key: str) -> Locator:
    """A row of a grid (``calls``, ``board-seats``, ``board-waiting``)."""
    return page.at(table).locator(f'[data-row="{key}"]')


async def transfer(page: BrowserAgent, search: str, target: str) -> None:
    await page.at("transfer").click()
    await page.at("transfer-search").fill(search)
    await page.at(f"transfer-{target}").click()


async def no_complaints(*pages: BrowserAgent) -> None:
    for page in pages:
        complaints = [text for text in page.complaints if not text.startswith(_NOISE)]
        assert complaints == [], complaints


async def ended(stack: Stack, ani: str, outcome: str) -> dict[str, Any]:
    call = await phase(stack, ani, "ended")
    told = in_lines(await timeline(stack, call["id"]))
    assert call["outcome"] == outcome, f"{ani} ended as {call['outcome']} ({call['cause']}):\n{told}"
    return call


async def moment(stack: Stack, call: str, kind: str) -> float:
    """When the last such line of the timeline was, in seconds since the epoch; waits for it."""

    async def there() -> list[float]:
        return [line["at"] for line in await timeline(stack, call) if line["kind"] == kind]

    moments: list[float] = await until(there, why=f"no {kind} in the timeline")
    return moments[-1]


async def recording(stack: Stack, call: str) -> tuple[Path, float]:
    """The saved file of the call, and when it began."""

    async def saved() -> Any:
        return await stack.database.fetch_row(
            "select file, extract(epoch from started_at)::float8 as at from recordings "
            "where call = $1 and state = 'saved' order by started_at",
            call,
        )

    row = await until(saved, why="no recording was saved")
    return stack.installation.recordings_dir / row["file"], row["at"]


async def loudness(file: Path, begin_s: float = 0.0, end_s: float | None = None) -> tuple[float, float]:
    """Root mean square of (caller, agent) in a stereo recording, 1.0 = full scale, over a stretch of it."""
    sound, rate = await asyncio.to_thread(soundfile.read, file, always_2d=True)
    assert sound.shape[1] == 2
    part = sound[int(begin_s * rate) : None if end_s is None else int(end_s * rate)]
    assert len(part) > rate / 4, "the stretch is not in the recording"
    caller, agent = np.sqrt(np.mean(part**2, axis=0))
    return float(caller), float(agent)
