"""A stored day, taken from the journal of inputs or from the database, and studied beside the running server.

The day's change is a part of a routing plan, in the plan's own words; what it names replaces what the day's plan had
(null takes it away). Agents may be given a ``shift`` besides::

    queues:
      loans: {steps: [product:loans>=2, {after: 15 s, needs: anyone}]}
    agents:
      eva: {skills: {language:zh: 5}, shift: "09:00-12:00 13:00-18:00"}
      tom: {shift: none}
"""

from __future__ import annotations

import asyncio
import pickle
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

import msgspec
import yaml

from tandem.cti.app.center import Center
from tandem.cti.app.floor_plan import CustomersFound, Keep
from tandem.cti.app.history import whatif_worker
from tandem.cti.app.history.day_records import DayRecords
from tandem.cti.app.history.input_files import Part
from tandem.cti.app.history.replay import CodeOf, Proof, code_of, replay
from tandem.cti.app.rows import agent_row
from tandem.cti.model.errors import BadRequest, Unavailable
from tandem.cti.model.ids import AgentId
from tandem.routing.core.day import Day, Shift
from tandem.routing.core.day_figures import Run
from tandem.routing.core.plan import Plan
from tandem.routing.core.whatif import Change, Study, Texts, WhatIfResult
from tandem.routing.plan_document.writing import plan_plain
from tandem.routing.plan_file import read_plan

MAX_CHANGE = 1 << 20
_MOST_DEEP = 20


class BadChange(BadRequest):
    """A change that does not fit the day. Says where and what to do."""

    code = "bad_change"


class StudyFailed(Unavailable):
    code = "study_failed"


@dataclass(frozen=True, slots=True)
class StoredDay:
    """``plan`` is the one that was in force at the end of the day. ``notes``: what is to be known of the source."""

    day: Day
    plan: Plan
    proof: Proof | None
    notes: tuple[Texts, ...] = ()


# ---- the day ---------------------------------------------------------------------------------------------------------


def midnights(day: date) -> tuple[float, float]:
    """Local midnight before and after, in epoch seconds."""
    begins = datetime.combine(day, time_of_day()).astimezone()
    ends = datetime.combine(day + timedelta(days=1), time_of_day()).astimezone()
    return begins.timestamp(), ends.timestamp()


def from_journal(parts: Sequence[Part], day: date, *, code: CodeOf = code_of) -> StoredDay:
    """Replays the whole day (some 20,000 inputs a second). Raises BadJournal."""
    begins_at, ends_at = midnights(day)
    records = DayRecords()
    proof = Proof()
    plans: dict[int, Plan] = {}
    center: Center | None = None
    until = begins_at
    for step in replay(parts, code=code, proof=proof):
        if step.center is not center:
            center = step.center
            _take_up(records, center)
        until = step.recorded.now
        plans.setdefault(id(center.plan), center.plan)
        if isinstance(step.recorded.input, CustomersFound):
            records.tiers.update({each.id: each.tier for each in step.recorded.input.customers})
        if isinstance(step.outcome, list):
            for output in step.outcome:
                if isinstance(output, Keep):
                    records.add(output.record)
    if center is None:
        raise BadChange(f"nothing happened on {day.isoformat()}")
    notes: list[Texts] = []
    if len(plans) > len(parts):
        notes.append(
            {
                "en": "The plan was changed during the day: it is simulated with the last one from its beginning on.",
                "zh": "当天更换过路由方案：模拟全天使用最后一个方案。",
            }
        )
    stored = records.day(day.isoformat(), begins_at, ends_at, source="journal", until=until)
    return StoredDay(stored, center.plan, proof, tuple(notes))


def _take_up(records: DayRecords, center: Center) -> None:
    """What a state at the head of a file says of the agents: their changes from before are in no record."""
    for agent in center.agents.values():
        known = records.states.get(agent.id, {})
        if agent.number not in known:
            records.add(agent_row(agent))


# ---- the change ------------------------------------------------------------------------------------------------------

_SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)$")


def read_change(text: str, stored: StoredDay, file_name: str) -> Change:
    """Raises BadChange, or PlanError when the day's plan with this change is no good plan."""
    if len(text) > MAX_CHANGE:
        raise BadChange(f"{file_name}: it is longer than {MAX_CHANGE} characters")
    try:
        _refuse_traps(text, file_name)
        given = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise BadChange(f"{file_name}: this is no YAML: {' '.join(str(error).split())[:300]}") from None
    if not isinstance(given, dict) or not given:
        raise BadChange(f"{file_name}: write the part of the routing plan that is to be another, such as queues:")
    given, spans = _shifts_apart(given, file_name)
    plain = plan_plain(stored.plan)
    merged = _merged(plain, given) if given else plain
    whole = yaml.safe_dump(merged, allow_unicode=True, sort_keys=False)
    plan = read_plan(whole, f"the plan of {stored.day.name} with {file_name}", stored=True)
    shifts = _changed_shifts(stored, plan, spans, file_name)
    return Change(plan=plan, shifts=shifts)


