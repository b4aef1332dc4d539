"""A flow: one YAML file and the sub-flow files that it uses, checked, as one flat graph of typed steps."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field

from tandem.cti.documents.shapes import NAME, Integer, Record, Text, item, record
from tandem.cti.model.hours import WeeklyHours
from tandem.ivr.core.commands import NO_COMMANDS, Commands
from tandem.ivr.core.dialogue import Press
from tandem.ivr.core.flow_tables import Calendars, Layout, Uses
from tandem.ivr.core.speech import Prompt, Wording, speakable
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Exit, Step
from tandem.ivr.core.step_table import Steps
from tandem.ivr.core.words import Language, Languages, Queue, Target, Wordings

FORMAT = 1
"""Of the file; a later one may be read by a later version only."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands: ``name`` is its name in that file."""

    file: str
    line: int
    name: str


@record
class Flow:
    """Fields are read in this order: what comes later refers to what comes before."""

    format: int = item(Integer(FORMAT, FORMAT), f"the version of this file format: {FORMAT}")
    name: str = item(Text(longest=32, pattern=NAME, rule="small letters, digits and _"), "the name of the flow")
    version: str = item(Text(40), "the author's own version of the flow, as a text", default="")
    languages: tuple[str, ...] = item(Languages(), "the languages that every prompt is given in, such as [zh, en]")
    default_language: str = item(Language(), "the language until the caller has chosen one")
    use: MappingOf[str, str] = item(Uses(), "the files of sub-flows, by the name that steps use", default_factory=dict)
    calendars: MappingOf[str, WeeklyHours] = item(
        Calendars(), "opening hours by name, as in a routing plan", default_factory=dict
    )
    prompts: tuple[tuple[str, Wording], ...] = item(Wordings(), "texts that steps refer to by name", default=())
    steps: MappingOf[str, Step] = item(Steps(), "the steps by name")
    start: str = item(Target(), "the first step", is_exit=True)
    commands: Commands = item(Record(Commands), "keys that mean the same in every question", default=NO_COMMANDS)
    on_error: str = item(Queue(), "the queue that takes the call when a step fails", is_exit=True)
    step_limit: int = item(
        Integer(5, 500), "steps and repetitions after which a call goes to the on_error queue", default=100
    )
    layout: tuple[tuple[str, tuple[float, float]], ...] = item(
        Layout(), "where the editor drew the steps; nothing else reads it", default=()
    )
    edition: str = field(kw_only=True)
    """The first 8 hex digits of the SHA-256 of the files' texts."""
    places: MappingOf[str, Place] = field(kw_only=True, default_factory=dict)
    """Of every step, by its name in ``steps``."""
    sub_commands: MappingOf[str, Commands] = field(kw_only=True, default_factory=dict)
    """Of the sub-flows that have commands of their own, by the name of the step that uses them."""

    def commands_of(self, step: str) -> Commands:
        """The sub-flow's own, else those of who uses it."""
        scope = step
        while "/" in scope:
            scope = scope.rpartition("/")[0]
            if scope in self.sub_commands:
                return self.sub_commands[scope]
        return self.commands

    def exits_of(self, name: str) -> tuple[Exit, ...]:
        """Every way out of the step, that of the operator's key included."""
        step = self.steps[name]
        operator = step.operator(self.commands_of(name))
        return (*step.exits(), operator) if operator else step.exits()

    def pressed(self, state: IvrState) -> tuple[Press, ...]:
        """What the caller pressed, with the labels of the choices that this flow still has."""
        presses = []
        for name, digits in state.pressed:
            wording = self.steps[name].label(digits) if name in self.steps else None
            presses.append(Press(name, digits, wording.texts if wording else ()))
        return tuple(presses)

    def spoken(self) -> tuple[Prompt, ...]:
        """Every prompt that a caller can hear and that can be made ahead, each once, sorted."""
        speeches = (speech for step in self.steps.values() for speech in step.speeches())
        return tuple(sorted({prompt for speech in speeches for prompt in speakable(speech, self.languages)}))
