from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tandem.cti.model.skills import Need, Needs, unmet
from tandem.routing.core.acd.work import Step
from tandem.routing.core.plan import StepPlan
from tandem.routing.core.steps import LANGUAGE, steps_of

ZH, LOANS, VIP = Need("language:zh", 3), Need("product:loans", 2), Need("vip", 1)
ANYONE = StepPlan(needs=(), after_s=30.0)


def test_each_step_asks_for_both() -> None:
    steps = (StepPlan(needs=(LOANS,)), StepPlan(needs=(Need("product:loans", 1),), after_s=10.0))
    assert steps_of(steps, (ZH,)) == (
        Step(needs=(ZH, LOANS)),
        Step(needs=(ZH, Need("product:loans", 1)), from_s=10.0),
    )


def test_the_higher_level_counts() -> None:
    (step,) = steps_of((StepPlan(needs=(Need("language:zh", 5), LOANS)),), (ZH, Need("product:loans", 4)))
    assert step.needs == (Need("language:zh", 5), Need("product:loans", 4))


def test_anyone_still_speaks_the_language() -> None:
    assert steps_of((StepPlan(needs=(LOANS,)), ANYONE), (ZH, VIP))[1] == Step(needs=(ZH,), from_s=30.0)


def test_a_queue_for_anyone_asks_for_what_the_call_needs() -> None:
    assert steps_of((StepPlan(needs=()),), (ZH, VIP)) == (Step(needs=(ZH, VIP)),)


def test_equal_input_gives_the_same_tuple() -> None:
    one = steps_of((StepPlan(needs=(LOANS,)), ANYONE), (ZH,))
    assert steps_of((StepPlan(needs=(Need("product:loans", 2),)), ANYONE), (Need("language:zh", 3),)) is one


_NEEDS = st.lists(
    st.builds(
        Need, st.sampled_from(["language:zh", "language:en", "product:a", "product:b", "vip"]), st.integers(1, 5)
    ),
    max_size=4,
    unique_by=lambda need: need.skill,
).map(tuple)


@given(
    steps=st.lists(_NEEDS, min_size=1, max_size=4),
    own=_NEEDS,
    skills=st.dictionaries(
        st.sampled_from(["language:zh", "language:en", "product:a", "product:b", "vip"]), st.integers(1, 5)
    ),
)
def test_who_meets_a_step_meets_the_queue_and_speaks_the_language(
    steps: list[Needs], own: Needs, skills: dict[str, int]
) -> None:
    plans = tuple(StepPlan(needs=needs, after_s=float(number)) for number, needs in enumerate(steps))
    for plan, step in zip(plans, steps_of(plans, own), strict=True):
        if unmet(step.needs, skills) is None:
            assert unmet(plan.needs, skills) is None
            assert unmet(tuple(need for need in own if need.skill.startswith(LANGUAGE)), skills) is None
