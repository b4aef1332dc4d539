"""Campaigns on real parts: Asterisk, a carrier full of people, PostgreSQL, the server, agents; and the books of all."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
from benchmarks.campaign_load.books import Attempt, Pair, compare
from benchmarks.campaign_load.operator import Operator
from benchmarks.load.line import Line
from benchmarks.load.plan import Load, SeatPlan
from benchmarks.load.telephones import Callers, Phones
from benchmarks.load.voice import Voice
from tests.support.campaign_seats import Agent, CampaignSeats
from tests.support.floor_watch import until

from tandem.agent_desktop.adapters.passwords import hash_password
from tandem.cti.adapters.asterisk.carrier_calls import CarrierCall, calls_file, read_calls
from tandem.cti.adapters.asterisk.carrier_people import MEMBERS, Behaviour, Crowd, Subscriber
from tandem.cti.adapters.asterisk.config import AgentPhone
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.stack import Stack
from tandem.cti.model.campaigns import AttemptPlan, CallerIds, Campaign
from tandem.cti.model.ids import AgentId, CampaignId, DeviceId, QueueId
from tandem.cti.model.skills import Need
from tandem.cti.storage.pool import Database
from tandem.routing.core.plan import AgentPlan, Plan, QueuePlan, StepPlan
from tandem.routing.plan_file import write_plan

PASSWORD = "call-and-call"
OPERATOR = "operator"
QUEUE = QueueId("outbound")
SKILL = "outbound:sales"
SHOWN = "+861088880001"
_FIRST_DEVICE = 5001
_PHONES_PORT, _PHONES_AUDIO, _CARRIER_AMI_PORT = 19_111, 19_122, 19_107
_PORTS = {
    "http_port": 19_100,
    "seat_port": 19_101,
    "ami_port": 19_102,
    "phone_port": 19_103,
    "sip_port": 19_104,
    "trunk_port": 19_105,
    "rtp_first": 20_000,
    "rtp_last": 20_999,
}
_DNIS = "96001"
_FLOW = f"""format: 1
name: back
version: "1"
languages: [zh, en]
default_language: zh
start: service
on_error: {QUEUE}
prompts: {{}}
steps:
  service: {{type: queue, queue: {QUEUE}}}
"""
_ATTEMPTS = """
select id, number, caller_id, extract(epoch from at)::float8 as at,
    extract(epoch from answered_at)::float8 as answered_at, extract(epoch from connected_at)::float8 as connected_at,
    extract(epoch from ended_at)::float8 as ended_at, extract(epoch from message_at)::float8 as message_at,
    result, cause, machine, reserved, agent, campaign, lead
from attempts where campaign = any($1) and id not like 'before.%' order by at
"""
_BEFORE = """
insert into attempts (id, rev, campaign, lead, list, person, number_of, number, caller_id, carrier, mode, segment,
    reserved, at, ringing_at, answered_at, connected_at, ended_at, result, machine, agent, message_at, cause,
    disposition, cost, why)
select 'before.' || $1 || '.' || n, 1, $1, 'before.' || $1 || '.' || n, 'before', 'before' || n, 1, '+861', '', 'trunk',
    'power', 'before', false, now(), now(), now(), now(), now(), 'talked', '', 'agent0', null, 'normal', null, 0, '{}'
