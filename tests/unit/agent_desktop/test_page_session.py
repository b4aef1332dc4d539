from __future__ import annotations

from tandem.agent_desktop.core.framing import Frame
from tandem.agent_desktop.core.page_session import Bounds, PageSession

BOUNDS = Bounds(kept_messages=4, kept_bytes=1000, kept_s=60.0, behind_messages=8, behind_bytes=2000)


def text(size: int = 10) -> Frame:
    return Frame(b"<", b">" * (size - 1))


def session_with(pushed: int, taken: int, bounds: Bounds = BOUNDS) -> PageSession:
    session = PageSession(bounds)
    for _ in range(pushed):
        session.push(text(), 0.0)
    for _ in range(taken):
        assert session.next() is not None
    return session


def test_messages_are_numbered_from_one_and_taken_once() -> None:
    session = session_with(3, 0)
    assert [session.next() for _ in range(4)] == [b"<1>>>>>>>>>", b"<2>>>>>>>>>", b"<3>>>>>>>>>", None]


def test_a_resumed_page_gets_what_it_missed() -> None:
    session = session_with(3, 3)
    session.line_lost(1.0)
    session.push(text(), 2.0)
    assert session.next() is None
    assert session.resume(2, 3.0)
    assert [session.next(), session.next(), session.next()] == [b"<3>>>>>>>>>", b"<4>>>>>>>>>", None]


def test_resume_is_refused_when_something_is_no_longer_held() -> None:
    session = session_with(8, 8)
    session.line_lost(1.0)
    assert not session.resume(3, 1.0)
    assert session.state.value == "detached"
    assert session.resume(4, 1.0)


def test_resume_is_refused_when_what_was_missed_is_too_old() -> None:
    session = session_with(2, 2)
    session.line_lost(1.0)
    assert not session.resume(1, 61.0)


def test_a_page_that_missed_nothing_may_resume_at_any_time() -> None:
    session = session_with(2, 2)
    session.line_lost(1.0)
    assert session.resume(2, 9999.0)


def test_resume_is_refused_for_a_number_that_was_never_given() -> None:
    session = session_with(2, 2)
    assert not session.resume(3, 1.0)
    assert not session.resume(-1, 1.0)


def test_a_line_that_falls_behind_in_messages_is_too_slow() -> None:
    session = session_with(8, 0)
    assert session.state.value == "attached"
    session.push(text(), 0.0)
    assert session.state.value == "too_slow"
    assert session.next() is None


def test_a_line_that_falls_behind_in_bytes_is_too_slow_but_one_large_message_is_not() -> None:
    session = PageSession(BOUNDS)
    session.push(text(5000), 0.0)
    assert session.state.value == "attached"
    session.push(text(), 0.0)
    assert session.state.value == "too_slow"


def test_what_a_slow_page_missed_is_held_within_the_bounds() -> None:
    session = session_with(9, 0)
    session.line_lost(1.0)
    assert session.held_bytes == 40
    assert session.resume(5, 1.0)
    assert not session.resume(4, 1.0)


def test_nothing_that_waits_to_be_sent_is_let_go() -> None:
    session = session_with(8, 0)
    session.trim(1000.0)
    assert len([session.next() for _ in range(8)]) == 8
    session.trim(1000.0)
    assert session.held_bytes == 0


def test_a_detached_session_is_over_after_a_while() -> None:
    session = session_with(1, 1)
    assert not session.is_over(1000.0)
    session.line_lost(1000.0)
    assert not session.is_over(1060.0)
    assert session.is_over(1060.1)
