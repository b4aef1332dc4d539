"""The HTTP client of data dips against real servers on loopback: what it sends, whom it asks, how much it takes."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import ssl
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from tandem.cti.app.certificate import ensure_certificate
from tandem.cti.runtime.stream_server import StreamServer
from tandem.ivr.adapters.addresses import AddressPolicy
from tandem.ivr.adapters.web import WebClient, web_client
from tandem.ivr.core.dialogue import Dip, Fetched
from tandem.ivr.core.values import Secret
from tandem.ivr.data.dips import Dips
from tandem.ivr.data.http_source import Credential, HttpSource
from tandem.ivr.errors import DataRefused, DataUnavailable, DataUnusable
from tandem.ivr.ports import HttpRequest

LOOPBACK = AddressPolicy.of(["127.0.0.1"])
MOST = 256 * 1024
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def service(
    handler: Handler, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Its port."""
    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, ssl_context=tls)
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@pytest.fixture
async def client() -> AsyncIterator[WebClient]:
    async with web_client(LOOPBACK) as made:
        yield made


def get(url: str, **headers: str) -> HttpRequest:
    return HttpRequest(method="GET", url=url, headers=headers, most_bytes=MOST)


class Names:
    """Stands in for the name server; remembers what was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **addresses: list[str]) -> None:
        self.addresses = {name.replace("_", "."): found for name, found in addresses.items()}
        self.asked: list[str] = []
        monkeypatch.setattr(socket, "getaddrinfo", self)

    def __call__(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        if host not in self.addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in self.addresses[host]]


async def test_what_is_sent_and_what_comes_back(client: WebClient) -> None:
    seen: list[web.BaseRequest] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        seen.append(request)
        return web.json_response({"got": (await request.read()).decode()}, status=201)

    async with service(answer) as port:
        asked = HttpRequest(
            method="POST",
            url=f"http://127.0.0.1:{port}/a%2Fb/x%2By?q=%2B&r=1%202",
            headers={"X-Key": "s3cret", "Content-Type": "application/json"},
            body=b'{"a": 1}',
            most_bytes=MOST,
        )
        reply = await client.send(asked)
    assert (reply.status, reply.content_type, reply.body) == (201, "application/json", b'{"got": "{\\"a\\": 1}"}')
    (request,) = seen
    assert request.raw_path == "/a%2Fb/x%2By?q=%2B&r=1%202"
    assert request.headers["X-Key"] == "s3cret"
    assert request.headers["User-Agent"] == "tandem"


async def test_a_redirect_is_not_followed_and_a_cookie_not_kept(client: WebClient) -> None:
    seen: list[web.BaseRequest] = []

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        seen.append(request)
        return web.Response(status=302, headers={"Location": "/secret", "Set-Cookie": "a=b"})

    async with service(answer) as port:
        assert (await client.send(get(f"http://127.0.0.1:{port}/"))).status == 302
        await client.send(get(f"http://127.0.0.1:{port}/"))
    assert [request.path for request in seen] == ["/", "/"]
    assert "Cookie" not in seen[1].headers


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_is_taken_up_to_its_limit(client: WebClient, packed: bool) -> None:
    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        body = b"x" * int(request.query["bytes"])
        return web.Response(
            body=gzip.compress(body) if packed else body, headers={"Content-Encoding": "gzip"} if packed else {}
        )

    async with service(answer) as port:
        assert len((await client.send(get(f"http://127.0.0.1:{port}/?bytes={MOST}"))).body) == MOST
        with pytest.raises(DataUnusable, match="larger than 256 KiB"):
            await client.send(get(f"http://127.0.0.1:{port}/?bytes={MOST + 1}"))
        with pytest.raises(DataUnusable, match="larger than 256 KiB"):
            await client.send(get(f"http://127.0.0.1:{port}/?bytes={200 * MOST}"))


async def test_a_bomb_is_not_unpacked(client: WebClient) -> None:
    bomb = gzip.compress(bytes(50_000_000))

    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    async with service(answer) as port:
        tracemalloc.start()
        try:
            with pytest.raises(DataUnusable, match="larger than 256 KiB"):
                await client.send(get(f"http://127.0.0.1:{port}/"))
            assert tracemalloc.get_traced_memory()[1] < 10 * MOST
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("packing", ["br", "deflate", "gzip, gzip", "zstd"])
async def test_a_packing_that_was_not_asked_for(client: WebClient, packing: str) -> None:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=b"x", headers={"Content-Encoding": packing})

    async with service(answer) as port:
        with pytest.raises(DataUnusable, match="packed"):
            await client.send(get(f"http://127.0.0.1:{port}/"))


async def test_what_claims_to_be_packed_and_is_not(client: WebClient) -> None:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=b"x" * 100, headers={"Content-Encoding": "gzip"})

    async with service(answer) as port:
        with pytest.raises(DataUnavailable):
            await client.send(get(f"http://127.0.0.1:{port}/"))


async def test_a_service_that_breaks_off_or_is_none() -> None:
    async def rude(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    async def babbling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"SSH-2.0-x\r\n" * 10)

    async with web_client(LOOPBACK) as client:
        for behaviour in (rude, babbling):
            server = StreamServer(behaviour)
            port = await server.open()
            with pytest.raises(DataUnavailable):
                await client.send(get(f"http://127.0.0.1:{port}/?pin=4711"))
            await server.close()
        with pytest.raises(DataUnavailable) as nobody:
            await client.send(get(f"http://127.0.0.1:{port}/?pin=4711"))
        assert "4711" not in str(nobody.value)


async def test_an_address_inside_is_not_even_connected_to() -> None:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        raise AssertionError("it was asked")

    async with service(answer) as port, web_client(AddressPolicy()) as client:
        for host in ("127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "LOCALHOST", "127.1"):
            with pytest.raises(DataRefused):
                await client.send(get(f"http://{host}:{port}/"))


async def test_a_name_is_resolved_once_and_the_checked_address_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that names a forbidden address beside an allowed one, or another one later, gains nothing."""

    async def good(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text=f"good {request.host.partition(':')[0]}")

    async def bad(_: web.BaseRequest) -> web.StreamResponse:
        raise AssertionError("it was asked")

    async with (
        service(good, "127.0.0.2") as port,
        service(bad, "127.0.0.1", port),
        web_client(AddressPolicy.of(["127.0.0.2"])) as client,
    ):
        names = Names(monkeypatch, two_example=["127.0.0.1", "127.0.0.2", "127.0.0.1"])
        assert (await client.send(get(f"http://two.example:{port}/"))).body == b"good two.example"
        assert names.asked == ["two.example"]
        names.addresses["two.example"] = ["127.0.0.1"]
        names.addresses["bad.example"] = ["127.0.0.1", "10.0.0.1"]
        with pytest.raises(DataRefused, match="inside"):
            await client.send(get(f"http://bad.example:{port}/"))
        assert (await client.send(get(f"http://two.example:{port}/"))).body == b"good two.example"


