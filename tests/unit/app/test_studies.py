"""What the desk of studies offers and says, without a database and without processes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from tests.support.house import make_house

from tandem.cti.app.history import queue_staffing, studies, study_worker
from tandem.cti.app.history.studies import StudyDesk
from tandem.cti.app.history.study_examples import examples
from tandem.cti.app.history.study_worker import Order, problem_of
from tandem.cti.app.history.whatif import BadChange, StoredDay, midnights, read_change
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.skills import Need
from tandem.cti.storage.errors import DatabaseDown
from tandem.cti.storage.pool import Database
from tandem.routing.core.day import Day
from tandem.routing.core.plan import Plan, QueuePlan, StepPlan
from tandem.routing.errors import PlanError
from tandem.routing.plan_file import read_plan

DEMO = resources.files("tandem.cti.app").joinpath("demo_routing.yaml").read_text(encoding="utf-8")
BEGINS_AT, ENDS_AT = midnights(date(2026, 11, 22))
EMPTY = Day(name="2026-11-22", begins_at=BEGINS_AT, ends_at=ENDS_AT, arrivals=(), shifts=())


def crowded() -> Plan:
    """Somebody is called as the examples' newcomer already; a later step is what the first one would become."""
    plan = read_plan(DEMO, "demo")
    steps = tuple(StepPlan(needs=(Need("product:loans", 4 - number),), after_s=10.0 * number) for number in range(3))
    queues = {name: replace(queue, steps=steps) for name, queue in plan.queues.items()}
    someone = next(iter(plan.agents.values()))
    newcomers = {AgentId(name): replace(someone, login=AgentId(name)) for name in ("one_more", "one_more_2")}
    return replace(plan, queues=queues, agents={**plan.agents, **newcomers})


@pytest.mark.parametrize(
    "plan", [read_plan(DEMO, "demo"), make_house().plan, crowded()], ids=["demo", "small", "crowded"]
)
def test_every_example_fits_the_plan_in_force_and_changes_it(plan: Plan) -> None:
    offered = examples(plan)
    assert len(offered) >= 4
    for example in offered:
        change = read_change(example.change, StoredDay(EMPTY, plan, None), "example")
        assert (change.plan, change.shifts) != (plan, None), example.change
        assert set(example.title) == {"zh", "en"}
    newcomer = read_change(offered[0].change, StoredDay(EMPTY, plan, None), "example")
    assert len(newcomer.plan.agents) == len(plan.agents) + 1


def test_the_demo_has_all_kinds_of_examples() -> None:
    plan = read_plan(DEMO, "demo")
    changes = [read_change(each.change, StoredDay(EMPTY, plan, None), "example") for each in examples(plan)]
    assert len(changes) == 5
    more, hours, lowered, widened, first = changes
    assert AgentId("one_more") in more.plan.agents
    assert more.plan.agents[AgentId("one_more")].skills["product:accounts"] == 4
    assert hours.shifts is not None
    assert hours.shifts[0].breaks
    service = QueueId("service")
    assert lowered.plan.queues[service].steps[0].needs == (Need("product:accounts", 3),)
    assert widened.plan.queues[service].steps[-1] == StepPlan(needs=(), after_s=15.0)
    assert first.plan.queues[service].priority == plan.queues[service].priority + 10


def test_a_plan_with_nobody_and_nothing_has_no_examples() -> None:
    only = QueueId("only")
    assert examples(Plan(queues={only: QueuePlan(id=only, name_zh="", name_en="")})) == []


# ---- what is said ----------------------------------------------------------------------------------------------------


def test_every_problem_is_told_in_both_languages_with_what_to_do() -> None:
    with pytest.raises(PlanError) as bad_plan:
        read_change("queues: {service: {target: often}}", StoredDay(EMPTY, make_house().plan, None), "the change")
    told = [
        problem_of(bad_plan.value),
        problem_of(BadChange("the change: agents: tom: shift: it is no span")),
        problem_of(ResourceMissing("no call waited on 2026-11-01")),
        problem_of(DatabaseDown("the database is away")),
        study_worker.DEFECT,
    ]
    for texts in told:
        assert set(texts) == {"zh", "en"}
        assert any("\u4e00" <= letter <= "\u9fff" for letter in texts["zh"])
        assert texts["en"].isascii()
    assert [("请" in texts["zh"]) for texts in told[1:]] == [True] * 4
    assert "Choose a day" in told[2]["en"]


def order_in(folder: Path) -> Order:
    """For a day whose inputs are not there, nor is a database."""
    return Order(
        day="2026-11-22",
        change="",
        runs=2,
        inputs_dir=str(folder),
        database_url="postgresql://nobody@127.0.0.1:1/nothing",
        now=ENDS_AT,
    )


async def test_a_journal_of_a_day_without_inputs_leads_to_the_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseDown):
        await study_worker.stored_day(order_in(tmp_path))


async def test_a_worker_that_cannot_work_says_why(tmp_path: Path) -> None:
    """The process itself, as the desk starts it."""
    async with asyncio.timeout(60):
        news = [each async for each in studies._work(order_in(tmp_path))]
    assert [set(each.problem) for each in news] == [{"zh", "en"}]
    assert "nobody" not in news[0].problem["en"], "where the database is, is nobody's business"


async def test_staffing_and_days_out_of_range_are_refused_before_the_database_is_asked(tmp_path: Path) -> None:
    desk = StudyDesk(
        database=Database("postgresql://nobody@127.0.0.1:1/nothing"),
        inputs_dir=tmp_path,
        now=lambda: ENDS_AT,
        plan=lambda: make_house().plan,
        handle_s=lambda _: 180.0,
        accuracy=dict,
        since=0.0,
    )
    with pytest.raises(ResourceMissing):
        await desk.staffing("nobody", "2026-11-22")
    with pytest.raises(BadRequest):
        await desk.staffing("service", "2026-13-01")
    everything = (await desk.expected_wait()).queues
    assert [(row.queue, row.count, row.coverage) for row in everything] == [(None, 0, None)]


# ---- staffing --------------------------------------------------------------------------------------------------------


def test_without_a_forecast_the_calls_that_came_count_as_far_as_the_day_has_come() -> None:
    queue = QueuePlan(id=QueueId("service"), name_zh="", name_en="", target_share=1.0)
    rows = queue_staffing._half_hours(queue, None, [0, 30], [1.0] * 48, handle_s=180.0, patience_s=60.0)
    assert [(row.minute, row.forecast, row.low, row.high, row.actual) for row in rows] == [
        (0, 0.0, 0.0, 0.0, 0.0),
        (30, 30.0, 30.0, 30.0, 30.0),
    ]
    assert (rows[0].erlang_a, rows[0].erlang_c, rows[0].service_level) == (0, 0, None)
    # 30 calls of 3 minutes in half an hour are 3 erlangs
    assert 3 < rows[1].erlang_a <= rows[1].erlang_c
    assert rows[1].service_level is not None
    assert rows[1].service_level > 0.99
