"""Pages that go and come back, that are slow or dead, whose session ends or whose server stops."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from pathlib import Path

import msgspec
import pytest
from tests.support.desktop_fakes import Desk, board, desktop, logged_in_page, seat
from tests.support.seat_pages import HELLO, SERVICE, until

from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core.page_session import Bounds
from tandem.agent_desktop.services.hub import PageHub
from tandem.cti.model.errors import Unavailable
from tandem.cti.model.ids import AgentId

# ---- away and back -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "gone"), [(1001, True), (1000, False), (4000, False)])
async def test_the_center_learns_whether_the_page_is_gone(tmp_path: Path, code: int, *, gone: bool) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        await page.socket.close(code)
        await until(lambda: desk.center.said("seat_closed"))
        assert desk.center.said("seat_closed") == [("seat_closed", "mei", gone)]
        assert (desk.hub.seat_of("mei") is None) is gone


async def test_a_cut_line_is_not_a_gone_page(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as page:
        page.socket.transport.abort()
        await until(lambda: desk.center.said("seat_closed"))
        assert desk.center.said("seat_closed") == [("seat_closed", "mei", False)]


async def test_a_page_that_comes_back_gets_what_it_missed_and_nothing_twice(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        token = desk.token(browser)
        async with desk.page(token) as page:
            assert (await page.read())["seq"] == 1
            session = page.welcome["session"]
            page.socket.transport.abort()
        await until(lambda: desk.center.said("seat_closed"))
        desk.hub.to_seat(AgentId("mei"), seat("mei", since=1.0))
        desk.hub.to_all(SERVICE)
        async with desk.page(token, resume=(session, 1)) as page:
            assert page.welcome["resumed"] is True
            assert page.welcome["session"] == session
            assert [(message["seq"], message["type"]) for message in [await page.read() for _ in range(3)]] == [
                (2, "seat"),
                (3, "service"),
                (4, "seat"),
            ]


async def test_a_page_that_missed_too_much_starts_anew(tmp_path: Path) -> None:
    hub = PageHub(seat_bounds=Bounds(kept_messages=2))
    async with desktop(tmp_path, hub=hub) as desk, desk.browser("mei") as browser:
        token = desk.token(browser)
        async with desk.page(token) as page:
            await page.read()
            session = page.welcome["session"]
        for _ in range(4):
            hub.to_all(SERVICE)
        async with desk.page(token, resume=(session, 1)) as page:
            assert page.welcome["resumed"] is False
            assert page.welcome["session"] != session
            assert (await page.read())["seq"] == 1


async def test_a_board_that_resumed_is_not_sent_everything_again(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("sue") as browser:
        token = desk.token(browser)
        async with desk.page(token, "board") as page:
            assert (await page.read())["whole"] is True
            session = page.welcome["session"]
        await until(lambda: desk.hub.pages()[0].line is None)
        desk.hub.to_boards(board(whole=False, gone=["c1"]))
        async with desk.page(token, "board", resume=(session, 1)) as page:
            assert (await page.read())["gone_calls"] == ["c1"]
            desk.hub.to_boards(board(whole=False, gone=["c2"]))
            assert (await page.read())["gone_calls"] == ["c2"]
        assert len(desk.center.said("board_opened")) == 1


async def test_after_a_restart_of_the_server_the_page_starts_anew(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk, resume=("from-before", 17)) as page:
        assert page.welcome["resumed"] is False


async def test_a_second_page_takes_over_and_the_first_is_told(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, logged_in_page(desk) as first:
        assert (await first.read())["seq"] == 1
        async with logged_in_page(desk) as second:
            assert await first.read() == {"type": "replaced", "seq": 2}
            assert (await first.closed())[0] == 4409
            assert (await second.ask({"type": "set_ready", "id": 1}))["error"] is None
            assert not desk.center.said("seat_closed"), "the agent has a page all the time"


async def test_a_duplicated_tab_does_not_share_the_session(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        token = desk.token(browser)
        async with desk.page(token) as first:
            await first.read()
            async with desk.page(token, resume=(first.welcome["session"], 1)) as second:
                assert (await first.closed())[0] == 4409
                assert second.welcome["resumed"] is True
                desk.hub.to_all(SERVICE)
                assert [(await second.read())["type"] for _ in range(2)] == ["seat", "service"]
        await until(lambda: desk.center.said("seat_closed"))
        assert len(desk.center.said("seat_closed")) == 1


# ---- slow, dead, expired, restarting -------------------------------------------------------------------------------


async def test_a_page_that_does_not_read_is_cut_while_others_go_on_and_it_may_resume(tmp_path: Path) -> None:
    hub = PageHub(seat_bounds=Bounds(kept_messages=20, behind_messages=20, kept_bytes=2**24, behind_bytes=2**24))
    async with desktop(tmp_path, hub=hub) as desk, desk.browser("mei") as browser, logged_in_page(desk, "tom") as tom:
        token = desk.token(browser)
        await tom.read()
        slow = await _silent_page(desk, token)
        large = seat("mei")
        large = msgspec.structs.replace(large, agent=msgspec.structs.replace(large.agent, name="x" * 100_000))
        page = hub.seat_of("mei")
        assert page is not None
        pushed = 0
        while page.line is not None and pushed < 2000:
            hub.to_seat(AgentId("mei"), large)
            hub.to_seat(AgentId("tom"), SERVICE)
            pushed += 1
            async with asyncio.timeout(60):
                assert (await tom.read())["type"] == "service"
        assert page.line is None, "cut"
        assert pushed < 500
        assert desk.center.said("seat_closed") == [("seat_closed", "mei", False)]
        slow.close()
        async with desk.page(token, resume=(page.id, pushed - 10), max_size=None) as back:
            assert back.welcome["resumed"] is True
            assert [(await back.read())["seq"] for _ in range(12)] == list(range(pushed - 9, pushed + 3))


async def _silent_page(desk: Desk, token: str) -> socket.socket:
    """A page with a small receive buffer that says Hello and then reads nothing (not even pings)."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, ("127.0.0.1", desk.server.seat_port))
    head = (
        f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nOrigin: {desk.origin}\r\n"
        f"Cookie: tandem_session={token}\r\n\r\n"
    )
    await loop.sock_sendall(connection, head.encode())
    assert b" 101 " in await loop.sock_recv(connection, 4096)
    await loop.sock_sendall(connection, _client_frame(HELLO))
    await until(lambda: any(entry[1] == "mei" for entry in desk.center.said("seat_opened")))
    return connection


