from __future__ import annotations

import msgspec
from tests.support.callbacks import ShownList, open_callback, shown

from tandem.agent_desktop.core.fields import MOST_WATCHED
from tandem.agent_desktop.core.open_callbacks import OpenCallbacks

A, B, C, D = (open_callback(id_) for id_ in "abcd")
WATCHED = 2


def said(before: list[str], after: list[str]) -> tuple[bool, int, list[str], list[str]] | None:
    """Whole, total, rows and gone of what a page is told that watches two."""
    of = {"a": A, "b": B, "c": C, "d": D}
    old, new = (OpenCallbacks.of([of[id_] for id_ in ids]) for ids in (before, after))
    message = new.since(old, WATCHED)
    return None if message is None else (message.whole, message.total, [row.id for row in message.rows], message.gone)


def test_whole_it_is_the_first_that_are_watched_and_how_many_there_are() -> None:
    message = OpenCallbacks.of([A, B, C]).whole(WATCHED)
    assert (message.whole, message.total, message.rows) == (True, 3, [shown(A), shown(B)])


def test_who_shows_more_gets_what_comes_after_what_he_has() -> None:
    message = OpenCallbacks.of([A, B, C, D]).more(3, had=1)
    assert (message.whole, message.total, message.rows, message.gone) == (False, 4, [shown(B), shown(C)], [])


def test_of_very_many_no_more_is_held_than_a_page_may_watch() -> None:
    many = OpenCallbacks.of([open_callback(str(number)) for number in range(3 * MOST_WATCHED)])
    assert (many.total, len(many.rows)) == (3 * MOST_WATCHED, MOST_WATCHED)


def test_only_what_changed_is_said() -> None:
    assert said(["a"], ["a", "b"]) == (False, 2, ["b"], [])
    assert said(["a", "b"], ["b"]) == (False, 1, [], ["a"])


def test_when_one_is_done_the_next_comes_up() -> None:
    assert said(["a", "b", "c"], ["b", "c"]) == (False, 2, ["c"], ["a"])


def test_beyond_what_is_watched_only_the_count_is_said() -> None:
    assert said(["a", "b", "c"], ["a", "b", "d"]) is None
    assert said(["a", "b"], ["a", "b", "c"]) == (False, 3, [], [])


def test_what_no_list_shows_is_not_said() -> None:
    due = msgspec.structs.replace(A, state="due", rev=2, attempts=1)
    assert OpenCallbacks.of([due]).since(OpenCallbacks.of([A]), WATCHED) is None


def test_a_row_that_changed_is_said_and_stays_where_it_is() -> None:
    named = open_callback("a", name="王小明")
    page = ShownList()
    page.read(OpenCallbacks.of([A, B]).whole(WATCHED))
    message = OpenCallbacks.of([named, B]).since(OpenCallbacks.of([A, B]), WATCHED)
    assert message is not None
    assert (message.rows, message.gone) == ([shown(named)], [])
    page.read(message)
    assert list(page.rows.values()) == [shown(named), shown(B)]


def test_another_order_is_said_whole() -> None:
    assert said(["a", "b"], ["b", "a"]) == (True, 2, ["b", "a"], [])
    assert said(["b"], ["a", "b"]) == (True, 2, ["a", "b"], [])
