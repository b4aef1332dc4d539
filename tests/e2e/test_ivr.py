"""IVR flows on a real switch: what callers hear and where they end up, while everything around them breaks.

Trials that do not disturb each other run at the same time, each with a test of its own that waits for it.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from tests.e2e.ivr_trials import (
    BALANCE,
    CHOOSE,
    PLACE,
    RATE,
    THANKS,
    TRIALS_AT_ONCE,
    WHICH_ORDER,
    Trial,
    edition,
    gone,
    left,
    said_once,
    told_of,
    was_asked,
)
from tests.support.data_source import CARD, PIN
from tests.support.demo_plan import in_text, patient_plan
from tests.support.desk import dispose, work
from tests.support.ear import type_fast
from tests.support.floor_watch import PATIENT, over, phase, timeline, until
from tests.support.ivr_stack import BANK, CALLERS, GREETING, LINE, TOKEN, TRIALS, IvrStack, ivr_stack

from tandem.cti.app.browser_agent import BrowserAgent
from tandem.cti.app.control import ask
from tandem.cti.app.demo_data import DEMO_PASSWORD

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]

TRIALS_BESIDE = 5
"""So many trials run beside each other: more would wait for the processor instead of for what they wait for."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[IvrStack]:
    home = tmp_path_factory.mktemp("tandem")
    async with ivr_stack(home, changes={"ring_s": 120.0, **PATIENT}, keep=False) as running:
        plan = patient_plan({"support": {"steps": ["product:support>=4"]}})  # nobody is: calls back wait
        plan["agents"]["mei"]["skills"]["product:loans"] = 5
        await ask(home, "routing.apply", text=in_text(plan), note="a test", by="ada")
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at_once(stack: IvrStack) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    origin = time.monotonic()
    places = asyncio.Semaphore(TRIALS_BESIDE)

    async def begin(trial: Trial) -> None:
        callers: list[str] = []
        CALLERS.set(callers)
        async with places:
            began = time.monotonic()
            try:
                await trial(stack)
            except Exception as error:
                error.add_note("\n".join([await told_of(stack, ani) for ani in callers]))
                raise
            print(trial.__name__, f"{began - origin:.1f} {time.monotonic() - began:.1f} s")

    tasks = {name: asyncio.create_task(begin(trial)) for name, trial in TRIALS_AT_ONCE.items()}
    await asyncio.wait(tasks.values(), timeout=500)
    yield tasks
    for task in tasks.values():
        task.cancel()


@pytest.mark.parametrize("name", TRIALS_AT_ONCE)
async def test_at_the_same_time(at_once: dict[str, asyncio.Task[None]], name: str) -> None:
    await at_once[name]


