"""Data dips into the tables of answers that were loaded into the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from tandem.ivr.core.data_values import convert
from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.values import Value
from tandem.ivr.data.secrets import revealed
from tandem.ivr.ports import Secrets


class AnswerTables(Protocol):
    async def answer(self, table: str, key: str, *, deadline_s: float) -> Mapping[str, str] | None:
        """The columns of this key; None when there is no such key.

        Raises ResourceMissing (there is no such table), Unavailable.
        """
        ...


class AnswerSource:
    def __init__(self, tables: AnswerTables) -> None:
        self._tables = tables

    def place(self, dip: Dip) -> str:
        return "the tables of answers"

    async def ask(self, dip: Dip, secrets: Secrets) -> Mapping[str, Value] | None:
        key = dict(dip.keys).get("key", "")
        fields = await self._tables.answer(dip.source, str(revealed(key, secrets)), deadline_s=dip.timeout_s)
        if fields is None:
            return None
        values = ((name, convert(fields.get(column), kind)) for name, column, kind in dip.outputs)
        return {name: value for name, value in values if value is not None}
