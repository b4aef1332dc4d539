"""Everything that pages and commands ask of routing, joined: ``agent_desktop.ports.RoutingDesk``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from tandem.agent_desktop.core.routing_resources import ApplyPlan, CallWhy, WhyWaiting
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.control import Handler
from tandem.cti.app.plan_desk import PlanDesk, Speak
from tandem.cti.app.shell import Shell
from tandem.cti.app.why import call_why, why_waiting
from tandem.cti.model.errors import ResourceMissing
from tandem.cti.model.ids import CallId, WorkId
from tandem.cti.ports import Clock


class Routing(PlanDesk):
    """The plan (see ``PlanDesk``), the line and its reasons."""

    def __init__(self, plans: PlanStore, store: CallStore, shell: Shell, *, clock: Clock, speak: Speak) -> None:
        super().__init__(plans, shell, clock=clock, speak=speak)
        self._store = store

    # ---- reasons

    async def why(self, call: str) -> CallWhy:
        """Raises ResourceMissing when there is no such call."""
        decided = await self._store.decisions(CallId(call))
        found = call_why(self._shell.center, CallId(call), decided, now=self._clock.now())
        if not found.decisions and found.waiting is None and not await self._store.has_call(CallId(call)):
            raise ResourceMissing(f"there is no call {call}")
        return found

    async def why_waiting(self, work: str) -> WhyWaiting:
        """Raises ResourceMissing when it does not wait (any more)."""
        found = why_waiting(self._shell.center, WorkId(work), now=self._clock.now())
        if found is None:
            raise ResourceMissing("it does not wait any more")
        return found

    # ---- the command line

    def handlers(self) -> Mapping[str, Handler]:
        """What the running server does for ``tandem why`` and ``tandem routing`` (see ``control``)."""

        async def apply(asked: dict[str, Any]) -> Any:
            current = await self._plans.current()
            new = ApplyPlan(text=asked["text"], note=asked["note"], base_version=current.version if current else 0)
            return {"version": (await self.apply(new, by=asked["by"])).version}

        async def preview(asked: dict[str, Any]) -> Any:
            return msgspec.to_builtins(await self.preview(asked["text"]))

        async def why(asked: dict[str, Any]) -> Any:
            return msgspec.to_builtins(await self.why(asked["call"]))

        return {"routing.apply": apply, "routing.preview": preview, "why": why}
