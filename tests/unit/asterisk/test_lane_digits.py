"""Digits count once and for one question, also those typed ahead; secrets stay where they belong."""

from __future__ import annotations

import pytest
from tests.support.lane_bench import FAILED, PLAYED, Bench, collect, play

from tandem.cti.model.keypad import SURPLUS_S
from tandem.cti.model.requests import Collect, Play


def test_digits_of_a_read() -> None:
    bench = Bench()
    bench.add(collect("t", digits=3))
    bench.begin()
    bench.press("12#")
    bench.read_over("OK", "12")
    assert bench.digits == [("t", "12")]
    bench.add(collect("u", digits=3))
    bench.begin()
    bench.press("4")
    bench.read_over("TIMEOUT", "4")
    bench.add(collect("v"))
    bench.read_over("TIMEOUT")
    bench.add(collect("w"))
    bench.read_over("ERROR")
    assert bench.digits[1:] == [("u", "4"), ("v", ""), ("w", "")]
    assert [ended.ok for ended in bench.ended] == [True, True, True, False]
    assert bench.interrupts == 0


def test_digits_pressed_ahead_answer_what_comes_next() -> None:
    bench = Bench()
    bench.add(play("p"))
    bench.begin()
    bench.press("12345")
    assert bench.interrupts == 0  # it may not be stopped
    bench.over()
    assert bench.add(collect("menu", digits=1)) == []
    assert bench.add(play("q", barge_in=True)) == []
    sent = bench.add(collect("number", digits=6, digit_timeout_s=2))
    assert sent[0].startswith("EXEC MSet TANDEM_ASKED=,TIMEOUT(response)=2.000,TIMEOUT(digit)=2.000")
    assert sent[1] == "EXEC Read TANDEM_DIGITS,,2,et(#D),1"
    bench.begin()
    bench.press("67")
    bench.read_over("OK", "67")
    assert bench.digits == [("p", ""), ("menu", "1"), ("q", ""), ("number", "234567")]


def test_a_flush_forgets_them() -> None:
    bench = Bench()
    bench.press("1")
    assert bench.add(collect("t", digits=1, flush=True))[1].startswith("EXEC Read")
    bench.begin()
    assert bench.interrupts == 0


@pytest.mark.parametrize("request_", [collect("t", digits=1), play("t", barge_in=True)])
def test_what_a_key_should_have_stopped_is_interrupted(request_: Play | Collect) -> None:
    """Pressed after the command was sent, and before Asterisk began it."""
    bench = Bench()
    bench.add(request_)
    bench.press("1")
    bench.begin()
    assert bench.interrupts == 1
    bench.press("D")
    if isinstance(request_, Collect):
        bench.read_over("OK", "%23D")
        assert bench.digits == [("t", "1")]
    else:
        bench.over(PLAYED, "200%20result%3D68%0A")
        assert bench.digits == [("t", "")]
        bench.add(collect("u", digits=1))
        assert bench.digits[1:] == [("u", "1")]


def test_an_interruption_that_came_too_late_stops_nothing_for_good() -> None:
    bench = Bench()
    bench.add(play("t", "a", barge_in=True))
    bench.begin()
    bench.over(PLAYED, "200%20result%3D68%0A")
    assert bench.ended == []
    assert bench.sent[1] == "EXEC Background a"
    bench.over()
    assert bench.digits == [("t", "")]
    bench.add(collect("u", digits=1))
    bench.read_over("OK")
    assert bench.sent[1] == "EXEC Read TANDEM_DIGITS,a&b/c,1,et(#D),1"
    for _ in range(100):
        if len(bench.ended) > 1:
            break
        bench.read_over("OK")
    assert bench.digits[1:] == [("u", "")]


def test_a_file_that_is_not_there() -> None:
    bench = Bench()
    bench.add(play("t", "a", barge_in=True))
    bench.over(FAILED)
    bench.add(collect("u"))
    bench.read_over("ERROR")
    assert [(ended.token, ended.ok) for ended in bench.ended] == [("t", False), ("u", False)]


@pytest.mark.parametrize(("read", "digits"), [("12", "12"), ("%23D", "#")])
def test_where_asterisk_tells_of_no_keys_its_read_is_believed(read: str, digits: str) -> None:
    bench = Bench()
    bench.add(collect("t"))
    bench.begin()
    bench.over(f"200%20result%3D1%20(OK%2C{read})%0A")
    assert bench.digits == [("t", digits)]


# -- secrets


