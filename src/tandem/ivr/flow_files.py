"""Reading a flow and the sub-flow files that it uses from disk. Nothing outside of the flow's own folder is read."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from pathlib import Path

from tandem.cti.documents.document import read_document
from tandem.cti.documents.problems import Problem
from tandem.ivr.core.check import MAX_FILES, Review, load_bundle, review_bundle
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import FLOW_FILE, Catalog
from tandem.ivr.core.flow_tables import files_used
from tandem.ivr.errors import FlowError

_MAX_BYTES = 4 * FLOW_FILE.max_characters  # UTF-8 takes at most four bytes a character


def load_flow_file(path: Path, known: Catalog | Collection[str]) -> Flow:
    """``known``: what exists outside of the flow, or the ids of the queues alone.

    Raises FlowError, also when a file cannot be read.
    """
    files, main = read_bundle(path)
    return load_bundle(files, main, _catalog(known))


def review_flow_file(path: Path, known: Catalog | Collection[str]) -> Review:
    """Raises nothing: what cannot be read is in the review."""
    try:
        files, main = read_bundle(path)
    except FlowError as error:
        return Review(None, error.problems, files=(path.name,))
    return review_bundle(files, main, _catalog(known))


def read_bundle(path: Path) -> tuple[dict[str, str], str]:
    """The texts by their names in ``use:``, and the name of the main file.

    A sub-flow file that is not there is left out (the check says which step wants it). Raises FlowError when a file is
    there but cannot be read, is not UTF-8, is too large, or lies outside of the flow's folder.
    """
    folder = path.parent.resolve()
    files = {path.name: _text(path, path.name)}
    waiting = deque(_used(files[path.name], path.name))
    while waiting and len(files) <= MAX_FILES:
        name = waiting.popleft()
        beside = folder / name
        if name in files or not beside.exists():
            continue
        if not beside.resolve().is_relative_to(folder):
            what, fix = "the file leads out of the folder of the flow", "Put the file itself into the folder."
            raise _refused(name, 1, "bad_path", what, fix)
        files[name] = _text(beside, name)
        waiting.extend(_used(files[name], name))
    return files, path.name


def _used(text: str, name: str) -> tuple[str, ...]:
    root, _ = read_document(text, name, FLOW_FILE)
    return files_used(root)


def _catalog(known: Catalog | Collection[str]) -> Catalog:
    if isinstance(known, Catalog):
        return known
    return Catalog(queues=known if isinstance(known, frozenset) else frozenset(known))


def _text(path: Path, name: str) -> str:
    if path.exists() and not path.is_file():
        raise _refused(name, 1, "unreadable", "this is not a file", "Put a text file here.")
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        raise _refused(name, 1, "unreadable", what, "Check its path and permissions.") from None
    if len(content) > _MAX_BYTES:
        what = f"the file is larger than {FLOW_FILE.max_characters // 1024} KiB"
        raise _refused(name, 1, "too_large", what, FLOW_FILE.too_large_fix)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _refused(name, line, "bad_character", "this is not UTF-8", "Save the file as UTF-8.") from None


def _refused(name: str, line: int, code: str, what: str, fix: str) -> FlowError:
    return FlowError((Problem(name, line, code, what, fix),))
