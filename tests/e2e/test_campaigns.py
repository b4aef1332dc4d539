"""Campaigns on two Asterisks: the carrier's records are our attempts, also when everything fails at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from tests.support.campaign_storm import storm
from tests.support.campaign_world import CampaignWorld, alike, campaign_world, does, import_list
from tests.support.ear import Ear, carrier_of
from tests.support.floor_watch import until

from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core.seat_views import CallView
from tandem.cti.adapters.asterisk.carrier_people import Behaviour, Crowd, crowd
from tandem.cti.model.campaigns import AttemptPlan, MachineDetection, Retry

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

PEOPLE, MACHINES, BUSY, RINGS = "+86138000010", "+86138000020", "+86138000030", "+86138000040"
CONGESTED, NOBODY = "+86138000050", "+86138000060"
CROWDS: tuple[Crowd, ...] = (
    alike(PEOPLE, does(Behaviour.PERSON, rings_s=0.5, stays_s=2.0)),
    alike(MACHINES, does(Behaviour.MACHINE, rings_s=0.5)),
    alike(BUSY, does(Behaviour.BUSY)),
    alike(RINGS, does(Behaviour.RING)),
    alike(CONGESTED, does(Behaviour.CONGESTION)),
    alike(NOBODY, does(Behaviour.UNALLOCATED)),
)


SLOW, MANY = "+86138000070", "+8613800100"
CROWDS += (
    alike(SLOW, does(Behaviour.PERSON, rings_s=12.0, stays_s=10.0)),
    crowd(
        MANY, 3, {Behaviour.PERSON: 70, Behaviour.RING: 20, Behaviour.BUSY: 10}, rings_s=(2.0, 11.0), stays_s=(1.0, 4.0)
    ),
)
AGENTS = 10
LEFT_WORDS = {
    "en": "Good morning. This is the library. The book that you asked for is here. It waits for you until Friday."
}
MESSAGE = {"en": "Hello, this is the bank of the north. Nobody can talk to you now. We will call again tomorrow."}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CampaignWorld]:
    async with campaign_world(tmp_path_factory.mktemp("tandem"), AGENTS, CROWDS) as running:
        yield running


def numbers(prefix: str, count: int, first: int = 0) -> list[str]:
    return [f"{prefix}{index:02}" for index in range(first, first + count)]


def listed(phones: list[str], language: str = "zh") -> bytes:
    rows = (f"{phone},Lead {index},{language}" for index, phone in enumerate(phones))
    return "\n".join(["number,name,language", *rows]).encode()


async def test_every_attempt_is_accounted_for(world: CampaignWorld) -> None:
    campaign = await world.campaign(
        "progress", mode="progressive", attempts=AttemptPlan(), machine_detection=MachineDetection(use=True)
    )
    await world.have_talked([campaign], 500)
    forbidden = numbers(PEOPLE, 2, 90)
    for number in forbidden:
        await world.ask("POST", "/api/do-not-call", {"scope": "global", "number": number})
    expected = {
        **dict.fromkeys(numbers(PEOPLE, 8), "talked"),
        **dict.fromkeys(numbers(MACHINES, 4), "machine"),
        **dict.fromkeys(numbers(BUSY, 3), "busy"),
        **dict.fromkeys(numbers(RINGS, 2), "no_answer"),
        **dict.fromkeys(numbers(CONGESTED, 2), "congestion"),
        **dict.fromkeys(numbers(NOBODY, 1), "invalid_number"),
    }
    people = [*expected, *forbidden]
    national = [number.removeprefix("+86") for number in people]
    rows = ["姓名,手机号码,备注", *(f"王{index},{number},=1+1" for index, number in enumerate(national))]
    rows += ["坏一,12345,", "坏二,500&PJSIP/x/1900,", "坏三,,", f"再来,{national[0]},"]
    job = await import_list(world, campaign, "\r\n".join(rows).encode("gb18030"))
    assert job["inspected"]["encoding"].lower().startswith("gb"), job
    assert (job["state"], job["accepted"], job["bad"], job["duplicates"]) == ("done", len(people), 3, 1), job

    await world.operator.put(campaign, "running")
    await world.through(campaign)
    await world.operator.put(campaign, "paused")
    _, attempts = await world.books(campaign)
    results = {one["number"]: one["result"] for one in attempts if one["result"] != "congestion"}
    results |= {one["number"]: "congestion" for one in attempts if one["result"] == "congestion"}
    assert results == expected, [(a["number"], a["result"], a["machine"], a["reserved"]) for a in attempts]
    assert not {one["number"] for one in attempts} & set(forbidden)

    leads = await world.leads(campaign)
    ended = {one["number"]: one["ended_at"] for one in attempts}
    for number, result in expected.items():
        lead = leads[number]
        waits_s = lead["next"] - ended[number]
        state, at_least_s, at_most_s = _AFTER[result]
        assert lead["state"] == state, (number, result, lead["state"], lead["why"])
        assert at_least_s - 5 <= waits_s <= at_most_s + 5, (number, result, waits_s, lead["why"])
    assert not world.errors()


async def test_machines_are_told_also_by_reserved_attempts(world: CampaignWorld) -> None:
    """A day that begins: each call has an agent set aside, and is listened to first all the same."""
    detects = MachineDetection(use=True, on_machine="message", message=LEFT_WORDS)
    campaign = await world.campaign("fresh", mode="progressive", machine_detection=detects)
    people, machines = numbers(PEOPLE, 3, 60), numbers(MACHINES, 3, 60)
    await import_list(world, campaign, listed([*machines, *people], "en"))
    await world.operator.put(campaign, "running")
    await world.through(campaign)
    _, attempts = await world.books(campaign)
    assert all(one["reserved"] for one in attempts)
    expected = {**dict.fromkeys(people, "talked"), **dict.fromkeys(machines, "message_left")}
    assert {one["number"]: one["result"] for one in attempts} == expected
    talked_to = {number.partition(".")[0] for agent in world.seats.all for number in agent.talked}
    assert not talked_to & {one["lead"] for one in attempts if one["number"] in machines}, "a machine went to an agent"
    for number in machines:
        (file,) = (world.stack.installation.home / "left").glob(f"{number}-*.wav")
        assert Ear(world.stack, file).times(LEFT_WORDS["en"], "en"), f"{number} has no message"


async def _in_hand(world: CampaignWorld, campaign: str) -> bool:
    """Both are in the center's hands: the store is not asked again before they are dialled."""
    return {lead["state"] for lead in (await world.leads(campaign)).values()} == {"in_hand"}


