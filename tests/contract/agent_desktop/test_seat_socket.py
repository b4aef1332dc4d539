"""What a page may say at the seat's socket, and what it is told: the handshake, Hello, commands."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from tests.support.callbacks import open_callback
from tests.support.desktop_fakes import FakePage, desktop, logged_in_page
from tests.support.seat_pages import HELLO, raw_page
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tandem.agent_desktop.adapters.openapi import live_schema
from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core.rate_limit import Rate
from tandem.cti.model.errors import ResourceMissing, Unavailable, WrongState
from tandem.cti.model.ids import AgentId

# ---- the handshake -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin", ["https://evil.example", None, "null", "http://127.0.0.1", "http://127.0.0.1:84001", "file://"]
)
async def test_a_foreign_or_missing_origin_is_refused(tmp_path: Path, origin: str | None) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        asked = desk.sessions.asked
        with pytest.raises(InvalidStatus) as refused:
            async with desk.raw_socket(desk.token(browser), origin=origin):
                pass
        assert refused.value.response.status_code == 403
        assert desk.sessions.asked == asked, "nothing was looked up for it"


@pytest.mark.parametrize("token", [None, "", "x" * 43, "not a token", "é" * 43])
async def test_a_page_without_a_session_is_told_so_by_the_close_code(tmp_path: Path, token: str | None) -> None:
    async with desktop(tmp_path) as desk, desk.raw_socket(token) as connection:
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        assert connection.close_code == 4401


async def test_the_bound_on_open_pages(tmp_path: Path) -> None:
    async with desktop(tmp_path, max_pages=1) as desk, logged_in_page(desk):
        with pytest.raises(InvalidStatus) as refused:
            async with logged_in_page(desk, "tom"):
                pass
        assert refused.value.response.status_code == 503


async def test_a_session_never_seen_cannot_be_believed_while_the_database_is_away(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        desk.sessions.broken = Unavailable("The database does not answer.")
        with pytest.raises(InvalidStatus) as refused:
            async with desk.raw_socket("x" * 43):
                pass
        assert refused.value.response.status_code == 503


# ---- Hello ---------------------------------------------------------------------------------------------------------


async def test_a_page_that_says_nothing_is_closed(tmp_path: Path) -> None:
    async with raw_page(tmp_path, "mei", hello_timeout_s=0.1) as (_, connection):
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        assert connection.close_code == 4408


@pytest.mark.parametrize(
    ("hello", "reason"),
    [
        (b'{"type":"hello","protocol":1,"view":"seat"}', "protocol 2"),
        (b'{"type":"hello","protocol":99,"new_shape":true}', "protocol 2"),
        (b'{"type":"hello","protocol":2,"view":"roof"}', "Hello"),
        (b'{"type":"set_ready","id":1}', "Hello"),
        (b"[]", "Hello"),
        (b"{", "Hello"),
        (b'{"protocol":2,"x":' + b"[" * 10_000, "Hello"),
        ("王".encode() * 3000, "Hello"),
    ],
)
async def test_a_first_message_that_does_not_fit_closes_the_page(tmp_path: Path, hello: bytes, reason: str) -> None:
    async with raw_page(tmp_path, "mei") as (desk, connection):
        await connection.send(hello, text=True)
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        assert connection.close_code == 4400
        assert reason in (connection.close_reason or "")
        assert desk.center.heard == []


@pytest.mark.parametrize(
    ("login", "view", "allowed"),
    [
        ("mei", "seat", True),
        ("mei", "board", False),
        ("sue", "seat", False),
        ("sue", "board", True),
        ("oli", "board", True),
        ("ada", "board", True),
        ("eve", "board", False),
        ("eve", "seat", False),
    ],
)
async def test_who_may_have_which_view(tmp_path: Path, login: str, view: str, *, allowed: bool) -> None:
    async with raw_page(tmp_path, login) as (desk, connection):
        await connection.send(HELLO.replace(b"seat", view.encode()), text=True)
        if allowed:
            assert msgspec.json.decode(await connection.recv())["type"] == "welcome"
            assert msgspec.json.decode(await connection.recv())["type"] == view
        else:
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 4403
            assert desk.center.heard == []


async def test_welcome_then_the_whole_seat(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk, on_call=True) as page:
        assert page.welcome["protocol"] == 2
        assert page.welcome["seq"] == 0
        assert abs(page.welcome["now"] - time.time()) < 5
        assert (await page.read())["seq"] == 1
        assert desk.center.heard == [("seat_opened", "mei", True)]


async def test_a_seat_that_the_center_does_not_know_is_closed(tmp_path: Path) -> None:
    async with raw_page(tmp_path, "mei") as (desk, connection):
        desk.center.refuse_seat = ResourceMissing("There is no agent mei.")
        await connection.send(HELLO, text=True)
        assert await FakePage(connection).closed() == (4403, "There is no agent mei.")
        assert desk.hub.pages() == []
        assert not desk.center.said("seat_closed")


async def test_a_fault_of_the_center_closes_the_page_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with raw_page(tmp_path, "mei") as (desk, connection):
        desk.center.refuse_seat = KeyError("secret")
        await connection.send(HELLO, text=True)
        code, reason = await FakePage(connection).closed()
        assert code == 1011
        assert "secret" not in (reason or "")
        assert "secret" in caplog.text


# ---- commands ------------------------------------------------------------------------------------------------------

COMMANDS: list[dict[str, Any]] = [
    {"type": "watch_callbacks", "first": 50},
    {"type": "set_ready"},
    {"type": "set_not_ready", "reason": "meal"},
    {"type": "pop_shown", "call": "c1", "offer": 1},
    {"type": "decline", "call": "c1"},
    {"type": "hang_up", "call": "c1"},
    {"type": "transfer", "call": "c1", "kind": "number", "to": "+86 138-0013-8000"},
    {"type": "choose_customer", "call": "c1", "customer": "cu1"},
    {"type": "wrap_up", "call": "c1", "disposition": "sale", "notes": "一\n二"},
    {"type": "more_time", "call": "c1"},
    {"type": "callback_done", "callback": "cb1"},
    {"type": "task_accept", "task": "t1"},
    {"type": "task_return", "task": "t1", "note": "wrong team"},
    {"type": "task_done", "task": "t1", "note": "一\n二"},
    {"type": "preview_dial", "call": "c1"},
    {"type": "preview_skip", "call": "c1", "note": "later"},
    {"type": "dial_number", "number": "+86 138-0013-8000", "campaign": "spring"},
    {"type": "mark_machine", "call": "c1"},
    {"type": "do_not_call", "call": "c1", "scope": "person"},
    {"type": "call_again", "call": "c1", "at": 1e9, "personal": True},
]


def test_every_command_is_tried_here() -> None:
    kinds = (m.WatchCallbacks, *m.PageCommand.__args__)
    assert {command["type"] for command in COMMANDS} == {kind.__struct_config__.tag for kind in kinds}


@pytest.mark.parametrize(("login", "view"), [("mei", "seat"), ("sue", "board"), ("oli", "board"), ("ada", "board")])
async def test_every_command_asks_the_table_of_permissions(tmp_path: Path, login: str, view: str) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk, login, view) as page:
        accepted = set()
        for number, command in enumerate(COMMANDS):
            answer = await page.ask({**command, "id": number})
            assert answer["id"] == number
            if answer["error"] is None:
                accepted.add(command["type"])
            else:
                assert answer["error"]["code"] == "forbidden"
        expected = {
            "mei": {command["type"] for command in COMMANDS},
            "sue": {"callback_done", "watch_callbacks"},
            "oli": {"watch_callbacks"},
            "ada": {"callback_done", "watch_callbacks"},
        }
        assert accepted == expected[login]
        assert len(desk.center.said("command")) == len(accepted - {"watch_callbacks"})
        assert all(entry[1] == login for entry in desk.center.said("command"))


async def test_what_a_command_brings_about_comes_before_its_reply(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        await page.read()
        await page.send({"type": "set_ready", "id": 41})
        assert (await page.read())["agent"]["since"] == 41.0
        assert await page.read() == {"type": "reply", "id": 41, "error": None}


async def test_the_callbacks_that_are_asked_for_come_before_the_reply(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk, "sue", "board") as page:
        await page.read()
        desk.hub.show_callbacks([open_callback("cb1", name="王小明")])
        await page.send({"type": "watch_callbacks", "id": 7, "first": 50})
        told = await page.read()
        assert (told["type"], told["whole"], told["total"]) == ("callbacks", True, 1)
        assert told["rows"][0]["caller_name"] == "王小明"
        assert await page.read() == {"type": "reply", "id": 7, "error": None}
        desk.hub.show_callbacks([])
        told = await page.read()
        assert (told["whole"], told["total"], told["rows"], told["gone"]) == (False, 0, [], ["cb1"])


async def test_a_refused_command_says_why(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        desk.center.refuse = WrongState("You have no call.")
        answer = await page.ask({"type": "hang_up", "id": 3, "call": "c1"})
        assert answer["error"] == {"code": "wrong_state", "message": "You have no call.", "retryable": False}


async def test_a_command_that_takes_a_while_is_answered_when_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    async def look_up(number: str) -> None:
        await go_on.wait()
        if number == "95001":
            raise WrongState("on the do-not-call list")
        if number == "0":
            raise RuntimeError("secret detail")

    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        usual = desk.center.command

        def command(agent: AgentId, asked: m.PageCommand) -> Any:
            return look_up(asked.number) if isinstance(asked, m.DialNumber) else usual(agent, asked)

        monkeypatch.setattr(desk.center, "command", command)
        for id_, number in ((1, "95001"), (2, "95002"), (3, "0")):
            await page.send({"type": "dial_number", "id": id_, "number": number})
        assert (await page.ask({"type": "hang_up", "id": 4, "call": "c1"}))["id"] == 4
        go_on.set()
        answers = {answer["id"]: answer["error"] for answer in [await page.read() for _ in range(3)]}
        assert answers[1]["message"] == "on the do-not-call list"
        assert answers[2] is None
        assert answers[3]["code"] == "internal"


async def test_a_fault_of_the_center_is_logged_and_the_page_lives_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:

        def fail(agent: AgentId, command: m.PageCommand) -> None:
            raise RuntimeError("secret detail")

        with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
            broken.setattr(desk.center, "command", fail)
            answer = await page.ask({"type": "set_ready", "id": 1})
        assert answer["error"]["code"] == "internal"
        assert "secret" not in answer["error"]["message"]
        assert "secret detail" in caplog.text
        assert (await page.ask({"type": "set_ready", "id": 2}))["error"] is None


@pytest.mark.parametrize(
    "command",
    [
        {"type": "hang_up", "id": 5},
        {"type": "hang_up", "id": 5, "call": 7},
        {"type": "hang_up", "id": 5, "call": "../x"},
        {"type": "hang_up", "id": 5, "call": "c1\n"},
        {"type": "set_not_ready", "id": 5, "reason": "x" * 65},
        {"type": "transfer", "id": 5, "call": "c1", "kind": "number", "to": "1\r\nAction: Originate"},
        {"type": "transfer", "id": 5, "call": "c1", "kind": "moon", "to": "1"},
        {"type": "wrap_up", "id": 5, "call": "c1", "disposition": "sale", "notes": "x" * 4001},
        {"type": "wrap_up", "id": 5, "call": "c1", "disposition": "sale", "notes": "\u0000"},
        {"type": "watch_callbacks", "id": 5, "first": 51},
        {"type": "watch_callbacks", "id": 5, "first": 550},
        {"type": "watch_callbacks", "id": 5, "first": -50},
        {"type": "fly", "id": 5},
        {"id": 5},
    ],
)
async def test_a_command_that_does_not_fit_is_refused_by_its_number(tmp_path: Path, command: dict[str, Any]) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        answer = await page.ask(command)
        assert (answer["id"], answer["error"]["code"]) == (5, "bad_request")
        assert not desk.center.said("command")


@pytest.mark.parametrize(
    "text", [b"{}", b"nonsense", b'"x"', b'{"id":"5"}', b"[" * 20_000, b'{"type":"hello","protocol":2,"view":"seat"}']
)
async def test_a_message_without_a_number_closes_the_page(tmp_path: Path, text: bytes) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        await page.socket.send(text, text=True)
        assert (await page.closed())[0] == 4400


async def test_bytes_that_are_no_text_close_the_page(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        await page.socket.send(b'{"id":5,"type":"set_not_ready","reason":"\xff\xfe"}', text=True)
        assert (await page.closed())[0] == 1007


async def test_binary_messages_are_read_like_text(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        await page.socket.send(b'{"id":5,"type":"set_not_ready","reason":"\xff\xfe"}')
        while (answer := await page.read())["type"] != "reply":
            pass
        assert answer["error"]["code"] == "bad_request"


async def test_an_oversized_message_closes_the_page(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        await page.socket.send("x" * 40_000)
        assert (await page.closed())[0] == 1009


async def test_too_many_messages_are_refused_and_in_the_end_the_page_is_closed(tmp_path: Path) -> None:
    async with desktop(tmp_path, command_rate=Rate(burst=5, interval_s=0.5)) as desk, logged_in_page(desk) as page:
        answers = [await page.ask({"type": "set_ready", "id": number}) for number in range(8)]
        assert [answer["error"] is None for answer in answers] == [True] * 5 + [False] * 3
        assert answers[-1]["error"]["code"] == "overload"
        assert answers[-1]["error"]["retryable"]
        with suppress(ConnectionClosed):
            for number in range(200):
                await page.send({"type": "set_ready", "id": number})
        assert (await page.closed())[0] == 4429
        assert len(desk.center.said("command")) < 10


async def test_messages_fit_the_published_schema(tmp_path: Path) -> None:
    schema = live_schema()
    server = jsonschema.Draft202012Validator({**schema, "anyOf": [{"$ref": "#/$defs/ServerMessage"}]})
    page_side = jsonschema.Draft202012Validator({**schema, "anyOf": [{"$ref": "#/$defs/PageMessage"}]})
    for command in COMMANDS:
        page_side.validate({**command, "id": 1})
    assert not page_side.is_valid({"type": "hang_up", "id": 1, "call": "a b"})
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        server.validate(page.welcome)
        server.validate(await page.read())
        server.validate(await page.ask({"type": "set_ready", "id": 1}))
