"""The listening sockets of the pages."""

from __future__ import annotations

import socket

from tandem.agent_desktop.adapters.server import _bound


def test_short_messages_do_not_wait_for_each_other() -> None:
    """Nagle's algorithm is off on what is accepted: else the second message of two waits 40 ms for an ACK."""
    with _bound("127.0.0.1", 0, "seat_port") as listening:
        listening.setblocking(True)
        with socket.create_connection(listening.getsockname()):
            accepted, _ = listening.accept()
            with accepted:
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
