"""Data dips into the CRM: who has this number, or this customer's id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.records import CustomerMatch
from tandem.ivr.core.data_values import clean
from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.values import Value
from tandem.ivr.data.secrets import revealed
from tandem.ivr.ports import Secrets


class CustomerSource:
    """``by_number``: customers with this number (E.164 or short), best first. ``by_id`` raises ResourceMissing.

    ``normalise``: any way of writing a number -> its key, '' when it is none.
    """

    def __init__(
        self,
        by_number: Callable[[str], Awaitable[Sequence[CustomerMatch]]],
        by_id: Callable[[str], Awaitable[CustomerMatch]],
        *,
        normalise: Callable[[str], str],
    ) -> None:
        self._by_number = by_number
        self._by_id = by_id
        self._normalise = normalise

    def place(self, dip: Dip) -> str:
        return "the CRM"

    async def ask(self, dip: Dip, secrets: Secrets) -> Mapping[str, Value] | None:
        """The fields of ``World.customer``."""
        value = str(revealed(dict(dip.keys).get("value", ""), secrets)).strip()
        customer = await (self._with_id(value) if dip.source == "id" else self._with_number(value))
        if customer is None:
            return None
        return {
            "known": True,
            "id": customer.id,
            "name": clean(customer.name),
            "tier": customer.tier,
            "language": customer.language,
            "company": clean(customer.company),
            "email": clean(customer.email),
            "owner": customer.owner or "",
        }

    async def _with_id(self, value: str) -> CustomerMatch | None:
        try:
            return await self._by_id(value) if value else None
        except ResourceMissing:
            return None

    async def _with_number(self, value: str) -> CustomerMatch | None:
        number = self._normalise(value)
        found = await self._by_number(number) if number else ()
        return found[0] if found else None
