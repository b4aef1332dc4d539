"""One request at a time for each leg, and nothing left behind in Asterisk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tandem.cti.adapters.asterisk.lanes import MOST_WAITING, NOOP, Lane, Work, work_for
from tandem.cti.model.errors import InvalidField, LimitReached
from tandem.cti.model.ids import CallId, ConnectionId, Token
from tandem.cti.model.requests import Collect, Play, StartMusic

CALL, LEG = CallId("call"), ConnectionId("leg")


def play(token: str, *prompts: str) -> Work:
    return work_for(Play(call=CALL, connection=LEG, prompts=prompts or ("a",), token=Token(token)), "default")


def collect(token: str, *, prompts: tuple[str, ...] = ("a", "b/c"), digits: int = 2, timeout_s: float = 3.5) -> Work:
    request = Collect(
        call=CALL, connection=LEG, prompts=prompts, max_digits=digits, timeout_s=timeout_s, token=Token(token)
    )
    return work_for(request, "default")


def test_commands() -> None:
    assert play("t", "a", "b").commands == (
        "SET VARIABLE TANDEM_ASKED t",
        "EXEC Playback a&b",
        "GET FULL VARIABLE ${PLAYBACKSTATUS},",
    )
    assert collect("t").commands == (
        "SET VARIABLE TANDEM_ASKED t",
        "EXEC Read TANDEM_DIGITS,a&b/c,2,e,1,3.500",
        "GET FULL VARIABLE ${READSTATUS},${TANDEM_DIGITS}",
    )
    assert collect("t", prompts=()).commands[1] == "EXEC Read TANDEM_DIGITS,,2,e,1,3.500"
    music = work_for(StartMusic(call=CALL, connection=LEG), "default")
    assert music == Work(("SET MUSIC ON default",))


@pytest.mark.parametrize("prompt", ["a&b", "a,b", "${X}", "../x", "a b", "", "a\nb", "x" * 201, "http://x/y"])
def test_a_prompt_is_a_plain_name(prompt: str) -> None:
    with pytest.raises(InvalidField):
        play("t", prompt)


def test_bounds() -> None:
    refusals: tuple[Callable[[], Work], ...] = (
        lambda: play("t", *["p" * 100] * 10),
        lambda: play("a b"),
        lambda: collect("t", digits=0),
        lambda: collect("t", digits=65),
        lambda: collect("t", timeout_s=0),
        lambda: collect("t", timeout_s=float("nan")),
        lambda: work_for(Play(call=CALL, connection=LEG, prompts=(), token=Token("t")), "default"),
    )
    for refused in refusals:
        with pytest.raises(InvalidField):
            refused()


def test_one_at_a_time_and_in_order() -> None:
    lane = Lane(CALL, LEG, "k")
    first = lane.add(play("one"))
    assert [command.command_id for command in first] == ["k.1", "k.2", "k.3"]
    assert lane.add(play("two")) == ()
    assert lane.unsettled
    assert lane.executed("k.1", "200%20result%3D0%0A") == (None, ())
    assert not lane.unsettled
    assert lane.executed("k.2", "200%20result%3D0%0A") == (None, ())
    ended, following = lane.executed("k.3", "200%20result%3D1%20(SUCCESS%2C)%0A")
    assert ended
    assert (ended.token, ended.ok, ended.connection) == ("one", True, LEG)
    assert [command.command_id for command in following] == ["k.4", "k.5", "k.6"]
    assert lane.executed("k.3", "again") == (None, ())
    ended, following = lane.executed("k.6", "200%20result%3D1%20(FAILED%2C)%0A")
    assert ended
    assert (ended.token, ended.ok, following) == ("two", False, ())


@pytest.mark.parametrize(
    ("result", "ok", "digits"),
    [
        ("200%20result%3D1%20(OK%2C12)%0A", True, "12"),
        ("200%20result%3D1%20(OK%2C%23)%0A", True, "#"),
        ("200%20result%3D1%20(OK%2C*7)%0A", True, "*7"),
        ("200%20result%3D1%20(TIMEOUT%2C)%0A", True, ""),
        ("200%20result%3D1%20(TIMEOUT%2C4)%0A", True, "4"),
        ("200%20result%3D1%20(ERROR%2C)%0A", False, ""),
        ("200%20result%3D1%20(HANGUP%2C)%0A", False, ""),
        ("200%20result%3D-1%0A", False, ""),
        ("510%20Invalid", False, ""),
        ("", False, ""),
        ("200%20result%3D1%20(OK%2C1%0D%0A2)%0A", True, ""),
    ],
)
def test_what_a_result_says(result: str, ok: bool, digits: str) -> None:
    lane = Lane(CALL, LEG, "k")
    lane.add(collect("t"))
    ended, _ = lane.executed("k.3", result)
    assert ended
    assert (ended.ok, ended.digits) == (ok, digits)


def test_what_another_process_began_is_waited_for() -> None:
    lane = Lane(CALL, LEG, "k")
    assert [command.text for command in lane.add(NOOP)] == ["NOOP"]
    assert lane.add(play("t")) == ()
    assert lane.executed("other.1", "200%20result%3D0") == (None, ())
    ended, following = lane.executed("k.1", "200%20result%3D0")
    assert ended is None
    assert [command.command_id for command in following] == ["k.2", "k.3", "k.4"]


def test_what_a_predecessor_asked_is_not_asked_again() -> None:
    """Its outcome is: digits that were typed while no server was there count."""
    lane = Lane(CALL, LEG, "k", asked="t")
    lane.add(NOOP)
    lane.add(collect("t"))
    lane.add(play("t"))
    _, following = lane.executed("k.1", "200%20result%3D0")
    assert [command.text for command in following] == ["GET FULL VARIABLE ${READSTATUS},${TANDEM_DIGITS}"]
    ended, following = lane.executed("k.2", "200%20result%3D1%20(OK%2C4)%0A")
    assert ended
    assert ended.digits == "4"
    assert len(following) == 3  # the second time it is meant


def test_what_is_abandoned_has_failed_once_and_says_no_more() -> None:
    lane = Lane(CALL, LEG, "k")
    lane.add(NOOP)
    for token in ("one", "two"):
        lane.add(play(token))
    assert [(ended.token, ended.ok) for ended in lane.abandon()] == [("one", False), ("two", False)]
    assert lane.abandon() == []
    assert lane.executed("k.1", "200%20result%3D0") == (None, ())


def test_the_queue_is_bounded() -> None:
    lane = Lane(CALL, LEG, "k")
    for _ in range(MOST_WAITING + 1):
        lane.add(play("t"))
    with pytest.raises(LimitReached):
        lane.add(play("t"))
