"""What commands print, in Chinese and English: the whole of it, as a person reads it."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tandem.agent_desktop.core import flow_resources as flows
from tandem.agent_desktop.core import routing_resources as routing
from tandem.agent_desktop.errors import PortTaken
from tandem.cti.app import checks, ivr_versions, probe, why_cli
from tandem.cti.app.control import ask, control
from tandem.cti.app.history.replay import Proof
from tandem.cti.app.history.replay_report import proof_lines
from tandem.cti.app.routing_cli import plan_table
from tandem.cti.model.errors import BadRequest, Unavailable, WrongState
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.errors import FlowError
from tandem.ivr.flow_files import load_flow_file
from tandem.routing.errors import PlanError
from tandem.routing.plan_file import parse_plan

AT = datetime(2026, 11, 22, 9, 30).astimezone().timestamp()
PLAN = """\
format: 1
queues:
  loans:
    name: {zh: 贷款, en: Loans}
    target: 80% in 20 s
    steps:
      - needs: product:loans>=2
      - after: 30 s
        needs: product:loans>=1
agents: {mei: {skills: {"product:loans": 2}}}
"""
WHY = routing.CallWhy(
    call="c-1",
    decisions=[
        routing.DecisionLine(
            at=AT, agent="mei", agent_name="Mei", queue="loans", rule="idle",
            text={"zh": "空闲最久", "en": "idle longest"},
            step=0, step_needs="", place=1, waited_s=12.34, idle_s=5.0, cost_s=0.0, eligible=2, waiting=1,
            predicted_p50_s=10.0, predicted_p90_s=25.0, skipped=[],
            candidates=[routing.CandidateLine(agent="tom", name="Tom", idle_s=3.0, cost_s=1.0, reason="idle",
                                              text={"zh": "空闲较短", "en": "idle for less long"})],
            overtaken=[routing.OvertakenLine(id="c-0", queue="cards", waited_s=40.0, rule="priority",
                                             text={"zh": "优先级较低", "en": "of lower priority"})],
        )
    ],
    waiting=None,
)  # fmt: skip
WAITS = routing.CallWhy(
    call="c-2",
    decisions=[],
    waiting=routing.WhyWaiting(
        id="c-2", queue="loans", place=1, waited_s=7.0, step=1, step_needs="loans 1", next_step_in_s=None, logged_on=1,
        free=0, ahead=0, skipped=[], predicted_p50_s=20.0, predicted_p90_s=60.0,
        text={"zh": "座席都忙", "en": "everybody is busy"},
        change=routing.ChangeLine(kind="agent_ready", text={"zh": "Mei 就绪即可", "en": "Mei becomes ready"},
                                  agent="mei", agent_name="Mei", need="", in_s=0.0),
    ),
)  # fmt: skip
CANARY = flows.FlowCanary(version=3, share=0.1, numbers=["95001"])
NOW = flows.FlowDeployment(number=2, live=2, canary=CANARY, by="omar", at=AT, what="canary")
DETAIL = flows.FlowDetail(
    name="main",
    numbers=[],
    versions=[
        flows.FlowVersion(version=3, base=2, note="shorter", by="omar", at=AT, state="canary", edition="e", problems=1,
                          tested=False),
    ],
    deployment=NOW,
    history=[NOW],
    rollback_to=2,
)  # fmt: skip
HALF = flows.Ratio(value=0.5, low=0.4, high=0.6)
NUMBERS = flows.FlowNumbers(
    name="main", version=None, since=AT, until=AT,
    nodes=[flows.NodeNumbers(step="ask", entered=10, exits={"1": 6}, abandoned=2, mean_s=4.0, no_input=1, no_match=1)],
    containment=flows.Containment(
        calls=10, contained=5, ratio=HALF,
        ends=[flows.FlowEnd(reason="served", queue="", calls=5, contained=True),
              flows.FlowEnd(reason="queue", queue="loans", calls=5, contained=False)],
    ),
    journeys=[],
)  # fmt: skip
REPLAY = flows.ReplayReport(
    name="main", version=3, since=AT, until=AT, calls=10, left_out=2, same=6, moved=3, undetermined=1,
    moves=[flows.ReplayMove(before="hung_up", after="queue:loans", calls=3)],
    stops=[flows.ReplayStop(step="ask", calls=1, why={"zh": "没有按键", "en": "no key is known"})],
    dead_ends={"ask": 1}, examples=[], before=HALF, after=HALF,
    difference=flows.Difference(value=0.0, low=-0.1, high=0.1),
)  # fmt: skip
TRIED = """
----------------------------------------------- 2026-11-22\t09:30:00.000000
UDP message sent (1 bytes):

