"""A page that loses its line at any moment ends with the same documents as one that never lost it."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.agent_desktop.core.framing import Frame
from tandem.agent_desktop.core.page_session import Bounds, LineState, PageSession

BOUNDS = Bounds(kept_messages=4, kept_bytes=200, kept_s=10.0, behind_messages=6, behind_bytes=400)
KEYS = st.sampled_from("abc")


@dataclass
class Server:
    """The truth, and the page's session as the hub keeps it."""

    truth: dict[str, int] = field(default_factory=dict)
    session: PageSession = field(default_factory=lambda: PageSession(BOUNDS))
    said: int = 0
    now: float = 0.0

    def change(self, key: str) -> None:
        """Not the same when applied twice: a repeated or lost message shows."""
        self.truth[key] = self.truth.get(key, 0) + 1
        self.said += 1
        self.say({"add": key})

    def whole(self) -> None:
        self.say({"whole": self.truth})

    def say(self, body: dict[str, object]) -> None:
        self.session.push(Frame(b'{"seq":', b"," + msgspec.json.encode(body)[1:]), self.now)


@dataclass
class Page:
    documents: dict[str, int] = field(default_factory=dict)
    seq: int = 0
    connected: bool = True
    on_the_way: list[bytes] = field(default_factory=list)

    def read(self, count: int) -> None:
        for text in self.on_the_way[:count]:
            message = msgspec.json.decode(text)
            assert message["seq"] == self.seq + 1, "every message once and in order"
            self.seq = message["seq"]
            if "whole" in message:
                self.documents = dict(message["whole"])
            else:
                self.documents[message["add"]] = self.documents.get(message["add"], 0) + 1
        del self.on_the_way[:count]


def send(server: Server, page: Page, count: int) -> None:
    for _ in range(count):
        text = server.session.next()
        if text is None:
            break
        page.on_the_way.append(text)
    if server.session.state is LineState.TOO_SLOW:
        cut(server, page)


def cut(server: Server, page: Page) -> None:
    """What was on the way is lost."""
    page.on_the_way.clear()
    page.connected = False
    server.session.line_lost(server.now)


def come_back(server: Server, page: Page) -> None:
    page.on_the_way.clear()
    page.connected = True
    if not server.session.resume(page.seq, server.now):
        server.session = PageSession(BOUNDS)
        page.seq, page.documents = 0, {}
        server.whole()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("change"), KEYS),
        st.tuples(st.just("send"), st.integers(1, 4)),
        st.tuples(st.just("read"), st.integers(1, 4)),
        st.tuples(st.just("cut"), st.none()),
        st.tuples(st.just("come_back"), st.none()),
        st.tuples(st.just("wait"), st.floats(0, 15)),
    ),
    max_size=80,
)


@given(STEPS)
@settings(max_examples=400)
def test_whatever_happens_to_the_line_the_page_ends_with_the_truth(steps: list[tuple[str, object]]) -> None:
    server, page = Server(), Page()
    for what, value in steps:
        match what, value:
            case "change", str(key):
                server.change(key)
                if server.session.state is LineState.TOO_SLOW:
                    cut(server, page)
            case "send", int(count) if page.connected:
                send(server, page, count)
            case "read", int(count) if page.connected:
                page.read(count)
            case "cut", _ if page.connected:
                cut(server, page)
            case "come_back", _:
                come_back(server, page)
            case "wait", float(pause):
                server.now += pause
                server.session.trim(server.now)
        held = BOUNDS.kept_bytes + BOUNDS.behind_bytes + 100
        assert server.session.held_bytes <= held
    if not page.connected:
        come_back(server, page)
    send(server, page, 10_000)
    page.read(10_000)
    assert page.documents == server.truth
