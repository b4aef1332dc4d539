"""What an end-to-end test looks at besides pages: the server's rows and Asterisk's own channels."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.app.installation import DEMO_DNIS
from tandem.cti.app.stack import Stack

ZH_ACCOUNTS, ZH_LOANS, ZH_SUPPORT, EN_LOANS = "11", "12", "13", "22"
_NAME = "select * from calls where ani_e164 = $1 order by started_at desc limit 1"
_PAUSE_S = 0.1
PATIENT: dict[str, Any] = {"pop_s": 20.0}
"""Settings: a page on a busy machine may take long to show who is calling."""
PATIENCE_S = 60.0
"""What happens at once on a quiet machine may take long on a busy one; a test that waits for an event does not judge
how fast it comes."""


async def ring_in(stack: Stack, keys: str, ani: str, name: str = "王小明", stay_s: float = 300) -> PlacedCall:
    """A caller who presses ``keys``, 1.5 s apart."""
    call = await stack.carrier.place_call(DEMO_DNIS, ani, name, digits=[(1.5, key) for key in keys], stay_s=stay_s)
    await call.wait_answered()
    return call


async def row(stack: Stack, ani: str) -> dict[str, Any]:
    """The newest call of this number, as the database has it; empty when there is none."""
    found = await stack.database.fetch_row(_NAME, ani)
    return dict(found) if found else {}


async def row_with(stack: Stack, ani: str, **wanted: Any) -> dict[str, Any]:
    """Wait until the newest call of this number has these fields."""
    seen: dict[str, Any] = {}

    async def there() -> bool:
        nonlocal seen
        seen = await row(stack, ani)
        return wanted.items() <= seen.items()

    try:
        await until(there)
    except AssertionError:
        fields = {name: seen.get(name) for name in wanted}
        raise AssertionError(f"the call of {ani} has {fields}, not {wanted}") from None
    return seen


async def until(what: Callable[[], Awaitable[Any]], timeout_s: float = PATIENCE_S, why: str = "") -> Any:
    """Wait until ``what`` gives something true, and give it. Raises AssertionError with its last value."""
    deadline = time.monotonic() + timeout_s
    while True:
        value = await what()
        if value:
            return value
        name = getattr(what, "__name__", str(what))
        assert time.monotonic() < deadline, why or f"{name} stayed {value!r} for {timeout_s} s"
        await asyncio.sleep(_PAUSE_S)


async def phase(stack: Stack, ani: str, wanted: str, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
    """Wait until the number's newest call is in this phase."""
    seen: dict[str, Any] = {}

    async def there() -> bool:
        nonlocal seen
        seen = await row(stack, ani)
        return seen.get("phase") == wanted

    try:
        await until(there, timeout_s)
    except AssertionError:
        what = f"{seen.get('phase')!r} ({seen.get('outcome')!r}, {seen.get('cause')!r}), not {wanted!r}"
        told = await timeline(stack, seen["id"]) if seen else []
        raise AssertionError(f"{ani} is {what}, after {timeout_s} s:\n{in_lines(told)}") from None
    return seen


async def over(stack: Stack, call: str, outcome: str, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
    """Wait until this call has ended so; its number may have begun another one since (a call back)."""

    async def ended() -> Any:
        return await stack.database.fetch_row("select * from calls where id = $1 and ended_at is not null", call)

    found = dict(await until(ended, timeout_s))
    assert found["outcome"] == outcome, f"ended as {found['outcome']}:\n{in_lines(await timeline(stack, call))}"
    return found


async def has(stack: Stack, call: str, kind: str) -> None:
    """Wait for such a line in the call's timeline."""

    async def there() -> bool:
        return kind in await kinds(stack, call)

    try:
        await until(there)
    except AssertionError:
        raise AssertionError(f"no {kind}:\n{in_lines(await timeline(stack, call))}") from None


async def told(stack: Stack, call: str, **times: int) -> None:
    """Wait until the call's timeline has so many lines of each of these kinds; it is written behind the events."""
    seen: list[str] = []

    async def there() -> bool:
        nonlocal seen
        seen = await kinds(stack, call)
        return all(seen.count(kind) >= count for kind, count in times.items())

    with suppress(AssertionError):
        await until(there)
    found = {kind: seen.count(kind) for kind in times}
    assert found == times, f"{found}, not {times}:\n{in_lines(await timeline(stack, call))}"


async def timeline(stack: Stack, call: str) -> list[dict[str, Any]]:
    rows = await stack.database.fetch(
        "select kind, text, extract(epoch from at)::float8 as at from call_events where call = $1 order by number", call
    )
    return [dict(row) for row in rows]


def in_lines(told: list[dict[str, Any]]) -> str:
    """A timeline, to read."""
    return "\n".join(f"{line['at']:.3f} {line['kind']}: {line['text']}" for line in told)


async def kinds(stack: Stack, call: str) -> list[str]:
    rows = await stack.database.fetch("select kind from call_events where call = $1 order by number", call)
    return [line["kind"] for line in rows]


async def channels(stack: Stack) -> set[str]:
    """Names of the channels that Asterisk has."""
    text = await stack.asterisk.rx("core show channels concise")
    return {line.split("!")[0] for line in text.splitlines() if "!" in line}


async def reads_keys(stack: Stack) -> bool:
    """Asterisk asks somebody for keys at this moment."""
    return "!Read!" in await stack.asterisk.rx("core show channels concise")
