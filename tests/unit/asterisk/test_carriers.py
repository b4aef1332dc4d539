"""Carriers: how the settings name them, what Asterisk is told of them, and the one that tests call."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.asterisk.test_config import SETTINGS, files, section

from tandem.cti.adapters.asterisk import actions
from tandem.cti.adapters.asterisk.carrier_calls import read_calls
from tandem.cti.adapters.asterisk.carrier_config import CarrierSettings, carrier_files
from tandem.cti.adapters.asterisk.carrier_people import Behaviour, Crowd, Subscriber, crowd
from tandem.cti.adapters.asterisk.config import Trunk
from tandem.cti.adapters.asterisk.legs import device_of
from tandem.cti.model.errors import InvalidField
from tandem.cti.model.events import Party
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId
from tandem.cti.model.requests import MakeConnection
from tandem.cti.runtime.settings import BadSettings, Carrier, load
from tandem.routing.core.dialer.carriers import CarrierPlan, Carriers

NORTH = Trunk(name="north", host="192.0.2.9", port=5080)
SHARES = {Behaviour.PERSON: 30, Behaviour.MACHINE: 20, Behaviour.RING: 40, Behaviour.BUSY: 10}


def settings_of(home: Path, text: str) -> dict[str, Carrier]:
    (home / "tandem.toml").write_text(text, encoding="utf-8")
    return load(home, {}).all_carriers


def test_one_carrier_is_always_there(tmp_path: Path) -> None:
    assert settings_of(tmp_path, 'trunk_host = "192.0.2.1"\ntrunk_port = 5090') == {
        "trunk": Carrier(host="192.0.2.1", port=5090)
    }


def test_more_by_name_and_what_each_takes(tmp_path: Path) -> None:
    carriers = settings_of(
        tmp_path,
        'trunk_host = "192.0.2.1"\n[carriers.north]\nhost = "192.0.2.9"\nlines = 60\n'
        '[carriers.trunk]\nlines = 120\nprices = {"+86" = 0.06, "+8610" = 0.04}\n',
    )
    assert list(carriers) == ["trunk", "north"]
    assert (carriers["trunk"].host, carriers["trunk"].lines, carriers["north"].lines) == ("192.0.2.1", 120, 60)
    priced = Carriers((CarrierPlan(name="trunk", prices=carriers["trunk"].prices),))
    assert priced.cost("trunk", "+861012345678", 60.0) == 0.04
    assert priced.cost("trunk", "+862112345678", 60.0) == 0.06
    assert priced.cost("trunk", "+12125550100", 60.0) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "[carriers.north]\nlines = 2",
        '[carriers.trunk]\nhost = "192.0.2.1"',
        '[carriers."a b"]\nhost = "192.0.2.1"',
        '[carriers.north]\nhost = "192.0.2.1"\nlines = 0',
        '[carriers.north]\nhost = "192.0.2.1"\ncalls_per_s = 0',
        '[carriers.north]\nhost = "192.0.2.1"\nport = 70000',
        '[carriers.north]\nhost = "192.0.2.1"\nprices = {"86" = 1}',
        '[carriers.north]\nhost = "192.0.2.1"\nprices = {"+86" = -1}',
        '[carriers.north]\nhost = "192.0.2.1"\nprices = {"+86" = nan}',
        '[carriers.north]\nhost = "192.0.2.1"\nspeed = 1',
    ],
)
def test_a_carrier_that_makes_no_sense_stops_the_start(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings, match="carriers"):
        settings_of(tmp_path, text)


def test_each_has_an_endpoint_that_no_phone_can_have() -> None:
    pjsip = files(carriers=(NORTH,))["pjsip.conf"]
    assert "contact = sip:192.0.2.9:5080\n" in pjsip
    assert "endpoint = carrier_north\nmatch = 192.0.2.9\n" in pjsip
    assert pjsip.count("context = from-carrier\n") == 2
    assert pjsip.count("send_connected_line = no\ntrust_connected_line = no\n") == 2
    assert replace(SETTINGS, carriers=(NORTH,)).trunks == {"": "carrier", "trunk": "carrier", "north": "carrier_north"}
    assert device_of("PJSIP/carrier_north-0000002a") == "carrier_north"


@pytest.mark.parametrize(
    "carriers",
    [(replace(NORTH, name="a]b"),), (replace(NORTH, host="h\nx"),), (NORTH, NORTH), (replace(NORTH, name="trunk"),)],
)
def test_a_carrier_that_the_files_cannot_carry_is_refused(carriers: tuple[Trunk, ...]) -> None:
    with pytest.raises(InvalidField):
        replace(SETTINGS, carriers=carriers)


def test_the_carrier_that_is_named_is_dialled() -> None:
    request = MakeConnection(
        call=CallId("lead.1"),
        connection=ConnectionId("lead.1.0"),
        party=Party.CUSTOMER,
        device=DeviceId("+8613912345678"),
        calling="95001",
        name="",
        timeout_s=25.0,
        carrier="north",
    )
    fields = dict(actions.originate(request, trunks={"": "carrier", "north": "carrier_north"})[1])
    assert (fields["Channel"], fields["ChannelId"]) == ("PJSIP/+8613912345678@carrier_north", "lead.1.0")
    with pytest.raises(InvalidField):
        actions.originate(request)


def test_progress_is_the_one_state_of_a_dial_that_is_told() -> None:
    manager = section(files()["manager.conf"], "tandem")
    assert "name(DialState),header(DialStatus),method(exact)) = PROGRESS\n" in manager
    assert "name(DialState)) =" not in manager


def test_the_whisper_tone_is_played_from_our_own_file() -> None:
    assert files()["features.conf"] == "[general]\nxfersound = /srv/sounds/tandem-whisper\n"


# -- the carrier of demo, tests and benchmarks


def test_a_crowd_is_the_same_every_time() -> None:
    one = crowd("+861390000", 4, SHARES, rings_s=(1, 9), stays_s=(20, 60))
    assert one == crowd("+861390000", 4, SHARES, rings_s=(1, 9), stays_s=(20, 60))
    assert list(one.numbers(2)) == ["+8613900000000", "+8613900000001"]
    does = [one.member(number).does for number in one.numbers(1000)]
    assert {behaviour: does.count(behaviour) for behaviour in SHARES} == {b: 10 * n for b, n in SHARES.items()}
    assert {member.rings_s for member in one.members} >= {1.0, 9.0}
    assert {member.says for member in one.members if member.does is Behaviour.MACHINE} == {"vm-intro"}


def test_a_crowd_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidField):
        crowd("+861390000", 4, {Behaviour.PERSON: 99})
    with pytest.raises(InvalidField):
        Crowd(prefix="_X.", digits=4, members=(Subscriber(does=Behaviour.BUSY),) * 100)
    with pytest.raises(InvalidField):
        Subscriber(does=Behaviour.PERSON, speech="a,b")


def test_the_dialplan_of_the_carrier_has_a_row_for_each() -> None:
    settings = CarrierSettings(
        system_name="n",
        ami_port=1,
        ami_secret="s",
        sip_port=2,
        phones_port=3,
        rtp_ports=(4, 5),
        tandem_port=6,
        numbers={"+8613900000001": Behaviour.DEAD},
        crowds=(crowd("+861390001", 4, SHARES),),
        keep_calls=True,
        messages_dir=Path("/srv/messages"),
    )
    texts = carrier_files(settings)
    dialplan = texts["extensions.conf"]
    assert "exten => +8613900000001,1,Set(CDR(userfield)=${EXTEN})" in dialplan
    assert "exten => _+861390001XXXX,1," in dialplan
    assert section(dialplan, "crowd-0").count(",1,NoOp()") == 100
    for behaviour in Behaviour:
        assert f"[does-{behaviour}]\n" in dialplan
    assert "enable = yes" in texts["cdr.conf"]
    assert "cdr.conf" not in carrier_files(replace(settings, keep_calls=False))


def test_the_carriers_own_record_is_read(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    assert read_calls(file) == []
    file.write_text(
        '"+8613900000001","95001","person","10.500000","12.000000","20.250000","13.125","ANSWERED",20\n'
        '"","1001","","10.0","0.000000","11.0","","NO ANSWER",20\n'
        '"+8613900000002","anonymous","busy","10.000000","0.000000","10.100000","","BUSY",20\n',
        encoding="utf-8",
    )
    person, busy = read_calls(file)
    assert (person.number, person.does, person.answered_at, person.heard_at) == (
        "+8613900000001",
        Behaviour.PERSON,
        12.0,
        13.125,
    )
    assert (busy.calling, busy.answered_at, busy.disposition) == ("anonymous", None, "BUSY")
