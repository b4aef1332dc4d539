"""What a test expects, held against what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tandem.cti.model.skills import needs_text
from tandem.ivr.core.values import Secret, Value
from tandem.ivr.testing import case as c
from tandem.ivr.testing.course import Course
from tandem.ivr.testing.failures import differs, failure
from tandem.ivr.testing.report import Failure
from tandem.ivr.testing.transcript import Transcript, texts_of

_MOST_SHOWN = 6


def failures(course: Course, expect: c.Expect) -> tuple[Failure, ...]:
    return (
        *_course(course, expect),
        *_heard(course, expect),
        *_way(course, expect),
        *_values(course, expect),
    )


def _course(course: Course, expect: c.Expect) -> Iterator[Failure]:
    step = course.state.step
    found = course.failure
    if found and expect.failure is None:
        yield failure("flow_failed", step=course.state.step, failure=found)
    for name in dict.fromkeys(course.unanswered):
        yield failure("no_data", step=name)
    for name, value in dict.fromkeys(course.unknown):
        yield failure("no_output", step=name, name=value)
    if course.outcome == "endless":
        yield failure("endless", turns=len(course.visits), step=step)
    elif course.left:
        yield failure("not_done", action=written(course.left[0]), step=step, outcome=course.outcome)


def _heard(course: Course, expect: c.Expect) -> Iterator[Failure]:
    heard = course.heard
    if not expect.heard and not expect.not_heard:
        return
    transcript = Transcript(heard)
    since, before = 0, ""
    for said in expect.heard:
        end = transcript.find(said, since)
        if end is None:
            rest = heard[transcript.after(since) :][:_MOST_SHOWN]
            yield failure(
                "not_heard",
                wanted=said.written,
                after_zh=f"（在“{before}”之后）" if before else "",
                after_en=f' after "{before}"' if before else "",
                heard=texts_of(rest, _MOST_SHOWN) or "-",
            )
        else:
            since, before = end, said.written
    for said in expect.not_heard:
        if transcript.find(said) is not None:
            yield failure("heard", wanted=said.written, heard=texts_of(heard, _MOST_SHOWN))


def _way(course: Course, expect: c.Expect) -> Iterator[Failure]:
    shown = " -> ".join(course.path)
    at = 0
    for name in expect.path:
        try:
            at = course.path.index(name, at) + 1
        except ValueError:
            yield failure("not_visited", wanted=name, path=shown)
            break
    for name in expect.not_visited:
        if name in course.path:
            yield failure("visited", wanted=name, path=shown)


def _values(course: Course, expect: c.Expect) -> Iterator[Failure]:
    variables = dict(course.state.variables)
    for name, wanted in expect.variables.items():
        if not _same(found := variables.get(name), wanted):
            yield differs("variable", wanted, "•" * found.length if isinstance(found, Secret) else found, name=name)
    facts = facts_of(course)
    for name, found in facts.items():
        wanted = getattr(expect, name)
        if wanted is not None and wanted != found:
            yield differs(name, wanted, found)
    needs = course.enqueued.needs if course.enqueued else course.state.needs
    if expect.needs is not None and sorted(expect.needs) != sorted(needs):
        yield differs("needs", needs_text(expect.needs), needs_text(needs))
    answers = {answer.question: answer.answer for answer in course.answers}
    for question, answer in expect.survey.items():
        if question not in answers or answers[question] != answer:
            yield differs("survey", answer, answers.get(question), name=question)
    for step, keys in expect.asked.items():
        asked = course.asked.get(step, {})
        for key, value in keys.items():
            if not _same(asked.get(key), value):
                yield differs("asked", value, asked.get(key), name=step, key=key)


def _same(found: Value | None, wanted: Value) -> bool:
    """1 and true are not the same here, though they are in Python."""
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


def facts_of(course: Course) -> Mapping[str, Any]:
    enqueued, state = course.enqueued, course.state
    queue = enqueued.queue if enqueued else ""
    number = ""
    match course.outcome:
        case "callback" if course.callback:
            queue, number = course.callback.queue, course.callback.number or course.ani
        case "message":
            queue = course.message_queue
        case "transferred" if course.transfer:
            number = course.transfer.number or course.transfer.sip
    return {
        "queue": queue,
        "priority": enqueued.priority if enqueued else state.priority,
        "tier": enqueued.tier if enqueued else "",
        "agent": enqueued.agent if enqueued else "",
        "language": state.language,
        "outcome": course.outcome,
        "reason": course.hung_up.reason if course.hung_up else "",
        "failure": course.failure,
        "number": number,
    }


def written(action: c.Action) -> str:
    """As it stands in the file."""
    match action:
        case c.Press(digits):
            return f'{{press: "{digits}"}}'
        case c.Wait(seconds):
            return f"{{wait: {seconds:g}}}"
        case c.Silence(times):
            return "silence" if times == 1 else f"{{silence: {times}}}"
        case c.Speak(seconds):
            return f"{{speak: {seconds:g}}}"
        case c.Agent(login):
            return f"{{agent: {login}}}"
        case c.HangUp():
            return "hang_up"
