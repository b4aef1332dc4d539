"""IVR flows on a real switch: what callers hear and where they end up, while everything around them breaks.

Trials that do not disturb each other run at the same time, each with a test of its own that waits for it.
"""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
import pytest_asyncio
import soundfile
from playwright.async_api import Browser
from tests.contract.asterisk.test_real_media import tones
from tests.support.data_source import CARD, PIN, SLOW_S
from tests.support.demo_plan import in_text, patient_plan
from tests.support.desk import dispose, work
from tests.support.ear import Ear, type_fast
from tests.support.floor_watch import in_lines, kinds, over, phase, row, timeline, until
from tests.support.ivr_stack import BANK, GREETING, GREETING_TOO, LINE, TOKEN, TRIALS, IvrStack, ivr_stack
from tests.support.raw_sip import RawSip

from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.app.browser_agent import BrowserAgent
from tandem.cti.app.control import ask
from tandem.cti.app.demo_data import DEMO_PASSWORD
from tandem.ivr.adapters.espeak import EspeakNg
from tandem.ivr.core.speech import Prompt
from tandem.ivr.media import PromptSounds

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(240)]

CHOOSE = (
    "Good morning dear customer. Which of the many trials of this telephone system would you like to begin with today?"
)
WHICH_ORDER = "Please key in the four digits of your order."
PIECES = "The number of pieces that have left our house is"
NO_DATA = "Unfortunately our database cannot be reached."
ELSEWHERE = "This announcement stands in for another one."
VANISHES = "Sunshine and blue skies are expected in the west."
VANISHES_TOO = "Heavy rain and thunder are expected in the east."
SECOND = "Lobster and mushroom soup are on the second menu."
THIRD = "Apples and cherries are offered by the third menu."
NOBODY = "Nobody answered over there."
KEPT = "Every word has been kept."
HELLO = "Welcome to the waiting room of this company."
PLACE = "Your present place in our line is number"
EXPECTED = "We expect you to wait for so many minutes"
PROMISED = "One of our people is going to ring you."
OUTSIDE = "You have stepped out of the line. Press one to step in again."
RATE = "How many of five stars do you give us?"
THANKS = "Thank you ever so much."
FIRST, SECOND_VERSION = "Here speaks the first version of a little flow.", "Now you have to do with another edition."
RINGS = "+861065551234"
MUSIC = 0.01
"""Music on hold is louder, a line without anything is not."""

Trial = Callable[[IvrStack], Awaitable[None]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[IvrStack]:
    home = tmp_path_factory.mktemp("tandem")
    async with ivr_stack(home, changes={"ring_s": 40.0}, keep=False) as running:
        plan = patient_plan({"support": {"steps": ["product:support>=4"]}})  # nobody is: calls back wait
        plan["agents"]["mei"]["skills"]["product:loans"] = 5
        await ask(home, "routing.apply", text=in_text(plan), note="a test", by="ada")
        yield running


# ---- small things ----------------------------------------------------------------------------------------------------


async def left(stack: IvrStack, ani: str, step: str, exit_: str = "", timeout_s: float = 20) -> dict[str, Any]:
    """Wait until the newest call of this number has left the step, by this exit."""

    async def there() -> Any:
        return [visit for visit in await stack.visits(ani) if visit["step"] == step and exit_ in ("", visit["exit"])]

    try:
        found = await until(there, timeout_s)
    except AssertionError:
        call = (await row(stack, ani)).get("id", "")
        visits = "\n".join(map(str, await stack.visits(ani)))
        raise AssertionError(f"{step} was not left:\n{visits}\n{in_lines(await timeline(stack, call))}") from None
    visit: dict[str, Any] = found[-1]
    return visit


async def gone(stack: IvrStack, ani: str, outcome: str, timeout_s: float = 20) -> dict[str, Any]:
    call = await phase(stack, ani, "ended", timeout_s)
    assert call["outcome"] == outcome, in_lines(await timeline(stack, call["id"]))
    await asyncio.sleep(0.2)  # his end writes down the last of what he heard
    return call


def sound_of(stack: IvrStack, text: str) -> Path:
    sounds = PromptSounds(
        stack.installation.sounds_dir,
        recorded_dir=stack.installation.recorded_prompts_dir,
        synthesiser=EspeakNg(),
    )
    return sounds.path(Prompt("en", text))


# ---- trials that run at the same time --------------------------------------------------------------------------------


async def a_source_that_never_answers(stack: IvrStack) -> None:
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "8")
    ear = await Ear.on(stack, call)
    visit = await left(stack, ani, "silent")
    assert (visit["exit"], visit["to"]) == ("fallback", "no_data")
    assert visit["left_at"] - visit["entered_at"] < 4.5
    assert (await phase(stack, ani, "queued"))["queue"] == "operator"
    await asyncio.sleep(1.5)
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_queue")
    assert len(ear.times(NO_DATA)) == 1
    assert ear.quiet_s(1.5) < 2.5, "dead air"
    assert ear.loudness(ear.seconds - 1, ear.seconds) > MUSIC


