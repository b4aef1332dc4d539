"""When there are enough: quotas by a field of the lead, the goal of a campaign, and its end. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tandem.cti.model.campaigns import Campaign, Goal, Quota

Texts = dict[str, str]


def full(quotas: Iterable[Quota], successes: Mapping[tuple[str, str], int]) -> frozenset[tuple[str, str]]:
    """(field, value) of the quotas that are full. ``successes``: so many leads with this value were successes."""
    counted = ((quota.field, quota.value, quota.most) for quota in quotas)
    return frozenset((field, value) for field, value, most in counted if successes.get((field, value), 0) >= most)


def reached(goal: Goal, successes: int) -> bool:
    """False for a campaign without a goal."""
    return goal.successes is not None and successes >= goal.successes


def completed(campaign: Campaign, *, successes: int, left: int | None, under_way: int) -> Texts | None:
    """Why the campaign is over; None while it is not. ``left``: leads that are not over, None = not known; a call under
    way is waited for. A campaign dialled by hand has no end of its own but its goal."""
    if under_way:
        return None
    if reached(campaign.goal, successes):
        count = campaign.goal.successes
        return {"zh": f"目标已达到：{count} 个成功", "en": f"the goal is reached: {count} successes"}
    if left == 0 and campaign.mode != "manual":
        return {"zh": "名单已拨完", "en": "nobody is left to be called"}
    return None
