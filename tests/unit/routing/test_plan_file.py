from __future__ import annotations

from datetime import date

import pytest
from tests.unit.routing.plans import GOOD, errors_of, review

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
    StepPlan,
    Sticky,
    Tier,
)
from tandem.routing.errors import PlanError
from tandem.routing.plan_file import parse_plan, read_plan, write_plan

LOANS, OPERATOR, TICKETS = QueueId("loans"), QueueId("operator"), QueueId("tickets")
MEI, TOM = AgentId("mei"), AgentId("tom")
_OFFICE = ((540, 720), (780, 1080))

PLAN = Plan(
    queues={
        LOANS: QueuePlan(
            id=LOANS,
            name_zh="贷款业务",
            name_en="Loans",
            priority=10,
            target_s=15.0,
            target_share=0.9,
            handle_s=240.0,
            steps=(
                StepPlan(needs=(Need("language:zh", 3), Need("product:loans", 2))),
                StepPlan(needs=(Need("product:loans", 1),), after_s=10.0, predicted_over_s=20.0),
                StepPlan(needs=(), after_s=30.0),
            ),
            hours="office",
            closed=Action(kind="voicemail", text={"zh": "请留言", "en": "Leave a message"}),
            closing="closed",
            overflow=(
                OverflowRule(action=Action(kind="callback"), waited_over_s=60.0, ready_below=2),
                OverflowRule(action=Action(kind="queue", to="operator"), predicted_over_s=300.0, waiting_over=3),
            ),
            sticky=Sticky(prefer="owner", up_to_s=20.0, within_days=7.0),
            callback=CallbackRule(
                first="customer",
                attempts=5,
                busy_retry_s=60.0,
                no_answer_retry_s=3600.0,
                ring_s=20.0,
                expires_s=172_800.0,
            ),
            rejoin_within_s=600.0,
        ),
        OPERATOR: QueuePlan(id=OPERATOR, name_zh="Operator", name_en="Operator"),
        TICKETS: QueuePlan(
            id=TICKETS,
            name_zh="Tickets",
            name_en="Tickets",
            kind="task",
            steps=(StepPlan(needs=(Need("product:loans", 2),)),),
        ),
    },
    agents={
        MEI: AgentPlan(
            login=MEI,
            skills={"language:zh": 5, "product:loans": 2},
            site="kunming",
            team="loans",
            tasks=2,
            outbound=True,
        ),
        TOM: AgentPlan(login=TOM, skills={"language:en": 5, "product:loans": 1}),
    },
    hours={
        "office": WeeklyHours(
            days={**dict.fromkeys(range(5), _OFFICE), 5: ((600, 960),)},
            closed_on=frozenset({date(2026, 5, 1), *(date(2026, 10, day) for day in range(1, 8))}),
            open_on={date(2026, 10, 10): ((540, 1080),)},
        )
    },
    tiers=(
        Tier(name="vip", rank=0, priority=30),
        Tier(name="gold", rank=1),
        Tier(name="standard", rank=2),
    ),
    sites={"kunming": frozenset({DeviceId("95533"), DeviceId("+8687165320018")})},
    cross_site_s=5.0,
    blending=Blending(yield_below=0.75, resume_above=0.85, most=0.5),
)


def test_every_word_is_understood() -> None:
    assert read_plan(GOOD, "plan.yaml") == PLAN
    assert review(GOOD).warnings == ()


def test_what_is_written_is_read_back() -> None:
    text = write_plan(PLAN)
    assert read_plan(text, "plan.yaml") == PLAN
    assert write_plan(read_plan(text, "plan.yaml")) == text
    assert "      - {after: 10 s, or_predicted_over: 20 s, needs: product:loans>=1}\n" in text
    assert "mon-fri: 09:00-12:00 13:00-18:00" in text


def test_who_works_for_campaigns_alone_is_written_and_read_back() -> None:
    plan = read_plan(GOOD.replace("outbound: true", "outbound: only"), "plan.yaml")
    assert plan.agents[MEI].outbound == "only"
    assert read_plan(write_plan(plan), "plan.yaml") == plan


def test_public_holidays_are_written_and_read_back() -> None:
    plan = read_plan(GOOD.replace("closed: [", "holidays: DE-BY\n    closed: ["), "plan.yaml")
    assert plan.hours["office"].holidays == "DE-BY"
    assert "holidays: DE-BY" in write_plan(plan)
    assert read_plan(write_plan(plan), "plan.yaml") == plan


def test_defaults_need_not_be_written_and_are_not() -> None:
    plan = read_plan("{format: 1, queues: {a: {name: A}}}", "p")
    assert plan == Plan(queues={QueueId("a"): QueuePlan(id=QueueId("a"), name_zh="A", name_en="A")})
    assert write_plan(plan) == "format: 1\nqueues:\n  a:\n    name: A\n    target: 80% in 20 s\n    steps: [anyone]\n"


def test_json_is_a_plan_too() -> None:
    text = (
        '{"format": 1, "queues": {"a": {"name": {"zh": "甲", "en": "A"}, "steps": ["x>=2", {"after": "1 min", "needs": '
    )
    text += '"anyone"}]}}, "agents": {"mei": {"skills": {"x": 3}}}}'
    assert [step.after_s for step in read_plan(text, "p").queues[QueueId("a")].steps] == [0.0, 60.0]


