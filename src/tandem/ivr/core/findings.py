"""What the checks of a whole flow found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tandem.cti.documents.problems import Problem
from tandem.ivr.core.flow import Place


@dataclass(slots=True)
class Findings:
    """``errors`` begins with what the reading found. ``places``: of the flow's steps."""

    errors: list[Problem]
    places: Mapping[str, Place]
    warnings: list[Problem] = field(default_factory=list)

    def error(self, step: str, code: str, what: str, fix: str) -> None:
        self.errors.append(self._problem(step, code, what, fix))

    def warn(self, step: str, code: str, what: str, fix: str) -> None:
        self.warnings.append(self._problem(step, code, what, fix))

    def _problem(self, step: str, code: str, what: str, fix: str) -> Problem:
        """A step of a sub-flow that is used twice gives the same problem twice; it is told once."""
        place = self.places[step]
        return Problem(place.file, place.line, code, what, fix, f"step {place.name}")
