"""Trials of IVR flows that do not disturb each other: ``test_ivr`` runs them at the same time."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import soundfile
from tests.contract.asterisk.test_real_media import tones
from tests.support.data_source import SLOW_S
from tests.support.ear import Ear, type_fast
from tests.support.floor_watch import PATIENCE_S, has, in_lines, kinds, over, phase, row, timeline, until
from tests.support.ivr_stack import GREETING, GREETING_TOO, LINE, TRIALS, IvrStack
from tests.support.raw_sip import RawSip

from tandem.cti.adapters.asterisk.carrier import PlacedCall
from tandem.cti.app.demo_data import DEMO_PASSWORD
from tandem.ivr.adapters.espeak import EspeakNg
from tandem.ivr.core.speech import Prompt
from tandem.ivr.media import PromptSounds

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
BALANCE = "Your available balance is"
RATE = "How many of five stars do you give us?"
THANKS = "Thank you ever so much."
FIRST, SECOND_VERSION = "Here speaks the first version of a little flow.", "Now you have to do with another edition."
RINGS = "+861065551234"
WORDS = (
    *(CHOOSE, WHICH_ORDER, PIECES, NO_DATA, ELSEWHERE, VANISHES, VANISHES_TOO, SECOND, THIRD, NOBODY, KEPT, HELLO),
    *(PLACE, EXPECTED, PROMISED, OUTSIDE, BALANCE, RATE, THANKS, FIRST, SECOND_VERSION),
)
MUSIC = 0.002
"""Music on hold is louder, a line without anything is not."""
SILENT_S = 6.0
"""How long the flow waits for the source that never answers."""
HELD_UP_S = 0.5
"""From one key to the next: who takes longer may hear the beginning of a prompt."""
SAID_S = 3.0
"""How long a message is at least."""
DEAD_AIR_S = 4.0
"""What is meant is 2 s, but not that a busy machine gets from one prompt to the next in that time; waits that could be
silent by mistake are longer in these trials."""

Trial = Callable[[IvrStack], Awaitable[None]]


# ---- small things ----------------------------------------------------------------------------------------------------


async def left(stack: IvrStack, ani: str, step: str, exit_: str = "", timeout_s: float = PATIENCE_S) -> dict[str, Any]:
    """Wait until the newest call of this number has left the step, by this exit."""

    async def there() -> Any:
        return [visit for visit in await stack.visits(ani) if visit["step"] == step and exit_ in ("", visit["exit"])]

    try:
        found = await until(there, timeout_s)
    except AssertionError:
        raise AssertionError(f"{step} was not left within {timeout_s:g} s; {await told_of(stack, ani)}") from None
    visit: dict[str, Any] = found[-1]
    return visit


async def gone(stack: IvrStack, ani: str, outcome: str, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
    """Wait until his call is over, and all that he heard is written down."""
    call = await phase(stack, ani, "ended", timeout_s)
    assert call["outcome"] == outcome, f"ended as {call['outcome']}:\n{in_lines(await timeline(stack, call['id']))}"
    if ani in stack.ears:
        await stack.ears[ani].whole()
    return call


async def told_of(stack: IvrStack, ani: str) -> str:
    """What there is to know of a caller when a trial has failed."""
    visits = ", ".join(f"{visit['step']} by {visit['exit'] or '-'}" for visit in await stack.visits(ani))
    call = await row(stack, ani)
    lines = in_lines(await timeline(stack, call["id"])) if call else "no call"
    heard = stack.ears[ani].account(*WORDS) if ani in stack.ears else ""
    return f"{ani} {call.get('phase')}: {visits}; {heard}\n{lines}"


def said_once(ear: Ear, *texts: str) -> None:
    said_times(ear, dict.fromkeys(texts, 1))


def said_times(ear: Ear, times: Mapping[str, int]) -> None:
    """Each of these so often. Raises AssertionError with all that was heard."""
    found = {text: len(ear.times(text)) for text in times}
    assert found == times, f"{found}; {ear.account(*WORDS)}"


def no_dead_air(ear: Ear, begin_s: float = 0.0) -> None:
    assert ear.quiet_s(begin_s) < DEAD_AIR_S, f"dead air; {ear.account(*WORDS)}"


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
    ear = stack.ear(call)
    visit = await left(stack, ani, "silent")
    assert (visit["exit"], visit["to"]) == ("fallback", "no_data")
    assert visit["left_at"] - visit["entered_at"] < 3 * SILENT_S, "the step has a time limit"
    assert (await phase(stack, ani, "queued"))["queue"] == "operator"
    await ear.more(2)
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_queue")
    said_once(ear, NO_DATA)
    no_dead_air(ear)
    _music_at_the_end(ear)


async def a_prompt_is_gone(stack: IvrStack) -> None:
    """The fallback exit; and the file is made again, so that the next caller hears it."""
    ani = stack.number()
    lost = sound_of(stack, VANISHES)
    lost.unlink()
    call = await stack.call(TRIALS, ani, "2")
    ear = stack.ear(call)
    assert (await left(stack, ani, "with_fallback"))["exit"] == "fallback"
    await call.wait_ended()
    await gone(stack, ani, "self_served")
    await until(lambda: _is_file(lost), why="the prompt was not made again")
    said_times(ear, {ELSEWHERE: 1, VANISHES: 0})
    no_dead_air(ear)
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "2")
    ear = stack.ear(call)
    await phase(stack, ani, "queued")
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_queue")
    said_times(ear, {VANISHES: 1, ELSEWHERE: 0})


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
    ear = stack.ear(call)
    queued = await phase(stack, ani, "queued")
    assert queued["queue"] == "operator"
    if step:
        assert (await left(stack, ani, step))["exit"] == "on_error"
    await ear.more(2.5)
    await call.hang_up()
    ended = await gone(stack, ani, "abandoned_in_queue")
    no_dead_air(ear)
    _music_at_the_end(ear)
    return str(ended["id"])


def _music_at_the_end(ear: Ear) -> None:
    loudness = ear.loudness(ear.seconds - 1, ear.seconds)
    assert loudness > MUSIC, f"no music at the end, {loudness:.5f}; {ear.account(*WORDS)}"


async def a_transfer_that_nobody_answers(stack: IvrStack) -> None:
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "5")
    ear = stack.ear(call)
    assert (await left(stack, ani, "transfer"))["exit"] == "failed"
    await call.wait_ended()
    await gone(stack, ani, "self_served")
    said_once(ear, NOBODY)
    no_dead_air(ear)
    assert stack.carrier.talking(RINGS) == 0, "it rings on over there"


async def a_message(stack: IvrStack) -> None:
    """What the caller says is in the list, and can be played."""
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "6")
    ear = stack.ear(call)
    await _says_a_message(stack, call, ear, ani)


async def _says_a_message(stack: IvrStack, call: PlacedCall, ear: Ear, ani: str) -> None:
    """Once he has been asked for it."""
    id_ = (await until(lambda: row(stack, ani)))["id"]
    await has(stack, id_, "message")
    await ear.more(SAID_S + 0.5)
    await call.press("#")
    await call.wait_ended()
    await over(stack, id_, "voicemail")
    await ear.whole()
    said_once(ear, KEPT)
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
    told = in_lines(await timeline(stack, call))
    assert len(sound) / rate > SAID_S, f"only {len(sound) / rate:.1f} s:\n{told}"
    assert np.sqrt(np.mean(sound**2, axis=0)).max() > MUSIC, f"nothing is to be heard:\n{told}"


async def who_knows_the_menus_types_ahead(stack: IvrStack) -> None:
    """Through three menus and a question, without a pause, while the first prompt is said. Who was held up by a busy
    machine hears what he did not type ahead, and tries again."""
    for _ in range(10):
        ani = stack.number()
        call = await stack.call(TRIALS, ani)
        await asyncio.sleep(1)
        longest_s = await type_fast(call, "7564242#")
        visit = await left(stack, ani, "code")
        assert (visit["exit"], visit["heard"]) == ("goto", '["digits 4242"]')
        await call.wait_ended()
        await gone(stack, ani, "self_served")
        if longest_s < HELD_UP_S:
            break
    assert longest_s < HELD_UP_S, "no caller came to type without a pause"
    said_times(stack.ear(call), {SECOND: 0, THIRD: 0, WHICH_ORDER: 0})


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
    ear = stack.ear(call)
    await left(stack, ani, "takes")
    await ear.more(4)  # music
    waiting = await phase(stack, ani, "queued")
    assert waiting["queue"] == "loans"
    await call.press("1")
    await call.wait_ended()
    await over(stack, waiting["id"], "callback")
    await ear.whole()
    owed = await stack.database.fetch_row("select * from callbacks where call = $1", waiting["id"])
    assert owed is not None, in_lines(await timeline(stack, waiting["id"]))
    assert (owed["number_e164"], owed["queue"], owed["done_at"]) == (ani, "support", None)
    said_once(ear, HELLO, PLACE, EXPECTED, PROMISED)
    (place,), (expected,), (promised,) = map(ear.times, (PLACE, EXPECTED, PROMISED))
    assert place < expected < promised, ear.account(*WORDS)
    loudness = ear.loudness(promised - 3, promised - 1.5)
    assert loudness > MUSIC, f"no music before the promise, {loudness:.5f}; {ear.account(*WORDS)}"
    no_dead_air(ear)


async def the_line_and_a_message(stack: IvrStack) -> None:
    ani = stack.number()
    call = await stack.call(LINE, ani)
    ear = stack.ear(call)
    await left(stack, ani, "takes")
    await ear.more(1)
    await call.press("2")
    await _says_a_message(stack, call, ear, ani)


async def out_of_the_line_and_back(stack: IvrStack) -> None:
    ani = stack.number()
    call = await stack.call(LINE, ani)
    ear = stack.ear(call)
    await left(stack, ani, "takes")
    first = await phase(stack, ani, "queued")
    await ear.more(1)
    await call.press("3")
    await left(stack, ani, "leave")
    assert (await phase(stack, ani, "ivr"))["id"] == first["id"]
    await ear.hears(OUTSIDE)
    await call.press("1")
    again = await phase(stack, ani, "queued")
    assert again["queued_at"] == first["queued_at"], "his place is lost"
    await ear.hears(PLACE, 2)
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_queue")
    said_times(ear, {OUTSIDE: 1, PLACE: 2})
    no_dead_air(ear)


async def the_source_is_killed(stack: IvrStack) -> None:
    """While it works on an answer; and nobody is there for the next caller; and it comes back for a third."""
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "19876")
    ear = stack.ear(call)
    await until(lambda: was_asked(stack, "9876"))
    await stack.source.kill()
    visit = await left(stack, ani, "look_up")
    assert visit["exit"] == "fallback"
    assert visit["left_at"] - visit["entered_at"] < SLOW_S, "that it was killed was not noticed"
    await phase(stack, ani, "queued")
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_queue")
    said_once(ear, NO_DATA)
    no_dead_air(ear)
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "11234")
    visit = await left(stack, ani, "look_up")
    assert visit["exit"] == "fallback"
    assert visit["left_at"] - visit["entered_at"] < SLOW_S, "nobody is there, and it was waited for"
    await call.hang_up()
    await stack.source.start()
    ani = stack.number()
    call = await stack.call(TRIALS, ani, "11234")
    ear = stack.ear(call)
    assert (await left(stack, ani, "look_up"))["exit"] == "goto"
    await left(stack, ani, "pieces")
    await call.hang_up()
    await gone(stack, ani, "abandoned_in_ivr")
    said_once(ear, PIECES)


async def was_asked(stack: IvrStack, order: str) -> bool:
    return {"order": order} in await stack.source.asked()


def edition(stack: IvrStack, says: str, name: str) -> str:
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
    saved = await tandem("ivr", "draft", edition(stack, SECOND_VERSION, "second"), "--note", "friendlier")
    assert "Version 2 of greeting is saved" in saved
    first = await stack.call(GREETING, ani)
    await left(stack, ani, "begin")
    assert "Version 2 of greeting is live." in await tandem("ivr", "live", "greeting", "2")
    await first.press("123")
    assert (await left(stack, ani, "ask"))["heard"] == '["digits 123"]'
    await gone(stack, ani, "self_served")
    assert {visit["version"] for visit in await stack.visits(ani)} == {1}
    await _greeted(stack, GREETING, 2, SECOND_VERSION)

    assert "Version 3" in await tandem("ivr", "draft", edition(stack, "Number three.", "third"))
    text = await tandem("ivr", "canary", "greeting", "3", "--number", GREETING_TOO)
    assert f"all calls to {GREETING_TOO}" in text
    await _greeted(stack, GREETING_TOO, 3)
    await _greeted(stack, GREETING, 2)
    assert "100% of the calls" in await tandem("ivr", "canary", "greeting", "3", "--share", "100%")
    await _greeted(stack, GREETING, 3)
    assert "Version 2 of greeting is live." in await tandem("ivr", "rollback", "greeting")
    await _greeted(stack, GREETING_TOO, 2)
    assert "Version 1 of greeting is live." in await tandem("ivr", "rollback", "greeting")

    text = Path(edition(stack, "Broken.", "broken")).read_text(encoding="utf-8")
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
    ear = stack.ear(call) if says else None
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
