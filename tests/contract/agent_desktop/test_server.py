from __future__ import annotations

import datetime
import ssl
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.support.desktop_fakes import PASSWORD, desktop
from websockets.asyncio.client import connect

from tandem.agent_desktop.errors import BadSetting, PortTaken


@pytest.mark.parametrize("setting", ["http_port", "seat_port"])
async def test_a_taken_port_is_named_with_its_setting(tmp_path: Path, setting: str) -> None:
    async with desktop(tmp_path) as first:
        port: dict[str, Any] = {setting: first.server.http_port}
        with pytest.raises(PortTaken) as taken:
            async with desktop(tmp_path, **port):
                pass
    assert taken.value.port == first.server.http_port
    assert str(first.server.http_port) in str(taken.value)
    assert setting in str(taken.value)


async def test_both_ports_are_free_again_when_one_was_taken(tmp_path: Path) -> None:
    async with desktop(tmp_path) as first, desktop(tmp_path) as second:
        free = second.server.http_port
        await second.server.__aexit__(None, None, None)
        with pytest.raises(PortTaken):
            async with desktop(tmp_path, http_port=free, seat_port=first.server.seat_port):
                pass
        async with desktop(tmp_path, http_port=free):
            pass


async def test_an_address_that_is_not_ours_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"192\.0\.2\.1.*listen"):
        async with desktop(tmp_path, listen="192.0.2.1"):
            pass


def _certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_https_and_wss(tmp_path: Path) -> None:
    trusting = ssl.create_default_context()
    async with desktop(tmp_path, tls=_certificate(tmp_path)) as desk:
        trusting.load_verify_locations(tmp_path / "server.pem")
        async with aiohttp.ClientSession(
            desk.url, connector=aiohttp.TCPConnector(ssl=trusting), cookie_jar=aiohttp.CookieJar(unsafe=True)
        ) as browser:
            async with browser.post("/api/login", json={"login": "mei", "password": PASSWORD}) as answer:
                assert "Secure" in answer.headers["Set-Cookie"].split("; ")
            async with browser.get("/api/me") as answer:
                me = await answer.json()
                assert me["seat_socket_url"] in answer.headers["Content-Security-Policy"]
            assert me["seat_socket_url"].startswith("wss://127.0.0.1:")
            async with connect(
                me["seat_socket_url"],
                ssl=trusting,
                origin=desk.origin,  # type: ignore[arg-type]
                additional_headers={"Cookie": f"tandem_session={desk.token(browser)}"},
                proxy=None,
            ) as page:
                await page.send('{"type":"hello","protocol":2,"view":"seat"}')
                assert '"welcome"' in str(await page.recv())
