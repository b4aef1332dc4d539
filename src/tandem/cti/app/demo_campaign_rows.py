"""The demo's campaign in the database. Loading it again changes nothing: what came of it since stays.

A folder of an earlier version has a routing plan without a queue for campaigns and without agents who do outbound work.
While nobody has changed it, the shipped one takes its place, as a version of its own.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from tandem.cti.app.demo_campaign import COUNTS, MadeUp, document, lists, made_up
from tandem.cti.app.demo_data import shipped
from tandem.cti.model.campaigns import Campaign
from tandem.cti.model.leads import AttemptRecord, DoNotCallEntry
from tandem.cti.storage.pool import Connection
from tandem.cti.storage.queries import load
from tandem.routing.plan_file import read_plan

_QUERIES = load("tandem.cti.app", "demo_campaign.sql")
_MOMENTS = frozenset(
    {"at", "ringing_at", "answered_at", "connected_at", "ended_at", "message_at", "person_at", "until"}
)
_LEAD = (
    *(
        "id",
        "rev",
        "campaign",
        "list",
        "position",
        "person",
        "name",
        "language",
        "zones",
        "shape",
        "fields",
        "priority",
    ),
    *("state", "ready", "attempts", "results", "last_at", "next_at", "callback_at", "callback_note", "abandoned_at"),
    *("segment", "disposition", "why"),
)
_NUMBER = ("lead", "position", "number", "kind", "zone", "country", "bad")


async def load_campaign(connection: Connection, *, now: float) -> bool:
    """False when it is there, or when the routing plan that is in force has no queue for it."""
    campaign = document()
    if await connection.fetchval(_QUERIES["is_there"], campaign.id) or not await _has_queue(connection, campaign):
        return False
    past = await asyncio.to_thread(made_up, now)
    await connection.execute(_QUERIES["put_campaign"], campaign.id, _json(campaign), now)
    for id_, name, file, at in lists(now):
        await connection.execute(_QUERIES["put_list"], id_, campaign.id, name, file, COUNTS[id_], at)
    for table, columns, rows in (
        ("leads", _LEAD, [_lead(made) for made in past.leads]),
        ("lead_numbers", _NUMBER, [row for made in past.leads for row in _numbers(made)]),
        ("attempts", AttemptRecord.__struct_fields__, _records(past.attempts)),
        ("do_not_call", DoNotCallEntry.__struct_fields__, _records(past.do_not_call)),
    ):
        await connection.copy_records_to_table(table, records=rows, columns=columns)
    await connection.execute("analyze leads, lead_numbers, attempts")
    return True


async def _has_queue(connection: Connection, campaign: Campaign) -> bool:
    row = await connection.fetchrow(_QUERIES["plan"])
    if row is not None and campaign.queue in read_plan(row["text"], "the plan in force", stored=True).queues:
        return True
    text = shipped("demo_routing.yaml")
    if row is None or not row["ours"] or campaign.queue not in read_plan(text, "demo_routing.yaml").queues:
        return False
    await connection.execute(_QUERIES["put_plan"], text, "the demo bank, with campaigns")
    return True


def _lead(made: MadeUp) -> tuple[Any, ...]:
    lead = made.lead
    return (
        lead.id,
        lead.rev,
        lead.campaign,
        lead.list,
        lead.position,
        lead.person,
        lead.name,
        lead.language,
        "|".join(sorted({number.zone for number in lead.numbers})),
        ";".join(f"{each.number[:5]} {len(each.number)} {each.country} {each.zone}" for each in lead.numbers),
        _json(lead.fields),
        lead.priority,
        lead.state,
        not lead.attempts,
        lead.attempts,
        _json(lead.results),
        _moment(lead.last_at),
        _moment(lead.next_at),
        _moment(lead.callback_at),
        lead.callback_note,
        _moment(lead.abandoned_at),
        lead.segment,
        made.disposition,
        made.why,
    )


def _numbers(made: MadeUp) -> Iterable[tuple[Any, ...]]:
    for place, number in enumerate(made.lead.numbers, 1):
        yield made.lead.id, place, number.number, number.kind, number.zone, number.country, number.bad


def _records(records: Iterable[AttemptRecord] | Iterable[DoNotCallEntry]) -> list[tuple[Any, ...]]:
    return [tuple(_cell(name, getattr(record, name)) for name in record.__struct_fields__) for record in records]


def _cell(name: str, value: Any) -> Any:
    if name in _MOMENTS:
        return _moment(value)
    return _json(value) if isinstance(value, dict) else value


def _moment(at: float | None) -> dt.datetime | None:
    return None if at is None else dt.datetime.fromtimestamp(at, dt.UTC)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
