"""What the pacing keeps: the limit as the law of the campaign counts it."""

from __future__ import annotations

import msgspec
import pytest
from tests.support.campaign_floor import SPRING, CampaignFloor, campaign

from tandem.cti.app.dialer import days
from tandem.cti.app.dialer.rows import campaign_rows


@pytest.mark.parametrize(("rules", "counted"), [("us", 1_000), ("uk", 900)])
def test_who_hangs_up_himself_does_not_count_for_ofcom(rules: str, counted: int) -> None:
    floor = CampaignFloor()
    floor.run(campaign(rules=rules))
    run = floor.center.dialer.campaigns[SPRING]
    yesterday = msgspec.structs.replace(run.today, day="1970-01-01", answered=1_000, abandoned=20, talked=880)
    run.days = {yesterday.day: yesterday, **run.days}
    days.tell(run)
    assert days.answered(run, yesterday) == counted
    row = campaign_rows(floor.center, floor.now)[0]
    assert row.abandon_limit == 0.03
    if rules == "us":  # the window of thirty days; Ofcom's is the day itself
        assert row.abandon_ratio_window is None or row.abandon_ratio_window == pytest.approx(20 / counted)
