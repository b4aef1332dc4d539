"""Versions and deployments of flows on a real database."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from tandem.cti.adapters.postgres.flows import Checked, Deployment, FlowStore, NewVersion
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.storage.pool import Database


def new(name: str = "main", **changes: object) -> NewVersion:
    given: dict[str, object] = {
        "name": name,
        "base": 0,
        "main": "main.yaml",
        "files": {"main.yaml": "name: main # 中文\n"},
        "tests": {"main.test.yaml": "tests: []\n"},
        "note": "",
        "by": "omar",
        "edition": "0a1b2c3d",
        "checked": Checked(errors=1, languages=["zh", "en"]),
    }
    return NewVersion(**{**given, **changes})  # type: ignore[arg-type]


async def test_versions_are_counted_by_flow(database: Database) -> None:
    store = FlowStore(database)
    assert await store.newest() == []
    first = await store.save(new(files={"main.yaml": "a\0b"}))
    second = await store.save(new(base=1, note="第二版"))
    other = await store.save(new("other"))
    assert (first.version, second.version, other.version) == (1, 2, 1)
    assert (second.base, second.note, second.by, second.checked.languages) == (1, "第二版", "omar", ["zh", "en"])
    assert [(n.version.name, n.version.version, n.versions) for n in await store.newest()] == [
        ("main", 2, 2),
        ("other", 1, 1),
    ]
    assert [version.version for version in await store.versions("main")] == [2, 1]
    assert await store.versions("none") == []
    whole = await store.version("main", 1)
    assert (whole.main, whole.files, whole.tests) == (
        "main.yaml",
        {"main.yaml": "ab"},
        {"main.test.yaml": "tests: []\n"},
    )
    with pytest.raises(ResourceMissing, match="no version 3 of the flow main"):
        await store.version("main", 3)
    await store.remember_check("main", 1, Checked(tests_ok=True))
    assert (await store.version("main", 1)).checked == Checked(tests_ok=True)


async def test_versions_saved_at_once_have_numbers_of_their_own(database: Database) -> None:
    store = FlowStore(database)
    saved = await asyncio.gather(*(store.save(new()) for _ in range(8)))
    assert sorted(version.version for version in saved) == list(range(1, 9))


async def test_the_newest_deployment_counts_and_all_are_kept(database: Database) -> None:
    store = FlowStore(database)
    saved, first = await store.take_in(new())
    assert (saved.version, first.live, first.what) == (1, 1, "imported")
    await store.save(new())
    canary = await store.deploy(
        Deployment(flow="main", live=1, canary=2, share=0.1, canary_numbers=("95001",), by="omar", what="canary")
    )
    assert (await store.deployed())["main"] == canary
    assert (canary.canary, canary.share, canary.canary_numbers) == (2, 0.1, ("95001",))
    assert [deployment.what for deployment in await store.history("main")] == ["canary", "imported"]


async def test_what_does_not_exist_is_not_deployed(database: Database) -> None:
    """Neither half of it: a flow that is taken in twice at once is there once, with its deployment."""
    store = FlowStore(database)
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await store.deploy(Deployment(flow="main", live=1))
    assert await store.deployed() == {}
