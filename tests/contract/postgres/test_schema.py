"""schema.sql and the migrations build the same database; every named query fits it."""

from __future__ import annotations

import asyncio
from importlib import resources

import asyncpg
import pytest
from tests.support.postgres import MakeDatabase

from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.skills import Need
from tandem.cti.storage.errors import DatabaseDown, MigrationRefused
from tandem.cti.storage.migrate import Migration, migrate, shipped
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load
from tandem.routing.core.plan import QueuePlan, StepPlan
from tandem.routing.plan_file import read_plan

_CATALOGS = {
    "columns": """
        select table_name, column_name, ordinal_position, data_type, is_nullable, column_default, generation_expression
        from information_schema.columns where table_schema = 'public' order by 1, 3""",
    "constraints": """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace order by 1, 2""",
    "indexes": "select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1",
    "relations": "select relname, relkind::text from pg_class where relnamespace = 'public'::regnamespace order by 1",
    "functions": "select pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace order by 1",
    "triggers": "select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1",
    "comments": "select objoid::regclass::text, objsubid, description from pg_description "
    "where classoid = 'pg_class'::regclass and objoid >= 16384 order by 1, 2",
}
_QUERY_FILES = [
    ("tandem.cti.storage", "journal.sql"),
    ("tandem.cti.adapters.postgres", "calls.sql"),
    ("tandem.cti.adapters.postgres", "customers.sql"),
    ("tandem.cti.adapters.postgres", "plans.sql"),
    ("tandem.cti.adapters.postgres", "flows.sql"),
    ("tandem.cti.adapters.postgres", "flow_numbers.sql"),
    ("tandem.cti.adapters.postgres", "campaigns.sql"),
    ("tandem.cti.adapters.postgres", "compliance.sql"),
    ("tandem.cti.adapters.postgres", "do_not_call.sql"),
    ("tandem.cti.adapters.postgres", "leads.sql"),
    ("tandem.agent_desktop.adapters", "store.sql"),
    ("tandem.cti.app", "demo_data.sql"),
    ("tandem.cti.app.history", "history.sql"),
    ("tandem.cti.app.history", "studies.sql"),
]


async def _catalogs(url: str) -> dict[str, list[tuple[object, ...]]]:
    connection = await asyncpg.connect(url)
    try:
        return {name: [tuple(row) for row in await connection.fetch(query)] for name, query in _CATALOGS.items()}
    finally:
        await connection.close()


async def test_schema_and_migrations_build_the_same(make_database: MakeDatabase) -> None:
    from_schema = await make_database("template0")
    connection = await asyncpg.connect(from_schema)
    schema = resources.files("tandem.cti.storage").joinpath("schema.sql").read_text(encoding="utf-8")
    await connection.execute(schema)
    await connection.close()
    from_migrations = await make_database("template0")
    await migrate(from_migrations)
    assert await _catalogs(from_schema) == await _catalogs(from_migrations)


async def test_queues_and_skills_of_the_first_schema_become_a_plan(make_database: MakeDatabase) -> None:
    url = await make_database("template0")
    await migrate(url, shipped()[:1])
    connection = await asyncpg.connect(url)
    await connection.execute(
        """
        insert into users (login, name, role, device, password_hash) values
            ('mei', '陈美', 'agent', '1001', '$argon2id$x'), ('tom', 'Tom', 'agent', '1002', '$argon2id$x');
        insert into agent_skills values
            ('mei', 'language:zh', 5), ('mei', 'product:loans', 2), ('tom', 'language:en', 4);
        insert into queues (id, name_zh, name_en, priority, target_s, target_share, needs, position) values
            ('loans', '贷款 "100%"', 'Loans: all', 7, 12.5, 0.07, 'product:loans >= 2 and language:zh', 2),
            ('all', '全部', 'All', 0, 20, 0.8, '', 1)"""
    )
    await connection.close()
    await migrate(url)
    database = Database(url)
    await database.open()
    stored = await PlanStore(database).current()
    await database.close()
    assert stored is not None
    plan = read_plan(stored.text, "stored", logins=["mei", "tom"])
    assert list(plan.queues) == ["all", "loans"], "in the order of their positions"
    assert plan.queues[QueueId("all")] == QueuePlan(id=QueueId("all"), name_zh="全部", name_en="All")
    assert plan.queues[QueueId("loans")] == QueuePlan(
        id=QueueId("loans"),
        name_zh='贷款 "100%"',
        name_en="Loans: all",
        priority=7,
        target_s=12.5,
        target_share=0.07,
        steps=(StepPlan(needs=(Need("language:zh", 1), Need("product:loans", 2))),),
    )
    assert plan.agents[AgentId("mei")].skills == {"language:zh": 5, "product:loans": 2}
    assert plan.agents[AgentId("tom")].skills == {"language:en": 4}


async def test_an_empty_database_gets_no_plan(database: Database) -> None:
    assert await PlanStore(database).current() is None


async def test_migrating_again_does_nothing(make_database: MakeDatabase) -> None:
    url = await make_database("template0")
    assert await migrate(url) == [migration.file for migration in shipped()]
    assert await migrate(url) == []


async def test_servers_that_start_at_once_migrate_once(make_database: MakeDatabase) -> None:
    url = await make_database("template0")
    applied = await asyncio.gather(*(migrate(url) for _ in range(4)))
    assert sorted(map(len, applied)) == [0, 0, 0, len(shipped())]


async def test_an_edited_migration_is_named(make_database: MakeDatabase) -> None:
    url = await make_database("tandem")
    first, *rest = shipped()
    edited = [Migration(first.number, first.name, first.sql + "-- more\n"), *rest]
    with pytest.raises(MigrationRefused, match=r"0001_first\.sql was edited"):
        await migrate(url, edited)


async def test_a_failing_migration_leaves_nothing(make_database: MakeDatabase) -> None:
    url = await make_database("tandem")
    before = await _catalogs(url)
    broken = Migration(len(shipped()) + 1, "broken", "create table half (id int); select 1 / 0;")
    with pytest.raises(MigrationRefused, match=r"_broken\.sql failed"):
        await migrate(url, [*shipped(), broken])
    assert await _catalogs(url) == before


async def test_no_server_is_said_so() -> None:
    with pytest.raises(DatabaseDown, match="cannot migrate"):
        await migrate("postgresql://nobody@/none?host=/nonexistent")


@pytest.mark.parametrize(("package", "file"), _QUERY_FILES)
async def test_every_query_fits_the_schema(database: Database, package: str, file: str) -> None:
    queries = load(package, file)
    assert queries
    async with database.session() as connection:
        for name, query in queries.items():
            try:
                await connection.prepare(query)
            except asyncpg.PostgresError as error:
                pytest.fail(f"{file}: {name}: {error}")
