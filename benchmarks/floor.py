"""A floor without telephones: a real server process and PostgreSQL, a scripted exchange, agents' pages."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.exchange import Exchange
from benchmarks.pages import Pages
from benchmarks.report import say

from tandem.agent_desktop.adapters.api import COOKIE
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.demo_data import load_demo
from tandem.cti.app.installation import DEMO_DNIS
from tandem.cti.app.stack import Stack
from tandem.cti.model.ids import AgentId
from tandem.cti.provision.postgres import EmbeddedPostgres
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.routing.core.plan import AgentPlan
from tandem.routing.plan_file import read_plan, write_plan

PORTS = {"http_port": 20100, "seat_port": 20101, "ami_port": 20102, "phone_port": 20103, "sip_port": 20104}
DISPOSITION = "balance"
SKILLS = ("language:zh", "language:en", "product:accounts")


class Floor:
    """``call``s ring in for as long as asked; what became of them is in ``exchange`` and ``pages``."""

    def __init__(self, stack: Stack, exchange: Exchange, pages: Pages, cookies: list[str], board: str) -> None:
        self.stack, self.exchange, self.pages = stack, exchange, pages
        self._unopened, self._board = cookies, board
        self._callers: list[str] = []
        self._made = 0

    @property
    def server_pid(self) -> int:
        assert self.stack.server is not None
        return self.stack.server.pid

    async def open_board(self) -> None:
        await self.pages.open([self._board], view="board")

    async def open_seats(self, more: int) -> None:
        opening, self._unopened = self._unopened[:more], self._unopened[more:]
        await self.pages.open(opening)

    async def load(self, calls_per_s: float, duration_s: float, talk_s: float) -> list[str]:
        """Let callers ring in at a steady rate; their names. Returns when the last one has rung in."""
        self.exchange.talk_s = talk_s
        numbers = [row["e164"] for row in await self.stack.database.fetch("select e164 from customer_numbers")]
        names = []
        began = time.monotonic()
        for turn in range(round(calls_per_s * duration_s)):
            await asyncio.sleep(max(0.0, began + turn / calls_per_s - time.monotonic()))
            self._made += 1
            # every other caller is a customer with a history, the rest are unknown
            number = numbers[turn // 2 % len(numbers)] if turn % 2 else f"+86138{self._made:08}"
            names.append(f"caller {self._made}")
            self.exchange.call_in(DEMO_DNIS, number, names[-1])
        return names

    async def quiet(self, timeout_s: float) -> None:
        """Wait until no call is left. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while self.exchange.channels:  # noqa: ASYNC110 - a poll costs nothing here
                await asyncio.sleep(0.1)


@asynccontextmanager
async def floor(
    seats: int, *, changes: Mapping[str, Any] | None = None, exchange_of: Callable[[int, str], Exchange] = Exchange
) -> AsyncIterator[Floor]:
    """Everything started; ``seats`` agents may open their pages. ``changes``: more settings; ``exchange_of`` its port
    and Asterisk's name."""
    home = Path(tempfile.mkdtemp(prefix="tandem-bench-"))
    postgres = EmbeddedPostgres(home / "postgres")
    try:
        say("PostgreSQL, the demo bank and the agents")
        await postgres.start()
        await migrate(postgres.url)
        stack = Stack(home, changes={**PORTS, "wrap_up_s": 60.0, **(changes or {})})
        stack.database_url = postgres.url
        stack.database = Database(postgres.url, connections=2)
        await stack.database.open()
        try:
            cookies, board = await _people(stack.database, seats)
            pages = Pages(PORTS["seat_port"], PORTS["http_port"], disposition=DISPOSITION)
            async with exchange_of(PORTS["ami_port"], stack.installation.secrets.system_name) as exchange:
                say("the server (it speaks its prompts first)")
                await stack.start_server()
                try:
                    yield Floor(stack, exchange, pages, cookies, board)
                finally:
                    await pages.close()
                    await stack.stop_server()
        finally:
            await stack.database.close()
    finally:
        await postgres.destroy()
        shutil.rmtree(home, ignore_errors=True)


async def _people(database: Database, seats: int) -> tuple[list[str], str]:
    """Agents who can take every call, logged in; their cookies, and that of a supervisor."""
    await load_demo(database, now=time.time())
    logins = [f"bench{number:04}" for number in range(1, seats + 1)]
    plans = PlanStore(database)
    stored = await plans.current()
    assert stored is not None
    plan = read_plan(stored.text, "demo")
    more = {AgentId(login): AgentPlan(login=AgentId(login), skills=dict.fromkeys(SKILLS, 5)) for login in logins}
    await plans.save(
        write_plan(replace(plan, agents={**plan.agents, **more})), note="for the benchmark", by="benchmark"
    )
    async with database.session(60) as connection:
        await connection.executemany(
            "insert into users (login, name, role, device, password_hash) "
            "values ($1, $1, 'agent', $2, '$argon2id$none')",
            [(login, str(20_000 + number)) for number, login in enumerate(logins, 1)],
        )
        supervisor = (await connection.fetchrow("select login from users where role = 'supervisor' limit 1"))["login"]
        tokens = {login: secrets.token_urlsafe(32) for login in (*logins, supervisor)}
        await connection.executemany(
            "insert into sessions (token_hash, login, until) values ($1, $2, now() + interval '1 hour')",
            [(hashlib.sha256(token.encode()).digest(), login) for login, token in tokens.items()],
        )
    return [f"{COOKIE}={tokens[login]}" for login in logins], f"{COOKIE}={tokens[supervisor]}"
