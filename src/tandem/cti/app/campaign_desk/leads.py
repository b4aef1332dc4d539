"""The leads of a campaign at the pages: who is dialled now, who is not and why, what was tried."""

from __future__ import annotations

import asyncio

from tandem.agent_desktop.core import lead_resources as shapes
from tandem.cti.adapters.postgres.leads import LeadFilter, LeadRow
from tandem.cti.app.campaign_desk import verdicts
from tandem.cti.app.campaign_desk.ground import Part
from tandem.cti.app.dialer.days import zone_of
from tandem.cti.app.floor_plan import LeadAgain
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.ids import AgentId
from tandem.cti.model.leads import AttemptRecord
from tandem.routing.core.dialer.attempt_plan import said

LOOKED_AT = 500
"""Leads judged in one go."""
MOST_LOOKED_AT = 5_000
"""For one page; the cursor goes on from there."""
JOURNAL_S = 2.0
"""So long it is waited until what the center keeps can be read."""


class LeadPages(Part):
    async def leads(self, campaign: str, query: shapes.LeadsQuery) -> shapes.LeadPage:
        record = self._book.known(campaign)
        wanted = LeadFilter(text=query.q)
        found: list[shapes.LeadLine] = []
        after, looked_at = _cursor(query.cursor), 0
        while looked_at < MOST_LOOKED_AT:
            many = query.limit + 1 if query.reason is None else LOOKED_AT
            rows = await self._ground.counted.page(campaign, wanted, now=self._ground.now, after=after, limit=many)
            looked_at += len(rows)
            for row in rows:
                if len(found) == query.limit:
                    return shapes.LeadPage(leads=found, next=str(after))
                line = self._line(row, record)
                after = row.sequence
                if query.reason in (None, line.verdict.rule):
                    found.append(line)
            if len(rows) < many:
                return shapes.LeadPage(leads=found, next="")
            await asyncio.sleep(0)
        return shapes.LeadPage(leads=found, next=str(after))

    async def lead(self, lead: str) -> shapes.LeadDetail:
        row = await self._ground.leads.one(lead, now=self._ground.now)
        if row is None:
            raise ResourceMissing.because("no_lead", lead=lead)
        record = self._book.known(row.lead.campaign)
        attempts = await self._ground.leads.attempts(lead)
        zone, known = str(zone_of(record.document)), row.lead
        return shapes.LeadDetail(
            lead=self._line(row, record),
            person=known.person,
            language=known.language,
            zone=known.zone,
            fields=known.fields,
            consent=known.consent,
            do_not_call=known.do_not_call,
            callback_note=known.callback_note,
            why={language: said(row.why, language, zone) for language in verdicts.LANGUAGES} if row.why else {},
            numbers=[
                shapes.LeadNumberLine(
                    number=number.number,
                    kind=number.kind,
                    zone=number.zone,
                    country=number.country,
                    local_time=verdicts.local_time(number.zone or known.zone, self._ground.now),
                    attempts=number.attempts,
                    last_at=number.last_at,
                    last_result=number.last_result,
                    bad=number.bad,
                    verdict=verdicts.shown(verdicts.of_number(self._ground, known, number, record), zone),
                )
                for number in known.numbers
            ],
            attempts=[_attempt(attempt, zone) for attempt in attempts],
        )

    async def promise_callback(self, lead: str, asked: shapes.LeadCallback, *, by: str) -> shapes.LeadDetail:
        if asked.at < self._ground.now - DAY_S:
            raise BadRequest.because("moment_over")
        if asked.agent is not None and asked.agent not in self._ground.center.house.agents:
            raise BadRequest.because("no_agent", agent=asked.agent)
        why = f"promised by {by}"
        await self._again(lead, at=asked.at, why=why, promised=True, agent=asked.agent, note=asked.note)
        return await self.lead(lead)

    async def dial_again(self, lead: str, *, by: str) -> shapes.LeadDetail:
        await self._again(lead, at=self._ground.now, why=f"opened by {by}")
        return await self.lead(lead)

    async def _again(
        self, lead: str, *, at: float, why: str, promised: bool = False, agent: str | None = None, note: str = ""
    ) -> None:
        row = await self._ground.leads.one(lead, now=self._ground.now)
        if row is None:
            raise ResourceMissing.because("no_lead", lead=lead)
        run = self._ground.run(row.lead.campaign)
        if run is not None and row.lead.id in run.pool:
            asked = LeadAgain(
                campaign=row.lead.campaign,
                lead=row.lead.id,
                at=at,
                what="promised" if promised else "opened",
                agent=None if agent is None else AgentId(agent),
                note=note,
                why=why,
            )
            self._ground.shell.take(asked)
            await self._ground.drain(JOURNAL_S)
            return
        if not await self._ground.leads.call_again(lead, at=at, why=why, promised=promised, agent=agent, note=note):
            raise WrongState.because("lead_not_open")
        self._ground.look_again(row.lead.campaign)

    def _line(self, row: LeadRow, record: CampaignRecord) -> shapes.LeadLine:
        lead = row.lead
        last = max(lead.numbers, key=lambda number: number.last_at or 0.0, default=None)
        return shapes.LeadLine(
            id=lead.id,
            campaign=lead.campaign,
            list_id=lead.list,
            name=lead.name,
            numbers=[number.number for number in lead.numbers],
            state=lead.state,
            attempts=lead.attempts,
            last_at=lead.last_at,
            last_result=last.last_result if last is not None else "",
            next_at=lead.next_at,
            callback_at=lead.callback_at,
            callback_agent=lead.callback_agent,
            verdict=verdicts.shown(verdicts.of_lead(self._ground, lead, record), str(zone_of(record.document))),
        )


def _cursor(cursor: str) -> int:
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadRequest.because("bad_cursor")
    return int(cursor)


def _attempt(attempt: AttemptRecord, zone: str) -> shapes.AttemptLine:
    pacing = attempt.why.get("pacing")
    text = pacing.get("why", pacing) if isinstance(pacing, dict) else {}
    shown = {language: str(text[language]) for language in verdicts.LANGUAGES if language in text}
    taken = {name: getattr(attempt, name) for name in shapes.AttemptLine.__struct_fields__ if hasattr(attempt, name)}
    return shapes.AttemptLine(**taken, pacing=shown, gate=verdicts.kept(attempt.why.get("gate"), zone))