from generate_series(1, $2::int) as n
"""
_BOOK_FIELDS = (
    "id",
    "number",
    "caller_id",
    "at",
    "answered_at",
    "connected_at",
    "ended_at",
    "message_at",
    "result",
    "cause",
)


def alike(prefix: str, who: Subscriber, digits: int = 2) -> Crowd:
    """A block of numbers that all do the same."""
    return Crowd(prefix=prefix, digits=digits, members=(who,) * MEMBERS)


def does(what: Behaviour, **how: Any) -> Subscriber:
    return Subscriber(does=what, **how)


@dataclass(slots=True, eq=False)
class CampaignWorld:
    stack: Stack
    operator: Operator
    seats: CampaignSeats
    phones: Phones
    campaigns: list[str] = field(default_factory=list)

    def agent(self, number: int = 0) -> Agent:
        return self.seats.all[number]

    async def campaign(self, name: str, **fields: Any) -> str:
        """A draft whose leads are through after one attempt, unless ``attempts`` says otherwise."""
        usual: dict[str, Any] = {
            "rules": "none",
            "ring_s": 15.0,
            "caller_ids": CallerIds(numbers=[SHOWN], most_per_day=100_000),
            "attempts": AttemptPlan(retries={}),
        }
        document = Campaign(id=CampaignId(name), name=name, queue=QUEUE, **(usual | fields))
        self.campaigns.append(await self.operator.create(document))
        return name

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        return await self.operator._ask(method, path, body)

    async def attempts(self, *campaigns: str) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.stack.database.fetch(_ATTEMPTS, list(campaigns) or self.campaigns)]

    async def leads(self, campaign: str) -> dict[str, dict[str, Any]]:
        """By their number."""
        rows = await self.stack.database.fetch(
            "select l.*, n.number, extract(epoch from l.next_at)::float8 as next from leads l"
            " join lead_numbers n on n.lead = l.id where l.campaign = $1",
            campaign,
        )
        return {row["number"]: dict(row) for row in rows}

    async def have_talked(self, campaigns: Sequence[str], count: int) -> None:
        """So many talks stand in each one's books of today: its promise has room. The server is started anew, for it
        reads them then, of those that are no drafts."""
        for campaign in campaigns:
            async with self.stack.database.session(30) as connection:
                await connection.execute(_BEFORE, campaign, count)
                await connection.execute("update campaigns set state = 'paused', rev = rev + 1 where id = $1", campaign)
        await self.restart()

    async def restart(self) -> None:
        """``kill -9``, and again; until all agents are back."""
        await self.stack.kill_server()
        await self.stack.start_server()
        for agent in self.seats.all:
            agent.shown = None

        async def back() -> bool:
            return all(agent.shown is not None for agent in self.seats.all)

        await until(back)

    def carrier_calls(self) -> list[CarrierCall]:
        return read_calls(calls_file(self.stack.installation.home / "carrier" / "log"))

    async def all_over(self, *campaigns: str, timeout_s: float = 120.0) -> None:
        """Until none of their attempts is under way and nobody of theirs is in hand."""

        async def nothing_open() -> bool:
            names = list(campaigns)
            row = await self.stack.database.fetch_row(
                "select (select count(*) from attempts where ended_at is null and campaign = any($1))"
                " + (select count(*) from leads where state = 'in_hand' and campaign = any($1)) as open",
                names,
            )
            return row is not None and row["open"] == 0

        await until(nothing_open, timeout_s, "attempts are still under way")

    async def through(self, campaign: str, timeout_s: float = 180.0) -> None:
        """Until each of its leads was dialled, or will not be by itself, and all calls are over."""

        async def nobody_left() -> bool:
            try:
                fall = await self.operator.waterfall(campaign)
            except aiohttp.ClientResponseError as error:
                if error.status != HTTPStatus.SERVICE_UNAVAILABLE:
                    raise
                return False  # the database was restarted a moment ago
            row = await self.stack.database.fetch_row(
                "select count(*) as open from attempts where campaign = $1 and ended_at is null", campaign
            )
            assert row is not None
            held = await self.stack.database.fetch_row(
                "select count(*) as held from leads where campaign = $1 and state = 'in_hand'", campaign
            )
            assert held is not None
            return bool(fall["callable_now"] == row["open"] == held["held"] == 0)

        await until(nobody_left, timeout_s, f"{campaign} is not through after {timeout_s} s")

    async def books(self, *campaigns: str) -> tuple[list[Pair], list[dict[str, Any]]]:
        """The carrier's records beside our attempts. Raises AssertionError when one is not like the other."""
        await asyncio.sleep(1.0)
        attempts = await self.attempts(*campaigns)
        numbers = {one["number"] for one in attempts}
        calls = [call for call in self.carrier_calls() if not campaigns or call.number in numbers]
        rows = [Attempt(**{name: one[name] for name in _BOOK_FIELDS}) for one in attempts]
        pairs, faults = compare(calls, rows)
        assert not faults, "\n".join(faults)
        return pairs, attempts

    def errors(self) -> list[str]:
        return [line for line in self.stack.server_log.read_text("utf-8").splitlines() if " ERROR " in line]