_AFTER: dict[str, tuple[str, float, float]] = {
    "talked": ("done", 0, 120),
    "machine": ("open", 14_400, 14_400),
    "busy": ("open", 900, 900),
    "no_answer": ("open", 14_400, 86_400),
    "congestion": ("open", 60, 3_600),
    "invalid_number": ("invalid", 0, 0),
}
"""By result: the lead's state, and when it may be dialled again, seconds after the attempt, at least and at most."""


async def test_do_not_call_counts_for_the_very_next_dial(world: CampaignWorld) -> None:
    first = await world.campaign("says", priority=5)
    second = await world.campaign("hears", attempts=AttemptPlan(retries={}, gap_s=0.0))  # nothing else forbids it
    angry, other = numbers(PEOPLE, 2, 30)
    await import_list(world, first, listed([angry]))
    await import_list(world, second, listed([angry, other]))
    for agent in world.seats.all:
        await agent.leave()
    one = world.agent()

    def says(call: CallView) -> list[m.PageCommand]:
        there = call.campaign is not None and call.campaign.number == angry
        return [m.DoNotCall(id=one.number(), call=call.id, scope="global")] if there else []

    one.on_talk = says
    for campaign in first, second:
        await world.operator.put(campaign, "running")
    await until(lambda: _in_hand(world, second), why="its leads were not read")
    await one.come_back()
    await world.through(second)
    one.on_talk = lambda call: ()
    for agent in world.seats.all[1:]:
        await agent.come_back()
    attempts = await world.attempts(first, second)
    assert Counter(a["number"] for a in attempts) == {angry: 1, other: 1}
    assert Counter(call.number for call in world.carrier_calls())[angry] == 1
    leads = await world.leads(first)
    assert leads[angry]["state"] == "do_not_call"
    fall = await world.operator.waterfall(second)
    assert [step["count"] for step in fall["steps"] if "do_not_call" in step["rule"]] == [1], fall


