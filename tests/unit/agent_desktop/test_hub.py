from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import msgspec
import pytest
from tests.support.callbacks import open_callback
from tests.support.desktop_fakes import board, seat, user

from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core.messages import Resume, Welcome
from tandem.agent_desktop.core.page_session import Bounds
from tandem.agent_desktop.services.hub import EndReason, Page, PageHub
from tandem.cti.model.ids import AgentId

MEI, SUE = user("mei", "agent"), user("sue", "supervisor")
SERVICE = m.Service(seq=0, switch_up=True, database_up=True)


@dataclass
class FakeLine:
    woken: int = 0
    was_cut: bool = False
    ended: list[int] = field(default_factory=list)

    def wake(self) -> None:
        self.woken += 1

    def cut(self) -> None:
        self.was_cut = True

    def end(self, code: int, reason: str) -> None:
        self.ended.append(code)


@dataclass
class Browser:
    hub: PageHub
    login: str = "mei"
    view: str = "seat"
    token: bytes = b"token"
    line: FakeLine = field(default_factory=FakeLine)

    def open(self, resume: tuple[str, int] | None = None) -> tuple[Page, Welcome]:
        self.line = FakeLine()
        return self.hub.open(
            user(self.login, "agent"),
            self.view,
            self.token,
            None if resume is None else Resume(session=resume[0], seq=resume[1]),
            self.line,
            server_now=1.0,
        )


def read(page: Page) -> list[m.ServerMessage]:
    texts = iter(page.session.next, None)
    return [msgspec.json.decode(text, type=m.ServerMessage) for text in texts]


def test_a_message_reaches_the_seat_it_is_for_and_wakes_its_line() -> None:
    hub = PageHub()
    mei, tom = Browser(hub), Browser(hub, "tom", token=b"tom")
    (mei_page, _), (tom_page, _) = mei.open(), tom.open()
    hub.to_seat(AgentId("mei"), seat("mei"))
    assert [type(message) for message in read(mei_page)] == [m.Seat]
    assert read(tom_page) == []
    assert (mei.line.woken, tom.line.woken) == (1, 0)


def test_a_message_for_somebody_without_a_page_is_dropped() -> None:
    PageHub().to_seat(AgentId("mei"), seat("mei"))


def test_boards_hear_what_is_for_boards_and_all_hear_what_is_for_all() -> None:
    hub = PageHub()
    mei_page, _ = Browser(hub).open()
    sue_page, _ = Browser(hub, "sue", "board").open()
    hub.to_boards(board(gone=["c1"]))
    hub.to_board("sue", board())
    hub.to_all(SERVICE)
    assert [message.__struct_config__.tag for message in read(sue_page)] == ["board", "board", "service"]
    assert [message.__struct_config__.tag for message in read(mei_page)] == ["service"]


def test_welcome_and_replies_are_not_the_centers_to_say() -> None:
    with pytest.raises(TypeError, match="Reply"):
        PageHub().to_all(m.Reply(id=1, error=None))


def test_a_new_page_of_an_agent_wins() -> None:
    hub = PageHub()
    first, second = Browser(hub), Browser(hub)
    old, _ = first.open()
    new, welcome = second.open()
    assert first.line.ended == [EndReason.REPLACED]
    assert not welcome.resumed
    assert hub.seat_of("mei") is new
    assert not hub.leave(old, first.line, page_gone=False), "the agent still has a page"
    assert hub.seat_of("mei") is new


def test_a_page_that_comes_back_takes_its_session_from_its_own_dead_line() -> None:
    hub = PageHub()
    browser = Browser(hub)
    page, welcome = browser.open()
    dead = browser.line
    hub.to_all(SERVICE)
    hub.to_all(SERVICE)
    read(page)
    again, second = browser.open((welcome.session, 1))
    assert again is page
    assert (second.resumed, second.seq) == (True, 1)
    assert dead.ended == [EndReason.REPLACED]
    assert not hub.leave(page, dead, page_gone=False)
    assert [getattr(message, "seq", None) for message in read(page)] == [2]


def test_nobody_resumes_the_session_of_somebody_else_or_of_another_view() -> None:
    hub = PageHub()
    _, welcome = Browser(hub).open()
    assert not Browser(hub, "tom").open((welcome.session, 0))[1].resumed
    assert not Browser(hub, "mei", "board").open((welcome.session, 0))[1].resumed
    assert not Browser(hub).open(("unknown", 0))[1].resumed


def test_a_page_that_was_closed_is_forgotten_and_one_that_was_cut_is_expected_back() -> None:
    hub = PageHub()
    browser = Browser(hub)
    page, welcome = browser.open()
    assert hub.leave(page, browser.line, page_gone=False)
    hub.to_all(SERVICE)
    page, welcome = browser.open((welcome.session, 0))
    assert welcome.resumed
    assert len(read(page)) == 1
    assert hub.leave(page, browser.line, page_gone=True)
    assert hub.pages() == []
    assert not browser.open((welcome.session, 1))[1].resumed


def test_a_line_that_does_not_keep_up_is_cut_and_the_others_are_not_disturbed() -> None:
    hub = PageHub(seat_bounds=Bounds(kept_messages=3, behind_messages=3))
    slow, fast = Browser(hub), Browser(hub, "tom", token=b"tom")
    page, welcome = slow.open()
    fast_page, _ = fast.open()
    for _ in range(4):
        hub.to_all(SERVICE)
        read(fast_page)
    assert slow.line.was_cut
    assert not fast.line.was_cut
    assert hub.leave(page, slow.line, page_gone=False)
    again, welcome = slow.open((welcome.session, 1))
    assert welcome.resumed
    assert len(read(again)) == 3


