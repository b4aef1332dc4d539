"""The commands that look back: ``tandem replay`` and ``tandem whatif``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

import msgspec

from tandem.cti.app.day_store import DayStore
from tandem.cti.app.floor_plan import Keep, LookUp, Output, ShowCallbacks, ShowSeat, ToSwitch
from tandem.cti.app.input_files import BadJournal, DayMissing, Part, parts_of
from tandem.cti.app.replay import CodeOf, Proof, Replayed, code_of, from_time, replay, written_by_another
from tandem.cti.app.whatif import StoredDay, as_json, from_journal, read_change, study_day
from tandem.cti.model.errors import BadRequest, CtiError
from tandem.cti.model.records import CallEventRecord
from tandem.routing.core.day import HALF_HOUR_S
from tandem.routing.core.forecast import backtest, forecast
from tandem.routing.core.plan import QueuePlan
from tandem.routing.core.simulation import Paces, as_it_was
from tandem.routing.core.staffing import Load, Target, staff
from tandem.routing.core.whatif import Measure, Study, WhatIfResult, patience_of

Say = Callable[[str], None]


def add_replay_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "day", metavar="DAY", type=day_of, help="a recorded day, such as 2026-11-22, or today, yesterday"
    )
    parser.add_argument("--from", dest="since", metavar="HH:MM", type=_time, help="begin at this time")
    parser.add_argument("--call", metavar="ID", help="only what concerns this call")
    parser.add_argument("--agent", metavar="LOGIN", help="only what concerns this agent")
    parser.add_argument("--step", action="store_true", help="wait for Enter after each input (on a terminal)")


def day_of(text: str) -> date:
    """Raises argparse.ArgumentTypeError."""
    today = datetime.now().astimezone().date()
    if text in ("today", "yesterday"):
        return today if text == "today" else date.fromordinal(today.toordinal() - 1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it like 2026-11-22") from None


def _time(text: str) -> time_of_day:
    try:
        return time_of_day.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time of day; write it like 09:30") from None


# ---- tandem replay ------------------------------------------------------------------------------------------------


def run_replay(asked: argparse.Namespace, folder: Path, *, say: Say = print, code: CodeOf = code_of) -> int:
    """0: the same decisions again; 1: something else came of an input. Raises DayMissing, BadJournal."""
    parts = parts_of(folder, asked.day)
    since = _moment(asked.day, asked.since)
    if since is not None:
        parts = from_time(parts, since)
    for part in parts[:1]:
        if (header := written_by_another(part)) is not None:
            say(f"{part.path.name} was written by another version (Tandem {header.program}, code {header.code}):")
            say("  what differs below may be what was changed since.")
    only = bool(asked.call or asked.agent)
    shown_from = since if since is not None else float("-inf")
    show = only or asked.step or since is not None
    step_by_step = asked.step and sys.stdin.isatty()
    proof = Proof()
    for step in replay(parts, code=code, proof=proof):
        if step.same is False:
            say(f"DIFFERENT: {step.part.path.name}, line {step.recorded.number}")
        concerned = not only or _concerns(step, asked.call, asked.agent)
        if step.same is False or (show and concerned and step.recorded.now >= shown_from):
            for line in lines_of(step):
                say(line)
            if step_by_step and not _go_on():
                say("stopped; what follows was not compared")
                return 0
    for line in proof_lines(proof, parts):
        say(line)
    return 1 if proof.different else 0


def _moment(day: date, since: time_of_day | None) -> float | None:
    return None if since is None else datetime.combine(day, since).astimezone().timestamp()


def _go_on() -> bool:
    """Enter: on; ``q``: stop."""
    try:
        return input("[Enter] on, [q] stop ").strip().lower() != "q"
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


def lines_of(step: Replayed) -> Iterator[str]:
    """One input and what came of it: decisions with their reasons, requests, lines of the timeline, refusals."""
    at = datetime.fromtimestamp(step.recorded.now).astimezone()
    yield f"{at:%H:%M:%S}.{at.microsecond // 1000:03} {short(step.recorded.input)}"
    if step.outcome is None:
        yield "    ! the center failed by a defect"
    elif isinstance(step.outcome, CtiError):
        yield f"    refused: {step.outcome} ({step.outcome.code})"
    else:
        for output in step.outcome:
            yield from _output_lines(output)


def _output_lines(output: Output) -> Iterator[str]:
    match output:
        case ToSwitch(request):
            yield f"    -> {short(request)}"
        case Keep(CallEventRecord() as event):
            yield f"    {event.call} {event.kind}: {event.text}"
            yield from _decision_lines(event)
        case LookUp(call, number):
            yield f"    -> look up {number} for {call}"
        case Keep() | ShowSeat() | ShowCallbacks():
            pass  # rows and pages follow from what is shown
        case _:
            yield f"    -> {short(output)}"


def _decision_lines(event: CallEventRecord) -> Iterator[str]:
    why = event.data.get("why")
    if isinstance(why, dict) and why.get("en") != event.text:
        yield f"        why: {why.get('en', '')}"
    decision = event.data.get("decision")
    if not isinstance(decision, dict):
        return
    facts = ("rule", "step", "place", "eligible", "waiting", "cost")
    yield "        " + ", ".join(f"{name} {_value(decision[name])}" for name in facts if name in decision)
    for other in decision.get("candidates", ()):
        yield f"        not {other['agent']}: {other['reason']} (cost {_value(other['cost'])})"
    for passed in decision.get("overtaken", ()):
        yield f"        passed {passed['id']} (waited {_value(passed['waited_s'])} s): {passed['rule']}"


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


def proof_lines(proof: Proof, parts: Sequence[Part]) -> Iterator[str]:
    files = "1 file" if len(parts) == 1 else f"{len(parts)} files"
    if proof.different:
        yield f"{proof.inputs:,} inputs in {files}: {proof.different:,} with another outcome than that day"
        first = proof.first
        if first is not None:
            yield f"the first: {first.part.path.name}, line {first.recorded.number}"
    else:
        yield f"{proof.inputs:,} inputs in {files}: the same decisions again, bit for bit"
    if proof.unproven:
        yield f"not compared: {proof.unproven} (the last before the server ended without notice, or still goes on)"
    if proof.torn:
        yield f"files torn at their end: {proof.torn}"


# ---- tandem whatif ------------------------------------------------------------------------------------------------


def add_whatif_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("day", metavar="DAY", type=day_of, help="a past day, such as 2026-11-22, or today, yesterday")
    parser.add_argument(
        "--change", metavar="FILE", type=Path, help="the part of the routing plan that is to be another"
    )
    parser.add_argument("--runs", metavar="N", type=_runs, default=20, help="simulate the day so often (default: 20)")
    parser.add_argument("--resample", action="store_true", help="draw the callers anew in each run: days like this one")
    parser.add_argument("--staffing", action="store_true", help="agents needed per half hour for the queues' targets")
    parser.add_argument("--forecast", action="store_true", help="expected calls per half hour of DAY, with a band")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def _runs(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError("write a number from 2 to 1000: an interval needs more than one run")
    return int(text)


async def run_whatif(
    asked: argparse.Namespace, folder: Path, database: Callable[[], Any], *, say: Say = print, code: CodeOf = code_of
) -> int:
    """``database()`` is an async context manager that gives an open Database; it is entered when it is needed. Raises
    CtiError."""
    if asked.forecast:
        async with database() as opened:
            for line in await forecast_lines(DayStore(opened), asked.day):
                say(line)
        return 0
    stored = await _stored_day(asked.day, folder, database, code)
    if asked.staffing:
        for line in staffing_lines(stored):
            say(line)
        return 0
    if asked.change is None:
        raise BadRequest("say what is to be another with --change FILE, or ask for --staffing or --forecast")
    try:
        text = asked.change.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"{asked.change}: {error}") from None
    study = Study(
        day=stored.day, plan=stored.plan, change=read_change(text, stored, asked.change.name), resample=asked.resample
    )
    study.notes += stored.notes

    def show(done: int) -> None:
        if sys.stderr.isatty():
            print(
                f"\r- {done} of {asked.runs} runs", end="" if done < asked.runs else "\n", file=sys.stderr, flush=True
            )

    result = await study_day(study, runs=asked.runs, on_run=show, processes=os.cpu_count() or 1)
    if asked.json:
        say(as_json(result))
        return 0
    for line in result_lines(stored, result):
        say(line)
    return 0


async def _stored_day(day: date, folder: Path, database: Callable[[], Any], code: CodeOf) -> StoredDay:
    """From the journal; where there is none that this version can replay, from the database."""
    try:
        return from_journal(parts_of(folder, day), day, code=code)
    except (DayMissing, BadJournal) as error:
        print(f"- {error}", file=sys.stderr)
        print("- taken from the database instead", file=sys.stderr)
    async with database() as opened:
        return await DayStore(opened).day(day, now=datetime.now().astimezone().timestamp())


def result_lines(stored: StoredDay, result: WhatIfResult) -> Iterator[str]:
    """For people: before, after, difference and its interval; how well the day is reproduced; what is modelled."""
    day = stored.day
    yield f"{day.name}: {len(day.arrivals):,} calls that waited, {len({s.agent for s in day.shifts})} agents"
    if stored.proof is not None and stored.proof.different:
        yield f"careful: {stored.proof.different} decisions of that day come out otherwise with this version"
    yield ""
    yield f"{'':<56}{'before':>10}{'after':>10}{'change':>10}   95 % of {result.runs} runs"
    for measure in result.measures:
        low, high = _figure(measure.low, measure.unit, sign=True), _figure(measure.high, measure.unit, sign=True)
        sure = "" if measure.low <= 0 <= measure.high else _verdict(measure)
        yield (
            f"{measure.title['en']:<56}{_figure(measure.before, measure.unit):>10}"
            f"{_figure(measure.after, measure.unit):>10}{_figure(measure.difference, measure.unit, sign=True):>10}"
            f"   {low} .. {high}{sure}"
        )
    yield ""
    yield "How well the simulation tells the real day (without the change):"
    for measure in result.actual[:7]:
        yield (
            f"  {measure.title['en']:<54}{_figure(measure.before, measure.unit):>10} really,"
            f"{_figure(measure.after, measure.unit):>10} simulated"
        )
    yield ""
    yield from (f"- {note['en']}" for note in result.notes)


def _verdict(measure: Measure) -> str:
    if measure.better == "neither":
        return ""
    return "  better" if (measure.difference > 0) == (measure.better == "higher") else "  worse"


def _figure(value: float, unit: str, *, sign: bool = False) -> str:
    plus = "+" if sign else ""
    if unit == "share":
        return f"{100 * value:{plus}.1f}" + (" pp" if sign else " %")
    return f"{value:{plus}.1f} s" if unit == "seconds" else f"{value:{plus},.0f}"


def staffing_lines(stored: StoredDay) -> Iterator[str]:
    """Per queue and half hour: agents needed for its target by Erlang-A and Erlang-C, and who was there."""
    day, plan = stored.day, stored.plan
    patience, _ = patience_of(day)
    paces = Paces.of(day, plan)
    real = as_it_was(day, plan)
    for queue in plan.queues.values():
        counts = [0] * len(real.half_hours)
        for arrival in day.arrivals:
            if arrival.queue == queue.id:
                counts[min(len(counts) - 1, int((arrival.at - day.begins_at) // HALF_HOUR_S))] += 1
        if not any(counts):
            continue
        mean_s = patience[queue.id].mean_s
        patience_s = mean_s if mean_s < float("inf") else None
        handle_s = paces.usual_s[queue.id]
        said = "endless" if patience_s is None else f"{patience_s:.0f} s (fitted)"
        target = f"{queue.target_share:.0%} in {queue.target_s:g} s"
        yield f"{queue.id}: {target}, handling {handle_s:.0f} s, patience {said}"
        yield f"  {'':<6}{'calls':>8}{'Erlang-A':>10}{'Erlang-C':>10}{'level':>8}"
        for number, calls in enumerate(counts):
            if calls:
                yield _staffing_line(number, calls, handle_s, patience_s, queue)
    yield "The formulas suppose that each queue has agents of its own; who serves several is counted in each."


def _staffing_line(number: int, calls: int, handle_s: float, patience_s: float | None, queue: QueuePlan) -> str:
    target = Target(service_level=queue.target_share, in_s=queue.target_s)
    rate = calls / HALF_HOUR_S
    patient = staff(Load(calls_per_s=rate, handle_s=handle_s, patience_s=patience_s), target).performance
    endless = staff(Load(calls_per_s=rate, handle_s=handle_s), target).performance
    at = f"{number // 2:02}:{number % 2 * 30:02}"
    return f"  {at:<6}{calls:>8}{patient.agents:>10}{endless.agents:>10}{patient.service_level:>8.1%}"


async def forecast_lines(store: DayStore, day: date, *, days: int = 12 * 7) -> list[str]:
    """Expected calls of each queue on ``day``, from the weeks before it, and how good such forecasts were."""
    lines = []
    for queue, history in (await store.counts(day, days=days)).items():
        try:
            made = forecast(history, day)
        except ValueError as error:
            lines.append(f"{queue}: no forecast: {error}")
            continue
        lines.append(
            f"{queue}: {made.total:.0f} calls ({made.total_low:.0f}..{made.total_high:.0f} in four of five days)"
        )
        past = backtest(history)
        if past is not None and past.days:
            lines.append(
                f"  such forecasts were off by {past.wape:.0%} a half hour, last week's by {past.naive_wape:.0%}"
            )
        for number, expected in enumerate(made.expected):
            if made.high[number] >= 0.5:
                at = f"{number // 2:02}:{number % 2 * 30:02}"
                lines.append(f"  {at:<6}{expected:>8.1f}   {made.low[number]:.0f}..{made.high[number]:.0f}")
    return lines or [f"there are no calls in the {days} days before {day.isoformat()}"]
