"""Compliance sheets: one for every day on which was dialled, in a chain; today's is provisional."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.support.campaign_floor import SPRING, campaign
from tests.support.campaign_ground import Desk
from tests.unit.app.campaign_desk.test_pages import attempt

from tandem.agent_desktop.adapters.compliance_pages import sheet_csv, sheet_html
from tandem.cti.app.campaign_desk.sheets import AFTER_S
from tandem.cti.model.campaigns import CampaignRecord, MachineDetection
from tandem.cti.model.detections import Heard
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.routing.core.dialer import compliance

DAY_S = 86_400.0
MIDNIGHT = 921_600.0
"""1970-01-12 00:00 in Shanghai; the floor's day, which is not over."""


def desk(**fields: Any) -> Desk:
    document = campaign(**fields)
    on = Desk(records=[CampaignRecord(id=SPRING, rev=2, state="running", document=document, by="sue", at=1.0)])
    on.outlook.attempts = [
        talked(1, MIDNIGHT - 4 * DAY_S),
        attempt(2, at=MIDNIGHT - 4 * DAY_S + 1.0, result="abandoned", answered_at=5.0, message_at=6.5),
        talked(3, MIDNIGHT - 2 * DAY_S),
        talked(4, MIDNIGHT + 60.0),
    ]
    return on


def talked(number: int, at: float) -> Any:
    return attempt(number, at=at, answered_at=at + 5.0, connected_at=at + 6.0, ended_at=at + 60.0, result="talked")


async def make_up(on: Desk) -> None:
    [record] = on.records
    await on.desk._make_up(record)


async def test_days_that_are_over_are_made_up_for_in_order() -> None:
    on = desk()
    await make_up(on)
    assert [(sheet.number, sheet.day) for sheet in on.sheets.stored] == [(1, "1970-01-08"), (2, "1970-01-10")]
    assert on.sheets.stored[1].previous == on.sheets.stored[0].hash
    found = await on.desk.sheets("spring")
    assert found.chain_holds
    assert [(line.day, line.answered, line.abandoned) for line in found.sheets] == [
        ("1970-01-10", 1, 0),
        ("1970-01-08", 2, 1),
    ]


async def test_made_again_nothing_is_added() -> None:
    on = desk()
    await make_up(on)
    await make_up(on)
    assert len(on.sheets.stored) == 2


async def test_a_day_is_over_a_while_after_midnight_of_the_campaign() -> None:
    on = desk()
    on.floor.now = MIDNIGHT + DAY_S + AFTER_S - 1.0
    await make_up(on)
    assert on.sheets.stored[-1].day == "1970-01-10"
    on.floor.now += 2.0
    await make_up(on)
    assert on.sheets.stored[-1].day == "1970-01-12"


async def test_a_changed_sheet_breaks_the_chain() -> None:
    on = desk()
    await make_up(on)
    on.sheets.stored[0] = replace(
        on.sheets.stored[0], text=on.sheets.stored[0].text.replace('"abandoned":1', '"abandoned":0')
    )
    found = await on.desk.sheets("spring")
    assert (found.chain_holds, found.broken_day, found.broken_why) == (False, on.sheets.stored[0].day, "changed")


async def test_whatever_is_changed_of_a_sheet_is_found_and_said() -> None:
    """Also what makes it no sheet at all: the page that says so opens nevertheless."""
    on = desk()
    await make_up(on)
    first, second = on.sheets.stored
    for place in range(0, len(first.text), 9):
        for instead in "0}":
            text = f"{first.text[:place]}{instead}{first.text[place + 1 :]}"
            on.sheets.stored[0] = replace(first, text=text)
            found = await on.desk.sheets("spring")
            assert found.chain_holds is (text == first.text)
            assert (found.sheets[-1].answered is None) is (text != first.text)
            assert found.sheets[0].answered is not None
    on.sheets.stored[0] = replace(first, text=first.text.replace('"abandoned":1', '"abandoned":0'))
    with pytest.raises(WrongState, match="changed after it was made"):
        await on.desk.sheet("spring", first.day)
    for other in (replace(first, hash="0" * 64), replace(first, previous="0" * 64), replace(first, number=7)):
        on.sheets.stored[0] = other
        assert (await on.desk.sheets("spring")).broken_day == first.day
    on.sheets.stored[:] = [replace(first, day=second.day), replace(second, day=first.day)]
    assert (await on.desk.sheets("spring")).broken_why == "changed", "put under another day"
    on.sheets.stored[:] = [second]
    gone = await on.desk.sheets("spring")
    assert (gone.broken_day, gone.broken_why) == (second.day, "missing")
    on.sheets.stored[:] = [replace(first, number=0)]
    early = await on.desk.sheets("spring")
    assert (early.chain_holds, early.broken_day, early.broken_why) == (False, first.day, "missing")


async def test_today_is_provisional_and_a_day_that_is_over_is_not() -> None:
    on = desk()
    await make_up(on)
    today = await on.desk.sheet("spring", None)
    assert (today.day, today.provisional, today.hash, today.counts["talked"]) == ("1970-01-12", True, "", 1)
    earlier = await on.desk.sheet("spring", "1970-01-08")
    assert (earlier.provisional, earlier.hash) == (False, on.sheets.stored[0].hash)
    assert earlier.counts["messages_in_time"] == 1
    assert [formula.id for formula in earlier.formulas] == ["us", "ofcom"]
    with pytest.raises(ResourceMissing):
        await on.desk.sheet("spring", "1970-01-13")
    with pytest.raises(BadRequest):
        await on.desk.sheet("spring", "1970-02-30")


async def test_the_share_of_persons_taken_for_machines_is_the_measured_one_of_the_window() -> None:
    on = desk(rules="us", machine_detection=MachineDetection(use=True, mistaken_share=0.5))
    on.outlook.heard = [Heard(said="machine", kind="MAXWORDS", threshold=4, calls=900, connected=60, marked=57)]
    sheet = await on.desk.sheet("spring", "1970-01-10")
    assert sheet.mistaken is not None
    assert (sheet.mistaken.source, sheet.mistaken.share, sheet.mistaken.persons) == ("measured", 0.05, 3)
    since, until = on.outlook.heard_between
    assert (since, until) == (MIDNIGHT - 31 * DAY_S, MIDNIGHT - DAY_S), "the window, up to the end of the sheet's day"


async def test_no_sheet_is_made_while_attempts_of_the_day_may_be_missing() -> None:
    on = desk()
    on.campaigns.down = True
    await make_up(on)
    assert on.sheets.stored == []
    on.campaigns.down = False
    await make_up(on)
    assert len(on.sheets.stored) == 2


async def test_a_sheet_from_before_machines_heard_were_counted_says_nothing_of_them() -> None:
    on = desk()
    await make_up(on)
    [stored, *_] = on.sheets.stored
    earlier = json.loads(stored.text)
    del earlier["mistaken"], earlier["counts"]["machines_heard"]
    text = json.dumps(earlier)
    on.sheets.stored[0] = replace(stored, text=text, hash=compliance.hash_of(text))
    old, new = await on.desk.sheet("spring", "1970-01-08"), await on.desk.sheet("spring", "1970-01-10")
    assert ("machines_heard" in old.counts, "machines_heard" in new.counts) == (False, True)
    said = ("of these, heard by an agent", "Answered by a machine")
    assert [words in sheet_html(old, "en") for words in said] == [False, True]
    assert [words in sheet_html(new, "en") for words in said] == [True, True]
    assert (b"machines_heard" in sheet_csv(old), b"machines_heard" in sheet_csv(new)) == (False, True)
