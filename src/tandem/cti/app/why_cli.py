"""``tandem why CALL``: why an agent got it, or why nobody has it yet."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path

import msgspec

from tandem.agent_desktop.core.routing_resources import CallWhy, DecisionLine, WhyWaiting
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.app.command_words import say
from tandem.cti.app.control import ask
from tandem.cti.app.why import decision_lines
from tandem.cti.model.errors import ResourceMissing, Unavailable
from tandem.cti.model.ids import CallId
from tandem.cti.storage.pool import Database


async def why(
    call: str, home: Path, database: AbstractAsyncContextManager[str], *, language: str = "en", as_json: bool = False
) -> int:
    """Print it; from the running server, or what is stored when none runs. Raises ResourceMissing."""
    try:
        found = msgspec.convert(await ask(home, "why", call=call), CallWhy)
    except Unavailable:
        found = await _stored(CallId(call), database)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(found) + b"\n")
    else:
        print("\n".join(lines(found, language)))
    return 0


async def _stored(call: CallId, database: AbstractAsyncContextManager[str]) -> CallWhy:
    async with database as url:
        pool = Database(url, connections=1)
        await pool.open()
        try:
            store = CallStore(pool)
            if not await store.has_call(call):
                raise ResourceMissing.because("no_call", call=call)
            names = {agent.login: agent.name for agent in await store.agents()}
            return CallWhy(call=call, decisions=decision_lines(await store.decisions(call), names), waiting=None)
        finally:
            await pool.close()


def lines(found: CallWhy, language: str) -> Iterator[str]:
    """The answer as text, decisions first."""
    for number, decision in enumerate(found.decisions, 1):
        yield from _decision(number, decision, language)
    if found.waiting is not None:
        yield from _waiting(found.waiting, language)
    elif not found.decisions:
        yield say("never", language, call=found.call)


def _decision(number: int, d: DecisionLine, language: str) -> Iterator[str]:
    when = datetime.fromtimestamp(d.at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    chosen = {"name": d.agent_name, "agent": d.agent, "queue": d.queue, "rule": d.rule}
    yield say("decision", language, number=number, when=when, **chosen)
    yield f"   {d.text.get(language, '')}"
    predicted = ""
    if d.predicted_p50_s is not None:
        code = "predicted" if d.predicted_p90_s is None else "predicted_band"
        predicted = say(code, language, p50=f"{d.predicted_p50_s:.0f}", p90=f"{d.predicted_p90_s or 0:.0f}")
    needs = d.step_needs or say("anyone", language)
    where = {"step": d.step + 1, "place": d.place, "waited": f"{d.waited_s:.1f}"}
    yield "   " + say("place", language, needs=needs, predicted=predicted, **where)
    for c in d.candidates:
        why = c.text.get(language, c.reason)
        yield "   " + say("candidate", language, name=c.name, agent=c.agent, idle=f"{c.idle_s:.0f}", why=why)
    for o in d.overtaken:
        why = o.text.get(language, o.rule)
        yield "   " + say("overtaken", language, id=o.id, queue=o.queue, waited=f"{o.waited_s:.0f}", why=why)


def _waiting(w: WhyWaiting, language: str) -> Iterator[str]:
    yield say("waits", language, queue=w.queue, waited=f"{w.waited_s:.0f}", step=w.step + 1, needs=w.step_needs)
    yield f"   {w.text.get(language, '')}"
    yield f"   {w.change.text.get(language, '')}"
    if w.predicted_p50_s is not None and w.predicted_p90_s is not None:
        yield "   " + say("waits_more", language, p50=f"{w.predicted_p50_s:.0f}", p90=f"{w.predicted_p90_s:.0f}")
