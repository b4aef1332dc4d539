from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.ids import QueueId
from tandem.routing.core.overflow import LOOK_S, Situation, due, first_due, next_look_s
from tandem.routing.core.plan import Action, OverflowRule

CALLBACK = Action(kind="callback")
LOANS, OPERATOR = QueueId("loans"), QueueId("operator")


def situation(waited_s: float = 0.0, predicted_s: float | None = 10.0, ready: int = 5, waiting: int = 1) -> Situation:
    return Situation(waited_s=waited_s, predicted_s=predicted_s, ready=ready, waiting=waiting, visited={LOANS})


@pytest.mark.parametrize(
    ("rule", "now", "holds"),
    [
        (OverflowRule(action=CALLBACK, waited_over_s=60.0), situation(waited_s=59.9), False),
        (OverflowRule(action=CALLBACK, waited_over_s=60.0), situation(waited_s=60.0), True),
        (OverflowRule(action=CALLBACK, predicted_over_s=60.0), situation(predicted_s=60.0), False),
        (OverflowRule(action=CALLBACK, predicted_over_s=60.0), situation(predicted_s=60.1), True),
        (OverflowRule(action=CALLBACK, predicted_over_s=60.0), situation(predicted_s=None), True),
        (OverflowRule(action=CALLBACK, ready_below=2), situation(ready=2), False),
        (OverflowRule(action=CALLBACK, ready_below=2), situation(ready=1), True),
        (OverflowRule(action=CALLBACK, waiting_over=3), situation(waiting=3), False),
        (OverflowRule(action=CALLBACK, waiting_over=3), situation(waiting=4), True),
        (OverflowRule(action=CALLBACK, waited_over_s=9.0, ready_below=2), situation(waited_s=9.0), False),
    ],
)
def test_all_conditions_must_hold(rule: OverflowRule, now: Situation, holds: bool) -> None:
    assert due(rule, now) is holds


def test_the_first_one_due_acts_and_only_once() -> None:
    rules = (
        OverflowRule(action=CALLBACK, waited_over_s=60.0),
        OverflowRule(action=CALLBACK, waited_over_s=10.0),
        OverflowRule(action=CALLBACK, waited_over_s=5.0),
    )
    assert first_due(rules, situation(waited_s=20.0), ()) == 1
    assert first_due(rules, situation(waited_s=20.0), {1}) == 2
    assert first_due(rules, situation(waited_s=20.0), {1, 2}) is None


def test_nobody_is_sent_back() -> None:
    rules = (OverflowRule(action=Action(kind="queue", to="loans"), waited_over_s=1.0),)
    assert first_due(rules, situation(waited_s=20.0), ()) is None
    assert next_look_s(rules, situation(waited_s=20.0), ()) is None


def test_the_next_look_comes_with_the_clock_and_never_at_once() -> None:
    rules = (OverflowRule(action=CALLBACK, waited_over_s=60.0), OverflowRule(action=CALLBACK, waited_over_s=90.0))
    assert next_look_s(rules, situation(waited_s=20.0), ()) == 40.0
    assert next_look_s(rules, situation(waited_s=20.0), {0}) == 70.0
    assert next_look_s(rules, situation(waited_s=60.0), ()) == LOOK_S
    assert next_look_s((), situation(), ()) is None


_RULES = st.lists(
    st.builds(
        OverflowRule,
        action=st.sampled_from(["a", "b", "c"]).map(lambda to: Action(kind="queue", to=to)),
        waited_over_s=st.none() | st.sampled_from([0.0, 5.0, 60.0]),
        ready_below=st.none() | st.integers(1, 3),
    ),
    max_size=4,
).map(tuple)


@given(plan=st.fixed_dictionaries({QueueId(name): _RULES for name in "abc"}), start=st.sampled_from("abc"))
def test_however_queues_lead_to_each_other_it_comes_to_an_end(
    plan: dict[QueueId, tuple[OverflowRule, ...]], start: str
) -> None:
    queue, visited, acted = QueueId(start), {QueueId(start)}, set[int]()
    for moves in range(4):
        now = Situation(waited_s=99.0, predicted_s=None, ready=0, waiting=9, visited=visited)
        number = first_due(plan[queue], now, acted)
        if number is None:
            assert next_look_s(plan[queue], now, acted) is None
            return
        queue, acted = QueueId(plan[queue][number].action.to), set()
        assert queue not in visited
        visited.add(queue)
        assert moves < 3


@given(rules=_RULES, waited_s=st.floats(0, 120), ready=st.integers(0, 4))
def test_no_rule_comes_due_by_the_clock_before_the_next_look(
    rules: tuple[OverflowRule, ...], waited_s: float, ready: int
) -> None:
    def then(seconds: float) -> Situation:
        return Situation(waited_s=waited_s + seconds, predicted_s=None, ready=ready, waiting=1)

    if first_due(rules, then(0.0), ()) is not None:
        return
    look = next_look_s(rules, then(0.0), ())
    early = (look if look is not None else 1e6) - LOOK_S - 0.001
    if early > 0:
        assert first_due(rules, then(early), ()) is None
