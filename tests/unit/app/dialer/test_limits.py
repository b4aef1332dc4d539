"""What the pacing keeps: the limit as the law of the campaign counts it."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.campaign_floor import SPRING, CampaignFloor, campaign

from tandem.cti.app.dialer import days
from tandem.cti.app.dialer.rows import campaign_rows


@pytest.mark.parametrize(
    ("rules", "first", "then"), [("us", 0.03, 0.03), ("uk", 0.03 * 0.95, 0.03 * (900 + 190) / 1_200)]
)
def test_who_hangs_up_himself_does_not_count_for_ofcom(rules: str, first: float, then: float) -> None:
    floor = CampaignFloor()
    floor.run(campaign(rules=rules))
    run = floor.center.dialer.campaigns[SPRING]
    assert run.pacer.settings.abandon_limit == pytest.approx(first)
    yesterday = msgspec.structs.replace(run.today, day="1970-01-01", answered=1_000, abandoned=20, talked=880)
    run.days = {yesterday.day: yesterday, **run.days}
    days.tell(run)
    assert run.pacer.settings.abandon_limit == pytest.approx(then)
    floor.run(campaign(rules=rules, target_wait_s=5.0))
    assert run.pacer.settings.abandon_limit == pytest.approx(then)
    assert campaign_rows(floor.center, floor.now)[0].abandon_limit == 0.03
