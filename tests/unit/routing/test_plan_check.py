from __future__ import annotations

from collections import Counter

import pytest
from tests.unit.routing.plans import GOOD, SHIFTS, errors_of, review, warnings_of

from tandem.cti.model.ids import AgentId, QueueId
from tandem.cti.model.skills import Need
from tandem.routing.core.plan import Action, AgentPlan, OverflowRule, Plan, QueuePlan, StepPlan
from tandem.routing.core.plan_check import MAX_LOOPS, check_plan

FIRST = "- language:zh>=3 and product:loans>=2"
ERRORS = [
    ("hours: office", "hours: offise", "unknown_hours", 12, "queue loans"),
    ("to: operator", "to: operater", "unknown_queue", 17, "queue loans"),
    ("to: operator", "to: loans", "overflow_loop", 3, "queue loans"),
    ("to: operator", "to: tickets", "other_kind", 17, "queue loans"),
    (FIRST, "- language:zh>=3 and product:loan>=2", "unknown_skill", 9, "queue loans"),
    (FIRST, "- {after: 5 s, needs: product:loans>=2}", "first_step_waits", 9, "queue loans"),
    ("{after: 30 s, needs: anyone}", "{after: 10 s, needs: anyone}", "steps_not_ascending", 11, "queue loans"),
    (FIRST, "- product:loans", "step_adds_nobody", 10, "queue loans"),
    (FIRST, "- anyone", "step_adds_nobody", 10, "queue loans"),
    ("product:loans}", "anyone}", "step_adds_nobody", 11, "queue loans"),
    ("ready < 2", "ready < 0", "never_due", 16, "queue loans"),
    ("[product:loans>=2]", "[product:loans>=3]", "nobody_serves", 26, "queue tickets"),
    ("site: kunming", "site: kunmin", "unknown_site", 28, "agent mei"),
    ("Asia/Shanghai", "Asia/Kunming", "unknown_timezone", 32, "hours office"),
    ("2026-05-01", "2026-10-10", "closed_and_open", 34, "hours office"),
    ("rank: 1", "rank: 0", "same_rank", 38, "tier gold"),
    ("cross_site", "  shanghai: [95533]\ncross_site", "number_twice", 42, "site shanghai"),
    ("resume_above: 85%", "resume_above: 70%", "blending", 43, ""),
    (
        "kind: task",
        "kind: task\n    closed: {do: voicemail}",
        "not_for_tasks",
        26,
        "queue tickets",
    ),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "part"), ERRORS)
def test_what_makes_no_sense(old: str, new: str, code: str, line: int, part: str) -> None:
    assert (code, line, part) in errors_of(GOOD.replace(old, new, 1))


def test_hours_that_never_open() -> None:
    text = GOOD.replace("{mon-fri: 09:00-12:00 13:00-18:00, sat: 10:00-16:00}", "{}")
    assert errors_of(text) == []
    assert errors_of(text.replace("open: {2026-10-10: 09:00-18:00}", "open: {}")) == [
        ("never_open", 33, "hours office")
    ]


WARNINGS = [
    (FIRST, "- language:zh>=3 and language:en", "step_never_matches", 9, "queue loans"),
    ("needs: product:loans}", "needs: language:zh>=2}", "step_adds_no_agent", 10, "queue loans"),
    ("{language:en: 5, product:loans: 1}", "{}", "agent_without_skills", 29, "agent tom"),
    ("  tom:", "  tomm:", "unknown_agent", 29, "agent tomm"),
    (
        "    closed: {do: voicemail, text: {zh: 请留言, en: Leave a message}}\n",
        "",
        "closed_without_action",
        12,
        "queue loans",
    ),
    (", en: Leave a message", "", "missing_text", 13, "queue loans"),
    ("hours: office\n", "rejoin_within: 1 s\n", "unused_hours", 30, "hours office"),
    ("  gold:", "  silver:", "unknown_tier", 38, "tier silver"),
    ("  gold: {rank: 1}\n", "", "missing_tier", 36, ""),
    ("cross_site", "  shanghai: [95534]\ncross_site", "site_without_agents", 42, "site shanghai"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "part"), WARNINGS)
def test_what_works_but_was_hardly_meant(old: str, new: str, code: str, line: int, part: str) -> None:
    text = GOOD.replace(old, new, 1)
    if code == "unused_hours":
        text = text.replace("    rejoin_within: 10 min\n", "")
    assert (code, line, part) in warnings_of(text)


WORKED = GOOD.replace("product:loans: 1}}", "product:loans: 1}, shift: night}") + SHIFTS


