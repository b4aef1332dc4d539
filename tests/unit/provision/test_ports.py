"""A port that was given stays free until its part binds it."""

from __future__ import annotations

import importlib.util
import secrets
import socket
from types import ModuleType

import pytest

from tandem.cti.provision import ports
from tandem.cti.provision.errors import StartFailed
from tandem.cti.provision.ports import free_port, media_ports

ANYBODYS = 32_768
"""From here on the kernel gives them to whoever asks for any, unless somebody has set it otherwise."""


def another_process() -> ModuleType:
    """As another process has it: with a memory of its own."""
    spec = ports.__spec__
    assert spec is not None
    assert spec.loader is not None
    own = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(own)
    return own


def test_none_is_one_that_the_kernel_gives_to_anybody_and_none_comes_twice() -> None:
    given = [free_port(kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM) for _ in range(70)]
    assert len(set(given)) == 140
    assert max(given) < ANYBODYS


def test_processes_beside_each_other_are_given_different_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    name, beside = f"tandem-test-{secrets.token_hex(8)}", [another_process() for _ in range(5)]
    for process in beside:
        monkeypatch.setattr(process, "_is_free", lambda port, kind: True)  # whoever else may listen there
        monkeypatch.setattr(process, "_BLOCK_NAME", name)
        monkeypatch.setattr(process, "_SINGLE", range(11_000, 11_012))
        monkeypatch.setattr(process, "_BLOCK", 3)
    given = [process.free_port() for process in beside[:4] for _ in range(2)]
    assert len(set(given)) == 8
    with pytest.raises(StartFailed, match="between 11000 and 11011 "):
        beside[4].free_port()
    assert beside[0].free_port() not in given


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_one_that_is_taken_is_not_given(kind: socket.SocketKind, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_INET, kind) as other:
        port = free_port(kind)
        other.bind(("127.0.0.1", port))
        monkeypatch.setattr(ports, "_left", [port])
        assert free_port(kind) != port


def test_media_begin_at_an_even_port_and_stay_below_too() -> None:
    for count in (200, 2_000, 12_000):
        for _ in range(100):
            first, last = media_ports(count)
            assert first % 2 == 0
            assert last - first == count - 1
            assert 20_000 <= first < last < min(32_000, ANYBODYS)
