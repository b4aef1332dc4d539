"""Any plan is written and read back as it was; any text at all is either a plan or a list of problems."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.unit.routing.plans import GOOD

from tandem.cti.model.hours import WeeklyHours
from tandem.cti.model.ids import AgentId, DeviceId, QueueId
from tandem.cti.model.skills import Need
from tandem.routing.core.plan import (
    Action,
    AgentPlan,
    Blending,
    CallbackRule,
    OverflowRule,
    Plan,
    QueuePlan,
    ShiftPlan,
    StepPlan,
    Sticky,
    Tier,
)
from tandem.routing.core.plan_change import difference
from tandem.routing.plan_document.writing import plan_plain, yaml_text
from tandem.routing.plan_file import parse_plan, review_plan, write_plan
from tandem.routing.schema import plan_schema

IDS = st.from_regex(r"[A-Za-z0-9._-]{1,12}", fullmatch=True) | st.sampled_from(
    ["no", "null", "12", "1e3", "0x1f", "y", "."]
)
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufeff"), min_size=1, max_size=40
).filter(lambda text: text.strip() != "")
SKILLS = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,6}(:[A-Za-z0-9_.-]{1,6})?", fullmatch=True).filter(
    lambda skill: skill not in ("and", "anyone")
)
NEEDS = st.lists(st.builds(Need, SKILLS, st.integers(1, 5)), max_size=4, unique_by=lambda need: need.skill).map(
    lambda needs: tuple(sorted(needs))
)
SHARES = st.integers(1, 1000).map(lambda share: share / 1000)
SPANS = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(
    lambda marks: tuple(zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False))
)
SPOKEN = st.dictionaries(st.sampled_from(["zh", "en", "yue"]), TEXTS, min_size=1, max_size=3)


def times(low_s: float, high_s: float) -> st.SearchStrategy[float]:
    """To the millisecond."""
    return st.integers(int(low_s * 1000), int(high_s * 1000)).map(lambda ms: ms / 1000)


ACTIONS = st.one_of(
    st.builds(Action, kind=st.sampled_from(["voicemail", "callback"]), text=st.just({}) | SPOKEN),
    st.builds(Action, kind=st.just("message"), text=SPOKEN),
    st.builds(Action, kind=st.just("queue"), to=IDS, text=st.just({}) | SPOKEN),
    st.builds(Action, kind=st.just("number"), to=st.sampled_from(["+8687165320018", "95533"])),
)
RULES = st.builds(
    OverflowRule,
    action=ACTIONS,
    waited_over_s=times(0, 86_400),
    predicted_over_s=st.none() | times(0, 86_400),
    ready_below=st.none() | st.integers(0, 999),
    waiting_over=st.none() | st.integers(0, 999),
)
STEPS = st.lists(
    st.builds(StepPlan, needs=NEEDS, after_s=times(0, 86_400), predicted_over_s=st.none() | times(1, 86_400)),
    min_size=1,
    max_size=4,
).map(tuple)


QUEUES = st.builds(
    QueuePlan,
    id=st.just(QueueId("x")),
    name_zh=TEXTS,
    name_en=TEXTS,
    priority=st.integers(-1000, 1000),
    target_s=times(0.1, 86_400),
    target_share=SHARES,
    steps=STEPS,
    handle_s=times(1, 86_400),
    kind=st.sampled_from(["voice", "task"]),
    hours=st.just("") | IDS,
    closed=st.none() | ACTIONS,
    closing=st.sampled_from(["serve", "closed"]),
    overflow=st.lists(RULES, max_size=2).map(tuple),
    sticky=st.none()
    | st.builds(
        Sticky,
        prefer=st.sampled_from(["last_agent", "owner"]),
        up_to_s=times(0, 3600),
        within_days=st.integers(1, 3660).map(float),
    ),
    callback=st.builds(
        CallbackRule,
        first=st.sampled_from(["agent", "customer"]),
        attempts=st.integers(1, 20),
        busy_retry_s=times(10, 86_400),
        no_answer_retry_s=times(10, 86_400),
        ring_s=times(5, 120),
        expires_s=times(60, 30 * 86_400),
    ),
    rejoin_within_s=times(0, 86_400),
)
AGENTS = st.builds(
    AgentPlan,
    login=st.just(AgentId("x")),
    skills=st.dictionaries(SKILLS, st.integers(1, 5), max_size=4),
    site=st.just("") | IDS,
    team=st.just("") | IDS,
    shift=st.just("") | IDS,
    tasks=st.integers(0, 50),
    outbound=st.sampled_from([False, True, "only"]),
)
HOURS = st.builds(
    WeeklyHours,
    days=st.dictionaries(st.integers(0, 6), SPANS, max_size=7).map(lambda days: dict(sorted(days.items()))),
    timezone=st.sampled_from(["Asia/Shanghai", "UTC", "America/Argentina/Buenos_Aires"]),
    closed_on=st.frozensets(st.dates(date(2026, 1, 1), date(2026, 1, 31)), max_size=9),
    open_on=st.dictionaries(st.dates(date(2026, 2, 1), date(2026, 2, 28)), SPANS, max_size=3),
)
TIERS = st.lists(
    st.builds(Tier, name=IDS, rank=st.integers(0, 9), priority=st.integers(-1000, 1000)), min_size=1, max_size=4
)


PLANS = st.builds(
    Plan,
    queues=st.dictionaries(IDS, QUEUES, min_size=1, max_size=2).map(
        lambda queues: {QueueId(name): replace(queue, id=QueueId(name)) for name, queue in queues.items()}
    ),
    agents=st.dictionaries(IDS, AGENTS, max_size=2).map(
        lambda agents: {AgentId(login): replace(agent, login=AgentId(login)) for login, agent in agents.items()}
    ),
    hours=st.dictionaries(IDS, HOURS, max_size=1),
    shifts=st.dictionaries(
        IDS, st.builds(ShiftPlan, hours=HOURS, teams=st.lists(IDS, max_size=2).map(tuple)), max_size=2
    ),
    tiers=TIERS.map(lambda tiers: tuple({tier.name: tier for tier in tiers}.values())),
    sites=st.dictionaries(
        IDS, st.frozensets(st.from_regex(r"\+?[0-9]{1,8}", fullmatch=True).map(DeviceId), max_size=2), max_size=1
    ),
    cross_site_s=times(0, 3600),
    blending=st.builds(Blending, yield_below=SHARES, resume_above=SHARES, most=SHARES),
)


@settings(max_examples=60)
@given(plan=PLANS)
def test_what_is_written_is_read_back(plan: Plan) -> None:
    text = write_plan(plan)
    assert parse_plan(text, "p") == plan
    assert write_plan(parse_plan(text, "p")) == text
    assert difference(plan, parse_plan(text, "p")) == []


VALIDATOR = Draft202012Validator(plan_schema())


@settings(max_examples=30)
@given(plan=PLANS)
def test_other_readers_of_yaml_and_of_the_schema_agree(plan: Plan) -> None:
    form = plan_plain(plan)
    read = yaml.safe_load(yaml_text(form))
    assert read == form
    assert list(VALIDATOR.iter_errors(form)) == []
    assert parse_plan(json.dumps(form, ensure_ascii=False), "p") == plan


_LINES = GOOD.splitlines(keepends=True)


@settings(max_examples=150)
@given(
    cuts=st.lists(st.integers(0, len(GOOD)), max_size=3),
    more=st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.text("{}[]:,-# \n\"'0aé>&*!|%@\t\x00", max_size=4)), max_size=4
    ),
)
def test_any_text_is_a_plan_or_has_problems(cuts: list[int], more: list[tuple[int, str]]) -> None:
    text = GOOD
    for at, inserted in more:
        text = text[:at] + inserted + text[at:]
    for at in cuts:
        text = text[:at] + text[at + 7 :]
    review = review_plan(text, "p", logins=("mei", "tom"))
    assert (review.plan is None) is bool(review.errors)
    problems: tuple[Any, ...] = (*review.errors, *review.warnings)
    assert all(1 <= problem.line <= text.count("\n") + 2 and problem.what and problem.fix for problem in problems)
