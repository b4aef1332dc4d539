"""The built-in CRM as a CustomerDirectory."""

from __future__ import annotations

from tandem.crm_bridge.core.digest import digest
from tandem.crm_bridge.core.match import Candidate, rank
from tandem.cti.adapters.postgres.customers import CustomerStore
from tandem.cti.model.records import CustomerMatch


class BuiltInDirectory:
    """Implements CustomerDirectory over PostgreSQL. Raises DatabaseDown."""

    def __init__(self, store: CustomerStore) -> None:
        self._store = store

    async def find(self, number_e164: str) -> list[CustomerMatch]:
        if not number_e164:
            return []
        found = [digest(customer) for customer in await self._store.by_number(number_e164)]
        return rank(number_e164, [Candidate(customer, _last_contact(customer)) for customer in found])

    async def unknown_contacts(self, number_e164: str) -> int:
        """How many earlier contacts from this number belong to no customer."""
        return await self._store.unknown_contacts(number_e164) if number_e164 else 0


def _last_contact(customer: CustomerMatch) -> float | None:
    return customer.contacts[0].at if customer.contacts else None
