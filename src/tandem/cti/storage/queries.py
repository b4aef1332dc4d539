"""Named queries: plain SQL in a ``.sql`` file beside the module that uses it.

A file is a sequence of ``-- name: open_calls`` lines, each followed by one statement. A contract test prepares every
one of them against the real schema.
"""

from __future__ import annotations

import re
from importlib import resources

_NAME = re.compile(r"^-- name: ([a-z0-9_]+)[ \t]*$", re.MULTILINE)


def parse(text: str) -> dict[str, str]:
    """Statements by name. Raises ValueError for a doubled name or an empty statement."""
    parts = _NAME.split(text)
    found: dict[str, str] = {}
    for name, statement in zip(parts[1::2], parts[2::2], strict=True):
        if name in found or not statement.strip():
            raise ValueError(f"query {name}: doubled or empty")
        found[name] = statement.strip()
    return found


def load(package: str, file: str) -> dict[str, str]:
    """The queries of ``file`` inside ``package`` (``tandem.cti.storage``)."""
    return parse(resources.files(package).joinpath(file).read_text(encoding="utf-8"))
