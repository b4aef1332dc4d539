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


@dataclass(slots=True)
class FlowReading(Reading):
    queues: Collection[str] = ()
    languages: tuple[str, ...] = ()
    wordings: Mapping[str, Wording] = field(default_factory=dict)
    step_lines: dict[str, int] = field(default_factory=dict)

    def rank(self, language: str) -> int:
        """The place of a language in the flow's list; behind all of them when it is not there."""
        return self.languages.index(language) if language in self.languages else len(self.languages)
