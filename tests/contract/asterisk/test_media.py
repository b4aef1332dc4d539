"""Prompts, digits and music: one suite, run on the fake and on a real Asterisk."""

from __future__ import annotations

import asyncio

import pytest
from tests.contract.asterisk.asked import play, ring
from tests.contract.asterisk.rig import Rig, caller_waits

from tandem.cti.model.errors import InvalidField
from tandem.cti.model.events import Joined, MediaEnded, RouteRequested
from tandem.cti.model.ids import Token
from tandem.cti.model.requests import Collect, Join, Music, Play, StartMusic
from tandem.cti.model.tone import TONE

pytestmark = pytest.mark.asyncio(loop_scope="package")


def question(
    at: RouteRequested,
    *prompts: str,
    tag: str,
    digits: int = 4,
    terminator: str = "#",
    timeout_s: float = 60.0,
    digit_timeout_s: float = 60.0,
    sensitive: bool = False,
    flush: bool = False,
) -> Collect:
    return Collect(
        call=at.call,
        connection=at.connection,
        prompts=prompts,
        max_digits=digits,
        timeout_s=timeout_s,
        token=Token(tag),
        digit_timeout_s=digit_timeout_s,
        terminator=terminator,
        sensitive=sensitive,
        flush=flush,
    )


def bargeable(at: RouteRequested, *prompts: str, tag: str = "t") -> Play:
    return Play(call=at.call, connection=at.connection, prompts=prompts, token=Token(tag), barge_in=True)


def music(at: RouteRequested, *, tag: str, seconds: float = 30, keys: str = "12") -> Music:
    return Music(call=at.call, connection=at.connection, seconds=seconds, keys=keys, token=Token(tag))


async def ended(rig: Rig, tag: str, timeout_s: float = 20.0) -> MediaEnded:
    """At the latest long before ``rig.long``, music, or a question that waits for a key would be over by themselves."""
    return await rig.heard.wait(MediaEnded, token=tag, timeout_s=timeout_s)


# -- typed ahead


