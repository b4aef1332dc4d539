"""Sentences that exist in Chinese and English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter


def check_both(sentences: Mapping[str, tuple[str, str]]) -> None:
    """Each is there in both languages, in that language, and names the same; a plural's ``s`` is English."""
    for code, (zh, en) in sentences.items():
        assert _named(zh) == _named(en), code
        assert re.search(r"[\u3400-\u9fff：；（，]", zh) or zh == en, code
        assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", en), code


def _named(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name and not name.endswith("_s")}