def test_a_plan_with_shifts_is_in_order() -> None:
    assert errors_of(WORKED) == []
    assert warnings_of(WORKED) == []


SHIFT_ERRORS = [
    ("shift: night", "shift: nigth", "unknown_shift", 29, "agent tom"),
    ("22:00-24:00, fri", "22:00-06:00, fri", "bad_hours", 48, "shift night"),
    ("Europe/Berlin", "Europe/Berlim", "unknown_timezone", 47, "shift night"),
    ("Berlin\n", "Berlin\n    teams: [cards, loans]\n", "team_twice", 48, "shift night"),
    ("mon-fri: 09:00-12:00 13:00-18:00}, teams", "}, teams", "never_open", 45, "shift day"),
    ("teams: [loans]", "teams: loans", "wrong_type", 45, "shift day"),
    ("teams: [loans]", "team: [loans]", "unknown_field", 45, "shift day"),
]
SHIFT_WARNINGS = [
    ("teams: [loans]", "teams: [loan]", "unknown_team", 45, "shift day"),
    (", teams: [loans]", "", "unused_shift", 45, "shift day"),
]


@pytest.mark.parametrize(("old", "new", "code", "line", "part"), SHIFT_ERRORS)
def test_what_makes_no_sense_in_shifts(old: str, new: str, code: str, line: int, part: str) -> None:
    shown = WORKED.rsplit(old, 1)
    assert (code, line, part) in errors_of(new.join(shown))


@pytest.mark.parametrize(("old", "new", "code", "line", "part"), SHIFT_WARNINGS)
def test_what_was_hardly_meant_of_shifts(old: str, new: str, code: str, line: int, part: str) -> None:
    assert (code, line, part) in warnings_of(new.join(WORKED.rsplit(old, 1)))


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("shift: night", "shift: nigth", "agents tom shift"),
        ("Europe/Berlin", "Europe/Berlim", "shifts night timezone"),
        ("Berlin\n", "Berlin\n    teams: [cards, loans]\n", "shifts night teams 1"),
        ("mon-fri: 09:00-12:00 13:00-18:00}, teams", "}, teams", "shifts day weekly"),
        ("}, teams", "}, open: {2026-10-01: 09:00-18:00}, closed: [2026-10-01], teams", "shifts day closed"),
        ("teams: [loans]", "teams: [loan]", "shifts day teams 0"),
        (", teams: [loans]", "", "shifts day teams"),
        ("yield_below: 75%", "yield_below: 85%", "blending"),
    ],
)
def test_a_problem_says_which_value_it_is_about(old: str, new: str, path: str) -> None:
    found = review(new.join(WORKED.rsplit(old, 1)))
    assert tuple(path.split()) in [problem.path for problem in (*found.errors, *found.warnings)]


def test_a_misspelt_team_or_shift_is_recognised() -> None:
    [team] = review(WORKED.replace("teams: [loans]", "teams: [loan]")).warnings
    assert (team.what, team.fix) == ('no agent is of the team "loan"', 'Did you mean "loans"?')
    [shift] = review(WORKED.replace("shift: night", "shift: nigth")).errors
    assert (shift.what, shift.fix) == ('there is no shift "nigth"', 'Did you mean "night"?')


def test_a_step_that_can_never_match_names_who_comes_nearest() -> None:
    problem = review(GOOD.replace(FIRST, "- language:zh>=3 and product:loans>=4")).warnings[0]
    assert problem.what == "step 1 can never match: nobody has product:loans>=4"
    assert problem.fix == "mei comes nearest (product:loans 2 instead of 4): lower the step, or raise the agent."


def test_a_misspelt_skill_is_recognised() -> None:
    problem = review(GOOD.replace(FIRST, "- language:zh>=3 and product:loan>=2")).errors[0]
    assert str(problem) == (
        'plan.yaml:9: queue loans: step 1: no agent has the skill "product:loan". Did you mean "product:loans"?'
    )


def test_a_loop_is_shown_with_its_path() -> None:
    text = GOOD.replace("name: Operator", "name: Operator\n    overflow: [{when: waited > 9 s, do: queue, to: third}]")
    text = text.replace("  tickets:", "  third:\n    name: Third\n    closed: {do: queue, to: loans}\n  tickets:")
    problem = review(text).errors[0]
    assert (problem.code, problem.line) == ("overflow_loop", 3)
    assert problem.what == "callers would be sent round: loans -> operator -> third -> loans"


def test_a_task_needs_agents_who_take_tasks() -> None:
    assert ("nobody_serves", 26, "queue tickets") in errors_of(GOOD.replace("tasks: 2", "tasks: 0"))


