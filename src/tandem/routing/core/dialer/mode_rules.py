"""In which mode a campaign works now, by its rules. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.cti.model.campaigns import Campaign, Mode, ModeRule

MARGIN = 0.1
"""The rule that holds goes on to hold until its condition is missed by so much: it does not flutter."""


@dataclass(frozen=True, slots=True)
class ModeNow:
    """``rule``: its place in ``Campaign.mode_rules``; None = the campaign's own mode."""

    mode: Mode
    rule: int | None = None


def mode_now(
    campaign: Campaign, *, agents: int, answer_rate: float | None, left: int | None, before: int | None = None
) -> ModeNow:
    """``answer_rate``, ``left`` None: not known, then no rule about them holds. ``before``: the rule that held last."""
    for place, rule in enumerate(campaign.mode_rules):
        margin = MARGIN if place == before else 0.0
        if _holds(rule, agents=agents, answer_rate=answer_rate, left=left, margin=margin):
            return ModeNow(rule.mode, place)
    return ModeNow(campaign.mode)


def _holds(rule: ModeRule, *, agents: int, answer_rate: float | None, left: int | None, margin: float) -> bool:
    below, above = 1.0 + margin, 1.0 - margin
    conditions = (
        rule.agents_below is None or agents < rule.agents_below * below,
        rule.answer_rate_below is None or (answer_rate is not None and answer_rate < rule.answer_rate_below * below),
        rule.answer_rate_above is None or (answer_rate is not None and answer_rate > rule.answer_rate_above * above),
        rule.left_below is None or (left is not None and left < rule.left_below * below),
    )
    return all(conditions)
