"""Bounds of what a page may send, as types: checked while decoding, and described in the published schemas."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$(?!\n)")]
"""An identifier of ours (see ``tandem.cti.model.ids``)."""
Line = Annotated[str, Meta(max_length=200, pattern=r"^(?![\s\S]*[\x00-\x1f\x7f])")]
"""One line of text without control characters."""
FilledLine = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^(?![\s\S]*[\x00-\x1f\x7f])(?=.*\S)")]
"""One line of text that says something."""
Text = Annotated[str, Meta(max_length=4000, pattern=r"^(?![\s\S]*[\x00-\x08\x0b-\x1f\x7f])")]
"""Text of several lines (line feed and tab allowed, no other control character)."""
Secret = Annotated[str, Meta(min_length=1, max_length=256)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""Whole numbers that JavaScript holds exactly."""
Moment = Annotated[float, Meta(ge=0, le=1e11)]
"""Seconds since the Unix epoch."""
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$(?!\n)")]
"""2026-11-22."""
Cursor = Annotated[str, Meta(max_length=200, pattern=r"^[A-Za-z0-9._=-]*$(?!\n)")]
"""Where the page before ended; '' = from the beginning."""
Amount = Annotated[int, Meta(ge=1, le=500)]
"""Rows of a page."""
MOST_WATCHED = 500
Watched = Annotated[int, Meta(ge=0, le=MOST_WATCHED, multiple_of=50)]
"""Rows of a list that a page watches. In steps: pages that watch as many are told the same."""
Texts = dict[str, str]
"""A sentence for people by language: ``{"zh": .., "en": ..}``."""
Language = Literal["zh", "en"]
