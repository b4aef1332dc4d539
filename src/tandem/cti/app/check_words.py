"""What ``tandem check`` says, in Chinese and English: names of the checks, what was found, what to do."""

from __future__ import annotations

from collections.abc import Mapping

from tandem.agent_desktop.core.resources import CheckLine, CheckTexts
from tandem.cti.app.terminal import LANGUAGES, Sentences

Both = Mapping[str, str]
"""A sentence by language."""

SENTENCES: Sentences = {
    # names
    "asterisk": ("Asterisk 程序", "Asterisk program"),
    "manager": ("Asterisk 管理接口", "Asterisk manager"),
    "database": ("数据库", "Database"),
    "tables": ("数据表", "Tables"),
    "agents": ("座席", "Agents"),
    "plan": ("路由方案", "Routing plan"),
    "dispositions": ("小结", "Dispositions"),
    "flow": ("{number} 的流程", "Flow of {number}"),
    "speech": ("语音合成", "Speech"),
    "pages": ("页面", "Pages"),
    "disk": ("磁盘", "Disk"),
    "port_pages": ("页面端口", "Port for pages"),
    "port_live": ("实时通道端口", "Port for live channel"),
    "certificate": ("证书", "Certificate"),
    # the switch
    "version": ("版本 {version}", "version {version}"),
    "no_asterisk": ("没有安装 Asterisk 20 或更新的版本", "no Asterisk of version 20 or later is installed"),
    "install_asterisk": (
        "请安装软件包 asterisk，或运行：tandem demo（它会自行解压一份）",
        "Install the package asterisk, or run: tandem demo (it unpacks one for itself)",
    ),
    "manager_fine": ("{banner}，端口 {port}", "{banner} on port {port}"),
    "manager_other": (
        "端口 {port} 被其他程序占用：它回应 {banner}",
        "port {port} is taken by something else: it says {banner}",
    ),
    "manager_silent": (
        "127.0.0.1 端口 {port} 没有应答（{why}）",
        "nothing answers on 127.0.0.1 port {port} ({why})",
    ),
    "manager_refused": (
        "Asterisk 拒绝登录：它用的是另一份配置，或另一个服务器已登录",
        "Asterisk refuses the log-in: it runs with another configuration, or another server is logged in",
    ),
    "manager_name": (
        "asterisk.conf 中的 systemname 不是本安装的：它的所有事件都会被当作伪造",
        "systemname in asterisk.conf is not this installation's: all its events would be taken for forged",
    ),
    "start_manager": (
        "请用 `tandem asterisk-config` 写出的配置启动 Asterisk，或把 ami_port 设为其管理接口的端口",
        "Start Asterisk with the configuration that `tandem asterisk-config` writes, "
        "or set ami_port to where its manager listens",
    ),
    "restart_manager": (
        "请用 `tandem asterisk-config` 写出的配置启动 Asterisk，或把 ami_port 设为其管理接口的端口；"
        "然后重新加载或重启 Asterisk",
        "Start Asterisk with the configuration that `tandem asterisk-config` writes, "
        "or set ami_port to where its manager listens; then reload or restart Asterisk",
    ),
    # the database
    "embedded": ("内置；随服务器启动", "embedded; starts with the server"),
    "postgres": ("PostgreSQL {version}", "PostgreSQL {version}"),
    "no_database": ("无法连接（{why}）", "cannot connect ({why})"),
    "start_database": (
        "请启动 PostgreSQL，或改正 TANDEM_DATABASE_URL（postgresql://user@host/database）",
        "Start PostgreSQL, or mend TANDEM_DATABASE_URL (postgresql://user@host/database)",
    ),
    "make_tables": (
        "请运行：tandem user LOGIN --name NAME --device 1001；它会建立数据表",
        "Run: tandem user LOGIN --name NAME --device 1001; it makes the tables",
    ),
    "none": ("还没有", "there are none yet"),
    "add_agent": (
        "请添加一名：tandem user LOGIN --name NAME --device 1001",
        "Add one: tandem user LOGIN --name NAME --device 1001",
    ),
    "fill_dispositions": (
        "请填写数据表 dispositions：话后处理需要从中选择",
        "Fill the table dispositions: a wrap-up needs one to choose",
    ),
    "no_plan": ("还没有路由方案", "there is none yet"),
    "write_plan": ("请写一份，然后运行：tandem routing apply FILE", "Write one, then: tandem routing apply FILE"),
    "plan_fine": (
        "第 {version} 版，{queues} 个队列，{warnings} 个警告",
        "version {version}, {queues} queues, {warnings} warnings",
    ),
    # flows
    "flow_as_file": ("第 {version} 版，与 {file} 相同", "version {version}, as in {file}"),
    "flow_other_file": ("第 {version} 版（{file} 中是另一版）", "version {version} (in {file} stands another one)"),
    "flow_file_spoilt": (
        "{flow} 第 {version} 版（文件已不再有效；{problem}）",
        "version {version} of {flow} (the file does not count any more; {problem})",
    ),
    "flow_spoilt": ("正在使用第 {version} 版：{problem}", "version {version} is live: {problem}"),
    "flow_changed": (
        "{file} 已更改，但呼叫使用第 {version} 版：以数据库为准",
        "{file} was changed, but calls get version {version}: the database counts",
    ),
    "mend_flow": (
        "{fix}tandem ivr draft {file}，然后 tandem ivr live {flow} VERSION",
        "{fix}tandem ivr draft {file}, then tandem ivr live {flow} VERSION",
    ),
    "save_flow": ("请保存：", "Save it: "),
    # the rest
    "install_speech": ("请运行：sudo apt-get install espeak-ng", "Run: sudo apt-get install espeak-ng"),
    "look_at_speech": ("请检查 speech_url 及其旁边的设置", "Look at speech_url and the settings beside it"),
    "built": ("已构建", "built"),
    "not_built": ("页面尚未构建", "the pages are not built"),
    "build": ("请运行：make web", "Run: make web"),
    "disk_fine": ("剩余 {free} GB", "{free} GB free"),
    "disk_full": ("{place} 只剩 {free} MB", "only {free} MB are free in {place}"),
    "free_space": (
        "请释放空间：录音在压缩前每分钟约占 2 MB",
        "Free some space: recordings need about 2 MB a minute until they are compressed",
    ),
    "port_fine": ("{address}:{port} 可用", "{address}:{port} is free"),
    "port_taken": ("端口 {port} 已被占用", "port {port} is taken"),
    "port_refused": ("无法监听 {address} 端口 {port}：{why}", "cannot listen on {address} port {port}: {why}"),
    "free_port": ("请停止占用它的程序，或更改设置 {setting}", "Stop what uses it, or set {setting}"),
    "no_certificate": ("缺少 {file}", "{file} is missing"),
    "make_certificate": (
        "tandem serve 会生成一个；要让浏览器信任，请放入您自己的证书",
        "tandem serve makes one; put your own there for a name that browsers trust",
    ),
}


def both(code: str, **facts: Both | str | int) -> Both:
    """A sentence in both languages; a fact may be one itself."""
    return {
        language: text.format(
            **{name: fact[language] if isinstance(fact, Mapping) else fact for name, fact in facts.items()}
        )
        for language, text in zip(LANGUAGES, SENTENCES[code], strict=True)
    }


def alike(text: str) -> Both:
    """A name, a number: the same in every language."""
    return dict.fromkeys(LANGUAGES, text)


def line(name: Both, problem: Both | None, remedy: Both, fine: Both) -> CheckLine:
    """``problem`` None: all is well, ``fine`` is what is told."""
    found, mend = (fine, alike("")) if problem is None else (problem, remedy)
    texts = {each: CheckTexts(name=name[each], detail=found[each], remedy=mend[each]) for each in LANGUAGES}
    return CheckLine(name=name["en"], ok=problem is None, detail=found["en"], remedy=mend["en"], texts=texts)
