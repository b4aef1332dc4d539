"""The routing plan as text: YAML that people write, versions of which are kept (docs/reference/routing-plan.md).

review_plan(text, file) -> Review    what is wrong with it, and what should be looked at
read_plan(text, file) -> Plan        or PlanError with every fault, its line, and what to do
write_plan(plan) -> text             the same plan always gives the same text; reading it gives the plan again
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tandem.cti.documents.document import DocumentKind, Node, read_document
from tandem.cti.documents.lines import Lines
from tandem.cti.documents.problems import Problem
from tandem.cti.documents.reading import Reading, Unreadable
from tandem.routing.core.plan import Plan
from tandem.routing.core.plan_check import check_plan
from tandem.routing.errors import PlanError
from tandem.routing.plan_document.records import PLAN
from tandem.routing.plan_document.writing import plan_plain, yaml_text

PLAN_FILE = DocumentKind(
    noun="routing plan",
    max_characters=16 * 1024 * 1024,
    max_nodes=2_000_000,
    too_large_fix="Remove queues and agents that are no longer there.",
    alias_fix="Write it out where it is needed.",
    empty_fix="Start with what tandem routing export prints.",
)


@dataclass(frozen=True, slots=True)
class Review:
    """``plan`` is None when there are errors. All problems stand in the order of the lines."""

    plan: Plan | None
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def review_plan(text: str, file_name: str, *, logins: Collection[str] | None = None, stored: bool = False) -> Review:
    """``logins``: of the agents who may log in, asked with ``in`` and counted; None when they are not known.
    ``stored``: the version was applied before, perhaps by an earlier Tandem (see ``read_document``)."""
    try:
        plan, root, problems = _parse(text, file_name, stored=stored)
    except PlanError as error:
        return Review(None, error.problems)
    findings = check_plan(plan, file=file_name, line=Lines(root).at, logins=logins)
    errors = _in_order([*problems, *findings.errors])
    return Review(None if errors else plan, errors, _in_order(findings.warnings))


def read_plan(text: str, file_name: str, *, logins: Collection[str] | None = None, stored: bool = False) -> Plan:
    """Raises PlanError with all errors (warnings do not count). ``version`` of the plan is 0."""
    review = review_plan(text, file_name, logins=logins, stored=stored)
    if review.plan is None:
        raise PlanError(review.errors)
    return review.plan


def parse_plan(text: str, file_name: str) -> Plan:
    """Of a stored version, or of text that is being written. Raises PlanError when it does not read; whether the plan
    makes sense is not asked."""
    plan, _, problems = _parse(text, file_name, stored=True)
    if problems:
        raise PlanError(_in_order(problems))
    return plan


def _parse(text: str, file_name: str, *, stored: bool) -> tuple[Plan, Node, list[Problem]]:
    root, problems = read_document(text, file_name, PLAN_FILE, stored=stored)
    if root is None:
        raise PlanError(tuple(problems))
    try:
        return PLAN.read(root, Reading(file_name, problems)).plan(), root, problems
    except Unreadable:
        raise PlanError(_in_order(problems)) from None


def write_plan(plan: Plan) -> str:
    return yaml_text(plan_plain(plan))


def _in_order(problems: Collection[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems), key=lambda problem: (problem.line, problem)))
