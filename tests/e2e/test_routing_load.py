"""A small load run: what ``python -m benchmarks load`` does for ten minutes, for a quarter of one."""

from __future__ import annotations

from benchmarks.load.plan import Load
from benchmarks.load.shift import run

LOAD = Load(
    agents=12,
    calls_per_s=2.0,
    duration_s=15.0,
    queues=4,
    ring_s=(0.3, 1.0),
    talk_s=(2.5, 5.0),
    wrap_up_s=(0.2, 0.8),
    impatient=0.15,
    impatient_s=(0.1, 1.5),
    patience_s=(30.0, 40.0),
    no_answer=0.1,
    ring_limit_s=3.0,
    back_s=(0.2, 0.5),
)


async def test_no_call_is_lost_or_doubled_and_no_agent_stuck() -> None:
    done = await run(LOAD)
    assert done.findings == [], done.stories
    assert done.timing.calls == 30
    assert done.timing.gave_up > 0, "nobody hung up before he was served"
    assert any(one.ignored for one in done.timing.served), "every phone was answered"
    assert [note for note in done.notes if "refused" in note] == []
