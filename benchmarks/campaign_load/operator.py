"""Who runs the campaign, over HTTP as a page does."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Self

import aiohttp
import msgspec

from tandem.cti.model.campaigns import Campaign

_IMPORT_S = 60.0


class Operator:
    """``async with`` logs in. Every method raises aiohttp.ClientResponseError with the server's words."""

    def __init__(self, http_port: int, login: str, password: str) -> None:
        self._url = f"http://127.0.0.1:{http_port}"
        self._login, self._password = login, password
        self._http = aiohttp.ClientSession(headers={"Origin": self._url}, cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        await self._ask("POST", "/api/login", {"login": self._login, "password": self._password})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    async def create(self, campaign: Campaign) -> str:
        """Its id."""
        made = await self._ask("POST", "/api/campaigns", {"document": msgspec.to_builtins(campaign)})
        for problem in made["problems"]:
            if problem["severity"] == "error":
                raise ValueError(json.dumps(problem, ensure_ascii=False))
        return str(made["id"])

    async def bring_in(self, campaign: str, numbers: list[str]) -> None:
        """Raises TimeoutError, ValueError."""
        rows = "\n".join(["number,name", *(f"{number},Lead {index}" for index, number in enumerate(numbers))])
        inspected = await self._ask("POST", "/api/lists/uploads?name=leads.csv", rows.encode())
        columns = [column["use"] for column in inspected["columns"]]
        new = {"upload": inspected["upload"], "campaign": campaign, "name": "leads", "columns": columns}
        job = await self._ask("POST", "/api/lists", new)
        async with asyncio.timeout(_IMPORT_S):
            while job["state"] in ("waiting", "running"):
                await asyncio.sleep(0.2)
                job = await self._ask("GET", f"/api/lists/jobs/{job['id']}")
        if job["state"] != "done" or job["accepted"] != len(numbers):
            raise ValueError(json.dumps(job, ensure_ascii=False))

    async def put(self, campaign: str, state: str) -> None:
        await self._ask("POST", f"/api/campaigns/{campaign}/state", {"state": state})

    async def waterfall(self, campaign: str) -> Any:
        return await self._ask("GET", f"/api/campaigns/{campaign}/waterfall")

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        sent: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        async with self._http.request(method, f"{self._url}{path}", **sent) as answer:
            said = await answer.text()
            if answer.status >= 400:
                raise aiohttp.ClientResponseError(
                    answer.request_info, answer.history, status=answer.status, message=said[:500]
                )
            return json.loads(said) if said else None
