"""What the demo's pages show from the start: the flows' versions, the table they look up in and a week of their calls,
and a campaign with its first week.

Loading again adds what is missing and changes nothing that is there: a version that somebody put live stays live.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from functools import partial

import msgspec

from tandem.cti.adapters.postgres.answers import AnswerStore
from tandem.cti.app.demo_campaign_rows import load_campaign
from tandem.cti.app.demo_data import demo_rows, shipped
from tandem.cti.app.demo_journeys import COLUMNS, MARK, ZONE, DemoCustomer, made_up
from tandem.cti.app.demo_library import LibraryFlow, library
from tandem.cti.app.demo_service import balances
from tandem.cti.app.ivr_catalog import catalog_of
from tandem.cti.model.durations import DAY_S
from tandem.cti.storage.pool import Connection, Database
from tandem.cti.storage.queries import load
from tandem.ivr.core.flow_reading import Catalog
from tandem.routing.plan_file import read_plan

DAYS = 7
BALANCES = "balances"
BY = "demo"
_DEADLINE_S = 120.0
_QUERIES = load("tandem.cti.app", "demo_show.sql")


async def load_show(database: Database, *, now: float) -> int:
    """How many calls were made up. ``load_demo`` has been there before. Raises DatabaseDown, FlowError."""
    store = AnswerStore(database)
    if all(table.name != BALANCES for table in await store.tables()):
        await store.load(BALANCES, ["available"], balances(), by=BY)
    flows = await asyncio.to_thread(_library)
    today = dt.datetime.fromtimestamp(now, ZONE).date()
    async with database.session(_DEADLINE_S) as connection, connection.transaction():
        for flow in flows:
            await _put_flow(connection, flow, now=now)
        there = {row["day"] for row in await connection.fetch(_QUERIES["made_up_days"], f"{MARK}%")}
        editions = {
            (row["name"], row["version"], row["edition"]) for row in await connection.fetch(_QUERIES["editions"])
        }
        ours = [flow for flow in flows if _is_ours(flow, editions)]
        days = [ago for ago in range(1, DAYS + 1) if f"{today - dt.timedelta(days=ago):%Y%m%d}" not in there]
        make = partial(made_up, ours, _customers(now), today, days=days)
        rows = await asyncio.to_thread(make)
        for table, columns in COLUMNS.items():
            await connection.copy_records_to_table(table, records=rows[table], columns=columns)
        await load_campaign(connection, now=now)
    return len(rows["calls"])


def _library() -> list[LibraryFlow]:
    plan = read_plan(shipped("demo_routing.yaml"), "demo_routing.yaml")
    known = catalog_of(plan)
    return library(
        Catalog(
            queues=frozenset(queue.id for queue in plan.for_calls),
            skills=known.skills,
            tiers=known.tiers,
            answers=frozenset({BALANCES}),
            credentials=frozenset({"core_banking", "shop"}),
        )
    )


def _is_ours(flow: LibraryFlow, stored: set[tuple[str, int, str]]) -> bool:
    """The numbers of a flow are drawn by its stored versions: they must be what the made-up calls went through."""
    return all((flow.name, version.text.version, version.text.edition) in stored for version in flow.versions)


async def _put_flow(connection: Connection, flow: LibraryFlow, *, now: float) -> None:
    """Its versions and what calls got when, unless there is a flow of that name."""
    if await connection.fetchval(_QUERIES["is_there"], flow.name):
        return
    for version in flow.versions:
        await connection.execute(
            _QUERIES["put_version"],
            flow.name,
            version.text.version,
            version.text.version - 1,
            version.text.main,
            _json(dict(version.text.files)),
            _json(dict(version.tests)),
            version.note,
            now - version.days_ago * DAY_S,
            version.text.edition,
            _json(version.checked),
        )
    for what, live, canary, share, days_ago in _steps(flow):
        await connection.execute(
            _QUERIES["put_deployment"], flow.name, live, canary, share, what, now - days_ago * DAY_S
        )


def _steps(flow: LibraryFlow) -> Sequence[tuple[str, int, int | None, float, float]]:
    """``what``, live, canary, its share, how many days ago."""
    past = flow.past
    steps: list[tuple[str, int, int | None, float, float]] = [
        ("imported", 1, None, 0.0, flow.versions[0].days_ago),
        *(("live", number, None, 0.0, flow.versions[number - 1].days_ago) for number in range(2, past.live + 1)),
    ]
    if past.canary is not None:
        steps.append(("canary", past.live, past.canary, past.share, past.canary_days))
    return steps


def _customers(now: float) -> list[DemoCustomer]:
    rows = demo_rows(now)
    numbers = {identity: e164 for identity, _, e164, position in reversed(rows["put_number"])}
    return [
        DemoCustomer(
            place=place,
            number=numbers[identity],
            facts={
                "id": identity,
                "name": name,
                "tier": tier,
                "language": language,
                "company": company,
                "email": email,
                "owner": owner or "",
            },
        )
        for place, (identity, name, company, tier, language, email, *_, owner) in enumerate(rows["put_customer"], 1)
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
