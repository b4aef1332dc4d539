"""End-to-end: real Asterisk (and a second one as the public network), PostgreSQL, the server's own process, Chromium.

Run in a network of their own: ``python -m tandem.cti.provision.netns -- pytest tests/e2e`` (``make test`` does).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error

from tandem.cti.app.browser_agent import BrowserAgent, chromium
from tandem.cti.app.demo_data import DEMO_PASSWORD
from tandem.cti.app.stack import Stack
from tandem.cti.provision.netns import ADDRESS

OpenAgent = Callable[[str], Awaitable[BrowserAgent]]


@pytest.fixture(scope="session", autouse=True)
def own_network() -> None:
    with socket.socket() as probe:
        try:
            probe.bind((ADDRESS, 0))
        except OSError:
            pytest.exit("run these in a network of their own: python -m tandem.cti.provision.netns -- pytest tests/e2e")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """All parts, on a dead-man switch of 8 s; each module has its own."""
    home = tmp_path_factory.mktemp("tandem")
    async with Stack(home, changes={"guard_s": 8, "ring_s": 40.0}, keep=False) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def page_of(stack: Stack, browser: Browser) -> AsyncIterator[OpenAgent]:
    """Opens the page of a user who logs in; all are closed after the test, agents Not ready."""
    opened: list[BrowserAgent] = []

    async def open_agent(login: str) -> BrowserAgent:
        page = await BrowserAgent.open(browser, stack.url)
        opened.append(page)
        await page.log_in(login, DEMO_PASSWORD)
        return page

    yield open_agent
    await stack.carrier.hang_up_all()
    for page in opened:
        with suppress(Error):
            await page.close()
    # a failed test must not fail the next: calls still open would be given to its agents
    for _ in range(100):
        if not await stack.database.fetch("select 1 from calls where ended_at is null"):
            break
        await asyncio.sleep(0.1)
