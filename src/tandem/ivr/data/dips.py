"""Data dips: what a flow wants to know from elsewhere, within its deadline, and never more than the source can bear.

A dip always comes back, as ``Fetched``; nothing is raised. What depends on a Secret is neither kept nor shared with
another call, and only the source's adapter ever sees the digits.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from tandem.cti.model.errors import BadRequest, CtiError, Forbidden, ResourceMissing
from tandem.ivr.core.dialogue import Dip, Fetched
from tandem.ivr.core.values import Secret
from tandem.ivr.data.cache import Answer, AnswerCache
from tandem.ivr.data.gate import REST_S, Gate
from tandem.ivr.data.secrets import gives_away, has_secret
from tandem.ivr.ports import DataSource, Secrets

_log = logging.getLogger(__name__)

OK, NOT_FOUND, FAILED, TIMEOUT, REFUSED = "ok", "not_found", "failed", "timeout", "refused"
LONGEST_S = 30.0
NOT_FOUND_S = 5.0
"""That something does not exist is not kept for longer: it may be new."""
_SAY_EVERY_S = 10.0
_PLACES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """``at_once``: dips under way, of all calls. ``at_one_place``: of these, at one host or source."""

    at_once: int = 200
    at_one_place: int = 50
    cached: int = 10_000
    cached_bytes: int = 16_000_000


class Dips:
    """``sources`` by kind of dip."""

    def __init__(self, sources: Mapping[str, DataSource], *, limits: Limits | None = None) -> None:
        self._sources = sources
        self._limits = limits or Limits()
        self._cache = AnswerCache(most=self._limits.cached, most_bytes=self._limits.cached_bytes)
        self._everything = asyncio.Semaphore(self._limits.at_once)
        self._gates: dict[str, Gate] = {}
        self._shared: dict[Hashable, asyncio.Task[Fetched]] = {}
        self._silent_until: dict[str, float] = {}

    async def fetch(self, dip: Dip, *, secrets: Secrets = lambda _: None) -> Fetched:
        """Within ``dip.timeout_s`` seconds (and LONGEST_S). ``secrets``: the vault's reading side."""
        source = self._sources.get(dip.kind)
        if source is None:
            _log.error("there is no source for data dips of the kind %s", dip.kind)
            return Fetched(FAILED)
        timeout_s = min(max(dip.timeout_s, 0.0), LONGEST_S)
        if has_secret(dip):
            return await self._with_secrets(source, dip, secrets, timeout_s)
        if dip.cache_s <= 0:
            return await self._ask(source, dip, secrets, timeout_s)
        return await self._from_cache(source, dip, timeout_s)

    async def close(self) -> None:
        """Give up what several may wait for; who asked alone is stopped by stopping him."""
        tasks = list(self._shared.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _with_secrets(self, source: DataSource, dip: Dip, secrets: Secrets, timeout_s: float) -> Fetched:
        """A source may give back what it was asked with: from a variable it would reach logs, rows and pages."""
        shown = set[str]()

        def reveal(ref: str) -> str | None:
            digits = secrets(ref)
            shown.add(digits or "")
            return digits

        fetched = await self._ask(source, dip, reveal, timeout_s)
        values = {name: value for name, value in fetched.values.items() if not gives_away(value, shown)}
        if len(values) < len(fetched.values):
            self._say(dip.kind, "gave back secret digits: these outputs are left out")
        return Fetched(fetched.status, values)

    async def _from_cache(self, source: DataSource, dip: Dip, timeout_s: float) -> Fetched:
        """What is known, or the answer that somebody waits for already, or a new one.

        The asking goes on when he who began it hangs up: it ends by its own deadline.
        """
        loop = asyncio.get_running_loop()
        key = _key(dip)
        if (known := self._cache.get(key, loop.time())) is not None:
            return _fetched(known[0])
        task = self._shared.get(key)
        if task is None:
            task = loop.create_task(self._ask_and_keep(source, dip, key, timeout_s), name=f"data dip {dip.kind}")
            self._shared[key] = task
            task.add_done_callback(lambda _: self._shared.pop(key, None))
        done, _ = await asyncio.wait({task}, timeout=timeout_s)
        if not done:
            return Fetched(TIMEOUT)
        return Fetched(FAILED) if task.cancelled() else task.result()

    async def _ask_and_keep(self, source: DataSource, dip: Dip, key: Hashable, timeout_s: float) -> Fetched:
        fetched = await self._ask(source, dip, lambda _: None, timeout_s)
        now = asyncio.get_running_loop().time()
        if fetched.status == OK:
            self._cache.put(key, fetched.values, until=now + dip.cache_s)
        elif fetched.status == NOT_FOUND:
            self._cache.put(key, None, until=now + min(dip.cache_s, NOT_FOUND_S))
        return fetched

    async def _ask(self, source: DataSource, dip: Dip, secrets: Secrets, timeout_s: float) -> Fetched:
        loop = asyncio.get_running_loop()
        try:
            place = source.place(dip)
        except CtiError as error:
            self._say(dip.kind, f"is refused: {error}")
            return Fetched(REFUSED)
        gate = self._gate(place)
        if not gate.lets_through(loop.time()):
            return Fetched(FAILED)
        asked = False
        try:
            async with asyncio.timeout(timeout_s), gate, self._everything:
                asked = True
                answer = await source.ask(dip, secrets)
            self._well(place, gate)
            return _fetched(answer)
        except TimeoutError:
            if asked:  # else we are too busy, and not the source
                self._ill(place, gate, f"no answer within {timeout_s:g} s")
            return Fetched(TIMEOUT)
        except Forbidden as error:
            self._say(place, f"is refused: {error}")
            return Fetched(REFUSED)
        except (BadRequest, ResourceMissing) as error:
            # the source answers: that this one question was wrong says nothing of the next one
            self._well(place, gate)
            self._say(place, f"failed: {error}")
            return Fetched(FAILED)
        except CtiError as error:
            self._ill(place, gate, str(error))
            return Fetched(FAILED)
        except Exception as error:
            # its text may hold what the caller typed
            self._ill(place, gate, f"a defect, {type(error).__name__}")
            return Fetched(FAILED)
        finally:
            if gate.idle and self._gates.get(place) is gate:
                del self._gates[place]

    def _gate(self, place: str) -> Gate:
        if len(self._gates) >= _PLACES:  # each of them fails: a flow has the host in a variable
            self._gates = {name: gate for name, gate in self._gates.items() if gate.users}
        return self._gates.setdefault(place, Gate(self._limits.at_one_place))

    def _well(self, place: str, gate: Gate) -> None:
        if gate.succeeded():
            _log.info("data dips to %s work again", place)

    def _ill(self, place: str, gate: Gate, why: str) -> None:
        self._say(place, f"failed: {why}")
        if gate.failed(asyncio.get_running_loop().time()):
            _log.error("data dips to %s fail again and again: it is left alone for %g s each time", place, REST_S)

    def _say(self, place: str, what: str) -> None:
        """A line a place now and then: thousands of callers may meet the same fault."""
        now = asyncio.get_running_loop().time()
        if now < self._silent_until.get(place, 0.0):
            return
        if len(self._silent_until) >= _PLACES:
            self._silent_until.clear()
        self._silent_until[place] = now + _SAY_EVERY_S
        _log.warning("a data dip to %s %s", place, what)


def _fetched(answer: Answer) -> Fetched:
    return Fetched(NOT_FOUND) if answer is None else Fetched(OK, answer)


def _key(dip: Dip) -> Hashable:
    """All that decides the answer. Values with their types: 1 and True are equal for Python."""
    assert not any(isinstance(value, Secret) for _, value in dip.keys)
    keys = tuple((name, type(value).__name__, value) for name, value in dip.keys)
    return (dip.kind, dip.method, dip.source, keys, dip.credentials, dip.outputs)
