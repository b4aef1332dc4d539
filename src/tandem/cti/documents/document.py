"""A YAML file's text -> a tree of nodes that know their line. Nothing is built from the text but text.

YAML is read as events, without recursion, within limits (size, nodes, depth); anchors, aliases and tags are refused, so
that neither an alias bomb nor an object tag exists for the rest of the house.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from tandem.cti.documents.problems import Problem

MAX_DEPTH = 16

# Whatever is not in YAML 1.2's set of printable characters (clause 5.1), lone surrogates included.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_TAB = re.compile(r" *\t")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentKind:
    """What one kind of file is called, how large it may be, and what its authors are told to do."""

    noun: str
    max_characters: int
    max_nodes: int
    too_large_fix: str
    alias_fix: str
    empty_fix: str


class Scalar(NamedTuple):
    """A named tuple, for a large file has a million of them."""

    text: str
    quoted: bool
    line: int


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys are unique: a repeated one was reported and left out."""

    entries: tuple[tuple[Scalar, Node], ...]
    line: int


Node = Scalar | Sequence | Mapping


class _Refused(Exception):
    """The document cannot be read on from here."""


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet; a mapping takes its keys and values in turn."""

    is_mapping: bool
    line: int
    nodes: list[Node] = field(default_factory=list)


class _TreeReader:
    def __init__(self, file_name: str, kind: DocumentKind, *, stored: bool) -> None:
        self.kind = kind
        self.file_name = file_name
        self.stored = stored
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self._open: list[_Open] = []
        self._nodes = 0
        self._documents = 0

    def report(self, line: int, code: str, what: str, fix: str) -> None:
        self.problems.append(Problem(self.file_name, line, code, what, fix))

    def refuse(self, line: int, code: str, what: str, fix: str) -> None:
        self.report(line, code, what, fix)
        raise _Refused

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.ScalarEvent):  # by far the most
            self._admit(event, line)
            if event.style == '"' and not self.stored and (bad := _UNPRINTABLE.search(event.value)):
                self.report(line, "bad_character", _not_allowed(bad), "Remove it.")
            self._add(Scalar(event.value, bool(event.style), line))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._close()
        elif isinstance(event, yaml.CollectionStartEvent):
            self._admit(event, line)
            if len(self._open) == MAX_DEPTH:
                self.refuse(line, "too_deep", f"more than {MAX_DEPTH} levels", "Write it flatter.")
            self._open.append(_Open(isinstance(event, yaml.MappingStartEvent), line))
        elif isinstance(event, yaml.AliasEvent):
            self._refuse_anchor(line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                fix = f"Keep one {self.kind.noun} per file."
                self.refuse(line, "several_documents", "a second YAML document begins here", fix)

    def _refuse_anchor(self, line: int) -> None:
        self.refuse(line, "alias", "anchors and aliases (& and *) are not allowed", self.kind.alias_fix)

    def _admit(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        self._nodes += 1
        if self._nodes > self.kind.max_nodes:
            what = f"the file has more than {self.kind.max_nodes} values"
            self.refuse(line, "too_large", what, self.kind.too_large_fix)
        if event.anchor is not None:
            self._refuse_anchor(line)
        if event.tag is not None:
            what = f"the tag {event.tag!r} is not allowed"
            self.report(line, "tag", what, "Remove it: values have no tags here.")

    def _close(self) -> None:
        done = self._open.pop()
        if done.is_mapping:
            self._add(Mapping(tuple(self._entries(done)), done.line))
        else:
            self._add(Sequence(tuple(done.nodes), done.line))

    def _entries(self, mapping: _Open) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, int] = {}
        pairs = zip(mapping.nodes[::2], mapping.nodes[1::2], strict=True)
        for key, value in pairs:
            if not isinstance(key, Scalar):
                self.report(key.line, "bad_key", "a key must be a plain word", "Write it as word: value.")
            elif key.text in seen:
                what = f'"{key.text}" is given twice (first on line {seen[key.text]})'
                self.report(key.line, "duplicate_key", what, "Keep one of the two.")
            else:
                seen[key.text] = key.line
                yield key, value

    def _add(self, node: Node) -> None:
        if self._open:
            self._open[-1].nodes.append(node)
        else:
            self.root = node


def read_document(
    text: str, file_name: str, kind: DocumentKind, *, stored: bool = False
) -> tuple[Node | None, list[Problem]]:
    """The root node (None when there is nothing that could be read on) and what is wrong with the file as YAML.

    ``stored``: the text was taken before, perhaps by an earlier Tandem. Characters that only an escape can write
    (``"\\0"``) were taken once and are let pass there; what is new may not have them.
    """
    reader = _TreeReader(file_name, kind, stored=stored)
    text = text.removeprefix("\ufeff")
    if len(text) > kind.max_characters:
        what = f"the file is larger than {kind.max_characters // 1024} KiB"
        reader.report(1, "too_large", what, kind.too_large_fix)
        return None, reader.problems
    if bad := _UNPRINTABLE.search(text):
        reader.report(text.count("\n", 0, bad.start()) + 1, "bad_character", _not_allowed(bad), "Remove it.")
        return None, reader.problems
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.take(event)
    except _Refused:
        return None, reader.problems
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        line = mark.line + 1 if mark else 1
        if _TAB.match("".join(text.splitlines()[line - 1 : line])):
            reader.report(line, "tab", "the line is indented by a tab", "Indent it by spaces.")
        else:
            what = f"this is not YAML: {getattr(error, 'problem', None) or 'it cannot be read'}"
            reader.report(line, "not_yaml", what, "Check the indentation, quotes and brackets here.")
        return None, reader.problems
    if reader.root is None:
        reader.report(1, "empty", "the file is empty", kind.empty_fix)
    return reader.root, reader.problems


def _not_allowed(bad: re.Match[str]) -> str:
    return f"the character U+{ord(bad[0]):04X} is not allowed"
