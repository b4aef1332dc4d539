"""Which agent works for which campaign: a higher priority first, then by weight; nobody is moved without need. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import heapify, heappop, heappush

from tandem.cti.model.ids import AgentId, CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """``most``: how many agents the campaign can use now. Among campaigns of one priority agents are shared out by
    ``weight``."""

    campaign: CampaignId
    priority: int = 0
    weight: float = 1.0
    most: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """``able``: campaigns whose needs he meets. ``now``: the one that he works for."""

    agent: AgentId
    able: frozenset[CampaignId]
    now: CampaignId | None = None


def apportion(candidates: Sequence[Candidate], wants: Iterable[Want]) -> dict[AgentId, CampaignId]:
    """Agent -> campaign; who is not in it works for none.

    Priorities are served one after another; within one, seats go one by one to the campaign with the fewest agents per
    weight that can have one more. Who works there already is taken first, then who can do the fewest others; a campaign
    that only others' agents can serve gets one of them when somebody else can replace him.
    """
    by_priority: dict[int, list[Want]] = defaultdict(list)
    for want in wants:
        if want.most > 0 and want.weight > 0.0:
            by_priority[want.priority].append(want)
    free: dict[AgentId, Candidate] = {each.agent: each for each in candidates}
    given: dict[AgentId, CampaignId] = {}
    for priority in sorted(by_priority, reverse=True):
        _share(sorted(by_priority[priority], key=lambda want: want.campaign), free, given)
    return given


def _share(wants: Sequence[Want], free: dict[AgentId, Candidate], given: dict[AgentId, CampaignId]) -> None:
    wanted = frozenset(want.campaign for want in wants)
    lines: dict[CampaignId, list[AgentId]] = {campaign: [] for campaign in wanted}
    everybody = dict(free)
    for agent, each in sorted(everybody.items(), key=lambda item: -len(item[1].able & wanted)):
        for campaign in each.able & wanted:
            lines[campaign].append(agent)
    for campaign, line in lines.items():  # taken from the end
        line.sort(key=partial(_order, everybody, campaign))
    here: dict[CampaignId, list[AgentId]] = {campaign: [] for campaign in wanted}
    by_id = {want.campaign: want for want in wants}
    seats = [(1.0 / want.weight, want.campaign) for want in wants]
    heapify(seats)
    while seats:
        _, campaign = heappop(seats)
        taken = _next(campaign, lines, free) or _replaced(campaign, lines, free, here, everybody, given)
        if taken is None:
            continue
        free.pop(taken, None)
        given[taken] = campaign
        here[campaign].append(taken)
        if len(here[campaign]) < by_id[campaign].most:
            heappush(seats, ((len(here[campaign]) + 1) / by_id[campaign].weight, campaign))


def _order(everybody: Mapping[AgentId, Candidate], campaign: CampaignId, agent: AgentId) -> int:
    """Who is there comes last, before him who is nowhere, then who would have to move."""
    now = everybody[agent].now
    return 2 if now == campaign else 1 if now is None else 0


def _next(
    campaign: CampaignId, lines: Mapping[CampaignId, list[AgentId]], free: Mapping[AgentId, Candidate]
) -> AgentId | None:
    line = lines[campaign]
    while line:
        agent = line.pop()
        if agent in free:
            return agent
    return None


def _replaced(
    campaign: CampaignId,
    lines: Mapping[CampaignId, list[AgentId]],
    free: dict[AgentId, Candidate],
    here: Mapping[CampaignId, list[AgentId]],
    everybody: Mapping[AgentId, Candidate],
    given: dict[AgentId, CampaignId],
) -> AgentId | None:
    """Somebody who was given to another campaign, where a free one takes his seat."""
    for other, agents in here.items():
        if other == campaign or not agents or not lines[other]:
            continue
        able = next((agent for agent in reversed(agents) if campaign in everybody[agent].able), None)
        if able is None:
            continue
        replacement = _next(other, lines, free)
        if replacement is None:
            continue
        agents[agents.index(able)] = replacement
        given[replacement] = other
        del free[replacement]
        return able
    return None


def shares(given: Mapping[AgentId, CampaignId]) -> dict[CampaignId, int]:
    """Agents per campaign."""
    counts: dict[CampaignId, int] = defaultdict(int)
    for campaign in given.values():
        counts[campaign] += 1
    return dict(counts)