def test_a_plan_without_agents_can_be_applied() -> None:
    text = "format: 1\nqueues: {loans: {name: Loans, steps: [product:loans>=2]}}\n"
    assert review(text, logins=[]).errors == ()
    assert [p.code for p in review(text, logins=["mei"]).warnings] == ["agent_without_skills"]


def test_agents_who_do_not_log_in_serve_nobody() -> None:
    assert ("nobody_serves", 26, "queue tickets") in [
        (problem.code, problem.line, problem.part) for problem in review(GOOD, logins=["tom"]).errors
    ]


def test_agents_are_not_confused_with_each_other() -> None:
    """Of twenty agents one has the rare skill, and only he takes tasks."""
    lines = [
        f"  a{number}: {{skills: {{{'rare' if number == 12 else 'usual'}: 3}}, tasks: {int(number == 12)}}}"
        for number in range(20)
    ]
    head = (
        "format: 1\nqueues: {q: {name: Q, kind: task, steps: [rare>=3]}, calls: {name: C, steps: [anyone]}}\nagents:\n"
    )
    text = head + "\n".join(lines)
    assert review(text, logins=None).errors == ()
    other = text.replace("tasks: 1", "tasks: 0").replace("tasks: 0", "tasks: 1", 12)
    assert [problem.code for problem in review(other, logins=None).errors] == ["nobody_serves"]


@pytest.mark.parametrize("misspelt", [False, True])
def test_ten_thousand_queues_need_no_time_that_grows_with_their_square(misspelt: bool) -> None:
    """Comparing each queue with each, or each with all agents, would run into the suite's time limit."""
    skills = [f"product:p{number}" for number in range(200)]
    wanted = [skill + ("x" if misspelt else "") for skill in skills]
    queues = {
        QueueId(f"q{number}"): QueuePlan(
            id=QueueId(f"q{number}"),
            name_zh="队列",
            name_en="Queue",
            steps=(
                StepPlan(needs=(Need(wanted[number % 200], 3), Need("language:zh", 3))),
                StepPlan(needs=(Need(wanted[number % 200], 2),), after_s=10.0),
            ),
            overflow=(
                OverflowRule(action=Action(kind="queue", to=f"q{max(0, number - 1)}"), waited_over_s=60.0),
                OverflowRule(action=Action(kind="queue", to=f"q{number // 2}"), waited_over_s=90.0),
            )
            if number
            else (),
        )
        for number in range(10_000)
    }
    agents = {
        AgentId(f"a{number}"): AgentPlan(
            login=AgentId(f"a{number}"),
            skills={"language:zh": 5, skills[number % 200]: 2 + number // 200 % 4, skills[number * 7 % 200]: 2},
        )
        for number in range(6_000)
    }
    found = check_plan(Plan(queues=queues, agents=agents), file="p", line=lambda *_: 1)
    codes = Counter(problem.code for problem in found.errors)
    assert codes == ({"unknown_skill": 20_000, "nobody_serves": 10_000} if misspelt else {})


def test_loops_among_ten_thousand_queues() -> None:
    queues = {
        QueueId(f"q{number}"): QueuePlan(
            id=QueueId(f"q{number}"),
            name_zh="队列",
            name_en="Queue",
            overflow=tuple(
                OverflowRule(action=Action(kind="queue", to=f"q{to % 10_000}"), waited_over_s=60.0)
                for to in (number + 1, number - 1)
            ),
        )
        for number in range(10_000)
    }
    found = check_plan(Plan(queues=queues), file="p", line=lambda *_: 1)
    assert {problem.code for problem in found.errors} == {"overflow_loop"}
    assert 1 <= len(found.errors) <= MAX_LOOPS


def test_a_plan_without_a_queue_for_calls() -> None:
    only = "format: 1\nqueues:\n  tickets: {name: Tickets, kind: task, target: 80% in 1 h, steps: [anyone]}\n"
    assert ("no_queue_for_calls", 2, "") in errors_of(only)
    calling = GOOD + 'calling: {hours: {"+86": dawn, everywhere: office}, per_day: 2, never: ["+8613800138000"]}\n'
    assert [code for code, _, _ in errors_of(calling)] == ["unknown_hours"]
    assert errors_of(calling.replace("dawn", "office")) == []


def test_the_rule_book_of_calls_of_no_campaign() -> None:
    assert errors_of(GOOD + "calling: {rules: us}\n") == []
    assert [code for code, _, _ in errors_of(GOOD + "calling: {rules: usa}\n")] == ["unknown_word"]
