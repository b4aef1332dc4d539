"""The matcher against a slow one that looks at everything: the same matches, and nothing that must never happen."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tandem.cti.model.ids import AgentId, CallId
from tandem.cti.model.skills import Need, Needs, unmet
from tandem.routing.core.acd.simple_matcher import Match, Matcher, Waiting, reason

SKILLS = ("language:zh", "language:en", "product:loans")
AGENTS = tuple(AgentId(f"a{n}") for n in range(6))

needs_of = st.lists(
    st.builds(Need, st.sampled_from(SKILLS), st.integers(1, 5)), max_size=2, unique_by=lambda n: n.skill
)
proficiencies = st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 5))


@dataclass
class Slow:
    """The rule, word for word: longest idle agent, then highest priority, then longest waiting."""

    waiting: dict[CallId, Waiting] = field(default_factory=dict)
    free: dict[AgentId, tuple[float, dict[str, int]]] = field(default_factory=dict)

    def can(self, agent: AgentId, waiting: Waiting) -> bool:
        return waiting.target in (None, agent) and unmet(waiting.needs, self.free[agent][1]) is None

    def line(self) -> list[Waiting]:
        return sorted(self.waiting.values(), key=lambda w: (-w.priority, w.queued_at, w.call))

    def for_call(self, waiting: Waiting) -> tuple[CallId, AgentId] | None:
        able = sorted((self.free[agent][0], agent) for agent in self.free if self.can(agent, waiting))
        return (waiting.call, able[0][1]) if able else None

    def for_agent(self, agent: AgentId) -> tuple[CallId, AgentId] | None:
        first = next((w for w in self.line() if self.can(agent, w)), None)
        return (first.call, agent) if first else None

    def take(self, pair: tuple[CallId, AgentId] | None) -> None:
        if pair:
            del self.waiting[pair[0]], self.free[pair[1]]


class Both(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.fast, self.slow = Matcher(), Slow()
        self.now = 1000.0
        self.calls = 0
        self.given: set[CallId] = set()

    def compare(self, match: Match | None, expected: tuple[CallId, AgentId] | None) -> None:
        assert (None if match is None else (match.call, match.agent)) == expected
        if match is not None:
            assert match.call not in self.given, "a call was given twice"
            self.given.add(match.call)
            assert match.eligible >= 1
            assert match.waiting >= 1
            for sentence in reason(match, "Mei").values():
                assert "Mei" in sentence
                assert "\n" not in sentence
        self.slow.take(expected)

    @rule(
        needs=needs_of,
        priority=st.integers(-1, 2),
        ago=st.floats(0, 60),
        person=st.none() | st.sampled_from(AGENTS),
    )
    def call_comes(self, needs: list[Need], priority: int, ago: float, person: AgentId | None) -> None:
        self.now += 1
        self.calls += 1
        wanted: Needs = tuple(needs)
        waiting = Waiting(
            call=CallId(f"c{self.calls}"), needs=wanted, priority=priority, queued_at=self.now - ago, target=person
        )
        self.slow.waiting[waiting.call] = waiting
        expected = self.slow.for_call(waiting)
        self.compare(self.fast.enqueue(waiting, now=self.now), expected)

    @rule(agent=st.sampled_from(AGENTS), proficiency=proficiencies, idle=st.floats(0, 600))
    def agent_is_free(self, agent: AgentId, proficiency: dict[str, int], idle: float) -> None:
        self.now += 1
        self.slow.free[agent] = (self.now - idle, proficiency)
        expected = self.slow.for_agent(agent)
        match = self.fast.agent_available(agent, proficiency, idle_since=self.now - idle, now=self.now)
        self.compare(match, expected)

    @rule(agent=st.sampled_from(AGENTS))
    def agent_goes(self, agent: AgentId) -> None:
        assert self.fast.agent_unavailable(agent) == (self.slow.free.pop(agent, None) is not None)

    @precondition(lambda self: self.slow.waiting)
    @rule(which=st.integers(0, 100))
    def caller_goes(self, which: int) -> None:
        calls = sorted(self.slow.waiting)
        call = calls[which % len(calls)]
        del self.slow.waiting[call]
        assert self.fast.withdraw(call)
        assert not self.fast.withdraw(call)

    @invariant()
    def same_line(self) -> None:
        line = [waiting.call for waiting in self.fast.waiting()]
        assert line == [waiting.call for waiting in self.slow.line()]
        assert [self.fast.place(call) for call in line] == list(range(1, len(line) + 1))
        assert self.fast.available == set(self.slow.free)

    @invariant()
    def nobody_waits_for_a_free_agent(self) -> None:
        assert not any(self.slow.for_agent(agent) for agent in self.slow.free)


TestBoth = Both.TestCase
TestBoth.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


@given(st.lists(st.tuples(st.integers(-1, 1), st.floats(0, 100)), min_size=1, max_size=20))
def test_callers_of_one_class_are_served_in_line(callers: list[tuple[int, float]]) -> None:
    matcher = Matcher()
    for number, (priority, at) in enumerate(callers):
        matcher.enqueue(Waiting(call=CallId(f"c{number:02}"), needs=(), priority=priority, queued_at=at), now=200.0)
    served = []
    for turn in range(len(callers)):
        match = matcher.agent_available(AGENTS[0], {}, idle_since=0.0, now=200.0 + turn)
        assert match is not None
        served.append((-match.priority, callers[int(match.call[1:])][1], match.call))
    assert served == sorted(served)
