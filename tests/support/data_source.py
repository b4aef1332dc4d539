"""A data source of flows, as a process of its own that a test can kill: ``python -m tests.support.data_source PORT``.

``POST /telephone/verify`` knows one card and PIN; ``GET /orders/ORDER`` takes ``SLOW_S`` for orders that begin with 9;
``GET /asked`` tells what came in.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from aiohttp import web

CARD, PIN, CUSTOMER = "4111111111111111", "907351", "C-1024"
SLOW_S = 2.5


class Source:
    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    async def verify(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append({**body, "authorization": request.headers.get("Authorization", "")})
        right = (body.get("card"), body.get("pin")) == (CARD, PIN)
        return web.json_response({"verified": right, "customer": {"number": CUSTOMER} if right else {}})

    async def order(self, request: web.Request) -> web.Response:
        order = request.match_info["order"]
        self.asked.append({"order": order})
        if order.startswith("9"):
            await asyncio.sleep(SLOW_S)
        return web.json_response({"state": "shipped", "pieces": 3})

    async def told(self, _: web.Request) -> web.Response:
        return web.json_response(self.asked)


def main(port: int) -> None:
    source = Source()
    app = web.Application()
    app.router.add_post("/telephone/verify", source.verify)
    app.router.add_get("/orders/{order}", source.order)
    app.router.add_get("/asked", source.told)
    web.run_app(app, host="127.0.0.1", port=port, print=lambda *_: None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
