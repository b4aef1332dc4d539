"""Promised calls in the database: who sees which, moved, cancelled, never while in hand."""

from __future__ import annotations

from pathlib import Path

from tests.contract.postgres.test_leads import NOW, ended, journal, read
from tests.support import records as some
from tests.support.lists import bring_in, person

from tandem.cti.adapters.postgres.leads import LeadStore
from tandem.cti.adapters.postgres.promises import PromiseStore
from tandem.cti.storage.pool import Database

WEEK_S = 7 * 86_400.0


async def test_promises_are_listed_moved_and_cancelled(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(number) for number in range(1, 6)])
    leads, store = LeadStore(database), PromiseStore(database)
    await journal(
        database,
        ended("list-1", NOW - 5000, "talked"),
        some.lead("list-1", state="open", callback_at=NOW + 60, callback_agent="mei", callback_note="下午"),
    )
    await leads.call_again("list-2", at=NOW + 30, why="w", promised=True)
    await leads.call_again("list-3", at=NOW + 90, why="w", promised=True, agent="tom")
    await leads.call_again("list-4", at=NOW + 2 * WEEK_S, why="w", promised=True, agent="mei")
    everybody = await store.open(["k"], until=NOW + WEEK_S, limit=10)
    assert [(one.id, one.agent, one.in_hand) for one in everybody] == [
        ("list-2", None, False),
        ("list-1", "mei", False),
        ("list-3", "tom", False),
    ]
    assert (everybody[1].note, everybody[1].at, everybody[1].zone) == ("下午", NOW + 60, "Asia/Shanghai")
    assert everybody[1].number.startswith("+86138")
    mine = await store.open(["k"], until=NOW + WEEK_S, limit=10, agent="mei", team=["k"])
    assert [one.id for one in mine] == ["list-2", "list-1"]
    assert [one.id for one in await store.open(["k"], until=NOW + WEEK_S, limit=10, agent="mei")] == ["list-1"]
    assert await store.open([], until=NOW + WEEK_S, limit=10) == []

    assert await store.one("list-5") is None
    owner = await store.one("list-1")
    assert owner is not None
    assert (owner.agent, owner.state, owner.campaign) == ("mei", "open", "k")
    assert await store.move("list-1", at=NOW + 20, note=None, agent="mei", why="moved")
    assert await store.move("list-3", at=NOW + 95, note="新的", agent=None, why="given")
    again = await store.open(["k"], until=NOW + WEEK_S, limit=10)
    assert [(one.id, one.at, one.note) for one in again] == [
        ("list-1", NOW + 20, "下午"),
        ("list-2", NOW + 30, ""),
        ("list-3", NOW + 95, "新的"),
    ]

    taken = await read(database, 10, now=NOW + 31)
    assert {"list-1", "list-2"} <= {lead.id for lead in taken.leads}
    assert not await store.move("list-2", at=NOW + 500, note=None, agent=None, why="in hand")
    assert not await store.cancel("list-2", why="in hand")
    in_hand = [one.id for one in await store.open(["k"], until=NOW + WEEK_S, limit=10) if one.in_hand]
    assert in_hand == ["list-1", "list-2"]
    await LeadStore(database).restore(now=NOW)
    assert await store.cancel("list-1", why="cancelled")
    assert await store.cancel("list-2", why="cancelled")
    states = {row["id"]: row["state"] for row in await database.fetch("select id, state from leads")}
    assert (states["list-1"], states["list-2"]) == ("done", "open"), "who was talked with is finished"
    assert not await store.cancel("list-1", why="twice")
