"""Texts as PostgreSQL can hold and search them."""

from __future__ import annotations

import re


def storable(text: str) -> str:
    """``text`` without NUL (PostgreSQL's text has none) and without halves of surrogate pairs (UTF-8 has none)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def like_pattern(text: str) -> str:
    """``text`` in lower case, to stand inside a LIKE pattern and mean itself."""
    return re.sub(r"([\\%_])", r"\\\1", storable(text).strip().lower())


def digits_to_search(text: str, *, fewest: int) -> str:
    """The ASCII digits in ``text``; '' when they are fewer than ``fewest``, or when letters say it is no number."""
    if re.search(r"[^\W\d_]", text):
        return ""
    digits = re.sub(r"[^0-9]", "", text)
    return digits if len(digits) >= fewest else ""
