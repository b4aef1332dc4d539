"""What commands and their options are for, in Chinese and English, as ``--help`` says it; what argparse says itself.

A command stands under its words (``campaign import``), an option or argument under those of its command and its own
(``campaign import --columns``, ``why <call>``); what means the same in several commands under the first word of theirs
(``routing <file>``), or under its own alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from tandem.cti.app.terminal import Sentences, saying

HELP: Sentences = {
    "": ("基于 Asterisk 的呼叫中心 CTI 服务器。", "Contact-center CTI server for Asterisk."),
    "--verbose": ("输出更多信息", "say more"),
    # what many take
    "--home": (
        "安装所在的文件夹（默认：TANDEM_HOME，否则 ~/.local/share/tandem）",
        "folder of the installation (default: TANDEM_HOME, else ~/.local/share/tandem)",
    ),
    "--listen": ("在此地址上提供 HTTPS 和 WSS", "serve HTTPS and WSS on this address"),
    "--http-port": ("页面", "pages"),
    "--seat-port": ("页面的实时通道", "live channel of the pages"),
    "--ami-port": ("Asterisk 管理接口，仅限本机", "Asterisk's manager interface, loopback only"),
    "--sip-port": ("来自运营商的 SIP（UDP）", "SIP over UDP, from the carrier"),
    "--phone-port": ("来自页面的 SIP（WebSocket）", "SIP over WebSocket, from the pages"),
    "--json": ("以 JSON 输出全部内容", "everything, as JSON"),
    "--note": ("原因，供查看版本的人了解", "why, for those who read the versions"),
    "<campaign>": ("活动的编号", "the campaign's id"),
    "<flow>": ("流程的名称", "the flow's name"),
    "<version>": ("它的版本号", "its number"),
    # the server
    "serve": ("运行服务器", "run the server"),
    "demo": (
        "在本机启动全部组件和模拟来电者",
        "start everything on this machine, with synthetic callers",
    ),
    "demo --home": (
        "演示所在的文件夹（默认：~/.cache/tandem/demo，用 --once 时为 ~/.cache/tandem/demo-once）",
        "folder of the demo (default: ~/.cache/tandem/demo, with --once ~/.cache/tandem/demo-once)",
    ),
    "demo --once": (
        "无人参与地打一个电话，并输出其时间线",
        "one call without a person; print its timeline",
    ),
    "demo --fresh": ("清除以前演示留下的内容", "forget what earlier demos left"),
    "check": (
        "说明本安装有什么问题、该怎么办",
        "say what is wrong with this installation and what to do",
    ),
    "asterisk-config": (
        "为本安装写出 Asterisk 的配置",
        "write Asterisk's configuration for this installation",
    ),
    "asterisk-config <folder>": ("写入的文件夹，如 /etc/asterisk", "where to write it, such as /etc/asterisk"),
    "asterisk-config --music": (
        "等待音乐的文件夹（默认：/usr/share/asterisk/moh）",
        "folder of music on hold (default: /usr/share/asterisk/moh)",
    ),
    "user": ("添加或修改用户", "add a user, or change one"),
    "user <login>": ("登录名", "the name to log in with"),
    "user --name": ("显示给他人的姓名", "as shown to others"),
    "user --role": ("角色（默认：agent）", "what he may do (default: agent)"),
    "user --device": ("座席话机的分机号，如 1001", "extension of the agent's phone, such as 1001"),
    "user --language": ("页面的语言（默认：zh）", "of the pages (default: zh)"),
    "probe": ("经线路打一个测试电话并报告结果", "place a test call through the line and report"),
    "probe --number": ("要拨打的号码（默认：第一个流程的号码）", "the number to call (default: the first flow's)"),
    "probe --stay": ("通话保持的秒数（默认：6）", "seconds to stay in the call (default: 6)"),
    "version": ("输出版本", "print the version"),
    # the routing plan
    "routing": (
        "查看路由方案；检查、应用一份方案，或退回",
        "look at the routing plan, check one, apply one, go back",
    ),
    "routing check": ("说明方案有什么问题、该怎么办", "say what is wrong with a plan, and what to do"),
    "routing preview": (
        "说明方案会改变什么，以及对正在等候的人有何影响",
        "say what a plan would change, and what it would do to those who wait now",
    ),
    "routing apply": ("使方案生效", "put a plan into force"),
    "routing <file>": ("路由方案；- 表示标准输入", "a routing plan; - reads it from standard input"),
    "routing show": ("现行方案的简表", "a short table of the plan in force"),
    "routing export": ("输出现行方案的文本", "print the text of the plan in force"),
    "routing versions": ("列出各个版本，最新的在前", "list the versions, newest first"),
    "routing rollback": (
        "重新应用较早的版本：存为最新版本",
        "apply an earlier version again: save it as the newest",
    ),
    # flows
    "ivr": (
        "检查和测试流程，使其版本生效，查看来电者做了什么",
        "check and test flows, put versions of them into force, see what callers did",
    ),
    "ivr check": ("说明流程有什么问题、该怎么办", "say what is wrong with flows, and what to do"),
    "ivr test": ("运行流程旁边的测试", "run the tests that lie beside flows"),
    "ivr check <flow>": ("流程文件、流程所在的文件夹或通配符", "a flow file, a folder of flows, or a pattern"),
    "ivr test <flow>": ("流程文件、流程所在的文件夹或通配符", "a flow file, a folder of flows, or a pattern"),
    "ivr --language": ("输出的语言（默认：终端的语言）", "of what is said here (default: the terminal's)"),
    "ivr check --plan": ("含有可用队列和技能的路由方案", "the routing plan whose queues and skills there are"),
    "ivr test --junit": ("将结果写成 JUnit XML", "write the results as JUnit XML"),
    "ivr test --coverage": ("列出没有测试走过的步骤和出口", "say which steps and exits no test takes"),
    "ivr test --min-coverage": (
        "走过的步骤或出口低于此百分比时算失败",
        "fail when fewer of the steps or exits are taken",
    ),
    "ivr test --live": (
        "再以真实呼叫测试一遍：临时的 Asterisk 和服务器、按脚本的来电者、比对声音",
        "and once more as real calls: a throw-away Asterisk and server, a scripted caller, sounds compared",
    ),
    "ivr test --at-once": ("同时进行的真实呼叫数（默认：8）", "real calls at the same time (default: 8)"),
    "ivr test --longest": (
        "超过此秒数的测试不真实呼叫，标为跳过（默认：120）",
        "tests that would last longer are not called but said to be skipped (default: 120)",
    ),
    "ivr draft": (
        "把流程连同子流程和测试存为新版本；还没有呼叫使用它",
        "save a flow, with its sub-flows and tests, as a new version; no call gets it yet",
    ),
    "ivr <file>": ("流程的主文件", "the flow's main file"),
    "ivr versions": (
        "列出流程的各个版本，以及何时哪一版上线",
        "list the versions of a flow, and what was live when",
    ),
    "ivr live": ("所有新呼叫使用此版本", "all new calls get this version"),
    "ivr canary": (
        "部分新呼叫使用此版本；用 --end 结束",
        "some new calls get this version; with --end none any more",
    ),
    "ivr live --force": ("即使测试未通过", "although its tests fail"),
    "ivr canary --force": ("即使测试未通过", "although its tests fail"),
    "ivr canary --share": ("呼叫的比例，如 10%%", "of the calls, such as 10%%"),
    "ivr canary --number": ("拨打此号码的所有呼叫", "all calls to this number"),
    "ivr canary --end": ("所有新呼叫恢复使用上线的版本", "all new calls get the live version again"),
    "ivr rollback": (
        "退回一步：结束灰度，否则恢复之前上线的版本",
        "one step back: end the canary, or else what was live before is live again",
    ),
    "ivr numbers": (
        "来电者在每一步做了什么，多少人得到完整服务",
        "what callers did at each step, and how many were served to the end",
    ),
    "ivr numbers --version": ("只看一个版本（默认：全部）", "of one version (default: all)"),
    "ivr replay": (
        "用另一个版本重放已记录的呼叫：现在会走到哪里",
        "recorded calls against another version: where they would go now",
    ),
    "ivr replay <flow>": (
        "流程文件，或流程的名称（取其最新版本）",
        "a flow file, or a flow's name (then its newest version)",
    ),
    "ivr replay --version": ("已保存的版本", "a saved version"),
    "--calls": ("回看多久（默认：last-7d）", "how far back (default: last-7d)"),
    "ivr call": (
        "呼叫我们的一部话机，在那里运行流程文件；不计入任何统计",
        "ring a phone of ours, and run a flow file there; nothing of it is counted",
    ),
    "ivr call --device": ("话机，如 1090", "such as 1090"),
    # tables that flows look up in
    "answers": (
        "加载、列出、删除供流程查询的数据表",
        "load the tables that flows look up in, list them, remove one",
    ),
    "answers load": (
        "从 CSV 文件加载数据表，替换原有内容",
        "load a table from a CSV file, in place of what it held",
    ),
    "answers load <table>": (
        "它在流程中的名称：小写字母、数字和 _",
        "its name in flows: small letters, digits and _",
    ),
    "answers load <file>": ("CSV；第一行是列名", "CSV; the first line names the columns"),
    "answers load --key": ("作为键的列（默认：第一列）", "column of the keys (default: the first)"),
    "answers load --encoding": (
        "文件的编码，如 gb18030（默认：utf-8）",
        "of the file, such as gb18030 (default: utf-8)",
    ),
    "answers list": ("列出数据表", "list the tables"),
    "answers remove": ("删除数据表", "remove a table"),
    "answers remove <table>": ("它的名称", "its name"),
    # why, and what if
    "why": (
        "说明座席为何得到某个呼叫，或为何还没有人接",
        "say why an agent got a call, or why nobody has it yet",
    ),
    "why <call>": ("呼叫的编号，见页面", "the call's id, as the pages show it"),
    "why --language": ("原因的语言（默认：终端的语言）", "of the reasons (default: the terminal's)"),
    "replay": (
        "逐步查看已记录的一天，并证明结果相同",
        "step through a recorded day, and prove that it comes out the same",
    ),
    "replay <day>": (
        "有记录的日期，如 2026-11-22，或 today、yesterday",
        "a recorded day, such as 2026-11-22, or today, yesterday",
    ),
    "replay --from": ("从此时刻开始", "begin at this time"),
    "replay --call": ("只看与此呼叫有关的", "only what concerns this call"),
    "replay --agent": ("只看与此座席有关的", "only what concerns this agent"),
    "replay --step": (
        "每个输入后等待按 Enter（在终端上）",
        "wait for Enter after each input (on a terminal)",
    ),
    "whatif": (
        "用另一份路由方案运行已记录的一天；座席人数和预测",
        "run a recorded day under another routing plan; staffing and forecast",
    ),
    "whatif <day>": (
        "过去的日期，如 2026-11-22，或 today、yesterday",
        "a past day, such as 2026-11-22, or today, yesterday",
    ),
    "whatif --change": ("路由方案中要改动的部分", "the part of the routing plan that is to be another"),
    "whatif --runs": ("模拟这一天的次数（默认：20）", "simulate the day so often (default: 20)"),
    "whatif --resample": (
        "每次模拟都重新抽取来电者：与这一天相似的日子",
        "draw the callers anew in each run: days like this one",
    ),
    "whatif --staffing": (
        "为达到队列目标，每半小时所需的座席数",
        "agents needed per half hour for the queues' targets",
    ),
    "whatif --forecast": (
        "DAY 每半小时的预计呼叫数及范围",
        "expected calls per half hour of DAY, with a band",
    ),
    "whatif --json": ("以 JSON 输出结果", "print the result as JSON"),
    # campaigns
    "campaign": (
        "建立、启动和停止外呼活动，导入名单，查看拨打的原因",
        "create, start and stop campaigns, import lists, see why they dial",
    ),
    "campaign list": ("所有活动", "all campaigns"),
    "campaign check": ("说明活动有什么问题", "say what is wrong with a campaign"),
    "campaign save": ("建立或修改活动", "create or change a campaign"),
    "campaign <file>": (
        "活动（YAML 或 JSON）；- 表示标准输入",
        "a campaign (YAML or JSON); - reads it from standard input",
    ),
    "campaign show": ("输出活动的文档", "print a campaign's document"),
    "campaign start": ("让活动开始拨打", "let a campaign dial"),
    "campaign pause": ("不再发起新呼叫；其他不变", "begin no new call; everything else stays"),
    "campaign drain": (
        "不再发起新呼叫，最后一个结束后停止",
        "begin no new call, and stop when the last one is over",
    ),
    "campaign stop": ("停止活动", "stop a campaign"),
    "campaign delete": ("删除草稿", "delete a draft"),
    "campaign waterfall": (
        "说明现在有多少联系人不拨打，以及原因",
        "say how many contacts are not dialled now and why",
    ),
    "campaign mode": ("让活动改用另一种模式", "let a campaign work in another mode"),
    "campaign mode <mode>": ("新的模式", "the mode from now on"),
    "campaign import": ("导入联系人名单（CSV、XLSX）", "import a list of contacts (CSV, XLSX)"),
    "campaign import <file>": ("名单的文件", "the list's file"),
    "campaign import --name": ("名单的名称；默认用文件名", "of the list; the file's without it"),
    "campaign import --columns": (
        "各列的用途，以逗号分隔；默认自动判断",
        "what each column is, with commas between; guessed without it",
    ),
    "campaign import --country": (
        "没有国家代码的号码所属的国家，如 CN",
        "of numbers without a country code, such as CN",
    ),
    "campaign sheet": ("某一天的合规日报", "the compliance sheet of a day"),
    "campaign sheet --day": ("如 2026-11-22；默认今天", "such as 2026-11-22; today without it"),
    "campaign dial": (
        "在没有规则禁止时，为座席拨打号码",
        "have a number dialled for an agent, when nothing forbids it",
    ),
    "campaign dial <number>": ("要拨打的号码", "whom to dial"),
    "campaign dial --agent": ("座席的登录名", "the agent's login"),
    "campaign dial --campaign": ("算作此活动的呼叫；默认不算", "as its call; without it as none's"),
    # who is not called
    "do-not-call": (
        "录入、查找和解除不再致电的号码",
        "enter, find and lift numbers that are not to be called",
    ),
    "do-not-call add": (
        "录入号码：从现在起任何人都不拨打",
        "enter numbers: nobody dials them from now on",
    ),
    "do-not-call add <numbers>": ("电话号码", "telephone numbers"),
    "do-not-call add --file": (
        "更多号码，每行一个；- 表示标准输入",
        "more numbers, one a line; - reads standard input",
    ),
    "do-not-call add --campaign": ("只用于此活动", "only in this campaign"),
    "do-not-call search": ("查找记录", "look for entries"),
    "do-not-call search <text>": ("号码中的数字，或人员", "digits of the number, or the person"),
    "do-not-call lift": ("解除记录：不再有效", "lift an entry: it does not count any more"),
    "do-not-call lift <entry>": ("记录的编号，由 search 给出", "its id, which search gives"),
    "do-not-call lift --reason": ("原因，会被记录", "why; it is recorded"),
}

SENTENCES: Sentences = {
    # values of options that cannot be meant
    "no_percentage": (
        "{text} 不是百分比：请写 0 到 100 的数",
        "{text} is no percentage: write a number from 0 to 100",
    ),
    "no_count": ("{text}：请写 1 到 9999 的整数", "{text}: write a whole number from 1 to 9999"),
    "no_seconds": (
        "{text}：请写秒数，大于 0，最多 86400",
        "{text}: write seconds, more than 0 and at most 86400",
    ),
    "no_share": (
        "{text} 不是比例：请写 10% 或 0.1，大于 0，最多 100%",
        "{text} is no share: write 10% or 0.1, more than 0 and at most 100%",
    ),
    "no_days": (
        "{text} 不是天数：请写如 last-7d，从 last-1d 到 last-92d",
        "{text} is no number of days: write last-7d, from last-1d to last-92d",
    ),
    "no_day": ("{text} 不是日期；写法如 2026-11-22", "{text} is no day; write it like 2026-11-22"),
    "no_time": ("{text} 不是时刻；写法如 09:30", "{text} is no time of day; write it like 09:30"),
    "no_runs": (
        "请写 2 到 1000 的数：区间需要不止一次模拟",
        "write a number from 2 to 1000: an interval needs more than one run",
    ),
}

say = saying(SENTENCES)

OF_ARGPARSE: Mapping[str, str] = {
    "usage: ": "用法: ",
    "positional arguments": "参数",
    "options": "选项",
    "show this help message and exit": "显示此帮助并退出",
    "%(prog)s: error: %(message)s\n": "%(prog)s：错误：%(message)s\n",
    "argument %(argument_name)s: %(message)s": "参数 %(argument_name)s：%(message)s",
    "the following arguments are required: %s": "缺少以下参数：%s",
    "one of the arguments %s is required": "以下参数须给出一个：%s",
    "unrecognized arguments: %s": "无法识别的参数：%s",
    "invalid choice: %(value)r (choose from %(choices)s)": "不能选择 %(value)r（可选：%(choices)s）",
    "invalid %(type)s value: %(value)r": "%(value)r 不是有效的值（%(type)s）",
    "ambiguous option: %(option)s could match %(matches)s": "选项 %(option)s 不明确：可能是 %(matches)s",
    "not allowed with argument %s": "不能与参数 %s 一起使用",
    "ignored explicit argument %r": "此选项不带值，多余的 %r 被忽略",
    "expected one argument": "需要一个值",
    "expected at most one argument": "最多一个值",
    "expected at least one argument": "至少需要一个值",
    "expected %s argument": "需要 %s 个值",
    "expected %s arguments": "需要 %s 个值",
}
"""What argparse says to whoever types a command, in Chinese, by its own English."""


def help_of(command: str, name: str = "") -> tuple[str, str]:
    """Of a command, or of its option or argument ``name``. Raises KeyError."""
    if not name:
        return HELP[command]
    own = name if name.startswith("-") else f"<{name}>"
    places = (f"{command} {own}", f"{command.partition(' ')[0]} {own}")
    return next((HELP[place] for place in places if place in HELP), None) or HELP[own]
