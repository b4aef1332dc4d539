"""One request at a time for each leg, digits that count once, and nothing left behind in Asterisk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tandem.cti.adapters.asterisk import media_commands as agi
from tandem.cti.adapters.asterisk.lanes import MOST_WAITING, NOTHING, Ended, Lane, Step
from tandem.cti.adapters.asterisk.media_commands import MediaRequest
from tandem.cti.model.errors import InvalidField, LimitReached
from tandem.cti.model.events import MediaEnded
from tandem.cti.model.ids import CallId, ConnectionId, Token
from tandem.cti.model.keypad import SURPLUS_S
from tandem.cti.model.requests import Collect, Music, Play, StartMusic

CALL, LEG = CallId("call"), ConnectionId("leg")
PLAYED, FAILED = "200%20result%3D1%20(SUCCESS%2C)%0A", "200%20result%3D1%20(FAILED%2C)%0A"
DONE = "200%20result%3D0%0A"


def play(token: str, *prompts: str, barge_in: bool = False) -> Play:
    return Play(call=CALL, connection=LEG, prompts=prompts or ("a",), token=Token(token), barge_in=barge_in)


def collect(
    token: str,
    *,
    prompts: tuple[str, ...] = ("a", "b/c"),
    digits: int = 2,
    timeout_s: float = 3.5,
    digit_timeout_s: float = 3.0,
    terminator: str = "#",
    sensitive: bool = False,
    flush: bool = False,
) -> Collect:
    return Collect(
        call=CALL,
        connection=LEG,
        prompts=prompts,
        max_digits=digits,
        timeout_s=timeout_s,
        token=Token(token),
        digit_timeout_s=digit_timeout_s,
        terminator=terminator,
        sensitive=sensitive,
        flush=flush,
    )


def music(token: str, *, seconds: float = 30, keys: str = "12") -> Music:
    return Music(call=CALL, connection=LEG, seconds=seconds, keys=keys, token=Token(token))


MUSIC = StartMusic(call=CALL, connection=LEG)


class Bench:
    """A lane, its vault, and the time; ``read_over`` and the like answer what is in flight."""

    def __init__(self, asked: str = "") -> None:
        self.vault: list[str] = []
        self.lane = Lane(CALL, LEG, "k", music="default", keep_secret=self._keep, asked=asked)
        self.now = 100.0
        self.sent: list[str] = []
        self.ids: list[str] = []
        self.told: list[Ended] = []
        self.ended: list[MediaEnded] = []
        self.interrupts = 0

    def _keep(self, digits: str) -> str:
        self.vault.append(digits)
        return f"ref{len(self.vault)}"

    def take(self, step: Step) -> Step:
        self.told += step.ended
        self.ended += [each for each in step.ended if isinstance(each, MediaEnded)]
        if step.commands:
            self.sent = [command.text for command in step.commands]
            self.ids = [command.command_id for command in step.commands]
        self.interrupts += step.interrupt
        return step

    def add(self, request: MediaRequest) -> list[str]:
        return [command.text for command in self.take(self.lane.add(request, self.now)).commands]

    def press(self, keys: str) -> None:
        for key in keys:
            self.now += 0.2
            self.lane.tone_began(key)
            self.take(self.lane.pressed(key, self.now))

    def begin(self) -> None:
        self.take(self.lane.executed(self.ids[0], DONE, self.now))
        self.take(self.lane.begun(self.sent[1]))

    def over(self, result: str = PLAYED, audible: str = DONE) -> Step:
        ids = self.ids
        if len(ids) > 1:
            self.take(self.lane.executed(ids[-2], audible, self.now))
        return self.take(self.lane.executed(ids[-1], result, self.now))

    def read_over(self, status: str, digits: str = "") -> Step:
        return self.over(f"200%20result%3D1%20({status}%2C{digits})%0A".replace("#", "%23"))

    def wait(self, seconds: float) -> Step:
        self.now += seconds
        return self.take(self.lane.due(self.now))

    @property
    def digits(self) -> list[tuple[str, str]]:
        return [(ended.token, ended.digits) for ended in self.ended]


# -- the commands


def test_commands() -> None:
    assert Bench().add(play("t", "a", "b")) == [
        "EXEC MSet TANDEM_ASKED=t,BACKGROUNDSTATUS=",
        "EXEC Background a&b,p",
        "GET FULL VARIABLE ${BACKGROUNDSTATUS},",
    ]
    assert Bench().add(play("t", "a", barge_in=True))[1] == "EXEC Background a"
    assert Bench().add(collect("t")) == [
        "EXEC MSet TANDEM_ASKED=t,TIMEOUT(response)=3.500,TIMEOUT(digit)=3.000,READSTATUS=,TANDEM_DIGITS=",
        "EXEC Read TANDEM_DIGITS,a&b/c,2,et(#D),1",
        "GET FULL VARIABLE ${READSTATUS},${TANDEM_DIGITS}",
    ]
    assert Bench().add(collect("t", prompts=(), terminator=""))[1] == "EXEC Read TANDEM_DIGITS,,2,et(D),1"
    assert Bench().add(MUSIC) == ["SET MUSIC ON default"]


@pytest.mark.parametrize("prompt", ["a&b", "a,b", "${X}", "../x", "a b", "", "a\nb", "x" * 201, "http://x/y"])
def test_a_prompt_is_a_plain_name(prompt: str) -> None:
    with pytest.raises(InvalidField):
        Bench().add(play("t", prompt))
    with pytest.raises(InvalidField):
        Bench().add(collect("t", prompts=(prompt,)))


def test_bounds() -> None:
    refusals: tuple[Callable[[], object], ...] = (
        lambda: Bench().add(play("t", *["p"] * 201)),
        lambda: Bench().add(play("a b")),
        lambda: Bench().add(collect("t", digits=0)),
        lambda: Bench().add(collect("t", digits=65)),
        lambda: Bench().add(collect("t", timeout_s=0)),
        lambda: Bench().add(collect("t", timeout_s=float("nan"))),
        lambda: Bench().add(collect("t", digit_timeout_s=601)),
        lambda: Bench().add(collect("t", terminator="5")),
        lambda: Bench().add(collect("t", terminator="#)")),
        lambda: Bench().add(music("t", seconds=0)),
        lambda: Bench().add(music("t", keys="1A")),
        lambda: Bench().add(Play(call=CALL, connection=LEG, prompts=(), token=Token("t"))),
    )
    for refused in refusals:
        with pytest.raises(InvalidField):
            refused()


def test_long_sequences_are_cut_into_commands_that_fit() -> None:
    prompts = tuple(f"/srv/sounds/zh/{number:050d}" for number in range(40))
    bench = Bench()
    heard: list[str] = []
    bench.add(play("t", *prompts))
    while not bench.ended:
        assert all(len(f"Command: {text}") < 1000 for text in bench.sent)
        assert (bench.sent[0] == "EXEC MSet TANDEM_ASKED=t,BACKGROUNDSTATUS=") == (prompts[-1] in bench.sent[1])
        heard += bench.sent[1].removeprefix("EXEC Background ").removesuffix(",p").split("&")
        bench.over()
    assert tuple(heard) == prompts
    assert bench.ended[0].ok

    asked = Bench()
    asked.add(collect("t", prompts=prompts))
    kinds = []
    while not asked.ended:
        kinds.append(asked.sent[1].split()[1])
        if kinds[-1] == "Read":
            asked.press("12")
            asked.read_over("OK", "12")
        else:
            asked.over()
    assert kinds == ["Background", "Background", "Background", "Read"]
    assert asked.digits == [("t", "12")]


# -- one at a time


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


# -- digits


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
