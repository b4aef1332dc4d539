"""All parts, with the flows of the IVR tests, their data source, and a mistake planted in the server."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from tests.support.command_line import tandem
from tests.support.data_source import CUSTOMER
from tests.support.ear import Ear

from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.app.installation import DEMO_DNIS, DEMO_FLOW
from tandem.cti.app.stack import Stack
from tandem.cti.provision.ports import free_port

REPOSITORY = Path(__file__).parents[2]
BANK, TRIALS, LINE, GREETING, GREETING_TOO = "95010", "95020", "95021", "95022", "95023"
CALLERS: ContextVar[list[str]] = ContextVar("callers")
"""The numbers of who called in this trial, for what is told when it fails."""
TOKEN = "Bearer 5b6e1f0c7a"
"""The credentials of the data source."""
_PLANTED = """
from tandem.ivr.core.steps import split

_enter = split.Split.enter

def enter(self, scene):
    if self.name == "planted":
        raise ZeroDivisionError("planted")
    return _enter(self, scene)

split.Split.enter = enter
"""
"""Python reads it when the server starts: a step ``planted`` of the kind split raises."""


class DataSource:
    """``tests.support.data_source`` as a process; ``silent_port`` takes connections and never says a word."""

    def __init__(self) -> None:
        self.port, self.silent_port = free_port(), free_port()
        self._process: asyncio.subprocess.Process | None = None
        self._silent = socket.create_server(("127.0.0.1", self.silent_port))

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.support.data_source", str(self.port), cwd=REPOSITORY
        )
        async with asyncio.timeout(20):
            while True:
                try:
                    await self.asked()
                    return
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def asked(self) -> list[dict[str, Any]]:
        """What came in since it was started, in order."""
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{self.port}/asked") as answer,
        ):
            found: list[dict[str, Any]] = await answer.json()
            return found

    async def close(self) -> None:
        if self._process is not None and self._process.returncode is None:
            await self.kill()
        self._silent.close()


class IvrStack(Stack):
    """Its tables of answers are loaded before the server starts."""

    def __init__(self, home: Path, source: DataSource, **given: Any) -> None:
        self.source = source
        _lay_out(home, source)
        super().__init__(home, changes=_settings() | given.pop("changes", {}), **given)
        self._loaded = False
        self._numbers = count(1)
        self.ears: dict[str, Ear] = {}
        """By the caller's number."""

    def number(self) -> str:
        """Of a caller who has not called before."""
        return f"+861380001{next(self._numbers):04}"

    async def start_server(self, *, timeout_s: float = 60.0) -> None:
        if not self._loaded:
            self._loaded = True
            file = self.installation.home / "balances.csv"
            file.write_text(f"customer,available\n{CUSTOMER},1234.50\n", encoding="utf-8")
            await self.command("answers", "load", "balances", str(file))
        await super().start_server(timeout_s=timeout_s)

    def _environment(self) -> dict[str, str]:
        given = super()._environment()
        path = os.pathsep.join(filter(None, (str(self.installation.home / "planted"), given.get("PYTHONPATH"))))
        return given | {"CORE_BANKING_TOKEN": TOKEN, "PYTHONPATH": path}

    async def trust(self, sip_port: int) -> None:
        """Calls from this port of ours are the public network's, too."""
        file = self.asterisk.folders.config.with_name("pjsip.conf")
        source = f"127.0.0.1:{self.installation.settings.trunk_port}"
        text = file.read_text(encoding="utf-8")
        assert source in text
        more = text.replace(f"match = {source}", f"match = {source}\nmatch = 127.0.0.1:{sip_port}")
        await self.asterisk.reload({"pjsip.conf": more}, "module reload res_pjsip.so")
        async with asyncio.timeout(10):
            while f"127.0.0.1:{sip_port}" not in (shown := await self.asterisk.rx("pjsip show identifies")):
                print(shown)
                await asyncio.sleep(0.1)

    async def command(self, *arguments: str, code: int = 0) -> str:
        """``tandem ...`` at this home; what it says."""
        found, text = await tandem(
            *arguments,
            "--home",
            str(self.installation.home),
            TANDEM_DATABASE_URL=self.database_url,
            CORE_BANKING_TOKEN=TOKEN,
        )
        assert found == code, text
        return text

    async def call(self, dnis: str, ani: str, keys: str = "", *, after_s: float = 0.7, **given: Any) -> PlacedCall:
        """A caller who is answered; he presses these keys. ``ear`` has what he hears from the answer on."""
        file = self.installation.home / f"heard-{ani[1:]}-{secrets.token_hex(2)}.raw"
        typed = [(after_s, keys)] if keys else ()
        call = await self.carrier.place_call(dnis, ani, digits=typed, stay_s=240, hears=str(file), **given)
        self.ears[ani] = Ear(self, file)
        CALLERS.get([]).append(ani)
        await call.wait_answered()
        return call

    def ear(self, call: PlacedCall) -> Ear:
        return self.ears[call.ani]

    async def visits(self, ani: str) -> list[dict[str, Any]]:
        """Of the newest call of this number, in order."""
        rows = await self.database.fetch(_VISITS, ani)
        return [dict(row) for row in rows]


_VISITS = """
select step, exit, "to", version, heard::text as heard,
       extract(epoch from entered_at)::float8 as entered_at, extract(epoch from left_at)::float8 as left_at
from ivr_visits where call = (select id from calls where ani_e164 = $1 order by started_at desc limit 1) order by number
"""


def _settings() -> dict[str, Any]:
    flows = {BANK: "bank/main.yaml", TRIALS: "trials.yaml", LINE: "line.yaml", DEMO_DNIS: "demo.yaml"}
    flows |= dict.fromkeys((GREETING, GREETING_TOO), "greeting.yaml")
    return {
        "flows": {number: f"flows/{file}" for number, file in flows.items()},
        "data_allow": ["127.0.0.1"],
        "data_credentials": {"core_banking": {"hosts": ["127.0.0.1"], "value_env": "CORE_BANKING_TOKEN"}},
    }


def _lay_out(home: Path, source: DataSource) -> None:
    folder = home / "flows"
    shutil.copytree(REPOSITORY / "examples/flows/bank", folder / "bank")
    shutil.copytree(REPOSITORY / "tests/support/flows", folder, dirs_exist_ok=True)
    shutil.copy(DEMO_FLOW, folder / "demo.yaml")
    _replace(folder / "bank/identify.yaml", {"https://core.bank.example/": f"http://127.0.0.1:{source.port}/"})
    _replace(
        folder / "trials.yaml",
        {"DATA/": f"127.0.0.1:{source.port}/", "SILENT/": f"127.0.0.1:{source.silent_port}/"},
    )
    (home / "planted").mkdir()
    (home / "planted/sitecustomize.py").write_text(_PLANTED, encoding="utf-8")


def _replace(file: Path, words: Mapping[str, str]) -> None:
    text = file.read_text(encoding="utf-8")
    for old, new in words.items():
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


@asynccontextmanager
async def ivr_stack(home: Path, **given: Any) -> AsyncIterator[IvrStack]:
    source = DataSource()
    try:
        await source.start()
        async with IvrStack(home, source, **given) as stack:
            yield stack
    finally:
        await source.close()
