"""How many agents a campaign had and what they did: sums over stretches of five minutes, kept once a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from tandem.agent_desktop.core.messages import CampaignRow
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.leads import CampaignSample

STEP_S = 300.0
KEPT_EVERY_S = 60.0
"""So much of a stretch is lost at most when the server dies."""
KEPT_DAYS = 90
"""What is older is forgotten by the store."""


class Samples:
    """``keep``: writes one down; of two of the same stretch the one with more looks counts. ``begun``: stretches that
    are not over, as they were kept before this start."""

    def __init__(self, keep: Callable[[CampaignSample], None], begun: Iterable[CampaignSample] = ()) -> None:
        self._keep = keep
        self._now: dict[str, CampaignSample] = {sample.campaign: sample for sample in begun}
        self._unkept_since: dict[str, float] = {}

    def add(self, row: CampaignRow, now: float) -> None:
        """A campaign that neither runs nor has agents leaves no trace."""
        at = now // STEP_S * STEP_S
        known = self._now.get(row.id)
        if known is not None and known.at != at:
            self._write(row.id)
            known = None
            del self._now[row.id]
        if row.state not in ("running", "draining") and not row.agents:
            self._write(row.id)
            return
        lines = row.lines_per_agent
        before = known or CampaignSample(campaign=CampaignId(row.id), at=at)
        self._now[row.id] = msgspec.structs.replace(
            before,
            looks=before.looks + 1,
            idle=before.idle + row.agents_idle,
            talking=before.talking + row.agents_talking,
            wrapping=before.wrapping + row.agents_wrapping,
            lines=before.lines + (lines or 0.0),
            lines_looks=before.lines_looks + (lines is not None),
        )
        if now - self._unkept_since.setdefault(row.id, now) >= KEPT_EVERY_S:
            self._write(row.id)

    def of(self, campaign: str) -> CampaignSample | None:
        """The stretch that goes on, with what is not kept yet."""
        return self._now.get(campaign)

    def _write(self, campaign: str) -> None:
        if self._unkept_since.pop(campaign, None) is not None:
            self._keep(self._now[campaign])
