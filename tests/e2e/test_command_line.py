"""The commands as a person types them."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from tests.support.command_line import tandem

from tandem.cti.app.demo import TIMELINE
from tandem.cti.app.demo_words import say
from tandem.cti.app.installation import DEMO_DNIS
from tandem.cti.app.stack import Stack

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]


async def test_demo_once_shows_a_whole_call(tmp_path: Path) -> None:
    """On an address of its own, so with HTTPS and WSS all the way."""
    code, text = await tandem(
        "demo", "--once", "--fresh", "--home", str(tmp_path / "home"), "--listen", "10.99.0.1", TANDEM_DEMO_INSIDE="1"
    )
    assert code == 0, text
    for kind in TIMELINE:
        assert say(kind, "en") in text
    assert "The whole call was seen." in text
    socket.create_server(("10.99.0.1", 8400)).close()  # nothing was left behind


async def test_demo_names_a_taken_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 8400)):
        code, text = await tandem("demo", "--home", str(tmp_path))
    assert code == 1
    assert "8400" in text
    assert "http_port" in text


async def test_probe_and_check(stack: Stack) -> None:
    home = str(stack.installation.home)
    code, text = await tandem("probe", "--home", home, "--stay", "1")
    assert code == 0, text
    assert f"{DEMO_DNIS} answers" in text
    code, text = await tandem("probe", "--home", home, "--number", "12345")
    assert code == 1
    assert "not served" in text
    code, text = await tandem("check", "--home", home, TANDEM_DATABASE_URL=stack.database_url)
    assert code == 0, text


async def test_check_says_what_to_do(tmp_path: Path) -> None:
    code, text = await tandem(
        "check", "--home", str(tmp_path), TANDEM_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none"
    )
    assert code == 1
    assert "WRONG Database" in text
    assert "TANDEM_DATABASE_URL" in text
