"""What the last days' attempts of campaigns teach the pacing, counted by PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from tandem.cti.model.durations import DAY_S
from tandem.cti.model.ids import CampaignId
from tandem.cti.model.leads import CampaignExperience, TriesOfHour
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load

_QUERIES = load("tandem.cti.adapters.postgres", "campaign_experience.sql")
DEADLINE_S = 10.0
SINCE_S = 14 * DAY_S
MOST_TRIES, MOST_TRIES_OF_ONE, LEAST_TRIES = 200_000, 20_000, 200
"""Attempts read of all campaigns, and of one. More would teach nothing: the longest memory of a rate is 3,000."""
MOST_TIMES, MOST_TIMES_OF_ONE, LEAST_TIMES = 60_000, 3_000, 100
"""The same for the times."""
KEPT_TIMES = 500
"""Times of a kind kept of one campaign: older ones count for little."""
WRAP_UPS = 10_000


async def read_experience(
    database: Database, zones: Mapping[CampaignId, str], *, now: float
) -> tuple[CampaignExperience, ...]:
    """``zones``: campaign -> its time zone. Of those that have dialled lately. Raises DatabaseDown."""
    if not zones:
        return ()
    names, since = list(zones), now - SINCE_S
    tries = max(LEAST_TRIES, min(MOST_TRIES_OF_ONE, MOST_TRIES // len(names)))
    times = max(LEAST_TIMES, min(MOST_TIMES_OF_ONE, MOST_TIMES // len(names)))
    kept = min(KEPT_TIMES, times)
    found = await database.fetch(
        _QUERIES["hours"], names, list(zones.values()), since, now, tries, deadline_s=DEADLINE_S
    )
    hours: dict[str, list[TriesOfHour]] = defaultdict(list)
    for row in found:
        fields = dict(row)
        hours[fields.pop("campaign")].append(TriesOfHour(**fields))
    found = await database.fetch(_QUERIES["wrap_ups"], names, since, WRAP_UPS, deadline_s=DEADLINE_S)
    wrap_ups = {row["campaign"]: row["wrap_up_s"][-kept:] for row in found}
    found = await database.fetch(_QUERIES["times"], names, since, times, deadline_s=DEADLINE_S)
    return tuple(
        CampaignExperience(
            **{
                **row,
                **{name: tuple((row[name] or ())[-kept:]) for name in ("answer_s", "other_s", "talk_s")},
                "hours": tuple(hours[row["campaign"]]),
                "wrap_up_s": tuple(wrap_ups.get(row["campaign"], ())),
            }
        )
        for row in found
    )
