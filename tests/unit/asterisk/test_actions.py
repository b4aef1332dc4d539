"""Requests as AMI actions: what people wrote cannot become anything else on the way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.adapters.asterisk import actions
from tandem.cti.adapters.asterisk.codec import Decoder, encode_action
from tandem.cti.adapters.asterisk.legs import Leg, PublicIds, read_legs, snapshot_of
from tandem.cti.model.causes import Cause
from tandem.cti.model.errors import InvalidField
from tandem.cti.model.events import Party
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId, RecordingId
from tandem.cti.model.requests import ClearConnection, MakeConnection, Record
from tandem.cti.model.states import ConnectionState

CALL, CONNECTION = CallId("call"), ConnectionId("conn")
LEG = Leg(
    uniqueid="u-1.2",
    channel="PJSIP/carrier-00000001",
    call=CALL,
    connection=CONNECTION,
    party=Party.CALLER,
    device=DeviceId("carrier"),
)


def make(
    device: str = "1001", party: Party = Party.AGENT, changes: Mapping[str, str] = MappingProxyType({})
) -> MakeConnection:
    return MakeConnection(
        call=CallId(changes.get("call", "c-1")),
        connection=ConnectionId(changes.get("connection", "x-1")),
        party=party,
        device=DeviceId(device),
        calling=changes.get("calling", "+8613800138000"),
        name=changes.get("name", "王小明"),
        timeout_s=20,
        memory=changes.get("memory", "a=b"),
    )


def value(action: tuple[str, Sequence[tuple[str, str]]], name: str) -> str:
    return next(value for key, value in action[1] if key == name)


def test_originate() -> None:
    name, fields = actions.originate(make())
    assert name == "Originate"
    assert ("Channel", "PJSIP/1001") in fields
    assert ("ChannelId", "x-1") in fields
    assert ("Async", "true") in fields
    assert ("Timeout", "20000") in fields
    assert ("CallerID", '"王小明" <+8613800138000>') in fields
    assert [v for k, v in fields if k == "Variable"] == [
        "TANDEM_CALL=c-1",
        "TANDEM_PARTY=agent",
        "TANDEM_DEVICE=1001",
        "TANDEM_MEMORY=a=b",
        "TANDEM_MEMORY_2=",
    ]
    outside = actions.originate(make("+8613900000001", Party.OUTSIDE))
    assert value(outside, "Channel") == "PJSIP/+8613900000001@carrier"


@pytest.mark.parametrize("device", ["", "1001&1002", "1001@x", "1001/n", "10 01", "1001\r\nX: y", "a" * 33, "+1001"])
def test_a_phone_is_a_plain_name(device: str) -> None:
    with pytest.raises(InvalidField):
        actions.originate(make(device))


@pytest.mark.parametrize(
    "number", ["", "1", "500&PJSIP/x/1900", "+86@h", "86 139", "abc", "+" + "1" * 21, "٣٣٣", "**1"]
)
def test_a_number_is_digits(number: str) -> None:
    with pytest.raises(InvalidField):
        actions.originate(make(number, Party.OUTSIDE))


HOSTS = ("pbx.example.com", "192.0.2.7:5080")


def test_a_sip_address_of_a_host_that_is_allowed() -> None:
    for address in ("sip:sales.team+1@pbx.example.com", "sip:100@PBX.example.com", "sip:a_b-c@192.0.2.7:5080"):
        action = actions.originate(make(address, Party.OUTSIDE), sip_hosts=HOSTS)
        assert value(action, "Channel") == f"PJSIP/carrier/{address}"


@pytest.mark.parametrize(
    "address",
    [
        "sip:a@evil.example.com",
        "sip:a@pbx.example.com.evil.net",
        "sip:a@pbx.example.com:5061",
        "sip:a@192.0.2.7",
        "sip:a@pbx.example.com;transport=tls",
        "sip:a@pbx.example.com?Subject=x",
        "sip:a&PJSIP/1001@pbx.example.com",
        "sip:a,b@pbx.example.com",
        "sip:a@b@pbx.example.com",
        "sip:${X}@pbx.example.com",
        "sip:a@pbx.example.com\r\nX: y",
        "sip:a@pbx.example.com\n",
        "sip:@pbx.example.com",
        "sip:a%20b@pbx.example.com",
        "sip:a@",
        "sip:pbx.example.com",
        "sips:a@pbx.example.com",
        "SIP:a@pbx.example.com",
        "sip:" + "a" * 65 + "@pbx.example.com",
    ],
)
def test_no_other_sip_address_is_dialled(address: str) -> None:
    with pytest.raises(InvalidField):
        actions.originate(make(address, Party.OUTSIDE), sip_hosts=HOSTS)


def test_a_sip_address_is_dialled_for_transfers_alone() -> None:
    for party in (Party.AGENT, Party.CUSTOMER):
        with pytest.raises(InvalidField):
            actions.originate(make("sip:a@pbx.example.com", party), sip_hosts=HOSTS)
    with pytest.raises(InvalidField):
        actions.originate(make("sip:a@pbx.example.com", Party.OUTSIDE))


def test_our_own_phone_may_play_the_customer() -> None:
    assert value(actions.originate(make("phone:1001", Party.CUSTOMER)), "Channel") == "PJSIP/1001"
    for device in ("phone:", "phone:carrier", "phone:probe", "phone:1001&1002", "phone:1001@x", "phone:phone:1"):
        with pytest.raises(InvalidField):
            actions.originate(make(device, Party.CUSTOMER))
    for party in (Party.AGENT, Party.OUTSIDE):
        with pytest.raises(InvalidField):
            actions.originate(make("phone:1001", party))


@pytest.mark.parametrize("field", ["call", "connection"])
def test_ids_are_plain(field: str) -> None:
    for text in ("a,b", "a b", "a\n", "", "x" * 65, "王"):
        with pytest.raises(InvalidField):
            actions.originate(make(changes={field: text}))


@given(st.text(), st.text())
def test_no_name_and_no_number_gets_out_of_its_place(name: str, number: str) -> None:
    shown = actions.caller_id(name, number)
    assert shown.startswith('"')
    assert shown.endswith(">")
    inside, _, outside = shown[1:-1].partition('" <')
    assert not set(inside) & set('"<>\\${}|\r\n\0')
    assert set(outside) <= set("+0123456789")
    assert len(shown) < 120
    encode_action("Originate", [("CallerID", shown)])  # raises for what would break the line


def test_memory_is_set_in_one_action() -> None:
    memory = "m" * 699 + "z"
    name, fields = actions.remember(LEG, memory)
    assert name == "Setvar"
    assert fields == (
        ("Channel", LEG.channel),
        ("Variable", "ARRAY(TANDEM_MEMORY,TANDEM_MEMORY_2)"),
        ("Value", f"{'m' * 350},{'m' * 349}z"),
    )
    encode_action(name, fields)


def test_a_recording_is_named_by_its_id_alone() -> None:
    folder = Path("/srv/rec")
    request = Record(call=CALL, connection=CONNECTION, recording=RecordingId("r-1"))
    assert value(actions.record(request, LEG, folder), "File") == "/srv/rec/r-1.raw"
    for hostile in ("../x", "a/b", "a,b|c", "", "a b"):
        with pytest.raises(InvalidField):
            actions.record(Record(call=CALL, connection=CONNECTION, recording=RecordingId(hostile)), LEG, folder)


def test_each_party_goes_back_to_its_own_loop() -> None:
    agent = replace(LEG, party=Party.AGENT)
    assert value(actions.redirect_to_loop(LEG), "Context") == "tandem-callers"
    assert value(actions.redirect_to_loop(agent), "Context") == "tandem-legs"


def test_causes_are_told_in_q850() -> None:
    codes = {
        cause: value(actions.hangup(ClearConnection(call=CALL, connection=CONNECTION, cause=cause), "u"), "Cause")
        for cause in Cause
    }
    assert codes[Cause.NORMAL] == "16"
    assert codes[Cause.BUSY] == "17"
    assert codes[Cause.CANCELLED] == "26"
    assert codes[Cause.UNKNOWN] == "16"


def test_contacts() -> None:
    assert actions.read_contacts(DeviceId("1001"), "") == set()
    both = "PJSIP/1001/sip:1001@127.0.0.1:5;x&PJSIP/1001/sip:a@b"
    assert actions.read_contacts(DeviceId("1001"), both) == {"sip:1001@127.0.0.1:5;x", "sip:a@b"}


# -- reading a list of channels

STATUS = """Event: Status
Channel: {channel}
ChannelState: {state}
CallerIDNum: +86138
CallerIDName: \\"Mei\\"
Context: {context}
Exten: {exten}
Priority: {priority}
Uniqueid: {uniqueid}
Linkedid: {linkedid}
DNID: 95001
BridgeID: {bridge}
Variable: TANDEM_CALL={call}
Variable: TANDEM_PARTY={party}
Variable: TANDEM_DEVICE={device}
Variable: TANDEM_DNIS=95001
Variable: TANDEM_SERVED=(null)
Variable: TANDEM_MEMORY={memory}
Variable: TANDEM_MEMORY_2=(null)

