"""What a campaign has still to do and what it has seen, counted by PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.contract.postgres.test_campaigns import attempt, journal
from tests.support import records as some
from tests.support.lists import bring_in, person

from tandem.cti.adapters.postgres import campaign_outlook
from tandem.cti.adapters.postgres.campaign_outlook import CampaignOutlookStore, Times
from tandem.cti.model.detections import Heard
from tandem.cti.storage.pool import Database

K = some.campaign().id


async def test_tries_results_and_times_are_counted(database: Database, tmp_path: Path) -> None:
    store = CampaignOutlookStore(database)
    assert await store.times(K, since=0.0) == Times(talk_s=None, answer_s=None, other_s=None, dialled=0, answered=0)
    await bring_in(database, tmp_path, [person(1), person(2), person(3)])
    await journal(
        database,
        attempt(1, some.AT, "talked", answered_at=some.AT + 5, connected_at=some.AT + 10),
        attempt(2, some.AT, "busy"),
        attempt(3, some.AT, "congestion"),
    )
    await database.execute("update leads set attempts = 2, state = 'exhausted' where id = 'list-2'")
    assert await store.by_try(K, since=0.0) == {1: (2, 1)}
    assert await store.times(K, since=0.0) == Times(talk_s=50.0, answer_s=5.0, other_s=60.0, dialled=2, answered=1)
    assert await store.times(K, since=some.AT) == Times(talk_s=None, answer_s=None, other_s=None, dialled=0, answered=0)
    tries = await store.open_by_tries(K)
    assert sum(tries.values()) == 2
    assert await store.over_by_tries(K, ["busy"]) == {2: 1}
    assert await store.over_by_tries(K, ["no_answer"]) == {}


async def test_successes_are_counted_by_the_fields_of_quotas(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2), person(3)])
    await database.execute("""update leads set state = 'success', fields = '{"city": "Bonn"}' where id = 'list-1'""")
    await database.execute("""update leads set state = 'success', fields = '{}' where id = 'list-2'""")
    store = CampaignOutlookStore(database)
    assert await store.successes(K, ["city", "x' or 1=1 --"]) == (2, [("city", "Bonn", 1)])


async def test_attempts_of_a_day_come_whole_and_in_order(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(number) for number in range(1, 8)])
    await journal(database, *(attempt(number, some.AT + number // 3, "busy") for number in range(1, 8)))
    store = CampaignOutlookStore(database)
    found = [each async for each in store.attempts_between(K, some.AT, some.AT + 2.0)]
    assert [(each.at, each.id) for each in found] == sorted((each.at, each.id) for each in found)
    assert len(found) == 5
    assert await store.first_attempt(K, since=0.0) == some.AT
    assert await store.first_attempt(K, since=some.AT + 1.5) == some.AT + 2.0
    assert await store.first_attempt("nobody's", since=0.0) is None


async def test_a_long_day_comes_in_several_answers(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bring_in(database, tmp_path, [person(number) for number in range(1, 8)])
    await journal(database, *(attempt(number, some.AT + number // 3, "busy") for number in range(1, 8)))
    monkeypatch.setattr(campaign_outlook, "ROWS", 2)
    store = CampaignOutlookStore(database)
    assert len([each async for each in store.attempts_between(K, some.AT, some.AT + 10.0)]) == 7


async def test_what_the_detection_said_stands_beside_what_agents_said(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(number) for number in range(1, 7)])
    heard = {"answered_at": some.AT, "person_at": some.AT + 2.0, "machine_why": "HUMAN-820-800"}
    agent = {"connected_at": some.AT + 10.0}
    machine = {"answered_at": some.AT, "machine": "machine", "machine_why": "MAXWORDS-4-4", "machine_s": 3.0}
    await journal(
        database,
        attempt(1, some.AT, "talked", machine="human", machine_s=1.0, **heard, **agent),
        attempt(2, some.AT, "machine", machine="machine", machine_s=2.0, **heard, **agent),
        attempt(3, some.AT, "abandoned", machine="unsure", machine_s=6.0, **{**heard, "machine_why": ""}),
        attempt(4, some.AT, "machine", **machine),
        attempt(5, some.AT, "talked", **machine, **agent),
        attempt(6, some.AT, "busy"),
    )
    store = CampaignOutlookStore(database)
    assert await store.detections(K, since=0.0) == [
        Heard(said="human", kind="HUMAN", threshold=800, calls=2, connected=2, marked=1, marked_s=50.0),
        Heard(said="machine", kind="MAXWORDS", threshold=4, calls=2, connected=1),
        Heard(said="unsure", kind="", threshold=0, calls=1),
    ]
    assert list(await store.detection_times(K, since=0.0)) == pytest.approx([2.0, 5.2])
    assert await store.detections(K, since=some.AT + 1.0) == []
    assert await store.detections(K, since=0.0, until=some.AT) == []
    assert await store.detection_times(K, since=some.AT + 1.0) == (None, None)


async def test_who_was_talked_with_and_nothing_was_said_of_it_yet(database: Database, tmp_path: Path) -> None:
    await bring_in(database, tmp_path, [person(1), person(2), person(3)])
    await journal(
        database,
        attempt(1, some.AT, "talked", answered_at=some.AT + 5),
        attempt(2, some.AT, "talked", answered_at=some.AT + 5, disposition="sold"),
        attempt(3, some.AT, "busy"),
    )
    store = CampaignOutlookStore(database)
    assert [each.id for each in await store.undisposed(since=some.AT)] == ["list-1.1"]
    assert await store.undisposed(since=some.AT + 100.0) == []
