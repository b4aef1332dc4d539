"""The whole product on one machine, with a load's agents and queues in it."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.load import plan
from benchmarks.load.plan import Load
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

TRUNK_PORT, PHONES_PORT = 19_010, 19_011
CALLERS_AUDIO, PHONES_AUDIO = 19_020, 19_022
PORTS = {
    "http_port": 19_000,
    "seat_port": 19_001,
    "ami_port": 19_002,
    "phone_port": 19_003,
    "sip_port": 19_004,
    "trunk_port": 19_005,  # where the demo's public network listens; ours is TRUNK_PORT
    "rtp_first": 20_000,
    "rtp_last": 21_999,
}
_CARRIER_AMI_PORT = 19_007
DISPOSITION = "balance"
PASSWORD = "load-and-load"  # noqa: S105 - of a database that is gone after the run
_FLOW = """format: 1
name: {queue}
version: "1"
languages: [zh, en]
default_language: zh
start: service
on_error: {queue}
prompts: {{}}
steps:
  service: {{type: queue, queue: {queue}}}
"""


@asynccontextmanager
async def world(load: Load) -> AsyncIterator[tuple[Stack, dict[str, str]]]:
    """Everything runs and Asterisk writes call detail records; also each phone's SIP password."""
    home = Path(tempfile.mkdtemp(prefix="tandem-load-"))
    postgres = EmbeddedPostgres(home / "postgres")
    try:
        await postgres.start()
        await migrate(postgres.url)
        await _put_people(postgres.url, load)
        flows = {}
        for number, queue in plan.dialled(load).items():
            flows[number] = f"{queue}.yaml"
            (home / flows[number]).write_text(_FLOW.format(queue=queue), encoding="utf-8")
        passwords = {seat.device: secrets.token_hex(8) for seat in plan.seats(load)}
        phones = tuple(
            AgentPhone(device=DeviceId(device), password=password, webrtc=False)
            for device, password in passwords.items()
        )
        async with Stack(
            home,
            progress=say,
            changes={
                **PORTS,
                "flows": flows,
                "ring_s": load.ring_limit_s,
                "database_url": postgres.url,
            },
            switch_changes={"phones": phones, "trunk_port": TRUNK_PORT},
            carrier_ami_port=_CARRIER_AMI_PORT,
        ) as stack:
            await _keep_detail_records(stack)
            yield stack, passwords
    finally:
        await postgres.destroy()
        shutil.rmtree(home, ignore_errors=True)


async def _put_people(url: str, load: Load) -> None:
    database = Database(url, connections=1)
    await database.open()
    try:
        await load_demo(database, now=time.time())  # its dispositions, and customers to look through
        hashed = await asyncio.to_thread(hash_password, PASSWORD)
        async with database.session(60) as connection, connection.transaction():
            await connection.executemany(
                "insert into users (login, name, role, device, password_hash) values ($1, $1, 'agent', $2, $3)",
                [(seat.login, seat.device, hashed) for seat in plan.seats(load)],
            )
        await _put_routing(database, load)
    finally:
        await database.close()


async def _put_routing(database: Database, load: Load) -> None:
    """Queues, and what agents can do."""
    await PlanStore(database).save(write_plan(plan.routing(load)), note="for the load run", by="load")


async def _keep_detail_records(stack: Stack) -> None:
    """Asterisk's own books: not kept in production, switched on for the run."""
    etc = stack.asterisk.folders.etc
    (etc / "cdr.conf").write_text("[general]\nenable = yes\nunanswered = yes\n\n[csv]\nloguniqueid = yes\n")
    detail_records_file(stack).parent.mkdir(exist_ok=True)
    for command in ("module reload cdr", "module load cdr_csv.so"):
        await stack.asterisk.rx(command)


def detail_records_file(stack: Stack) -> Path:
    return stack.asterisk.folders.log / "cdr-csv/Master.csv"
