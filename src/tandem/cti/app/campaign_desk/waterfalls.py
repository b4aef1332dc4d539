"""From all leads down to those who may be called now. Counted by the database, judged by the gate, beside the calls."""

from __future__ import annotations

import asyncio

from tandem.agent_desktop.core import lead_resources as shapes
from tandem.cti.adapters.postgres.leads import ClassLimits
from tandem.cti.app.campaign_desk.ground import Book, Ground, Part
from tandem.cti.app.dialer.clearance import cost_left
from tandem.cti.model.campaigns import Campaign, CampaignRecord
from tandem.routing.core.dialer.quotas import full
from tandem.routing.core.dialer.terms import PlanHours, Terms
from tandem.routing.core.dialer.waterfall import Asked, LeadClass, waterfall
from tandem.routing.core.dialer.waterfall import Waterfall as Counted

FRESH_S = 5.0
SHARE = 4.0
"""Counting may take one part in so many of the time."""
MOST_KEPT = 100
NO_LIMIT = 1_000_000


class Waterfalls(Part):
    """One is counted at a time; pages that ask meanwhile get the same one."""

    def __init__(self, ground: Ground, book: Book) -> None:
        super().__init__(ground, book)
        self._counting = asyncio.Lock()
        self._kept: dict[str, tuple[int, float, Counted]] = {}
        """Campaign -> (revision, fresh until, what was counted)."""

    async def waterfall(self, campaign: str) -> shapes.Waterfall:
        record = self._book.known(campaign)
        counted = self._fresh(record)
        if counted is None:
            async with self._counting:
                counted = self._fresh(record) or await self._count(record)
        return shapes.Waterfall(
            campaign=campaign,
            at=counted.at,
            total=counted.total,
            steps=[
                shapes.WaterfallStep(
                    rule=step.rule, count=step.count, left=step.left, until=step.until, text=dict(step.text)
                )
                for step in counted.steps
            ],
            callable_now=counted.callable_now,
            restricted=counted.restricted,
            again_at=counted.again_at,
        )

    def _fresh(self, record: CampaignRecord) -> Counted | None:
        rev, until, counted = self._kept.get(record.id, (0, 0.0, None))
        return counted if rev == record.rev and self._ground.now < until else None

    async def _count(self, record: CampaignRecord) -> Counted:
        began, document = self._ground.now, record.document
        plan = self._ground.center.plan
        terms = Terms(document, calling=plan.calling, plan_hours=PlanHours(plan.calling, plan.hours))
        run = self._ground.run(record.id)
        asked = Asked(
            terms=terms,
            state=record.state,
            allowed=self._ground.center.house.number_allowed,
            quotas_full=() if run is None else full(document.quotas, run.quotas),
            cost_left=None if run is None else cost_left(run),
            clock_off_s=self._ground.center.gate.clock_off_s,
        )
        found = await self._ground.counted.classes(record.id, _limits(document, terms), now=began)
        classes = [LeadClass(count=count, lead=lead) for count, lead in found]
        counted = await asyncio.to_thread(waterfall, classes, began, asked)
        ended = self._ground.now
        self._kept.pop(record.id, None)
        self._kept[record.id] = (record.rev, ended + max(FRESH_S, SHARE * (ended - began)), counted)
        while len(self._kept) > MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return counted


def _limits(document: Campaign, terms: Terms) -> ClassLimits:
    plan, rules = document.attempts, terms.rules
    return ClassLimits(
        per_number=plan.most_per_number,
        per_person=plan.most_per_person,
        per_person_day=plan.most_per_person_a_day,
        per_day=min(rules.per_day or NO_LIMIT, terms.calling.per_day),
        per_week=rules.per_week or NO_LIMIT,
        machine_rest_s=rules.machine_rest_s,
        gap_s=plan.gap_s,
        abandoned_rest_s=rules.abandoned_rest_s,
        fields=tuple(quota.field for quota in document.quotas),
    )