async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch, client: WebClient) -> None:
    Names(monkeypatch)
    with pytest.raises(DataUnavailable):
        await client.send(get("http://none.example/"))


@pytest.mark.parametrize("url", ["http://u:p@127.0.0.1/", "http://u@127.0.0.1/", "ftp://127.0.0.1/", "http:///x", "x"])
async def test_what_is_no_url(client: WebClient, url: str) -> None:
    with pytest.raises(DataRefused):
        await client.send(get(url))


async def test_a_header_cannot_end_the_request(client: WebClient) -> None:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        raise AssertionError("it was asked")

    async with service(answer) as port:
        with pytest.raises(DataRefused):
            await client.send(get(f"http://127.0.0.1:{port}/", **{"X-Key": "a\r\nHost: b"}))


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch, client: WebClient) -> None:
    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(text="direct")

    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    async with service(answer) as port:
        assert (await client.send(get(f"http://127.0.0.1:{port}/"))).body == b"direct"


async def test_a_certificate_that_nobody_vouches_for(client: WebClient, tmp_path: Path) -> None:
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    ensure_certificate(certificate, key, ("127.0.0.1",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def answer(_: web.BaseRequest) -> web.StreamResponse:
        raise AssertionError("it was asked")

    async with service(answer, tls=context) as port:
        with pytest.raises(DataUnavailable):
            await client.send(get(f"https://127.0.0.1:{port}/"))


async def test_a_dip_from_end_to_end(client: WebClient, caplog: pytest.LogCaptureFixture) -> None:
    """With a card number and a token that nobody may ever see; the service stalls, dies and comes back."""
    caplog.set_level(logging.DEBUG)
    stall = asyncio.Event()

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/stall":
            await stall.wait()
        asked = await request.json()
        known = asked == {"card": "4111111111111111"} and request.headers.get("Authorization") == "Bearer s3cret"
        return web.json_response({"balance": {"amount": 1234.5}}) if known else web.Response(status=403)

    token = Credential(header="Authorization", value="Bearer s3cret", hosts=frozenset({"127.0.0.1"}))
    dips = Dips({"http": HttpSource(client, credentials={"bank": token})})
    vault = {"ref": "4111111111111111"}

    async with service(answer) as port:

        async def fetch(path: str = "/", **changes: Any) -> Fetched:
            dip = Dip(
                kind="http",
                source=f"http://127.0.0.1:{port}{path}",
                keys=(("card", Secret("ref", 16)),),
                outputs=(("balance", "balance.amount", "money"),),
                timeout_s=changes.get("timeout_s", 2.0),
                cache_s=60.0,
                method="POST",
                credentials=changes.get("credentials", "bank"),
            )
            return await dips.fetch(dip, secrets=vault.get)

        assert await fetch() == Fetched("ok", {"balance": "1234.50"})
        assert await fetch(credentials="") == Fetched("failed")
        assert await fetch(credentials="none") == Fetched("refused")
        assert await fetch("/stall", timeout_s=0.05) == Fetched("timeout")
        stall.set()
    assert await fetch() == Fetched("failed")
    shown = caplog.text + repr(vars(dips)) + repr(token)
    assert "4111111111111111" not in shown
    assert "s3cret" not in shown
