"""What came of the tests. Plain data, for the command line, the pages and CI systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tandem.ivr.core.dialogue import SurveyAnswer, Visit
from tandem.ivr.core.speech import Prompt
from tandem.ivr.testing.case import Case
from tandem.ivr.testing.course import Course
from tandem.ivr.testing.coverage import Coverage


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that was not met. ``code`` is stable; ``text`` by language: ``{"zh": .., "en": ..}``."""

    code: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseReport:
    """``seconds``: how long the call lasted, on its clock. ``path``: the steps that it came to, in order."""

    name: str
    file: str
    line: int
    failures: tuple[Failure, ...]
    heard: tuple[Prompt, ...]
    path: tuple[str, ...]
    visits: tuple[Visit, ...]
    answers: tuple[SurveyAnswer, ...] = ()
    outcome: str
    seconds: float
    number: str = ""
    """Where he was transferred to, or is called back."""
    skipped: Failure | None = None
    """Why the test was not run (live ones)."""

    @classmethod
    def of(
        cls, case: Case, course: Course, failures: tuple[Failure, ...], *, file: str, seconds: float, number: str = ""
    ) -> CaseReport:
        """Of a test whose call has run this course."""
        return cls(
            name=case.name,
            file=file,
            line=case.line,
            failures=failures,
            heard=tuple(each.prompt for each in course.heard),
            path=course.path,
            visits=course.visits,
            answers=course.answers,
            outcome=course.outcome,
            number=number,
            seconds=round(seconds, 3),
        )

    @property
    def ok(self) -> bool:
        return not self.failures


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    flow: str
    cases: tuple[CaseReport, ...]
    coverage: Coverage = field(repr=False)
    live: bool = False
    """The tests were real calls."""

    @property
    def ok(self) -> bool:
        return all(case.ok for case in self.cases)
