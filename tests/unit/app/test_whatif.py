"""A recorded day becomes data, a change of its plan is read, and both are simulated beside the server."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from tests.support.history import RecordedFloor, recorded_history
from tests.support.house import make_house
from tests.support.orderly import ANSWER_S, WRAP_UP_S, orderly_day

from tandem.cti.app.command_parser import CommandParser
from tandem.cti.app.history import replay_report
from tandem.cti.app.history.center_state import HouseCode
from tandem.cti.app.history.command_line import add_replay_arguments, add_whatif_arguments
from tandem.cti.app.history.day_records import DayRecords
from tandem.cti.app.history.day_store import DayStore
from tandem.cti.app.history.input_files import Header, parts, parts_of
from tandem.cti.app.history.replay_report import run_replay
from tandem.cti.app.history.whatif import (
    BadChange,
    StoredDay,
    StudyFailed,
    from_journal,
    midnights,
    read_change,
    study_day,
)
from tandem.cti.app.history.whatif_report import forecast_lines, result_lines, run_whatif, staffing_lines
from tandem.cti.model.errors import BadRequest
from tandem.cti.model.ids import AgentId, CallId, QueueId
from tandem.cti.model.records import AgentStateRecord
from tandem.cti.model.skills import Need
from tandem.routing.core.day_figures import as_it_was
from tandem.routing.core.whatif import Change, Measure, Study, WhatIfResult
from tandem.routing.errors import PlanError

DAY = date(2026, 11, 22)
NINE = datetime(2026, 11, 22, 9).astimezone().timestamp()
EVA, MEI, TOM = AgentId("eva"), AgentId("mei"), AgentId("tom")


def code(_: Header) -> HouseCode:
    return HouseCode.of(make_house())


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RecordedFloor]:
    folder = tmp_path_factory.mktemp("inputs")
    return folder, orderly_day(folder, seed=1, begins_at=NINE, hours=2.0, per_hour=70)


@pytest.fixture(scope="module")
def stored(inputs: tuple[Path, RecordedFloor]) -> StoredDay:
    return from_journal(parts_of(inputs[0], DAY), DAY, code=code)


def test_a_recorded_day_becomes_data(stored: StoredDay) -> None:
    day = stored.day
    assert (day.name, day.source, day.begins_at) == ("2026-11-22", "journal", midnights(DAY)[0])
    assert len(day.arrivals) > 100
    assert {shift.agent for shift in day.shifts} == {"mei", "tom", "ana"}
    answered = [arrival for arrival in day.arrivals if arrival.end == "answered"]
    assert 20 < len(answered) < len(day.arrivals)
    assert all(arrival.handle_s is not None and arrival.handle_s >= WRAP_UP_S for arrival in answered)
    assert all(arrival.needs and arrival.queue and arrival.language == "zh" for arrival in day.arrivals)
    assert set(day.answer_delays_s) == {ANSWER_S}
    assert stored.proof is not None
    assert stored.proof.different == 0


def test_the_simulation_tells_the_day_that_the_real_center_made(stored: StoredDay) -> None:
    """Not a model of the center but the matcher itself, on the day's own callers: the very same waits come out."""
    study = Study(day=stored.day, plan=stored.plan, change=Change(plan=stored.plan))
    real, simulated = as_it_was(stored.day, stored.plan).all, study.run(0)[0].all
    assert simulated.answered == pytest.approx(real.answered, abs=2)
    assert simulated.waited_s == pytest.approx(real.waited_s, rel=0.03)
    assert simulated.answered_in_target == pytest.approx(real.answered_in_target, abs=2)


def test_a_wild_day_becomes_data_too(tmp_path: Path) -> None:
    floor = recorded_history(tmp_path, 4_000, seed=5)
    day = date.fromisoformat(parts(tmp_path)[0].day)
    found = from_journal(parts_of(tmp_path, day), day, code=lambda _: HouseCode.of(floor.house)).day
    ends = {arrival.end for arrival in found.arrivals}
    assert {"answered", "abandoned"} <= ends
    assert found.refusals > 0
    assert all(arrival.waited_s >= 0 for arrival in found.arrivals)
    for shift in found.shifts:
        edges = [shift.begins_at, *(edge for pause in shift.breaks for edge in pause), shift.ends_at]
        assert edges == sorted(edges)
    study = Study(day=found, plan=floor.house.plan, change=Change(plan=floor.house.plan))
    total = study.run(0)[0].all
    assert total.offered == total.answered + total.abandoned + total.left == len(found.arrivals)