async def test_who_answers_and_finds_nobody_hears_who_called(world: CampaignWorld) -> None:
    """All agents leave while six telephones ring."""
    again = {"abandoned": Retry(after_s=60.0, times=2)}
    campaign = await world.campaign(
        "left", mode="power", ratio=3.0, ring_s=25.0, message=MESSAGE, attempts=AttemptPlan(retries=again, gap_s=0.0)
    )
    await world.have_talked([campaign], 500)
    for agent in world.seats.all[2:]:
        await agent.leave()
    people = numbers(SLOW, 6)
    await import_list(world, campaign, listed(people, "en"))
    await world.operator.put(campaign, "running")

    async def ringing() -> Any:
        return len(await world.attempts(campaign)) == 6

    await until(ringing, why="not all six are rung")
    for agent in world.seats.all[:2]:
        await agent.leave()
    ears = await listen(world, people)
    await world.all_over(campaign)
    for ear in ears.values():
        await ear.whole()
    pairs, attempts = await world.books(campaign)
    assert [one["result"] for one in attempts] == ["abandoned"] * 6
    assert not any(one["reserved"] for one in attempts)
    for pair in pairs:
        assert pair.call.heard_at
        assert pair.attempt.message_at
        assert ears[pair.call.number].times(MESSAGE["en"], "en"), f"{pair.call.number} did not hear who called"
    heard_s = [
        pair.call.heard_at - pair.call.answered_at for pair in pairs if pair.call.heard_at and pair.call.answered_at
    ]
    begun_s = [one["message_at"] - one["answered_at"] for one in attempts]
    print(f"message heard after {min(heard_s):.2f} to {max(heard_s):.2f} s, begun after {max(begun_s):.2f} s at most")
    day = await world.ask("GET", f"/api/campaigns/{campaign}/sheet?format=json")
    assert day["counts"]["abandoned"] == 6

    await world.stack.database.fetch("update leads set next_at = now() where campaign = $1 returning 1", campaign)
    fall = await world.operator.waterfall(campaign)
    assert (fall["callable_now"], fall["restricted"]) == (0, 6), fall
    assert len(await world.attempts(campaign)) == 6
    await world.restart()  # the pool reads the list anew
    for agent in world.seats.all:
        await agent.come_back()
    await until(lambda: _twice(world, campaign), 120)
    await world.all_over(campaign)
    second = (await world.attempts(campaign))[6:]
    assert {one["result"] for one in second} == {"talked"}
    assert all(one["reserved"] for one in second), "an agent was not there before he was dialled"
    assert not world.errors()


async def _twice(world: CampaignWorld, campaign: str) -> bool:
    return len([one for one in await world.attempts(campaign) if one["ended_at"]]) >= 12


async def listen(world: CampaignWorld, people: list[str]) -> dict[str, Ear]:
    """At each of these telephones, from its ringing on."""
    carrier = carrier_of(world.stack)
    ears: dict[str, Ear] = {}
    lines = (await carrier.rx("core show channels concise")).splitlines()
    names = {}
    for channel in (line.split("!")[0] for line in lines if "!" in line):
        told = await carrier.rx(f"core show channel {channel}")
        found = re.search(r"CALLED=(\S+)", told)
        if found and found[1] in people:
            names[found[1]] = channel
    for number, channel in names.items():
        ears[number] = await Ear.on(world.stack, channel)
    assert set(ears) == set(people), lines
    return ears


async def test_nothing_is_dialled_twice_whatever_fails(world: CampaignWorld) -> None:
    """Server, AMI and database fail, each with many calls in flight."""
    campaign = await world.campaign("storm", mode="power", ratio=6.0, message=MESSAGE)
    await world.have_talked([campaign], 20_000)
    people = [f"{MANY}{number:03}" for number in range(220)]
    await import_list(world, campaign, listed(people, "en"))
    await world.seats.idle()
    await world.operator.put(campaign, "running")
    print(await storm(world, campaign, people, 30))
    assert [line for line in world.errors() if "the journal is not stored at the moment" not in line] == []
