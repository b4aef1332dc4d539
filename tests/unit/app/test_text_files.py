"""Text that comes by standard input: from wherever it does."""

from __future__ import annotations

import io
import socket
import sys

import pytest

from tandem.cti.app.text_files import text_given
from tandem.cti.model.errors import BadRequest


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    """As a service manager does: the standard input is a socket."""
    ours, theirs = socket.socketpair()
    theirs.sendall(content)
    theirs.close()
    with ours:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(ours.makefile("rb")))


def test_standard_input_may_be_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, "+861390000\n不再\n".encode())
    assert text_given("-", most_characters=100) == "+861390000\n不再\n"
    sys.stdin.close()


@pytest.mark.parametrize(("content", "told"), [(b"x" * 41, "0 MiB"), (b"ok\n\xff", "input:2: ")])
def test_what_is_wrong_with_it_is_told(content: bytes, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    give(monkeypatch, content)
    with pytest.raises(BadRequest, match=told) as refused:
        text_given("-", most_characters=10)
    assert "standard input" in str(refused.value)
    sys.stdin.close()
