"""Tables of answers on a real database: loaded whole or not at all, read with a deadline; ``tandem answers``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tandem.cti.adapters.postgres.answers import AnswerStore
from tandem.cti.adapters.postgres.customers import CustomerStore
from tandem.cti.app import answers_cli
from tandem.cti.app.command_parser import CommandParser
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.storage.errors import DatabaseDown
from tandem.cti.storage.pool import Database
from tandem.ivr.core.dialogue import Dip, Fetched
from tandem.ivr.core.values import Secret
from tandem.ivr.data.answer_source import AnswerSource
from tandem.ivr.data.customer_source import CustomerSource
from tandem.ivr.data.dips import Dips

ORDERS = [("4711", {"state": "已发货", "total": "12.50"}), ("4712", {"state": "open\0", "total": "x"})]
DIP = Dip(
    kind="answers",
    source="orders",
    keys=(("key", "4711"),),
    outputs=(("state", "state", "text"), ("total", "total", "money"), ("gone", "nothing", "text")),
    timeout_s=2.0,
    cache_s=0.0,
)


async def test_a_table_is_loaded_read_listed_and_removed(database: Database) -> None:
    answers = AnswerStore(database)
    assert await answers.load("orders", ["state", "total"], ORDERS, by="omar") == 2
    assert await answers.answer("orders", "4711", deadline_s=2) == {"state": "已发货", "total": "12.50"}
    assert await answers.answer("orders", "4712", deadline_s=2) == {"state": "open", "total": "x"}
    assert await answers.answer("orders", "1' or '1'='1", deadline_s=2) is None
    (table,) = await answers.tables()
    assert (table.name, table.columns, table.rows, table.loaded_by) == ("orders", ("state", "total"), 2, "omar")
    assert await answers.load("orders", ["state"], ORDERS[:1], by="ada") == 1
    assert await answers.answer("orders", "4712", deadline_s=2) is None
    assert await answers.remove("orders")
    assert not await answers.remove("orders")
    with pytest.raises(ResourceMissing, match="tandem answers load orders FILE"):
        await answers.answer("orders", "4711", deadline_s=2)
    assert await answers.tables() == []


async def test_a_fault_in_the_middle_leaves_the_old_table(database: Database) -> None:
    answers = AnswerStore(database)
    await answers.load("orders", ["state", "total"], ORDERS, by="omar")

    def broken() -> Iterator[tuple[str, Mapping[str, str]]]:
        yield "1", {"state": "new"}
        raise BadRequest("orders.csv:3: a fault")

    with pytest.raises(BadRequest, match=r"orders\.csv:3"):
        await answers.load("orders", ["state"], broken(), by="ada")
    with pytest.raises(BadRequest, match="cannot be stored"):
        await answers.load("orders", ["state"], [("1", {}), ("1", {})], by="ada")
    with pytest.raises(BadRequest, match="cannot be stored"):
        await answers.load("No Name", ["state"], [], by="ada")
    assert (await answers.tables())[0].loaded_by == "omar"
    assert await answers.answer("orders", "4711", deadline_s=2) == ORDERS[0][1]


async def test_who_reads_while_a_table_is_loaded_sees_the_old_one(database: Database, database_url: str) -> None:
    answers = AnswerStore(database)
    await answers.load("orders", ["n"], [("k", {"n": "old"})], by="omar")
    async with database.session() as reading:
        seen: list[str] = []

        def slowly() -> Iterator[tuple[str, Mapping[str, str]]]:
            yield "k", {"n": "new"}
            # the rows are in the database, and not yet for anybody else
            seen.append("half")

        loading = asyncio.create_task(answers.load("orders", ["n"], slowly(), by="ada"))
        while not loading.done():
            found = await reading.fetchval("select fields ->> 'n' from answers where name = 'orders'")
            assert found in ("old", "new")
        await loading
        assert seen == ["half"]
        assert await reading.fetchval("select fields ->> 'n' from answers where name = 'orders'") == "new"


async def test_two_that_load_at_once_do_not_mix(database: Database) -> None:
    answers = AnswerStore(database)
    tables = [[(f"{who}{n}", {"who": who}) for n in range(500)] for who in ("a", "b", "c")]
    await asyncio.gather(*(answers.load("orders", ["who"], rows, by="x") for rows in tables))
    row = await database.fetch_row("select count(*) as n, count(distinct fields ->> 'who') as kinds from answers")
    assert row is not None
    assert (row["n"], row["kinds"]) == (500, 1)


async def test_a_stalled_database_is_not_waited_for(database: Database) -> None:
    answers = AnswerStore(database)
    await answers.load("orders", ["state"], ORDERS, by="omar")
    async with database.session() as other, other.transaction():
        await other.execute("lock table answers in access exclusive mode")
        with pytest.raises(DatabaseDown):
            await answers.answer("orders", "4711", deadline_s=0.1)


async def test_dips_into_tables_and_customers(bank: Database) -> None:
    answers = AnswerStore(bank)
    await answers.load("orders", ["state", "total"], ORDERS, by="omar")
    customers = CustomerStore(bank)
    row = await bank.fetch_row("select customer, e164 from customer_numbers order by customer, position limit 1")
    assert row is not None
    dips = Dips(
        {
            "answers": AnswerSource(answers),
            "customer": CustomerSource(customers.by_number, customers.customer, normalise=lambda text: text),
        }
    )

    async def fetch(dip: Dip, **vault: str) -> Fetched:
        return await dips.fetch(dip, secrets=vault.get)

    def changed(source: str, value: str | int | Secret, kind: str = "answers") -> Dip:
        name = "key" if kind == "answers" else "value"
        return Dip(kind, source, ((name, value),), DIP.outputs, DIP.timeout_s, DIP.cache_s)

    found = Fetched("ok", {"state": "已发货", "total": "12.50"})
    assert await fetch(DIP) == await fetch(changed("orders", 4711)) == found
    assert await fetch(changed("orders", Secret("ref", 4)), ref="4711") == found
    assert await fetch(changed("orders", Secret("gone", 4)), ref="4711") == Fetched("failed")
    assert await fetch(changed("orders", "0")) == Fetched("not_found")
    assert await fetch(changed("nothing", "4711")) == Fetched("failed")

    by_id = await fetch(changed("id", row["customer"], "customer"))
    by_phone = await fetch(changed("phone", row["e164"], "customer"))
    assert by_id.status == by_phone.status == "ok"
    assert by_id.values["id"] == row["customer"]
    assert set(by_id.values) == {"known", "id", "name", "tier", "language", "company", "email", "owner"}
    assert by_id.values["known"] is True
    for source, value in (("id", "nobody"), ("id", ""), ("phone", ""), ("phone", "+4930000000")):
        assert await fetch(changed(source, value, "customer")) == Fetched("not_found")


async def test_from_the_command_line(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("state,order\nsent,4711\nopen,4712\n", encoding="utf-8")
    parser = CommandParser(prog="tandem answers")
    answers_cli.add_commands(parser, lambda _: None)

    @asynccontextmanager
    async def opened() -> AsyncIterator[str]:
        yield database_url

    async def run(*arguments: str) -> str:
        assert await answers_cli.run(parser.parse_args(arguments), opened()) == 0
        return capsys.readouterr().out

    told = await run("load", "orders", str(file), "--key", "order")
    assert told == "The table orders has 2 rows now; flows look there from now on: state.\n"
    assert "orders" in (listed := await run("list"))
    assert "2 rows" in listed
    file.write_text("state,order\nsent,4711\nopen,4711\n", encoding="utf-8")
    with pytest.raises(BadRequest, match=r"orders\.csv:3: the key of line 2 comes again"):
        await run("load", "orders", str(file), "--key", "order")
    with pytest.raises(BadRequest, match="no name for a table"):
        await run("load", "Orders; drop", str(file))
    assert "2 rows" in await run("list")
    assert "removed" in await run("remove", "orders")
    with pytest.raises(ResourceMissing):
        await run("remove", "orders")
