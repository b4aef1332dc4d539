"""Agents go from one campaign to another that comes before it: see ``apportion``. Pure.

Whenever a campaign can use more agents than are free (it was started, its leads' time has come, its priority or weight
was raised), it claims those of the campaigns that come after it. A claimed agent ends what he does; nobody is dialled
any more for him. He goes when he is idle and each person who may answer soon has another idle agent, or was dialled
when it was known that he goes: calls in the air keep theirs. Callers who wait are served before he goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from itertools import repeat
from math import inf
from typing import TYPE_CHECKING

from tandem.cti.app.dialer import agents
from tandem.cti.app.dialer.decisions import keep_move
from tandem.cti.app.dialer.state import Running
from tandem.cti.model.ids import AgentId, CampaignId
from tandem.routing.core.dialer.apportion import Claim, comes_before, last

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

CLAIM_S = 3.0
"""Between two looks of one campaign whether others have agents for it."""
_FIRST = {"idle": 0, "wrapping": 1, "talking": 2, "reserved": 3}
"""Who is claimed before whom."""


def claim(center: Center, run: Running) -> None:
    """Those who have promised its callees a call, then as many as it can use, one by one, each from the campaign that
    would be served last."""
    claims = _claims(center)
    claimed_now = {agent_id for agent_id, campaign in center.dialer.claimed.items() if campaign == run.record.id}
    promised = agents.promised(run)
    his_own = [agent_id for agent_id in promised if agent_id not in run.agents and agent_id not in claimed_now]
    wanted = agents.room(center, run) - sum(agent_id not in promised for agent_id in claimed_now)
    if (wanted <= 0 and not his_own) or 0.0 <= center.now - run.claimed_at < CLAIM_S:
        return
    run.claimed_at = center.now
    mine, shares = _shares(center, run, claims, his_own=bool(his_own))
    able = {campaign: _able(center, center.dialer.campaigns[campaign], run, promised) for campaign in shares}
    taken: dict[CampaignId, list[AgentId]] = {}
    for one in (*his_own, *repeat(None, max(0, wanted))):
        having = (campaign for campaign, his in able.items() if (his if one is None else one in his))
        wants = mine if one is None else replace(mine, owed=max(mine.owed, mine.agents + 1))
        holder = last(wants, (shares[campaign] for campaign in having))
        if holder is None:
            continue
        agent_id = able[holder.campaign][0] if one is None else one
        able[holder.campaign].remove(agent_id)
        center.dialer.claimed[agent_id] = run.record.id
        taken.setdefault(holder.campaign, []).append(agent_id)
        shares[holder.campaign] = replace(holder, agents=holder.agents - 1)
        mine = replace(mine, agents=mine.agents + 1)
    for campaign, claimed in taken.items():
        keep_move(center, center.dialer.campaigns[campaign], run, claimed)
        for agent_id in claimed:
            agents.tell(center, agent_id)
        center.dialer.due[campaign] = None


def _shares(
    center: Center, run: Running, claims: Counter[CampaignId], *, his_own: bool
) -> tuple[Claim, dict[CampaignId, Claim]]:
    """``run``'s share, and those of campaigns that come after it, as they are when all who are claimed have gone.
    ``his_own``: after it as far as an agent is concerned who has himself promised a call."""
    gone = Counter(center.held[agent_id] for agent_id in center.dialer.claimed)
    mine = agents.claim_of(center, run, claims[run.record.id] - gone[run.record.id])
    wants = replace(mine, owed=max(mine.owed, mine.agents + 1)) if his_own else mine
    behind = {}
    for campaign in dict.fromkeys(center.held.values()):
        share = agents.claim_of(center, center.dialer.campaigns[campaign], claims[campaign] - gone[campaign])
        if campaign != run.record.id and comes_before(wants, share):
            behind[campaign] = share
    return mine, behind


def _able(center: Center, holder: Running, run: Running, promised: Collection[AgentId]) -> list[AgentId]:
    """Of ``holder``'s agents, who could serve ``run`` and is claimed by nobody; who is free soonest comes first. Nobody
    is dialled any more for who leaves soon, but by himself whom he has ``promised`` it."""
    over_at = run.pacer.over_at(center.now)
    his = [
        agent_id
        for agent_id, status in holder.agents.items()
        if status in _FIRST
        and agent_id not in center.dialer.claimed
        and (agent_id in promised or holder.leaving.get(agent_id, inf) >= over_at)
        and agents.may_serve(center, center.agents[agent_id], run)
    ]
    return sorted(his, key=lambda agent_id: _FIRST[holder.agents[agent_id]])


def _claims(center: Center) -> Counter[CampaignId]:
    return Counter(center.dialer.claimed.values())


def drop(center: Center, run: Running, kept: int = 0, promised: Collection[AgentId] = ()) -> None:
    """It can use no more than ``kept`` of those whom it has claimed, besides ``promised``: the last ones stay where
    they are."""
    claimed = [
        agent_id
        for agent_id, campaign in center.dialer.claimed.items()
        if campaign == run.record.id and agent_id not in promised
    ]
    for agent_id in claimed[max(0, kept) :]:
        del center.dialer.claimed[agent_id]
        agents.tell(center, agent_id)


def anew(center: Center) -> None:
    """Campaigns have changed: what was claimed by what they were is not claimed any more, and soon it is claimed
    again."""
    for agent_id in list(center.dialer.claimed):
        del center.dialer.claimed[agent_id]
        agents.tell(center, agent_id)
    for run in center.dialer.campaigns.values():
        run.called_up_at = run.claimed_at = float("-inf")


def pass_on(center: Center, run: Running) -> None:
    """Whoever of its agents is claimed, idle, and not counted on by a call in the air goes now."""
    if not center.dialer.claimed:
        return
    for agent_id in agents.idle(run):
        if agent_id not in center.dialer.claimed or not agents.is_free(center.agents[agent_id]):
            continue
        if agents.not_counted_on(run) > 0 or not _counted_on(center, run, agent_id):
            agents.release(center, agent_id)
            agents.place(center, agent_id)


def _counted_on(center: Center, run: Running, agent_id: AgentId) -> bool:
    """Somebody may answer who was dialled before he was known to go; who was dialled later counts on others."""
    goes_since = run.leaving.get(agent_id, center.now)
    attempts = (center.dialer.attempts.get(call) for call in run.in_air)
    return any(attempt is not None and attempt.record.at <= goes_since for attempt in attempts)