async def a_prompt_is_gone(stack: IvrStack) -> None:
    """The fallback exit; and the file is made again, so that the next caller hears it."""
    ani = stack.number()
    lost = sound_of(stack, VANISHES)
    lost.unlink()
    call = await stack.call(TRIALS, ani, "2")
    ear = await Ear.on(stack, call)
    assert (await left(stack, ani, "with_fallback"))["exit"] == "fallback"
    await call.wait_ended()
    await gone(stack, ani, "self_served")
    await until(lambda: _is_file(lost), 30, "the prompt was not made again")
    assert (len(ear.times(ELSEWHERE)), ear.times(VANISHES)) == (1, [])
    assert ear.quiet_s(1.0) < 2.0, "dead air"
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "2")
    ear = await Ear.on(stack, call)
    await phase(stack, ani, "queued")
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_queue")
    assert (len(ear.times(VANISHES)), ear.times(ELSEWHERE)) == (1, [])


async def _is_file(file: Path) -> bool:
    return file.is_file()


async def a_prompt_is_gone_and_no_way_out(stack: IvrStack) -> None:
    sound_of(stack, VANISHES_TOO).unlink()
    await _goes_to_the_operator(stack, "3", "without_fallback")


async def a_step_raises(stack: IvrStack) -> None:
    call = await _goes_to_the_operator(stack, "4", "")
    assert "flow_raised" in await kinds(stack, call)


async def _goes_to_the_operator(stack: IvrStack, key: str, step: str) -> str:
    """... of the flow's on_error, with music, and what he pressed is known."""
    ani = stack.number()
    call = await stack.call(TRIALS, ani, key)
    ear = await Ear.on(stack, call)
    queued = await phase(stack, ani, "queued")
    assert queued["queue"] == "operator"
    if step:
        assert (await left(stack, ani, step))["exit"] == "on_error"
    await asyncio.sleep(2)
    await call.hang_up()
    ended = await gone(stack, ani, "abandoned_in_queue")
    assert ear.quiet_s(1.0) < 2.0, "dead air"
    assert ear.loudness(ear.seconds - 1, ear.seconds) > MUSIC
    return str(ended["id"])


async def a_transfer_that_nobody_answers(stack: IvrStack) -> None:
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "5")
    ear = await Ear.on(stack, call)
    assert (await left(stack, ani, "transfer"))["exit"] == "failed"
    await call.wait_ended()
    await gone(stack, ani, "self_served")
    assert len(ear.times(NOBODY)) == 1
    assert ear.quiet_s(1.0) < 2.0, "dead air"
    assert stack.carrier.talking(RINGS) == 0, "it rings on over there"


async def a_message(stack: IvrStack) -> None:
    """What the caller says is in the list, and can be played."""
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "6")
    ear = await Ear.on(stack, call)
    await asyncio.sleep(8)
    await _ends_his_message(stack, call, ear, ani)


async def _ends_his_message(stack: IvrStack, call: PlacedCall, ear: Ear, ani: str) -> None:
    id_ = (await row(stack, ani))["id"]
    await call.press("#")
    await call.wait_ended()
    await over(stack, id_, "voicemail")
    await asyncio.sleep(0.2)
    assert len(ear.times(KEPT)) == 1, in_lines(await timeline(stack, id_))
    await _message_can_be_played(stack, id_, ani)


