"""Variables: each has a value wherever it is read, and what is secret is nowhere shown, said or compared.

The first is the analysis of definitely assigned variables, as compilers make it: over the graph of steps, forward, the
intersection of all ways that lead to a step (Aho et al., "Compilers", 9.2), until nothing changes.
"""

from __future__ import annotations

from collections import deque

from tandem.cti.documents.problems import instead_of
from tandem.ivr.core.asked import asked_of
from tandem.ivr.core.check_modes import AFTER, WAITING, modes_of
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.findings import Findings
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.step import Exit, Step
from tandem.ivr.core.steps.collect import Collect
from tandem.ivr.core.steps.condition import CASES, Condition
from tandem.ivr.core.steps.subflow import Return, Subflow

_VALUE = "value"
_OPEN_TO_SECRETS = {("http", "url"), ("http", "body"), ("answer", "key"), ("lookup", "value"), ("subflow", "with")}
_KNOWN_IN = {"queue": frozenset({WAITING}), "agent": frozenset({AFTER})}


def check_variables(flow: Flow, findings: Findings) -> None:
    known = known_at(flow)
    settable = frozenset(name for step in flow.steps.values() for e in step.exits() for name in step.sets(e.name))
    secret = _secrets(flow)
    modes = modes_of(flow)
    for name, step in flow.steps.items():
        for field, expression in asked_of(step):
            _check_known(step, field, expression, known.get(name, settable), settable, findings)
            _check_fields(step, expression, modes[name], findings)
            _check_secret(step, field, expression, secret, findings)


def known_at(flow: Flow) -> dict[str, frozenset[str]]:
    """The variables that surely have a value when a step is entered; steps that nothing leads to are left out."""
    known: dict[str, frozenset[str]] = {flow.start: frozenset()}
    waiting = deque([flow.start])
    while waiting:
        name = waiting.popleft()
        step = flow.steps[name]
        for exit_ in flow.exits_of(name):
            if exit_.target not in flow.steps:
                continue
            onward = _behind(step, exit_, known[name])
            before = known.get(exit_.target)
            after = onward if before is None else before & onward
            if after != before:
                known[exit_.target] = after
                waiting.append(exit_.target)
    return known


def _behind(step: Step, exit_: Exit, known: frozenset[str]) -> frozenset[str]:
    match step:
        case Subflow():
            return _without_locals(known, step.name) | step.sets(exit_.name)
        case Return():
            taken = {variable for variable, result in step.hands if result in known}
            lost = {variable for variable, _ in step.hands} - taken
            return (_without_locals(known, step.name.rpartition("/")[0]) - lost) | taken
        case Condition():
            return known | _tested(step, exit_.name)
        case _:
            return known | step.sets(exit_.name)


def _without_locals(known: frozenset[str], scope: str) -> frozenset[str]:
    return frozenset(name for name in known if not name.startswith(f"{scope}/"))


def _tested(step: Condition, exit_name: str) -> frozenset[str]:
    """What the condition has made sure of. A case that does not hold says nothing, unless it asks ``known`` alone, for
    it may have no value."""
    missed: frozenset[str] = frozenset()
    for name, case in CASES.named(step.cases):
        if name == exit_name:
            return missed | case.when.known_when(True)
        if not case.when.needed():
            missed |= case.when.known_when(False)
    return missed


def _own(step: Step, field: str) -> frozenset[str]:
    """Names that only this field of the step knows."""
    if not isinstance(step, Collect):
        return frozenset()
    return frozenset({_VALUE}) if field == "validate" else frozenset({step.into}) if field == "confirm" else frozenset()


def _check_known(
    step: Step,
    field: str,
    expression: Expression,
    known: frozenset[str],
    settable: frozenset[str],
    findings: Findings,
) -> None:
    own = _own(step, field)
    for name in sorted(expression.names() - expression.needed() - settable - own):
        if "." not in name:
            shown, near = _near(name, settable)
            what = f'in {field}: known({shown}) never holds: no step sets the variable "{shown}"'
            findings.warn(step.name, "never_set", what, near)
    missing = expression.needed() - known - own
    for name in sorted(name for name in missing if "." not in name):
        shown, near = _near(name, settable)
        if name not in settable:
            what = f'in {field}: no step sets the variable "{shown}"'
            findings.error(step.name, "unknown_variable", what, f"{near} A text stands in quotes.")
        else:
            what = f'in {field}: there is a way here on which the variable "{shown}" has no value'
            fix = f"Set it on every way that leads here, or ask known({shown}) first."
            findings.error(step.name, "unset_variable", what, fix)


def _near(name: str, settable: frozenset[str]) -> tuple[str, str]:
    """The variable as its author wrote it, and what may be meant, as a sentence."""
    scope, _, shown = name.rpartition("/")
    return shown, instead_of(shown, [each.rpartition("/")[2] for each in settable if each.rpartition("/")[0] == scope])


def _check_fields(step: Step, expression: Expression, modes: frozenset[str], findings: Findings) -> None:
    for name in sorted(expression.needed()):
        room = name.partition(".")[0]
        if "." in name and room in _KNOWN_IN and modes - _KNOWN_IN[room]:
            when = "while the caller waits in a queue" if room == "queue" else "after the talk"
            what = f"{name} is known only {when}, and others come here"
            findings.error(step.name, "unset_variable", what, f"Ask known({name}) first.")


# -- secrets -----------------------------------------------------------------------------------------------------------


def _secrets(flow: Flow) -> frozenset[str]:
    """Variables that can hold the digits of a sensitive step, handed on through sub-flows too."""
    secret = {step.into for step in flow.steps.values() if isinstance(step, Collect) and step.sensitive}
    grown = bool(secret)
    while grown:
        before = len(secret)
        for step in flow.steps.values():
            if isinstance(step, Subflow):
                secret.update(name for name, expression in step.with_ if expression.name() in secret)
            elif isinstance(step, Return):
                secret.update(variable for variable, result in step.hands if result in secret)
        grown = len(secret) > before
    return frozenset(secret)


def _check_secret(step: Step, field: str, expression: Expression, secret: frozenset[str], findings: Findings) -> None:
    if isinstance(step, Collect) and step.sensitive:
        secret |= {_VALUE} if field == "validate" else {step.into}
    if (step.kind, field) in _OPEN_TO_SECRETS and expression.name() in secret:
        if field == "url":
            fix = "Send it by POST, in body:."
            findings.warn(step.name, "secret_in_url", "addresses are written into the logs of other systems", fix)
        return
    for name in sorted(expression.opened() & secret):
        shown = name.rpartition("/")[2]
        what = f'in {field}: "{shown}" holds digits of a sensitive step, which nothing may show, say or compare'
        fix = "Hand it to url:, body:, key: or value: of a data step as it is, or ask only length() of it."
        findings.error(step.name, "secret_used", what, fix)
