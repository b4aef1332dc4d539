"""Versions of the routing plan, closures by hand, and ``tandem routing`` on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.unit.routing.plans import GOOD

from tandem.cti.adapters.postgres.answers import AnswerStore
from tandem.cti.adapters.postgres.plans import PlanStore, StoredClosure
from tandem.cti.app import ivr_catalog, routing_cli
from tandem.cti.app.command_parser import CommandParser
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.model.ids import QueueId
from tandem.cti.storage.pool import Database

FLAWED = GOOD.replace("to: operator", "to: operater")


async def test_the_newest_version_counts(database: Database) -> None:
    plans = PlanStore(database)
    assert await plans.current() is None
    first = await plans.save("one\0", note="first", by="ada")
    second = await plans.save("two", note="第二版", by="omar")
    assert second == first + 1
    current = await plans.current()
    assert current is not None
    assert (current.version, current.text, current.note, current.created_by) == (second, "two", "第二版", "omar")
    assert [version.version for version in await plans.versions()] == [second, first]
    assert await plans.text_of(first) == "one"
    with pytest.raises(ResourceMissing, match="no version 99"):
        await plans.text_of(99)


async def test_what_flows_may_name_is_that_of_the_newest_version(database: Database) -> None:
    @asynccontextmanager
    async def here() -> AsyncIterator[str]:
        yield database.url

    assert await ivr_catalog._stored(here()) is None
    await PlanStore(database).save("format: 1\nqueues: {}\n", note="", by="ada")
    newest = await PlanStore(database).save(GOOD, note="", by="ada")
    await AnswerStore(database).load("orders", ["state"], [("4711", {"state": "open"})], by="ada")
    stored = await ivr_catalog._stored(here())
    assert stored is not None
    catalog, version = stored
    assert version == newest
    assert catalog.queues == frozenset(("loans", "operator"))
    assert catalog.answers == frozenset(("orders",))


async def test_versions_that_are_saved_at_once_have_numbers_of_their_own(database: Database) -> None:
    plans = PlanStore(database)
    numbers = await asyncio.gather(*(plans.save(f"plan {n}", note="", by="ada") for n in range(8)))
    assert len(set(numbers)) == 8


async def test_closures_by_hand(database: Database) -> None:
    plans = PlanStore(database)
    loans = StoredClosure(queue=QueueId("loans"), closed_by="omar", at=5.0, reason="火警", text={"zh": "抱歉"})
    everything = StoredClosure(queue=None, closed_by="ada", at=6.0, text={})
    await plans.close(StoredClosure(queue=QueueId("loans"), closed_by="ada", at=1.0, text={}))
    await plans.close(loans)
    await plans.close(everything)
    assert await plans.closures() == [everything, loans]
    assert await plans.reopen(QueueId("loans"))
    assert not await plans.reopen(QueueId("loans"))
    assert await plans.reopen(None)
    assert await plans.closures() == []


async def test_who_may_log_in_as_an_agent(bank: Database) -> None:
    assert await PlanStore(bank).agent_logins() == {"mei", "tom", "lin", "ana", "wei", "jun", "sara", "yan", "kai"}


async def command(url: str, home: Path, *arguments: str) -> int:
    parser = CommandParser(prog="tandem routing")
    routing_cli.add_commands(parser, lambda _: None)

    @asynccontextmanager
    async def opened() -> AsyncIterator[str]:
        yield url

    return await routing_cli.run(parser.parse_args(arguments), home, opened())


async def test_from_the_command_line(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    good, flawed = tmp_path / "good.yaml", tmp_path / "flawed.yaml"
    good.write_text(GOOD, encoding="utf-8")
    flawed.write_text(FLAWED, encoding="utf-8")

    async def run(*arguments: str) -> tuple[int, str]:
        code = await command(database_url, tmp_path, *arguments)
        return code, capsys.readouterr().out

    with pytest.raises(ResourceMissing, match="no routing plan yet"):
        await run("export")
    code, told = await run("apply", str(good), "--note", "first")
    assert code == 0
    *warnings, saved = told.splitlines()
    assert [warning.partition(" no agent")[0] for warning in warnings] == [
        "warning: good.yaml:28: agent mei:",
        "warning: good.yaml:29: agent tom:",
    ]
    assert saved == "Version 1 is saved. No server runs here: it counts from the next start on."
    assert await run("export") == (0, GOOD)

    code, told = await run("apply", str(flawed))
    assert code == 1
    assert 'flawed.yaml:17: queue loans: there is no queue "operater". Did you mean "operator"?' in told
    assert (await run("check", str(flawed)))[0] == 1
    assert await run("export") == (0, GOOD), "the old plan stays"

    good.write_text(GOOD.replace("90% in 15 s", "80% in 20 s"), encoding="utf-8")
    assert "queue loans: target: 90% in 15 s -> 80% in 20 s\n" in (await run("preview", str(good)))[1]
    assert (await run("apply", str(good), "--note", "calmer"))[0] == 0
    assert (await run("rollback", "1"))[0] == 0
    assert await run("export") == (0, GOOD)
    notes = [line.split(maxsplit=4)[4] for line in (await run("versions"))[1].splitlines()]
    assert notes == ["back to version 1", "calmer", "first"]
    table = (await run("show"))[1]
    assert "tickets   80% in 20 s     always open: product:loans>=2\n" in table
    assert "2 agents: language:en 1, language:zh 1, product:loans 2\n" in table


async def test_a_file_that_cannot_be_read(database_url: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_bytes(b"format: 1\n\xff\n")
    with pytest.raises(BadRequest, match=r"bad\.yaml:2: this is not UTF-8"):
        await command(database_url, tmp_path, "check", str(bad))
    with pytest.raises(BadRequest, match="cannot be read: No such file"):
        await command(database_url, tmp_path, "check", str(tmp_path / "none.yaml"))
