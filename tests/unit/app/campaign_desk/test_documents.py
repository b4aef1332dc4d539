"""Campaigns as documents: who was faster wins, what is wrong is not started, to stop needs no database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from tests.support.campaign_floor import SPRING, campaign
from tests.support.campaign_ground import Desk

from tandem.agent_desktop.errors import CampaignChanged, CampaignRefused
from tandem.cti.app.floor_plan import CampaignsApplied
from tandem.cti.model.campaigns import CampaignRecord, State
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.model.ids import CampaignId
from tandem.cti.storage.errors import DatabaseDown
from tandem.ivr.errors import SpeechUnavailable


def record(state: State = "draft", *, rev: int = 1, **document: Any) -> CampaignRecord:
    return CampaignRecord(id=SPRING, rev=rev, state=state, document=campaign(**document), by="sue", at=1.0)


async def test_a_new_campaign_is_a_draft_that_the_center_knows_nothing_of() -> None:
    on = Desk()
    made = await on.desk.create(campaign(), by="sue")
    assert (made.id, made.rev, made.state, made.changed_by) == (SPRING, 1, "draft", "sue")
    assert on.campaigns.stored[SPRING].document.name == "spring"
    assert on.shell.taken == []
    with pytest.raises(BadRequest):
        await on.desk.create(campaign(), by="tom")


async def test_a_campaign_without_an_id_gets_one() -> None:
    on = Desk()
    asked = msgspec.structs.replace(campaign(), id=CampaignId(""))
    assert (await on.desk.check(asked)).problems == []
    made = await on.desk.create(campaign(CampaignId("")), by="sue")
    assert made.id
    assert made.document.id == made.id


async def test_with_a_problem_it_is_saved_and_said_but_not_started() -> None:
    on = Desk()
    made = await on.desk.create(msgspec.structs.replace(campaign(), queue="nowhere"), by="sue")
    assert [problem.field for problem in made.problems if problem.severity == "error"] == ["queue"]
    with pytest.raises(CampaignRefused, match="queue"):
        await on.desk.set_state("spring", "running", by="sue")
    assert on.shell.taken == []


async def test_who_edited_an_older_revision_is_refused() -> None:
    on = Desk(records=[record()])
    assert (await on.desk.change("spring", 1, campaign(name="A"), by="sue")).rev == 2
    with pytest.raises(CampaignChanged):
        await on.desk.change("spring", 1, campaign(name="B"), by="tom")
    assert (await on.desk.campaign("spring")).document.name == "A"


async def test_what_another_process_wrote_is_not_overwritten() -> None:
    on = Desk(records=[record()])
    on.campaigns.stored[SPRING] = record(rev=7)
    with pytest.raises(CampaignChanged):
        await on.desk.change("spring", 1, campaign(name="A"), by="sue")


async def test_two_who_save_at_once_one_wins() -> None:
    on = Desk(records=[record()])
    both = await asyncio.gather(
        on.desk.change("spring", 1, campaign(name="A"), by="sue"),
        on.desk.change("spring", 1, campaign(name="B"), by="tom"),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in both) == ["CampaignChanged", "CampaignView"]


async def test_the_id_of_a_campaign_does_not_change() -> None:
    on = Desk(records=[record()])
    with pytest.raises(BadRequest):
        await on.desk.change("spring", 1, campaign(CampaignId("autumn")), by="sue")


async def test_a_start_speaks_the_messages_first_and_is_written_down() -> None:
    on = Desk(records=[record()])
    view = await on.desk.set_state("spring", "running", by="sue")
    assert (view.state, view.rev) == ("running", 2)
    [applied] = on.shell.taken
    assert isinstance(applied, CampaignsApplied)
    assert [each.state for each in applied.campaigns] == ["running"]
    assert {prompt for prompt, _ in applied.sounds} == set(on.spoken) != set()
    assert on.journal.records == [on.shell.center.campaigns[SPRING]]


async def test_what_cannot_be_spoken_is_not_started() -> None:
    on = Desk(records=[record()])
    on.speech = SpeechUnavailable("no voice")
    with pytest.raises(SpeechUnavailable):
        await on.desk.set_state("spring", "running", by="sue")
    assert (await on.desk.campaign("spring")).state == "draft"
    assert on.journal.records == []


async def test_to_stop_needs_neither_database_nor_speech() -> None:
    on = Desk(records=[record("running", rev=3)])
    await on.desk.open()
    on.campaigns.down, on.speech = True, SpeechUnavailable("no voice")
    states: tuple[State, ...] = ("paused", "running", "stopped")
    for state in states:
        assert (await on.desk.set_state("spring", state, by="sue")).state == state
    assert on.shell.center.campaigns[SPRING].state == "stopped"
    with pytest.raises(DatabaseDown):
        await on.desk.create(campaign(CampaignId("autumn")), by="sue")


async def test_a_campaign_with_nothing_to_drain_is_stopped_at_once() -> None:
    on = Desk(records=[record("running", rev=3)])
    await on.desk.open()
    view = await on.desk.set_state("spring", "draining", by="sue")
    assert (view.state, view.rev) == ("stopped", 5)


async def test_the_same_again_changes_nothing() -> None:
    on = Desk(records=[record("running", rev=3)])
    assert (await on.desk.set_state("spring", "running", by="sue")).rev == 3
    assert (await on.desk.set_mode("spring", "progressive", by="sue")).rev == 3
    assert on.shell.taken == []


@pytest.mark.parametrize(("before", "after"), [("draft", "paused"), ("draft", "stopped"), ("stopped", "draining")])
async def test_some_ways_do_not_exist(before: State, after: State) -> None:
    on = Desk(records=[record(before)])
    with pytest.raises(CampaignRefused):
        await on.desk.set_state("spring", after, by="sue")


async def test_another_mode_counts_at_once() -> None:
    on = Desk(records=[record("running", rev=3)])
    await on.desk.open()
    await on.desk.set_mode("spring", "preview", by="sue")
    assert on.shell.center.dialer.campaigns[SPRING].mode == "preview"
    with pytest.raises(CampaignRefused):
        await on.desk.set_mode("spring", "agentless", by="sue")


async def test_what_the_center_changed_by_itself_is_the_newest() -> None:
    on = Desk(records=[record("running", rev=3)])
    await on.desk.open()
    run = on.shell.center.dialer.campaigns[SPRING]
    run.record = msgspec.structs.replace(run.record, rev=4, state="completed", by="", why="the list is through")
    view = await on.desk.campaign("spring")
    assert (view.state, view.rev, view.why) == ("completed", 4, "the list is through")
    assert (await on.desk.set_state("spring", "running", by="sue")).rev == 5


async def test_only_a_draft_is_deleted_and_a_copy_is_one() -> None:
    on = Desk(records=[record("stopped")])
    with pytest.raises(CampaignRefused):
        await on.desk.delete("spring", by="sue")
    copied = await on.desk.copy("spring", "Again", by="sue")
    assert (copied.state, copied.document.name, copied.document.queue) == ("draft", "Again", "service")
    assert copied.id != "spring"
    await on.desk.delete(copied.id, by="sue")
    with pytest.raises(ResourceMissing):
        await on.desk.campaign(copied.id)


async def test_a_change_that_the_center_refuses_is_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    on = Desk(records=[record("running", rev=3)])
    await on.desk.open()

    def fail(input_: object) -> None:
        raise RuntimeError("defect")

    monkeypatch.setattr(on.shell, "take", fail)
    with pytest.raises(RuntimeError):
        await on.desk.set_state("spring", "paused", by="sue")
    assert (await on.desk.campaign("spring")).state == "running"
    assert on.journal.records == []


async def test_a_cost_cap_without_a_price_is_not_started() -> None:
    """The carrier of the floor has one for every number; a list of countries that it knows nothing of is told."""
    on = without_a_price(Desk(records=[record(cost_cap=5.0, countries=["CN"])]))
    await on.desk.open()
    found = await on.desk.check(campaign(cost_cap=5.0, countries=["CN"]))
    assert [each.field for each in found.problems if each.severity == "error"] == ["cost_cap"]
    with pytest.raises(CampaignRefused, match="has no price"):
        await on.desk.set_state("spring", "running", by="sue")


async def test_a_campaign_that_was_started_with_a_cost_cap_without_a_price_goes_on() -> None:
    """Earlier versions started it."""
    on = without_a_price(Desk(records=[record("running", rev=3, cost_cap=5.0, countries=["CN"])]))
    await on.desk.open()
    states: tuple[State, ...] = ("paused", "running", "stopped", "running")
    for state in states:
        view = await on.desk.set_state("spring", state, by="sue")
        assert view.state == state
        assert [(each.field, each.severity) for each in view.problems] == [("cost_cap", "warning")]
    assert (await on.desk.set_mode("spring", "power", by="sue")).document.mode == "power"
    assert [each.severity for each in (await on.desk.check(view.document)).problems] == ["warning"]


async def test_a_running_campaign_is_given_no_cost_cap_without_a_price() -> None:
    on = without_a_price(Desk(records=[record("running", rev=3)]))
    await on.desk.open()
    with pytest.raises(CampaignRefused, match="has no price"):
        await on.desk.change("spring", 3, campaign(cost_cap=5.0, countries=["CN"]), by="sue")


def without_a_price(on: Desk) -> Desk:
    """For CN."""
    house = on.shell.center.house
    on.shell.center.house = replace(house, carriers=(replace(house.carriers[0], prices={"+1": 0.1}),))
    return on
