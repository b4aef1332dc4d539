"""Which of the pacing's decisions are kept: those that launched something, at most one a second, and the first of a row
that launched nothing for one reason; and that agents go from one campaign to another. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tandem.cti.app.dialer.state import Running
from tandem.cti.model.ids import AgentId
from tandem.cti.model.leads import PacingRecord

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

EVERY_S = 1.0


def keep_decision(center: Center, run: Running, launched: int) -> None:
    run.launched += launched
    since = center.now - run.decided_at
    if 0.0 <= since < EVERY_S or (not run.launched and run.kept_idle):
        return
    run.kept_idle = not run.launched
    run.decided_at = center.now
    _keep(center, run, run.launched, run.why, run.evidence)
    run.launched = 0


def keep_move(center: Center, run: Running, to: Running, agents: Sequence[AgentId]) -> None:
    """Agents of ``run`` are to go to another campaign: in the log of both."""
    ahead, behind = to.campaign, run.campaign
    by_priority = ahead.priority != behind.priority
    for_promises = to.owed > 0 or any(agent in to.promised for agent in agents)
    values = {
        "count": len(agents),
        "run": behind.name,
        "to": ahead.name,
        "mine": behind.priority if by_priority else behind.weight,
        "its": ahead.priority if by_priority else ahead.weight,
    }
    by = "promise" if for_promises else "priority" if by_priority else "weight"
    why = {lang: text.format_map(values) for lang, text in _MOVED[by].items()}
    for each in (run, to):
        _keep(center, each, 0, why, {"agents": list(agents), "from": run.record.id, "to": to.record.id})


_MOVED = {
    "promise": {
        "zh": "{count} 名座席从“{run}”转到“{to}”：约定的回拨时间已到，先于任何活动的新联系人；"
        "等拨打中的呼叫不再需要时即转",
        "en": "{count} agents go from {run} to {to}: promised calls whose time has come there go before new contacts "
        "of any campaign; as soon as calls in the air do not need them",
    },
    "priority": {
        "zh": "{count} 名座席从“{run}”（优先级 {mine}）转到“{to}”（优先级 {its}）：等拨打中的呼叫不再需要时即转",
        "en": "{count} agents go from {run} (priority {mine}) to {to} (priority {its}), as soon as calls in the air "
        "do not need them",
    },
    "weight": {
        "zh": "{count} 名座席从“{run}”（权重 {mine}）转到“{to}”（权重 {its}，座席偏少）：等拨打中的呼叫不再需要时即转",
        "en": "{count} agents go from {run} (weight {mine}) to {to} (weight {its}), which has fewer for its weight, as "
        "soon as calls in the air do not need them",
    },
}


def _keep(center: Center, run: Running, launched: int, why: Mapping[str, str], evidence: Mapping[str, Any]) -> None:
    # above what was kept before a restart, too
    run.decisions = max(run.decisions + 1, int(center.now * 1000.0))
    center.keep(
        PacingRecord(
            campaign=run.record.id,
            number=run.decisions,
            at=center.now,
            launched=launched,
            why=dict(why),
            evidence=dict(evidence),
        )
    )
