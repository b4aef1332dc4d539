"""Server, AMI and database fail under a campaign, one after the other, each with many calls in flight."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.support.campaign_world import CampaignWorld
from tests.support.floor_watch import until

_CROSSED_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """``in_flight``: calls when each part failed. ``never_there``: attempts that never reached the carrier.
    ``crossed``: somebody answered, and the end of our ringing was on its way already (RFC 3261, 9.1)."""

    in_flight: tuple[int, int, int]
    attempts: int
    results: Counter[str]
    never_there: int
    crossed: int


async def storm(
    world: CampaignWorld,
    campaign: str,
    people: Sequence[str],
    in_flight: int,
    *,
    timeout_s: float = 120.0,
    say: Callable[[str], None] = lambda _: None,
) -> Storm:
    """The campaign runs, ``people`` are its leads; a part fails whenever ``in_flight`` calls are open. AssertionError
    when the carrier's books say that a number was dialled twice, or who answered met neither agent nor message."""
    now: list[int] = []
    failed: list[int] = []
    failed_at = [0.0]

    async def many() -> bool:
        """New ones among them: what failed before is over."""
        attempts = await world.attempts(campaign)
        now.append(sum(one["ended_at"] is None for one in attempts))
        return now[-1] >= in_flight and sum(one["at"] > failed_at[-1] for one in attempts) >= in_flight / 10

    async def ready(what: str) -> None:
        await until(many, timeout_s, f"few calls before the end of {what}")
        failed.append(now[-1])
        failed_at.append(time.time())
        say(f"{now[-1]} calls are in flight; the end of {what}")

    await ready("the server")
    await world.restart()
    await ready("AMI")
    assert await _cut_ami(world) > 0
    await ready("the database")
    assert world.stack.postgres is not None
    await world.stack.postgres.restart()
    await world.through(campaign, 2 * timeout_s)
    await world.seats.idle()
    attempts = await world.attempts(campaign)
    mine = {one["number"] for one in attempts}
    calls = [call for call in world.carrier_calls() if call.number in set(people)]
    dialled = Counter(call.number for call in calls)
    assert dialled.keys() <= mine
    assert set(dialled.values()) == {1}, [number for number, count in dialled.items() if count > 1]
    assert len({one["id"] for one in attempts}) == len(attempts) == len(mine)
    results = Counter(str(one["result"]) for one in attempts)
    assert results.keys() <= {"talked", "abandoned", "hung_up", "no_answer", "busy", "failed"}, results
    answered = [call for call in calls if call.answered_at and call.ended_at - call.answered_at > _CROSSED_S]
    served = {one["number"] for one in attempts if one["connected_at"] or one["message_at"]}
    by_number = {one["number"]: one for one in attempts}
    for fault, numbers in {
        "with neither an agent nor a message": [call for call in answered if call.number not in served],
        "who answered heard nothing": [call for call in answered if call.heard_at is None],
    }.items():
        told = "\n".join(f"{call}\n  {by_number[call.number]}" for call in numbers[:10])
        assert not numbers, f"{len(numbers)} {fault}; failures at {failed_at[1:]}:\n{told}"
    server, ami, database = failed
    return Storm(
        in_flight=(server, ami, database),
        attempts=len(attempts),
        results=results,
        never_there=len(mine) - len(dialled),
        crossed=sum(call.answered_at is not None for call in calls) - len(answered),
    )


async def _cut_ami(world: CampaignWorld) -> int:
    """How many connections there were."""
    sessions = (await world.stack.asterisk.rx("manager show connected")).splitlines()
    files = [found[1] for line in sessions if (found := re.match(r"\s+\S+\s+\S+\s+\d+\s+\d+\s+(\d+)", line))]
    for file in files:
        await world.stack.asterisk.rx(f"manager kick session {file}")
    return len(files)
