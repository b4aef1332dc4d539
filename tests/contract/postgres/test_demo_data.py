"""The demo bank: complete, the same each time, quick."""

from __future__ import annotations

import time

import pytest
from argon2 import PasswordHasher

from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.app.demo_data import DEMO_PASSWORD, demo_rows, load_demo
from tandem.cti.storage.pool import Database

_NOW = 1_800_000_000.0
_HOUR_S = 3600.0


async def test_loading_twice_is_loading_once(database: Database) -> None:
    before = time.monotonic()
    first = await load_demo(database, now=_NOW)
    assert time.monotonic() - before < 3
    assert first.users == 11
    assert first.customers == 50
    assert first.contacts > 100
    assert await load_demo(database, now=_NOW + 86_400) == first


async def test_what_the_server_reads_is_there(database: Database) -> None:
    await load_demo(database, now=_NOW)
    store = CallStore(database)
    agents = await store.agents()
    assert [agent.device for agent in agents] == [str(device) for device in range(1001, 1009)]
    assert agents[0].login == "mei"
    assert agents[0].skills["language:zh"] == 5
    assert [queue.id for queue in await store.queues()] == ["service", "loans", "support", "operator"]
    tree = await store.dispositions()
    assert [len(group.children) for group in tree] == [5, 4, 4, 4]
    assert await store.open_calls() == []
    assert await store.agent_states() == {}


async def test_the_password_fits_every_user(database: Database) -> None:
    await load_demo(database, now=_NOW)
    rows = await database.fetch("select password_hash from users")
    hashes = {row["password_hash"] for row in rows}
    assert len(hashes) == 11, "each user has a salt of his own"
    assert all(text.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for text in hashes)
    assert PasswordHasher().verify(hashes.pop(), DEMO_PASSWORD)


@pytest.mark.parametrize("now", [_NOW + hour * _HOUR_S for hour in range(24)])
def test_nothing_lies_in_the_future(now: float) -> None:
    rows = demo_rows(now)
    assert max(row[7] for row in rows["put_contact"]) < now
    assert max(row[5] for row in rows["put_ticket"]) < now


def test_names_are_names_that_exist() -> None:
    rows = demo_rows(_NOW)
    users = {row[0] for row in rows["put_user"]} | {None}
    queues = {row[0] for row in rows["put_queue"]} | {None}
    leaves = {row[0] for row in rows["put_disposition"] if row[1]} | {None}
    for contact in rows["put_contact"]:
        assert contact[3] in users
        assert contact[4] in queues
        assert contact[10] in leaves