async def _message_can_be_played(stack: IvrStack, call: str, ani: str) -> None:
    async def saved() -> Any:
        return await stack.database.fetch_row("select * from recordings where call = $1 and state = 'saved'", call)

    recording = await until(saved, why="the message was not saved")
    owed = await stack.database.fetch_row("select * from callbacks where call = $1", call)
    assert owed is not None
    assert (owed["number_e164"], owed["reason"], owed["queue"]) == (ani, "voicemail", "support")
    assert owed["done_at"] is None
    file = stack.installation.home / f"{call}-played.wav"
    async with aiohttp.ClientSession(stack.url, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await http.post("/api/login", json={"login": "sofia", "password": DEMO_PASSWORD})
        async with http.get(f"/api/recordings/{recording['id']}/audio") as answer:
            assert answer.status == 200, await answer.text()
            file.write_bytes(await answer.read())
    sound, rate = soundfile.read(file, always_2d=True)
    assert len(sound) / rate > 2
    assert np.sqrt(np.mean(sound**2, axis=0)).max() > MUSIC, "nothing is to be heard"


async def who_knows_the_menus_types_ahead(stack: IvrStack) -> None:
    """Through three menus and a question, without a pause, while the first prompt is said."""
    ani = stack.number()
    call = await stack.call(TRIALS, ani)
    ear = await Ear.on(stack, call)
    await asyncio.sleep(1)
    await type_fast(call, "7564242#")
    visit = await left(stack, ani, "code")
    assert (visit["exit"], visit["heard"]) == ("goto", '["digits 4242"]')
    await call.wait_ended()
    await gone(stack, ani, "self_served")
    assert (ear.times(SECOND), ear.times(THIRD), ear.times(WHICH_ORDER)) == ([], [], [])


async def a_flood_of_keys(stack: IvrStack) -> None:
    """200 keys in two seconds: they come to an end, and so does the flow; the others are served meanwhile."""
    ani = stack.number()
    hostile = await RawSip.open(stack.installation.settings.sip_port)
    with closing(hostile), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp:
        rtp.bind(("127.0.0.1", 0))
        hostile.rtp_port = rtp.getsockname()[1]
        await stack.trust(hostile.port)
        target = f"sip:{TRIALS}@127.0.0.1:{stack.installation.settings.sip_port}"
        assert await hostile.invite(target, f"<sip:{ani}@127.0.0.1>") == "SIP/2.0 200 OK"
        port = int((re.search(r"m=audio (\d+)", hostile.answer) or ["", "0"])[1])
        await asyncio.sleep(0.5)
        for number in range(200):
            for packet in tones(number, 9):
                rtp.sendto(packet, ("127.0.0.1", port))
            await asyncio.sleep(0.01)
        queued = await phase(stack, ani, "queued", 30)
        assert queued["queue"] == "operator"
        assert len(await stack.visits(ani)) < 10
        await hostile.bye()
    await gone(stack, ani, "abandoned_in_queue")


async def the_line_and_a_call_back(stack: IvrStack) -> None:
    ani = stack.number()
    call = await stack.call(LINE, ani)
    ear = await Ear.on(stack, call)
    await left(stack, ani, "takes")
    await asyncio.sleep(3)
    waiting = await phase(stack, ani, "queued")
    assert waiting["queue"] == "loans"
    await call.press("1")
    await call.wait_ended()
    await over(stack, waiting["id"], "callback")
    await asyncio.sleep(0.2)
    owed = await stack.database.fetch_row("select * from callbacks where call = $1", waiting["id"])
    assert owed is not None, in_lines(await timeline(stack, waiting["id"]))
    assert (owed["number_e164"], owed["queue"], owed["done_at"]) == (ani, "support", None)
    assert [len(ear.times(text)) for text in (HELLO, PLACE, EXPECTED, PROMISED)] == [1, 1, 1, 1]
    assert ear.times(PLACE) < ear.times(EXPECTED) < ear.times(PROMISED)
    assert ear.loudness(ear.times(PROMISED)[0] - 3, ear.times(PROMISED)[0] - 1.5) > MUSIC
    assert ear.quiet_s() < 2.0, "dead air"


async def the_line_and_a_message(stack: IvrStack) -> None:
    ani = stack.number()
    call = await stack.call(LINE, ani)
    ear = await Ear.on(stack, call)
    await left(stack, ani, "takes")
    await asyncio.sleep(1)
    await call.press("2")
    await asyncio.sleep(6)
    await _ends_his_message(stack, call, ear, ani)


async def out_of_the_line_and_back(stack: IvrStack) -> None:
    ani = stack.number()
    call = await stack.call(LINE, ani)
    ear = await Ear.on(stack, call)
    await left(stack, ani, "takes")
    first = await phase(stack, ani, "queued")
    await asyncio.sleep(1)
    await call.press("3")
    await left(stack, ani, "leave")
    assert (await phase(stack, ani, "ivr"))["id"] == first["id"]
    await asyncio.sleep(2.5)
    await call.press("1")
    again = await phase(stack, ani, "queued")
    assert again["queued_at"] == first["queued_at"], "his place is lost"
    await asyncio.sleep(4)
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_queue")
    assert (len(ear.times(OUTSIDE)), len(ear.times(PLACE))) == (1, 2)
    assert ear.quiet_s() < 2.0, "dead air"


async def the_source_is_killed(stack: IvrStack) -> None:
    """While it works on an answer; and nobody is there for the next caller; and it comes back for a third."""
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "19876")
    ear = await Ear.on(stack, call)
    await until(lambda: _was_asked(stack, "9876"))
    await stack.source.kill()
    visit = await left(stack, ani, "look_up")
    assert visit["exit"] == "fallback"
    assert visit["left_at"] - visit["entered_at"] < SLOW_S
    await phase(stack, ani, "queued")
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_queue")
    assert len(ear.times(NO_DATA)) == 1
    assert ear.quiet_s(1.0) < 2.0, "dead air"
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "11234")
    visit = await left(stack, ani, "look_up")
    assert (visit["exit"], visit["left_at"] - visit["entered_at"] < 1) == ("fallback", True)
    await call.hang_up()
    await stack.source.start()
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "11234")
    ear = await Ear.on(stack, call)
    assert (await left(stack, ani, "look_up"))["exit"] == "goto"
    await left(stack, ani, "pieces")
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_ivr")
    assert len(ear.times(PIECES)) == 1


