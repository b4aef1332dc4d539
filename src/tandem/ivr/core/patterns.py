"""Patterns for ``matches()``: the part of regular expressions that can be told in time linear in the text.

A pattern is one or more branches (``|``); a branch is characters, ``.``, classes (``[0-9A-F]``, ``[^x]``) and
``\\d \\w \\s``, each with ``?``, ``*``, ``+``, ``{2}`` or ``{2,4}``; it must match the whole text. There are no groups,
so there is nothing to go back to: the places that a branch can have come to are followed all at once (Thompson,
"Regular Expression Search Algorithm", CACM 11(6), 1968).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

MAX_TIMES = 64
_MAX_TEXT = 2000
_ITEM = re.compile(
    r"(?P<one>\\[dwsDWS]|\\[^a-zA-Z0-9]|\[\^?\]?(?:\\.|[^\]\\\[])*\]|[^\\\[\](){}?*+^$|])"
    r"(?:(?P<sign>[?*+])|\{(?P<low>[0-9]{1,2})(?:(?P<comma>,)(?P<high>[0-9]{0,2}))?\})?",
    re.DOTALL,
)
_SIGNS = {"?": (0, 1), "*": (0, _MAX_TEXT), "+": (1, _MAX_TEXT)}


class BadPattern(ValueError):
    """``str()`` says what is wrong."""


@dataclass(frozen=True, slots=True)
class _Item:
    one: re.Pattern[str]
    """Matches one character."""
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Pattern:
    branches: tuple[tuple[_Item, ...], ...]

    @staticmethod
    def read(text: str) -> Pattern:
        """Raises BadPattern."""
        return _read(text)

    def matches(self, text: str) -> bool:
        return len(text) <= _MAX_TEXT and any(_ends(branch, text) for branch in self.branches)


def _ends(branch: tuple[_Item, ...], text: str) -> bool:
    places = {0}
    for item in branch:
        fits = [item.one.match(character) is not None for character in text]
        places = _onward(places, item, fits)
        if not places:
            return False
    return len(text) in places


def _onward(places: set[int], item: _Item, fits: list[bool]) -> set[int]:
    """Where the item can end. Runs of characters that fit are walked once, so this is linear too: of the beginnings in
    one run that are at least ``low`` behind, the nearest decides whether ``high`` is kept."""
    ends = set(places) if item.low == 0 else set()
    begins: list[int] = []
    ready = -1
    reached = 0
    for end in range(len(fits) + 1):
        if end and not fits[end - 1]:
            begins, ready, reached = [], -1, 0
        if end in places:
            begins.append(end)
        while reached < len(begins) and begins[reached] + item.low <= end:
            ready = begins[reached]
            reached += 1
        if ready >= 0 and end - ready <= item.high:
            ends.add(end)
    return ends


@lru_cache(256)
def _read(text: str) -> Pattern:
    branches: list[tuple[_Item, ...]] = []
    items: list[_Item] = []
    at = 0
    while at < len(text):
        if text[at] == "|":
            branches.append(tuple(items))
            items, at = [], at + 1
            continue
        match = _ITEM.match(text, at)
        if match is None:
            raise BadPattern(f'"{text[at]}" (character {at + 1}) cannot stand here')
        items.append(_item(match))
        at = match.end()
    branches.append(tuple(items))
    return Pattern(tuple(branches))


def _item(match: re.Match[str]) -> _Item:
    try:
        one = re.compile(
            match["one"] if len(match["one"]) > 1 or match["one"] == "." else re.escape(match["one"]), re.S | re.A
        )
    except re.error as error:
        raise BadPattern(f'"{match["one"]}": {error.msg}') from None
    if match["sign"]:
        low, high = _SIGNS[match["sign"]]
    elif match["low"]:
        low = int(match["low"])
        high = low if not match["comma"] else int(match["high"]) if match["high"] else _MAX_TEXT
    else:
        low = high = 1
    if low > MAX_TIMES or high < low or (match["high"] and high > MAX_TIMES):
        raise BadPattern(f'"{match[0]}" asks for too many, or for fewer than none')
    return _Item(one, low, high)