def test_log_out_ends_the_pages_of_that_log_in_only() -> None:
    hub = PageHub()
    mei, tom = Browser(hub), Browser(hub, "tom", token=b"tom")
    page, _ = mei.open()
    tom.open()
    assert hub.log_out(b"token", "bye") == [page]
    assert (mei.line.ended, tom.line.ended) == ([EndReason.LOGGED_OUT], [])
    assert not hub.leave(page, mei.line, page_gone=False)


def test_boards_per_user_are_bounded_the_one_without_a_line_goes_first() -> None:
    hub = PageHub(boards_per_user=2)
    first, second, third, fourth = (Browser(hub, "sue", "board") for _ in range(4))
    first.open()
    page, _ = second.open()
    hub.leave(page, second.line, page_gone=False)
    third.open()
    assert first.line.ended == []
    fourth.open()
    assert first.line.ended == [EndReason.REPLACED]
    assert len(hub.pages()) == 2


async def test_a_broadcast_to_many_wakes_them_slice_by_slice() -> None:
    hub = PageHub()
    browsers = [Browser(hub, f"agent{number}", token=b"%d" % number) for number in range(300)]
    pages = [browser.open()[0] for browser in browsers]
    running = asyncio.create_task(hub.run())
    try:
        hub.to_all(SERVICE)
        woken = []
        for _ in range(10):
            woken.append(sum(browser.line.woken for browser in browsers))
            await asyncio.sleep(0)
        assert woken[0] == 64
        assert sorted(set(woken)) == [64, 128, 192, 256, 300]
        assert all(len(read(page)) == 1 for page in pages)
    finally:
        running.cancel()
        await asyncio.wait({running})


async def test_what_is_said_meanwhile_comes_after_the_broadcast() -> None:
    hub = PageHub()
    pages = [Browser(hub, f"agent{number}").open()[0] for number in range(100)]
    hub.to_all(SERVICE)
    hub.to_seat(AgentId("agent99"), seat())
    assert [message.__struct_config__.tag for message in read(pages[99])] == ["service", "seat"]


# ---- callbacks -----------------------------------------------------------------------------------------------------

OPEN = [open_callback(id_) for id_ in "abcd"]


def heard(page: Page) -> list[tuple[bool, int, list[str], list[str]]]:
    """Whole, total, rows and gone of each message of callbacks."""
    messages = [message for message in read(page) if isinstance(message, m.Callbacks)]
    return [(one.whole, one.total, [row.id for row in one.rows], one.gone) for one in messages]


def test_of_callbacks_a_page_hears_what_it_watches_and_nothing_before() -> None:
    hub = PageHub()
    mei, tom, sue = Browser(hub), Browser(hub, "tom"), Browser(hub, "sue", "board")
    (mei_page, _), (tom_page, _), (sue_page, _) = mei.open(), tom.open(), sue.open()
    hub.show_callbacks(OPEN)
    hub.watch_callbacks(mei_page, 0)
    hub.watch_callbacks(sue_page, 2)
    hub.show_callbacks(OPEN[1:])
    assert heard(mei_page) == [(True, 4, [], []), (False, 3, [], [])]
    assert heard(sue_page) == [(True, 4, ["a", "b"], []), (False, 3, ["c"], ["a"])]
    assert heard(tom_page) == []
    assert (mei.line.woken, tom.line.woken, sue.line.woken) == (2, 0, 2)


def test_who_scrolls_down_gets_what_comes_next_and_who_closes_the_list_only_the_number() -> None:
    hub = PageHub()
    page, _ = Browser(hub).open()
    hub.show_callbacks(OPEN)
    for first in (1, 3, 3, 0):
        hub.watch_callbacks(page, first)
    assert heard(page) == [(True, 4, ["a"], []), (False, 4, ["b", "c"], []), (True, 4, [], [])]
    hub.show_callbacks(OPEN[:1])
    assert heard(page) == [(False, 1, [], [])]


def test_what_changed_is_encoded_once_for_all_who_show_as_much() -> None:
    hub = PageHub()
    pages = [Browser(hub, f"agent{number}").open()[0] for number in range(3)]
    for page in pages:
        hub.watch_callbacks(page, 2)
        read(page)
    hub.show_callbacks(OPEN)
    first, *others = [page.session._kept[-1].frame for page in pages]
    assert all(frame is first for frame in others)


def test_a_page_that_comes_back_has_what_it_missed_of_what_it_watches() -> None:
    hub = PageHub()
    browser = Browser(hub)
    page, welcome = browser.open()
    hub.watch_callbacks(page, 2)
    assert heard(page) == [(True, 0, [], [])]
    hub.leave(page, browser.line, page_gone=False)
    hub.show_callbacks(OPEN)
    page, again = browser.open((welcome.session, 1))
    hub.watch_callbacks(page, 2)
    assert again.resumed
    assert heard(page) == [(False, 4, ["a", "b"], [])], "asking for the same brings nothing twice"


def test_a_page_that_is_gone_watches_nothing() -> None:
    hub = PageHub()
    browser = Browser(hub)
    page, welcome = browser.open()
    hub.watch_callbacks(page, 2)
    hub.leave(page, browser.line, page_gone=True)
    said = page.session.last_seq
    hub.watch_callbacks(page, 3)
    hub.show_callbacks(OPEN)
    assert page.session.last_seq == said
    anew, _ = browser.open((welcome.session, said))
    hub.show_callbacks(OPEN[1:])
    assert heard(anew) == []
