"""End-to-end: real Asterisk (and a second one as the public network), PostgreSQL, the server's own process, Chromium.

Run in a network of their own: ``python -m tandem.cti.provision.netns -- pytest tests/e2e`` (``make test`` does).
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Error, expect
from tests.support.floor_watch import PATIENCE_S, PATIENT

from tandem.cti.app.browser_agent import BrowserAgent, chromium
from tandem.cti.app.demo_data import DEMO_PASSWORD
from tandem.cti.app.stack import Stack
from tandem.cti.provision.netns import ADDRESS

expect.set_options(timeout=PATIENCE_S * 1000)
_MOST_LINES, _MOST_LETTERS = 60, 6000
_WHAT_HAPPENED = """
select to_char(c.started_at, 'HH24:MI:SS') || ' ' || c.ani_e164 || ' ' || c.phase || ' ' || coalesce(c.outcome, '')
    || ': ' || (select string_agg(round(extract(epoch from e.at - c.started_at)::numeric, 1) || ' ' || e.kind
        || case when e.kind = 'digit' then ' ' || e.text else '' end, ', ' order by e.number)
        from call_events e where e.call = c.id)
from calls c where c.started_at >= to_timestamp($1) or c.ended_at is null order by c.started_at desc limit $2
"""
_STATES = """
select string_agg(line, ', ') from (select to_char(at, 'HH24:MI:SS') || ' ' || agent || ' ' || state || ' '
    || coalesce(reason, '') as line from agent_state_history where at >= to_timestamp($1) order by number) as lines
"""
GUARD_S = 25
"""Longer than a server takes to start on a busy machine."""
OpenAgent = Callable[[str], Awaitable[BrowserAgent]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What failed is said at once, in short, with what the server has recorded: who reads the output of a machine far
    away may see its beginning only."""
    report = yield
    if report.failed and call.excinfo is not None:
        error = call.excinfo.value
        notes = getattr(error, "__notes__", ())
        said, _, page = f"{type(error).__name__}: {error}".partition("Aria snapshot:")
        facts = f"{report.when} of {item.nodeid} failed after {call.duration:.0f} s: {said[:_MOST_LETTERS]}"
        told = "\n".join((facts, *notes, _recorded(item, call.start), page[:_MOST_LETTERS]))
        report.sections.insert(0, ("what happened", told))
        terminal = item.config.pluginmanager.get_plugin("terminalreporter")
        if terminal is not None:
            terminal.ensure_newline()
            terminal.write_line(told)
    return report


def _recorded(item: pytest.Item, since: float) -> str:
    """The calls and the agents' states of this test, from the server's database."""
    funcargs = getattr(item, "funcargs", {})
    world = funcargs.get("world")
    stack: Stack | None = funcargs.get("stack") or (world.stack if world is not None else None)
    if stack is None:
        return ""
    with ThreadPoolExecutor(1) as beside:  # the loop of the test is neither over nor running
        return beside.submit(asyncio.run, _read(stack.database_url, since)).result()


async def _read(database_url: str, since: float) -> str:
    try:
        async with asyncio.timeout(20):
            connection = await asyncpg.connect(database_url)
            calls = await connection.fetch(_WHAT_HAPPENED, since, _MOST_LINES)
            states = await connection.fetchval(_STATES, since)
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return f"the database does not answer: {error}"
    return "\n".join([*(str(call[0]) for call in calls), f"agents: {states}", f"now {time.strftime('%H:%M:%S')}"])


@pytest.fixture(scope="session", autouse=True)
def own_network() -> None:
    with socket.socket() as probe:
        try:
            probe.bind((ADDRESS, 0))
        except OSError:
            pytest.exit("run these in a network of their own: python -m tandem.cti.provision.netns -- pytest tests/e2e")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """All parts, on a dead-man switch of ``GUARD_S``; each module has its own."""
    home = tmp_path_factory.mktemp("tandem")
    async with Stack(home, changes={"guard_s": GUARD_S, "ring_s": 120.0, **PATIENT}, keep=False) as running:
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
    for _ in range(300):
        if not await stack.database.fetch("select 1 from calls where ended_at is null"):
            break
        await asyncio.sleep(0.1)