def state(agent: str, number: int, at: float, state_: str, reason: str | None = None) -> AgentStateRecord:
    return AgentStateRecord(
        agent=AgentId(agent), number=number, at=at, state=state_, reason=reason, pending=None, call=None
    )


def test_shifts_and_breaks_come_from_the_agents_states() -> None:
    records = DayRecords()
    for row in (
        state("mei", 1, -50.0, "ready"),
        state("mei", 2, 100.0, "not_ready", "meal"),
        state("mei", 3, 150.0, "not_ready", "break"),
        state("mei", 4, 200.0, "ready"),
        state("mei", 5, 300.0, "not_ready", "no_answer"),
        state("mei", 6, 330.0, "ready"),
        state("mei", 7, 400.0, "logged_off"),
        state("mei", 8, 500.0, "not_ready", "logged_on"),
        state("mei", 9, 510.0, "busy"),
        state("tom", 1, -99.0, "logged_off"),
    ):
        records.add(row)
    shifts = records.day("d", 0.0, 1000.0, source="database", until=600.0).shifts
    assert [(s.agent, s.begins_at, s.ends_at, s.breaks) for s in shifts] == [
        ("mei", 0.0, 400.0, ((100.0, 200.0),)),
        ("mei", 500.0, 600.0, ((500.0, 510.0),)),
    ]


# ---- the change ----


def test_a_change_is_a_part_of_the_plan(stored: StoredDay) -> None:
    change = read_change(
        """
        queues:
          loans: {priority: 7, steps: [product:loans>=3, {after: 15 s, needs: anyone}]}
        agents:
          mei: {skills: {language:en: 4}}
          eva: {skills: {language:zh: 5}, shift: "09:00-12:00, 13:00-24:00"}
          tom: {shift: none}
        """,
        stored,
        "change.yaml",
    )
    loans = change.plan.queues[QueueId("loans")]
    assert (loans.priority, loans.steps[0].needs, loans.steps[1].after_s) == (7, (Need("product:loans", 3),), 15.0)
    assert loans.target_s == stored.plan.queues[QueueId("loans")].target_s
    assert change.plan.agents[MEI].skills == {**stored.plan.agents[MEI].skills, "language:en": 4}
    assert change.plan.queues.keys() == stored.plan.queues.keys()
    assert change.shifts is not None
    assert TOM not in {shift.agent for shift in change.shifts}
    eva = next(shift for shift in change.shifts if shift.agent == EVA)
    assert (eva.begins_at, eva.ends_at) == (NINE, stored.day.ends_at)
    assert eva.breaks == ((NINE + 3 * 3600, NINE + 4 * 3600),)


def test_null_takes_away(stored: StoredDay) -> None:
    change = read_change("agents: {tom: null, mei: {skills: {language:zh: null}}}", stored, "c.yaml")
    assert TOM not in change.plan.agents
    assert "language:zh" not in change.plan.agents[MEI].skills
    assert change.shifts is not None
    assert TOM not in {shift.agent for shift in change.shifts}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "write the part of the routing plan"),
        ("[]", "write the part of the routing plan"),
        ("{", "this is no YAML"),
        ("\x00", "this is no YAML"),
        ("a: &x {b: 1}\nc: *x", "references are not read"),
        ("[" * 5_000, "nested more than"),
        ("x: " + "y" * 2_000_000, "longer than"),
        ("agents: {eva: {shift: '09:00-12:00'}}", "give him skills"),
        ("agents: {mei: {shift: 9}}", "write it like"),
        ("agents: {mei: {shift: '9-12'}}", "'9-12' is no span"),
        ("agents: {mei: {shift: '12:00-09:00'}}", "is no span"),
        ("agents: {mei: {shift: '09:00-25:00'}}", "is no span"),
        ("agents: {mei: {shift: ''}}", "in order and apart"),
        ("agents: {mei: {shift: '09:00-12:00 11:00-13:00'}}", "in order and apart"),
    ],
)
def test_a_bad_change_is_refused(stored: StoredDay, text: str, what: str) -> None:
    with pytest.raises(BadChange, match=what):
        read_change(text, stored, "change.yaml")


