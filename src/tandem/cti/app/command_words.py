"""What ``tandem user``, ``answers``, ``asterisk-config``, ``probe`` and ``why`` say, in Chinese and English."""

from __future__ import annotations

from tandem.cti.app.terminal import Sentences, saying

SENTENCES: Sentences = {
    # tandem user
    "password": ("密码：", "Password: "),
    "may_log_in": ("{login} 可以登录，角色 {role}。", "{login} may log in as {role}."),
    "then": (
        "技能写在路由方案里：tandem routing export > plan.yaml，写在 agents: 之下，再运行\n"
        "tandem routing apply plan.yaml。新座席：请重启 `tandem serve`（通话不中断）。\n"
        "新话机：请先运行 `tandem asterisk-config FOLDER` 和 `asterisk -rx 'core reload'`。",
        "Skills stand in the routing plan: tandem routing export > plan.yaml, write them under agents:,\n"
        "tandem routing apply plan.yaml. A new agent: restart `tandem serve` (calls go on).\n"
        "A new phone: first run `tandem asterisk-config FOLDER` and `asterisk -rx 'core reload'`.",
    ),
    # tandem answers
    "removed": (
        "数据表 {table} 已删除：查询它的流程走备用出口。",
        "The table {table} is removed: flows that look there take their fallback exit.",
    ),
    "loaded": (
        "数据表 {table} 现有 {rows} 行；流程即刻起查询它：{columns}。",
        "The table {table} has {rows} rows now; flows look there from now on: {columns}.",
    ),
    "table": ("{name} {rows} 行  {when}  {by}  {columns}", "{name} {rows} rows  {when}  {by}  {columns}"),
    # tandem asterisk-config
    "written": (
        "{folder} 中有 {files} 个文件；原有的保存在旁边：*.conf.before-tandem",
        "{files} files in {folder}; what stood there at first is kept beside them as *.conf.before-tandem",
    ),
    "system_name": (
        "请在 asterisk.conf 的 [options] 一节设置：systemname = {name}",
        "In asterisk.conf, section [options], set: systemname = {name}",
    ),
    "no_modules": (
        "请在 modules.conf 的 [modules] 一节加入（来电者或 AMI 用户可借其中任一模块进入主机）：",
        "In modules.conf, section [modules], add (with any of these a caller or AMI user could reach the host):",
    ),
    # tandem probe
    "nothing_answers": (
        "{where} 没有应答：Asterisk 在运行吗？可运行：tandem check",
        "nothing answers at {where}: is Asterisk running? See: tandem check",
    ),
    "answers": ("{number} 已接听，呼叫正常结束", "{number} answers, and the call ended in order"),
    "no_answer": ("{number} 没有接听：{why}", "{number} did not answer: {why}"),
    "sip_401": (
        "试呼的账号被拒绝：Asterisk 的配置比本安装旧",
        "the account of the probe is refused: Asterisk's configuration is older than this installation",
    ),
    "sip_403": ("被 Asterisk 拒绝", "refused by Asterisk"),
    "sip_404": (
        "没有为这个号码提供服务：请把它加入设置 flows",
        "this number is not served: add it to the setting flows",
    ),
    "sip_503": ("Asterisk 过载或正在关闭", "Asterisk is overloaded or shutting down"),
    "sip_other": ("最后的应答是 SIP {code}", "the last answer was SIP {code}"),
    # tandem why
    "never": (
        "{call}：从未为它选择座席，它也不在等候。",
        "{call}: no agent was ever chosen for it, and it does not wait.",
    ),
    "decision": (
        "{number}. {when}  {name}（{agent}），队列 {queue}，规则 {rule}",
        "{number}. {when}  {name} ({agent}), queue {queue}, rule {rule}",
    ),
    "place": (
        "第 {step} 步（{needs}），位置 {place}，已等候 {waited} 秒{predicted}",
        "step {step} ({needs}), place {place}, waited {waited} s{predicted}",
    ),
    "anyone": ("任何人", "anyone"),
    "predicted": ("，预计 {p50} 秒", ", predicted {p50} s"),
    "predicted_band": (
        "，预计 {p50} 秒（十次有九次不到 {p90} 秒）",
        ", predicted {p50} s (9 in 10 under {p90} s)",
    ),
    "candidate": (
        "未选 {name}（{agent}），已空闲 {idle} 秒：{why}",
        "not {name} ({agent}), idle {idle} s: {why}",
    ),
    "overtaken": (
        "先于 {queue} 的 {id}（已等候 {waited} 秒）：{why}",
        "before {id} of {queue}, which had waited {waited} s: {why}",
    ),
    "waits": (
        "正在 {queue} 等候，已 {waited} 秒，第 {step} 步（{needs}）。",
        "It waits in {queue}, {waited} s so far, step {step} ({needs}).",
    ),
    "waits_more": (
        "预计还要 {p50} 秒（十次有九次不到 {p90} 秒）",
        "predicted: {p50} s more (9 in 10 under {p90} s)",
    ),
}

say = saying(SENTENCES)
