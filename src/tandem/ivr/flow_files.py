"""Reading a flow from disk."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from tandem.cti.documents.problems import Problem
from tandem.ivr.core.check import load_flow
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import FLOW_FILE
from tandem.ivr.errors import FlowError

_MAX_BYTES = 4 * FLOW_FILE.max_characters  # UTF-8 takes at most four bytes a character


def load_flow_file(path: Path, queues: Collection[str]) -> Flow:
    """Raises FlowError, also when the file cannot be read."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise _refused(path, 1, "unreadable", what, "Check its path and permissions.") from None
    if len(content) > _MAX_BYTES:
        what = f"the file is larger than {FLOW_FILE.max_characters // 1024} KiB"
        raise _refused(path, 1, "too_large", what, "Split it into several flows.")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(path, line, "bad_character", "this is not UTF-8", "Save the file as UTF-8.") from None
    return load_flow(text, path.name, queues)


def _refused(path: Path, line: int, code: str, what: str, fix: str) -> FlowError:
    return FlowError((Problem(path.name, line, code, what, fix),))
