"""What flows wait for besides the switch, through the asyncio shell: data dips and speech always come back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.support.house import DNIS
from tests.support.kitchen import kitchen_house

from tandem.cti.app.center import Center
from tandem.cti.app.shell import Fetch, Shell, Speak
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.causes import Cause
from tandem.cti.model.ids import CallId, ConnectionId
from tandem.cti.model.records import CallRecord, Record, VisitRecord
from tandem.ivr.core.dialogue import Dip, Fetched
from tandem.ivr.core.speech import Prompt

CALL, CALLER = CallId("c-1"), ConnectionId("c-1.0")


class Heard:
    """Journal, recorder, look-up and clock of a shell; and its switch, which does nothing."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.forgotten: list[CallId] = []
        self.requests: list[Any] = []
        self.news = asyncio.Event()

    def now(self) -> float:
        return 1_000_000.0

    def write(self, record: Record) -> None:
        self.records.append(record)
        self.news.set()

    async def request(self, request: Any) -> None:
        self.requests.append(request)
        self.news.set()

    def __call__(self, number: str, found: Any) -> None:
        """Nobody is known."""

    async def left(self, step: str) -> str:
        """The exit by which the call left this step, as soon as it has."""
        async with asyncio.timeout(60):
            while True:
                for record in self.records:
                    if isinstance(record, VisitRecord) and record.step == step:
                        return record.exit
                self.news.clear()
                await self.news.wait()

    async def played(self, prompt: str) -> None:
        async with asyncio.timeout(60):
            while not any(isinstance(each, rq.Play) and prompt in each.prompts for each in self.requests):
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def calling(fetch: Fetch | None, speak: Speak | None = None) -> AsyncIterator[tuple[Heard, Shell]]:
    """A caller is in the flow, and has heard its first words."""
    heard = Heard()
    parts: Any = heard
    shell = Shell(
        Center(kitchen_house()),
        clock=parts,
        journal=parts,
        look_up=parts,
        recorder=parts,
        database_up=lambda: True,
        fetch=fetch,
        speak=speak,
        forget=heard.forgotten.append,
    )
    shell.switch = parts
    running = asyncio.create_task(shell.run())
    await asyncio.sleep(0)
    shell.take(ev.SwitchFound(snapshot=ev.Snapshot(connections=(), in_service=frozenset()), restarted=False))
    shell.take(
        ev.RouteRequested(call=CALL, connection=CALLER, party=ev.Party.CALLER, calling="+8613800138000", called=DNIS)
    )
    shell.take(ev.MediaEnded(call=CALL, connection=CALLER, token=shell.center.contacts[CALL].token))
    try:
        yield heard, shell
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def found(call: CallId, dip: Dip) -> Fetched:
    return Fetched("ok", {"known": True, "name": "王小明"})


async def broken(*_: Any) -> Any:
    raise ZeroDivisionError("a defect")


async def refused(call: CallId, dip: Dip) -> Fetched:
    return Fetched("refused")


@pytest.mark.parametrize(
    ("fetch", "exit_"), [(found, "found"), (broken, "fallback"), (refused, "fallback"), (None, "fallback")]
)
async def test_a_dip_always_comes_back(fetch: Fetch | None, exit_: str) -> None:
    async with calling(fetch) as (heard, _):
        assert await heard.left("who") == exit_


async def spoken(prompts: tuple[Prompt, ...]) -> Sequence[str]:
    return [f"made/{prompt.text}" for prompt in prompts]


async def half_spoken(prompts: tuple[Prompt, ...]) -> Sequence[str]:
    return ()


@pytest.mark.parametrize("speak", [broken, half_spoken, None])
async def test_what_cannot_be_spoken_takes_the_fallback(speak: Speak | None) -> None:
    async with calling(found, speak) as (heard, _):
        assert await heard.left("hello_you") == "fallback"


async def test_what_is_spoken_in_the_call_is_heard() -> None:
    async with calling(found, spoken) as (heard, shell):
        await heard.left("who")
        await heard.played("made/王小明")
        assert shell.center.contacts[CALL].in_hand == "play"


async def test_at_its_end_what_was_kept_of_a_call_is_forgotten() -> None:
    async with calling(found) as (heard, shell):
        await heard.left("who")
        assert not heard.forgotten
        shell.take(ev.ConnectionCleared(call=CALL, connection=CALLER, cause=Cause.NORMAL))
        assert heard.forgotten == [CALL]
        assert [r.ended_at for r in heard.records if isinstance(r, CallRecord)][-1] is not None
