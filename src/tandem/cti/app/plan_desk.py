"""The routing plan at the pages and the command line: read, checked, tried, applied while calls wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from tandem.agent_desktop.core.routing_resources import (
    ApplyPlan,
    Closures,
    ClosureView,
    FormEdit,
    PlanChange,
    PlanChecked,
    PlanEdited,
    PlanEffect,
    PlanPreview,
    PlanProblem,
    PlanVersion,
    PlanVersions,
    PlanVersionText,
    RoutingPlan,
    SetClosure,
)
from tandem.agent_desktop.errors import PlanChanged
from tandem.cti.adapters.postgres.plans import PlanStore, StoredClosure, StoredPlan
from tandem.cti.app.announcements import every_language, prompts_of
from tandem.cti.app.floor_plan import Closed, Closure, PlanApplied, Reopened
from tandem.cti.app.form_edits import edited
from tandem.cti.app.shell import Shell
from tandem.cti.documents.problems import Problem
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.model.ids import QueueId
from tandem.cti.ports import Clock
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.plan import Plan
from tandem.routing.core.plan_change import difference, preview
from tandem.routing.errors import PlanError
from tandem.routing.plan_document.in_chinese import texts_of
from tandem.routing.plan_document.writing import plan_plain, yaml_text
from tandem.routing.plan_file import Review, parse_plan, read_plan, review_plan

FILE = "plan"
"""What the plan's text is called in the problems of a page."""
MOST_CHANGES = 200

Speak = Callable[[Collection[Prompt]], Awaitable[Mapping[Prompt, str]]]
"""Have these prompts spoken; their media names at the switch. Raises SpeechUnavailable."""

CheckFlows = Callable[[Collection[str]], object]
"""Whether the flows lead to these queues only. Raises FlowError."""


