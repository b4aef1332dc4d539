"""A page shows the first so many of the open callbacks, and how many there are, whatever happens to it."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.callbacks import ShownList, open_callback, shown
from tests.support.desktop_fakes import user

from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core.messages import Resume
from tandem.agent_desktop.core.open_callbacks import OpenCallbacks
from tandem.agent_desktop.core.page_session import Bounds
from tandem.agent_desktop.services.hub import Page, PageHub
from tandem.cti.model.records import CallbackRecord

_decode = msgspec.json.Decoder(m.ServerMessage).decode
BOUNDS = Bounds(kept_messages=3, kept_bytes=4_000, kept_s=60.0, behind_messages=6, behind_bytes=8_000)


class Line:
    def wake(self) -> None: ...
    def cut(self) -> None: ...
    def end(self, code: int, reason: str) -> None: ...


@dataclass
class Browser:
    """A page as it is in a browser: what it wants to watch is said again on each connection."""

    hub: PageHub
    login: str
    wanted: int = 0
    list: ShownList = field(default_factory=ShownList)
    session: str = ""
    seq: int = 0
    page: Page | None = None
    line: Line = field(default_factory=Line)

    def connect(self, *, anew: bool = False) -> None:
        if self.page is not None:
            return
        resume = None if anew or not self.session else Resume(session=self.session, seq=self.seq)
        self.line = Line()
        self.page, welcome = self.hub.open(
            user(self.login, "agent"), "seat", b"token", resume, self.line, server_now=1.0
        )
        self.session, self.seq = welcome.session, welcome.seq
        self.hub.watch_callbacks(self.page, self.wanted)

    def cut(self) -> None:
        """What was not read is lost on the way."""
        if self.page is not None:
            page, self.page = self.page, None
            while page.session.next() is not None:
                pass
            self.hub.leave(page, self.line, page_gone=False)

    def watch(self, first: int) -> None:
        self.wanted = first
        if self.page is not None:
            self.hub.watch_callbacks(self.page, first)

    def read(self, count: int = 10_000) -> None:
        for _ in range(count):
            text = None if self.page is None else self.page.session.next()
            if text is None:
                return
            message = _decode(text)
            assert isinstance(message, m.Callbacks)
            assert message.seq == self.seq + 1
            assert len(message.rows) <= MOST
            self.seq = message.seq
            self.list.read(message)


IDS = st.sampled_from("abc")
WHO = st.sampled_from([0, 1])
MOST = 3
WATCHED = st.integers(0, MOST)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), IDS),
        st.tuples(st.just("over"), IDS),
        st.tuples(st.just("again"), IDS),
        st.tuples(st.just("due"), IDS),
        st.tuples(st.just("named"), IDS),
        st.tuples(st.just("show"), st.none()),
        st.tuples(st.just("watch"), st.tuples(WHO, WATCHED)),
        st.tuples(st.just("lost"), st.tuples(WHO, WATCHED)),
        st.tuples(st.just("read"), st.tuples(WHO, st.integers(1, 3))),
        st.tuples(st.just("cut"), WHO),
        st.tuples(st.just("back"), WHO),
        st.tuples(st.just("anew"), WHO),
    ),
    max_size=60,
)


def change(open_: dict[str, CallbackRecord], what: str, id_: str) -> None:
    """As the center does it: who changes stays where he is, who comes is the last."""
    if what == "enter":
        open_.setdefault(id_, open_callback(id_))
    elif what == "over":
        open_.pop(id_, None)
    elif what == "again":
        open_.pop(id_, None)
        open_[id_] = open_callback(id_)
    elif what == "due" and id_ in open_:
        open_[id_] = msgspec.structs.replace(open_[id_], state="due", rev=open_[id_].rev + 1)
    elif what == "named" and id_ in open_:
        open_[id_] = msgspec.structs.replace(open_[id_], caller_name=open_[id_].caller_name + "x")


LISTS = st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from(["", "x"])), unique_by=lambda one: one[0])


@given(LISTS, LISTS, st.integers(0, 4))
def test_what_changed_makes_of_one_list_the_other(
    before: list[tuple[str, str]], after: list[tuple[str, str]], first: int
) -> None:
    old, new = (OpenCallbacks.of([open_callback(id_, name=name) for id_, name in ids]) for ids in (before, after))
    page = ShownList()
    page.read(old.whole(first))
    message = new.since(old, first)
    if message is not None:
        page.read(message)
        page.read(message)
    assert (page.total, list(page.rows.values())) == (new.total, list(new.rows[:first]))


@given(STEPS)
@settings(max_examples=200)
def test_a_page_ends_with_the_first_of_the_full_list(steps: list[tuple[str, object]]) -> None:
    hub = PageHub(seat_bounds=BOUNDS, now=lambda: 0.0)
    open_: dict[str, CallbackRecord] = {}
    browsers = [Browser(hub, "mei", wanted=2), Browser(hub, "tom")]
    for browser in browsers:
        browser.connect()
    for what, value in steps:
        match what, value:
            case "show", _:
                hub.show_callbacks(open_.values())
            case "watch", (int(who), int(first)):
                browsers[who].watch(first)
            case "lost", (int(who), int(first)):
                browsers[who].cut()
                browsers[who].watch(first)
            case "read", (int(who), int(count)):
                browsers[who].read(count)
            case "cut", int(who):
                browsers[who].cut()
            case (("back" | "anew"), int(who)):
                browsers[who].connect(anew=what == "anew")
            case _, str(id_):
                change(open_, what, id_)
    hub.show_callbacks(open_.values())
    for browser in browsers:
        if browser.page is not None and browser.page.session.sent_seq != browser.seq:
            browser.cut()
        if browser.page is not None and browser.page.session.state != "attached":
            browser.cut()  # it did not keep up
        browser.connect()
        browser.read()
        full = [shown(record) for record in open_.values()]
        assert browser.list.total == len(full)
        assert list(browser.list.rows.values()) == full[: browser.wanted]
