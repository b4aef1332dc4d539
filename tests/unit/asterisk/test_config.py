"""The configuration that we write for Asterisk: least rights, no pattern, nothing that text could break out of."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support.fake_ami import PASSWORD, FakeAmi

from tandem.cti.adapters.asterisk.config import EVENTS, AgentPhone, SwitchSettings, asterisk_files
from tandem.cti.adapters.asterisk.dialplan import CONTROL_PRIORITY
from tandem.cti.adapters.asterisk.translator import Translator
from tandem.cti.model.errors import InvalidField
from tandem.cti.model.ids import DeviceId

SETTINGS = SwitchSettings(
    system_name="secret",
    ami_port=5038,
    ami_secret="ami",
    recorder_secret="rec",
    sip_port=5060,
    http_port=8088,
    rtp_ports=(10000, 10999),
    dnis=("95001", "+861088880001"),
    phones=(AgentPhone(device=DeviceId("1001"), password="pw1"), AgentPhone(device=DeviceId("1002"), password="pw2")),
    trunk_host="192.0.2.1",
    trunk_port=5060,
    recordings_dir=Path("/srv/recordings"),
    sounds_dir=Path("/srv/sounds"),
    music_dir=Path("/srv/music"),
)


def settings_beside(ami: FakeAmi, sounds_dir: Path) -> SwitchSettings:
    """Of a switch whose Asterisk is ``ami``."""
    return replace(
        SETTINGS,
        system_name=ami.system_name,
        ami_port=ami.port,
        ami_secret=PASSWORD,
        recorder_secret=PASSWORD,
        phones=(),
        sounds_dir=sounds_dir,
    )


def files(**changes: Any) -> dict[str, str]:
    return asterisk_files(replace(SETTINGS, **changes))


def section(text: str, name: str) -> str:
    return text.split(f"[{name}]\n", 1)[1].split("\n[", 1)[0]


def test_ami_is_reached_from_this_machine_alone_and_with_the_rights_that_are_used() -> None:
    manager = files()["manager.conf"]
    assert "bindaddr = 127.0.0.1" in manager
    assert "webenabled = no" in manager
    assert "allowmultiplelogin = no" in manager
    server, recorder = section(manager, "tandem"), section(manager, "tandem-recorder")
    assert "write = call,originate,agi,agent,reporting\n" in server
    assert "read = system,call,agent,agi,dtmf\n" in server
    assert "write = system\n" in recorder
    for user in (server, recorder):
        assert "deny = 0.0.0.0/0.0.0.0\npermit = 127.0.0.1/255.255.255.255\n" in user
        assert "writetimeout = 5000" in user


def test_every_event_that_is_read_is_let_through_and_no_other() -> None:
    read = set(Translator("x", ())._rows) | {"AsyncAGIExec", "DTMFBegin", "DTMFEnd", "FullyBooted", "Shutdown"}
    assert set(EVENTS) == read
    manager = section(files()["manager.conf"], "tandem")
    assert set(re.findall(r"name\((\w+)\)", manager)) == read | {"AGIExecStart"}
    assert "name(AGIExecStart),header(Command),method(starts_with)) = EXEC Read\n" in manager


@pytest.mark.parametrize("host", ["a b", "a@b", "h;x", "H", "a:b", "h:123456", "", "a/b", "${X}", "a\nb"])
def test_a_host_that_calls_go_to_is_a_plain_name(host: str) -> None:
    with pytest.raises(InvalidField):
        replace(SETTINGS, sip_hosts=(host,))


def test_the_dialplan_has_no_pattern_and_answers_our_numbers_alone() -> None:
    extensions = files()["extensions.conf"]
    names = re.findall(r"^exten => ([^,]+),", extensions, re.MULTILINE)
    assert not [name for name in names if name.startswith("_")]
    assert set(re.findall(r"^exten => ([^,]+),", section(extensions, "from-carrier"), re.MULTILINE)) == set(
        SETTINGS.dnis
    )
    assert "exten" not in section(extensions, "from-phones")


def test_callers_text_enters_no_expression_unfiltered() -> None:
    extensions = files()["extensions.conf"]
    for line in extensions.splitlines():
        if "CALLERID" in line or "${EXTEN}" in line:
            assert "FILTER(" in line, line


def test_no_application_that_reaches_the_host() -> None:
    extensions = files()["extensions.conf"]
    used = set(re.findall(r",(\w+)\(", re.sub(r"\$\{.*?\}", "", extensions)))
    assert used == {"Set", "Answer", "Goto", "AGI", "GotoIf", "Queue", "ExecIf", "Hangup"}


def test_every_leg_that_waits_for_us_has_a_dead_man_switch() -> None:
    extensions = files(guard_s=17)["extensions.conf"]
    for context, last in (("tandem-callers", "Queue(tandem-fallback"), ("tandem-legs", "Hangup()")):
        lines = section(extensions, context).splitlines()
        loop = [line for line in lines if line and not line.startswith(";")]
        assert loop[0] == "exten => loop,1,Set(TIMEOUT(absolute)=17)"
        assert loop[CONTROL_PRIORITY - 1] == " same => n,AGI(agi:async)"
        assert loop[CONTROL_PRIORITY] == " same => n,Goto(loop,1)"
        assert any(line.startswith("exten => T,1,") for line in lines)
        assert any(last in line for line in lines)


def test_thirty_seconds_unless_said_otherwise() -> None:
    assert SETTINGS.guard_s == 30


def test_the_trunk_is_known_before_a_name_is_looked_at() -> None:
    pjsip = files()["pjsip.conf"]
    assert "endpoint_identifier_order = ip,username\n" in pjsip
    assert "match = 192.0.2.1\n" in pjsip
    assert "match = 192.0.2.1:5060\n" in files(trunk_match_port=True)["pjsip.conf"]


def test_phones_are_browsers_unless_said_otherwise() -> None:
    pjsip = files()["pjsip.conf"]
    assert pjsip.count("webrtc = yes") == 2
    assert "username = 1001\npassword = pw1\n" in pjsip
    plain = files(phones=(AgentPhone(device=DeviceId("1001"), password="p", webrtc=False),))["pjsip.conf"]
    assert "webrtc" not in plain


def test_encrypted_when_others_can_listen() -> None:
    plain = files()
    assert "tls" not in plain["http.conf"]
    assert "protocol = ws\n" in plain["pjsip.conf"]
    open_to_all = files(
        listen="198.51.100.7", https_port=8089, tls_certificate=Path("/srv/cert.pem"), tls_key=Path("/srv/key.pem")
    )
    assert "bindaddr = 127.0.0.1\n" in open_to_all["http.conf"]
    assert "tlsbindaddr = 198.51.100.7:8089\n" in open_to_all["http.conf"]
    assert "protocol = wss\n" in open_to_all["pjsip.conf"]
    assert "external_media_address = 203.0.113.9\n" in files(external_address="203.0.113.9")["pjsip.conf"]


@pytest.mark.parametrize(
    "changes",
    [
        {"ami_secret": "a\nwrite = all"},
        {"ami_secret": ""},
        {"system_name": "a b"},
        {"dnis": ("_X.",)},
        {"dnis": ("95001,1,Hangup",)},
        {"dnis": ("9",)},
        {"phones": (AgentPhone(device=DeviceId("10;1"), password="p"),)},
        {"phones": (AgentPhone(device=DeviceId("1001"), password="p\n[x]"),)},
        {"phones": (AgentPhone(device=DeviceId("carrier"), password="p"),)},
        {"trunk_host": "h\nx"},
        {"recordings_dir": Path("relative")},
        {"recordings_dir": Path("/srv/a,b|c")},
        {"sounds_dir": Path("/srv/a&b")},
        {"external_address": "1.2.3.4;x"},
        {"guard_s": 0},
        {"https_port": 8089},
    ],
)
def test_what_the_files_cannot_carry_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidField):
        replace(SETTINGS, **changes)
