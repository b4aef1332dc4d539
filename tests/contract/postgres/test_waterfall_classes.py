"""The database's classes of leads give the same waterfall as every lead looked at by itself."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support import records as some
from tests.support.lists import bring_in, person

from tandem.cti.adapters.postgres.do_not_call import DoNotCallStore
from tandem.cti.adapters.postgres.leads import ClassLimits, LeadStore
from tandem.cti.model.campaigns import Campaign, Quota
from tandem.cti.model.records import Record
from tandem.cti.storage.journal_rows import encode
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool_format import Entry
from tandem.routing.core.dialer.terms import Terms
from tandem.routing.core.dialer.waterfall import Asked, LeadClass, waterfall

NOW = some.AT
_ZONES = ("Asia/Shanghai", "America/New_York", "America/Chicago|America/Denver", "")
_RESULTS = ("no_answer", "busy", "machine", "talked", "abandoned", "congestion", "withdrawn")
_STATES = ("open", "open", "open", "in_hand", "done", "exhausted", "do_not_call")
_PEOPLE = 150


def _campaign(rules: str) -> Campaign:
    return msgspec.structs.replace(
        some.campaign().document, rules=rules, countries=["CN"], quotas=[Quota(field="city", value="上海", most=1)]
    )


def _limits(campaign: Campaign, terms: Terms) -> ClassLimits:
    plan, rules = campaign.attempts, terms.rules
    return ClassLimits(
        per_number=plan.most_per_number,
        per_person=plan.most_per_person,
        per_person_day=plan.most_per_person_a_day,
        per_day=terms.per_day,
        per_week=rules.per_week or 1_000_000,
        machine_rest_s=rules.machine_rest_s,
        gap_s=plan.gap_s,
        abandoned_rest_s=rules.abandoned_rest_s,
        fields=("city",),
    )


def _history(dice: random.Random, position: int) -> list[Record]:
    """What may have become of a lead: attempts, also of other campaigns, and its state."""
    made: list[Record] = []
    number = f"+86{13_800_000_000 + position}"
    tried = dice.choice((0, 0, 1, 2, 3, 7, 9))
    for turn in range(1, tried + 1):
        at = NOW - dice.choice((300.0, 3_000.0, 40_000.0, 200_000.0, 900_000.0)) * dice.random()
        own = dice.random() < 0.7
        made.append(
            some.attempt(
                f"list-{position}.{turn}" if own else f"other-{position}.{turn}",
                campaign="k" if own else "k2",
                number=number,
                person=number if dice.random() < 0.8 else f"another {position}",
                number_of=turn,
                at=at,
                ended_at=at + 1,
                result=dice.choice(_RESULTS),
            )
        )
    if tried or dice.random() < 0.3:
        given: dict[str, Any] = {
            "attempts": tried,
            "state": dice.choice(_STATES),
            "last_at": NOW - 4_000 * dice.random() if tried else None,
            "next_at": NOW + dice.choice((-500.0, 100.0, 5_000.0)),
            "callback_at": dice.choice((None, None, NOW - 50, NOW + 4_000)),
            "callback_number": dice.choice(("", f"+86{13_900_000_000 + position}")),
            "results": {"congestion": 1} if tried > 5 else {},
            "bad_numbers": [number] if dice.random() < 0.1 else [],
        }
        made.append(some.lead(f"list-{position}", **given))
    return made


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rules", ["us", "none"])
async def test_classes_say_what_each_lead_says(database: Database, tmp_path: Path, rules: str, seed: int) -> None:
    dice = random.Random(seed)
    people = []
    for position in range(1, _PEOPLE + 1):
        numbers = [f"+86{13_800_000_000 + position}", f"+86{13_900_000_000 + position}"][: dice.choice((1, 1, 2))]
        consent = dice.choice((None, True, True, False))
        fields = {"city": dice.choice(("上海", "北京"))}
        people.append(person(position, *numbers, zone=dice.choice(_ZONES), consent=consent, fields=fields))
    await bring_in(database, tmp_path, people)
    records = [record for position in range(1, _PEOPLE + 1) for record in _history(dice, position)]
    await JournalStore(database).store("s", [Entry(number, encode(record)) for number, record in enumerate(records)])
    for position in dice.sample(range(1, _PEOPLE + 1), 30):
        until = dice.choice((None, None, NOW + 5_000, NOW - 5_000))
        number = f"+86{dice.choice((13_800_000_000, 13_900_000_000)) + position}"
        await DoNotCallStore(database).put(some.do_not_call(f"d{position}", number=number, until=until))
    campaign = _campaign(rules)
    terms = Terms(campaign)
    asked = Asked(terms=terms, quotas_full=[("city", "上海")])
    store = LeadStore(database)
    everybody = [row.lead for row in await store.some([f"list-{n}" for n in range(1, _PEOPLE + 1)], now=NOW)]
    classes = await store.classes("k", _limits(campaign, terms), now=NOW)
    by_lead = waterfall([LeadClass(count=1, lead=lead) for lead in everybody], NOW, asked)
    by_class = waterfall([LeadClass(count=count, lead=lead) for count, lead in classes], NOW, asked)
    assert _counts(by_class.steps) == _counts(by_lead.steps)
    assert (by_class.total, by_class.callable_now, by_class.restricted) == (
        _PEOPLE, by_lead.callable_now, by_lead.restricted,
    )  # fmt: skip
    assert len(classes) < _PEOPLE


def _counts(steps: Any) -> Counter[str]:
    return Counter({step.rule: step.count for step in steps})
