"""Campaigns in the asyncio shell: leads are read beside the calls, boards get what changed, a page's dial waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.support.callbacks import open_callback
from tests.support.campaign_floor import SPRING, campaign, lead, outbound_house
from tests.support.house import MEI
from tests.unit.app.test_flow_shell import Heard

from tandem.agent_desktop.core import messages as m
from tandem.cti.app import floor_plan as c
from tandem.cti.app import shell as shell_module
from tandem.cti.app.center import Center
from tandem.cti.app.shell import Shell
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.errors import WrongState
from tandem.cti.model.ids import QueueId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.storage.errors import DatabaseDown

RUNNING = CampaignRecord(id=SPRING, rev=2, state="running", document=campaign(mode="preview"), by="sue", at=1.0)


class Hub:
    def __init__(self) -> None:
        self.said: list[tuple[str, Any]] = []

    def to_seat(self, agent: str, message: Any) -> None:
        self.said.append((agent, message))

    def to_board(self, user: str, message: Any) -> None:
        self.said.append((user, message))

    def to_boards(self, message: Any) -> None:
        self.said.append(("*", message))

    def to_all(self, message: Any) -> None:
        self.said.append(("**", message))

    def show_callbacks(self, open_: Any) -> None:
        self.said.append(("callbacks", len(open_)))


class Rows:
    """A board that has something new once."""

    def __init__(self) -> None:
        self.asked = 0
        self.broken = False

    def whole(self, now: float) -> m.Campaigns:
        return m.Campaigns(seq=0, whole=True, rows=[], gone=[])

    def changes(self, now: float) -> m.Campaigns | None:
        if self.broken:
            raise RuntimeError("defect")
        self.asked += 1
        return m.Campaigns(seq=0, whole=False, rows=[], gone=["old"]) if self.asked == 1 else None


@asynccontextmanager
async def running() -> AsyncIterator[Shell]:
    heard = Heard()
    shell = Shell(
        Center(outbound_house()),
        clock=heard,
        journal=heard,
        look_up=heard,
        recorder=heard,  # type: ignore[arg-type]
        database_up=lambda: True,
    )
    task = asyncio.create_task(shell.run())
    await asyncio.sleep(0)
    try:
        yield shell
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(what: Any) -> None:
    async with asyncio.timeout(10):
        while not what():  # noqa: ASYNC110  # what is waited for has no event
            await asyncio.sleep(0.01)


async def test_leads_that_are_wanted_are_read_and_given() -> None:
    async with running() as shell:
        asked: list[c.LeadsWanted] = []

        async def read(wanted: c.LeadsWanted) -> c.LeadsRead:
            asked.append(wanted)
            return c.LeadsRead(campaign=wanted.campaign, leads=(lead(1),) if wanted.count else (), left=1)

        shell.read_leads = read
        shell.take(c.CampaignsApplied((RUNNING,), ()))
        await until(lambda: lead(1).id in shell.center.dialer.campaigns[SPRING].pool)
        assert asked[0].count > 0


async def test_a_reading_that_raises_harms_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as shell:

        async def read(wanted: c.LeadsWanted) -> c.LeadsRead:
            raise RuntimeError("defect")

        shell.read_leads = read
        shell.take(c.CampaignsApplied((RUNNING,), ()))
        await until(lambda: "could not be read" in caplog.text)
        assert shell.center.dialer.campaigns[SPRING].pool == {}


async def test_boards_get_everything_at_first_and_then_what_changed(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as shell:
        hub, rows = Hub(), Rows()
        shell.hub, shell.campaigns = hub, rows
        shell.board_opened("sue")
        assert [message.whole for who, message in hub.said if isinstance(message, m.Campaigns)] == [True]
        await until(lambda: any(who == "*" and isinstance(message, m.Campaigns) for who, message in hub.said))
        rows.broken = True
        await until(lambda: "could not be shown" in caplog.text)


async def test_a_number_from_the_page_is_looked_up_before_it_is_answered() -> None:
    async with running() as shell:
        dialled: list[str] = []

        async def dial(agent: str, command: m.DialNumber) -> None:
            if command.number == "0":
                raise WrongState("no")
            dialled.append(command.number)

        shell.dial_by_hand = dial
        waiting = shell.command(MEI, m.DialNumber(id=1, number="95001"))
        assert waiting is not None
        await waiting
        assert dialled == ["95001"]
        refused = shell.command(MEI, m.DialNumber(id=2, number="0"))
        assert refused is not None
        with pytest.raises(WrongState):
            await refused


async def test_what_stands_against_calling_a_number_is_looked_up_once_it_can_be(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with running() as shell:
        asked: list[str] = []

        async def forbidding(number: str) -> list[DoNotCallEntry]:
            asked.append(number)
            if len(asked) < 3:
                raise (DatabaseDown("away") if len(asked) == 1 else RuntimeError("defect"))
            return []

        shell.forbidding = forbidding
        for _ in range(4):
            await shell.number_known("+8613800138000")
        assert "could not be asked: away" in caplog.text
        assert len(asked) == 3, "once it is known nobody asks again"
        assert "+8613800138000" in shell.center.numbers_known
        await shell.number_known("nonsense")
        assert len(asked) == 3


async def test_however_many_calls_back_change_the_pages_have_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a restart thousands become due within a moment; each message has all of them."""
    monkeypatch.setattr(shell_module, "CALLBACKS_EVERY_S", 0.0)
    async with running() as shell:
        hub = Hub()
        shell.hub = hub
        for number in range(20):
            asked = c.CallbackAsked(
                id=f"k{number}", number="+8613800138000", queue=QueueId("service"), first="agent", by=MEI
            )
            shell.take(asked)
        for _ in range(10):
            await asyncio.sleep(0)
        first, *_ = [shown for who, shown in hub.said if who == "callbacks"]
        assert first == 20, "not once for each"


async def test_callbacks_of_before_are_shown_after_a_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell_module, "CALLBACKS_EVERY_S", 0.0)
    async with running() as shell:
        hub = Hub()
        shell.hub = hub
        for _ in range(3):
            await asyncio.sleep(0)
        assert hub.said == [], "nothing has changed"
        kept = (open_callback("k1"), open_callback("k2"))
        shell.take(c.Restored(calls=(), agent_states={}, callbacks=kept, counts={}))
        for _ in range(3):
            await asyncio.sleep(0)
        assert hub.said == [("callbacks", 2)]
