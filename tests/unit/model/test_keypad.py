"""Keys pressed before they are asked for: none lost, none given twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.keypad import KEYS, MOST_KEYS, Keypad


@pytest.mark.parametrize(
    ("pressed", "max_digits", "terminator", "answer", "left"),
    [
        ("", 1, "#", None, ""),
        ("1", 1, "#", "1", ""),
        ("12", 1, "#", "1", "2"),
        ("12", 4, "#", None, "12"),
        ("12#3", 4, "#", "12", "3"),
        ("12#3", 4, "*", "12#3", ""),
        ("12*3", 4, "*", "12", "3"),
        ("12#", 4, "", None, "12#"),
        ("#", 4, "#", "#", ""),
        ("#1", 4, "#", "#", "1"),
        ("1234#5", 4, "#", "1234", "5"),
        ("1#", 1, "#", "1", "#"),
        ("1A2D", 2, "#", "12", ""),
    ],
)
def test_answers(pressed: str, max_digits: int, terminator: str, answer: str | None, left: str) -> None:
    keypad = Keypad()
    keypad.press(pressed)
    assert keypad.answer(max_digits, terminator) == answer
    assert len(keypad) == len(left)
    assert keypad.rest() == left
    assert len(keypad) == 0


def test_the_terminator_behind_a_full_answer_belongs_to_it() -> None:
    keypad = Keypad()
    keypad.press("1234")
    assert keypad.answer(4) == "1234"
    keypad.press("#")
    assert keypad.answer(1) is None
    keypad.press("#")
    assert keypad.answer(1) == "#"


def test_it_does_so_only_right_behind_it_and_only_for_numbers() -> None:
    keypad = Keypad()
    keypad.press("1234")
    assert keypad.answer(4) == "1234"
    keypad.press("5#")
    assert keypad.rest() == "5#"
    keypad.press("1")
    assert keypad.answer(1) == "1"
    keypad.press("#")
    assert keypad.rest() == "#"


def test_of_music_only_its_keys_count() -> None:
    keypad = Keypad()
    keypad.press("91234")
    assert keypad.first_of("21") == "1"
    assert keypad.rest() == "234"
    keypad.press("99")
    assert keypad.first_of("1") == ""
    assert len(keypad) == 0


def test_it_is_bounded_and_can_be_cleared() -> None:
    keypad = Keypad()
    for _ in range(10_000):
        keypad.press("7")
    assert len(keypad) == MOST_KEYS
    keypad.clear()
    assert keypad.rest() == ""


@given(
    st.lists(
        st.one_of(
            st.text(KEYS, max_size=5),
            st.tuples(st.integers(1, 6), st.sampled_from(["", "#", "*"])),
        ),
        max_size=30,
    )
)
def test_what_was_pressed_is_what_is_answered(script: list[str | tuple[int, str]]) -> None:
    """In order, each key at most once; only terminators are no part of an answer."""
    keypad, pressed, given_out = Keypad(most_keys=1000), "", ""
    for item in script:
        if isinstance(item, str):
            keypad.press(item)
            pressed += item
        elif (answer := keypad.answer(*item)) is not None:
            assert 1 <= len(answer) <= item[0]
            given_out += answer
    given_out += keypad.rest()
    keys = iter(pressed)
    assert all(key in keys for key in given_out)  # a subsequence: in order, none twice
    dropped = len(pressed) - len(given_out)
    assert dropped <= sum(pressed.count(key) for key in "#*")
    for key in "0123456789":
        assert given_out.count(key) == pressed.count(key)
