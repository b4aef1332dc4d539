"""The campaigns at the supervisors' boards: whole for a page that opens, then only the rows that changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from tandem.agent_desktop.core.messages import CampaignRow, Campaigns
from tandem.cti.app.campaign_desk.samples import Samples
from tandem.cti.model.ids import CampaignId

EVERY_S = 1.0
AWAY = {
    "zh": "数据库暂不可用，无法读取联系人；已取出的照常拨打",
    "en": "The database is away: no contacts are read; those in hand are dialled.",
}


class CampaignBoard:
    """``rows``: of all campaigns that are not drafts, now. ``away``: campaigns whose leads cannot be read. ``ends``:
    when their lists will be through."""

    def __init__(
        self,
        rows: Callable[[float], Sequence[CampaignRow]],
        away: Mapping[CampaignId, str],
        samples: Samples,
        ends: Mapping[str, float | None],
    ) -> None:
        self._rows = rows
        self._away = away
        self._samples = samples
        self._ends = ends
        self._shown: dict[str, CampaignRow] = {}
        self._next_at = 0.0

    def whole(self, now: float) -> Campaigns:
        return Campaigns(seq=0, whole=True, rows=self._now(now), gone=[])

    def changes(self, now: float) -> Campaigns | None:
        """What boards do not know yet; None when that is nothing, or it was asked less than a second ago."""
        if now < self._next_at:
            return None
        self._next_at = now + EVERY_S
        rows = self._now(now)
        for row in rows:
            self._samples.add(row, now)
        known, self._shown = self._shown, {row.id: row for row in rows}
        changed = [row for row in rows if known.get(row.id) != row]
        gone = [id_ for id_ in known if id_ not in self._shown]
        return Campaigns(seq=0, whole=False, rows=changed, gone=gone) if changed or gone else None

    def _now(self, now: float) -> list[CampaignRow]:
        return [self._row(row) for row in self._rows(now)]

    def _row(self, row: CampaignRow) -> CampaignRow:
        if row.state != "running":
            return row
        ends_at = self._ends.get(row.id) if row.ends_at is None else row.ends_at
        why_not = AWAY if row.id in self._away and not row.ringing else row.why_not
        return msgspec.structs.replace(row, ends_at=ends_at, why_not=why_not)