INVITE sip:12345@127.0.0.1 SIP/2.0

----------------------------------------------- 2026-11-22\t09:30:00.100000
UDP message received [1] bytes :

SIP/2.0 404 Not Found
"""


def table(language: str) -> Iterator[str]:
    yield from plan_table(parse_plan(PLAN, "plan.yaml"), language)


def proof(language: str) -> Iterator[str]:
    found = Proof()
    found.inputs, found.unproven, found.torn = 1200, 1, 1
    yield from proof_lines(found, [], language)


@pytest.mark.parametrize(
    ("lines", "zh", "en"),
    [
        (lambda language: why_cli.lines(WHY, language),
         ["1. 2026-11-22 09:30:00  Mei（mei），队列 loans，规则 idle",
          "   空闲最久",
          "   第 1 步（任何人），位置 1，已等候 12.3 秒，预计 10 秒（十次有九次不到 25 秒）",
          "   未选 Tom（tom），已空闲 3 秒：空闲较短",
          "   先于 cards 的 c-0（已等候 40 秒）：优先级较低"],
         ["1. 2026-11-22 09:30:00  Mei (mei), queue loans, rule idle",
          "   idle longest",
          "   step 1 (anyone), place 1, waited 12.3 s, predicted 10 s (9 in 10 under 25 s)",
          "   not Tom (tom), idle 3 s: idle for less long",
          "   before c-0 of cards, which had waited 40 s: of lower priority"]),
        (lambda language: why_cli.lines(WAITS, language),
         ["正在 loans 等候，已 7 秒，第 2 步（loans 1）。", "   座席都忙", "   Mei 就绪即可",
          "   预计还要 20 秒（十次有九次不到 60 秒）"],
         ["It waits in loans, 7 s so far, step 2 (loans 1).", "   everybody is busy", "   Mei becomes ready",
          "   predicted: 20 s more (9 in 10 under 60 s)"]),
        (lambda language: why_cli.lines(routing.CallWhy(call="c-3", decisions=[], waiting=None), language),
         ["c-3：从未为它选择座席，它也不在等候。"],
         ["c-3: no agent was ever chosen for it, and it does not wait."]),
        (lambda language: ivr_versions._versions(DETAIL, language),
         ["main，号码：无。main 上线的是第 2 版；第 3 版用于 10% 的呼叫和拨打 95001 的所有呼叫。",
          "    3  2026-11-22 09:30  灰度     omar          1 个错误, 测试未通过      shorter",
          "       2026-11-22 09:30  灰度：上线 2，灰度 3（10%），omar"],
         ["main, answers at no number. Version 2 of main is live; "
          "10% of the calls and all calls to 95001 get version 3.",
          "    3  2026-11-22 09:30  canary   omar          1 error, tests FAIL       shorter",
          "       2026-11-22 09:30  canary: live 2, canary 3 (10%), by omar"]),
        (lambda language: ivr_versions._numbers(NUMBERS, language),
         ["main，2026-11-22 09:30 至 2026-11-22 09:30：10 个呼叫",
          "得到完整服务：50.0%（95 %：40.0% 至 60.0%）",
          "  自助完成: 5",
          "  排队 loans: 5",
          "步骤                                 进入     挂断    平均  无输入    按错  出口",
          "ask                                    10        2    4.0s       1       1  1 6"],
         ["main, 2026-11-22 09:30 to 2026-11-22 09:30: 10 calls",
          "served to the end: 50.0% (95 %: 40.0% to 60.0%)",
          "  served: 5",
          "  queue loans: 5",
          "step                              entered  hung up    mean  silent   wrong  exits",
          "ask                                    10        2    4.0s       1       1  1 6"]),
        (lambda language: ivr_versions._report(REPLAY, language),
         ["main，2026-11-22 09:30 以来的 10 个呼叫，按第 3 版：",
          "（更早的 2 个呼叫未计入）",
          "结果相同：6；不同：3；无法判断：1",
          "  中途挂断 -> 排队 loans: 3",
          "  停在 ask：1。没有按键",
          "  ask 走不通：1 个呼叫会进入 on_error",
          "得到完整服务的比例（两边都有结果的 9 个呼叫）：",
          "  之前 50.0%（95 %：40.0% 至 60.0%），之后 50.0%（95 %：40.0% 至 60.0%）",
          "  相差 +0.0%（95 %：-10.0% 至 +10.0%）"],
         ["main, 10 calls since 2026-11-22 09:30 against version 3:",
          "(2 older calls were left out)",
          "the same end: 6; another: 3; cannot be said: 1",
          "  hung_up -> queue loans: 3",
          "  stops at ask: 1. no key is known",
          "  DEAD END at ask: 1 calls would go to on_error",
          "served to the end, of the 9 that end in both:",
          "  before 50.0% (95 %: 40.0% to 60.0%), after 50.0% (95 %: 40.0% to 60.0%)",
          "  difference +0.0% (95 %: -10.0% to +10.0%)"]),
        (table,
         ["loans  20 s 内 80%     全天营业：product:loans>=2；30 s 后 product:loans>=1", "1 名座席：product:loans 1"],
         ["loans  80% in 20 s     always open: product:loans>=2, then product:loans>=1 after 30 s",
          "1 agents: product:loans 1"]),
        (proof,
         ["0 个文件中 1,200 个输入：决定逐位相同",
          "未比较：1（服务器突然结束前的最后一个，或仍在继续）",
          "末尾残缺的文件：1"],
         ["1,200 inputs in 0 files: the same decisions again, bit for bit",
          "not compared: 1 (the last before the server ended without notice, or still goes on)",
          "files torn at their end: 1"]),
    ],
    ids=["why", "waits", "never", "versions", "numbers", "replay", "plan", "proof"],
)  # fmt: skip
def test_an_answer_in_both_languages(lines: Callable[[str], Iterator[str]], zh: list[str], en: list[str]) -> None:
    assert list(lines("zh")) == zh
    assert list(lines("en")) == en


@pytest.mark.parametrize(
    ("locale", "messages", "said"),
    [
        ("zh_CN.UTF-8", TRIED, "12345 没有接听：没有为这个号码提供服务：请把它加入设置 flows"),
        ("C", TRIED, "12345 did not answer: this number is not served: add it to the setting flows"),
        ("zh_CN.UTF-8", TRIED.replace("404", "486"), "12345 没有接听：最后的应答是 SIP 486"),
        ("zh_CN.UTF-8", "", "127.0.0.1:5060 没有应答：Asterisk 在运行吗？可运行：tandem check"),
        ("C", TRIED.replace("404 Not Found", "200 OK"), "12345 answers, and the call ended in order"),
    ],
)
def test_what_became_of_the_probe(
    locale: str, messages: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    assert probe._report("12345", "127.0.0.1:5060", messages, 0) == (0 if "in order" in said else 1)
    assert capsys.readouterr().out.splitlines()[-1] == said


def test_a_plan_that_does_not_read_says_so_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(PlanError) as refused:
        parse_plan(PLAN.replace("80% in 20 s", "often"), "plan.yaml")
    assert refused.value.in_language("en") == str(refused.value)
    assert refused.value.in_language("zh").startswith("plan.yaml:5: 队列 loans：服务水平写法不正确")


def test_a_flow_that_does_not_load_says_so_in_chinese(tmp_path: Path) -> None:
    file = tmp_path / "main.yaml"
    file.write_text("format: 1\nname: main\n")
    with pytest.raises(FlowError) as refused:
        load_flow_file(file, Catalog())
    assert refused.value.in_language("en") == str(refused.value)
    assert all("main.yaml:" in line and "。" in line for line in refused.value.in_language("zh").splitlines())


def test_a_taken_port_says_so_in_both_languages() -> None:
    taken = PortTaken(address="127.0.0.1", port=8400, setting="http_port")
    assert taken.in_language("en") == str(taken)
    assert taken.in_language("zh").startswith("127.0.0.1 的端口 8400 已被其他程序占用")
    assert taken.in_language("zh").endswith("用设置 http_port 选另一个端口。")


async def test_what_the_server_refuses_comes_over_in_both_languages(tmp_path: Path) -> None:
    async def refuse(_: dict[str, object]) -> None:
        raise WrongState.because("campaign_step", state="stopped", wanted="paused")

    async with control(tmp_path, {"refuse": refuse}):
        for do, zh in (("refuse", "已停止 的活动不能变为 已暂停。"), ("dance", "此服务器不认识 dance：")):
            with pytest.raises(BadRequest) as refused:
                await ask(tmp_path, do)
            assert refused.value.in_language("zh").startswith(zh)
            assert refused.value.in_language("en") == str(refused.value)
    with pytest.raises(Unavailable) as missing:
        await ask(tmp_path, "refuse")
    assert missing.value.in_language("zh") == f"{tmp_path} 中没有运行服务器；请启动：tandem serve"


def test_a_check_says_why_nobody_answers_in_both_languages() -> None:
    why = checks._why(ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)"))
    assert why == {"zh": "连接被拒绝", "en": "Connection refused"}
    assert checks._why(TimeoutError())["zh"] == "连接超时"
    assert checks._why(Unavailable.because("server_silent"))["zh"] == "服务器没有应答；请看它的日志"
    assert checks._why(ValueError("odd")) == {"zh": "odd", "en": "odd"}
