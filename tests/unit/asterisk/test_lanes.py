"""One request at a time for each leg, and nothing left behind in Asterisk."""

from __future__ import annotations

import pytest
from tests.support.lane_bench import CALL, DONE, FAILED, LEG, MUSIC, PLAYED, Bench, collect, music, play

from tandem.cti.adapters.asterisk import media_commands as agi
from tandem.cti.adapters.asterisk.lanes import MOST_WAITING, NOTHING
from tandem.cti.model.errors import LimitReached
from tandem.cti.model.events import MediaEnded
from tandem.cti.model.ids import Token


def test_one_at_a_time_and_in_order() -> None:
    bench = Bench()
    bench.add(play("one"))
    assert bench.ids == ["k.1", "k.2", "k.3"]
    assert bench.add(play("two")) == []
    lane = bench.lane
    assert lane.unsettled
    assert lane.executed("k.1", DONE, 0) == NOTHING
    assert not lane.unsettled
    assert lane.executed("k.2", DONE, 0) == NOTHING
    assert lane.executed("other.3", PLAYED, 0) == NOTHING
    step = lane.executed("k.3", PLAYED, 0)
    assert [(ended.token, ended.ok, ended.connection) for ended in step.ended] == [("one", True, LEG)]
    assert [command.command_id for command in step.commands] == ["k.4", "k.5", "k.6"]
    assert lane.executed("k.3", PLAYED, 0) == NOTHING
    step = lane.executed("k.6", FAILED, 0)
    assert [(ended.token, ended.ok) for ended in step.ended] == [("two", False)]
    assert step.commands == ()


def test_what_another_process_began_is_waited_for() -> None:
    bench = Bench()
    bench.take(bench.lane.take_over())
    assert bench.sent == ["NOOP"]
    assert bench.add(play("t")) == []
    assert bench.lane.executed("other.1", DONE, 0) == NOTHING
    bench.over(DONE)
    assert bench.sent[1] == "EXEC Background a,p"


def test_what_a_predecessor_asked_is_not_asked_again() -> None:
    """Its outcome is: digits that were typed while no server was there count, and count once."""
    bench = Bench(asked="t")
    bench.take(bench.lane.take_over())
    bench.add(collect("t", digits=1))
    bench.add(play("t"))
    bench.press("4")  # the predecessor's Read has it
    bench.over(DONE)
    assert bench.sent == [agi.ASK_READ]
    bench.read_over("OK", "4")
    assert bench.digits == [("t", "4")]
    assert len(bench.sent) == 3  # the second time it is meant
    bench.over()
    bench.add(collect("u", digits=1))
    assert bench.digits == [("t", "4"), ("t", "")]


@pytest.mark.parametrize(
    ("result", "ok", "digits"),
    [
        ("200%20result%3D1%20(OK%2C12)%0A", True, "12"),
        ("200%20result%3D1%20(OK%2C%23D)%0A", True, "#"),
        ("200%20result%3D1%20(OK%2C*7)%0A", True, "*7"),
        ("200%20result%3D1%20(TIMEOUT%2C)%0A", True, ""),
        ("200%20result%3D1%20(TIMEOUT%2C4)%0A", True, "4"),
        ("200%20result%3D1%20(ERROR%2C)%0A", False, ""),
        ("200%20result%3D1%20(%2C)%0A", False, ""),
        ("200%20result%3D-1%0A", False, ""),
        ("510%20Invalid", False, ""),
        ("", False, ""),
        ("200%20result%3D1%20(OK%2C1%0D%0A2)%0A", True, ""),
    ],
)
def test_what_a_predecessors_read_has_left(result: str, ok: bool, digits: str) -> None:
    bench = Bench(asked="t")
    bench.add(collect("t"))
    bench.over(result)
    assert [(ended.ok, ended.digits) for ended in bench.ended] == [(ok, digits)]


def test_what_is_abandoned_has_failed_once_and_says_no_more() -> None:
    bench = Bench()
    bench.take(bench.lane.take_over())
    for token in ("one", "two"):
        bench.add(play(token))
    bench.add(MUSIC)
    lane = bench.lane
    ended = [MediaEnded(call=CALL, connection=LEG, token=Token(token), ok=False) for token in ("one", "two")]
    assert lane.abandon() == ended
    assert lane.abandon() == []
    assert lane.executed("k.1", DONE, 0) == NOTHING
    assert lane.add(play("three"), 0) == NOTHING
    assert lane.pressed("1", 0) == NOTHING


def test_the_queue_is_bounded() -> None:
    bench = Bench()
    for _ in range(MOST_WAITING + 1):
        bench.add(play("t"))
    with pytest.raises(LimitReached):
        bench.add(play("t"))


# -- music


def test_music_ends_with_its_time_or_one_of_its_keys() -> None:
    bench = Bench()
    assert bench.add(music("t")) == ["SET MUSIC ON default"]
    bench.over(DONE)
    assert bench.lane.wake_at == bench.now + 30
    bench.press("9")
    assert bench.wait(1) == NOTHING
    bench.press("2")
    assert bench.digits == [("t", "2")]
    assert bench.lane.wake_at is None
    assert bench.add(music("u")) == []  # it plays on
    bench.wait(30)
    assert bench.digits[1:] == [("u", "")]
    bench.add(music("v"))
    assert bench.add(play("w"))[1].startswith("EXEC Background")  # what is asked next ends it
    bench.over()
    assert bench.digits[2:] == [("v", ""), ("w", "")]
    assert bench.add(music("x")) == ["SET MUSIC ON default"]
    bench.press("1")
    bench.over(DONE)
    assert bench.digits[4:] == [("x", "1")]


def test_a_key_pressed_in_the_announcement_before_counts_for_the_music() -> None:
    bench = Bench()
    bench.add(play("p"))
    bench.press("91")
    bench.over()
    assert bench.add(music("t")) == []
    assert bench.digits == [("p", ""), ("t", "1")]


def test_music_that_follows_does_not_end_music() -> None:
    bench = Bench()
    bench.add(music("t"))
    bench.over(DONE)
    assert bench.add(MUSIC) == []
    assert bench.ended == []
    bench.press("1")
    assert bench.digits == [("t", "1")]
    assert bench.sent == ["SET MUSIC ON default"]  # it was on and stays on
    assert bench.add(play("p"))[1] == "EXEC Background a,p"


@pytest.mark.parametrize(("after_s", "digits"), [(5, "12"), (15, "")])
def test_keys_pressed_to_mere_music_count_for_a_while(after_s: float, digits: str) -> None:
    bench = Bench()
    bench.add(MUSIC)
    bench.over(DONE)
    bench.press("12")
    bench.wait(after_s)
    bench.add(collect("t"))
    if not digits:
        bench.read_over("TIMEOUT")
    assert bench.digits == [("t", digits)]
