"""The matcher's rules, one by one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tandem.cti.model.errors import BadRequest, WrongState
from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.skills import Need
from tandem.routing.core.acd.matcher import Matcher, Policy
from tandem.routing.core.acd.weigh import Scales
from tandem.routing.core.acd.work import Change, Kind, Match, Step, Work

LOANS, CARDS = Need("product:loans"), Need("product:cards")
ANN, BO, CY, DI = (AgentId(name) for name in ("ann", "bo", "cy", "di"))
BOTH: frozenset[Kind] = frozenset({"voice", "task"})


def work(
    name: str,
    *steps: Step,
    at: float = 0.0,
    queue: str = "q",
    tier: int = 2,
    priority: int = 0,
    kind: Kind = "voice",
    site: str = "",
    target_s: float = 20.0,
) -> Work:
    return Work(
        id=WorkId(name),
        queue=QueueId(queue),
        queued_at=at,
        steps=steps or (Step(needs=(LOANS,)),),
        tier=tier,
        priority=priority,
        kind=kind,
        site=site,
        target_s=target_s,
    )


def with_agents(policy: Policy | None = None, **agents: dict[str, int]) -> Matcher:
    matcher = Matcher(policy or Policy())
    for name, skills in agents.items():
        matcher.log_on(AgentId(name), skills, now=0.0)
    return matcher


def pairs(matches: list[Match]) -> list[tuple[str, str]]:
    return [(match.work.id, match.agent) for match in matches]


# ---- which agent ----


def test_among_equals_the_longest_idle_takes_it() -> None:
    matcher = with_agents(ann={LOANS.skill: 3}, bo={LOANS.skill: 3})
    matcher.available(ANN, idle_since=5.0, now=10.0)
    matcher.available(BO, idle_since=2.0, now=11.0)
    (match,) = matcher.enqueue(work("w"), now=20.0)
    assert (match.agent, match.rule, match.eligible, match.idle_s) == (BO, "longest_idle", 2, 18.0)


def test_who_became_free_out_of_turn_stands_where_his_idle_time_puts_him() -> None:
    """A call that vanished before it was answered costs its agent nothing, however many are free."""
    names = [f"agent{number}" for number in range(40)]
    matcher = with_agents(None, **{name: {LOANS.skill: 3} for name in names})
    matcher.enqueue(work("before"), now=0.0)  # from now on the matcher knows that loans are asked for
    matcher.withdraw(WorkId("before"))
    for number, name in enumerate(names):
        matcher.available(AgentId(name), idle_since=float(100 + number), now=200.0)
    matcher.unavailable(AgentId("agent0"))
    matcher.available(AgentId("agent0"), idle_since=100.0, now=201.0)
    assert pairs(matcher.enqueue(work("w"), now=202.0)) == [("w", "agent0")]


def test_the_nearly_last_free_agent_of_a_busy_queue_is_spared() -> None:
    matcher = with_agents(Policy(explain=5), ann={LOANS.skill: 3, CARDS.skill: 3}, bo={LOANS.skill: 3})
    for number in range(200):  # cards are busy
        matcher.enqueue(work(f"c{number}", Step(needs=(CARDS,)), at=float(number), queue="cards"), now=float(number))
        matcher.withdraw(WorkId(f"c{number}"))
    matcher.available(ANN, idle_since=190.0, now=200.0)
    matcher.available(BO, idle_since=195.0, now=200.0)
    (match,) = matcher.enqueue(work("w", at=201.0), now=201.0)
    assert (match.agent, match.rule) == (BO, "spare_scarce")
    (other,) = match.candidates
    assert (other.agent, other.reason) == (ANN, "needed_elsewhere")
    assert other.cost > match.cost


def test_who_is_faster_at_it_takes_it_but_not_for_ever() -> None:
    matcher = with_agents(Policy(explain=5), ann={LOANS.skill: 1}, bo={LOANS.skill: 5})
    matcher.available(ANN, idle_since=0.0, now=10.0)
    matcher.available(BO, idle_since=5.0, now=10.0)
    (match,) = matcher.enqueue(work("w1", at=10.0), now=10.0)
    assert (match.agent, match.rule) == (BO, "faster")
    assert [(other.agent, other.reason) for other in match.candidates] == [(ANN, "slower")]
    matcher.available(BO, idle_since=500.0, now=500.0)
    (match,) = matcher.enqueue(work("w2", at=501.0), now=501.0)
    assert (match.agent, match.rule) == (ANN, "longest_idle")
    assert [(other.agent, other.reason) for other in match.candidates] == [(BO, "less_idle")]


def test_a_queue_that_misses_its_share_in_time_is_sped_up() -> None:
    matcher = with_agents(ann={LOANS.skill: 3, CARDS.skill: 3})
    now = 0.0
    for number in range(60):  # loans are answered late, cards in time
        for queue, skill, waited_s in (("loans", LOANS, 40.0), ("cards", CARDS, 1.0)):
            matcher.enqueue(work(f"{queue}{number}", Step(needs=(skill,)), at=now, queue=queue), now=now)
            now += waited_s
            assert matcher.available(ANN, idle_since=now, now=now)
            now += 60.0
    restored = Matcher.restore(matcher.snapshot())
    for copy in (matcher, restored):
        copy.enqueue(work("c", Step(needs=(CARDS,)), at=now, queue="cards"), now=now + 2.0)
        copy.enqueue(work("l", Step(needs=(LOANS,)), at=now + 2.0, queue="loans"), now=now + 2.0)
        assert pairs(copy.available(ANN, idle_since=now + 3.0, now=now + 3.0)) == [("l", "ann")]


def test_a_local_agent_is_preferred_at_a_cost() -> None:
    matcher = Matcher(Policy(explain=2, look=1))
    for number in range(5):
        agent = AgentId(f"far{number}")
        matcher.log_on(agent, {LOANS.skill: 3}, site="west", now=0.0)
        matcher.available(agent, idle_since=float(number), now=10.0)
    matcher.log_on(ANN, {LOANS.skill: 3}, site="east", now=0.0)
    matcher.available(ANN, idle_since=6.0, now=10.0)
    (match,) = matcher.enqueue(work("w1", site="east"), now=20.0)
    assert (match.agent, match.rule) == (ANN, "local")
    matcher.available(ANN, idle_since=30.0, now=30.0)
    (match,) = matcher.enqueue(work("w2", site="east"), now=40.0)
    assert match.agent == "far0"
    assert [(other.agent, other.reason) for other in match.candidates] == [(ANN, "less_idle")]


def test_without_explanation_a_choice_is_named_but_not_taken_apart() -> None:
    matcher = with_agents(ann={LOANS.skill: 1}, bo={LOANS.skill: 5})
    matcher.available(ANN, idle_since=0.0, now=10.0)
    matcher.available(BO, idle_since=5.0, now=10.0)
    (match,) = matcher.enqueue(work("w", at=10.0), now=10.0)
    assert (match.agent, match.rule, match.candidates, match.overtaken) == (BO, "least_cost", (), ())


@pytest.mark.parametrize("level", [-1, 0, 1, 3, 5, 9])
def test_the_sums_that_decide_are_those_that_explain(level: int) -> None:
    matcher = with_agents(Policy(explain=9), ann={LOANS.skill: level, CARDS.skill: 2}, bo={LOANS.skill: 3})
    steps = (Step(needs=(Need(LOANS.skill, -1),)),)
    matcher.available(ANN, idle_since=3.0, now=10.0)
    matcher.available(BO, idle_since=4.0, now=10.0)
    scales: Scales = matcher._scales
    line = matcher._line
    route = line.route(steps, "voice")
    members = list(matcher._pool.free.values())
    best, cost, longest = scales.cheapest(members, work("w", *steps), route, 20.0)
    costs = {member.id: scales.cost(member, work("w", *steps), route, 20.0) for member in members}
    assert cost == pytest.approx(min(costs.values()))
    assert costs[best.id] == pytest.approx(cost)
    assert longest.id == ANN


# ---- which work ----


def test_a_freed_agent_takes_the_tier_then_the_priority_then_the_least_slack() -> None:
    matcher = with_agents(ann={LOANS.skill: 3})
    for waiting in (
        work("old", at=0.0),
        work("new", at=5.0, queue="short", target_s=10.0),
        work("pressed", at=8.0, priority=5),
        work("vip", at=9.0, tier=0),
    ):
        matcher.enqueue(waiting, now=9.0)
    assert [work.id for work in matcher.waiting()] == ["vip", "pressed", "old", "new"]
    order = []
    for turn in range(4):
        (match,) = matcher.available(ANN, idle_since=10.0, now=10.0 + turn)
        order.append(match.work.id)
    assert order == ["vip", "pressed", "new", "old"]


def test_late_work_goes_before_what_has_time_but_not_before_what_is_about_to_be_late() -> None:
    matcher = with_agents(Policy(explain=5, late_slack_s=10.0), ann={LOANS.skill: 3})
    for waiting in (
        work("late", at=0.0, queue="a"),
        work("soon", at=25.0, queue="b"),
        work("time", at=39.0, queue="c"),
    ):
        matcher.enqueue(waiting, now=39.0)
    (match,) = matcher.available(ANN, idle_since=40.0, now=40.0)
    assert (match.work.id, match.rule) == ("soon", "in_time")
    (passed,) = match.overtaken
    assert (passed.id, passed.rule, passed.waited_s) == ("late", "in_time", 40.0)
    assert pairs(matcher.available(ANN, idle_since=41.0, now=41.0)) == [("late", "ann")]


def test_all_that_were_passed_over_are_named() -> None:
    matcher = with_agents(Policy(explain=9), ann={LOANS.skill: 3})
    for number in range(3):
        matcher.enqueue(work(f"a{number}", at=float(number), queue="a", target_s=300.0), now=9.0)
    matcher.enqueue(work("b", at=8.0, queue="b"), now=9.0)
    (match,) = matcher.available(ANN, idle_since=9.0, now=9.0)
    assert match.work.id == "b"
    assert [(other.id, other.rule) for other in match.overtaken] == [
        ("a0", "least_slack"),
        ("a1", "least_slack"),
        ("a2", "least_slack"),
    ]


def test_work_whose_next_agent_is_far_goes_first() -> None:
    rare, common = Step(needs=(LOANS,)), Step(needs=(CARDS,))
    matcher = with_agents(
        Policy(explain=5), ann={LOANS.skill: 3, CARDS.skill: 3}, **{f"b{n}": {CARDS.skill: 3} for n in range(20)}
    )
    for number in range(100):
        matcher.available(AgentId(f"b{number % 20}"), idle_since=float(number), now=float(number))
        matcher.unavailable(AgentId(f"b{number % 20}"))
    matcher.enqueue(work("common", common, at=100.0, queue="cards"), now=101.0)
    matcher.enqueue(work("rare", rare, at=101.0, queue="loans"), now=101.0)
    (match,) = matcher.available(ANN, idle_since=102.0, now=102.0)
    assert (match.work.id, match.rule) == ("rare", "next_agent_far")


def test_within_a_queue_nobody_is_overtaken_however_he_came_to_wait() -> None:
    """The same queue from two sites: the local one has the edge, but not over one of its own queue that is older."""
    matcher = Matcher(Policy(cross_site_s=100.0))
    matcher.log_on(ANN, {LOANS.skill: 3}, site="east", now=0.0)
    matcher.enqueue(work("west", at=0.0, site="west"), now=5.0)
    matcher.enqueue(work("east", at=1.0, site="east"), now=5.0)
    assert pairs(matcher.available(ANN, idle_since=5.0, now=5.0)) == [("west", "ann")]


# ---- steps ----

WIDENING = (Step(needs=(Need(LOANS.skill, 4),)), Step(needs=(LOANS,), from_s=5.0), Step(needs=(), from_s=10.0))


def test_steps_come_in_their_time() -> None:
    matcher = with_agents(ann={LOANS.skill: 4}, bo={LOANS.skill: 2}, cy={})
    matcher.available(BO, idle_since=0.0, now=0.0)
    matcher.available(CY, idle_since=0.0, now=0.0)
    assert matcher.enqueue(work("w", *WIDENING, at=1.0), now=1.0) == []
    assert matcher.wake_at() == 6.0
    assert matcher.tick(now=5.9) == []
    (match,) = matcher.tick(now=6.0)
    assert (match.agent, match.step, match.skipped) == (BO, 1, ())
    assert matcher.wake_at() is None


def test_time_passes_with_every_event() -> None:
    """Who forgets to tick gets the match with the next event."""
    matcher = with_agents(ann={LOANS.skill: 4}, bo={LOANS.skill: 2})
    matcher.available(BO, idle_since=0.0, now=0.0)
    matcher.enqueue(work("w", *WIDENING), now=0.0)
    assert pairs(matcher.log_on(CY, {}, now=50.0)) == [("w", "bo")]


def test_a_step_that_nobody_meets_is_skipped_also_when_the_last_one_logs_off() -> None:
    matcher = with_agents(ann={LOANS.skill: 4}, bo={LOANS.skill: 2})
    matcher.available(BO, idle_since=0.0, now=0.0)
    assert matcher.enqueue(work("w1", *WIDENING), now=0.0) == []
    (match,) = matcher.log_off(ANN, now=1.0)
    assert (match.agent, match.step, match.skipped) == (BO, 1, (0,))
    matcher.available(BO, idle_since=2.0, now=2.0)
    (match,) = matcher.enqueue(work("w2", *WIDENING, at=2.0), now=2.0)
    assert (match.agent, match.skipped) == (BO, (0,))


def test_other_skills_count_at_once() -> None:
    matcher = with_agents(ann={LOANS.skill: 4}, bo={})
    matcher.available(BO, idle_since=0.0, now=0.0)
    matcher.enqueue(work("w", Step(needs=(LOANS,))), now=1.0)
    assert pairs(matcher.log_on(BO, {LOANS.skill: 1}, now=2.0)) == [("w", "bo")]
    matcher.available(ANN, idle_since=3.0, now=3.0)
    matcher.log_on(ANN, {}, now=3.0)
    assert matcher.enqueue(work("w2", Step(needs=(CARDS,))), now=4.0) == []
    assert matcher.enqueue(work("w3", Step(needs=(LOANS,))), now=4.0) == []
    assert matcher.available_agents == {ANN}


def test_widen() -> None:
    matcher = with_agents(ann={LOANS.skill: 4}, bo={LOANS.skill: 2})
    matcher.available(BO, idle_since=0.0, now=0.0)
    matcher.enqueue(work("w", *WIDENING), now=0.0)
    assert matcher.widen(WorkId("w"), 0, now=1.0) == []
    assert pairs(matcher.widen(WorkId("w"), 1, now=1.0)) == [("w", "bo")]
    assert matcher.widen(WorkId("w"), 1, now=1.0) == []


def test_what_was_widened_is_found_after_a_restore_too() -> None:
    matcher = with_agents(ann={LOANS.skill: 4}, bo={LOANS.skill: 2})
    matcher.enqueue(work("first", *WIDENING, at=0.0), now=1.0)
    matcher.enqueue(work("hurried", *WIDENING, at=1.0), now=1.0)
    assert matcher.widen(WorkId("hurried"), 1, now=1.0) == []
    restored = Matcher.restore(matcher.snapshot())
    for copy in (matcher, restored):
        assert copy.step_of(WorkId("hurried")) == 1
        assert pairs(copy.available(BO, idle_since=2.0, now=2.0)) == [("hurried", "bo")]


def test_a_person_is_waited_for_and_others_step_in_after_a_while() -> None:
    sticky = (Step(needs=(LOANS,), only=ANN), Step(needs=(LOANS,), from_s=15.0))
    matcher = with_agents(ann={LOANS.skill: 3}, bo={LOANS.skill: 3})
    matcher.available(BO, idle_since=0.0, now=0.0)
    matcher.enqueue(work("w1", *sticky), now=0.0)
    (match,) = matcher.available(ANN, idle_since=1.0, now=1.0)
    assert (match.agent, match.rule, match.step) == (ANN, "person", 0)
    matcher.enqueue(work("w2", *sticky, at=2.0), now=2.0)
    (match,) = matcher.tick(now=17.0)
    assert (match.agent, match.rule, match.step) == (BO, "only_agent", 1)
    matcher.available(BO, idle_since=20.0, now=20.0)
    matcher.enqueue(work("w3", *sticky, at=20.0), now=20.0)
    assert pairs(matcher.log_off(ANN, now=21.0)) == [("w3", "bo")]


def test_work_for_one_person_leaves_nothing_behind() -> None:
    matcher = with_agents(ann={}, bo={})
    before = len(matcher.snapshot())
    for number in range(300):
        only = Step(needs=(), only=(ANN, AgentId(f"gone{number}"))[number % 2])
        matcher.enqueue(work(f"w{number}", only, at=float(number)), now=float(number))
    assert len(matcher.available(ANN, idle_since=300.0, now=300.0)) == 1
    for waiting in matcher.waiting():
        matcher.withdraw(waiting.id)
    assert len(matcher.snapshot()) < before + 100


# ---- kinds ----


def test_work_of_another_kind_is_for_who_can_take_it() -> None:
    matcher = with_agents(ann={LOANS.skill: 3}, bo={LOANS.skill: 3})
    matcher.available(ANN, idle_since=0.0, now=0.0)
    assert matcher.enqueue(work("ticket", kind="task"), now=1.0) == []
    assert pairs(matcher.available(BO, idle_since=2.0, kinds=BOTH, now=2.0)) == [("ticket", "bo")]
    assert matcher.enqueue(work("t2", kind="task"), now=3.0) == []
    assert pairs(matcher.available(ANN, idle_since=0.0, kinds=BOTH, now=4.0)) == [("t2", "ann")]


# ---- bad input ----


def test_who_waits_cannot_wait_again_and_who_is_not_there_cannot_be_available() -> None:
    matcher = with_agents(ann={})
    matcher.enqueue(work("w"), now=0.0)
    with pytest.raises(WrongState):
        matcher.enqueue(work("w"), now=0.0)
    with pytest.raises(WrongState):
        matcher.available(BO, idle_since=0.0, now=0.0)
    with pytest.raises(WrongState):
        matcher.step_of(WorkId("other"))
    with pytest.raises(BadRequest):
        matcher.enqueue(Work(id=WorkId("x"), queue=QueueId("q"), queued_at=0.0, steps=()), now=0.0)
    assert not matcher.withdraw(WorkId("other"))
    assert not matcher.unavailable(BO)
    assert matcher.place(WorkId("other")) is None
    assert matcher.why_not(WorkId("other"), now=0.0) is None


def test_a_clock_that_goes_back_makes_no_time_negative_and_takes_no_step_back() -> None:
    matcher = with_agents(ann={LOANS.skill: 4}, bo={LOANS.skill: 2})
    matcher.enqueue(work("w", *WIDENING, at=100.0), now=106.0)
    assert matcher.step_of(WorkId("w")) == 1
    (match,) = matcher.available(BO, idle_since=106.0, now=3.0)
    assert (match.waited_s, match.idle_s) == (0.0, 0.0)


def test_ten_thousand_queues() -> None:
    matcher = with_agents(None, **{f"agent{n}": {f"skill{n % 500}": 3, f"skill{n % 499}": 2} for n in range(1000)})
    for number in range(10_000):
        needs = (Need(f"skill{number % 500}", 1 + number % 3), Need(f"skill{(number * 7) % 499}"))
        matcher.enqueue(work(f"w{number}", Step(needs=needs), Step(needs=needs[:1], from_s=5.0)), now=0.0)
    matcher.tick(now=5.0)
    for number in range(1000):
        matcher.available(AgentId(f"agent{number}"), idle_since=6.0, now=6.0)
    assert len(matcher.waiting()) == 9_000


# ---- questions ----


def test_counts() -> None:
    matcher = with_agents(ann={LOANS.skill: 4}, bo={LOANS.skill: 2}, cy={CARDS.skill: 3})
    assert [matcher.logged_on(needs) for needs in ((LOANS,), (Need(LOANS.skill, 3),), (), (LOANS, CARDS))] == [
        2,
        1,
        3,
        0,
    ]
    matcher.enqueue(work("loans", at=0.0), now=3.0)
    matcher.enqueue(work("cards", Step(needs=(CARDS,)), at=1.0), now=3.0)
    matcher.enqueue(work("again", at=2.0), now=3.0)
    assert [matcher.ahead(WorkId(name)) for name in ("loans", "cards", "again")] == [0, 0, 1]
    assert matcher.logged_on((LOANS,)) == 2


def test_why_not() -> None:
    matcher = with_agents(ann={LOANS.skill: 4}, bo={LOANS.skill: 2}, cy={})
    name = WorkId("w")
    matcher.enqueue(work("before", Step(needs=(LOANS,)), at=0.0), now=1.0)
    matcher.enqueue(work("w", *WIDENING, at=1.0), now=1.0)

    def change() -> Change:
        why = matcher.why_not(name, now=2.0, not_ready=not_ready)
        assert why is not None
        return why.change

    not_ready: set[AgentId] = set()
    why = matcher.why_not(name, now=2.0)
    assert why is not None
    assert (why.place, why.step, why.next_step_in_s, why.logged_on, why.free, why.ahead) == (2, 0, 4.0, 1, 0, 1)
    assert change() == Change(kind="none")
    matcher.available(CY, idle_since=2.0, now=2.0)
    assert change() == Change(kind="next_step", agent=CY, in_s=9.0)
    not_ready = {ANN, CY}
    assert change().kind == "next_step", "whom Ann would take first stands before it"
    matcher.withdraw(WorkId("before"))
    assert change() == Change(kind="agent_ready", agent=ANN)

    only_step = with_agents(ann={LOANS.skill: 5}, bo={LOANS.skill: 2}, cy={})
    for agent in (BO, CY):
        only_step.available(agent, idle_since=0.0, now=0.0)
    need = Need(LOANS.skill, 4)
    only_step.enqueue(work("w", Step(needs=(need,))), now=1.0)
    lowered = only_step.why_not(name, now=1.0)
    assert lowered is not None
    assert lowered.change == Change(kind="lower_need", agent=BO, need=need, to=2)


# ---- snapshot ----


def test_equally_idle_agents_keep_their_turns_over_a_restore() -> None:
    matcher = with_agents(ann={LOANS.skill: 3}, bo={LOANS.skill: 3})
    matcher.available(BO, idle_since=0.0, now=0.0)
    restored = Matcher.restore(matcher.snapshot())
    for copy in (matcher, restored):
        copy.available(ANN, idle_since=0.0, now=0.0)
        assert pairs(copy.enqueue(work("w"), now=1.0)) == [("w", "bo")]


@pytest.mark.parametrize("data", [b"", b"\x00", b"{}", Matcher().snapshot()[:-3]])
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(BadRequest):
        Matcher.restore(data)


_SCRIPT = """
import random
from tandem.cti.model.skills import Need
from tandem.routing.core.acd.matcher import Matcher, Policy
from tandem.routing.core.acd.work import Step, Work
chance = random.Random(7)
matcher, found = Matcher(Policy(explain=3)), []
skills = [f"skill:{n}" for n in range(8)]
for n in range(60):
    matcher.log_on(f"a{n}", {skill: chance.randint(1, 5) for skill in chance.sample(skills, 3)}, now=0.0)
for n in range(3000):
    now = n * 0.3
    found += matcher.available(f"a{chance.randrange(60)}", idle_since=now, now=now)
    need = Need(chance.choice(skills), 2)
    steps = (Step(needs=(need,)), Step(needs=(), from_s=9.0))
    found += matcher.enqueue(
        Work(id=f"w{n}", queue=need.skill, queued_at=now, steps=steps, tier=chance.randrange(3)), now=now
    )
print(
    "\\n".join(f"{m.work.id} {m.agent} {m.cost.hex()} {m.rule} {m.candidates} {m.overtaken}" for m in found)
)
"""


def test_the_same_inputs_give_the_same_matches_whatever_the_hashes() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", _SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0].count("\n") > 1000
    assert outputs[0] == outputs[1]