def test_a_change_that_makes_no_plan_is_refused_by_the_plan(stored: StoredDay) -> None:
    with pytest.raises(PlanError, match=r"the plan of 2026-11-22 with c\.yaml"):
        read_change("queues: {loans: {priority: very}}", stored, "c.yaml")


# ---- beside the server ----


@pytest.fixture
def study(stored: StoredDay) -> Study:
    change = read_change("agents: {mei: {shift: '09:00-10:00'}}", stored, "c.yaml")
    return Study(day=stored.day, plan=stored.plan, change=change)


async def test_a_study_runs_in_processes_of_its_own_and_tells_how_far_it_is(study: Study) -> None:
    heard: list[int] = []
    result = await study_day(study, runs=3, on_run=heard.append, processes=2)
    assert heard == [1, 2, 3]
    assert result == study.result([study.run(number) for number in range(3)])
    answered = next(m for m in result.measures if m.name == "answered")
    assert answered.difference < 0
    assert answered.high < 0


async def test_a_study_can_be_cancelled(study: Study) -> None:
    began = asyncio.Event()
    task = asyncio.create_task(study_day(study, runs=500, on_run=lambda _: began.set()))
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_process_that_dies_is_told(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    study.paces = _Ends()  # type: ignore[assignment]
    with pytest.raises(StudyFailed):
        await study_day(study, runs=2)


class _Ends:
    def __reduce__(self) -> Any:
        import os

        return os._exit, (3,)


# ---- the commands ----


def asked(add: Callable[[CommandParser], None], *words: str) -> argparse.Namespace:
    parser = CommandParser(prog="tandem whatif" if add is add_whatif_arguments else "tandem replay")
    add(parser)
    return parser.parse_args(words)


def no_database() -> Any:
    raise AssertionError("the journal is there")


async def test_whatif_prints_what_people_need(inputs: tuple[Path, RecordedFloor], tmp_path: Path) -> None:
    file = tmp_path / "change.yaml"
    file.write_text("agents: {mei: {shift: '09:00-10:00'}}\n")
    said: list[str] = []
    words = ("2026-11-22", "--change", str(file), "--runs", "2")
    assert (
        await run_whatif(asked(add_whatif_arguments, *words), inputs[0], no_database, say=said.append, code=code) == 0
    )
    text = "\n".join(said)
    for each in ("service level (without who hung up in time)", "average speed of answer", "occupancy", "worse",
                 "really", "Patience is modelled, not observed", "95 % of 2 runs"):  # fmt: skip
        assert each in text
    said.clear()
    more = (*words, "--json", "--resample")
    assert await run_whatif(asked(add_whatif_arguments, *more), inputs[0], no_database, say=said.append, code=code) == 0
    result = json.loads("\n".join(said))
    assert {m["name"] for m in result["measures"]} >= {"service_level", "asa_s", "abandoned_share", "occupancy"}
    assert len(result["half_hours"]) == 48


async def test_staffing_is_printed_per_half_hour(inputs: tuple[Path, RecordedFloor]) -> None:
    said: list[str] = []
    words = asked(add_whatif_arguments, "2026-11-22", "--staffing")
    assert await run_whatif(words, inputs[0], no_database, say=said.append, code=code) == 0
    assert "service: 80% in 20 s" in said[0]
    assert any(line.split()[0] == "09:30" for line in said)


def test_both_tables_in_chinese(stored: StoredDay) -> None:
    title = {"zh": "平均应答时间", "en": "average speed of answer"}
    measure = Measure(name="asa_s", unit="seconds", better="lower", title=title, before=9.0, after=7.5, difference=-1.5,
                      low=-2.0, high=-1.0)  # fmt: skip
    notes = [{"zh": "耐心是模拟的", "en": "patience is modelled"}]
    result = WhatIfResult(day="2026-11-22", runs=2, measures=[measure], half_hours=[], actual=[measure], notes=notes)
    told = [" ".join(line.split()) for line in result_lines(stored, result, "zh")]
    assert told[0].startswith("2026-11-22：")
    assert told[2:] == [
        "之前 之后 变化 2 次模拟的 95 %",
        "平均应答时间 9.0 s 7.5 s -1.5 s -2.0 s .. -1.0 s 更好",
        "",
        "模拟与真实情况的吻合程度（未作改动时）：",
        "平均应答时间 9.0 s 真实， 7.5 s 模拟",
        "",
        "- 耐心是模拟的",
    ]
    zh, en = (list(staffing_lines(stored, language)) for language in ("zh", "en"))
    assert zh[0].startswith("service：80%，20 秒内；处理 ")
    assert len(zh) == len(en)
    assert [line for line in zh if line[2:4].isdecimal()] == [line for line in en if line[2:4].isdecimal()]


async def test_a_forecast_in_both_languages() -> None:
    class Store:
        async def counts(self, until: date, *, days: int) -> dict[str, dict[date, list[int]]]:
            long = {date.fromordinal(until.toordinal() - back): [2] * 48 for back in range(1, 29)}
            return {"service": long, "loans": {}} if days > 7 else {}

    for language, said in (("zh", ["service：96 个呼叫", "loans：无法预测：需要两周的普通日"]),
                           ("en", ["service: 96 calls (", "loans: no forecast: it needs two weeks"])):  # fmt: skip
        lines = await forecast_lines(cast(DayStore, Store()), DAY, language)
        assert all(any(line.startswith(start) for line in lines) for start in said), lines
    none = await forecast_lines(cast(DayStore, Store()), DAY, "zh", days=7)
    assert none == ["2026-11-22 之前 7 天没有呼叫"]


async def test_what_is_asked_for_must_be_said(inputs: tuple[Path, RecordedFloor], tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="--change FILE"):
        await run_whatif(asked(add_whatif_arguments, "2026-11-22"), inputs[0], no_database, code=code)
    words = asked(add_whatif_arguments, "2026-11-22", "--change", str(tmp_path / "none.yaml"))
    with pytest.raises(BadRequest, match=r"none\.yaml cannot be read: No such file or directory$"):
        await run_whatif(words, inputs[0], no_database, code=code)


@pytest.mark.parametrize("words", [("yesteryear",), ("2026-11-22", "--runs", "1"), ("2026-11-22", "--runs", "many")])
def test_a_bad_command_line_is_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit):
        asked(add_whatif_arguments, *words)