class PlanDesk:
    """Whoever applies a plan does so alone, one after the other; closures do not wait for them.

    ``one``: also held by who puts a flow live, so that no queue goes while a flow that leads to it comes.
    """

    def __init__(
        self,
        plans: PlanStore,
        shell: Shell,
        *,
        clock: Clock,
        speak: Speak,
        check_flows: CheckFlows,
        one: asyncio.Lock | None = None,
    ) -> None:
        self._plans = plans
        self._shell = shell
        self._clock = clock
        self._speak = speak
        self._check_flows = check_flows
        self._one = one or asyncio.Lock()
        self._closing = asyncio.Lock()

    async def plan(self) -> RoutingPlan:
        stored = await self._current()
        review = await self._review(stored.text)
        form = await asyncio.to_thread(_form, stored.text)
        return RoutingPlan(
            version=stored.version,
            text=stored.text,
            form=form or {},
            problems=_problems(review),
            note=stored.note,
            created_by=stored.created_by,
            created_at=stored.created_at,
            closures=self._closures(),
        )

    async def check(self, text: str) -> PlanChecked:
        review = await self._review(text)
        return PlanChecked(problems=_problems(review), form=await asyncio.to_thread(_form, text))

    async def edit(self, text: str, edits: Sequence[FormEdit]) -> PlanEdited:
        """The text with the edits, written canonically. Raises PlanError, BadRequest."""
        new = await asyncio.to_thread(_edited, text, edits)
        checked = await self.check(new)
        return PlanEdited(text=new, problems=checked.problems, form=checked.form)

    async def preview(self, text: str) -> PlanPreview:
        current = await self._current()
        review = await self._review(text)
        if review.plan is None:
            return PlanPreview(
                base_version=current.version, problems=_problems(review), changes=[], more_changes=0, effects=[]
            )
        center = self._shell.center
        changes = difference(center.plan, review.plan)
        # what waits is taken as it stands now; the rest runs beside the calls
        waiting, now = center.matcher.snapshot(), self._clock.now()
        effects = await asyncio.to_thread(preview, center.plan, review.plan, waiting, now=now)
        return PlanPreview(
            base_version=current.version,
            problems=_problems(review),
            changes=[PlanChange(path=c.path, kind=c.kind, text=dict(c.text)) for c in changes[:MOST_CHANGES]],
            more_changes=max(0, len(changes) - MOST_CHANGES),
            effects=[PlanEffect(severity=e.severity, text=dict(e.text)) for e in effects],
        )

    async def apply(self, new: ApplyPlan, *, by: str) -> RoutingPlan:
        """All at once or not at all. Raises PlanError, PlanChanged, SpeechUnavailable, FlowError (a flow leads to a
        queue that would be gone); the old plan stays then."""
        async with self._one:
            current = await self._current()
            if current.version != new.base_version:
                raise PlanChanged.because("plan_changed", version=current.version, by=current.created_by)
            logins = await self._plans.agent_logins()
            plan = await asyncio.to_thread(read_plan, new.text, FILE, logins=logins)
            await asyncio.to_thread(self._check_flows, [queue.id for queue in plan.for_calls])
            sounds = await self._speak(prompts_of(plan))
            version = await self._plans.save(new.text, note=new.note, by=by)
            self._shell.take(PlanApplied(replace(plan, version=version), tuple(sounds.items()), by))
        return await self.plan()

    async def versions(self) -> PlanVersions:
        found = await self._plans.versions()
        newest = found[0].version if found else 0
        return PlanVersions(
            versions=[
                PlanVersion(
                    version=v.version,
                    note=v.note,
                    created_by=v.created_by,
                    created_at=v.created_at,
                    active=v.version == newest,
                )
                for v in found
            ]
        )

    async def version(self, version: int) -> PlanVersionText:
        """Raises ResourceMissing."""
        text = await self._plans.text_of(version)
        found = next((v for v in (await self.versions()).versions if v.version == version), None)
        if found is None:
            raise ResourceMissing.because("plan_too_old", version=version)
        return PlanVersionText(version=found, text=text)

    async def set_closure(self, queue: str | None, closure: SetClosure, *, by: str) -> Closures:
        """At once, for who waits as well. Raises ResourceMissing for a queue that is not there."""
        which = None if queue is None else QueueId(queue)
        if which is not None and which not in self._shell.center.plan.queues:
            raise ResourceMissing.because("no_queue", queue=str(queue))
        async with self._closing:
            if closure.closed:
                at, text = self._clock.now(), {str(k): v for k, v in closure.text.items() if v}
                sounds = await self._speak(every_language(text))
                stored = StoredClosure(queue=which, closed_by=by, at=at, reason=closure.reason, text=text)
                # first who waits, then the disk: an emergency does not wait for the database
                self._shell.take(Closed(closure_of(stored), tuple(sounds.items())))
                await self._plans.close(stored)
            else:
                self._shell.take(Reopened(which))
                await self._plans.reopen(which)
        return Closures(closures=self._closures())

    # ---- inside ----

    async def _current(self) -> StoredPlan:
        stored = await self._plans.current()
        if stored is None:
            raise ResourceMissing.because("no_plan")
        return stored

    async def _review(self, text: str) -> Review:
        return await asyncio.to_thread(review_plan, text, FILE, logins=await self._plans.agent_logins())

    def _closures(self) -> list[ClosureView]:
        closures = self._shell.center.closures.values()
        return [ClosureView(queue=c.queue, reason=c.reason, text=dict(c.text), by=c.by, at=c.at) for c in closures]


def closure_of(stored: StoredClosure) -> Closure:
    """As the center knows it."""
    return Closure(queue=stored.queue, by=stored.closed_by, at=stored.at, reason=stored.reason, text=dict(stored.text))


def _problems(review: Review) -> list[PlanProblem]:
    kinds: tuple[tuple[Literal["error", "warning"], tuple[Problem, ...]], ...]
    kinds = (("error", review.errors), ("warning", review.warnings))
    return [
        PlanProblem(line=problem.line, path=list(problem.path), severity=severity, what=what, fix=fix)
        for severity, problems in kinds
        for problem in problems
        for what, fix in (texts_of(problem),)
    ]


def _form(text: str) -> dict[str, Any] | None:
    try:
        return plan_plain(parse_plan(text, FILE))
    except PlanError:
        return None


def _edited(text: str, edits: Sequence[FormEdit]) -> str:
    plan: Plan = parse_plan(text, FILE)
    form = plan_plain(plan)
    for edit in edits:
        form = edited(form, edit.path, edit.value)
    if not isinstance(form, dict):
        raise BadRequest.because("no_plan_left")
    return yaml_text(form)
