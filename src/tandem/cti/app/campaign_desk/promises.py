"""Calls that leads were promised, for the agents who are to make them: their own list, moved and cancelled."""

from __future__ import annotations

from tandem.agent_desktop.core import list_resources as shapes
from tandem.cti.adapters.postgres.promises import PromiseOwner
from tandem.cti.app.campaign_desk.dialling import works_for
from tandem.cti.app.campaign_desk.ground import Part
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.ids import CampaignId

AHEAD_S = 14 * 86_400.0
MOST = 1_000
LONGEST_AHEAD_S = 366 * 86_400.0
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
                    may_change=not one.in_hand and (agent is None or one.agent == agent),
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
        why = f"moved by {by}"
        if not await self._ground.promises.move(lead, at=change.at, note=change.note, why=why):
            raise _in_hand()
        self._ground.look_again(found.campaign)

    async def cancel_promise(self, lead: str, *, by: str, agent: str | None) -> None:
        found = await self._own(lead, agent)
        if not await self._ground.promises.cancel(lead, why=f"cancelled by {by}"):
            raise _in_hand()
        self._ground.look_again(found.campaign)

    async def _own(self, lead: str, agent: str | None) -> PromiseOwner:
        await self._ground.drain(JOURNAL_S)
        found = await self._ground.promises.one(lead)
        if found is None or (agent is not None and found.agent != agent):
            if agent is None:
                raise ResourceMissing.because("no_promise", lead=lead)
            raise ResourceMissing.because("promise_of_others", lead=lead, agent=agent)
        if found.state != "open":
            raise _in_hand()
        return found


def _in_hand() -> WrongState:
    return WrongState.because("promise_in_hand")