async def _was_asked(stack: IvrStack, order: str) -> bool:
    return {"order": order} in await stack.source.asked()


def _edition(stack: IvrStack, says: str, name: str) -> str:
    """A file of the flow greeting that begins with these words."""
    text = (stack.installation.home / "flows/greeting.yaml").read_text(encoding="utf-8")
    file = stack.installation.home / "flows" / f"{name}.yaml"
    assert FIRST in text
    file.write_text(text.replace(FIRST, says), encoding="utf-8")
    return str(file)


async def versions_by_the_command_line(stack: IvrStack) -> None:
    """A call stays on its version; shares, numbers, steps back; what is broken does not go live."""
    ani = stack.number()
    tandem = stack.command
    assert "Version 1 of greeting is live." in await tandem("ivr", "versions", "greeting")
    saved = await tandem("ivr", "draft", _edition(stack, SECOND_VERSION, "second"), "--note", "friendlier")
    assert "Version 2 of greeting is saved" in saved
    first = await stack.call(GREETING, ani)
    await left(stack, ani, "begin")
    assert "Version 2 of greeting is live." in await tandem("ivr", "live", "greeting", "2")
    await first.press("123")
    assert (await left(stack, ani, "ask"))["heard"] == '["digits 123"]'
    await gone(stack, ani, "self_served")
    assert {visit["version"] for visit in await stack.visits(ani)} == {1}
    await _greeted(stack, GREETING, 2, SECOND_VERSION)

    assert "Version 3" in await tandem("ivr", "draft", _edition(stack, "Number three.", "third"))
    text = await tandem("ivr", "canary", "greeting", "3", "--number", GREETING_TOO)
    assert f"all calls to {GREETING_TOO}" in text
    await _greeted(stack, GREETING_TOO, 3)
    await _greeted(stack, GREETING, 2)
    assert "100% of the calls" in await tandem("ivr", "canary", "greeting", "3", "--share", "100%")
    await _greeted(stack, GREETING, 3)
    assert "Version 2 of greeting is live." in await tandem("ivr", "rollback", "greeting")
    await _greeted(stack, GREETING_TOO, 2)
    assert "Version 1 of greeting is live." in await tandem("ivr", "rollback", "greeting")

    text = Path(_edition(stack, "Broken.", "broken")).read_text(encoding="utf-8")
    broken = stack.installation.home / "flows/broken.yaml"
    broken.write_text(text.replace("goto: bye}", "goto: nowhere}"), encoding="utf-8")
    assert "Version 4 of greeting is saved, with" in await tandem("ivr", "draft", str(broken), code=1)
    assert "version 4 has errors" in await tandem("ivr", "live", "greeting", "4", code=1)
    assert "greeting is live" not in await tandem("ivr", "canary", "greeting", "4", "--share", "10%", code=1)
    assert "Version 1 of greeting is live." in await tandem("ivr", "versions", "greeting")
    await _greeted(stack, GREETING, 1, FIRST)

    numbers = await tandem("ivr", "numbers", "greeting", "--calls", "last-1d")
    assert re.search(r"^begin +7 ", numbers, re.MULTILINE), numbers
    replayed = await tandem("ivr", "replay", "greeting", "--version", "2", "--calls", "last-1d")
    assert re.search(r"greeting, 7 calls since .* against version 2", replayed), replayed
    assert "the same end: 7; another: 0" in replayed


