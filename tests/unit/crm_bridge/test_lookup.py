"""Looking up never holds a call up and never raises."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from tests.support.customers import NUMBER, customer

from tandem.crm_bridge.lookup import Found, LookUpService
from tandem.cti.model.records import CustomerMatch
from tandem.cti.storage.errors import DatabaseDown

pytestmark = pytest.mark.own_time

_BUDGET_S = 0.05


class Directory:
    """Answers after ``takes_s``; before that it fails as often as told."""

    def __init__(self, *, takes_s: float = 0.0, failures: Sequence[Exception] = ()) -> None:
        self.takes_s = takes_s
        self.failures = list(failures)
        self.asked = 0

    async def find(self, number_e164: str) -> Sequence[CustomerMatch]:
        self.asked += 1
        await asyncio.sleep(self.takes_s)
        if self.failures:
            raise self.failures.pop(0)
        return [customer("a")]


class Pop:
    """Where late answers go."""

    def __init__(self) -> None:
        self.delivered: list[Found] = []
        self.arrived = asyncio.Event()

    def __call__(self, found: Found) -> None:
        self.delivered.append(found)
        self.arrived.set()


def service(directory: Directory, *, patience_s: float = 5.0) -> LookUpService:
    return LookUpService(directory, budget_s=_BUDGET_S, patience_s=patience_s)


async def test_in_time() -> None:
    pop = Pop()
    found = await service(Directory()).find(NUMBER, pop)
    assert (found.complete, [person.id for person in found.customers]) == (True, ["a"])
    await asyncio.sleep(_BUDGET_S)
    assert pop.delivered == []


async def test_contacts_of_nobody_are_counted() -> None:
    async def count(number: str) -> int:
        return len(number)

    found = await LookUpService(Directory(), count_unknown=count).find(NUMBER, Pop())
    assert found.unknown_contacts == len(NUMBER)


async def test_late() -> None:
    pop = Pop()
    loop = asyncio.get_running_loop()
    before = loop.time()
    found = await service(Directory(takes_s=0.2)).find(NUMBER, pop)
    assert loop.time() - before == pytest.approx(_BUDGET_S)
    assert (found.complete, found.customers) == (False, ())
    async with asyncio.timeout(2):
        await pop.arrived.wait()
    assert [len(late.customers) for late in pop.delivered] == [1]
    assert pop.delivered[0].complete


@pytest.mark.parametrize("error", [DatabaseDown("away"), TimeoutError(), RuntimeError("a mistake"), OSError()])
async def test_a_failing_directory_is_asked_again(error: Exception) -> None:
    pop, directory = Pop(), Directory(failures=[error])
    assert not (await service(directory).find(NUMBER, pop)).complete
    async with asyncio.timeout(2):
        await pop.arrived.wait()
    assert directory.asked == 2


async def test_patience_ends() -> None:
    pop, directory = Pop(), Directory(failures=[DatabaseDown("away")] * 99)
    looking = service(directory, patience_s=0.3)
    assert not (await looking.find(NUMBER, pop)).complete
    await asyncio.sleep(0.5)
    assert (directory.asked, pop.delivered, looking._running) == (2, [], set())


async def test_a_directory_that_hangs_is_left() -> None:
    pop = Pop()
    looking = service(Directory(takes_s=60), patience_s=0.1)
    assert not (await looking.find(NUMBER, pop)).complete
    await asyncio.sleep(0.2)
    assert (pop.delivered, looking._running) == ([], set())


async def test_a_withheld_number_is_nobody_at_once() -> None:
    directory = Directory()
    assert await service(directory).find("", Pop()) == Found((), 0, True, 0.0)
    assert directory.asked == 0


async def test_a_receiver_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def broken(found: Found) -> None:
        raise KeyError("the call is gone")

    await service(Directory(takes_s=0.1)).find(NUMBER, broken)
    await asyncio.sleep(0.2)
    assert "could not be delivered" in caplog.text


async def test_look_ups_under_way_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tandem.crm_bridge.lookup._AT_ONCE", 3)
    directory = Directory(takes_s=60)
    looking = service(directory)
    await asyncio.gather(*(looking.find(NUMBER, Pop()) for _ in range(3)))
    assert not (await looking.find(NUMBER, Pop())).complete
    assert directory.asked == 3
    await looking.close()
    assert looking._running == set()
