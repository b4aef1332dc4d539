"""The whole product on one machine, with agents for a campaign and a carrier full of people."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.campaign_load.plan import QUEUE, CampaignLoad
from benchmarks.report import say

from tandem.agent_desktop.adapters.passwords import hash_password
from tandem.cti.adapters.asterisk.config import AgentPhone
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.demo_data import load_demo
from tandem.cti.app.stack import Stack
from tandem.cti.model.ids import DeviceId
from tandem.cti.provision.postgres import EmbeddedPostgres
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.routing.plan_file import write_plan

PHONES_PORT, PHONES_AUDIO = 19_111, 19_122
PORTS = {
    "http_port": 19_100,
    "seat_port": 19_101,
    "ami_port": 19_102,
    "phone_port": 19_103,
    "sip_port": 19_104,
    "trunk_port": 19_105,
    "rtp_first": 20_000,
    "rtp_last": 20_999,
}
_CARRIER_AMI_PORT = 19_107
PASSWORD = "load-and-load"  # noqa: S105 - of a database that is gone after the run
OPERATOR = "operator"
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
"""What who calls back gets."""


@asynccontextmanager
async def world(load: CampaignLoad) -> AsyncIterator[tuple[Stack, dict[str, str]]]:
    """Everything runs; also each phone's SIP password."""
    home = Path(tempfile.mkdtemp(prefix="tandem-campaign-"))
    postgres = EmbeddedPostgres(home / "postgres")
    try:
        await postgres.start()
        await migrate(postgres.url)
        await _put_people(postgres.url, load)
        (home / "back.yaml").write_text(_FLOW, encoding="utf-8")
        passwords = {seat.device: secrets.token_hex(8) for seat in load.seats}
        phones = tuple(
            AgentPhone(device=DeviceId(device), password=password, webrtc=False)
            for device, password in passwords.items()
        )
        async with Stack(
            home,
            progress=say,
            changes={
                **PORTS,
                "flows": {_DNIS: "back.yaml"},
                "database_url": postgres.url,
                "carriers": {"trunk": {"lines": load.lines, "calls_per_s": load.calls_per_s}},
            },
            switch_changes={"phones": phones},
            carrier_ami_port=_CARRIER_AMI_PORT,
            carrier_changes={"crowds": (load.crowd,), "keep_calls": True},
        ) as stack:
            yield stack, passwords
    finally:
        await postgres.destroy()
        shutil.rmtree(home, ignore_errors=True)


async def _put_people(url: str, load: CampaignLoad) -> None:
    database = Database(url, connections=1)
    await database.open()
    try:
        await load_demo(database, now=time.time())  # its dispositions, and customers to look through
        hashed = await asyncio.to_thread(hash_password, PASSWORD)
        async with database.session(60) as connection, connection.transaction():
            await connection.executemany(
                "insert into users (login, name, role, device, password_hash) values ($1, $1, 'agent', $2, $3)",
                [(seat.login, seat.device, hashed) for seat in load.seats],
            )
            await connection.execute(
                "insert into users (login, name, role, password_hash) values ($1, $1, 'admin', $2)", OPERATOR, hashed
            )
        await PlanStore(database).save(write_plan(load.routing), note="for the load run", by="load")
    finally:
        await database.close()
