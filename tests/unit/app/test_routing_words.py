"""What ``tandem routing`` says of a plan, by the terminal's language."""

from __future__ import annotations

import pytest
from tests.unit.routing.plans import GOOD

from tandem.cti.app import routing_cli
from tandem.routing.plan_file import review_plan

FLAWED = GOOD.replace("to: operator", "to: operater")


def test_a_flawed_plan_is_told_in_the_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    review = review_plan(FLAWED, "plan.yaml", logins=None)
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert routing_cli._report(review) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0] == 'plan.yaml:17: 队列 loans：没有这个队列（"operater"）。是否应为 operator？'
    assert told[-1].startswith("不能应用此方案：1 个错误，")
    monkeypatch.setenv("LC_ALL", "C")
    assert routing_cli._report(review) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("The plan cannot be applied: 1 errors, ")
