"""What works, but was hardly meant, or is hard on callers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tandem.cti.documents.document import Mapping as MappingNode
from tandem.cti.documents.document import Node, Scalar, Sequence
from tandem.cti.documents.graph import reachable
from tandem.cti.documents.problems import Problem
from tandem.ivr.core.check_modes import IVR, modes_of, ways_of
from tandem.ivr.core.findings import Findings
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.speech import Say, Speech
from tandem.ivr.core.steps.menu import Menu
from tandem.ivr.core.steps.queue import Queue
from tandem.ivr.core.subflows import Document

LONGEST_S = 30.0
MOST_CHOICES = 6
_CHARACTERS_A_SECOND = {"zh": 4.5, "ja": 7.0}
_USUAL = 15.0
"""Of languages in letters; roughly what a voice of a telephone system speaks."""
_SAID_S = 3.0
"""A value that is said."""
_PEOPLE = frozenset({"queue", "transfer", "callback", "record"})


def warnings_of(flow: Flow, documents: Mapping[str, Document], findings: Findings) -> None:
    ways = {name: [exit_.target for exit_ in exits] for name, exits in ways_of(flow).items()}
    modes = modes_of(flow)
    people = _leading_to(flow, ways)
    for name, step in flow.steps.items():
        for speech in step.speeches():
            _check_length(name, speech, flow.languages, findings)
        if isinstance(step, Menu):
            _check_menu(name, step, people, modes[name], findings)
        if isinstance(step, Queue) and step.after_call:
            behind = reachable(step.after_call, ways)
            if not any(flow.steps[each].kind == "survey" for each in behind):
                fix = "Lead to a survey, or remove after_call: callers hang up when the talk is over."
                findings.warn(name, "no_survey", "after the call no survey is asked", fix)
    for file, document in documents.items():
        findings.warnings.extend(_unused(file, document))


def _leading_to(flow: Flow, ways: Mapping[str, list[str]]) -> frozenset[str]:
    """Steps from which some way leads to a person."""
    back: dict[str, list[str]] = {name: [] for name in ways}
    for name, targets in ways.items():
        for target in targets:
            back[target].append(name)
    found = {name for name, step in flow.steps.items() if step.kind in _PEOPLE}
    waiting = list(found)
    while waiting:
        for name in back[waiting.pop()]:
            if name not in found:
                found.add(name)
                waiting.append(name)
    return frozenset(found)


def _check_menu(name: str, menu: Menu, people: frozenset[str], modes: frozenset[str], findings: Findings) -> None:
    if len(menu.choices) > MOST_CHOICES:
        what = f"{len(menu.choices)} choices are more than callers can keep in mind"
        findings.warn(name, "many_choices", what, f"Ask in two menus, of at most {MOST_CHOICES} choices each.")
    if IVR in modes and name not in people:
        fix = "Lead one of its exits, or commands: operator:, to a queue, a callback or a transfer."
        findings.warn(name, "no_operator", "no way leads from this menu to a person", fix)


def _check_length(name: str, speech: Speech, languages: tuple[str, ...], findings: Findings) -> None:
    for language in languages:
        seconds = sum(_seconds(part, language) for part in speech)
        if seconds > LONGEST_S:
            what = f"in {language} this takes about {seconds:.0f} s to say"
            findings.warn(
                name, "long_prompt", what, f"Keep it under {LONGEST_S:.0f} s, or split it over several steps."
            )
            return


def _seconds(part: object, language: str) -> float:
    if isinstance(part, Say):
        return _SAID_S
    texts = dict(getattr(part, "texts", ()))
    return len(texts.get(language, "")) / _CHARACTERS_A_SECOND.get(language, _USUAL)


# -- what nothing refers to --------------------------------------------------------------------------------------------

_DECLARED = {"prompts": "prompt", "use": "sub-flow", "calendars": "calendar"}


def _unused(file: str, document: Document) -> Iterator[Problem]:
    said = set(_texts(document.child("steps")))
    for field, noun in _DECLARED.items():
        declared = document.child(field)
        if isinstance(declared, MappingNode):
            for key, _ in declared.entries:
                if key.text not in said:
                    code = f"unused_{noun.replace('-', '')}"
                    what = f'no step uses the {noun} "{key.text}"'
                    yield Problem(file, key.line, code, what, "Use it, or remove it.")


def _texts(node: Node | None) -> Iterator[str]:
    match node:
        case Scalar(text):
            yield text
        case Sequence(items):
            for each in items:
                yield from _texts(each)
        case MappingNode(entries):
            for _, value in entries:
                yield from _texts(value)