async def test_what_is_typed_while_nothing_asks_answers_what_comes_next(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await caller.press("1234#5")
    await asyncio.sleep(0.2)
    await rig.switch.request(question(at, rig.long, tag="a", digits=1))
    await rig.switch.request(question(at, rig.long, tag="b"))
    await rig.switch.request(question(at, rig.long, tag="c", digits=2))
    assert (await ended(rig, "a")).digits == "1"
    assert (await ended(rig, "b")).digits == "234"
    await caller.press("6")
    assert (await ended(rig, "c")).digits == "56"


async def test_what_is_typed_during_a_prompt_that_goes_on_is_kept(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await rig.switch.request(play(at, rig.good, rig.good, tag="p"))
    await caller.press("78")
    assert (await ended(rig, "p")).digits == ""
    await asyncio.sleep(0.3)
    await rig.switch.request(question(at, rig.long, tag="a", digits=2))
    assert (await ended(rig, "a")).digits == "78"


async def test_a_key_stops_a_prompt_that_may_be_stopped_and_is_kept(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await rig.switch.request(bargeable(at, rig.long, rig.long, tag="p"))
    await asyncio.sleep(0.2)
    await caller.press("3")
    stopped = await ended(rig, "p")
    assert (stopped.ok, stopped.digits) == (True, "")
    await rig.switch.request(bargeable(at, rig.long, tag="q"))
    await ended(rig, "q")
    await rig.switch.request(question(at, rig.long, tag="a", digits=1))
    assert (await ended(rig, "a")).digits == "3"
    await rig.switch.request(bargeable(at, rig.good, tag="r"))
    assert (await ended(rig, "r")).ok


async def test_flush_wants_fresh_keys(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await caller.press("1")
    await asyncio.sleep(0.2)
    await rig.switch.request(question(at, rig.long, tag="a", digits=1, flush=True))
    await asyncio.sleep(0.2)
    assert not rig.heard.all(MediaEnded)
    await caller.press("2")
    assert (await ended(rig, "a")).digits == "2"


@pytest.mark.parametrize(
    ("terminator", "keys", "digits"), [("#", "12#", "12"), ("*", "1#*", "1#"), ("*", "*", "*"), ("", "1#*2", "1#*2")]
)
async def test_the_terminator(rig: Rig, terminator: str, keys: str, digits: str) -> None:
    caller, at = await caller_waits(rig)
    await rig.switch.request(question(at, rig.long, tag="a", terminator=terminator))
    await asyncio.sleep(0.2)
    await caller.press(keys)
    assert (await ended(rig, "a")).digits == digits


async def test_silence_before_and_after_the_first_digit_are_two_things(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await rig.switch.request(question(at, tag="a", timeout_s=60, digit_timeout_s=0.5))
    await asyncio.sleep(1)
    await caller.press("7")
    assert (await ended(rig, "a")).digits == "7"
    await rig.switch.request(question(at, tag="b", timeout_s=0.5, digit_timeout_s=60))
    assert (await ended(rig, "b")).digits == ""


async def test_a_long_number(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    keys = "12345678901234567890"
    await rig.switch.request(question(at, rig.good, tag="a", digits=64))
    await asyncio.sleep(0.2)
    await caller.press(f"{keys}#")
    assert (await ended(rig, "a")).digits == keys


async def test_a_prompt_that_is_not_there_is_told_at_once(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    for number, prompts in enumerate(
        ((rig.missing,), (rig.long, rig.missing), (rig.missing, rig.long), (rig.long, rig.missing, rig.long))
    ):
        for request in (
            play(at, *prompts, tag=f"p{number}"),
            bargeable(at, *prompts, tag=f"b{number}"),
            question(at, *prompts, tag=f"c{number}"),
            question(at, *prompts, tag=f"s{number}", sensitive=True),
        ):
            await rig.switch.request(request)
            assert not (await ended(rig, request.token)).ok


# -- music


async def test_a_key_ends_music_at_once(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await rig.switch.request(music(at, tag="m"))
    await rig.switch.request(StartMusic(call=at.call, connection=at.connection))
    await asyncio.sleep(0.2)
    await caller.press("92")
    assert (await ended(rig, "m")).digits == "2"
    await rig.switch.request(music(at, tag="n", seconds=0.5))
    assert (await ended(rig, "n")).digits == ""
    await rig.switch.request(music(at, tag="o"))
    await rig.switch.request(play(at, rig.good, tag="p"))
    await ended(rig, "o")
    await ended(rig, "p")


async def test_a_join_ends_music(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    request = ring(at)
    await rig.switch.request(request)
    await rig.heard.wait(RouteRequested, connection=request.connection)
    await rig.switch.request(music(at, tag="m", seconds=2.0))
    await rig.switch.request(Join(call=at.call, connection=at.connection, other=request.connection))
    await rig.heard.wait(Joined, connection=at.connection)
    assert [(each.token, each.ok) for each in rig.heard.all(MediaEnded)] == [("m", False)]
    await caller.press("1")
    await asyncio.sleep(2.0)
    assert len(rig.heard.all(MediaEnded)) == 1


# -- secrets


async def test_a_secret_goes_to_the_vault(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await rig.switch.request(question(at, rig.long, tag="s", sensitive=True))
    await asyncio.sleep(0.2)
    await caller.press("492977")
    told = await ended(rig, "s")
    assert (told.ok, told.digits, told.secret_length) == (True, "", 4)
    assert rig.vault.get(told.secret) == "4929"
    await rig.switch.request(question(at, rig.good, tag="a", timeout_s=0.5))
    assert (await ended(rig, "a")).digits == ""
    await rig.switch.request(question(at, rig.good, tag="t", sensitive=True, timeout_s=3.0, digit_timeout_s=3.0))
    await caller.press("12")
    assert rig.vault.get((await ended(rig, "t")).secret) == "12"
    rig.vault.forget(at.call)
    assert len(rig.vault) == 0


async def test_a_secret_that_was_asked_for_is_asked_for_again_by_a_successor(rig: Rig) -> None:
    caller, at = await caller_waits(rig)
    await rig.switch.request(question(at, rig.good, tag="s", sensitive=True))
    await asyncio.sleep(0.2)
    await caller.press("49")
    await rig.controller_dies()
    await caller.press("77")
    await rig.controller_returns()
    await rig.switch.request(question(at, rig.good, tag="s", sensitive=True))
    await asyncio.sleep(0.3)
    await caller.press("1234")
    assert rig.vault.get((await ended(rig, "s")).secret) == "1234"


# -- the tone, and what is refused


async def test_the_tone_is_there(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    await rig.switch.request(play(at, rig.good, TONE, tag="t"))
    assert (await ended(rig, "t")).ok


async def test_what_cannot_be_asked(rig: Rig) -> None:
    _, at = await caller_waits(rig)
    for request in (
        music(at, tag="m", keys="A"),
        music(at, tag="m", seconds=0),
        question(at, tag="q", terminator="1"),
        question(at, tag="q", digits=65),
    ):
        with pytest.raises(InvalidField):
            await rig.switch.request(request)