async def _greeted(stack: IvrStack, dnis: str, version: int, says: str = "") -> None:
    ani = stack.number()
    call = await stack.call(dnis, ani)
    ear = await Ear.on(stack, call) if says else None
    assert (await left(stack, ani, "begin"))["version"] == version
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_ivr")
    assert ear is None or len(ear.times(says)) == 1


TRIALS_AT_ONCE: dict[str, Trial] = {
    trial.__name__: trial
    for trial in (
        versions_by_the_command_line,
        a_source_that_never_answers,
        a_prompt_is_gone,
        a_prompt_is_gone_and_no_way_out,
        a_step_raises,
        a_transfer_that_nobody_answers,
        a_message,
        who_knows_the_menus_types_ahead,
        a_flood_of_keys,
        the_line_and_a_call_back,
        the_line_and_a_message,
        out_of_the_line_and_back,
        the_source_is_killed,
    )
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def at_once(stack: IvrStack) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    origin = time.monotonic()

    async def begin(trial: Trial, number: int) -> None:
        await asyncio.sleep(number * 0.3)  # or all of them listen to the same moment, with two cores
        began = time.monotonic()
        await trial(stack)
        print(trial.__name__, f"{began - origin:.1f} {time.monotonic() - began:.1f} s")

    tasks = {
        name: asyncio.create_task(begin(trial, number)) for number, (name, trial) in enumerate(TRIALS_AT_ONCE.items())
    }
    await asyncio.wait(tasks.values(), timeout=150)
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
    ear = await Ear.on(stack, call)
    await type_fast(call, f"21{CARD}#")
    await left(stack, ani, "identify/ask_card")
    await type_fast(call, PIN)
    await left(stack, ani, "look_up_balance")
    await asyncio.sleep(6)
    await type_fast(call, "0")
    await phase(stack, ani, "offered")
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
    assert len(ear.times("Your available balance is")) == 1


async def test_a_question_after_the_talk(stack: IvrStack, mei: BrowserAgent) -> None:
    ani = stack.number()
    await work(mei)
    call = await stack.call(LINE, ani)
    ear = await Ear.on(stack, call)
    await mei.answer()
    await asyncio.sleep(1)
    await mei.at("hang-up").click()
    await mei.state("working_after_call", 2)
    asked = await phase(stack, ani, "survey", 3)
    await asyncio.sleep(3)
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
    first = await left(stack, ani, "rate")
    assert abs(wrap_up["at"] - first["entered_at"]) < 0.5
    assert (len(ear.times(RATE)), len(ear.times(THANKS))) == (1, 1)
    await dispose(mei, "advice", "", save="save-not-ready")


# ---- the server is killed --------------------------------------------------------------------------------------------


async def test_the_server_is_killed_in_the_middle(stack: IvrStack, mei: BrowserAgent) -> None:
    """Of a menu, of typing, of a data dip, of the way through a line, of a question after the talk."""
    chooser, typist, dipper, waiter, talker, greeted = (stack.number() for _ in range(6))
    calls, ears = {}, {}

    async def begin(ani: str, dnis: str, keys: str = "") -> None:
        calls[ani] = await stack.call(dnis, ani, keys)
        ears[ani] = await Ear.on(stack, calls[ani])

    await work(mei)
    await begin(talker, LINE)
    await mei.answer()
    await asyncio.gather(begin(typist, TRIALS, "1"), begin(waiter, LINE), begin(greeted, GREETING))
    await left(stack, waiter, "takes")
    was = (await left(stack, greeted, "begin"))["version"]
    saved = await stack.command("ivr", "draft", _edition(stack, "One more.", "another"))
    await stack.command("ivr", "live", "greeting", saved.split()[1])
    waiting = await phase(stack, waiter, "queued")
    await begin(dipper, TRIALS)
    await begin(chooser, TRIALS)
    await mei.at("hang-up").click()
    await phase(stack, talker, "survey")
    await type_fast(calls[dipper], "19876")
    await until(lambda: _was_asked(stack, "9876"))
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
    await asyncio.sleep(2)
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
    await asyncio.sleep(0.2)
    for ani, text in ((chooser, CHOOSE), (typist, WHICH_ORDER), (talker, RATE), (waiter, PLACE), (dipper, WHICH_ORDER)):
        heard = ears[ani].times(text)
        print(text, heard)
        assert 1 <= len(heard) <= 2 + (ani in (typist, dipper)), f"{text}: {heard}"  # it comes again after the answer


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
