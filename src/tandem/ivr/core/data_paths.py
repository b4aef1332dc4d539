"""Where a value stands in a JSON document: ``order.items[0].state``. Pure; without functions, filters or wildcards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

MAX_PATH = 200
MAX_STEPS = 16
_STEP = re.compile(r"(?P<dot>\.)?(?P<name>[^\W\d][\w-]{0,63})|\[(?P<index>\d{1,5})\]")


class BadPath(ValueError):
    """``str()`` says what is wrong with the path."""


@dataclass(frozen=True, slots=True)
class DataPath:
    """Names of members and, for lists, numbers of items from 0."""

    steps: tuple[str | int, ...]

    def read(self, document: Any) -> Any:
        """The value there; None when there is none (``null`` is none too)."""
        for step in self.steps:
            if isinstance(step, str):
                document = document.get(step) if isinstance(document, dict) else None
            else:
                document = document[step] if isinstance(document, list) and step < len(document) else None
        return document


def parse_path(text: str) -> DataPath:
    """Raises BadPath."""
    if not 0 < len(text) <= MAX_PATH:
        raise BadPath(f"a path has 1 to {MAX_PATH} characters")
    steps: list[str | int] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (found["name"] is not None and bool(steps) != bool(found["dot"])):
            raise BadPath(f"character {at + 1} does not belong there; a path looks like order.items[0].state")
        steps.append(int(found["index"]) if found["name"] is None else found["name"])
        at = found.end()
    if len(steps) > MAX_STEPS:
        raise BadPath(f"a path goes down {MAX_STEPS} levels at most")
    return DataPath(tuple(steps))
