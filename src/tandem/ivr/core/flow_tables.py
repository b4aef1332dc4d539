"""The shapes of what a flow file declares beside its steps: sub-flow files, calendars, names, where steps are drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from functools import partial

from tandem.cti.documents.document import Mapping, Node, Sequence
from tandem.cti.documents.hours import HoursRecord
from tandem.cti.documents.reading import Schema, called, read_all, read_each
from tandem.cti.documents.shapes import NAME, Number, Record, Text, named_table
from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.timezones import known_timezone
from tandem.ivr.core.flow_reading import FlowReading

MAX_USES = 32
MAX_CALENDARS = 32
MAX_NAMES = 16
_FILE = re.compile(r"(?:[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}/){0,3}[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}\.ya?ml")


class Uses:
    """``{identify: identify.yaml}``: files of sub-flows, inside the folder of the flow that is called."""

    file = Text(200)
    table = named_table(file)

    def read(self, node: Node, reading: FlowReading) -> MappingOf[str, str]:
        if isinstance(node, Mapping):
            if len(node.entries) > MAX_USES:
                raise reading.refusal(node, "too_many", f"more than {MAX_USES} sub-flows", "Leave some out.")
            reading.uses = {key.text: "" for key, _ in node.entries}  # one with a fault may be named all the same
        uses = self.table.read(node, reading)
        assert isinstance(node, Mapping)
        faulty = [value for _, value in node.entries if not _FILE.fullmatch(uses_text(value))]
        for value in faulty:
            what = f"{called(value)} is not a file in the flow's own folder"
            fix = "Write it like identify.yaml or shared/identify.yaml: no .., no path from the root."
            reading.report(value.line, "bad_path", what, fix)
        reading.uses = uses
        return uses

    def schema(self) -> Schema:
        return {**self.table.schema(), "maxProperties": MAX_USES}


def uses_text(node: Node) -> str:
    return "" if isinstance(node, Mapping | Sequence) else node.text


def files_used(root: Node | None) -> tuple[str, ...]:
    """The files under ``use:`` of a document that may have faults; only names that could be right."""
    entries = root.entries if isinstance(root, Mapping) else ()
    use = next((value for key, value in entries if key.text == "use"), None)
    names = [uses_text(value) for _, value in use.entries] if isinstance(use, Mapping) else []
    return tuple(name for name in names[:MAX_USES] if _FILE.fullmatch(name))


class Calendars:
    """``{office: {timezone, weekly, ...}}``, each as the hours of a routing plan -> hours by name."""

    table = named_table(Record(HoursRecord))

    def read(self, node: Node, reading: FlowReading) -> MappingOf[str, WeeklyHours]:
        if isinstance(node, Mapping):
            if len(node.entries) > MAX_CALENDARS:
                raise reading.refusal(node, "too_many", f"more than {MAX_CALENDARS} calendars", "Leave some out.")
            reading.calendars = frozenset(key.text for key, _ in node.entries)
        calendars = {name: made.made() for name, made in self.table.read(node, reading).items()}
        assert isinstance(node, Mapping)
        lines = {key.text: key.line for key, _ in node.entries}
        for name, hours in calendars.items():
            if not known_timezone(hours.timezone):
                what, fix = f'there is no time zone "{hours.timezone}"', "Use a name of the IANA database."
                reading.report(lines[name], "unknown_timezone", what, fix)
            if not any(hours.days.values()) and not any(hours.open_on.values()):
                fix = "Give at least one day its times."
                reading.report(lines[name], "never_open", f'the calendar "{name}" never opens', fix)
        return {reading.scope + name: hours for name, hours in calendars.items()}

    def schema(self) -> Schema:
        return {**self.table.schema(), "maxProperties": MAX_CALENDARS}


@dataclass(frozen=True, slots=True)
class Names:
    """A list of names, each once: the parameters or results of a sub-flow."""

    noun: str

    def read(self, node: Node, reading: FlowReading) -> tuple[str, ...]:
        if not isinstance(node, Sequence):
            what = f"{called(node)} stands where a list of names belongs"
            raise reading.refusal(node, "wrong_type", what, "Write it like [first, second].")
        if len(node.items) > MAX_NAMES:
            raise reading.refusal(node, "too_many", f"more than {MAX_NAMES} {self.noun}s", "Leave some out.")
        names = tuple(read_each(self._name(), node.items, reading))
        if len(set(names)) < len(names):
            raise reading.refusal(node, "duplicate_name", f"a {self.noun} is named twice", "Name each once.")
        return names

    @staticmethod
    def _name() -> Text:
        return Text(32, NAME, "small letters, digits and _")

    def schema(self) -> Schema:
        return {"type": "array", "items": self._name().schema(), "maxItems": MAX_NAMES, "uniqueItems": True}


class Layout:
    """``{step: [x, y]}``: where the editor drew the steps. Only the editor looks at it, so a step that is no longer
    there does no harm."""

    place = Number(-1e6, 1e6)

    def read(self, node: Node, reading: FlowReading) -> tuple[tuple[str, tuple[float, float]], ...]:
        mapping = reading.mapping(node, "a mapping from steps to places")
        return tuple(read_all(partial(self._entry, key.text, value, reading) for key, value in mapping.entries))

    def _entry(self, name: str, node: Node, reading: FlowReading) -> tuple[str, tuple[float, float]]:
        if not isinstance(node, Sequence) or len(node.items) != 2:
            raise reading.refusal(node, "wrong_type", f"{called(node)} is not a place", "Write it like [120, 40].")
        x, y = read_each(self.place, node.items, reading)
        return name[:200], (x, y)

    def schema(self) -> Schema:
        place = {"type": "array", "items": self.place.schema(), "minItems": 2, "maxItems": 2}
        return {"type": "object", "additionalProperties": place}
