"""The command line says what is wrong in sentences, and writes over nothing that is not its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tandem.cti.app import cli
from tandem.cti.model.errors import BadRequest, Unavailable


def fail_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def run(_: Any) -> int:
        raise error

    monkeypatch.setattr(cli, "_version", run)


def test_a_fault_is_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    fail_with(monkeypatch, BadRequest("the port is taken"))
    assert cli.main(["version"]) == 1
    assert capsys.readouterr().err == "tandem: the port is taken\n"


def test_faults_of_tasks_are_sentences_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    inner = ExceptionGroup("inner", [Unavailable("no database")])
    fail_with(monkeypatch, ExceptionGroup("tasks", [BadRequest("no queue"), inner]))
    assert cli.main(["version"]) == 1
    assert capsys.readouterr().err == "tandem: no queue\ntandem: no database\n"


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    fail_with(monkeypatch, ExceptionGroup("tasks", [BadRequest("no queue"), ZeroDivisionError()]))
    with pytest.raises(ExceptionGroup):
        cli.main(["version"])


@pytest.mark.parametrize(
    "command",
    [
        "routing export", "routing check plan.yaml", "answers list", "user mei --name Mei --device 1001", "why c-1",
        "campaign list", "do-not-call search 1", "replay today", "whatif today --forecast", "asterisk-config etc",
        "probe", "check",
    ],
)  # fmt: skip
def test_a_slip_in_the_name_of_the_home_makes_no_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "mistyped"
    assert cli.main([*command.split(), "--home", str(home)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"tandem: there is no installation in {home}: ")
    assert f"tandem serve --home {home}" in said
    assert list(tmp_path.iterdir()) == []


def test_help_names_the_home_that_the_command_takes(capsys: pytest.CaptureFixture[str]) -> None:
    said = {}
    for command in ("demo", "serve"):
        with pytest.raises(SystemExit):
            cli.main([command, "--help"])
        said[command] = " ".join(capsys.readouterr().out.split())
    assert "default: ~/.cache/tandem/demo," in said["demo"]
    assert "default: TANDEM_HOME, else ~/.local/share/tandem)" in said["serve"]


def a_home(folder: Path) -> Path:
    home = folder / "home"
    home.mkdir()
    (home / "tandem.toml").touch()
    return home


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database without agents."""

    @asynccontextmanager
    async def url() -> AsyncIterator[str]:
        yield "postgresql:///nowhere"

    class Nobody:
        def __init__(self, *_: Any, **__: Any) -> None: ...

        async def open(self) -> None: ...

        async def close(self) -> None: ...

        async def phones(self) -> list[Any]:
            return []

    async def migrate(_: str) -> list[str]:
        return []

    monkeypatch.setattr(cli, "database", lambda _: url())
    monkeypatch.setattr("tandem.cti.storage.pool.Database", Nobody)
    monkeypatch.setattr("tandem.cti.adapters.postgres.calls.CallStore", Nobody)
    monkeypatch.setattr("tandem.cti.storage.migrate.migrate", migrate)


@pytest.mark.usefixtures("nobody")
def test_what_stood_there_at_first_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    etc, home = tmp_path / "etc", a_home(tmp_path)
    etc.mkdir()
    (etc / "pjsip.conf").write_text("the owner's own\n")
    usual = os.umask(0o077)
    try:
        for _ in range(2):
            assert cli.main(["asterisk-config", "--home", str(home), str(etc)]) == 0
    finally:
        os.umask(usual)
    assert (etc / "pjsip.conf.before-tandem").read_text() == "the owner's own\n"
    assert "type = endpoint" in (etc / "pjsip.conf").read_text()
    assert (etc / "manager.conf").stat().st_mode & 0o777 == 0o640, "it holds a password, and Asterisk's group reads it"
    said = capsys.readouterr().out
    assert "systemname = " in said
    assert "noload = app_system.so" in said


@pytest.mark.usefixtures("nobody")
def test_the_certificate_is_there_before_asterisk_wants_it(tmp_path: Path) -> None:
    home = a_home(tmp_path)
    assert cli.main(["asterisk-config", "--home", str(home), "--listen", "192.0.2.1", str(tmp_path / "etc")]) == 0
    assert (home / "tls" / "certificate.pem").exists()
    assert str(home / "tls" / "key.pem") in (tmp_path / "etc" / "http.conf").read_text()
