"""Dialling by hand, by click and through the API: looked up, asked of the gate, then handed to the calls."""

from __future__ import annotations

import secrets

from tandem.agent_desktop.core import campaign_resources as shapes
from tandem.agent_desktop.core import list_resources as list_shapes
from tandem.agent_desktop.core.messages import DialNumber
from tandem.cti.app.campaign_desk import verdicts
from tandem.cti.app.campaign_desk.ground import Book, Ground, Part
from tandem.cti.app.dialer.agents import may_serve
from tandem.cti.app.dialer.days import shown_zone
from tandem.cti.app.floor_plan import LeadDialled
from tandem.cti.model.campaigns import CampaignRecord
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.ids import AgentId, CallId
from tandem.cti.model.leads import Lead, Verdict
from tandem.cti.model.records import AuditRecord
from tandem.routing.core.dialer.zones import facts_of

JOURNAL_S = 1.0
KEPT_AGAIN_S = 60.0
"""The same no to the same agent for the same number is not kept again before."""
KEPT_MOST = 1_000
"""Of these noes so many are remembered."""


class KeptNoes:
    """Which noes were kept a moment ago: an agent can ask five times a second."""

    def __init__(self) -> None:
        self._at: dict[tuple[str, str, str], float] = {}

    def is_new(self, agent: str, number: str, rule: str, now: float) -> bool:
        """It is to be kept, and counts as kept. ``now``: seconds of any clock."""
        key = agent, number, rule
        if 0.0 <= now - self._at.get(key, float("-inf")) < KEPT_AGAIN_S:
            return False
        self._at.pop(key, None)
        self._at[key] = now
        if len(self._at) > KEPT_MOST:
            del self._at[next(iter(self._at))]
        return True


class Dialling(Part):
    def __init__(self, ground: Ground, book: Book) -> None:
        super().__init__(ground, book)
        self._noes = KeptNoes()

    def dial_choices(self, agent: str | None) -> list_shapes.DialChoices:
        """Running campaigns; ``agent``: those whose queue he works in."""
        running = [record for record in self._book.all() if record.state == "running"]
        return list_shapes.DialChoices(
            campaigns=[
                shapes.CampaignChoice(id=record.id, name={"zh": record.document.name, "en": record.document.name})
                for record in running
                if record.document.mode != "agentless" and (agent is None or works_for(self._ground, agent, record))
            ]
        )

    async def may_dial(self, number: str, *, campaign: str) -> list_shapes.Dialled:
        record, e164, lead, verdict = await self._ask(number, campaign)
        return list_shapes.Dialled(call=None, number=e164, verdict=verdicts.shown(verdict, _zone(record, lead)))

    async def dial(self, number: str, *, agent: str, campaign: str, by: str) -> list_shapes.Dialled:
        """Raises BadRequest (no number), ResourceMissing (no such campaign, agent), WrongState (he is not free, or asks
        for a campaign that is not his)."""
        if agent not in self._ground.center.house.agents:
            raise ResourceMissing.because("no_agent", agent=agent)
        record, e164, lead, verdict = await self._ask(number, campaign)
        if by == agent and record is not None and not works_for(self._ground, agent, record):
            raise WrongState.because("not_for_campaign", agent=agent)
        call = None
        if verdict.allowed:
            call = CallId(secrets.token_hex(12))
            self._ground.shell.take(LeadDialled(call=call, agent=AgentId(agent), lead=lead))
        return list_shapes.Dialled(call=call, number=e164, verdict=verdicts.shown(verdict, _zone(record, lead)))

    async def dial_from_seat(self, agent: AgentId, command: DialNumber) -> None:
        """The same for the agent's page. Raises WrongState with the gate's sentence as well, which is kept."""
        dialled = await self.dial(command.number, agent=agent, campaign=command.campaign, by=agent)
        if dialled.call is None:
            self._keep_no(agent, dialled.number, dialled.verdict.rule)
            raise WrongState.because("gate", texts=dialled.verdict.text, rule=dialled.verdict.rule)

    def _keep_no(self, agent: str, number: str, rule: str) -> None:
        now = self._ground.now
        if self._noes.is_new(agent, number, rule, now):
            detail = {"number": number, "agent": agent, "call": "", "verdict": rule}
            self._ground.journal.write(
                AuditRecord(id=secrets.token_hex(16), at=now, who=agent[:64], action="dialled", detail=detail)
            )

    async def _ask(self, number: str, campaign: str) -> tuple[CampaignRecord | None, str, Lead, Verdict]:
        record = self._book.known(campaign) if campaign else None
        e164: str = self._ground.center.house.normalise(number)
        if not e164:
            raise BadRequest.because("no_number", number=number[:40])
        about = facts_of(e164)
        await self._ground.drain(JOURNAL_S)  # what was entered or dialled a moment ago counts
        lead = await self._ground.leads.facts(
            e164, campaign=campaign, now=self._ground.now, zone=about.zone, country=about.country
        )
        return record, e164, lead, verdicts.by_hand(self._ground, lead, record)


def works_for(ground: Ground, agent: str, record: CampaignRecord) -> bool:
    """Campaigns may have him, and he has what the campaign's queue needs."""
    center = ground.center
    plan, known = center.plan.agents.get(AgentId(agent)), center.agents.get(AgentId(agent))
    run = ground.run(record.id)
    able = known is not None and (run is None or may_serve(center, known, run))
    return able and plan is not None and bool(plan.outbound)


def _zone(record: CampaignRecord | None, lead: Lead) -> str:
    return shown_zone(None if record is None else record.document, lead)