def test_replay_proves_the_day(inputs: tuple[Path, RecordedFloor]) -> None:
    said: list[str] = []
    assert run_replay(asked(add_replay_arguments, "2026-11-22"), inputs[0], say=said.append, code=code) == 0
    assert said == [f"{inputs[1].inputs:,} inputs in 1 file: the same decisions again, bit for bit"]


def test_replay_tells_of_one_call_and_why(inputs: tuple[Path, RecordedFloor], stored: StoredDay) -> None:
    call = next(arrival.id for arrival in stored.day.arrivals if arrival.end == "answered")
    said: list[str] = []
    assert (
        run_replay(asked(add_replay_arguments, "2026-11-22", "--call", call), inputs[0], say=said.append, code=code)
        == 0
    )
    text = "\n".join(said)
    for each in ("Originated", "queued: queue", "matched:", "rule ", "-> MakeConnection", "wrap_up"):
        assert each in text
    assert CallId(call) in text


def test_replay_begins_when_asked_and_shows_one_agent(inputs: tuple[Path, RecordedFloor]) -> None:
    said: list[str] = []
    words = asked(add_replay_arguments, "2026-11-22", "--from", "10:30", "--agent", "mei")
    assert run_replay(words, inputs[0], say=said.append, code=code) == 0
    assert said[0] >= "10:30"
    assert len(said) > 20
    with pytest.raises(SystemExit):
        asked(add_replay_arguments, "2026-11-22", "--from", "half past ten")


def test_replay_steps_on_a_terminal(inputs: tuple[Path, RecordedFloor], monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["", "", "q"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    monkeypatch.setattr(replay_report.sys.stdin, "isatty", lambda: True, raising=False)  # type: ignore[attr-defined]
    said: list[str] = []
    assert run_replay(asked(add_replay_arguments, "2026-11-22", "--step"), inputs[0], say=said.append, code=code) == 0
    assert said[-1].startswith("stopped")
    assert sum(line[2] == ":" for line in said) == 3


def test_what_callers_sent_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in replay_report.short({"name": "\x1b[2J\u202e" + "x" * 500})
    assert len(replay_report.short({"name": "x" * 500})) < 250
