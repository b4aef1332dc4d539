from __future__ import annotations

import ssl
from typing import Any

import pytest
from tests.support.desktop_fakes import user

from tandem.agent_desktop.errors import BadSetting
from tandem.agent_desktop.services.softphone import softphone
from tandem.agent_desktop.settings import DesktopSettings
from tandem.cti.model.credentials import sip_password
from tandem.cti.model.ids import DeviceId

SECRET = b"0123456789abcdef"


def settings(**changed: Any) -> DesktopSettings:
    return DesktopSettings(sip_secret=SECRET, **changed)


def test_hosts_and_origins_follow_from_names_and_port() -> None:
    plain = settings(names=("Desk.example", "::1"))
    assert plain.origins(8400) == {"http://desk.example:8400", "http://[::1]:8400"}
    assert plain.hosts(8400) == {"desk.example:8400", "[::1]:8400"}


def test_the_usual_port_is_left_out_as_browsers_leave_it_out() -> None:
    secure = settings(names=("desk.example",), tls=ssl.create_default_context(ssl.Purpose.CLIENT_AUTH))
    assert secure.origins(443) == {"https://desk.example"}
    assert secure.hosts(443) == {"desk.example", "desk.example:443"}


def test_extra_origins_are_accepted_as_origins_and_as_hosts() -> None:
    proxied = settings(extra_origins=("https://front.example",))
    assert "https://front.example" in proxied.origins(8400)
    assert "front.example" in proxied.hosts(8400)


@pytest.mark.parametrize("origin", ["front.example", "ftp://front.example", "https://front.example/", "https://"])
def test_what_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(BadSetting, match="extra_origins"):
        settings(extra_origins=(origin,))


def test_a_guessable_secret_is_refused() -> None:
    with pytest.raises(BadSetting, match="sip_secret"):
        DesktopSettings(sip_secret=b"short")


def test_the_secret_is_not_shown() -> None:
    assert "0123456789" not in repr(settings())


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1:8400", "ws://127.0.0.1:8401/"),
        ("desk.example", "ws://desk.example:8401/"),
        ("[::1]:8400", "ws://[::1]:8401/"),
    ],
)
def test_sockets_are_told_by_the_name_that_the_page_came_by(host: str, url: str) -> None:
    """A cookie belongs to one host name: a socket at another name would not carry it."""
    assert settings().seat_socket(host, 8401) == url


def test_the_softphone_of_a_user_with_a_device() -> None:
    phone = softphone(settings(softphone_port=8088), user("mei", "agent", "1001"), "localhost:8400")
    assert phone is not None
    assert phone.socket_url == "ws://localhost:8088/ws"
    assert phone.uri == "sip:1001@tandem.local"
    assert phone.password == sip_password(SECRET, DeviceId("1001"))
    assert softphone(settings(), user("sue", "supervisor"), "localhost:8400") is None


def test_sip_passwords_differ_by_device_and_secret_and_never_change() -> None:
    assert sip_password(b"k" * 16, DeviceId("1001")) == "f6cfae13697b98ed80d558cb2a87ad0d"
    assert sip_password(b"k" * 16, DeviceId("1002")) != sip_password(b"k" * 16, DeviceId("1001"))
    assert sip_password(b"j" * 16, DeviceId("1001")) != sip_password(b"k" * 16, DeviceId("1001"))
