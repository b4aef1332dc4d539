"""Telling machines from people and leaving messages: one request at a time, as all media of a leg."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.support.lane_bench import CALL, DONE, FAILED, LEG, PLAYED, Bench, play

from tandem.cti.adapters.asterisk import media_commands as agi
from tandem.cti.adapters.asterisk.hearing import DOUBT_S, EAR_OPENS_S
from tandem.cti.adapters.asterisk.lanes import Step
from tandem.cti.core.beeps import Beep
from tandem.cti.core.greeting_end import Cue
from tandem.cti.model.errors import InvalidField
from tandem.cti.model.events import MachineDetected, MediaEnded, MessageBegun
from tandem.cti.model.ids import Token
from tandem.cti.model.requests import DetectMachine, LeaveMessage, StartMusic

DETECT = DetectMachine(
    call=CALL,
    connection=LEG,
    token=Token("amd"),
    initial_silence_ms=2500,
    greeting_ms=1500,
    after_greeting_silence_ms=800,
    total_ms=3500,
    words=4,
)
BEEP = Beep(at_s=5.9, hz=1000.0, length_s=0.4)
BEEP_CUE = Cue(why="beep", at_s=6.5, beep=BEEP)
QUIET_CUE = Cue(why="quiet", at_s=4.0)
STOPPED = "200%20result%3D68%0A"
LEAVE = LeaveMessage(call=CALL, connection=LEG, prompts=("a", "b"), token=Token("m"), wait_s=45.0)


def said(status: str, why: str = "") -> str:
    return f"200%20result%3D1%20({status}%2C{why})%0A"


def detected(bench: Bench) -> list[tuple[str, str]]:
    return [(each.verdict, each.why) for each in bench.told if isinstance(each, MachineDetected)]


@pytest.mark.parametrize(
    ("status", "why", "verdict"),
    [
        ("HUMAN", "HUMAN-800-800", "human"),
        ("MACHINE", "MAXWORDS-4-4", "machine"),
        ("NOTSURE", "TOOLONG-6000", "unsure"),
        ("HANGUP", "", "unsure"),
        ("", "", "unsure"),
    ],
)
def test_the_verdict_is_asterisks(status: str, why: str, verdict: str) -> None:
    bench = Bench()
    assert bench.add(DETECT) == [
        "EXEC MSet TANDEM_ASKED=amd,AMDSTATUS=,AMDCAUSE=",
        "EXEC AMD 2500,1500,800,6000,100,50,4",
        agi.ASK_DETECTED,
    ]
    bench.over(said(status, why))
    assert detected(bench) == [(verdict, why)]


def test_what_is_asked_meanwhile_waits() -> None:
    bench = Bench()
    bench.add(DETECT)
    assert bench.add(play("next")) == []
    bench.over(said("HUMAN", "HUMAN-800-800"))
    assert bench.sent[1] == "EXEC Background a,p"
    bench.over()
    assert [type(each) for each in bench.told] == [MachineDetected, MediaEnded]


def test_a_successor_asks_for_the_verdict_instead_of_listening_again() -> None:
    bench = Bench(asked="amd")
    bench.take(bench.lane.take_over())
    bench.over(DONE)
    assert bench.add(DETECT) == [agi.ASK_DETECTED]
    bench.over(said("MACHINE", "LONGGREETING-1500-1500"))
    assert detected(bench) == [("machine", "LONGGREETING-1500-1500")]


def test_a_leg_that_is_taken_away_is_unsure() -> None:
    bench = Bench()
    bench.add(DETECT)
    bench.add(LEAVE)
    first, second = bench.lane.abandon()
    assert isinstance(first, MachineDetected)
    assert isinstance(second, MediaEnded)
    assert (first.verdict, first.token, second.ok) == ("unsure", "amd", False)


@pytest.mark.parametrize(
    "changes",
    [{"total_ms": 0}, {"initial_silence_ms": -1}, {"greeting_ms": 30_001}, {"words": 0}, {"token": Token("a,b")}],
)
def test_what_amd_cannot_take_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidField):
        agi.check(replace(DETECT, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("heard_out", ["SILENCE", "TIMEOUT"])
def test_the_greeting_is_heard_out_then_comes_the_message(heard_out: str) -> None:
    """Where its sound does not come to us, Asterisk listens for silence."""
    bench = Bench()
    assert bench.add(LEAVE) == []
    bench.wait(EAR_OPENS_S)
    assert bench.sent == [
        "EXEC MSet TANDEM_ASKED=,WAITSTATUS=",
        "EXEC WaitForSilence 2000,1,45",
        agi.ASK_HEARD_OUT,
    ]
    bench.over(said(heard_out))
    assert begun(bench) == [({"SILENCE": "silence", "TIMEOUT": "time"}[heard_out], False)]
    assert bench.sent == ["EXEC MSet TANDEM_ASKED=m,BACKGROUNDSTATUS=", "EXEC Background a&b,p", agi.ASK_PLAYED]
    bench.press("1")
    assert bench.interrupts == 0
    bench.over(PLAYED)
    assert bench.ended == [MediaEnded(call=CALL, connection=LEG, token=Token("m"))]


def begun(bench: Bench) -> list[tuple[str, bool]]:
    return [(each.why, each.again) for each in bench.told if isinstance(each, MessageBegun)]


def heard(bench: Bench, cue: Cue | None, beep: Beep | None = None) -> Step:
    return bench.take(bench.lane.heard(cue, beep, bench.now))


def listening() -> Bench:
    bench = Bench()
    assert bench.add(LEAVE) == []
    bench.lane.ear_opened([])
    return bench


def test_the_message_begins_after_the_beep() -> None:
    bench = listening()
    bench.now += 6.5
    heard(bench, BEEP_CUE, BEEP)
    assert bench.sent == ["EXEC MSet TANDEM_ASKED=m,BACKGROUNDSTATUS=", "EXEC Background a&b", agi.ASK_PLAYED]
    [told] = [each for each in bench.told if isinstance(each, MessageBegun)]
    assert (told.why, told.beep_hz, told.beep_s) == ("beep", 1000.0, 0.4)
    assert told.beep_ago_s == pytest.approx(0.6)
    last = bench.over(PLAYED)
    assert bench.ended == [MediaEnded(call=CALL, connection=LEG, token=Token("m"))]
    assert last.listen is False


def test_a_beep_of_before_the_message_was_asked_for_counts() -> None:
    bench = Bench()
    assert bench.take(bench.lane.add(replace(DETECT, listen=True), bench.now)).listen is True
    bench.lane.ear_opened([])
    heard(bench, BEEP_CUE, BEEP)
    assert bench.over(said("MACHINE", "LONGGREETING-1500-1500")).listen is None
    bench.add(LEAVE)
    assert begun(bench) == [("beep", False)]


def on_a_street() -> tuple[Bench, list[float]]:
    """Noise since the answer, and a short word in it."""
    bench, levels = Bench(), [700.0] * 20 + [3_000.0] * 20 + [700.0] * 30
    bench.take(bench.lane.add(replace(DETECT, listen=True), bench.now))
    bench.lane.ear_opened(levels)
    return bench, levels


def test_where_it_is_too_loud_for_asterisk_we_judge_ourselves() -> None:
    bench, levels = on_a_street()
    bench.over(said("MACHINE", "LONGGREETING-1500-1500"))
    assert detected(bench) == []
    bench.wait(0.06)
    assert detected(bench) == []
    levels += [700.0] * 20
    assert bench.wait(0.06).listen is False
    assert detected(bench) == [("human", "HUMAN-800-800")]


def test_what_we_cannot_judge_stays_asterisks_verdict() -> None:
    bench, _ = on_a_street()
    bench.over(said("MACHINE", "LONGGREETING-1500-1500"))
    bench.wait(DOUBT_S)
    assert detected(bench) == [("machine", "LONGGREETING-1500-1500")]


@pytest.mark.parametrize(
    ("levels", "status", "why"),
    [
        ([700.0] * 90, "HUMAN", "HUMAN-800-800"),
        ([700.0] * 90, "MACHINE", "INITIALSILENCE-2520-2500"),
        ([700.0] * 60 + [90.0] * 5 + [700.0] * 20, "MACHINE", "LONGGREETING-1500-1500"),
        ([], "MACHINE", "MAXWORDS-4-4"),
    ],
    ids=["a person", "silence", "there was a pause", "nothing is heard"],
)
def test_asterisks_verdict_counts_otherwise(levels: list[float], status: str, why: str) -> None:
    bench = Bench()
    bench.take(bench.lane.add(replace(DETECT, listen=True), bench.now))
    bench.lane.ear_opened(levels)
    bench.over(said(status, why))
    assert detected(bench) == [({"HUMAN": "human", "MACHINE": "machine"}[status], why)]


def test_nobody_listens_to_a_person() -> None:
    bench = Bench()
    bench.take(bench.lane.add(replace(DETECT, listen=True), bench.now))
    assert bench.over(said("HUMAN", "HUMAN-800-800")).listen is False


def test_a_beep_while_the_message_is_said_begins_it_once_more_and_no_more_than_once() -> None:
    bench = listening()
    heard(bench, QUIET_CUE)
    bench.begin()
    heard(bench, BEEP_CUE, BEEP)
    assert bench.interrupts == 1
    bench.over(PLAYED, audible=STOPPED)
    assert bench.sent[1] == "EXEC Background a&b"
    assert begun(bench) == [("quiet", False), ("beep", True)]
    heard(bench, BEEP_CUE, BEEP)
    assert bench.interrupts == 1
    bench.over(PLAYED)
    assert [each.ok for each in bench.ended] == [True]


def test_a_beep_before_the_message_is_to_be_heard_stops_it_when_it_is() -> None:
    bench = listening()
    heard(bench, QUIET_CUE)
    heard(bench, BEEP_CUE, BEEP)
    assert bench.interrupts == 0
    bench.begin()
    assert bench.interrupts == 1


def test_a_key_does_not_end_a_message() -> None:
    bench = listening()
    heard(bench, BEEP_CUE, BEEP)
    bench.begin()
    bench.press("1")
    bench.over(PLAYED, audible="200%20result%3D49%0A")
    assert (bench.sent[1], bench.ended, bench.interrupts) == ("EXEC Background a&b", [], 0)


def test_a_greeting_without_end_is_spoken_into() -> None:
    bench = listening()
    bench.wait(LEAVE.wait_s)
    assert begun(bench) == [("time", False)]


def test_who_is_not_heard_any_more_is_left_to_asterisk() -> None:
    bench = listening()
    bench.take(bench.lane.ear_closed(bench.now))
    assert bench.sent[1] == "EXEC WaitForSilence 2000,1,45"
    assert bench.lane.wake_at is None


def test_a_machine_that_hangs_up_has_no_message() -> None:
    bench = Bench()
    bench.add(LEAVE)
    bench.wait(EAR_OPENS_S)
    bench.over(said("HANGUP"))
    assert [(each.token, each.ok) for each in bench.ended] == [("m", False)]


def test_a_message_that_could_not_be_played_says_so() -> None:
    bench = Bench()
    bench.add(LEAVE)
    bench.wait(EAR_OPENS_S)
    bench.over(said("SILENCE"))
    bench.over(FAILED)
    assert [(each.token, each.ok) for each in bench.ended] == [("m", False)]


def test_a_successor_does_not_say_a_message_twice() -> None:
    bench = Bench(asked="m")
    bench.take(bench.lane.take_over())
    bench.over(DONE)
    assert bench.add(LEAVE) == [agi.ASK_PLAYED]
    bench.over(PLAYED)
    assert [each.token for each in bench.ended] == ["m"]


@pytest.mark.parametrize("wait_s", [0.0, 601.0])
def test_no_machine_is_heard_for_ever(wait_s: float) -> None:
    with pytest.raises(InvalidField):
        agi.check(replace(LEAVE, wait_s=wait_s))
    with pytest.raises(InvalidField):
        agi.check(replace(LEAVE, prompts=()))


def test_ringing_takes_the_place_of_music_and_the_other_way_round() -> None:
    bench = Bench()
    music, ringing = StartMusic(call=CALL, connection=LEG), StartMusic(call=CALL, connection=LEG, ringing=True)
    assert bench.add(ringing) == ["EXEC Playtones ring"]
    bench.over()
    assert bench.add(ringing) == []
    assert bench.add(music) == ["SET MUSIC ON default"]
    bench.over()
    assert bench.add(music) == []
    assert bench.add(ringing) == ["EXEC Playtones ring"]