async def put_people(database: Database, plan: Plan, seats: Sequence[SeatPlan]) -> None:
    hashed = await asyncio.to_thread(hash_password, PASSWORD)
    async with database.session(60) as connection, connection.transaction():
        await connection.executemany(
            "insert into users (login, name, role, device, password_hash) values ($1, $1, 'agent', $2, $3)",
            [(seat.login, seat.device, hashed) for seat in seats],
        )
        await connection.execute(
            "insert into users (login, name, role, password_hash) values ($1, $1, 'admin', $2)", OPERATOR, hashed
        )
    await PlanStore(database).save(write_plan(plan), note="for the test", by="test")


def plan_for(seats: Iterable[SeatPlan]) -> Plan:
    queue = QueuePlan(
        id=QUEUE, name_zh="外呼", name_en="Outbound", handle_s=8.0, steps=(StepPlan(needs=(Need(SKILL),)),)
    )
    agents = {
        AgentId(seat.login): AgentPlan(login=AgentId(seat.login), skills=seat.skills, outbound="only") for seat in seats
    }
    return Plan(queues={QUEUE: queue}, agents=agents)


@asynccontextmanager
async def campaign_world(
    home: Path,
    agents: int,
    crowds: Sequence[Crowd],
    *,
    lines: int = 150,
    calls_per_s: float = 30.0,
    progress: Callable[[str], None] = lambda _: None,
) -> AsyncIterator[CampaignWorld]:
    """Everything runs and all agents are Ready."""
    seats = [
        SeatPlan(login=f"agent{number}", device=str(_FIRST_DEVICE + number), skills={SKILL: 5})
        for number in range(agents)
    ]
    (home / "back.yaml").write_text(_FLOW, encoding="utf-8")
    (home / "left").mkdir()
    passwords = {seat.device: secrets.token_hex(8) for seat in seats}
    phones = tuple(AgentPhone(device=DeviceId(d), password=p, webrtc=False) for d, p in passwords.items())
    async with AsyncExitStack() as open_:
        stack = await open_.enter_async_context(
            Stack(
                home,
                progress=progress,
                changes={
                    **_PORTS,
                    "flows": {_DNIS: "back.yaml"},
                    "carriers": {"trunk": {"lines": lines, "calls_per_s": calls_per_s}},
                },
                switch_changes={"phones": phones},
                carrier_ami_port=_CARRIER_AMI_PORT,
                carrier_changes={"crowds": tuple(crowds), "keep_calls": True, "messages_dir": home / "left"},
                prepare=lambda database: put_people(database, plan_for(seats), seats),
                keep=False,
            )
        )
        audio = open_.enter_context(Voice(_PHONES_AUDIO))
        house = open_.enter_context(Line(_PHONES_PORT, _PORTS["sip_port"], audio_port=_PHONES_AUDIO))
        load = Load(agents=agents, queues=1, ring_s=(0.02, 0.05), no_answer=0.0, ring_limit_s=6.0)
        telephones = Phones(house, audio, load, Callers(house, audio))
        await telephones.register(seats, passwords.__getitem__)
        operator = await open_.enter_async_context(Operator(_PORTS["http_port"], OPERATOR, PASSWORD))
        people = CampaignSeats(
            (Agent(seat.login, seat.device) for seat in seats),
            http_port=_PORTS["http_port"],
            seat_port=_PORTS["seat_port"],
        )
        open_.push_async_callback(people.close)
        await people.open(PASSWORD)
        yield CampaignWorld(stack, operator, people, telephones)


async def import_list(world: CampaignWorld, campaign: str, file: bytes, country: str = "CN") -> dict[str, Any]:
    """As the wizard does it, with what was guessed of the columns; the job when it is over."""
    inspected = await world.ask("POST", "/api/lists/uploads?name=people.csv", file)
    new = {
        "upload": inspected["upload"],
        "campaign": campaign,
        "name": "people",
        "columns": [column["use"] for column in inspected["columns"]],
        "country": country,
    }
    job: dict[str, Any] = await world.ask("POST", "/api/lists", new)
    deadline = time.monotonic() + 60
    while job["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline, job
        await asyncio.sleep(0.1)
        job = await world.ask("GET", f"/api/lists/jobs/{job['id']}")
    return job | {"inspected": inspected}
