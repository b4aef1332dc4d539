"""What ``tandem demo`` says, in Chinese and English."""

from __future__ import annotations

from tandem.cti.app.terminal import Sentences, saying

SENTENCES: Sentences = {
    "stopped": ("已停止", "stopped"),
    # on the way
    "no_campaign": (
        "没有外呼活动：此文件夹的路由方案改过，没有供它使用的队列",
        "no campaign: the routing plan of this folder was changed, and has no queue for it",
    ),
    "add_queue": (
        "请加入队列 {queue} 和做外呼的座席，或用 --fresh 重新开始",
        "add the queue {queue}, with agents who do outbound work, or begin anew with --fresh",
    ),
    "no_systems": (
        "流程背后没有系统（端口 {port}：{why}）；流程走备用出口",
        "no systems behind the flows (port {port}: {why}); they take their fallback exits",
    ),
    "first_start": (
        "第一次启动要合成约 500 段提示音：约多用 15 秒",
        "the first start speaks some 500 prompts: about a quarter of a minute more",
    ),
    "headless": ("无界面的 Chromium 充当座席 mei", "a headless Chromium as the agent mei"),
    "rings_in": ("有来电", "a caller rings in"),
    # when it runs
    "screen": (
        "\n"
        "  Tandem 正在运行。   {url}/\n"
        "\n"
        "    座席        mei     {password}      （其他：mei, tom, lin, ana, wei ...）\n"
        "    外呼座席    kai     {password}      （只为外呼活动工作）\n"
        "    班长        sofia   {password}\n"
        "    运维        omar    {password}\n"
        "\n"
        "  打开上面的网址，用 mei 登录，允许使用麦克风，点“就绪”：10 秒内有来电。\n"
        "  外呼：用 kai 登录并点“就绪”；再用 sofia 登录（无痕窗口），打开“外呼”，启动“白金卡邀请”。\n"
        "  用 omar 登录，打开“流程”：六个菜单，已有一周的模拟数据，并不断有来电。",
        "\n"
        "  Tandem is running.   {url}/\n"
        "\n"
        "    agent        mei     {password}      (others: mei, tom, lin, ana, wei ...)\n"
        "    outbound     kai     {password}      (an agent who works for campaigns alone)\n"
        "    supervisor   sofia   {password}\n"
        "    operator     omar    {password}\n"
        "\n"
        "  Open this, log in as mei, allow the microphone, click Ready: a call arrives in 10 s.\n"
        "  Outbound: log in as kai, click Ready; as sofia (a private window), Campaigns, Platinum card, Start.\n"
        "  As omar, open Flows: six menus with a week of made-up calls, and callers who try them now.",
    ),
    "warns": (
        "  证书是现场生成的：浏览器会警告一次。",
        "  The certificate was made on the spot: your browser warns once.",
    ),
    "log": (
        "\n  服务器日志：{file}\n  Ctrl-C 停止全部。\n",
        "\n  Log of the server: {file}\n  Ctrl-C stops everything.\n",
    ),
    # one whole call
    "what": ("内容", "what"),
    "invite": ("来电", "invite"),
    "answered": ("接听", "answered"),
    "digit": ("按键", "IVR digit"),
    "queued": ("排队", "queued"),
    "matched": ("选定座席", "matched"),
    "pop_shown": ("弹屏", "pop on screen"),
    "ringing": ("振铃", "ringing"),
    "talking": ("通话", "talking"),
    "wrap_up": ("话后处理", "wrap-up"),
    "recording_saved": ("录音已保存", "recording saved"),
    "history_written": ("历史已写入", "history written"),
    "recording": (
        "整个通话的双声道录音（有 {channels} 个声道，{seconds} 秒）",
        "a stereo recording of the whole talk (there are {channels} channels, {seconds} s)",
    ),
    "history": ("客户历史中的联系记录", "the contact in the customer's history"),
    "missing": ("缺少：{name}", "MISSING: {name}"),
    "whole": ("整个呼叫均已看到。", "The whole call was seen."),
    "not_whole": ("这个呼叫不完整。", "The call is not whole."),
}

say = saying(SENTENCES)
