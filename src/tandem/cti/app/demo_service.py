"""The systems behind the demo's flows, on loopback: the bank asks here who calls, the shop where a parcel is.

Both are made up, and know the same things every time: a customer's card number follows from his place in
``demo_bank.yaml``, an order's state from its number.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

HOST, PORT = "127.0.0.1", 8402
PIN = "246802"
"""Of every card."""
CUSTOMERS = 50
_LARGEST_REQUEST = 4096
_STATES = ("shipped", "shipped", "shipped", "delivered", "delivered", "delivered", "packing", "packing", "", "")
"""By the last digit of the order; '' with the courier for 8, and no such order for 9."""

Today = Callable[[], dt.date]


def card_of(place: int) -> str:
    """The card of the customer at this place, from 1: 16 digits, the last one their check digit (ISO/IEC 7812-1)."""
    digits = f"622848{place:09}"
    total = sum(sum(divmod(int(digit) * (2 - index % 2), 10)) for index, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def customer_no(place: int) -> str:
    return f"{800_000 + place}"


def balances() -> list[tuple[str, dict[str, str]]]:
    """Of every customer: number, and what his accounts hold, in yuan."""
    return [
        (customer_no(place), {"available": f"{place * 73_561 % 98_000 + place * 0.37:.2f}"})
        for place in range(1, CUSTOMERS + 1)
    ]


def order_state(order: str, today: dt.date) -> dict[str, object] | None:
    """What the shop knows of the order; None: nothing."""
    last = int(order[-1])
    if last == 9:
        return None
    if last == 8:
        return {"state": "out_for_delivery", "courier": {"stops": int(order[-2]) + 2}}
    state = _STATES[last]
    days = {"shipped": 1 + last % 3, "delivered": -1 - last % 3}.get(state, 0)
    return {"state": state, "events": [{"day": (today + dt.timedelta(days=days)).isoformat()}]}


@asynccontextmanager
async def demo_service(token: str, *, port: int = PORT, today: Today = dt.date.today) -> AsyncIterator[None]:
    """While the ``with`` block runs, who says ``Bearer <token>`` is answered. Raises OSError: the port is taken."""
    cards = {card_of(place): customer_no(place) for place in range(1, CUSTOMERS + 1)}

    @web.middleware
    async def known(request: web.Request, handler: Callable[[web.Request], object]) -> web.StreamResponse:
        said = request.headers.get("Authorization", "")
        if not hmac.compare_digest(said.encode(), f"Bearer {token}".encode()):
            raise web.HTTPUnauthorized
        return await handler(request)  # type: ignore[misc, no-any-return]

    async def verify(request: web.Request) -> web.Response:
        try:
            asked = await request.json()
            card, pin = str(asked["card"]), str(asked["pin"])
        except (ValueError, KeyError, TypeError):
            raise web.HTTPBadRequest from None
        if pin != PIN or card not in cards:
            return web.json_response({"verified": False})
        return web.json_response({"verified": True, "customer": {"number": cards[card]}})

    async def order(request: web.Request) -> web.Response:
        found = order_state(request.match_info["order"], today())
        if found is None:
            raise web.HTTPNotFound
        return web.json_response(found)

    app = web.Application(middlewares=[known], client_max_size=_LARGEST_REQUEST)
    app.router.add_post("/telephone/verify", verify)
    app.router.add_get(r"/orders/{order:\d{8}}", order)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        yield
    finally:
        await runner.cleanup()
