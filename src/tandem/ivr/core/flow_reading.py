"""Reading one flow file: what is known so far. Shapes fill in what later shapes need."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tandem.cti.documents.document import DocumentKind
from tandem.cti.documents.reading import Reading
from tandem.ivr.core.speech import Wording

FLOW_FILE = DocumentKind(
    noun="flow",
    max_characters=262_144,
    max_nodes=20_000,
    too_large_fix="Split it into several flows.",
    alias_fix="Put a text that is used twice under prompts: and refer to it by name.",
    empty_fix="Start with the example examples/flows/main.yaml.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What exists outside of the flow: ids that it may name, asked with ``in``. None: not known, so any name will do.

    ``agents``: log-ins. ``answers``: tables of the read-only provider. ``credentials``: names in the settings.
    """

    queues: frozenset[str] | None = None
    skills: frozenset[str] | None = None
    agents: frozenset[str] | None = None
    tiers: frozenset[str] | None = None
    answers: frozenset[str] | None = None
    credentials: frozenset[str] | None = None


@dataclass(slots=True)
class FlowReading(Reading):
    """``scope``: goes before every name of a step, variable and calendar: '' in the main file, ``identify/`` in the
    file that the sub-flow step ``identify`` uses."""

    catalog: Catalog = field(default_factory=Catalog)
    languages: tuple[str, ...] = ()
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    step_lines: dict[str, int] = field(default_factory=dict)
    """By their names in the file."""
    calendars: Collection[str] = ()
    uses: Mapping[str, str] = field(default_factory=dict)
    scope: str = ""

    def rank(self, language: str) -> int:
        """The place of a language in the flow's list; behind all of them when it is not there."""
        return self.languages.index(language) if language in self.languages else len(self.languages)
