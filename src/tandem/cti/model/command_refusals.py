"""Why a command did not do what it was asked, by code, in Chinese and English: what the command line alone can meet.

What the pages meet as well is in ``refusals``. ``{text}`` stands for a sentence in both languages, as there.
"""

from __future__ import annotations

from collections.abc import Mapping

COMMAND_SENTENCES: Mapping[str, tuple[str, str]] = {
    # files that are handed over
    "file_unreadable": ("无法读取 {file}：{text}", "{file} cannot be read: {text}"),
    "file_unwritable": ("无法写入 {file}：{text}", "{file} cannot be written: {text}"),
    "file_absent": ("没有文件 {file}", "{file} is no file"),
    "file_large": ("{file} 超过 {most_mib} MiB", "{file} is larger than {most_mib} MiB"),
    "file_not_utf8": (
        "{file}:{line}：这一行不是 UTF-8。请把文件存为 UTF-8。",
        "{file}:{line}: this is not UTF-8. Save the file as UTF-8.",
    ),
    # the installation and its server
    "not_installed": (
        "{home} 中没有安装：请用 --home 或 TANDEM_HOME 指定。新的安装从那里的 tandem.toml 开始，"
        "或运行：tandem serve --home {home}",
        "there is no installation in {home}: name yours with --home or TANDEM_HOME. "
        "A new one begins with a tandem.toml there, or with: tandem serve --home {home}",
    ),
    "no_server": (
        "{home} 中没有运行服务器；请启动：tandem serve",
        "no server runs in {home}; start it with: tandem serve",
    ),
    "server_silent": ("服务器没有应答；请看它的日志", "the server did not answer; see its log"),
    "server_there": ("{home} 中已有服务器在运行；请先停止它", "a server runs already in {home}; stop it first"),
    "server_other_version": (
        "此服务器不认识 {do}：它的版本是否与命令不同？",
        "this server knows no {do}: is it of another version than the command?",
    ),
    "secrets_damaged": (
        "{file} 已损坏（{why}）；移走它，会生成新的密钥",
        "{file} is damaged ({why}); move it away and new secrets are made",
    ),
    "database_silent": ("数据库没有应答：{why}", "the database does not answer: {why}"),
    "settings_toml": ("{file}：不是有效的 TOML：{why}", "{file}: {why}"),
    "settings_misfit": (
        "{file} 或环境变量 TANDEM_* 有误：{why}",
        "{file} or TANDEM_* in the environment: {why}",
    ),
    "carrier_wrong": ("设置 carriers 中的 '{carrier}'：{text}", "carriers: '{carrier}': {text}"),
    "no_plan_to_serve": (
        "还没有路由方案：请写一份（docs/how-to/routing.md），再用 tandem routing apply 应用",
        "there is no routing plan yet: write one (docs/how-to/routing.md) and tandem routing apply it",
    ),
    "cannot_listen_port": (
        "无法监听 {address} 端口 {port}（{text}）：请检查设置 listen 和 {setting}。",
        "Cannot listen on {address} port {port} ({text}): check the settings listen and {setting}.",
    ),
    "cannot_listen": ("listen：无法监听 {address}：{text}", "listen: cannot listen on {address}: {text}"),
    # people
    "phone_needed": (
        "座席需要一部话机：请用 --device 指定，如 --device 1001",
        "an agent needs a phone: give --device, such as --device 1001",
    ),
    "password_short": (
        "密码太短：至少 {least} 个字符",
        "the password is too short: at least {least} characters",
    ),
    "phone_taken": (
        "话机 {device} 是 {holder} 的：请用 --device 指定另一部",
        "the phone {device} is that of {holder}: give another --device",
    ),
    # the routing plan
    "no_plan_to_show": (
        "还没有路由方案：tandem routing apply FILE",
        "there is no routing plan yet: tandem routing apply FILE",
    ),
    "no_such_plan_version": (
        "没有第 {version} 版路由方案",
        "there is no version {version} of the routing plan",
    ),
    # flows
    "flow_nameless": (
        "文件中没有用来保存的 name:；请写上 name: 和流程的名称",
        "the file has no name: to be saved under; write name: and the flow's name",
    ),
    "which_version": (
        "请指定版本：tandem ivr versions FLOW 会列出",
        "say which version: tandem ivr versions FLOW lists them",
    ),
    "file_has_no_version": (
        "文件没有版本：请指定流程的名称，或去掉 --version",
        "a file has no version: give the flow's name, or leave out --version",
    ),
    "no_flow_no_file": (
        "没有流程 {flow}，也没有这个名称的文件",
        "there is no flow {flow}, and no file of this name",
    ),
    "no_flow_version": (
        "流程 {flow} 没有第 {version} 版",
        "there is no version {version} of the flow {flow}",
    ),
    "no_device": ("没有话机 {device}；现有：{phones}", "there is no phone {device}; there are {phones}"),
    # tables of answers
    "no_table": ("没有数据表 {table}", "there is no table of answers {table}"),
    "no_table_loaded": (
        "没有数据表 {table}：tandem answers load {table} FILE",
        "there is no table of answers {table}: tandem answers load {table} FILE",
    ),
    "table_name": (
        "“{table}”不能用作表名：只能用小写字母、数字和 _，以字母开头",
        '"{table}" is no name for a table: small letters, digits and _, a letter first',
    ),
    "table_refused": ("无法保存数据表 {table}（{why}）", "the table {table} cannot be stored ({why})"),
    "answers_large": ("{file} 超过 {most_mb} MB", "{file} is larger than {most_mb} MB"),
    "answers_no_encoding": (
        "没有编码“{encoding}”；请试 utf-8 或 gb18030",
        'there is no encoding "{encoding}"; try utf-8 or gb18030',
    ),
    "answers_encoding": (
        "{file}：第 {line} 行附近不是 {encoding}；请用 --encoding 指定",
        "{file}: near line {line}: this is not {encoding}; give its --encoding",
    ),
    "answers_header": (
        "{file}:1：第一行须列出 2 到 {most} 个列名，不重复，每个最多 {longest} 个字符",
        "{file}:1: the first line names 2 to {most} columns, each once and with at most {longest} characters",
    ),
    "answers_no_column": (
        "{file}:1：没有列“{column}”；现有：{columns}",
        '{file}:1: there is no column "{column}"; there are {columns}',
    ),
    "answers_csv": ("{file}:{line}：不是 CSV：{why}", "{file}:{line}: this is no CSV: {why}"),
    "answers_fields": (
        "{file}:{line}：有 {fields} 个字段，而第一行列出 {columns} 个",
        "{file}:{line}: {fields} fields, and the first line names {columns}",
    ),
    "answers_key": (
        "{file}:{line}：键为 1 到 {longest} 个字符",
        "{file}:{line}: a key has 1 to {longest} characters",
    ),
    "answers_field_long": (
        "{file}:{line}：有字段超过 {longest} 个字符",
        "{file}:{line}: a field is longer than {longest} characters",
    ),
    "answers_key_again": (
        "{file}:{line}：与第 {earlier} 行的键重复",
        "{file}:{line}: the key of line {earlier} comes again",
    ),
    "answers_rows": ("{file}:{line}：超过 {most} 行", "{file}:{line}: more than {most} rows"),
    # campaigns and numbers
    "campaign_yaml": ("{file}：不是有效的 YAML：{why}", "{file}: this is no YAML: {why}"),
    "campaign_no_mapping": (
        "{file}：活动是一组字段：id、name、mode……",
        "{file}: a campaign is a mapping: id, name, mode, …",
    ),
    "no_numbers_given": (
        "请给出号码，或用 --file 指定号码文件",
        "give numbers, or a file of them with --file",
    ),
    "not_dialable": ("“{number}”不是号码", "'{number}' is no number"),
    # parts of other makers
    "no_sipp": (
        "试呼需要 sipp：sudo apt-get install sip-tester",
        "the probe needs sipp: sudo apt-get install sip-tester",
    ),
    "no_playwright": (
        "无界面的座席需要 playwright：pip install 'tandem-cti[demo]'",
        "the headless agent needs playwright: pip install 'tandem-cti[demo]'",
    ),
    "no_chromium": (
        "本机没有 Chromium：sudo apt-get install chromium",
        "there is no Chromium on this machine: sudo apt-get install chromium",
    ),
    "program_missing": (
        "缺少 {program}。请运行：sudo apt-get install {package}",
        "{program} is missing. Run: sudo apt-get install {package}",
    ),
    "packages_missing": (
        "缺少软件包。请运行：sudo apt-get install {packages}",
        "Missing packages. Run: sudo apt-get install {packages}",
    ),
    "packages_by_hand": (
        "缺少：{packages}（Debian 的名称）。请用您的软件包管理器安装。",
        "Missing: {packages} (Debian's names). Install them with your package manager.",
    ),
    "packages_refused": ("apt-get 无法安装 {packages}：\n{log}", "apt-get could not install {packages}:\n{log}"),
    "no_mmdebstrap": (
        "本机没有 Asterisk 20 或更新的版本，也没有安装用来解压它的 mmdebstrap。"
        "请运行：sudo apt-get install mmdebstrap debian-archive-keyring",
        "No Asterisk 20 or later on this machine, and mmdebstrap, which unpacks one, is not installed. "
        "Run: sudo apt-get install mmdebstrap debian-archive-keyring",
    ),
    "no_room_to_unpack": (
        "{folder} 剩余 {free_gb} GB，解压 Asterisk 需要 {needed_gb} GB；请腾出空间或设置 XDG_CACHE_HOME",
        "{folder} has {free_gb} GB free, unpacking Asterisk needs {needed_gb}; make room or set XDG_CACHE_HOME",
    ),
    "asterisk_not_unpacked": ("无法解压 Asterisk：{why}", "Asterisk could not be unpacked: {why}"),
    "asterisk_late": (
        "{folder} 中的 Asterisk 没有按时就绪。它最后的输出：\n{log}",
        "Asterisk in {folder} was not ready in time. Its last words:\n{log}",
    ),
    "asterisk_ended": (
        "{folder} 中的 Asterisk 已结束，代码 {status}。它最后的输出：\n{log}",
        "Asterisk in {folder} ended with code {status}. Its last words:\n{log}",
    ),
    "no_postgres": (
        "缺少 PostgreSQL：pip install {package}，或设置 TANDEM_DATABASE_URL",
        "PostgreSQL is missing: pip install {package}, or set TANDEM_DATABASE_URL",
    ),
    "postgres_as_root": (
        "PostgreSQL 不以 root 运行，而这个 root 无法变为其他用户（只有一个用户号的用户命名空间？）。"
        "请以普通用户运行，或让 TANDEM_DATABASE_URL 指向您自己的 PostgreSQL。",
        "PostgreSQL does not run as root, and this root cannot become another user (a user namespace with one "
        "id?). Run as a plain user, or point TANDEM_DATABASE_URL at a PostgreSQL of your own.",
    ),
    "postgres_version": (
        "{folder} 由 PostgreSQL {made_by} 建立，现在是 {major}：请转储后恢复，或把它移走",
        "{folder} was made by PostgreSQL {made_by}, this one is {major}: dump and restore it, or move it away",
    ),
    "postgres_silent": (
        "{folder} 中的 PostgreSQL 不接受连接（{why}）。它最后的输出：\n{log}",
        "PostgreSQL in {folder} takes no connection ({why}). Its last words:\n{log}",
    ),
    "postgres_ended": (
        "{folder} 中的 PostgreSQL 已结束。它最后的输出：\n{log}",
        "PostgreSQL in {folder} ended. Its last words:\n{log}",
    ),
    "database_refused": ("无法在 {folder} 中建立数据库：\n{log}", "the database in {folder} cannot be created:\n{log}"),
    "folder_of_others": (
        "{folder} 属于用户 {user}：请以该用户运行，或删除它",
        "{folder} belongs to the user {user}: run as that user, or remove it",
    ),
    # days that are looked at again
    "day_not_recorded": (
        "{folder} 中没有 {day} 的输入记录；{text}",
        "no inputs were recorded on {day} in {folder}; {text}",
    ),
    "day_without_calls": (
        "{day} 没有排队的呼叫：输入记录和数据库中都没有",
        "no call waited on {day}, neither in a journal nor in the database",
    ),
    "no_plan_saved": ("从未保存过路由方案", "no routing plan was ever saved"),
    "what_if_what": (
        "请用 --change FILE 说明要改什么，或用 --staffing、--forecast",
        "say what is to be another with --change FILE, or ask for --staffing or --forecast",
    ),
    "study_broken": (
        "模拟的一个进程提前结束；内存是否足够？",
        "a process of the simulation ended early; is there enough memory?",
    ),
}
