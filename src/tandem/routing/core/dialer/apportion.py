"""Which campaign is to have an agent: one that owes a promised call whose time has come, then the highest priority,
among equals the one that has fewest for its weight.

One rule for who is free and for who is in a campaign already: he is thought of as free, and placed. Ties leave him
where he is, so that moving agents until nobody moves any more ends (a move to a campaign that owes, from one that does
not need him for that, fills a place that stays filled; among equals each move lowers the sum over all agents of their
place in their campaign over its weight). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tandem.cti.model.ids import CampaignId


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A campaign that wants agents. ``agents``: that it has, or is to have; ``weight``: above 0. ``owed``: so many of
    them at most come before all priorities: those at work, and one for each promised call whose time has come; 0: there
    is none."""

    campaign: CampaignId
    priority: int
    weight: float
    agents: int
    owed: int = 0


def turn(claim: Claim) -> tuple[bool, float, float, str]:
    """The lowest is next: the sort key of claims."""
    return claim.agents >= claim.owed, -claim.priority, claim.agents / max(claim.weight, 1e-9), claim.campaign


def comes_before(claim: Claim, holder: Claim) -> bool:
    """An agent of ``holder`` is to go to ``claim``: placed anew, he would be given to it."""
    owes, owes_then = claim.agents < claim.owed, holder.agents <= holder.owed
    if owes != owes_then:
        return owes
    if claim.priority != holder.priority:
        return claim.priority > holder.priority
    return claim.agents / max(claim.weight, 1e-9) < (holder.agents - 1) / max(holder.weight, 1e-9)


def last(claim: Claim, holders: Iterable[Claim]) -> Claim | None:
    """Of those who have to let one of theirs go to ``claim``, the one that would be served last; None: nobody has."""
    return max(
        (holder for holder in holders if holder.agents > 0 and comes_before(claim, holder)), key=turn, default=None
    )
