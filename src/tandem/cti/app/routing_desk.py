"""Everything that pages and commands ask of routing, joined: ``agent_desktop.ports.RoutingDesk``."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from typing import Any

import msgspec

from tandem.agent_desktop.core.routing_resources import (
    ApplyPlan,
    CallbackChange,
    CallWhy,
    LineEntry,
    LinePage,
    NewCallback,
    NewTask,
    TaskList,
    TaskView,
    WhyWaiting,
    Window,
)
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app import views
from tandem.cti.app.control import Handler
from tandem.cti.app.floor_plan import (
    CallbackAltered,
    CallbackAsked,
    CallbackCancelled,
    TaskAsked,
    TaskCancelled,
)
from tandem.cti.app.line import line_entry, line_page, queues_of
from tandem.cti.app.plan_desk import CheckFlows, PlanDesk, Speak
from tandem.cti.app.shell import Shell
from tandem.cti.app.why import call_why, why_waiting
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.ids import AgentId, CallId, CustomerId, QueueId, WorkId
from tandem.cti.model.records import AuditRecord
from tandem.cti.ports import Clock, Journal


class Routing(PlanDesk):
    """The plan (see ``PlanDesk``), the line and its reasons."""

    def __init__(
        self,
        plans: PlanStore,
        store: CallStore,
        shell: Shell,
        *,
        clock: Clock,
        speak: Speak,
        check_flows: CheckFlows,
        one: asyncio.Lock | None = None,
    ) -> None:
        super().__init__(plans, shell, clock=clock, speak=speak, check_flows=check_flows, one=one)
        self._store = store

    # ---- reasons

    async def why(self, call: str) -> CallWhy:
        """Raises ResourceMissing when there is no such call."""
        decided = await self._store.decisions(CallId(call))
        found = call_why(self._shell.center, CallId(call), decided, now=self._clock.now())
        if not found.decisions and found.waiting is None and not await self._store.has_call(CallId(call)):
            raise ResourceMissing.because("no_call", call=call)
        return found

    async def why_waiting(self, work: str) -> WhyWaiting:
        """Raises ResourceMissing when it does not wait (any more)."""
        found = why_waiting(self._shell.center, WorkId(work), now=self._clock.now())
        if found is None:
            raise ResourceMissing.because("waits_no_more")
        return found

    # ---- the line

    async def line(self, *, queue: str | None, limit: int, agent: str | None) -> LinePage:
        login = None if agent is None else AgentId(agent)
        return line_page(self._shell.center, queue=queue, limit=limit, agent=login, now=self._clock.now())

    async def call_back(self, new: NewCallback, *, by: str) -> LineEntry:
        """Raises BadRequest, ResourceMissing."""
        id_ = secrets.token_hex(12)
        await self._shell.number_known(new.number)
        self._shell.take(
            CallbackAsked(
                id=id_,
                number=new.number,
                queue=QueueId(new.queue),
                first=new.mode,
                by=by,
                name=new.name,
                note=new.note,
                call=None if new.call is None else CallId(new.call),
                window=_span(new.window),
            )
        )
        return self._entry(id_)

    async def change_callback(self, callback: str, change: CallbackChange, *, by: str, agent: str | None) -> LineEntry:
        """Raises BadRequest, ResourceMissing, WrongState."""
        await self._shell.number_known(change.number)
        self._own(callback, agent)
        self._shell.take(
            CallbackAltered(
                id=callback, number=change.number, first=change.mode, window=_span(change.window), note=change.note
            )
        )
        return self._entry(callback)

    async def cancel_callback(self, callback: str, *, by: str, agent: str | None) -> None:
        """Raises ResourceMissing, WrongState while it is being dialled."""
        self._own(callback, agent)
        self._shell.take(CallbackCancelled(callback, by))

    def _own(self, callback: str, agent: str | None) -> None:
        record = self._shell.center.callbacks.get(callback)
        if record is None or (agent is not None and record.created_by != agent):
            raise ResourceMissing.because("no_callback")

    def _entry(self, id_: str) -> LineEntry:
        entry = self._shell.center.ledger.get(WorkId(id_))
        if entry is None:
            raise ResourceMissing.because("waits_no_more")
        return line_entry(self._shell.center, entry, now=self._clock.now())

    # ---- work that is not a call

    async def tasks(self, *, queue: str | None, state: str | None, limit: int, agent: str | None) -> TaskList:
        """``state`` None: all that are not over; those that are over are not kept in memory, and not listed."""
        center = self._shell.center
        shown = queues_of(center, None if agent is None else AgentId(agent))
        found = [
            record
            for record in center.tasks.values()
            if (queue is None or record.queue == queue)
            and (state is None or record.state == state)
            and (shown is None or record.queue in shown or record.agent == agent)
        ]
        found.sort(key=lambda record: (record.queued_at, record.id))
        return TaskList(tasks=[views.task(center, record) for record in found[:limit]])

    async def create_task(self, new: NewTask, *, by: str) -> TaskView:
        """Raises ResourceMissing, WrongState."""
        id_ = secrets.token_hex(12)
        self._shell.take(
            TaskAsked(
                id=id_,
                queue=QueueId(new.queue),
                title=new.title,
                by=by,
                text=new.text,
                customer=None if new.customer is None else CustomerId(new.customer),
                number=new.number,
                priority=new.priority,
            )
        )
        return views.task(self._shell.center, self._shell.center.tasks[id_])

    async def cancel_task(self, task: str, *, by: str) -> None:
        """Raises ResourceMissing, WrongState (somebody works on it)."""
        self._shell.take(TaskCancelled(task, by))

    # ---- the command line

    def handlers(self, journal: Journal) -> Mapping[str, Handler]:
        """What the running server does for ``tandem why`` and ``tandem routing`` (see ``control``)."""

        async def apply(asked: dict[str, Any]) -> Any:
            current = await self._plans.current()
            new = ApplyPlan(text=asked["text"], note=asked["note"], base_version=current.version if current else 0)
            applied = await self.apply(new, by=asked["by"])
            detail = {"version": str(applied.version), "note": new.note, "from": "command line"}
            at, who = self._clock.now(), str(asked["by"])[:64]
            journal.write(
                AuditRecord(id=secrets.token_hex(16), at=at, who=who, action="routing_applied", detail=detail)
            )
            return {"version": applied.version}

        async def preview(asked: dict[str, Any]) -> Any:
            return msgspec.to_builtins(await self.preview(asked["text"]))

        async def why(asked: dict[str, Any]) -> Any:
            return msgspec.to_builtins(await self.why(asked["call"]))

        return {"routing.apply": apply, "routing.preview": preview, "why": why}


def _span(window: Window | None) -> tuple[float, float] | None:
    return None if window is None else (window.start_at, window.end_at)
