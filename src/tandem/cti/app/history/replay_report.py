"""``tandem replay``: a recorded day, proven and told."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import msgspec

from tandem.cti.app.floor_plan import Keep, LookUp, Output, ShowCallbacks, ShowSeat, ToSwitch
from tandem.cti.app.history.input_files import Part, parts_of
from tandem.cti.app.history.look_back_words import say as told
from tandem.cti.app.history.replay import CodeOf, Proof, Replayed, code_of, from_time, replay, written_by_another
from tandem.cti.app.terminal import language_of_terminal
from tandem.cti.model.errors import CtiError
from tandem.cti.model.records import CallEventRecord

Say = Callable[[str], None]


def run_replay(asked: argparse.Namespace, folder: Path, *, say: Say = print, code: CodeOf = code_of) -> int:
    """0: the same decisions again; 1: something else came of an input. Raises DayMissing, BadJournal."""
    parts, language = parts_of(folder, asked.day), language_of_terminal()
    since = _moment(asked.day, asked.since)
    if since is not None:
        parts = from_time(parts, since)
    for part in parts[:1]:
        if (header := written_by_another(part)) is not None:
            facts = {"file": part.path.name, "program": header.program, "code": header.code}
            say(told("other_version", language, **facts))
    only = bool(asked.call or asked.agent)
    shown_from = since if since is not None else float("-inf")
    show = only or asked.step or since is not None
    step_by_step = asked.step and sys.stdin.isatty()
    proof = Proof()
    for step in replay(parts, code=code, proof=proof):
        if step.same is False:
            say(told("different", language, file=step.part.path.name, line=step.recorded.number))
        concerned = not only or _concerns(step, asked.call, asked.agent)
        if step.same is False or (show and concerned and step.recorded.now >= shown_from):
            for line in lines_of(step, language):
                say(line)
            if step_by_step and not _go_on(language):
                say(told("stopped", language))
                return 0
    for line in proof_lines(proof, parts, language):
        say(line)
    return 1 if proof.different else 0


def _moment(day: date, since: time_of_day | None) -> float | None:
    return None if since is None else datetime.combine(day, since).astimezone().timestamp()


def _go_on(language: str) -> bool:
    """Enter: on; ``q``: stop."""
    try:
        return input(told("go_on", language)).strip().lower() != "q"
    except EOFError:
        return False


def _concerns(step: Replayed, call: str | None, agent: str | None) -> bool:
    things: list[Any] = [step.recorded.input]
    if isinstance(step.outcome, list):
        things += [_inner(output) for output in step.outcome]
    return any(
        (call is None or getattr(thing, "call", getattr(thing, "id", None)) == call)
        and (agent is None or getattr(thing, "agent", None) == agent)
        for thing in things
    )


def _inner(output: Output) -> Any:
    if isinstance(output, ToSwitch):
        return output.request
    return output.record if isinstance(output, Keep) else output


def lines_of(step: Replayed, language: str) -> Iterator[str]:
    """One input and what came of it: decisions with their reasons, requests, lines of the timeline, refusals."""
    at = datetime.fromtimestamp(step.recorded.now).astimezone()
    yield f"{at:%H:%M:%S}.{at.microsecond // 1000:03} {short(step.recorded.input)}"
    if step.outcome is None:
        yield f"    {told('defect', language)}"
    elif isinstance(step.outcome, CtiError):
        why = step.outcome.in_language(language)
        yield "    " + told("refused", language, error=why, code=step.outcome.code)
    else:
        for output in step.outcome:
            yield from _output_lines(output, language)


def _output_lines(output: Output, language: str) -> Iterator[str]:
    match output:
        case ToSwitch(request):
            yield f"    -> {short(request)}"
        case Keep(CallEventRecord() as event):
            yield f"    {event.call} {event.kind}: {event.text}"
            yield from _decision_lines(event, language)
        case LookUp(call, number):
            yield "    " + told("look_up", language, number=number, call=call)
        case Keep() | ShowSeat() | ShowCallbacks():
            pass  # rows and pages follow from what is shown
        case _:
            yield f"    -> {short(output)}"


def _decision_lines(event: CallEventRecord, language: str) -> Iterator[str]:
    why = event.data.get("why")
    if isinstance(why, dict) and why.get("en") != event.text:
        yield "        " + told("why", language, text=why.get(language, ""))
    decision = event.data.get("decision")
    if not isinstance(decision, dict):
        return
    facts = ("rule", "step", "place", "eligible", "waiting", "cost")
    yield "        " + ", ".join(f"{name} {_value(decision[name])}" for name in facts if name in decision)
    for other in decision.get("candidates", ()):
        named = {"agent": other["agent"], "reason": other["reason"], "cost": _value(other["cost"])}
        yield "        " + told("candidate", language, **named)
    for passed in decision.get("overtaken", ()):
        named = {"id": passed["id"], "waited": _value(passed["waited_s"]), "rule": passed["rule"]}
        yield "        " + told("passed", language, **named)


def short(thing: Any) -> str:
    """``Delivered call=c-1 connection=c-1.1``: on one line, long values cut."""
    fields = msgspec.to_builtins(thing)
    if not isinstance(fields, dict):
        return f"{type(thing).__name__} {_value(fields)}"
    return " ".join(
        (type(thing).__name__, *(f"{name}={_value(value)}" for name, value in fields.items() if value != ""))
    )


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    if isinstance(value, dict):
        text = "{" + " ".join(f"{key}={_value(each)}" for key, each in list(value.items())[:8]) + "}"
    elif isinstance(value, list | tuple):
        text = f"[{len(value)}]" if len(value) > 4 else "[" + " ".join(map(_value, value)) + "]"
    else:
        text = str(value)
    # what callers and pages sent may hold control characters: they must not steer a terminal
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= 160 else text[:157] + "..."


def proof_lines(proof: Proof, parts: Sequence[Part], language: str) -> Iterator[str]:
    facts = {"files": told("files", language, files=len(parts)), "inputs": f"{proof.inputs:,}"}
    if proof.different:
        yield told("not_same", language, different=f"{proof.different:,}", **facts)
        first = proof.first
        if first is not None:
            yield told("first", language, file=first.part.path.name, line=first.recorded.number)
    else:
        yield told("same", language, **facts)
    if proof.unproven:
        yield told("unproven", language, count=proof.unproven)
    if proof.torn:
        yield told("torn", language, count=proof.torn)
