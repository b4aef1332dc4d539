"""Decisions in words, and the library page whose example makes one."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tandem.cti.model.ids import AgentId, QueueId, WorkId
from tandem.cti.model.skills import Need
from tandem.routing.core.acd import explain
from tandem.routing.core.acd.reasons import REASONS, RULES, change_sentence, sentences, why_not_sentences
from tandem.routing.core.acd.work import Candidate, Change, Match, Overtaken, Step, WhyNot, Work

ANN, BO = AgentId("ann"), AgentId("bo")
NAMES = {ANN: "安娜", BO: "老薄"}
LOANS = Need("product:loans", 3)
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "acd-library.md"


def test_every_code_that_can_be_given_has_words() -> None:
    rules = {*explain._WHY_HE, *explain._WHY_IT, "in_time", "only_agent", "only_work", "first_in_line", "least_cost"}
    assert rules | {"person"} == set(RULES)
    assert {*explain._WHY_NOT_HE, "tie"} == set(REASONS)
    assert all(set(text) == {"zh", "en"} and all(text.values()) for text in (*RULES.values(), *REASONS.values()))


def test_a_decision_names_agent_rule_place_next_choice_and_who_was_passed() -> None:
    steps = (Step(needs=(Need("nobody:has"),)), Step(needs=(LOANS,), from_s=5.0))
    match = Match(
        work=Work(id=WorkId("w"), queue=QueueId("loans"), queued_at=0.0, steps=steps),
        agent=ANN,
        step=1,
        rule="spare_scarce",
        place=4,
        waited_s=7.4,
        idle_s=12.0,
        cost=0.0,
        eligible=3,
        waiting=2,
        candidates=(Candidate(agent=BO, idle_s=30.0, reason="needed_elsewhere", cost=9.0),),
        overtaken=(Overtaken(id=WorkId("x"), queue=QueueId("cards"), waited_s=9.0, rule="least_slack"),),
        skipped=(0,),
    )
    text = sentences(match, NAMES, {QueueId("cards"): {"zh": "信用卡", "en": "Cards"}})
    for words in ("安娜 (idle 12 s)", "3 free", "product:loans>=3", "7 s", "place 4", "one of 2", "Step 2", "step 1,"):
        assert words in text["en"]
    for words in ("老薄", "Cards", RULES["least_slack"]["en"], REASONS["needed_elsewhere"]["en"]):
        assert words in text["en"]
    for words in ("安娜", "loans≥3", "老薄", "信用卡", "第 4 位", RULES["least_slack"]["zh"]):
        assert words in text["zh"]
    assert "meets step 1, so it was skipped" in text["en"]
    assert "meets steps 1, 2, so they were skipped" in sentences(replace(match, skipped=(0, 1)), NAMES)["en"]


def test_work_for_a_person_says_so() -> None:
    work = Work(id=WorkId("w"), queue=QueueId("q"), queued_at=0.0, steps=(Step(needs=(), only=ANN),))
    match = Match(
        work=work, agent=ANN, step=0, rule="person", place=1, waited_s=3.0, idle_s=0.0, cost=0.0, eligible=1, waiting=1
    )
    assert "安娜 in person" in sentences(match, NAMES)["en"]
    assert "指定由安娜接听" in sentences(match, NAMES)["zh"]


@pytest.mark.parametrize(
    ("change", "en", "zh"),
    [
        (Change(kind="agent_ready", agent=ANN), "安娜 became Ready", "安娜"),
        (Change(kind="lower_need", agent=ANN, need=LOANS, to=2), "product:loans>=2 instead of product:loans>=3", "≥2"),
        (Change(kind="lower_need", agent=ANN, need=LOANS, to=0), "without the need product:loans>=3", "不要求"),
        (Change(kind="next_step", agent=BO, in_s=4.0), "due in 4 s", "4 秒"),
        (Change(kind="none"), "freed agent", "只能等待"),
    ],
)
@pytest.mark.parametrize("logged_on", [0, 2])
def test_what_would_answer_it_now(change: Change, en: str, zh: str, logged_on: int) -> None:
    why = WhyNot(
        id=WorkId("w"),
        place=3,
        step=0,
        step_needs=(LOANS,),
        next_step_in_s=6.0,
        logged_on=logged_on,
        free=0,
        ahead=1,
        skipped=(),
        change=change,
    )
    would = change_sentence(why, NAMES)
    assert en in would["en"]
    assert zh in would["zh"]
    text = why_not_sentences(why, NAMES)
    assert "Place 3" in text["en"]
    assert "第 3 位" in text["zh"]
    assert ("Nobody" in text["en"]) == (logged_on == 0)


def test_the_example_of_the_library_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    found = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    exec(compile(found[1], str(PAGE), "exec"), {})  # noqa: S102
    assert "Li (idle 15 s)" in capsys.readouterr().out