def test_secrets_go_to_the_vault_and_never_into_a_read() -> None:
    bench = Bench()
    sent = bench.add(collect("t", digits=4, sensitive=True, prompts=("a", "b")))
    assert sent[:2] == ["EXEC MSet TANDEM_ASKED=,BACKGROUNDSTATUS=", "EXEC Background a&b"]
    bench.begin()
    bench.press("4")
    bench.over(PLAYED, "200%20result%3D52%0A")
    bench.press("92956#9")  # what is too much is forgotten, not kept for the next question
    assert bench.vault == ["4929"]
    (ended,) = bench.ended
    assert (ended.digits, ended.secret, ended.secret_length, ended.ok) == ("", "ref1", 4, True)
    assert "4929" not in f"{bench.ended} {bench.sent}"
    bench.add(play("p", barge_in=True))
    bench.press("9")
    bench.over()
    assert bench.add(collect("u", digits=1))[1].startswith("EXEC Read")
    bench.press("5")
    bench.read_over("OK", "5")
    assert bench.digits[1:] == [("p", ""), ("u", "5")]


def test_a_key_some_seconds_after_a_secret_counts() -> None:
    """Also while something is said that a key may stop: it is the answer to what follows."""
    bench = Bench()
    bench.add(collect("t", digits=4, sensitive=True))
    bench.press("49295")
    bench.over(PLAYED, "200%20result%3D52%0A")
    bench.add(play("p", barge_in=True))
    bench.now += SURPLUS_S - 1
    bench.press("6")  # may still be of the secret, and so may what follows it closely
    bench.now += SURPLUS_S - 1
    bench.press("7")
    bench.now += SURPLUS_S
    bench.press("0")
    bench.over()
    bench.add(collect("u", digits=1))
    assert bench.vault == ["4929"]
    assert bench.digits[1:] == [("p", ""), ("u", "0")]


def test_what_was_typed_too_much_before_the_secret_was_taken_is_forgotten_too() -> None:
    bench = Bench()
    bench.add(collect("t", digits=4, sensitive=True))
    bench.press("492977")
    bench.over(PLAYED, "200%20result%3D52%0A")
    assert bench.vault == ["4929"]
    assert bench.add(collect("u", digits=2))[1].startswith("EXEC Read")


def test_silence_ends_a_secret_or_gives_none() -> None:
    bench = Bench()
    bench.add(collect("t", digits=4, sensitive=True, prompts=(), timeout_s=5, digit_timeout_s=2))
    assert bench.lane.wake_at == bench.now + 5
    bench.press("12")
    assert bench.lane.wake_at == bench.now + 2
    bench.wait(2)
    assert bench.vault == ["12"]
    bench.add(collect("u", digits=4, sensitive=True, prompts=(), timeout_s=5))
    bench.wait(5)
    assert (bench.ended[1].secret, bench.ended[1].digits, bench.ended[1].ok) == ("", "", True)
    bench.add(collect("v", digits=4, sensitive=True, prompts=()))
    bench.press("#")  # no secret, but a key with a meaning
    assert (bench.ended[2].secret, bench.ended[2].digits) == ("", "#")


def test_a_secret_is_asked_for_again_by_a_successor() -> None:
    bench = Bench(asked="t")
    bench.add(collect("t", sensitive=True))
    assert bench.sent[1].startswith("EXEC Background")


# -- floods and echoes


def test_a_flood_of_keys_is_not_counted() -> None:
    bench = Bench()
    for number in range(10_000):
        key = "123456789"[number % 9]
        bench.lane.tone_began(key)
        bench.take(bench.lane.pressed(key, 100 + number / 1000))
    answers = 0
    while not bench.add(collect("t", digits=1)):
        answers += 1
    assert 32 <= answers <= 96


def test_an_end_that_is_told_twice_counts_once() -> None:
    bench = Bench()
    lane = bench.lane
    lane.tone_began("1")
    lane.pressed("1", 0.0)
    lane.tone_began("1")
    lane.pressed("1", 0.1)
    lane.pressed("1", 0.2)  # the second, held back by Asterisk and told again
    bench.add(collect("t", digits=2))
    assert bench.digits == [("t", "11")]
    bench.add(collect("u", digits=2))
    assert bench.digits == [("t", "11")]


def test_two_of_the_same_that_began_before_the_first_has_ended_are_two() -> None:
    bench = Bench()
    for _ in range(2):
        bench.lane.tone_began("6")
    for at in (0.15, 0.2, 0.25):  # and the second is told twice
        bench.lane.pressed("6", at)
    bench.add(collect("t", digits=2))
    assert bench.digits == [("t", "66")]
    assert bench.add(collect("u", digits=1)) != []


def test_keys_without_a_beginning_count_where_none_has_any() -> None:
    """SIP INFO tells of whole keys."""
    bench = Bench()
    for at in (0.0, 0.2, 0.4):
        bench.lane.pressed("1", at)
    bench.add(collect("t", digits=3))
    assert bench.digits == [("t", "111")]
