"""What stands behind the pages of routing, faked: one plan, a line of two, one task, one what-if job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tandem.agent_desktop.core import routing_resources as r
from tandem.agent_desktop.core import study_resources as s
from tandem.agent_desktop.core.fields import Texts
from tandem.agent_desktop.errors import PlanChanged
from tandem.cti.model.errors import ResourceMissing

PLAN = "queues:\n  service:\n    name: {zh: 客服, en: Service}\n"
BOTH = {"zh": "因为", "en": "Because"}


def plan_version(version: int = 1) -> r.PlanVersion:
    return r.PlanVersion(version=version, note="", created_by="ada", created_at=1.0, active=True)


def entry(work: str, *, created_by: str = "", agent: str | None = None) -> r.LineEntry:
    return r.LineEntry(
        id=work,
        kind="virtual" if created_by else "live",
        place=1,
        state="waiting",
        call=None,
        number="+8613800138000",
        name="王小明",
        queue="service",
        tier="standard",
        tier_rank=2,
        priority=0,
        since=1.0,
        waited_s=9.0,
        predicted_p50_s=12.0,
        predicted_p90_s=40.0,
        step=0,
        step_needs="language:zh>=3",
        agent=agent,
        site="",
        mode="agent" if created_by else "",
        window=None,
        attempts=[],
        attempts_allowed=3,
        next_attempt_at=None,
        created_by=created_by,
        note="asked for Mei",
    )


def decision(agent: str) -> r.DecisionLine:
    return r.DecisionLine(
        at=2.0,
        agent=agent,
        agent_name=agent.title(),
        queue="service",
        rule="longest_idle",
        text=BOTH,
        step=0,
        step_needs="language:zh>=3",
        place=1,
        waited_s=1.0,
        idle_s=30.0,
        cost_s=0.0,
        eligible=2,
        waiting=1,
        predicted_p50_s=3.0,
        predicted_p90_s=9.0,
        candidates=[r.CandidateLine(agent="ann", name="Ann", idle_s=5.0, cost_s=2.0, reason="idle_less", text=BOTH)],
        overtaken=[r.OvertakenLine(id="c-9", queue="service", waited_s=4.0, rule="tier", text=BOTH)],
        skipped=[],
    )


def why_waiting(work: str) -> r.WhyWaiting:
    return r.WhyWaiting(
        id=work,
        queue="service",
        place=1,
        waited_s=9.0,
        step=0,
        step_needs="language:zh>=3",
        next_step_in_s=1.0,
        logged_on=2,
        free=0,
        ahead=0,
        skipped=[],
        predicted_p50_s=12.0,
        predicted_p90_s=40.0,
        text=BOTH,
        change=r.ChangeLine(kind="none", text=BOTH, agent=None, agent_name="", need="", in_s=0.0),
    )


def task(new: r.NewTask, *, by: str) -> r.TaskView:
    return r.TaskView(
        id="t-1",
        queue=new.queue,
        queue_name={"zh": "客服", "en": "Service"},
        title=new.title,
        text=new.text,
        customer=new.customer,
        customer_name="",
        number=new.number,
        priority=new.priority,
        state="waiting",
        agent=None,
        created_by=by,
        created_at=1.0,
        offered_until=None,
        accepted_at=None,
        done_at=None,
        note="",
        why={},
    )


def job(new: s.NewWhatIf, *, by: str) -> s.WhatIfJob:
    return s.WhatIfJob(
        id="w-1",
        day=new.day,
        change=new.change,
        state="queued",
        runs=new.runs,
        runs_done=0,
        started_at=1.0,
        remaining_s=None,
        by=by,
        problem={},
        result=None,
    )


@dataclass
class FakeRouting:
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    version_in_force: int = 1
    closures: list[r.ClosureView] = field(default_factory=list)

    async def plan(self) -> r.RoutingPlan:
        return r.RoutingPlan(
            version=self.version_in_force,
            text=PLAN,
            form={"queues": {}},
            problems=[],
            note="",
            created_by="ada",
            created_at=1.0,
            closures=self.closures,
        )

    async def check(self, text: str) -> r.PlanChecked:
        self.asked.append(("check", text))
        return r.PlanChecked(problems=[], form={})

    async def edit(self, text: str, edits: Sequence[r.FormEdit]) -> r.PlanEdited:
        self.asked.append(("edit", text, list(edits)))
        return r.PlanEdited(text=text, problems=[], form={})

    async def preview(self, text: str) -> r.PlanPreview:
        return r.PlanPreview(base_version=self.version_in_force, problems=[], changes=[], more_changes=0, effects=[])

    async def apply(self, new: r.ApplyPlan, *, by: str) -> r.RoutingPlan:
        if new.base_version != self.version_in_force:
            raise PlanChanged("Somebody else applied version 2 meanwhile: look at the difference and apply again.")
        self.asked.append(("apply", new, by))
        self.version_in_force += 1
        return await self.plan()

    async def versions(self) -> r.PlanVersions:
        return r.PlanVersions(versions=[plan_version()])

    async def version(self, version: int) -> r.PlanVersionText:
        if version != 1:
            raise ResourceMissing(f"There is no version {version} of the routing plan.")
        return r.PlanVersionText(version=plan_version(version), text=PLAN)

    async def set_closure(self, queue: str | None, closure: r.SetClosure, *, by: str) -> r.Closures:
        self.asked.append(("closure", queue, closure.closed, by))
        self.closures = [one for one in self.closures if one.queue != queue]
        if closure.closed:
            text: Texts = dict(closure.text.items())
            self.closures.append(r.ClosureView(queue=queue, reason=closure.reason, text=text, by=by, at=1.0))
        return r.Closures(closures=self.closures)

    async def line(self, *, queue: str | None, limit: int, agent: str | None) -> r.LinePage:
        self.asked.append(("line", queue, limit, agent))
        entries = [entry("c-1"), entry("cb-mei", created_by="mei"), entry("c-2", agent="mei")]
        return r.LinePage(now=10.0, entries=entries, total=3)

    async def why_waiting(self, work: str) -> r.WhyWaiting:
        return why_waiting(work)

    async def call_back(self, new: r.NewCallback, *, by: str) -> r.LineEntry:
        self.asked.append(("call_back", new, by))
        return entry("cb-1", created_by=by)

    async def change_callback(
        self, callback: str, change: r.CallbackChange, *, by: str, agent: str | None
    ) -> r.LineEntry:
        self.asked.append(("change_callback", callback, change, by, agent))
        return entry(callback, created_by=by)

    async def cancel_callback(self, callback: str, *, by: str, agent: str | None) -> None:
        self.asked.append(("cancel_callback", callback, by, agent))

    async def why(self, call: str) -> r.CallWhy:
        return r.CallWhy(call=call, decisions=[decision("mei"), decision("tom")], waiting=why_waiting(call))

    async def tasks(self, *, queue: str | None, state: str | None, limit: int, agent: str | None) -> r.TaskList:
        self.asked.append(("tasks", queue, state, limit, agent))
        return r.TaskList(tasks=[])

    async def create_task(self, new: r.NewTask, *, by: str) -> r.TaskView:
        return task(new, by=by)

    async def cancel_task(self, task: str, *, by: str) -> None:
        self.asked.append(("cancel_task", task, by))


@dataclass
class FakeStudies:
    started: list[s.NewWhatIf] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)

    async def what_if_desk(self) -> s.WhatIfDesk:
        return s.WhatIfDesk(days=[], examples=[], jobs=[])

    async def start_what_if(self, new: s.NewWhatIf, *, by: str) -> s.WhatIfJob:
        self.started.append(new)
        return job(new, by=by)

    async def what_if(self, job_id: str) -> s.WhatIfJob:
        return job(s.NewWhatIf(day="2026-03-02", change=""), by="sue")

    async def cancel_what_if(self, job_id: str) -> None:
        self.cancelled.append(job_id)

    async def staffing(self, queue: str, day: str) -> s.Staffing:
        return s.Staffing(
            queue=queue,
            day=day,
            target_s=20.0,
            target_share=0.8,
            handle_s=180.0,
            patience_s=None,
            history_days=0,
            half_hours=[],
            notes=[],
        )

    async def expected_wait(self) -> s.ExpectedWait:
        return s.ExpectedWait(since=0.0, queues=[])
