"""``tandem whatif``: a change of a past day, the agents that it needed, the calls of a coming one; told for people."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tandem.cti.app.history.day_store import DayStore
from tandem.cti.app.history.input_files import BadJournal, DayMissing, parts_of
from tandem.cti.app.history.look_back_words import say as told
from tandem.cti.app.history.replay import CodeOf, code_of
from tandem.cti.app.history.whatif import StoredDay, as_json, from_journal, read_change, study_day
from tandem.cti.app.terminal import language_of_terminal, padded
from tandem.cti.app.text_files import text_of
from tandem.cti.model.errors import BadRequest
from tandem.routing.core.day import HALF_HOUR_S
from tandem.routing.core.day_figures import as_it_was
from tandem.routing.core.forecast import backtest, forecast
from tandem.routing.core.paces import Paces
from tandem.routing.core.plan import QueuePlan
from tandem.routing.core.staffing import Load, Target, staff
from tandem.routing.core.whatif import Measure, Study, WhatIfResult, patience_of
from tandem.routing.plan_file import PLAN_FILE

Say = Callable[[str], None]


async def run_whatif(
    asked: argparse.Namespace, folder: Path, database: Callable[[], Any], *, say: Say = print, code: CodeOf = code_of
) -> int:
    """``database()`` is an async context manager that gives an open Database; it is entered when it is needed. Raises
    CtiError."""
    language = language_of_terminal()
    if asked.forecast:
        async with database() as opened:
            for line in await forecast_lines(DayStore(opened), asked.day, language):
                say(line)
        return 0
    stored = await _stored_day(asked.day, folder, database, code)
    if asked.staffing:
        for line in staffing_lines(stored, language):
            say(line)
        return 0
    if asked.change is None:
        raise BadRequest.because("what_if_what")
    text = text_of(asked.change, most_characters=PLAN_FILE.max_characters)
    study = Study(
        day=stored.day, plan=stored.plan, change=read_change(text, stored, asked.change.name), resample=asked.resample
    )
    study.notes += stored.notes

    def show(done: int) -> None:
        if sys.stderr.isatty():
            so_far = told("runs", language, done=done, runs=asked.runs)
            print(f"\r- {so_far}", end="" if done < asked.runs else "\n", file=sys.stderr, flush=True)

    result = await study_day(study, runs=asked.runs, on_run=show, processes=os.cpu_count() or 1)
    if asked.json:
        say(as_json(result))
        return 0
    for line in result_lines(stored, result, language):
        say(line)
    return 0


async def _stored_day(day: date, folder: Path, database: Callable[[], Any], code: CodeOf) -> StoredDay:
    """From the journal; where there is none that this version can replay, from the database."""
    try:
        return from_journal(parts_of(folder, day), day, code=code)
    except (DayMissing, BadJournal) as error:
        language = language_of_terminal()
        print(f"- {error.in_language(language)}", file=sys.stderr)
        print(f"- {told('from_database', language)}", file=sys.stderr)
    async with database() as opened:
        return await DayStore(opened).day(day, now=datetime.now().astimezone().timestamp())


def result_lines(stored: StoredDay, result: WhatIfResult, language: str) -> Iterator[str]:
    """For people: before, after, difference and its interval; how well the day is reproduced; what is modelled."""
    day = stored.day
    counts = {"calls": f"{len(day.arrivals):,}", "agents": len({s.agent for s in day.shifts})}
    yield told("day", language, day=day.name, **counts)
    if stored.proof is not None and stored.proof.different:
        yield told("careful", language, count=stored.proof.different)
    yield ""
    heads = "".join(padded(told(name, language), 10, right=True) for name in ("before", "after", "change"))
    yield f"{'':<56}{heads}   {told('interval', language, runs=result.runs)}"
    for measure in result.measures:
        low, high = _figure(measure.low, measure.unit, sign=True), _figure(measure.high, measure.unit, sign=True)
        sure = "" if measure.low <= 0 <= measure.high else _verdict(measure, language)
        yield (
            f"{padded(measure.title[language], 56)}{_figure(measure.before, measure.unit):>10}"
            f"{_figure(measure.after, measure.unit):>10}{_figure(measure.difference, measure.unit, sign=True):>10}"
            f"   {low} .. {high}{sure}"
        )
    yield ""
    yield told("how_well", language)
    for measure in result.actual[:7]:
        real, simulated = (f"{_figure(value, measure.unit):>10}" for value in (measure.before, measure.after))
        yield f"  {padded(measure.title[language], 54)}{told('really', language, real=real, simulated=simulated)}"
    yield ""
    yield from (f"- {note[language]}" for note in result.notes)


def _verdict(measure: Measure, language: str) -> str:
    if measure.better == "neither":
        return ""
    better = (measure.difference > 0) == (measure.better == "higher")
    return f"  {told('better' if better else 'worse', language)}"


def _figure(value: float, unit: str, *, sign: bool = False) -> str:
    plus = "+" if sign else ""
    if unit == "share":
        return f"{100 * value:{plus}.1f}" + (" pp" if sign else " %")
    return f"{value:{plus}.1f} s" if unit == "seconds" else f"{value:{plus},.0f}"


def staffing_lines(stored: StoredDay, language: str) -> Iterator[str]:
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
        fitted = "" if patience_s is None else told("fitted", language, seconds=f"{patience_s:.0f}")
        facts = {"share": f"{queue.target_share:.0%}", "seconds": f"{queue.target_s:g}", "handle": f"{handle_s:.0f}"}
        yield told("queue", language, queue=queue.id, patience=fitted or told("endless", language), **facts)
        calls_head, level_head = (padded(told(name, language), 8, right=True) for name in ("calls", "level"))
        yield f"  {'':<6}{calls_head}{'Erlang-A':>10}{'Erlang-C':>10}{level_head}"
        for number, calls in enumerate(counts):
            if calls:
                yield _staffing_line(number, calls, handle_s, patience_s, queue)
    yield told("alone", language)


def _staffing_line(number: int, calls: int, handle_s: float, patience_s: float | None, queue: QueuePlan) -> str:
    target = Target(service_level=queue.target_share, in_s=queue.target_s)
    rate = calls / HALF_HOUR_S
    patient = staff(Load(calls_per_s=rate, handle_s=handle_s, patience_s=patience_s), target).performance
    endless = staff(Load(calls_per_s=rate, handle_s=handle_s), target).performance
    at = f"{number // 2:02}:{number % 2 * 30:02}"
    return f"  {at:<6}{calls:>8}{patient.agents:>10}{endless.agents:>10}{patient.service_level:>8.1%}"


async def forecast_lines(store: DayStore, day: date, language: str, *, days: int = 12 * 7) -> list[str]:
    """Expected calls of each queue on ``day``, from the weeks before it, and how good such forecasts were."""
    lines = []
    for queue, history in (await store.counts(day, days=days)).items():
        try:
            made = forecast(history, day)
        except ValueError:
            lines.append(told("no_forecast", language, queue=queue))
            continue
        band = {"total": f"{made.total:.0f}", "low": f"{made.total_low:.0f}", "high": f"{made.total_high:.0f}"}
        lines.append(told("forecast", language, queue=queue, **band))
        past = backtest(history)
        if past is not None and past.days:
            off = {"wape": f"{past.wape:.0%}", "naive": f"{past.naive_wape:.0%}"}
            lines.append("  " + told("off_by", language, **off))
        for number, expected in enumerate(made.expected):
            if made.high[number] >= 0.5:
                at = f"{number // 2:02}:{number % 2 * 30:02}"
                lines.append(f"  {at:<6}{expected:>8.1f}   {made.low[number]:.0f}..{made.high[number]:.0f}")
    return lines or [told("no_calls", language, days=days, day=day.isoformat())]
