"""In which language commands speak, and how their sentences are kept: by code, in Chinese and English."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from typing import Protocol

LANGUAGES = ("zh", "en")

Sentences = Mapping[str, tuple[str, str]]
"""Code -> (Chinese, English). ``{name}`` stands for a fact; ``{name_s}`` for the ``s`` of an English plural of it."""


class Say(Protocol):
    def __call__(self, code: str, language: str, /, **facts: object) -> str: ...


def saying(sentences: Sentences) -> Say:
    """What says one of them, with the facts that it names."""

    def say(code: str, language: str, /, **facts: object) -> str:
        plurals = {f"{name}_s": "" if fact == 1 else "s" for name, fact in facts.items()}
        return sentences[code][LANGUAGES.index(language)].format(**facts, **plurals)

    return say


def language_of_terminal() -> str:
    """By ``LC_ALL``, ``LC_MESSAGES`` and ``LANG``, in this order (POSIX): zh for Chinese, else en."""
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "zh" if named.lower().startswith("zh") else "en"


def columns(text: str) -> int:
    """How many columns of a terminal it takes: two for what is wide or full-width (UAX #11)."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """With spaces up to ``width`` columns; ``right``: before it."""
    space = " " * max(0, width - columns(text))
    return space + text if right else text + space
