"""The pacer under any order of news: it never raises, never dials for nobody, never beyond what it is given, and the
same news again decide the same."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.routing.core.dialer.pacing import DayCount, Decision, Pacer, PacingSettings

_AGENTS = [f"a{n}" for n in range(6)]
_CALLS = [f"c{n}" for n in range(12)]
_RESULTS = ["talked", "abandoned", "machine", "hung_up", "busy", "no_answer", "congestion", "withdrawn"]

step = st.floats(-5.0, 40.0)
agent = st.tuples(
    st.just("agent"),
    st.sampled_from(_AGENTS),
    st.sampled_from(["idle", "talking", "wrapping", "away", "reserved"]),
    st.none() | st.floats(-10.0, 60.0),
)
call = st.tuples(
    st.sampled_from(["launched", "ringing", "answered", "person", "connected", "abandoned", "ended"]),
    st.sampled_from(_CALLS),
    st.sampled_from(_RESULTS),
    st.booleans(),
)
decide = st.tuples(
    st.just("decide"),
    st.dictionaries(st.sampled_from("xyz"), st.integers(-1, 40)),
    st.integers(-1, 30),
    st.integers(0, 4),
)
news = st.lists(st.tuples(step, agent | call | call | decide), max_size=40)
set_ = st.builds(
    PacingSettings,
    mode=st.sampled_from(["progressive", "power", "predictive"]),
    abandon_limit=st.sampled_from([0.0, 0.03, 0.2]),
    ratio=st.floats(1.0, 5.0),
    target_wait_s=st.sampled_from([0.0, 10.0]),
)
counts = st.builds(DayCount, st.integers(0, 5000), st.integers(0, 200))


def played(
    pacer: Pacer, told: Sequence[Any], seen: Callable[[Pacer, Decision, Any], None] | None = None
) -> list[Decision]:
    decisions = []
    now = 1000.0
    for after_s, what in told:
        now += after_s
        match what:
            case "agent", id_, status, leaving:
                pacer.agent(id_, status, now=now, leaving_at=None if leaving is None else now + leaving)
            case "decide", segments, lines, restricted:
                decision = pacer.decide(now=now, segments=segments, lines=lines, restricted=restricted)
                decisions.append(decision)
                if seen is not None:
                    seen(pacer, decision, what)
            case "launched", id_, result, flag:
                pacer.launched(id_, result[0], now=now, reserved=flag, detect=result > "hung_up")
            case "connected", id_, _, flag:
                pacer.connected(id_, _AGENTS[int(flag)], now=now)
            case "ended", id_, result, _:
                pacer.ended(id_, result, now=now)
            case name, id_, *_:
                getattr(pacer, name)(id_, now=now)
    pacer.gauges(now)
    return decisions


def _within(pacer: Pacer, decision: Decision, asked: Any) -> None:
    _, segments, lines, restricted = asked
    gauges = pacer.gauges(0.0)
    assert 0 <= decision.total <= max(0, lines)
    assert 0 <= decision.restricted <= restricted
    for segment, count in decision.launch:
        assert 0 < count <= segments[segment]
    if gauges.agents == 0:
        assert decision.total == 0
    if decision.reserved_only:
        assert decision.total <= gauges.idle
    assert decision.restricted <= gauges.idle
    assert decision.why.keys() == {"zh", "en"}
    assert all(decision.why.values())
    assert ("launched none" in decision.why["en"]) == (decision.total == 0)


@given(set_, counts, news)
@settings(max_examples=60)
def test_any_news_in_any_order(chosen: PacingSettings, today: DayCount, told: Any) -> None:
    pacer = Pacer(chosen)
    pacer.history([], today)
    played(pacer, told, _within)


@given(set_, counts, news)
@settings(max_examples=20)
def test_without_budget_never_more_than_one_call_for_each_idle_agent(
    chosen: PacingSettings, today: DayCount, told: Any
) -> None:
    pacer = Pacer(chosen)
    pacer.history([DayCount(10, 10_000)], today)

    def one_each(pacer: Pacer, decision: Decision, _asked: Any) -> None:
        assert decision.reserved_only
        assert decision.total <= pacer.gauges(0.0).idle

    played(pacer, told, one_each)


@given(set_, counts, news, news)
@settings(max_examples=20)
def test_the_same_news_again_decide_the_same(chosen: PacingSettings, today: DayCount, first: Any, then: Any) -> None:
    pacer, twin = Pacer(chosen), Pacer(chosen)
    for each in (pacer, twin):
        each.history([], today)
    assert played(pacer, first) == played(twin, first)
    thawed = pickle.loads(pickle.dumps(pacer))  # noqa: S301
    assert played(thawed, then) == played(twin, then)


moment = st.tuples(st.floats(0.05, 0.5), st.sampled_from(["nobody", "one", "all"]), st.integers(0, 4), st.booleans())


@given(
    st.sampled_from(["power", "predictive"]),
    st.integers(1, 6),
    st.integers(0, 10),
    st.lists(moment, min_size=5, max_size=40),
)
@settings(max_examples=60)
def test_not_even_everybody_at_once_takes_the_day_over_the_limit(
    mode: Any, agents: int, budget: int, told: list[tuple[float, str, int, bool]]
) -> None:
    """While no agent goes away: whatever is in flight, all of it may be answered in the same moment."""
    pacer = Pacer(PacingSettings(mode=mode, ratio=4.0))
    pacer.new_day(0.0)
    # nearly everybody answers, at any moment of 20 s: then the worst case is that all in flight do
    for number in range(200):
        pacer.launched(f"h{number}", "x", now=0.0)
    for number in range(200):
        pacer.answered(f"h{number}", now=0.1 * number)
        pacer.ended(f"h{number}", "hung_up", now=0.1 * number)
    answered, abandoned = 1000, 30 - budget
    pacer.history([], DayCount(answered, abandoned))
    idle = {f"a{number}" for number in range(agents)}
    busy: list[str] = []
    flying: list[str] = []
    now = 100.0
    for agent in sorted(idle):
        pacer.agent(agent, "idle", now=now)
    for number, (after_s, who, freed, over) in enumerate(told):
        now += after_s
        for call in flying[: {"nobody": 0, "one": 1, "all": len(flying)}[who]]:
            flying.remove(call)
            answered += 1
            if idle:
                busy.append(min(idle))
                idle.remove(busy[-1])
                pacer.connected(call, busy[-1], now=now)
            else:
                abandoned += 1
                pacer.abandoned(call, now=now)
        assert abandoned <= 0.03 * answered + 1e-9
        if over:
            for call in flying:
                pacer.ended(call, "congestion", now=now)
            flying.clear()
        for agent in busy[:freed]:
            busy.remove(agent)
            idle.add(agent)
            pacer.agent(agent, "idle", now=now)
        decision = pacer.decide(now=now, segments={"x": 1000}, lines=1000)
        for each in range(decision.total):
            if decision.reserved_only:
                # he is there for this call whatever happens: neither counts here
                continue
            flying.append(f"c{number}.{each}")
            pacer.launched(flying[-1], "x", now=now)
