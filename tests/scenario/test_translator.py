"""What real Asterisk sent, and what the call model makes of it: as it came, doubled, disordered and with gaps."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.scenario.transcript import FOLDER, PHONES, SYSTEM_NAME, Step, golden, read, run

from tandem.cti.adapters.asterisk.codec import Decoder, Message
from tandem.cti.adapters.asterisk.translator import Translator
from tandem.cti.model import events as ev
from tandem.cti.model.requests import MakeConnection

TRANSCRIPTS = sorted(FOLDER.glob("*.ami"))
ENDS = (ev.ConnectionCleared, ev.Failed)


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) == 6


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_golden(file: Path) -> None:
    assert golden(run(read(file.read_bytes()))) == file.with_suffix(".golden").read_text()


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_every_message_twice_is_no_news(file: Path) -> None:
    doubled = [step for step in read(file.read_bytes()) for _ in range(2)]
    assert golden(run(doubled)) == file.with_suffix(".golden").read_text()


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda file: file.stem)
def test_the_whole_stream_twice_brings_nobody_back(file: Path) -> None:
    """A replay after the end, as after a reconnection whose buffer overlaps: of calls that have ended, not a word."""
    steps = read(file.read_bytes())
    once, again = run(steps), run(steps + steps)
    told_again = [event for event in again[len(once) :] if not isinstance(event, ev.BackInService | ev.OutOfService)]
    assert told_again == []


def _sane(told: list[ev.SwitchEvent]) -> None:
    """What must hold whatever came in whatever order."""
    ended: set[str] = set()
    joined: Counter[str] = Counter()
    seen: set[str] = set()
    in_service: dict[str, bool] = {}
    for event in told:
        if isinstance(event, ev.BackInService | ev.OutOfService):
            back = isinstance(event, ev.BackInService)
            assert in_service.get(event.device, False) is not back
            in_service[event.device] = back
            continue
        assert not isinstance(event, ev.SwitchFound | ev.SwitchLost)
        connection = event.connection
        assert connection not in ended, f"{event} after its end"
        if isinstance(event, ev.Originated | ev.Established | ev.Delivered):
            key = f"{type(event).__name__} {connection}"
            assert key not in seen, f"{event} twice"
            seen.add(key)
        if isinstance(event, ev.Joined):
            joined[connection] += 1
        elif isinstance(event, ev.Parted):
            joined[connection] -= 1
        elif isinstance(event, ENDS):
            ended.add(connection)
            joined[connection] = max(0, joined[connection])
        assert joined[connection] in (0, 1), f"{event}: joined {joined[connection]} times"


steps_of: dict[str, list[Step]] = {file.stem: read(file.read_bytes()) for file in TRANSCRIPTS}


@st.composite
def disordered(draw: st.DrawFn) -> list[Step]:
    """A transcript with messages late by up to eight places, missing, and doubled."""
    steps = steps_of[draw(st.sampled_from(sorted(steps_of)))]
    placed: list[tuple[int, int, Step]] = []
    for number, step in enumerate(steps):
        for _ in range(draw(st.sampled_from((1, 1, 1, 1, 0, 2)))):
            placed.append((number + draw(st.integers(0, 8)), number, step))
    return [step for _, _, step in sorted(placed, key=lambda each: each[:2])]


@settings(max_examples=300, deadline=None)
@given(disordered())
def test_late_missing_and_doubled(steps: list[Step]) -> None:
    _sane(run(steps))


_HEADERS = st.sampled_from(
    (
        *("Uniqueid", "Linkedid", "Channel", "ChannelState", "Context", "Exten", "BridgeUniqueid", "Cause", "Queue"),
        *("AOR", "URI", "ContactStatus", "Response", "Reason", "CallerIDNum", "CallerIDName", "Env", "Priority"),
    )
)
_NAMES = sorted(Translator(SYSTEM_NAME, PHONES)._rows)
_VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["PJSIP/1001-00000001", "PJSIP/carrier-00000001", "tandem-callers", "from-carrier", "a", "b", "6"]),
    st.sampled_from(["9" * 5000, "-1", "Removed", "Failure", "1001", "agi_dnid%3A%2095001", "tandem-fallback"]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_NAMES), st.dictionaries(_HEADERS, _VALUES, max_size=8)), max_size=20))
def test_no_event_makes_it_raise(events: list[tuple[str, dict[str, str]]]) -> None:
    translator = Translator(SYSTEM_NAME, PHONES)
    told: list[ev.SwitchEvent] = []
    for name, headers in events:
        lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
        for message in Decoder().feed(f"Event: {name}\r\n{lines}\r\n".encode("utf-8", "replace")):
            told += translator.translate(message)
    _sane(told)


def _event(name: str, **headers: str) -> Message:
    lines = "".join(f"{key}: {value}\r\n" for key, value in headers.items())
    return Decoder().feed(f"Event: {name}\r\n{lines}\r\n".encode())[0]


def test_a_page_that_reloads_keeps_its_phone_in_service() -> None:
    """The new registration comes before the old one goes, or after: both orders are seen."""
    translator = Translator(SYSTEM_NAME, PHONES)

    def contact(status: str, uri: str) -> list[ev.SwitchEvent]:
        return translator.translate(_event("ContactStatus", AOR="1001", URI=uri, ContactStatus=status))

    assert contact("NonQualified", "sip:old") == [ev.BackInService(device=PHONES[0])]
    assert contact("NonQualified", "sip:new") == contact("Removed", "sip:old") == contact("Reachable", "sip:new") == []
    assert contact("Unreachable", "sip:new") == [ev.OutOfService(device=PHONES[0])]
    assert contact("Reachable", "sip:new") == [ev.BackInService(device=PHONES[0])]
    assert translator.translate(_event("ContactStatus", AOR="9999", URI="x", ContactStatus="Reachable")) == []


def test_hold_is_told_once_and_ends_with_the_bridge() -> None:
    translator = Translator(SYSTEM_NAME, PHONES)
    who = {"Uniqueid": "u", "Channel": "PJSIP/carrier-00000001", "Context": "tandem-callers", "ChannelState": "6"}
    translator.translate(_event("AsyncAGIStart", **who))
    translator.translate(_event("BridgeEnter", **who, BridgeUniqueid="b"))
    told = [translator.translate(_event(name, **who)) for name in ("Hold", "Hold", "Unhold", "Unhold", "Hold")]
    assert [[type(event).__name__ for event in events] for events in told] == [
        ["Held"],
        [],
        ["Retrieved"],
        [],
        ["Held"],
    ]
    translator.translate(_event("BridgeLeave", **who, BridgeUniqueid="b"))
    assert not translator.legs["u"].held


def test_a_caller_whose_first_event_was_lost_is_still_announced() -> None:
    translator = Translator(SYSTEM_NAME, PHONES)
    told = translator.translate(
        _event(
            "AsyncAGIStart",
            Uniqueid="u",
            Channel="PJSIP/carrier-00000001",
            Context="tandem-callers",
            CallerIDNum="+8613800138000",
            Env="agi_request%3A%20async%0Aagi_dnid%3A%20%2B861088880001%0A",
        )
    )
    assert [type(event).__name__ for event in told] == ["Originated", "RouteRequested"]
    assert isinstance(told[0], ev.Originated)
    assert (told[0].called, told[0].calling) == ("+861088880001", "+8613800138000")


def test_ids_are_stable_and_of_the_instance() -> None:
    one, two, other = (Translator(name, PHONES).ids for name in ("secret", "secret", "another"))
    assert one.call("x-1.2") == two.call("x-1.2") != other.call("x-1.2")
    assert str(one.call("x-1.2")) != str(one.connection("x-1.2"))
    assert one.call("x-1.2") != one.call("x-1.3")


def test_the_word_that_a_leg_failed_may_be_ahead_of_the_leg() -> None:
    """It says too little why (``Reason: 0`` for a busy phone), so what comes behind it counts."""
    steps = steps_of["legs_that_fail"]
    answers = [step for step in steps if isinstance(step, Message) and step.name == "OriginateResponse"]
    busy = next(step for step in answers if step.get("Uniqueid") == "leg-busy")
    asked = next(
        i for i, step in enumerate(steps) if isinstance(step, MakeConnection) and step.connection == "leg-busy"
    )
    moved = [step for step in steps if step is not busy]
    moved.insert(asked + 1, busy)
    assert golden(run(moved)) == golden(run(steps))