FAULTS = [
    ("priority: 10", "priority: high", "wrong_type", 5, "queue loans"),
    ("priority: 10", "prioriti: 10", "unknown_field", 5, "queue loans"),
    ("90% in 15 s", "90 in 15", "bad_target", 6, "queue loans"),
    ("90% in 15 s", "190% in 15 s", "bad_target", 6, "queue loans"),
    ("handle: 4 min", "handle: 4", "bad_time", 7, "queue loans"),
    ("handle: 4 min", "handle: 4 minutes", "bad_time", 7, "queue loans"),
    ("handle: 4 min", "handle: 9 d", "out_of_range", 7, "queue loans"),
    ("zh>=3 and", "zh>3 and", "bad_needs", 9, "queue loans"),
    ("zh>=3 and", "zh>=7 and", "bad_needs", 9, "queue loans"),
    ("or_predicted_over: 20 s", "or_predicted_over: soon", "bad_time", 10, "queue loans"),
    ("{after: 30 s, needs: anyone}", "{after: 30 s}", "missing_field", 11, "queue loans"),
    ("do: voicemail,", "do: voice_mail,", "unknown_word", 13, "queue loans"),
    ("closing: closed", "closing: never", "unknown_word", 14, "queue loans"),
    ("waited > 60 s and ready < 2", "waited >= 60 s", "bad_condition", 16, "queue loans"),
    ("waited > 60 s and ready < 2", "waited > 60 s and waited > 9 s", "bad_condition", 16, "queue loans"),
    ("do: callback}", "do: message}", "missing_field", 16, "queue loans"),
    ("do: callback}", "do: callback, to: operator}", "unknown_field", 16, "queue loans"),
    ("do: queue, to: operator", "do: queue", "missing_field", 17, "queue loans"),
    ("do: queue, to: operator", "do: number, to: bank", "bad_number", 17, "queue loans"),
    ("attempts: 5", "attempts: 0", "out_of_range", 19, "queue loans"),
    ("name: Operator", "name: {zh: 总台}", "missing_name", 22, "queue operator"),
    ("  tickets:", "  tickets !:", "bad_key", 23, "queue tickets !"),
    ("product:loans: 2}, site", "product:loans: 6}, site", "out_of_range", 28, "agent mei"),
    ("outbound: true", "outbound: yes", "wrong_type", 28, "agent mei"),
    ("09:00-12:00", "9-12", "bad_hours", 33, "hours office"),
    ("09:00-12:00", "09:00-12:60", "bad_hours", 33, "hours office"),
    ("09:00-12:00", "09:00-13:30", "bad_hours", 33, "hours office"),
    ("10:00-16:00", "22:00-06:00", "bad_hours", 33, "hours office"),
    ("sat: 10", "fri: 10", "duplicate_day", 33, "hours office"),
    ("sat: 10", "saturday: 10", "bad_key", 33, "hours office"),
    ("2026-05-01", "2026-02-30", "bad_date", 34, "hours office"),
    ("2026-10-01..2026-10-07", "2026-10-07..2026-10-01", "bad_date", 34, "hours office"),
    ("{2026-10-10: 09", "{2026-13-10: 09", "bad_date", 35, "hours office"),
    ("closed: [", "holidays: XX\n    closed: [", "unknown_region", 34, "hours office"),
    ("closed: [", "holidays: china\n    closed: [", "bad_text", 34, "hours office"),
    ("rank: 1", "rank: first", "wrong_type", 38, "tier gold"),
    ("95533", "bank", "bad_number", 41, "site kunming"),
    ("75%", "0.75", "bad_share", 43, ""),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "part"), FAULTS)
def test_what_cannot_be_read(old: str, new: str, code: str, line: int, part: str) -> None:
    assert (code, line, part) in errors_of(GOOD.replace(old, new, 1))


def test_every_fault_is_told_at_once() -> None:
    text = GOOD.replace("priority: 10", "priority: high").replace("rank: 1", "rank: one").replace("75%", "x")
    with pytest.raises(PlanError) as refused:
        read_plan(text, "plan.yaml")
    assert [problem.line for problem in refused.value.problems] == [5, 38, 43]
    assert str(refused.value).startswith('plan.yaml:5: queue loans: "high" stands where a whole number belongs.')


@pytest.mark.parametrize("text", ["", "[]", "format: 1", "format: 2\nqueues: {a: {name: A}}", "format: 1\nqueues: {}"])
def test_what_is_no_plan_at_all(text: str) -> None:
    with pytest.raises(PlanError):
        parse_plan(text, "p")


def test_a_stored_plan_keeps_an_escaped_control_character_and_a_new_one_is_refused() -> None:
    text = GOOD.replace("en: Loans", 'en: "Loans\\0"', 1)
    assert text != GOOD
    assert parse_plan(text, "p").queues[LOANS].name_en == "Loans\0"
    assert read_plan(text, "p", stored=True) == parse_plan(text, "p")
    with pytest.raises(PlanError, match=r"U\+0000"):
        read_plan(text, "p")


def test_a_stored_plan_is_read_though_it_would_not_be_applied_today() -> None:
    text = GOOD.replace("to: operator", "to: nowhere")
    assert parse_plan(text, "p").queues[LOANS].overflow[1].action.to == "nowhere"
    with pytest.raises(PlanError, match="no queue"):
        read_plan(text, "p")
