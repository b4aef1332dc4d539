"""The campaigns at the supervisors' boards: whole for a page that opens, then only the rows that changed.

A row takes a fraction of a millisecond to work out: with hundreds of campaigns some are made in each turn, those at
work once a second, the others when something about them changed and now and then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from tandem.agent_desktop.core.messages import CampaignRow, Campaigns
from tandem.cti.app.campaign_desk.samples import Samples
from tandem.cti.app.dialer.state import Running
from tandem.cti.model.ids import CampaignId

EVERY_S = 1.0
QUIET_S = 15.0
"""How often one is looked at that neither dials nor has anybody."""
TURN_S = 0.005
"""So long rows are worked out in one turn of the loop."""
AWAY = {
    "zh": "数据库暂不可用，无法读取联系人；已取出的照常拨打",
    "en": "The database is away: no contacts are read; those in hand are dialled.",
}


@dataclass(slots=True)
class _Shown:
    row: CampaignRow
    rev: int
    at: float


class CampaignBoard:
    """``runs``: all campaigns that are no drafts; ``row``: one of them now. ``away``: whose leads cannot be read;
    ``ends``: when their lists will be through."""

    def __init__(
        self,
        runs: Callable[[], Mapping[CampaignId, Running]],
        row: Callable[[Running, float], CampaignRow],
        *,
        away: Mapping[CampaignId, str],
        samples: Samples,
        ends: Mapping[str, float | None],
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._runs = runs
        self._row = row
        self._away = away
        self._samples = samples
        self._ends = ends
        self._stopwatch = stopwatch
        self._shown: dict[CampaignId, _Shown] = {}
        self._changed: dict[CampaignId, None] = {}
        self._gone: dict[str, None] = {}
        self._next_at = 0.0

    def whole(self, now: float) -> Campaigns:
        for id_, run in self._runs().items():
            if id_ not in self._shown:
                self._look(id_, run, now)
        return Campaigns(seq=0, whole=True, rows=[shown.row for shown in self._shown.values()], gone=[])

    def changes(self, now: float) -> Campaigns | None:
        """What boards do not know yet; None when that is nothing, or something was said less than a second ago. To be
        asked several times a second."""
        self._look_at_some(now)
        if now < self._next_at or not (self._changed or self._gone):
            return None
        self._next_at = now + EVERY_S
        rows = [self._shown[id_].row for id_ in self._changed if id_ in self._shown]
        gone, self._changed, self._gone = list(self._gone), {}, {}
        return Campaigns(seq=0, whole=False, rows=rows, gone=gone)

    def _look_at_some(self, now: float) -> None:
        """Those that waited longest first."""
        runs = self._runs()
        for id_ in [known for known in self._shown if known not in runs]:
            del self._shown[id_]
            self._gone[id_] = None
        due = [
            (shown.at, id_) for id_ in runs if (shown := self._shown.get(id_)) and self._is_due(shown, runs[id_], now)
        ]
        new = [id_ for id_ in runs if id_ not in self._shown]
        until = self._stopwatch() + TURN_S
        for id_ in (*new, *(id_ for _, id_ in sorted(due))):
            self._look(id_, runs[id_], now)
            if self._stopwatch() > until:
                return

    def _is_due(self, shown: _Shown, run: Running, now: float) -> bool:
        at_work = run.record.state in ("running", "draining") or run.agents or run.attempts
        return run.record.rev != shown.rev or now - shown.at >= (EVERY_S if at_work else QUIET_S)

    def _look(self, id_: CampaignId, run: Running, now: float) -> None:
        row = self._with_more(self._row(run, now))
        before = self._shown.get(id_)
        if before is None or before.row != row:
            self._changed[id_] = None
        self._shown[id_] = _Shown(row, run.record.rev, now)
        self._gone.pop(id_, None)
        self._samples.add(row, now)

    def _with_more(self, row: CampaignRow) -> CampaignRow:
        if row.state != "running":
            return row
        why_not = AWAY if row.id in self._away and not row.ringing else row.why_not
        return msgspec.structs.replace(row, ends_at=self._ends.get(row.id), why_not=why_not)
