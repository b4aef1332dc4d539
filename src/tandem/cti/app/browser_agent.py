"""An agent without a person: a headless Chromium that works the real page with a real softphone.

Used by ``tandem demo --once`` and by the end-to-end tests. Needs ``playwright`` and a Chromium of the host; it runs in
a network of its own (``provision.netns``), because ICE takes no loopback candidates.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from tandem.cti.model.errors import ResourceMissing
from tandem.cti.provision.system_packages import BROWSERS

_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_S = 60.0
"""A browser on a busy machine takes its time."""


@asynccontextmanager
async def chromium(microphone: Path | None = None) -> AsyncIterator[Browser]:
    """A headless Chromium; ``microphone`` is a WAV file that is heard instead of the usual beeps."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        raise ResourceMissing.because("no_chromium")
    options = [*_OPTIONS]
    if microphone is not None:
        options.append(f"--use-file-for-fake-audio-capture={microphone}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=options)
        try:
            yield browser
        finally:
            await browser.close()


class BrowserAgent:
    """One page of one user."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url
        self.complaints: list[str] = []
        """What the browser's console said of errors, refused content (CSP) included."""
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @classmethod
    async def open(cls, browser: Browser, url: str, *, language: str = "en-US") -> BrowserAgent:
        context = await browser.new_context(
            permissions=["microphone"],
            ignore_https_errors=True,
            locale=language,
            viewport={"width": 1440, "height": 900},
        )
        context.set_default_timeout(PATIENCE_S * 1000)
        return cls(await context.new_page(), url)

    def at(self, test_id: str) -> Locator:
        return self.page.get_by_test_id(test_id)

    async def log_in(self, login: str, password: str) -> None:
        await self.page.goto(self._url)
        await self.at("login").fill(login)
        await self.at("password").fill(password)
        await self.at("submit").click()
        await expect(self.at("live-state")).to_have_attribute("data-state", "live", timeout=PATIENCE_S * 1000)

    async def state(self, state: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until the page shows this agent state."""
        await expect(self.at("agent-state")).to_have_attribute("data-state", state, timeout=timeout_s * 1000)

    async def ready(self) -> None:
        """Wait for the phone, click Ready."""
        await expect(self.at("phone-state")).to_have_attribute("data-state", "registered", timeout=PATIENCE_S * 1000)
        if await self.at("agent-state").get_attribute("data-state") != "ready":
            await self.at("ready").click()
        await self.state("ready")

    async def answer(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait for the pop and the ringing phone, and answer."""
        await expect(self.at("pop")).to_be_visible(timeout=timeout_s * 1000)
        await self.ringing(timeout_s)
        await self.at("answer").first.click()
        await self.talking()

    async def ringing(self, timeout_s: float = PATIENCE_S) -> None:
        await expect(self.at("phone-state")).to_have_attribute("data-session", "incoming", timeout=timeout_s * 1000)

    async def talking(self, timeout_s: float = PATIENCE_S) -> None:
        await expect(self.at("phone-state")).to_have_attribute("data-session", "active", timeout=timeout_s * 1000)
        await expect(self.at("hang-up")).to_be_enabled(timeout=timeout_s * 1000)

    async def wrap_up(self, disposition: str, notes: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait for the wrap-up, dispose and save: Ready again, or busy at once with the next call."""
        await expect(self.at("wrap-up")).to_be_visible(timeout=timeout_s * 1000)
        await self.page.locator(f'[data-testid="disposition-option"][data-code="{disposition}"]').click()
        await self.at("notes").fill(notes)
        await self.at("save-ready").click()
        await expect(self.at("wrap-up")).to_be_hidden(timeout=timeout_s * 1000)

    async def close(self) -> None:
        await self.page.context.close()
