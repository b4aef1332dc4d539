"""Genuine events pass, those that a caller wrote or tore do not: on what Asterisk really sent, and on made-up ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tandem.cti.adapters.asterisk.codec import Decoder, Message
from tandem.cti.adapters.asterisk.vetting import Reason, Sifted, Suspicion, Vetting

CORPUS = Path(__file__).parents[2] / "corpus" / "ami"
TRANSCRIPTS = sorted((CORPUS / "transcripts").glob("*.ami"))
NOISE = {"TestEvent"}
HOSTILE = {  # what is dropped of each file; "Hold", the innocent event behind, must pass
    "added_header": [Suspicion(Reason.REPEATED_HEADER, "Hangup", "PJSIP/trunk-00000001")],
    "torn_into_garbage": [
        Suspicion(Reason.TORN, "Hangup", "PJSIP/trunk-00000001"),
        Suspicion(Reason.UNREADABLE, "", ""),
    ],
    "torn_into_event": [
        Suspicion(Reason.TORN, "Hangup", "PJSIP/trunk-00000001"),
        Suspicion(Reason.NO_SYSTEM_NAME, "Hangup", ""),
    ],
    "torn_into_response": [
        Suspicion(Reason.TORN, "Hangup", "PJSIP/trunk-00000001"),
        Suspicion(Reason.UNSOLICITED, "Success", ""),
    ],
    "torn_into_ignored_event": [
        Suspicion(Reason.TORN, "Hangup", "PJSIP/trunk-00000001"),
        Suspicion(Reason.NO_SYSTEM_NAME, "RTCPSent", ""),
    ],
    "wrong_system_name": [Suspicion(Reason.NO_SYSTEM_NAME, "Hold", "")],
    "no_privilege": [Suspicion(Reason.NO_PRIVILEGE, "Hold", "")],
    "second_system_name": [Suspicion(Reason.REPEATED_HEADER, "Hold", "PJSIP/1001-00000002")],
    "doubled_variables": [Suspicion(Reason.REPEATED_HEADER, "Hold", "PJSIP/1001-00000002")],
    "nul": [Suspicion(Reason.UNREADABLE, "", "")],
}


def vetting(
    system_name: str | None = "SYSTEMNAME", *, ours: frozenset[str] = frozenset(), pending: bool | None = None
) -> Vetting:
    return Vetting(
        system_name,
        id_prefix="x-",
        is_our_list=ours.__contains__,
        list_pending=lambda: bool(ours) if pending is None else pending,
        ignored=NOISE | {"RTCPSent"},
    )


def sift(data: bytes, judge: Vetting | None = None) -> Sifted:
    return (judge or vetting()).sift(Decoder().feed(data))


@pytest.mark.parametrize("file", [f for f in TRANSCRIPTS if f.stem != "forged_callers"], ids=lambda file: file.stem)
def test_all_that_asterisk_sent_in_good_faith_passes(file: Path) -> None:
    data = file.read_bytes()
    messages = Decoder().feed(data)
    lists = frozenset(message.get("ActionID") for message in messages if message.get("EventList"))
    sifted = vetting(ours=lists).sift(messages)
    assert sifted.suspicions == []
    assert sifted.ignored == sum(message.name in {"TestEvent", "RTCPSent"} for message in messages)
    assert len(sifted.accepted) + sifted.ignored == len(messages) > 3


def test_all_that_hostile_callers_wrote_is_dropped() -> None:
    """Two callers with CR LF in their SIP From, one dialplan with it in a UserEvent; recorded."""
    messages = Decoder().feed((CORPUS / "transcripts" / "forged_callers.ami").read_bytes())
    lists = frozenset(message.get("ActionID") for message in messages if message.get("EventList"))
    sifted = vetting(ours=lists, pending=False).sift(messages)
    assert not [m for m in sifted.accepted if "victim" in m.text or "Evil" in m.text or "1001-00000001" in m.text]
    assert {suspicion.channel for suspicion in sifted.suspicions} == {
        "",
        "PJSIP/trunk-00000030",
        "PJSIP/trunk-00000031",
        "PJSIP/trunk-00000032",
    }
    assert {s.reason for s in sifted.suspicions} >= {Reason.REPEATED_HEADER, Reason.TORN, Reason.UNREADABLE}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_forged_event_is_dropped_and_the_next_one_is_not(name: str) -> None:
    sifted = sift((CORPUS / "hostile" / f"{name}.ami").read_bytes())
    assert sifted.suspicions == HOSTILE[name]
    assert [message.name for message in sifted.accepted] == ["Hold"]


@pytest.mark.parametrize("name", ["lone_line_feed", "lone_carriage_return", "line_separators", "name_overlong_utf8"])
def test_what_is_no_line_end_for_asterisk_is_none_for_us(name: str) -> None:
    first, second = sift((CORPUS / "hostile" / f"{name}.ami").read_bytes()).accepted
    assert (first.name, first["Uniqueid"], second.name) == ("Hangup", "SYSTEMNAME-1.1", "Hold")


def test_an_unknown_header_alone_cannot_be_told_and_does_no_harm() -> None:
    accepted = sift((CORPUS / "hostile" / "added_unknown_header.ami").read_bytes()).accepted
    assert [message["Uniqueid"] for message in accepted] == ["SYSTEMNAME-1.1", "SYSTEMNAME-1.2"]


BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"


def test_fully_booted_without_a_name_counts_only_while_booting() -> None:
    judge = vetting()
    assert [m.name for m in sift(BOOTED, judge).accepted] == ["FullyBooted"]
    judge.booting = False
    assert sift(BOOTED, judge).suspicions == [Suspicion(Reason.NO_SYSTEM_NAME, "FullyBooted", "")]


def test_answers_are_known_by_our_action_ids() -> None:
    data = b"Response: Success\r\nActionID: %s\r\n\r\n"
    assert [m.name for m in sift(data % b"x-17").accepted] == ["Success"]
    assert sift(data % b"y-17").suspicions == [Suspicion(Reason.UNSOLICITED, "Success", "")]
    assert sift(b"Response: Goodbye\r\n\r\n").suspicions == [Suspicion(Reason.UNSOLICITED, "Goodbye", "")]


ITEM = b"Event: CoreShowChannel\r\nActionID: x-5\r\nChannel: PJSIP/a-1\r\nCallerIDNum: %s\r\nUniqueid: 1\r\n\r\n"


def test_list_items_are_known_by_our_action_id_and_may_not_be_tampered_with() -> None:
    judge = vetting(ours=frozenset({"x-5"}))
    assert len(sift(ITEM % b"1", judge).accepted) == 1
    assert sift(ITEM % b"1", vetting()).suspicions == [Suspicion(Reason.NO_PRIVILEGE, "CoreShowChannel", "")]
    repeated = sift(ITEM % b"1\r\nUniqueid: 2", judge)
    assert (repeated.accepted, repeated.suspicions[0].reason) == ([], Reason.REPEATED_HEADER)
    torn = sift(ITEM % b"1\r\nUniqueid: 2\r\n\r\nX: y", judge)
    assert torn.accepted == []
    assert torn.suspicions[0] == Suspicion(Reason.TORN, "CoreShowChannel", "PJSIP/a-1")


STATUS = b"Event: Status\r\nPrivilege: Call\r\nCallerIDNum: %s\r\nUniqueid: %s\r\nActionID: x-5\r\n\r\n"


def test_a_torn_item_that_has_its_action_id_at_the_end_takes_no_neighbour_with_it() -> None:
    hold = b"Event: Hold\r\nPrivilege: call,all\r\nSystemName: SYSTEMNAME\r\nUniqueid: 3\r\n\r\n"
    torn = STATUS % (b"1\r\nUniqueid: victim\r\n\r\nX: y", b"2")
    data = STATUS % (b"1", b"1") + torn + STATUS % (b"1", b"3") + hold + torn + hold
    sifted = sift(data, vetting(ours=frozenset({"x-5"})))
    assert [(message.name, message["Uniqueid"]) for message in sifted.accepted] == [
        ("Status", "1"),
        ("Status", "3"),
        ("Hold", "3"),
        ("Hold", "3"),
    ]
    assert [suspicion.reason for suspicion in sifted.suspicions] == [Reason.NO_SYSTEM_NAME, Reason.UNREADABLE] * 2


def test_several_variables_of_an_item_are_genuine() -> None:
    judge = vetting(ours=frozenset({"x-5"}))
    assert len(sift(ITEM % b"1\r\nVariable: A=1\r\nVariable: B=1", judge).accepted) == 1
    assert len(sift(ITEM % b"1\r\nVariable: A=1\r\nVariable: A=2", judge).accepted) == 0


def test_a_torn_answer_is_still_an_answer() -> None:
    data = b"Response: Success\r\nActionID: x-1\r\nValue: a\r\n\r\nb\r\n\r\n"
    sifted = sift(data)
    assert [m.name for m in sifted.accepted] == ["Success"]
    assert [s.reason for s in sifted.suspicions] == [Reason.UNREADABLE]


def test_without_a_system_name_privilege_is_asked_for() -> None:
    event = b"Event: Hangup\r\nPrivilege: call,all\r\nUniqueid: 1\r\n\r\n"
    assert [m.name for m in sift(event, vetting(None)).accepted] == ["Hangup"]
    assert sift(event.replace(b"Privilege: call,all\r\n", b""), vetting(None)).accepted == []


def test_an_ignored_event_is_not_parsed() -> None:
    [message] = messages = Decoder().feed(
        b"Event: RTCPSent\r\nPrivilege: reporting,all\r\nSystemName: SYSTEMNAME\r\nA: b\r\nA: c\r\n\r\n"
    )
    sifted = vetting().sift(messages)
    assert (sifted.ignored, sifted.accepted, sifted.suspicions) == (1, [], [])
    assert isinstance(message, Message)
    assert message._headers is None
