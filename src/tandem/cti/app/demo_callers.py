"""Who rings in while the demo runs: callers for the agents, and callers who serve themselves in the library's flows."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass
from itertools import count

from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.app.demo_data import shipped
from tandem.cti.app.demo_service import PIN, card_of
from tandem.cti.app.installation import DEMO_DNIS
from tandem.cti.app.stack import Stack
from tandem.cti.model.errors import CtiError
from tandem.cti.model.states import Phase
from tandem.routing.plan_file import read_plan

BANK, DELIVERY, VIP, SURVEY = "95002", "95003", "95005", "95006"
_READY_PAUSE_S = 1.5
_BETWEEN_CALLS_S = 12.0
_MOST_TALK_S = 180.0
_ANSWER_AFTER_S = 8.0
"""For each question of the survey to be said, and thought about."""

Keys = tuple[tuple[float, str], ...]
"""(seconds after the ones before, keys)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who rings in: which keys he presses, and how long after one another. ``opinion``: his answers to a survey."""

    number: str
    name: str
    digits: Keys
    dnis: str = DEMO_DNIS
    stay_s: float = _MOST_TALK_S
    opinion: str = ""


def _caller(number: str, name: str, keys: str) -> Caller:
    return Caller(number, name, tuple((1.5, key) for key in keys))


CALLERS = (
    _caller("+8613888001201", "王小明", "11"),
    _caller("+447700900142", "Margaret Holloway", "21"),
    _caller("+8613983004477", "张建国", "12"),
    _caller("+12125550143", "CARTER", "23"),
    _caller("+8613810027764", "赵雅婷", "12"),
    _caller("+8687163214455", "杨家", "11"),
    _caller("+8613700000042", "", "13"),
    _caller("+6581234071", "Daniel Okoye", "22"),
)
MORE_CALLERS = (
    Caller("+8613916002845", "李慧敏", (), VIP),
    Caller("+8613723450098", "刘洋", ((1.5, "1"),), SURVEY, opinion="51"),
    Caller("+33639980417", "Sophie Laurent", (), VIP),
    Caller("+8613757110236", "陈思远", ((1.5, "1"),), SURVEY, opinion="42"),
)
"""From the second round on, they ring in as well."""


def _balance(place: int, number: str, name: str, language: str, *more: tuple[float, str], pin: str = PIN) -> Caller:
    identified = ((2.0, language), (2.0, "1"), (4.0, f"{card_of(place)}#"), (4.0, pin))
    return Caller(number, name, (*identified, *more), BANK, stay_s=90)


def _parcel(number: str, language: str, *typed: str) -> Caller:
    """Unknown to the CRM: who is known there may not be asked for his language."""
    return Caller(number, "", ((2.0, language), *((7.0, keys) for keys in typed)), DELIVERY, stay_s=100)


THEMSELVES = (
    _balance(1, "+8613888001201", "王小明", "1", (14.0, "1")),
    _parcel("+442079460958", "2", "20261103", "1"),
    _balance(3, "+447700900142", "Margaret Holloway", "2"),
    _parcel("+8613700000042", "1", "20261128", "1"),
    _balance(5, "+8613810027764", "赵雅婷", "1", (10.0, f"{card_of(5)}#"), (4.0, PIN), pin="111111"),
    _parcel("+8613700000057", "1", "20261199", "1", "1", "20261104", "1"),
)
"""They need no agent."""


async def ring_in(stack: Stack) -> None:
    """A caller whenever somebody is Ready and nobody waits; until cancelled."""
    opinions: set[asyncio.Task[None]] = set()
    no_callers = for_campaigns_only()
    turn = 0
    while True:
        await asyncio.sleep(1.0)
        with contextlib.suppress(CtiError):
            if not await stack.somebody_ready(but=no_callers):
                continue
            await asyncio.sleep(_READY_PAUSE_S if turn == 0 else random.uniform(2.0, 6.0))  # noqa: S311
            caller = in_turn(turn)
            turn += 1
            call = await _place(stack, caller)
            if caller.opinion:
                task = asyncio.create_task(_tell_opinion(stack, call, caller))
                opinions.add(task)
                task.add_done_callback(opinions.discard)
            with contextlib.suppress(TimeoutError):
                await call.wait_ended(_BETWEEN_CALLS_S)


def for_campaigns_only() -> frozenset[str]:
    """Agents of the demo who get no callers."""
    plan = read_plan(shipped("demo_routing.yaml"), "demo_routing.yaml")
    return frozenset(login for login, agent in plan.agents.items() if agent.outbound == "only")


def in_turn(turn: int) -> Caller:
    """Once those whom the tutorial tells of, in its order; then one of the others after every two of them."""
    if turn < len(CALLERS):
        return CALLERS[turn]
    rounds, place = divmod(turn - len(CALLERS), 3)
    if place == 2:
        return MORE_CALLERS[rounds % len(MORE_CALLERS)]
    return CALLERS[(rounds * 2 + place) % len(CALLERS)]


async def serve_themselves(stack: Stack) -> None:
    """One after the other, with pauses; until cancelled."""
    for turn in count():
        await asyncio.sleep(random.uniform(12.0, 30.0))  # noqa: S311
        with contextlib.suppress(CtiError, TimeoutError):
            call = await _place(stack, THEMSELVES[turn % len(THEMSELVES)])
            await call.wait_ended(120.0)


async def _place(stack: Stack, caller: Caller) -> PlacedCall:
    return await stack.carrier.place_call(
        caller.dnis, caller.number, caller.name, digits=caller.digits, stay_s=caller.stay_s
    )


async def _tell_opinion(stack: Stack, call: PlacedCall, caller: Caller) -> None:
    """When the agent has gone, answer what is asked then."""
    store = CallStore(stack.database)
    with contextlib.suppress(CtiError, TimeoutError):
        async with asyncio.timeout(_MOST_TALK_S):
            while True:
                calls = await store.open_calls()
                if any(each.phase == Phase.SURVEY and each.ani_e164 == caller.number for each in calls):
                    break
                await asyncio.sleep(0.5)
        for key in caller.opinion:
            await asyncio.sleep(_ANSWER_AFTER_S)
            await call.press(key)
