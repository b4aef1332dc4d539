"""The server is killed, Asterisk and PostgreSQL restart, pages are reloaded: no call is lost that could be kept."""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.async_api import expect
from tests.e2e.conftest import GUARD_S, OpenAgent
from tests.support.desk import moment
from tests.support.floor_watch import (
    EN_LOANS,
    ZH_ACCOUNTS,
    ZH_LOANS,
    ZH_SUPPORT,
    channels,
    kinds,
    phase,
    ring_in,
    row,
    told,
    until,
)

from tandem.cti.app.stack import Stack

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

TALKER, RINGER, WAITER, CHOOSER = "+8613888001201", "+447700900142", "+8613983004477", "+8613810027764"


async def test_kill_the_server_with_callers_everywhere(stack: Stack, page_of: OpenAgent) -> None:
    mei, ana = await page_of("mei"), await page_of("ana")
    await mei.ready()
    talker = await ring_in(stack, ZH_ACCOUNTS, TALKER)
    await mei.answer()
    await ana.ready()
    ringer = await ring_in(stack, EN_LOANS, RINGER)
    await ana.ringing()
    waiter = await ring_in(stack, ZH_SUPPORT, WAITER)
    waiting = await phase(stack, WAITER, "queued")
    chooser = await ring_in(stack, "1", CHOOSER)
    await phase(stack, CHOOSER, "ivr")
    before = await channels(stack)

    await stack.kill_server()
    await expect(mei.at("live-state")).not_to_have_attribute("data-state", "live")
    await asyncio.sleep(1.5)
    after = await channels(stack)
    assert after == before, f"channels dropped with the server: {before - after}; new: {after - before}"
    assert all(call.talking for call in (talker, ringer, waiter, chooser))
    await stack.start_server()

    await expect(mei.at("live-state")).to_have_attribute("data-state", "live")
    await mei.talking()
    await mei.state("busy")
    assert (await phase(stack, WAITER, "queued"))["queued_at"] == waiting["queued_at"], "the place in line is lost"
    await ana.answer()
    await chooser.press("2")
    await phase(stack, CHOOSER, "queued")
    assert all(call.talking for call in (talker, ringer, waiter, chooser))
    assert await mei.at("pop").count() == 1
    ids = [r["id"] for r in await stack.database.fetch("select id from calls where ended_at is null")]
    assert len(ids) == len(set(ids)) == 4, "a call is there twice"

    await talker.hang_up()
    await mei.wrap_up("balance", "survived")
    await mei.answer()  # the chooser of loans, or the waiter: whoever she may take
    for call in (ringer, waiter, chooser):
        await call.hang_up()
    await until(lambda: _nothing_open(stack))


async def _nothing_open(stack: Stack) -> bool:
    return not await stack.database.fetch("select 1 from calls where ended_at is null")


async def test_a_server_that_never_returns_strands_nobody(stack: Stack, page_of: OpenAgent) -> None:
    wei = await page_of("wei")
    await wei.ready()
    await stack.kill_server()
    try:
        # nobody is there to take the call: the dialplan's dead-man switch does, and rings the ready agent
        caller = await ring_in(stack, "", WAITER)
        began = time.monotonic()
        await wei.ringing()
        assert time.monotonic() - began > GUARD_S / 2, "he was not waited for"
        assert caller.talking
    finally:
        await stack.start_server()
    await until(lambda: _seen(stack, WAITER))
    await caller.hang_up()
    await until(lambda: _nothing_open(stack))


async def _seen(stack: Stack, ani: str) -> bool:
    found = await row(stack, ani)
    return found.get("ended_at", 0) is None


async def test_reload_of_the_page_keeps_the_caller(stack: Stack, page_of: OpenAgent) -> None:
    lin = await page_of("lin")
    await lin.ready()
    caller = await ring_in(stack, ZH_LOANS, CHOOSER)
    await lin.answer()
    await lin.at("notes").fill("half a note")
    call = (await row(stack, CHOOSER))["id"]
    began = time.time()
    await lin.page.reload()
    noticed_s = await moment(stack, call, "agent_lost") - began
    assert noticed_s < 10, f"the caller heard nothing for {noticed_s:.1f} s"
    await lin.talking()
    assert caller.talking
    assert (await row(stack, CHOOSER))["id"] == call
    await expect(lin.at("notes")).to_have_value("half a note")
    await lin.at("hang-up").click()
    await caller.wait_ended()
    await lin.wrap_up("balance", "reloaded")
    await told(stack, call, talking=2)


async def test_restart_of_postgresql_delays_rows_and_nothing_else(stack: Stack, page_of: OpenAgent) -> None:
    assert stack.postgres is not None
    jun = await page_of("jun")
    await jun.ready()
    stack.postgres.stall()
    began = time.monotonic()
    caller = await ring_in(stack, ZH_ACCOUNTS, TALKER)
    await jun.answer()
    await caller.hang_up()
    await asyncio.sleep(max(0.0, 10 - (time.monotonic() - began)))
    stack.postgres.resume()
    await jun.wrap_up("balance", "while the database was stalled")
    ended = await phase(stack, TALKER, "ended")
    assert ended["outcome"] == "answered"
    written = await until(lambda: stack.contacts(ended["id"]))
    assert len(written) == 1

    caller = await ring_in(stack, ZH_ACCOUNTS, RINGER)
    await stack.postgres.restart()
    await jun.answer()
    await caller.hang_up()
    await jun.wrap_up("balance", "after a restart of the database")
    lines = await kinds(stack, (await phase(stack, RINGER, "ended"))["id"])
    once = [line for line in lines if line not in ("digit", "customer")]  # two keys; a look-up that was late
    assert len(once) == len(set(once)), f"a line was written twice: {lines}"


async def test_restart_of_asterisk(stack: Stack, page_of: OpenAgent) -> None:
    yan = await page_of("yan")
    await yan.ready()
    await ring_in(stack, ZH_LOANS, WAITER)
    await yan.answer()
    call = (await row(stack, WAITER))["id"]
    began = time.time()
    await stack.asterisk.kill()
    ended = await phase(stack, WAITER, "ended")
    assert ended["outcome"] == "switch_failure"
    noticed_s = ended["ended_at"].timestamp() - began
    await stack.asterisk.start()
    assert noticed_s < 2.9, f"noticed after {noticed_s:.1f} s"
    await yan.wrap_up("balance", "lost the caller")
    owed = await until(lambda: stack.database.fetch("select * from callbacks where call = $1", call))
    assert [callback["number_e164"] for callback in owed] == [WAITER]
    await expect(yan.at("callback-count")).to_contain_text("1")
    await expect(yan.at("phone-state")).to_have_attribute("data-state", "registered")
    await until(lambda: _available(stack))
    caller = await ring_in(stack, ZH_LOANS, RINGER)
    await yan.answer()
    await caller.hang_up()
    await yan.wrap_up("balance", "and on")


async def _available(stack: Stack) -> bool:
    rows = await stack.database.fetch(
        "select distinct on (agent) agent, state from agent_state_history order by agent, number desc"
    )
    return any(line["agent"] == "yan" and line["state"] == "ready" for line in rows)
