"""The loop of tests whose time is their own: while there is work none passes, and then all of it at once."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from tests.support import own_time

pytestmark = pytest.mark.own_time


async def test_a_day_passes_at_once_and_in_order() -> None:
    order: list[str] = []

    async def after(wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        order.append(f"{wait_s:g} at {asyncio.get_running_loop().time():g}")

    await asyncio.gather(after(86_400), after(0.5), after(60))
    assert order == ["0.5 at 0.5", "60 at 60", "86400 at 86400"]


async def test_work_in_a_thread_takes_no_time_however_long_it_takes() -> None:
    async with asyncio.timeout(0.001):
        await asyncio.to_thread(time.sleep, 0.05)
    assert asyncio.get_running_loop().time() == 0.0


async def test_who_waits_for_ever_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(3_600):
            await asyncio.Event().wait()


def test_where_everybody_waits_for_ever_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_time, "active_count", lambda: 1)  # of what other tests have left behind
    with asyncio.Runner(loop_factory=own_time.OwnTime) as runner, pytest.raises(RuntimeError, match="waits for ever"):
        runner.run(asyncio.Event().wait())


async def test_what_another_thread_will_say_is_waited_for() -> None:
    said = asyncio.Event()
    threading.Timer(0.05, asyncio.get_running_loop().call_soon_threadsafe, [said.set]).start()
    assert await said.wait()