# ---- with an agent ---------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mei(stack: IvrStack, browser: Browser) -> AsyncIterator[BrowserAgent]:
    page = await BrowserAgent.open(browser, stack.url)
    await page.log_in("mei", DEMO_PASSWORD)
    yield page
    await page.close()


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nobody_is_left(stack: IvrStack, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    yield
    if "name" not in request.fixturenames:  # a failed test must not fail the next
        await stack.carrier.hang_up_all()


async def test_the_bank_and_a_pin(stack: IvrStack, mei: BrowserAgent) -> None:
    """From the first menu to an agent; the PIN goes to the bank's own system, and nowhere else."""
    ani = stack.number()
    await work(mei)
    call = await stack.call(BANK, ani)
    ear = stack.ear(call)
    await type_fast(call, f"21{CARD}#")
    await left(stack, ani, "identify/ask_card")
    await type_fast(call, PIN)
    await left(stack, ani, "look_up_balance")
    await ear.hears(BALANCE)
    await type_fast(call, "0")
    await phase(stack, ani, "ringing")
    await mei.answer()
    shown = await mei.page.inner_text("body")
    assert CARD not in shown
    assert PIN not in shown
    await mei.at("hang-up").click()
    await call.wait_ended()
    ended = await gone(stack, ani, "answered")
    await dispose(mei, "balance", "", save="save-not-ready")
    asked = (await stack.source.asked())[-1]
    assert asked == {"card": CARD, "pin": PIN, "authorization": TOKEN}
    told = [line["text"] for line in await timeline(stack, ended["id"]) if line["kind"] == "digit"]
    assert told == ["pressed 2", "pressed 1", "pressed ••••••••••••1111", "pressed ••••••", "pressed 0"]
    said_once(ear, BALANCE)


async def test_a_question_after_the_talk(stack: IvrStack, mei: BrowserAgent) -> None:
    ani = stack.number()
    await work(mei)
    call = await stack.call(LINE, ani)
    ear = stack.ear(call)
    await mei.answer()
    await ear.more(1)
    await mei.at("hang-up").click()
    await mei.state("working_after_call")
    asked = await phase(stack, ani, "survey")
    await ear.hears(RATE)
    assert call.talking
    await call.press("5")
    await call.wait_ended()
    ended = await gone(stack, ani, "answered")
    given = await stack.database.fetch("select * from survey_answers where call = $1", asked["id"])
    assert [(row["question"], row["answer"], row["agent"], row["queue"]) for row in given] == [
        ("stars", 5, "mei", "loans")
    ]
    wrap_up = await stack.database.fetch_row(
        "select extract(epoch from at)::float8 as at from agent_state_history "
        "where agent = 'mei' and state = 'working_after_call' and call = $1",
        ended["id"],
    )
    assert wrap_up is not None
    asking = await left(stack, ani, "rate")
    assert wrap_up["at"] < asking["left_at"], "the agent wraps up while the caller is asked"
    said_once(ear, RATE, THANKS)
    await dispose(mei, "advice", "", save="save-not-ready")


# ---- the server is killed --------------------------------------------------------------------------------------------


async def test_the_server_is_killed_in_the_middle(stack: IvrStack, mei: BrowserAgent) -> None:
    """Of a menu, of typing, of a data dip, of the way through a line, of a question after the talk."""
    chooser, typist, dipper, waiter, talker, greeted = (stack.number() for _ in range(6))
    calls = {}

    async def begin(ani: str, dnis: str, keys: str = "") -> None:
        calls[ani] = await stack.call(dnis, ani, keys)

    await work(mei)
    await begin(talker, LINE)
    await mei.answer()
    await asyncio.gather(begin(typist, TRIALS, "1"), begin(waiter, LINE), begin(greeted, GREETING))
    await left(stack, waiter, "takes")
    was = (await left(stack, greeted, "begin"))["version"]
    saved = await stack.command("ivr", "draft", edition(stack, "One more.", "another"))
    await stack.command("ivr", "live", "greeting", saved.split()[1])
    waiting = await phase(stack, waiter, "queued")
    await begin(dipper, TRIALS)
    await begin(chooser, TRIALS)
    await mei.at("hang-up").click()
    await phase(stack, talker, "survey")
    await type_fast(calls[dipper], "19876")
    await until(lambda: was_asked(stack, "9876"))
    await type_fast(calls[typist], "42")
    await stack.kill_server()
    await type_fast(calls[typist], "17")
    await type_fast(calls[talker], "4")
    await type_fast(calls[greeted], "123")
    await asyncio.sleep(1.5)
    began = time.monotonic()
    await stack.start_server()
    print(f"the server was there again {time.monotonic() - began:.1f} s later")

    assert (await left(stack, typist, "order", "goto"))["heard"] == '["digits 4217"]'
    assert (await left(stack, typist, "look_up"))["exit"] == "goto"
    assert (await left(stack, dipper, "look_up"))["exit"] == "goto"
    assert (await left(stack, talker, "rate"))["heard"] == '["digits 4"]'
    assert (await left(stack, greeted, "ask"))["heard"] == '["digits 123"]'
    assert {visit["version"] for visit in await stack.visits(greeted)} == {was}
    again = await phase(stack, waiter, "queued")
    assert (again["id"], again["queued_at"]) == (waiting["id"], waiting["queued_at"]), "his place is lost"
    await stack.ears[waiter].more(2)
    await type_fast(calls[waiter], "1")
    await type_fast(calls[chooser], "7")
    await left(stack, chooser, "choose", "7")
    await over(stack, waiting["id"], "callback")
    given = await stack.database.fetch_row("select * from survey_answers where answer = 4")
    assert given is not None
    assert (given["agent"], given["queue"]) == ("mei", "loans")
    owed = await stack.database.fetch("select * from callbacks where call = $1", waiting["id"])
    assert len(owed) == 1
    for call in calls.values():
        await call.hang_up()
    for ani in calls:
        if ani != waiter:  # who is being called back
            await phase(stack, ani, "ended")
    for ani, text in ((chooser, CHOOSE), (typist, WHICH_ORDER), (talker, RATE), (waiter, PLACE), (dipper, WHICH_ORDER)):
        await stack.ears[ani].whole()
        most = 2 + (ani in (typist, dipper))  # it comes again after the answer
        assert 1 <= len(stack.ears[ani].times(text)) <= most, await told_of(stack, ani)


# ---- what is left behind ---------------------------------------------------------------------------------------------


async def test_a_pin_is_nowhere(stack: IvrStack) -> None:
    """After all that: neither in the database, nor in a file of the server's or the switch's, nor in a file's name."""
    await asyncio.sleep(1)  # what is written twice a second
    secrets = [PIN, "•".join(PIN), " ".join(PIN), ",".join(PIN), TOKEN.removeprefix("Bearer ")]
    tables = await stack.database.fetch("select tablename from pg_tables where schemaname = 'public'")
    rows, found = 0, False
    for table in tables:
        for line in await stack.database.fetch(f"select t::text as line from {table['tablename']} t"):  # noqa: S608
            rows += 1
            found |= CARD[-4:] in line["line"]
            assert not any(secret in line["line"] for secret in secrets), table["tablename"]
    assert rows > 100
    assert found, "the search finds nothing at all"
    home = stack.installation.home
    plain = 0
    for file in home.rglob("*"):
        if not file.is_file() or file.is_relative_to(home / "carrier") or file.is_relative_to(home / "postgres"):
            continue  # the public network knows what it sent
        assert PIN not in str(file.relative_to(home))
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        plain += CARD.encode() in content
        assert not any(secret.encode() in content for secret in secrets), file
    assert plain, "the search finds nothing at all"
    pressed = re.findall(r"DTMF \w+ '(.)'", stack.asterisk.log_file.read_text(encoding="utf-8", errors="replace"))
    assert PIN not in "".join(pressed)
