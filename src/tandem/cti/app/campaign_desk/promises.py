"""Calls that leads were promised, for the agents who are to make them: their own list, moved and cancelled."""

from __future__ import annotations

from typing import Any, Literal

from tandem.agent_desktop.core import list_resources as shapes
from tandem.cti.adapters.postgres.promises import PromiseOwner
from tandem.cti.app.campaign_desk.dialling import works_for
from tandem.cti.app.campaign_desk.ground import Part
from tandem.cti.app.floor_plan import LeadAgain
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.ids import AgentId, CampaignId, LeadId
from tandem.cti.model.leads import Lead
from tandem.routing.core.dialer.attempt_plan import TEAM

AHEAD_S = 14 * DAY_S
MOST = 1_000
LONGEST_AHEAD_S = 366 * DAY_S
SLACK_S = 60.0
"""A moment so little ago is now."""
JOURNAL_S = 1.0


class Promises(Part):
    async def promises(self, agent: str | None) -> shapes.Promises:
        """``agent``: what he promised himself, and the team's of the campaigns that may have him; None: everybody's."""
        known = [record for record in self._book.all() if record.state != "draft"]
        team = [record.id for record in known if agent is not None and works_for(self._ground, agent, record)]
        names = {record.id: record.document.name for record in known}
        await self._ground.drain(JOURNAL_S)
        found = await self._ground.promises.open(
            list(names), until=self._ground.now + AHEAD_S, limit=MOST + 1, agent=agent, team=team
        )
        return shapes.Promises(
            promises=[
                shapes.PromisedCall(
                    id=one.id,
                    campaign=one.campaign,
                    campaign_name=names[CampaignId(one.campaign)],
                    name=one.name,
                    number=one.number,
                    zone=one.zone,
                    at=one.at,
                    agent=one.agent,
                    note=one.note,
                    in_hand=one.in_hand,
                    may_change=(agent is None or one.agent == agent)
                    and (not one.in_hand or self._held(one.campaign, one.id) is not None),
                )
                for one in found[:MOST]
            ],
            more=len(found) > MOST,
        )

    async def move_promise(self, lead: str, change: shapes.MovePromise, *, by: str, agent: str | None) -> None:
        now = self._ground.now
        if not now - SLACK_S <= change.at <= now + LONGEST_AHEAD_S:
            raise BadRequest.because("moment_not_near")
        found = await self._own(lead, agent)
        to = found.agent if change.agent is None else AgentId(change.agent) if change.agent else None
        if to != found.agent and to is not None and to not in self._ground.center.house.agents:
            raise BadRequest.because("no_agent", agent=to)
        if agent is not None and to not in (agent, None):
            raise BadRequest.because("promise_for_others")
        why = f"moved by {by}" if to == found.agent else f"given by {by}: {to or TEAM}"
        held = self._held(found.campaign, lead)
        if held is not None:
            note = held.callback_note if change.note is None else change.note
            await self._take(held, "promised", at=change.at, agent=to, note=note, number=held.callback_number, why=why)
        elif not await self._ground.promises.move(lead, at=change.at, note=change.note, agent=to, why=why):
            raise _in_hand()
        self._ground.look_again(found.campaign)

    async def cancel_promise(self, lead: str, *, by: str, agent: str | None) -> None:
        found = await self._own(lead, agent)
        held = self._held(found.campaign, lead)
        if held is not None:
            await self._take(held, "cancelled", at=self._ground.now, why=f"cancelled by {by}")
        elif not await self._ground.promises.cancel(lead, why=f"cancelled by {by}"):
            raise _in_hand()
        self._ground.look_again(found.campaign)

    def _held(self, campaign: str, lead: str) -> Lead | None:
        """His time has come, and he waits for his agent, or for a line: he is not being dialled."""
        run = self._ground.run(CampaignId(campaign))
        held = None if run is None else run.pool.get(LeadId(lead))
        return None if held is None else held.lead

    async def _take(self, lead: Lead, what: Literal["promised", "cancelled"], **wanted: Any) -> None:
        self._ground.shell.take(LeadAgain(campaign=lead.campaign, lead=lead.id, what=what, **wanted))
        await self._ground.drain(JOURNAL_S)  # the store has it before it is asked again

    async def _own(self, lead: str, agent: str | None) -> PromiseOwner:
        await self._ground.drain(JOURNAL_S)
        found = await self._ground.promises.one(lead)
        if found is None or (agent is not None and found.agent != agent):
            if agent is None:
                raise ResourceMissing.because("no_promise", lead=lead)
            raise ResourceMissing.because("promise_of_others", lead=lead, agent=agent)
        if found.state != "open" and self._held(found.campaign, lead) is None:
            raise _in_hand()
        return found


def _in_hand() -> WrongState:
    return WrongState.because("promise_in_hand")
