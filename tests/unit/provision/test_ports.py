"""A port that was given stays free until its part binds it."""

from __future__ import annotations

import socket

import pytest

from tandem.cti.provision import ports
from tandem.cti.provision.errors import StartFailed
from tandem.cti.provision.ports import free_port, media_ports

ANYBODYS = 32_768
"""From here on the kernel gives them to whoever asks for any, unless somebody has set it otherwise."""


def test_none_is_one_that_the_kernel_gives_to_anybody_and_none_comes_twice() -> None:
    given = [free_port(kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM) for _ in range(200)]
    assert len(set(given)) == 400
    assert max(given) < ANYBODYS


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_one_that_is_taken_is_not_given(kind: socket.SocketKind, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        port = free_port(kind)
        other.bind(("127.0.0.1", port))
        monkeypatch.setattr(ports, "_SINGLE", range(port, port + 1))
        monkeypatch.setattr(ports, "_given", set())
        with pytest.raises(StartFailed, match=rf"between {port} and {port} "):
            free_port(kind)


def test_media_begin_at_an_even_port_and_stay_below_too() -> None:
    for count in (200, 2_000, 12_000):
        for _ in range(100):
            first, last = media_ports(count)
            assert first % 2 == 0
            assert last - first == count - 1
            assert 20_000 <= first < last < min(32_000, ANYBODYS)
