"""Customers of the built-in CRM, with their last contacts and open tickets."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import asyncpg

from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.model.ids import CustomerId
from tandem.cti.model.records import ContactLine, CustomerMatch, TicketLine
from tandem.cti.storage.pool import Connection, Database
from tandem.cti.storage.queries import load
from tandem.cti.storage.texts import digits_to_search, like_pattern

_QUERIES = load("tandem.cti.adapters.postgres", "customers.sql")
_FEWEST_DIGITS = 4
Line = TypeVar("Line", ContactLine, TicketLine)


class CustomerStore:
    """Every method raises DatabaseDown. ``why`` of what it returns is ''."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def by_number(self, number: str) -> list[CustomerMatch]:
        """Customers with this number (E.164 or short digits) or one that ends in the same eight digits; unranked."""
        async with self._database.session() as connection:
            rows = await connection.fetch(_QUERIES["by_number"], number)
            return await _load(connection, [row["customer"] for row in rows])

    async def by_text(self, text: str, *, limit: int) -> list[CustomerMatch]:
        """Customers by name, company, city, e-mail address or number; VIPs first."""
        pattern, digits = like_pattern(text), digits_to_search(text, fewest=_FEWEST_DIGITS)
        async with self._database.session() as connection:
            rows = await connection.fetch(_QUERIES["by_text"], pattern, digits, limit)
            return await _load(connection, [row["customer"] for row in rows])

    async def customer(self, customer: str) -> CustomerMatch:
        """Raises ResourceMissing."""
        async with self._database.session() as connection:
            found = await _load(connection, [customer])
        if not found:
            raise ResourceMissing(f"there is no customer {customer}")
        return found[0]

    async def unknown_contacts(self, number: str) -> int:
        """How many earlier contacts from this number belong to no customer."""
        row = await self._database.fetch_row(_QUERIES["unknown_contacts"], number)
        return int(row["contacts"]) if row else 0

    async def create(self, number: str, *, by: str, **fields: str) -> CustomerMatch:
        """A new customer with this number (a key, already normalised).

        ``fields``: name, company, tier, language, email, city, note. Earlier contacts from the number go over to him
        when he is the only one who has it. Raises BadRequest.
        """
        customer = CustomerId(secrets.token_hex(8))
        columns = ("name", "company", "tier", "language", "email", "city", "note")
        try:
            async with self._database.session() as connection, connection.transaction():
                await connection.execute(
                    _QUERIES["create_customer"], customer, *(fields[column] for column in columns), by
                )
                await connection.execute(_QUERIES["create_number"], customer, number)
                await connection.execute(_QUERIES["adopt_contacts"], customer, number)
                return (await _load(connection, [customer]))[0]
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError, ValueError) as error:
            reason = getattr(error, "constraint_name", None) or type(error).__name__
            raise BadRequest(f"this customer cannot be stored ({reason})") from error


async def _load(connection: Connection, ids: Sequence[str]) -> list[CustomerMatch]:
    """These customers, in the order of ``ids``; those that do not exist are left out."""
    if not ids:
        return []
    contacts = _by_customer(await connection.fetch(_QUERIES["contacts"], ids), ContactLine)
    tickets = _by_customer(await connection.fetch(_QUERIES["tickets"], ids), TicketLine)
    found = {
        row["id"]: CustomerMatch(
            **row, why="", contacts=contacts.get(row["id"], []), tickets=tickets.get(row["id"], [])
        )
        for row in await connection.fetch(_QUERIES["customers"], ids)
    }
    return [found[customer] for customer in ids if customer in found]


def _by_customer(rows: Sequence[Mapping[str, Any]], line: type[Line]) -> dict[str, list[Line]]:
    grouped: dict[str, list[Line]] = {}
    for row in rows:
        fields = dict(row)
        grouped.setdefault(fields.pop("customer"), []).append(line(**fields))
    return grouped
