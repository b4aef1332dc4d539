"""What can go wrong in this room.

BadRequest
`- PlanError    a routing plan does not read or makes no sense; ``problems`` holds each fault: file, line, what to do
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.model.errors import BadRequest
from tandem.routing.plan_document.in_chinese import problem_text

if TYPE_CHECKING:
    from tandem.cti.documents.problems import Problem


class PlanError(BadRequest):
    """``str()`` lists the problems, one a line, ``file:line: what. What to do.``"""

    code = "bad_plan"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    def in_language(self, language: str) -> str:
        return "\n".join(problem_text(problem, language) for problem in self.problems)
