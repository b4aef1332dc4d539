"""The command line says what is wrong in sentences, and writes over nothing that is not its own."""

from __future__ import annotations

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
    etc, home = tmp_path / "etc", tmp_path / "home"
    etc.mkdir()
    (etc / "pjsip.conf").write_text("the owner's own\n")
    for _ in range(2):
        assert cli.main(["asterisk-config", "--home", str(home), str(etc)]) == 0
    assert (etc / "pjsip.conf.before-tandem").read_text() == "the owner's own\n"
    assert "type = endpoint" in (etc / "pjsip.conf").read_text()
    assert (etc / "manager.conf").stat().st_mode & 0o777 == 0o640, "it holds a password"
    said = capsys.readouterr().out
    assert "systemname = " in said
    assert "noload = app_system.so" in said


@pytest.mark.usefixtures("nobody")
def test_the_certificate_is_there_before_asterisk_wants_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert cli.main(["asterisk-config", "--home", str(home), "--listen", "192.0.2.1", str(tmp_path / "etc")]) == 0
    assert (home / "tls" / "certificate.pem").exists()
    assert str(home / "tls" / "key.pem") in (tmp_path / "etc" / "http.conf").read_text()
