"""The demo bank in the database: users, routing plan, dispositions, 50 customers with believable histories.

Everything comes from ``demo_bank.yaml`` and ``demo_routing.yaml``; nothing is random. Loading again
adds what is missing and changes nothing that is there. Days are counted back from ``now``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from tandem.agent_desktop.adapters.passwords import hash_password
from tandem.cti.model.durations import DAY_S
from tandem.cti.storage.pool import Connection, Database
from tandem.cti.storage.queries import load

DEMO_PASSWORD = "tandem-demo"  # noqa: S105 - printed by the demo; no other installation has these users
_HOUR_S = 3_600.0
_DEADLINE_S = 120.0
_QUERIES = load("tandem.cti.app", "demo_data.sql")

Rows = dict[str, list[tuple[Any, ...]]]
"""Parameters by the name of their statement, in the order in which they can be written."""


@dataclass(frozen=True, slots=True)
class DemoSummary:
    users: int
    customers: int
    contacts: int
    tickets: int


async def load_demo(database: Database, *, now: float) -> DemoSummary:
    """Write the demo bank. Raises DatabaseDown."""
    rows = demo_rows(now)
    async with database.session(_DEADLINE_S) as connection, connection.transaction():
        await _put_users(connection, rows.pop("put_user"))
        for statement, parameters in rows.items():
            await connection.executemany(_QUERIES[statement], parameters)
        return DemoSummary(**await connection.fetchrow(_QUERIES["summary"]))


def demo_rows(now: float) -> Rows:
    bank = yaml.safe_load(shipped("demo_bank.yaml"))
    customers = list(_customers(bank["customers"], bank["owners"], now))
    histories = [
        history
        for row, (*_, stories) in zip(customers, bank["customers"], strict=True)
        for history in _histories(row["id"], row["numbers"][0][1], [bank["stories"][name] for name in stories], now)
    ]
    return {
        "put_user": [(login, *fields) for login, fields in bank["users"].items()],
        "put_plan": [(shipped("demo_routing.yaml"),)],
        "put_disposition": list(_dispositions(bank["dispositions"])),
        "put_customer": [row["fields"] for row in customers],
        "put_number": [(row["id"], *number) for row in customers for number in row["numbers"]],
        "put_contact": [row for statement, row in histories if statement == "put_contact"],
        "put_ticket": [row for statement, row in histories if statement == "put_ticket"],
    }


def shipped(file: str) -> str:
    return resources.files("tandem.cti.app").joinpath(file).read_text(encoding="utf-8")


async def _put_users(connection: Connection, rows: list[tuple[Any, ...]]) -> None:
    """Users who are not there yet; hashing a password costs 25 ms, so it is not done for the others."""
    there = {row["login"] for row in await connection.fetch(_QUERIES["logins"])}
    for login, *fields in rows:
        if login not in there:
            hashed = await asyncio.to_thread(hash_password, DEMO_PASSWORD)
            await connection.execute(_QUERIES["put_user"], login, *fields, hashed)


def _dispositions(tree: dict[str, list[Any]]) -> Iterator[tuple[Any, ...]]:
    for place, (group, (zh, en, leaves)) in enumerate(tree.items()):
        yield group, None, zh, en, place
        for leaf_place, (leaf, (leaf_zh, leaf_en)) in enumerate(leaves.items()):
            yield leaf, group, leaf_zh, leaf_en, leaf_place


def _customers(rows: list[list[Any]], owners: dict[str, str], now: float) -> Iterator[dict[str, Any]]:
    for place, (name, company, tier, language, city, years, note, numbers, _) in enumerate(rows, 1):
        identity = f"demo-{place:03}"
        email = f"customer{place:03}@example.com"
        since = now - years * 365.25 * DAY_S - place * DAY_S
        yield {
            "id": identity,
            "fields": (identity, name, company, tier, language, email, city, since, note, owners.get(name)),
            "numbers": [
                (label, e164, index)
                for index, (label, _, e164) in enumerate(number.rpartition(" ") for number in numbers)
            ],
        }


def _histories(
    customer: str, number: str, stories: list[dict[str, Any]], now: float
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    place = int(customer.removeprefix("demo-"))
    # The bank's own midnight (UTC+8); every contact was at least a day before today's.
    midnight = now - (now + 8 * _HOUR_S) % DAY_S
    for story_place, story in enumerate(stories, 1):
        shift_days = (place * 5 + story_place * 11) % 9
        moments = []
        for line, contact in enumerate(story["contacts"], 1):
            days, hour, channel, direction, queue, agent, minutes, disposition, notes = contact
            minute = (place * 17 + line * 23) % 60
            at = midnight - (days + shift_days) * DAY_S + (hour * 60 + minute) * 60.0
            moments.append(at)
            yield (
                "put_contact",
                (
                    f"{customer}-{story_place}-{line}",
                    customer,
                    number,
                    agent,
                    queue,
                    channel,
                    direction,
                    at,
                    minutes * 60.0 + minute if minutes else 0.0,
                    "answered" if agent or channel != "voice" else "abandoned_in_queue",
                    disposition,
                    notes,
                ),
            )
        if story["ticket"]:
            title, state, priority = story["ticket"]
            yield "put_ticket", (f"T-{place:03}{story_place}", customer, title, state, priority, max(moments) + 300)
