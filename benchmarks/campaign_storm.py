"""``python -m benchmarks campaign_storm``: server killed, AMI cut, PostgreSQL restarted with 200 calls in flight.

Real parts: two Asterisks, PostgreSQL, the server, agents with phones. One run of the storm that the end-to-end tests
hold with 30 calls in flight; what must never happen fails it.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks.report import Figure, say, show
from tests.support.campaign_storm import storm
from tests.support.campaign_world import campaign_world, import_list

from tandem.cti.adapters.asterisk.carrier_people import Behaviour, crowd

_IN_FLIGHT, _LEADS, _AGENTS = 200, 990, 25
_PEOPLE = "+8613800100"
_CROWD = crowd(
    _PEOPLE, 3, {Behaviour.PERSON: 70, Behaviour.RING: 20, Behaviour.BUSY: 10}, rings_s=(6.0, 14.0), stays_s=(1.0, 4.0)
)
_MESSAGE = {"en": "Hello, this is the bank of the north. Nobody can talk to you now. We will call again tomorrow."}


async def run() -> None:
    with tempfile.TemporaryDirectory(prefix="tandem-storm-") as folder:
        async with campaign_world(Path(folder), _AGENTS, (_CROWD,), lines=400, calls_per_s=40.0, progress=say) as world:
            campaign = await world.campaign("storm", mode="power", ratio=20.0, message=_MESSAGE)
            await world.have_talked([campaign], 20_000)
            people = [f"{_PEOPLE}{number:03}" for number in range(_LEADS)]
            await import_list(
                world, campaign, "\n".join(["number,name,language", *(f"{n},Lead,en" for n in people)]).encode()
            )
            await world.seats.idle()
            await world.operator.put(campaign, "running")
            found = await storm(world, campaign, people, _IN_FLIGHT, timeout_s=200.0, say=say)
    show(
        f"{_AGENTS} agents, {_LEADS} leads: none dialled twice, all who answered were served",
        [
            *(
                Figure(f"in flight at the end of {what}", count, "")
                for what, count in zip(("the server", "AMI", "the database"), found.in_flight, strict=True)
            ),
            Figure("attempts", found.attempts, ""),
            *(Figure(f"result {what}", count, "") for what, count in found.results.most_common()),
            Figure("never reached the carrier", found.never_there, ""),
            Figure("answered while the end of the ringing was on its way", found.crossed, ""),
        ],
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(run()))
