"""The desk of the routing plan: an emergency does not wait for anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import pytest
from tests.support.house import FLOW_FILE, Floor
from tests.unit.routing.plans import GOOD, SHIFTS

from tandem.agent_desktop.core.routing_resources import ApplyPlan, FormEdit, SetClosure
from tandem.cti.adapters.postgres.plans import StoredClosure, StoredPlan
from tandem.cti.app.plan_desk import PlanDesk
from tandem.cti.model.ids import AgentId
from tandem.ivr.core.check import load_flow
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import FlowError
from tandem.routing.plan_file import parse_plan

TEXT = "format: 1\nqueues:\n  service:\n    name: {zh: 服务, en: Service}\n    steps: [anyone]\n"


class Plans:
    """A store without a database."""

    def __init__(self) -> None:
        self.closed: list[StoredClosure] = []

    async def current(self) -> StoredPlan:
        return StoredPlan(version=1, text=TEXT, note="", created_by="ada", created_at=1.0)

    async def save(self, text: str, *, note: str, by: str) -> int:
        return 2

    async def agent_logins(self) -> frozenset[str]:
        return frozenset()

    async def close(self, closure: StoredClosure) -> None:
        self.closed.append(closure)


class Shell:
    def __init__(self) -> None:
        self.floor = Floor()
        self.center = self.floor.center

    def take(self, input_: Any) -> None:
        self.floor.handle(input_)


class Still:
    def now(self) -> float:
        return 1_000_000.0


async def test_a_closure_does_not_wait_while_the_prompts_of_a_plan_are_spoken() -> None:
    speaking, go_on = asyncio.Event(), asyncio.Event()

    async def speak(prompts: Collection[Prompt]) -> Mapping[Prompt, str]:
        if prompts:  # of the plan; the closure has no words of its own
            speaking.set()
            await go_on.wait()
        return {}

    plans, shell = Plans(), Shell()
    desk = PlanDesk(plans, shell, clock=Still(), speak=speak, check_flows=len)  # type: ignore[arg-type]
    applying = asyncio.create_task(desk.apply(ApplyPlan(text=TEXT, note="", base_version=1), by="ada"))
    await speaking.wait()
    async with asyncio.timeout(60):
        closures = await desk.set_closure(None, SetClosure(closed=True, reason="fire"), by="sofia")
    assert [closure.reason for closure in closures.closures] == ["fire"]
    assert None in shell.center.closures
    go_on.set()
    await applying
    assert shell.center.plan.version == 2
    assert None in shell.center.closures


async def test_a_plan_without_a_queue_that_a_flow_leads_to_is_refused() -> None:
    """The server would not start with it any more."""

    async def speak(prompts: Collection[Prompt]) -> Mapping[Prompt, str]:
        return {}

    plans, shell = Plans(), Shell()
    text = FLOW_FILE.read_text(encoding="utf-8")
    desk = PlanDesk(
        plans,  # type: ignore[arg-type]
        shell,  # type: ignore[arg-type]
        clock=Still(),
        speak=speak,
        check_flows=lambda queues: load_flow(text, "main.yaml", queues),
    )
    with pytest.raises(FlowError, match="loans"):
        await desk.apply(ApplyPlan(text=TEXT, note="", base_version=1), by="ada")
    assert shell.center.plan.version == 0


async def test_a_plan_waits_while_a_flow_goes_live() -> None:
    async def speak(prompts: Collection[Prompt]) -> Mapping[Prompt, str]:
        return {}

    plans, shell, one = Plans(), Shell(), asyncio.Lock()
    desk = PlanDesk(plans, shell, clock=Still(), speak=speak, check_flows=len, one=one)  # type: ignore[arg-type]
    async with one:
        applying = asyncio.create_task(desk.apply(ApplyPlan(text=TEXT, note="", base_version=1), by="ada"))
        await asyncio.sleep(0.05)
        assert shell.center.plan.version == 0
    await applying
    assert shell.center.plan.version == 2


async def test_an_edit_of_a_shift_leaves_the_rest_of_the_plan_and_says_where_it_is_wrong() -> None:
    async def speak(prompts: Collection[Prompt]) -> Mapping[Prompt, str]:
        return {}

    desk = PlanDesk(Plans(), Shell(), clock=Still(), speak=speak, check_flows=len)  # type: ignore[arg-type]
    text = GOOD + SHIFTS
    edits = [
        FormEdit(path=["shifts", "night", "weekly"], value={"mon": "00:00-06:00", "sun": "22:00-24:00"}),
        FormEdit(path=["shifts", "night", "teams"], value=["loans"]),
        FormEdit(path=["agents", "tom", "shift"], value="night"),
    ]
    edited = await desk.edit(text, edits)
    before, after = parse_plan(text, "plan"), parse_plan(edited.text, "plan")
    days = {0: ((0, 360),), 6: ((1320, 1440),)}
    night = replace(before.shifts["night"], teams=("loans",), hours=replace(before.shifts["night"].hours, days=days))
    tom = replace(before.agents[AgentId("tom")], shift="night")
    agents = {**before.agents, AgentId("tom"): tom}
    assert after == replace(before, shifts={**before.shifts, "night": night}, agents=agents)
    wrong = [problem.path for problem in edited.problems if problem.severity == "error"]
    assert wrong == [["shifts", "night", "teams", "0"]]


async def test_times_that_cannot_stand_in_a_plan_are_refused_with_the_reason() -> None:
    async def speak(prompts: Collection[Prompt]) -> Mapping[Prompt, str]:
        return {}

    desk = PlanDesk(Plans(), Shell(), clock=Still(), speak=speak, check_flows=len)  # type: ignore[arg-type]
    edited = await desk.edit(GOOD, [FormEdit(path=["shifts", "day"], value={"weekly": {"mon": "22:00-06:00"}})])
    assert edited.form is None
    assert [problem.what["en"] for problem in edited.problems] == ['"22:00-06:00" ends before it begins']
