"""What ``tandem ivr check`` and ``tandem ivr test`` say, in Chinese and English."""

from __future__ import annotations

from tandem.cti.app.terminal import Sentences, saying

SENTENCES: Sentences = {
    "checked": (
        "检查了 {flows} 个流程：{errors} 个错误，{warnings} 个警告。",
        "{flows} flow{flows_s} checked: {errors} error{errors_s}, {warnings} warning{warnings_s}.",
    ),
    "good": ("正确", "ok"),
    "warning": ("警告：", "warning: "),
    "from_file": ("队列和技能按 {source} 核对。", "Queues and skills are those of {source}."),
    "from_store": (
        "队列和技能按路由方案第 {version} 版核对。",
        "Queues and skills are those of version {version} of the routing plan.",
    ),
    "unknown": (
        "没有核对队列和技能：此处没有路由方案。可用 --plan FILE 指定。",
        "Queues and skills are not checked: no routing plan is known here. Give one with --plan FILE.",
    ),
    "unreachable": (
        "没有核对队列和技能：读不到已保存的路由方案（{why}）。可用 --plan FILE 指定。",
        "Queues and skills are not checked: the stored routing plan cannot be read ({why}). Give one with --plan FILE.",
    ),
    "nothing": ("没有找到流程：{what}", "no flow is there: {what}"),
    "unused": ("{file}：没有流程使用这个子流程。", "{file}: no flow uses this sub-flow."),
    "no_tests": ("{flow}：没有测试，应写在 {file}。", "{flow}: there are no tests; write them in {file}."),
    "failed": ("失败", "FAILED"),
    "passed": ("通过", "ok"),
    "coverage": (
        "覆盖：步骤 {nodes}/{all_nodes}（{node_share}），出口 {edges}/{all_edges}（{edge_share}）",
        "coverage: steps {nodes}/{all_nodes} ({node_share}), exits {edges}/{all_edges} ({edge_share})",
    ),
    "missing_nodes": ("没有走到的步骤：{steps}", "steps that no test comes to: {steps}"),
    "missing_edges": ("没有走过的出口：{edges}", "exits that no test takes: {edges}"),
    "too_low": (
        "覆盖 {share} 低于要求的 {least} %。",
        "The coverage of {share} is below the {least} % that is asked for.",
    ),
    "live": ("真实呼叫", "real calls"),
    "skipped": ("跳过", "skipped"),
    "tested_live": (
        "{cases} 个真实呼叫，{failed} 个失败，{skipped} 个跳过，用时 {seconds}。",
        "{cases} real call{cases_s}, {failed} failed, {skipped} skipped, in {seconds}.",
    ),
    "same_name": (
        "{flow}：另一个流程也叫 {name}，无法同时真实呼叫",
        "{flow}: another flow is called {name}, too: they cannot be called in one run",
    ),
    "tested": (
        "{cases} 个测试，{failed} 个失败，用时 {seconds}（每秒 {rate} 个）。",
        "{cases} test{cases_s}, {failed} failed, in {seconds} ({rate} a second).",
    ),
}


say = saying(SENTENCES)
