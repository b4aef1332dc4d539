"""Which of the pacing's decisions are kept: those that launched something, at most one a second, and the first of a row
that launched nothing for one reason. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app.dialer.state import Running
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
    # above what was kept before a restart, too
    run.decisions = max(run.decisions + 1, int(center.now * 1000.0))
    run.decided_at = center.now
    center.keep(
        PacingRecord(
            campaign=run.record.id,
            number=run.decisions,
            at=center.now,
            launched=run.launched,
            why=dict(run.why),
            evidence=dict(run.evidence),
        )
    )
    run.launched = 0
