"""Lists of leads in a database, by the way that imports take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support import records as some

from tandem.cti.adapters.postgres.campaigns import CampaignStore
from tandem.cti.adapters.postgres.lead_import import LeadImportStore, NewList, Stored
from tandem.cti.app.lists.copy_text import lead_line
from tandem.cti.app.lists.numbers import ListNumber
from tandem.cti.app.lists.prepare import Prepared
from tandem.cti.storage.pool import Database

SHANGHAI = "Asia/Shanghai"


def person(position: int, *numbers: str, zone: str = SHANGHAI, **fields: Any) -> Prepared:
    """With one mobile number by default, ``+8613800000000`` + position."""
    given = numbers or (f"+86{13_800_000_000 + position}",)
    lead = Prepared(position=position, person=fields.pop("person", given[0]), **fields)
    lead.numbers = [ListNumber(number, zone, "CN", "mobile") for number in given]
    return lead


async def bring_in(
    database: Database,
    folder: Path,
    people: Sequence[Prepared],
    *,
    campaign: str = "k",
    list_id: str = "list",
    at: float = some.AT,
) -> Stored:
    """The campaign is made when it is not there."""
    await CampaignStore(database).create(some.campaign(campaign))
    file = folder / f"{list_id}.copy"
    file.write_text("".join(map(lead_line, people)), encoding="utf-8")
    new = NewList(
        id=list_id, campaign=campaign, name="名单", file_name="list.csv", columns=("number",), by="sam", at=at,
        rows=len(people), bad=0,
    )  # fmt: skip
    return await LeadImportStore(database).bring_in(new, file)
