"""Which flow files and test files are meant by what stands on a command line: files, folders and patterns."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from glob import glob
from itertools import islice
from pathlib import Path

from tandem.cti.app import text_files
from tandem.ivr.testing.case_files import TEST_FILE, flow_named_in

MOST_FILES = 2_000
_MAX_BYTES = 4 * TEST_FILE.max_characters
_FLOW = re.compile(r"^(steps|kind):", re.MULTILINE)
_SUB_FLOW = re.compile(r"^kind:\s*[\"']?subflow\b", re.MULTILINE)
_TEST = re.compile(r"\.test\.ya?ml$")
_YAML = re.compile(r"\.ya?ml$")


class NothingFound(Exception):
    """No flow is there; ``str()`` is what was asked for."""


def flows_in(given: Iterable[str]) -> tuple[Path, ...]:
    """The flows, in order, each once: a file that is named counts in any case, of a folder those that are no sub-flows.
    Raises NothingFound."""
    found: dict[Path, None] = {}
    for name in given:
        files = [file for file in _files(name) if Path(name) == file or not _is_sub_flow(file)]
        if not files:
            raise NothingFound(name)
        found.update(dict.fromkeys(files))
    return tuple(found)


def sub_flows_in(given: Iterable[str]) -> tuple[Path, ...]:
    """Those in the folders."""
    return tuple(
        dict.fromkeys(file for name in given for file in _files(name) if Path(name) != file and _is_sub_flow(file))
    )


def tests_in(given: Iterable[str]) -> tuple[tuple[Path, tuple[Path, ...]], ...]:
    """Each flow with its test files; a test file that is named stands for its flow. Raises NothingFound."""
    found: dict[Path, dict[Path, None]] = {}
    for name in given:
        path = Path(name)
        if _TEST.search(name) and path.is_file():
            found.setdefault(flow_of(path), {})[path] = None
            continue
        for flow in flows_in([name]):
            tests = found.setdefault(flow, {})
            tests.update(dict.fromkeys(each for each in _beside(flow) if flow_of(each).resolve() == flow.resolve()))
    return tuple((flow, tuple(tests)) for flow, tests in found.items())


def flow_of(tests: Path) -> Path:
    """The flow that these are tests of: the one that the file names, else ``main.yaml`` for ``main.test.yaml``."""
    named = flow_named_in(text_of(tests))
    return tests.parent / (named or _TEST.sub(".yaml", tests.name))


def text_of(file: Path) -> str:
    """Of tests. Raises BadRequest when the file cannot be read."""
    return text_files.text_of(file, most_characters=TEST_FILE.max_characters)


def _files(name: str) -> Iterator[Path]:
    """Of a folder and a pattern: those that look like flows."""
    path = Path(name)
    if path.is_dir():
        inside = sorted(Path(folder, file) for folder, _, files in os.walk(path) for file in files)
        yield from islice((file for file in inside if _looks_like_a_flow(file)), MOST_FILES)
    elif path.exists():
        yield path
    else:
        matching = sorted(glob(name, recursive=True))
        for file in islice(map(Path, matching), MOST_FILES):
            if file.is_dir():
                yield from _files(str(file))
            elif _looks_like_a_flow(file):
                yield file


def _looks_like_a_flow(file: Path) -> bool:
    named = bool(_YAML.search(file.name)) and not _TEST.search(file.name)
    return named and file.is_file() and bool(_FLOW.search(_beginning(file)))


def _is_sub_flow(file: Path) -> bool:
    return bool(_SUB_FLOW.search(_beginning(file)))


def _beginning(file: Path) -> str:
    """ "" of a file that may not be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(_MAX_BYTES).decode(errors="replace")
    except OSError:
        return ""


def _beside(flow: Path) -> list[Path]:
    return sorted(file for file in flow.parent.iterdir() if _TEST.search(file.name))
