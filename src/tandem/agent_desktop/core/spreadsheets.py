"""Cells of CSV files that people open with a spreadsheet."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(text: str) -> str:
    """``text`` so that it stays text when a spreadsheet opens the file (CWE-1236). A telephone number as it is: it is
    plain digits after its plus."""
    if text.startswith(_FORMULA) and not (text[0] == "+" and text[1:].isascii() and text[1:].isdigit()):
        return "'" + text
    return text
