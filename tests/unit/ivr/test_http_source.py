"""Data dips over HTTP: what is asked, and what is made of the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tandem.cti.model.errors import CtiError
from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.values import Secret
from tandem.ivr.data.http_source import Credential, HttpSource
from tandem.ivr.errors import DataRefused, DataUnavailable, DataUnusable
from tandem.ivr.ports import HttpReply, HttpRequest

DIP = Dip(
    "http",
    "https://Crm.Example:8443/orders/4711?full=1",
    (),
    (("state", "order.items[0].state", "text"), ("total", "order.total", "money"), ("gone", "order.gone", "text")),
    timeout_s=2.0,
    cache_s=0.0,
)
ANSWER = b'{"order": {"total": 12.5, "items": [{"state": "sent"}]}}'
TOKEN = Credential(header="X-Key", value="s3cret", hosts=frozenset({"crm.example"}))


class Client:
    def __init__(self, status: int = 200, body: bytes = ANSWER, content_type: str = "application/json") -> None:
        self.reply = HttpReply(status, content_type, body)
        self.sent: list[HttpRequest] = []

    async def send(self, request: HttpRequest) -> HttpReply:
        self.sent.append(request)
        return self.reply


async def ask(client: Client, dip: Dip = DIP, **vault: str) -> Any:
    source = HttpSource(client, credentials={"crm": TOKEN})
    source.place(dip)
    return await source.ask(dip, vault.get)


async def test_an_answer_is_read_by_its_paths() -> None:
    client = Client()
    assert await ask(client) == {"state": "sent", "total": "12.50"}
    (request,) = client.sent
    assert (request.method, request.url, request.body) == ("GET", DIP.source, b"")
    assert request.headers == {"Accept": "application/json"}
    assert request.most_bytes == 256 * 1024


def test_the_place_is_the_host_with_its_port() -> None:
    source = HttpSource(Client())
    assert source.place(DIP) == "https://crm.example:8443"
    assert source.place(replace(DIP, source="http://[::1]/x")) == "http://[::1]:80"


async def test_a_post_has_a_body_and_secrets_are_put_in_last() -> None:
    client = Client()
    keys = (("card", Secret("r1", 4)), ("amount", 12), ("note", '"}'), ("vip", True))
    await ask(
        client,
        replace(DIP, method="POST", keys=keys, source="https://crm.example/{secret:r2}?a=b"),
        r1="41#1",
        r2="1*#",
    )
    (request,) = client.sent
    assert request.url == "https://crm.example/1%2A%23?a=b"
    assert msgspec.json.decode(request.body) == {"card": "41#1", "amount": 12, "note": '"}', "vip": True}
    assert request.headers["Content-Type"] == "application/json"
    assert "41#1" not in repr(request)
    assert "1%2A" not in repr(request)


async def test_a_secret_that_is_gone() -> None:
    client = Client()
    with pytest.raises(DataUnusable, match="not kept any more"):
        await ask(client, replace(DIP, source="https://crm.example/{secret:r2}"))
    assert client.sent == []


async def test_credentials_go_to_their_hosts_only() -> None:
    client = Client()
    await ask(client, replace(DIP, credentials="crm"))
    assert client.sent[0].headers["X-Key"] == "s3cret"
    assert "s3cret" not in repr(client.sent[0]) + repr(TOKEN)
    for wrong in (
        replace(DIP, credentials="crm", source="https://thief.example/"),
        replace(DIP, credentials="crm", source="https://crm.example.thief.example/"),
        replace(DIP, credentials="none"),
    ):
        with pytest.raises(DataRefused, match="credentials"):
            await ask(client, wrong)
    assert len(client.sent) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a.example/",
        "file:///etc/passwd",
        "//a.example/",
        "http://",
        "http:///x",
        "http://user@a.example/",
        "http://user:pass@a.example/",
        "http://a.example\\@b.example/",
        "http://a.example:0/",
        "http://a.example:123456/",
        "http://a b/",
        "http://a.example/ HTTP/1.1\r\nHost: b",
        "http://a.example/\r\nX: y",
        "http://a.example/#x",
        "http://a.example/orders/../admin",
        "http://a.example/orders/%2e%2E/admin",
        "http://a.example/./x",
        "http://１２７.0.0.1/",
        "http://a.example/{secret}",
        "http://a.example/" + "x" * 2000,
        "http://[::1%25eth0]/",
    ],
)
async def test_what_is_no_url(url: str) -> None:
    client = Client()
    with pytest.raises(DataRefused):
        await ask(client, replace(DIP, source=url))
    assert client.sent == []


async def test_what_is_no_method() -> None:
    with pytest.raises(DataRefused):
        await ask(Client(), replace(DIP, method="DELETE"))


async def test_what_is_not_found_is_no_failure() -> None:
    assert await ask(Client(404, b"<html>")) is None
    assert await ask(Client(204, b"")) == {}


@pytest.mark.parametrize(
    ("client", "error"),
    [
        (Client(500), DataUnavailable),
        (Client(503), DataUnavailable),
        (Client(429), DataUnavailable),
        (Client(302), DataUnusable),
        (Client(400), DataUnusable),
        (Client(401), DataUnusable),
        (Client(content_type="text/html"), DataUnusable),
        (Client(body=b"{"), DataUnusable),
        (Client(body=b"NaN"), DataUnusable),
        (Client(body=b'"\xff"'), DataUnusable),
        (Client(body=b"[" * 200_000), DataUnusable),
        (Client(body=b'{"a":' * 40_000), DataUnusable),
    ],
)
async def test_what_is_no_answer(client: Client, error: type[CtiError]) -> None:
    with pytest.raises(error):
        await ask(client)


@pytest.mark.parametrize("kind", ["application/problem+json", "text/json", "application/vnd.api+json"])
async def test_json_has_many_names(kind: str) -> None:
    assert (await ask(Client(content_type=kind)))["state"] == "sent"


async def test_an_endless_number_is_left_out() -> None:
    with pytest.raises(DataUnusable, match="no JSON"):
        await ask(Client(body=b'{"order": {"total": ' + b"9" * 200_000 + b"}}"))
    assert await ask(Client(body=b'{"order": {"total": 1e400, "gone": 1.50}}')) == {"gone": "1.50"}
