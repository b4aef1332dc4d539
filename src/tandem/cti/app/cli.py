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
from tandem.cti.app.history.command_line import add_replay_arguments, add_whatif_arguments
from tandem.cti.app.installation import Installation, default_home, expect_installed
from tandem.cti.app.ivr_cli import add_commands as add_ivr_commands
from tandem.cti.app.routing_cli import add_commands as add_routing_commands
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
        print(f"tandem: {error}", file=sys.stderr)
        return 1
    except ExceptionGroup as group:
        # tasks that run together fail together; what is ours to explain needs no traceback
        ours, others = group.split(CtiError)
        if ours is None or others is not None:
            raise
        for one in _leaves(ours):
            print(f"tandem: {one}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # who read our output has enough of it (`| head`); what is still to be flushed at the end goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tandem", description="Contact-center CTI server for Asterisk.")
    parser.add_argument("-v", "--verbose", action="store_true", help="say more")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    def at_home(made: argparse.ArgumentParser, usual: str = "TANDEM_HOME, else ~/.local/share/tandem") -> None:
        made.add_argument("--home", type=Path, default=None, help=f"folder of the installation (default: {usual})")
        made.add_argument("--listen", metavar="ADDRESS", help="serve HTTPS and WSS on this address")
        for name, what in _PORTS.items():
            made.add_argument(f"--{name}-port", type=int, metavar="PORT", help=what)

    at_home(command("serve", _serve, "run the server"))
    demo = command("demo", _demo, "start everything on this machine, with synthetic callers")
    at_home(demo, usual="~/.cache/tandem/demo, with --once ~/.cache/tandem/demo-once")
    demo.add_argument("--once", action="store_true", help="one call without a person; print its timeline")
    demo.add_argument("--fresh", action="store_true", help="forget what earlier demos left")
    at_home(command("check", _check, "say what is wrong with this installation and what to do"))
    config = command("asterisk-config", _asterisk_config, "write Asterisk's configuration for this installation")
    at_home(config)
    config.add_argument("folder", type=Path, help="where to write it, such as /etc/asterisk")
    config.add_argument("--music", type=Path, default=Path("/usr/share/asterisk/moh"), help="folder of music on hold")
    user = command("user", _user, "add a user, or change one")
    at_home(user)
    user.add_argument("login")
    user.add_argument("--name", required=True)
    user.add_argument("--role", choices=("agent", "supervisor", "operator", "admin"), default="agent")
    user.add_argument("--device", help="extension of the agent's phone, such as 1001")
    user.add_argument("--language", choices=("zh", "en"), default="zh")
    probe = command("probe", _probe, "place a test call through the line and report")
    at_home(probe)
    probe.add_argument("--number", default="", help="the number to call (default: the first flow's)")
    probe.add_argument("--stay", type=float, default=6.0, help="seconds to stay in the call")
    routing = command("routing", _routing, "look at the routing plan, check one, apply one, go back")
    add_routing_commands(routing, at_home)
    ivr = command("ivr", _ivr, "check and test flows, put versions of them into force, see what callers did")
    add_ivr_commands(ivr, at_home)
    answers = command("answers", _answers, "load the tables that flows look up in, list them, remove one")
    add_answers_commands(answers, at_home)
    why = command("why", _why, "say why an agent got a call, or why nobody has it yet")
    at_home(why)
    why.add_argument("call", help="the call's id, as the pages show it")
    why.add_argument("--language", choices=("en", "zh"), help="of the reasons (default: the terminal's)")
    why.add_argument("--json", action="store_true", help="everything, as JSON")
    campaign = command("campaign", _campaign, "create, start and stop campaigns, import lists, see why they dial")
    add_campaign_commands(campaign, at_home)
    do_not_call = command("do-not-call", _do_not_call, "enter, find and lift numbers that are not to be called")
    add_do_not_call_commands(do_not_call, at_home)
    replay = command("replay", _replay, "step through a recorded day, and prove that it comes out the same")
    at_home(replay)
    add_replay_arguments(replay)
    whatif = command("whatif", _whatif, "run a recorded day under another routing plan; staffing and forecast")
    at_home(whatif)
    add_whatif_arguments(whatif)
    command("version", _version, "print the version")
    return parser


def _installation(asked: argparse.Namespace, **more: Any) -> Installation:
    given = {name: getattr(asked, name, None) for name in _FLAGS}
    return Installation.at(asked.home or default_home(), given | more)


def _existing(asked: argparse.Namespace) -> Installation:
    """For all but what makes one. Raises ResourceMissing."""
    expect_installed(asked.home or default_home())
    return _installation(asked)


_PORTS = {
    "http": "pages",
    "seat": "live channel of the pages",
    "ami": "Asterisk's manager interface, loopback only",
    "sip": "SIP over UDP, from the carrier",
    "phone": "SIP over WebSocket, from the pages",
}
_FLAGS = ("listen", "http_port", "seat_port", "ami_port", "sip_port", "phone_port")


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
    from tandem.cti.app.terminal import language_of_terminal

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
            new.write_text(text, encoding="utf-8")
            new.replace(file)
    except OSError as error:
        raise BadRequest.because(
            "file_unwritable", file=str(error.filename or folder), texts=reason_of(error)
        ) from None
    print(f"{len(files)} files in {folder}; what stood there at first is kept beside them as *.conf.before-tandem")
    print(f"In asterisk.conf, section [options], set: systemname = {installation.secrets.system_name}")
    print("In modules.conf, section [modules], add (with any of these a caller or AMI user could reach the host):")
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
    from tandem.cti.app.terminal import language_of_terminal
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