def _client_frame(text: bytes) -> bytes:
    """A masked text frame (RFC 6455 section 5.2), with the mask 0."""
    assert len(text) < 126
    return struct.pack("!BBI", 0x81, 0x80 | len(text), 0) + text


async def test_a_page_that_was_logged_out_commands_nothing_even_before_it_is_closed(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk, desk.browser("mei") as browser:
        stuck = await _silent_page(desk, desk.token(browser))
        large = msgspec.structs.replace(seat("mei").agent, name="x" * 8_000_000)
        desk.hub.to_seat(AgentId("mei"), m.Seat(seq=0, agent=large, call=None, wrap_up=None))
        await asyncio.sleep(0.1)
        async with browser.post("/api/logout") as answer:
            assert answer.status == 204
        await asyncio.get_running_loop().sock_sendall(stuck, _client_frame(b'{"type":"set_ready","id":1}'))
        await asyncio.sleep(0.1)
        assert not desk.center.said("command")
        stuck.close()


async def test_a_dead_page_is_noticed_by_its_silence(tmp_path: Path) -> None:
    async with desktop(tmp_path, ping_interval_s=0.1, ping_timeout_s=0.1) as desk, desk.browser("mei") as browser:
        dead = await _silent_page(desk, desk.token(browser))
        await until(lambda: desk.center.said("seat_closed"))
        assert desk.center.said("seat_closed") == [("seat_closed", "mei", False)]
        dead.close()


def test_a_dead_page_is_noticed_within_20_s() -> None:
    from tandem.agent_desktop.adapters.seat_socket import _CLOSE_S
    from tandem.agent_desktop.settings import DesktopSettings

    settings = DesktopSettings(sip_secret=b"0123456789abcdef")
    assert settings.ping_interval_s + settings.ping_timeout_s + _CLOSE_S <= 20


async def test_a_session_that_runs_out_closes_its_page(tmp_path: Path) -> None:
    async with desktop(tmp_path, session_check_s=0.05) as desk, logged_in_page(desk) as page:
        desk.sessions.open.clear()
        assert await page.closed() == (4401, "Your session is over. Log in again.")
        await until(lambda: desk.center.said("seat_closed"))
        assert desk.center.said("seat_closed") == [("seat_closed", "mei", False)]


async def test_a_role_that_changes_takes_effect_on_open_pages(tmp_path: Path) -> None:
    async with desktop(tmp_path, session_check_s=0.05) as desk, logged_in_page(desk, "sue", "board") as page:
        desk.sessions.users["sue"] = msgspec.structs.replace(desk.sessions.users["sue"], role="agent")
        assert (await page.closed())[0] == 4401


async def test_a_database_that_is_away_closes_no_page(tmp_path: Path) -> None:
    async with desktop(tmp_path, session_check_s=0.02) as desk, logged_in_page(desk) as page:
        desk.sessions.broken = Unavailable("The database does not answer.")
        await asyncio.sleep(0.2)
        assert (await page.ask({"type": "set_ready", "id": 1}))["error"] is None


async def test_a_server_that_stops_says_so_and_does_not_take_the_seats_away(tmp_path: Path) -> None:
    async with desktop(tmp_path) as desk:
        async with logged_in_page(desk) as page:
            await page.read()
            closing = asyncio.create_task(page.closed())
            started = time.monotonic()
            await desk.server.__aexit__(None, None, None)
            assert time.monotonic() - started < 10, "it waited for its pages"
            assert (await closing)[0] == 1012
        assert not desk.center.said("seat_closed")
