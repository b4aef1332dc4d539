"""Data dips come back in time, whatever the source does, and ask it no more than they must."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tandem.cti.model.errors import CtiError, ResourceMissing
from tandem.ivr.core.dialogue import Dip, Fetched
from tandem.ivr.core.values import Secret, Value
from tandem.ivr.data import dips as module
from tandem.ivr.data.cache import AnswerCache
from tandem.ivr.data.dips import Dips, Limits
from tandem.ivr.data.gate import FAILURES, REST_S, Gate
from tandem.ivr.data.secrets import revealed
from tandem.ivr.errors import DataRefused, DataUnavailable, DataUnusable
from tandem.ivr.ports import Secrets

pytestmark = pytest.mark.own_time

DIP = Dip("http", "https://a.example/1", (("key", "7"),), (("x", "x", "text"),), timeout_s=1.0, cache_s=60.0)
CARD = Secret("ref1", 16)


class Source:
    """Answers with ``answer``, or raises it; ``hold`` keeps everybody waiting."""

    def __init__(self) -> None:
        self.answer: Mapping[str, Value] | Exception | None = {"x": "one"}
        self.hold: asyncio.Event | None = None
        self.asked: list[tuple[Value, ...]] = []
        self.inside = self.most_inside = 0

    def place(self, dip: Dip) -> str:
        if "refused" in dip.source:
            raise DataRefused("not there")
        return dip.source.split("/")[2]

    async def ask(self, dip: Dip, secrets: Secrets) -> Mapping[str, Value] | None:
        self.asked.append(tuple(revealed(value, secrets) for _, value in dip.keys))
        self.inside += 1
        self.most_inside = max(self.inside, self.most_inside)
        try:
            if self.hold is not None:
                await self.hold.wait()
            await asyncio.sleep(0)
        finally:
            self.inside -= 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def dips(source: Source) -> Dips:
    return Dips({"http": source})


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"x": "one"}, "ok"),
        (None, "not_found"),
        (DataUnavailable("away"), "failed"),
        (DataUnusable("half an answer"), "failed"),
        (ResourceMissing("no such table"), "failed"),
        (DataRefused("inside"), "refused"),
        (CtiError("?"), "failed"),
        (TimeoutError(), "timeout"),
        (ZeroDivisionError("4111111111111111"), "failed"),
    ],
)
async def test_every_outcome_has_a_status(
    dips: Dips,
    source: Source,
    answer: Mapping[str, Value] | Exception | None,
    status: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    source.answer = answer
    assert (await dips.fetch(DIP)).status == status
    assert (await dips.fetch(replace(DIP, cache_s=0))).status == status
    assert "4111111111111111" not in caplog.text


async def test_a_kind_without_a_source_and_a_place_that_is_refused(dips: Dips) -> None:
    assert await dips.fetch(replace(DIP, kind="answers")) == Fetched("failed")
    assert await dips.fetch(replace(DIP, source="https://refused.example/")) == Fetched("refused")


@pytest.mark.parametrize("cache_s", [0.0, 60.0])
async def test_the_deadline_holds(dips: Dips, source: Source, cache_s: float) -> None:
    source.hold = asyncio.Event()
    assert await dips.fetch(replace(DIP, timeout_s=0.02, cache_s=cache_s)) == Fetched("timeout")
    await asyncio.sleep(0.05)
    assert source.inside == 0, "nobody asks on for a call that went on long ago"
    await dips.close()


async def test_an_answer_is_given_again_until_its_time_is_up(dips: Dips, source: Source) -> None:
    short = replace(DIP, cache_s=0.05)
    assert await dips.fetch(short) == await dips.fetch(short) == Fetched("ok", {"x": "one"})
    assert len(source.asked) == 1
    await asyncio.sleep(0.06)
    await dips.fetch(short)
    assert len(source.asked) == 2
    await dips.fetch(replace(DIP, cache_s=0))
    await dips.fetch(replace(DIP, cache_s=0))
    assert len(source.asked) == 4


async def test_what_is_not_there_is_kept_for_a_moment_only(
    dips: Dips, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "NOT_FOUND_S", 0.03)
    source.answer = None
    assert (await dips.fetch(DIP), await dips.fetch(DIP)) == (Fetched("not_found"), Fetched("not_found"))
    assert len(source.asked) == 1
    await asyncio.sleep(0.04)
    source.answer = {}
    assert await dips.fetch(DIP) == Fetched("ok")


async def test_a_failure_is_not_kept(dips: Dips, source: Source) -> None:
    source.answer = DataUnavailable("away")
    assert await dips.fetch(DIP) == Fetched("failed")
    source.answer = {"x": "one"}
    assert await dips.fetch(DIP) == Fetched("ok", {"x": "one"})


async def test_equal_questions_at_once_are_asked_once(dips: Dips, source: Source) -> None:
    source.hold = asyncio.Event()
    asked = [asyncio.create_task(dips.fetch(DIP)) for _ in range(20)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asked[0].cancel()  # he who began hangs up; the others have their answer all the same
    source.hold.set()
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(told[0], asyncio.CancelledError)
    assert told[1:] == [Fetched("ok", {"x": "one"})] * 19
    assert len(source.asked) == 1


async def test_without_a_cache_everybody_asks_for_himself(dips: Dips, source: Source) -> None:
    order = replace(DIP, method="POST", cache_s=0)
    await asyncio.gather(*(dips.fetch(order) for _ in range(3)))
    assert len(source.asked) == 3


@pytest.mark.parametrize(
    "other",
    [
        replace(DIP, keys=(("key", 7),)),
        replace(DIP, keys=(("key", True),)),
        replace(DIP, keys=(("key", 1),)),
        replace(DIP, outputs=(("x", "y", "text"),)),
        replace(DIP, credentials="crm"),
        replace(DIP, method="POST"),
        replace(DIP, source="https://a.example/2"),
    ],
)
async def test_another_question_has_another_answer(dips: Dips, source: Source, other: Dip) -> None:
    await dips.fetch(DIP)
    await dips.fetch(replace(DIP, keys=(("key", 1 if other.keys[0][1] is True else True),)))
    source.answer = {"x": "other"}
    assert (await dips.fetch(other)).values == {"x": "other"}


@pytest.mark.parametrize(
    "dip", [replace(DIP, keys=(("pin", CARD),)), replace(DIP, source="https://a.example/{secret:ref1}")]
)
async def test_nothing_with_a_secret_is_kept_or_shared(
    dips: Dips, source: Source, dip: Dip, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    vault = {"ref1": "4111111111111111"}
    one, two = await asyncio.gather(*(dips.fetch(dip, secrets=vault.get) for _ in range(2)))
    assert one == two == Fetched("ok", {"x": "one"})
    assert len(source.asked) == 2
    assert len(dips._cache) == 0
    assert "4111" not in caplog.text + repr(vars(dips))


@pytest.mark.parametrize(
    ("digits", "given", "left"),
    [
        ("4111111111111111", {"a": "card 4111-1111 1111 1111", "b": 4111111111111111, "c": "1111"}, {"c": "1111"}),
        ("2026", {"a": "2026", "b": 2026, "c": "2026-11-22", "d": "12026.00", "e": True}, {"c", "d", "e"}),
        ("", {"a": "", "b": 1}, {"a", "b"}),
    ],
)
async def test_a_source_that_gives_secret_digits_back(
    dips: Dips, source: Source, digits: str, given: Mapping[str, Value], left: set[str]
) -> None:
    source.answer = given
    fetched = await dips.fetch(replace(DIP, keys=(("pin", CARD),)), secrets={"ref1": digits}.get)
    assert (fetched.status, set(fetched.values)) == ("ok", set(left))


async def test_a_secret_that_is_gone_is_a_failure(dips: Dips, source: Source) -> None:
    assert await dips.fetch(replace(DIP, keys=(("pin", CARD),))) == Fetched("failed")
    assert source.asked == []


async def test_a_source_that_fails_is_left_alone_and_tried_again(
    dips: Dips, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tandem.ivr.data.gate.REST_S", 0.05)
    source.answer = DataUnavailable("away")
    for _ in range(FAILURES):
        await dips.fetch(DIP)
    source.hold = asyncio.Event()  # who asked now would wait
    assert await dips.fetch(DIP) == Fetched("failed")
    assert len(source.asked) == FAILURES
    source.hold, source.answer = None, {"x": "back"}
    assert (await dips.fetch(replace(DIP, source="https://other.example/"))).status == "ok"
    await asyncio.sleep(0.06)
    assert await dips.fetch(DIP) == Fetched("ok", {"x": "back"})
    assert dips._gates == {}


async def test_timeouts_close_the_gate_and_refusals_of_one_question_do_not(dips: Dips, source: Source) -> None:
    source.answer = DataUnusable("status 400")
    for _ in range(2 * FAILURES):
        await dips.fetch(DIP)
    assert len(source.asked) == 2 * FAILURES
    source.hold = asyncio.Event()
    late = replace(DIP, timeout_s=0.01, cache_s=0)
    assert [(await dips.fetch(late)).status for _ in range(FAILURES + 2)] == ["timeout"] * FAILURES + ["failed"] * 2


async def test_hosts_without_end_are_forgotten(dips: Dips, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PLACES", 20)
    source.answer = DataUnavailable("away")
    for n in range(100):
        await dips.fetch(replace(DIP, source=f"https://{n}.example/"))
    assert len(dips._gates) <= 20
    assert len(dips._silent_until) <= 20


def test_one_at_a_time_finds_out_whether_it_is_back() -> None:
    gate = Gate(1)
    assert [gate.failed(0.0) for _ in range(FAILURES)] == [False] * (FAILURES - 1) + [True]
    assert not gate.lets_through(REST_S - 0.1)
    assert gate.lets_through(REST_S)
    assert not gate.lets_through(REST_S + 0.1)
    assert gate.lets_through(2 * REST_S)
    assert gate.succeeded()
    assert gate.lets_through(2 * REST_S)
    assert gate.idle


async def test_no_more_than_so_many_at_one_place_and_in_all(source: Source) -> None:
    dips = Dips({"http": source}, limits=Limits(at_once=5, at_one_place=3))
    source.hold = asyncio.Event()
    here = [replace(DIP, cache_s=0, keys=(("key", n),)) for n in range(10)]
    there = [replace(dip, source="https://b.example/") for dip in here]
    tasks = [asyncio.create_task(dips.fetch(dip)) for dip in here]
    await asyncio.sleep(0.01)
    assert source.inside == 3
    tasks += [asyncio.create_task(dips.fetch(dip)) for dip in there]
    await asyncio.sleep(0.01)
    assert source.inside == 5
    source.hold.set()
    assert {fetched.status for fetched in await asyncio.gather(*tasks)} == {"ok"}
    assert source.most_inside == 5
    assert dips._gates == {}


async def test_waiting_for_a_place_is_not_the_sources_fault(source: Source) -> None:
    dips = Dips({"http": source}, limits=Limits(at_once=1))
    source.hold = asyncio.Event()
    first = asyncio.create_task(dips.fetch(replace(DIP, cache_s=0)))
    await asyncio.sleep(0.01)
    waiting = [replace(DIP, source="https://b.example/", timeout_s=0.01, cache_s=0)] * (FAILURES + 1)
    assert {fetched.status for fetched in await asyncio.gather(*map(dips.fetch, waiting))} == {"timeout"}
    source.hold.set()
    assert (await first).status == "ok"
    assert (await dips.fetch(waiting[0])).status == "ok"


async def test_closing_gives_up_what_several_wait_for(dips: Dips, source: Source) -> None:
    source.hold = asyncio.Event()
    waiting = asyncio.create_task(dips.fetch(DIP))
    await asyncio.sleep(0.01)
    await dips.close()
    assert await waiting == Fetched("failed")


def test_the_cache_is_bounded_in_number_and_in_bytes() -> None:
    cache = AnswerCache(most=100, most_bytes=50_000)
    for n in range(1000):
        cache.put(n, {"x": "a"}, until=10.0)
    assert len(cache) <= 100
    assert cache.get(999, 0.0) == ({"x": "a"},)
    assert cache.get(0, 0.0) is None
    for n in range(1000):
        cache.put(f"long {n}", {"x": "a" * 1000}, until=10.0)
        assert cache.bytes <= 50_000
    cache.put("too long", {"x": "a" * 50_000}, until=10.0)
    assert cache.get("too long", 0.0) is None
    assert cache.get("long 999", 10.0) is None
    assert cache.get("long 998", 9.0) is not None


def test_what_is_used_stays_longest() -> None:
    cache = AnswerCache(most=2, most_bytes=50_000)
    cache.put("a", {}, until=10.0)
    cache.put("b", None, until=10.0)
    assert cache.get("a", 0.0) == ({},)
    cache.put("c", {}, until=10.0)
    assert cache.get("b", 0.0) is None
    assert cache.get("a", 0.0) == ({},)
