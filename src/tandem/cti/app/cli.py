"""The command ``tandem``."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tandem import __version__
from tandem.agent_desktop.core.resources import CheckLine
from tandem.cti.app.answers_cli import add_commands as add_answers_commands
from tandem.cti.app.campaign_cli import add_commands as add_campaign_commands
from tandem.cti.app.campaign_cli import add_do_not_call_commands
from tandem.cti.app.command_parser import CommandParser
from tandem.cti.app.command_words import say
from tandem.cti.app.history.command_line import add_replay_arguments, add_whatif_arguments
from tandem.cti.app.installation import Installation, default_home, expect_installed
from tandem.cti.app.ivr_cli import add_commands as add_ivr_commands
from tandem.cti.app.routing_cli import add_commands as add_routing_commands
from tandem.cti.app.terminal import LANGUAGES, language_of_terminal
from tandem.cti.model.errors import BadRequest, CtiError
from tandem.cti.model.system_reasons import reason_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: well; 1: something is wrong, said on stderr; 2: the command line is wrong."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    usual = logging.INFO if asked.run is _serve else logging.WARNING
    logging.basicConfig(
        level=logging.DEBUG if asked.verbose else usual,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    try:
        code = int(asked.run(asked))
        sys.stdout.flush()
        return code
    except CtiError as error:
        _fail(error)
        return 1
    except ExceptionGroup as group:
        # tasks that run together fail together; what is ours to explain needs no traceback
        ours, others = group.split(CtiError)
        if ours is None or others is not None:
            raise
        for one in _leaves(ours):
            _fail(one)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # who read our output has enough of it (`| head`); what is still to be flushed at the end goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _leaves(group: ExceptionGroup[CtiError]) -> Iterator[CtiError]:
    for inner in group.exceptions:
        if isinstance(inner, ExceptionGroup):
            yield from _leaves(inner)
        else:
            yield inner


def _fail(error: CtiError) -> None:
    print(f"tandem: {error.in_language(language_of_terminal())}", file=sys.stderr)


def _parser() -> CommandParser:
    parser = CommandParser()
    parser.takes("-v", "--verbose", action="store_true")
    parser.chosen("COMMAND")

    def command(name: str, run: Any, *reaches: str) -> CommandParser:
        made = parser.command(name)
        made.set_defaults(run=run)
        for flag in reaches:
            port = {"type": int, "metavar": "PORT"} if flag.endswith("_port") else {"metavar": "ADDRESS"}
            made.takes(f"--{flag.replace('_', '-')}", **port)
        return made

    def at_home(made: CommandParser) -> None:
        made.takes("--home", type=Path, default=None)

    at_home(command("serve", _serve, *_FLAGS))
    demo = command("demo", _demo, *_FLAGS)
    at_home(demo)
    demo.takes("--once", action="store_true")
    demo.takes("--fresh", action="store_true")
    at_home(command("check", _check, "listen", "http_port", "seat_port", "ami_port"))
    config = command("asterisk-config", _asterisk_config, "listen", "ami_port", "sip_port", "phone_port")
    at_home(config)
    config.takes("folder", type=Path)
    config.takes("--music", type=Path, default=Path("/usr/share/asterisk/moh"))
    user = command("user", _user)
    at_home(user)
    user.takes("login")
    user.takes("--name", required=True)
    user.takes("--role", choices=("agent", "supervisor", "operator", "admin"), default="agent")
    user.takes("--device")
    user.takes("--language", choices=LANGUAGES, default="zh")
    probe = command("probe", _probe, "listen", "sip_port")
    at_home(probe)
    probe.takes("--number", default="")
    probe.takes("--stay", type=float, default=6.0)
    add_routing_commands(command("routing", _routing), at_home)
    add_ivr_commands(command("ivr", _ivr), at_home)
    add_answers_commands(command("answers", _answers), at_home)
    why = command("why", _why)
    at_home(why)
    why.takes("call")
    why.takes("--language", choices=LANGUAGES)
    why.takes("--json", action="store_true")
    add_campaign_commands(command("campaign", _campaign), at_home)
    add_do_not_call_commands(command("do-not-call", _do_not_call), at_home)
    replay = command("replay", _replay)
    at_home(replay)
    add_replay_arguments(replay)
    whatif = command("whatif", _whatif)
    at_home(whatif)
    add_whatif_arguments(whatif)
    command("version", _version)
    return parser


_FLAGS = ("listen", "http_port", "seat_port", "ami_port", "sip_port", "phone_port")
"""Settings that a command may be given, if what it does goes by them."""


def _installation(asked: argparse.Namespace, **more: Any) -> Installation:
    given = {name: getattr(asked, name, None) for name in _FLAGS}
    return Installation.at(asked.home or default_home(), given | more)


def _existing(asked: argparse.Namespace) -> Installation:
    """For all but what makes one. Raises ResourceMissing."""
    expect_installed(asked.home or default_home())
    return _installation(asked)


def _version(_: argparse.Namespace) -> int:
    print(f"tandem {__version__}")
    return 0


def _say(text: str) -> None:
    print(f"- {text}", file=sys.stderr, flush=True)


def _serve(asked: argparse.Namespace) -> int:
    return asyncio.run(_serve_until_told(_installation(asked)))


async def _serve_until_told(installation: Installation) -> int:
    from tandem.cti.app.certificate import ensure_certificate
    from tandem.cti.app.server import serving
    from tandem.cti.runtime.alone import alone

    if installation.serves_tls:
        ensure_certificate(installation.certificate, installation.key, installation.names)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    with alone(installation.home):  # before the embedded database, which a second server would take over and stop
        async with database(installation, owner=True) as url, serving(installation, url, progress=_say):
            await stop.wait()
    return 0


def database(installation: Installation, *, owner: bool = False) -> Any:
    """The database's URL while the ``with`` block runs: the given one, or an embedded server's.

    One that was running before goes on running, unless for its ``owner``: commands come and go beside the server."""
    from contextlib import asynccontextmanager

    from tandem.cti.provision.postgres import EmbeddedPostgres

    given = os.environ.get("TANDEM_DATABASE_URL") or installation.settings.database_url

    @asynccontextmanager
    async def url() -> Any:
        if given:
            yield given
            return
        embedded = EmbeddedPostgres(installation.postgres_dir, outlive_parent=owner)
        async with embedded if owner else embedded.borrowed() as server:
            yield server.url

    return url()


def _demo(asked: argparse.Namespace) -> int:
    from tandem.cti.app.demo import demo

    return demo(asked)


_FOUND = {"zh": ("有误", "正常"), "en": ("WRONG", "ok   ")}
"""Whether a check found all well, by language."""


def _check(asked: argparse.Namespace) -> int:
    from tandem.cti.app.checks import check_installation, is_serving

    # without a folder that was named, whoever is about to set one up sees what is missing
    installation = _existing(asked) if asked.home else _installation(asked)

    async def check() -> list[CheckLine]:
        return await check_installation(installation, serving=await is_serving(installation))

    lines = asyncio.run(check())
    language = language_of_terminal()
    colon = "：" if language == "zh" else ": "
    for line in lines:
        told, word = line.texts[language], _FOUND[language][line.ok]
        print(f"{word} {told.name}{colon}{told.detail}")
        if not line.ok:
            print(f"      {told.remedy}")
    return 0 if all(line.ok for line in lines) else 1


def _asterisk_config(asked: argparse.Namespace) -> int:
    return asyncio.run(_write_asterisk_config(_existing(asked), asked.folder, asked.music))


async def _write_asterisk_config(installation: Installation, folder: Path, music: Path) -> int:
    from tandem.cti.adapters.asterisk.config import asterisk_files
    from tandem.cti.adapters.postgres.calls import CallStore
    from tandem.cti.app.certificate import ensure_certificate
    from tandem.cti.provision.asterisk_conf import FORBIDDEN_MODULES
    from tandem.cti.storage.migrate import migrate
    from tandem.cti.storage.pool import Database

    if installation.serves_tls:
        # Asterisk serves the phones with it and may be started before the server
        ensure_certificate(installation.certificate, installation.key, installation.names)
    async with database(installation) as url:
        await migrate(url)
        pool = Database(url, connections=1)
        await pool.open()
        devices = await CallStore(pool).phones()
        await pool.close()
    files = asterisk_files(installation.switch_settings(devices, music))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            file = folder / name
            before = folder / f"{name}.before-tandem"
            if file.exists() and not before.exists():
                file.replace(before)
            new = folder / f"{name}.new"
            new.touch(mode=0o640)
            new.chmod(0o640)  # also where new files are for their owner alone: Asterisk's group reads them
            new.write_text(text, encoding="utf-8")
            new.replace(file)
    except OSError as error:
        raise BadRequest.because(
            "file_unwritable", file=str(error.filename or folder), texts=reason_of(error)
        ) from None
    language = language_of_terminal()
    print(say("written", language, files=len(files), folder=folder))
    print(say("system_name", language, name=installation.secrets.system_name))
    print(say("no_modules", language))
    print("\n".join(f"  noload = {module}.so" for module in sorted(FORBIDDEN_MODULES)))
    return 0


def _user(asked: argparse.Namespace) -> int:
    from tandem.cti.app.users import put_user

    return asyncio.run(put_user(asked, database(_existing(asked))))


def _probe(asked: argparse.Namespace) -> int:
    from tandem.cti.app.probe import probe

    return probe(_existing(asked), asked.number, asked.stay)


def _routing(asked: argparse.Namespace) -> int:
    from tandem.cti.app.routing_cli import run

    installation = _existing(asked)
    return asyncio.run(run(asked, installation.home, database(installation)))


def _ivr(asked: argparse.Namespace) -> int:
    from tandem.cti.app.ivr_cli import run

    return run(asked, lambda: _installation(asked), database)


def _campaign(asked: argparse.Namespace) -> int:
    from tandem.cti.app.campaign_cli import run

    return asyncio.run(run(asked, _existing(asked).home))


def _do_not_call(asked: argparse.Namespace) -> int:
    from tandem.cti.app.campaign_cli import run_do_not_call

    return asyncio.run(run_do_not_call(asked, _existing(asked).home))


def _answers(asked: argparse.Namespace) -> int:
    from tandem.cti.app.answers_cli import run

    return asyncio.run(run(asked, database(_existing(asked))))


def _why(asked: argparse.Namespace) -> int:
    from tandem.cti.app.why_cli import why

    installation = _existing(asked)
    language = asked.language or language_of_terminal()
    found = why(asked.call, installation.home, database(installation), language=language, as_json=asked.json)
    return asyncio.run(found)


def _replay(asked: argparse.Namespace) -> int:
    from tandem.cti.app.history.replay_report import run_replay

    return run_replay(asked, _existing(asked).inputs_dir)


def _whatif(asked: argparse.Namespace) -> int:
    from contextlib import asynccontextmanager

    from tandem.cti.app.history.whatif_report import run_whatif
    from tandem.cti.storage.pool import Database

    installation = _existing(asked)

    @asynccontextmanager
    async def opened() -> Any:
        async with database(installation) as url:
            pool = Database(url, connections=1)
            await pool.open()
            try:
                yield pool
            finally:
                await pool.close()

    return asyncio.run(run_whatif(asked, installation.inputs_dir, opened))


if __name__ == "__main__":
    raise SystemExit(main())