"""


def rows(*changes: dict[str, str]) -> list[Leg]:
    text = ""
    for change in changes:
        given = {
            "channel": "PJSIP/carrier-00000001",
            "state": "6",
            "context": "tandem-callers",
            "exten": "loop",
            "priority": "2",
            "uniqueid": "s-1.1",
            "linkedid": "s-1.1",
            "bridge": "",
            "call": "(null)",
            "party": "(null)",
            "device": "(null)",
            "memory": "(null)",
        }
        text += STATUS.format(**given | change)
    return list(read_legs(Decoder().feed(text.replace("\n", "\r\n").encode()), PublicIds("s")))


AGENT = {
    "channel": "PJSIP/1001-00000002",
    "context": "tandem-legs",
    "uniqueid": "leg-1",
    "linkedid": "s-1.1",
    "call": "c-9",
    "party": "agent",
    "device": "1001",
}


@pytest.mark.parametrize(
    ("change", "controlled", "fallback", "state"),
    [
        ({}, True, False, ConnectionState.CONNECTED),
        ({"priority": "1"}, False, False, ConnectionState.CONNECTED),
        ({"priority": "3"}, False, False, ConnectionState.CONNECTED),
        ({"context": "from-carrier", "exten": "95001", "state": "4"}, False, False, ConnectionState.INITIATED),
        ({"exten": "T"}, False, True, ConnectionState.QUEUED),
        ({"exten": "T", "bridge": "b"}, False, True, ConnectionState.CONNECTED),
        ({"bridge": "b"}, False, False, ConnectionState.CONNECTED),
    ],
)
def test_where_a_caller_is(change: dict[str, str], controlled: bool, fallback: bool, state: ConnectionState) -> None:
    (leg,) = rows(change)
    assert (leg.controlled, leg.fallback, leg.state) == (controlled, fallback, state)
    assert (leg.party, leg.name, leg.calling, leg.called) == (Party.CALLER, '"Mei"', "+86138", "95001")
    assert leg.connection == PublicIds("s").connection("s-1.1")


def test_a_leg_of_ours_says_whose_it_is() -> None:
    (leg,) = rows(AGENT | {"state": "5", "context": "from-phones", "exten": "s", "memory": "m"})
    assert (leg.call, leg.connection, leg.party, leg.device) == ("c-9", "leg-1", Party.AGENT, "1001")
    assert (leg.state, leg.controlled, leg.memory, leg.made) == (ConnectionState.ALERTING, False, "m", True)


def test_who_is_joined_with_whom() -> None:
    caller, agent = snapshot_of(rows({"bridge": "b"}, AGENT | {"bridge": "b"}))
    assert (caller.joined_with, agent.joined_with) == ("leg-1", caller.connection)


def test_a_phone_that_the_fallback_queue_rings_is_of_its_callers_call() -> None:
    member = {"channel": "PJSIP/1002-00000003", "context": "from-phones", "uniqueid": "s-1.7", "state": "5"}
    caller, leg = rows({"exten": "T"}, member)
    assert (leg.call, leg.party, leg.device, leg.fallback) == (caller.call, Party.AGENT, "1002", True)
    assert leg.connection == PublicIds("s").connection("s-1.7")


def test_other_channels_are_not_ours() -> None:
    assert rows({"channel": "Surrogate/PJSIP/carrier-00000001"}, {"channel": "Local/x@y-00000001;1"}) == []
    assert (
        rows({"channel": "PJSIP/1001-00000009", "context": "from-phones", "uniqueid": "s-1.9", "linkedid": "s-1.9"})
        == []
    )