def _refuse_traps(text: str, file_name: str) -> None:
    """What is small as text and endless as values."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise BadChange(f"{file_name}: write out what *stands for something else: references are not read")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MOST_DEEP:
            raise BadChange(f"{file_name}: it is nested more than {_MOST_DEEP} deep")


def _merged(old: Mapping[str, Any], new: Mapping[Any, Any]) -> dict[str, Any]:
    result = dict(old)
    for key, value in new.items():
        before = result.get(str(key))
        if value is None:
            result.pop(str(key), None)
        elif isinstance(value, dict) and isinstance(before, dict):
            result[str(key)] = _merged(before, value)
        elif isinstance(value, dict):
            result[str(key)] = _merged({}, value)
        else:
            result[str(key)] = value
    return result


def _shifts_apart(given: dict[Any, Any], file_name: str) -> tuple[dict[Any, Any], dict[AgentId, str]]:
    """The change without what is no part of a plan, and the shifts."""
    agents = given.get("agents")
    if not isinstance(agents, dict):
        return given, {}
    spans: dict[AgentId, str] = {}
    plain: dict[Any, Any] = {}
    for login, about in agents.items():
        if isinstance(about, dict) and "shift" in about:
            shift = about["shift"]
            if not isinstance(shift, str):
                raise BadChange(
                    f'{file_name}: agents: {login}: shift: write it like "09:00-12:00 13:00-18:00", or none'
                )
            spans[AgentId(str(login))] = shift
            about = {key: value for key, value in about.items() if key != "shift"}
            if not about and shift == "none":
                continue
        plain[login] = about
    return {**given, "agents": plain} if plain else {k: v for k, v in given.items() if k != "agents"}, spans


def _changed_shifts(
    stored: StoredDay, plan: Plan, spans: Mapping[AgentId, str], file_name: str
) -> tuple[Shift, ...] | None:
    day = stored.day
    known = {shift.agent for shift in day.shifts}
    for login in spans:
        new = login not in stored.plan.agents and login not in known
        if new and not (login in plan.agents and plan.agents[login].skills):
            raise BadChange(f"{file_name}: agents: {login}: give him skills, too; there was no {login} that day")
    gone = known - set(plan.agents) if plan.agents else set()
    if not spans and not gone:
        return None
    kept = [shift for shift in day.shifts if shift.agent not in spans and shift.agent not in gone]
    for login, text in spans.items():
        kept += [] if text == "none" else [_shift(login, text, day, file_name)]
    return tuple(sorted(kept, key=lambda shift: (shift.begins_at, shift.agent)))


def _shift(login: AgentId, text: str, day: Day, file_name: str) -> Shift:
    """One shift from the first beginning to the last end, with breaks between."""
    where = f"{file_name}: agents: {login}: shift:"
    moments: list[float] = []
    for word in text.replace(",", " ").split():
        match = _SPAN.match(word)
        minutes = [int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])] if match else []
        if not match or minutes[1] <= minutes[0] or minutes[1] > 1440:
            raise BadChange(f'{where} {word!r} is no span; write it like "09:00-12:00 13:00-18:00", or none')
        moments += [_at(day, minute) for minute in minutes]
    if not moments or moments != sorted(set(moments)):
        raise BadChange(f"{where} the spans must stand in order and apart")
    breaks = tuple((moments[n], moments[n + 1]) for n in range(1, len(moments) - 1, 2))
    return Shift(agent=login, begins_at=moments[0], ends_at=moments[-1], breaks=breaks)


def _at(day: Day, minute: int) -> float:
    """The wall clock's time, also on a day whose clock is moved."""
    when = date.fromisoformat(day.name)
    if minute == 1440:
        return day.ends_at
    return datetime.combine(when, time_of_day(minute // 60, minute % 60)).astimezone().timestamp()


# ---- beside the server -----------------------------------------------------------------------------------------------


async def study_day(
    study: Study, *, runs: int, on_run: Callable[[int], None] = lambda done: None, processes: int = 1
) -> WhatIfResult:
    """In processes of their own with a low priority: neither the event loop nor its thread is held up. Cancelling ends
    them. Raises StudyFailed when one of them dies."""
    pairs: dict[int, tuple[Run, Run]] = {}

    def keep(number: int, pair: tuple[Run, Run]) -> None:
        pairs[number] = pair
        on_run(len(pairs))

    count = max(1, min(processes, runs))
    shares = [range(first, runs, count) for first in range(count)]
    try:
        async with asyncio.TaskGroup() as tasks:
            for share in shares:
                tasks.create_task(_work(study, share, keep), name="what-if runs")
    except* StudyFailed:
        raise StudyFailed.because("study_broken") from None
    return study.result([pairs[number] for number in range(runs)])


async def _work(study: Study, numbers: range, keep: Callable[[int, tuple[Run, Run]], None]) -> None:
    order = await asyncio.to_thread(pickle.dumps, (study, numbers))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", whatif_worker.__name__, stdin=PIPE, stdout=PIPE, start_new_session=True
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(order)
        await process.stdin.drain()
        process.stdin.close()
        for number in numbers:
            length = int.from_bytes(await process.stdout.readexactly(whatif_worker.LENGTH_BYTES), "big")
            pair = pickle.loads(await process.stdout.readexactly(length))  # noqa: S301 - of our own process
            keep(number, pair)
    except (asyncio.IncompleteReadError, ConnectionError):
        raise StudyFailed from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def as_json(result: WhatIfResult) -> str:
    return msgspec.json.format(msgspec.json.encode(result)).decode()
