"""``tandem ivr check`` and ``tandem ivr test``: what they say in both languages, and how they end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from tandem.cti.app import cli, ivr_catalog
from tandem.cti.model.errors import Unavailable
from tandem.cti.provision import postgres_home
from tandem.ivr.core.flow_reading import Catalog
from tandem.routing.plan_file import parse_plan

ROOT = Path(__file__).parents[3]
PLAN = ROOT / "src/tandem/cti/app/demo_routing.yaml"

FLOW = """\
format: 1
name: little
languages: [en]
default_language: en
start: ask
on_error: service
prompts: {ask: {en: Press 1}}
steps:
  ask:
    type: menu
    prompts: ask
    choices: {"1": {goto: agents, label: {en: Agents}}}
    no_input: {goto: agents}
    no_match: {goto: bye}
  agents: {type: queue, queue: service}
  bye: {type: hangup}
"""
TESTS = """\
format: 1
tests:
  - {name: An agent, caller: [{press: "1"}], expect: {queue: service}}
  - {name: Nobody, caller: [{silence: 3}], expect: {queue: service}}
"""
WRONG_KEYS = '  - {name: Wrong keys, caller: [{press: "2"}, {press: "2"}, {press: "2"}], expect: {outcome: hangup}}\n'


@pytest.fixture(autouse=True)
def _nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No installation, English."""
    monkeypatch.setenv("TANDEM_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TANDEM_DATABASE_URL", raising=False)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "flows"
    made.mkdir()
    (made / "main.yaml").write_text(FLOW)
    (made / "main.test.yaml").write_text(TESTS)
    return made


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = cli.main(["ivr", *map(str, arguments)])
    return code, capsys.readouterr().out


def test_a_good_flow(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "check", folder, "--plan", PLAN)
    assert code == 0, said
    assert "queues and skills are those of demo_routing.yaml" in said.lower()
    assert "1 flow checked: 0 errors" in said


def test_without_a_plan_it_says_what_is_not_looked_at(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "main.yaml").write_text(FLOW.replace("queue: service}", "queue: nowhere}"))
    code, said = run(capsys, "check", folder)
    assert code == 0
    assert "Queues and skills are not checked" in said
    assert not (folder.parent / "home").exists(), "a check makes no installation"
    code, said = run(capsys, "check", folder, "--plan", PLAN)
    assert code == 1
    assert f'{folder / "main.yaml"}:15: step agents: there is no queue "nowhere"' in said


def test_all_problems_of_all_files_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "main.yaml").write_text(FLOW.replace("goto: bye", "goto: buy"))
    (folder / "other.yaml").write_text(FLOW.replace("prompts: ask", "prompts: asks"))
    code, said = run(capsys, "check", folder)
    assert code == 1
    assert f"{folder / 'main.yaml'}:14:" in said
    assert f"{folder / 'other.yaml'}:11:" in said
    assert "2 flows checked" in said


def test_in_chinese(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "main.yaml").write_text(FLOW.replace("goto: bye", "goto: buy"))
    _, chosen = run(capsys, "check", folder, "--language", "zh")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    _, by_terminal = run(capsys, "check", folder)
    assert chosen == by_terminal
    assert "检查了 1 个流程" in chosen
    assert "没有" in chosen.splitlines()[0], "the problem, too"


def test_files_folders_and_patterns(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "deeper").mkdir()
    (folder / "deeper" / "second.yaml").write_text(FLOW)
    (folder / "deeper" / "notes.yaml").write_text("just: notes\n")
    for given, flows in ((folder, 2), (folder / "main.yaml", 1), (f"{folder}/**/*.yaml", 2), (folder / "deeper", 1)):
        code, said = run(capsys, "check", given)
        assert (code, f"{flows} flow{'' if flows == 1 else 's'} checked: 0 errors" in said) == (0, True), said


def test_a_folder_that_changes_while_it_is_looked_through(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = os.walk

    def with_more(top: Path) -> Iterator[tuple[str, list[str], list[str]]]:
        for name, folders, files in walk(top):
            yield name, folders, [*files, "gone.yaml"]
        yield str(top / "gone"), [], ["main.yaml"]

    monkeypatch.setattr(os, "walk", with_more)
    code, said = run(capsys, "check", folder)
    assert (code, "1 flow checked: 0 errors" in said) == (0, True), said


@pytest.mark.parametrize("what", ["check", "test"])
def test_nothing_there(what: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ivr", what, str(folder / "no*.yaml")]) == 2
    assert "no flow is there" in capsys.readouterr().err


def test_a_sub_flow_that_nobody_uses_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "part.yaml").write_text("format: 1\nkind: subflow\nname: part\nsteps: {}\n")
    code, said = run(capsys, "check", folder)
    assert code == 0
    assert "part.yaml: no flow uses this sub-flow" in said
    (folder / "main.yaml").write_text(FLOW + "  [")
    code, said = run(capsys, "check", folder)
    assert code == 1
    assert "no flow uses" not in said, "that cannot be known"


def test_tests_are_run_and_what_they_cover_is_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "test", folder / "main.yaml", "--coverage")
    assert code == 0, said
    assert "ok  An agent" in said
    assert "steps 2/3 (66.6 %), exits 2/3 (66.6 %)" in said
    assert "ask no_match -> bye" in said
    assert "2 tests, 0 failed" in said


def test_the_least_coverage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = run(capsys, "test", folder, "--min-coverage", "100")
    assert (code, "bye" in said) == (1, True)
    (folder / "main.test.yaml").write_text(TESTS + WRONG_KEYS)
    code, said = run(capsys, "test", folder, "--min-coverage", "100")
    assert code == 0, said


def test_a_test_that_fails(folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (folder / "main.test.yaml").write_text(TESTS.replace("Nobody, caller", "Nobody, given: {fail: ask}, caller"))
    report = tmp_path / "report.xml"
    code, said = run(capsys, "test", folder / "main.test.yaml", "--junit", report)
    assert code == 1
    assert f"FAILED  Nobody ({folder / 'main.test.yaml'}:4)" in said
    assert "media_failed" in said
    root = ET.fromstring(report.read_text(encoding="utf-8"))  # noqa: S314 - written here
    assert [suite.get("failures") for suite in root] == ["1"]


def test_a_flow_without_tests(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "main.test.yaml").unlink()
    code, said = run(capsys, "test", folder)
    assert (code, "there are no tests; write them in main.test.yaml" in said) == (1, True)


def test_a_test_file_with_a_fault(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "main.test.yaml").write_text(TESTS.replace("press", "dial"))
    code, said = run(capsys, "test", folder)
    assert code == 1
    assert f"{folder / 'main.test.yaml'}:3:" in said


def test_the_command_line_is_wrong(folder: Path) -> None:
    for arguments in (
        ["test", folder, "--min-coverage", "101"],
        ["test", folder, "--min-coverage", "all"],
        ["test", folder, "--live", "--at-once", "0"],
        ["test", folder, "--live", "--longest", "-1"],
        ["test", folder, "--live", "--longest", "nan"],
        ["check"],
        ["draw", folder],
    ):
        with pytest.raises(SystemExit) as ended:
            cli.main(["ivr", *map(str, arguments)])
        assert ended.value.code == 2


def test_a_queue_of_tasks_is_none_for_callers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As when a version is saved: what ``check`` lets through is not refused there."""
    (folder / "main.yaml").write_text(FLOW.replace("queue: service}", "queue: tickets}"))
    code, said = run(capsys, "check", folder, "--plan", PLAN)
    assert (code, 'there is no queue "tickets"' in said) == (1, True), said


@pytest.fixture(params=["in reach", "out of reach"])
def _installed(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home with its own database, which these tests do not open; of root's it lies elsewhere when the one who runs
    PostgreSQL cannot reach the home."""
    out_of_reach = request.param == "out of reach"
    me = postgres_home.RunsAs(os.geteuid() + out_of_reach, os.getegid(), ("false",) if out_of_reach else ())
    monkeypatch.setattr(postgres_home, "runs_as", lambda: me)
    monkeypatch.setattr(postgres_home, "ROOTS_HOME", tmp_path / "elsewhere")
    home = tmp_path / "home"
    home.mkdir()
    stored = tmp_path / "elsewhere" / "postgres" / postgres_home._digest(home / "postgres")
    (stored / "data" if out_of_reach else home / "postgres" / "data").mkdir(parents=True)
    (tmp_path / "home" / "secrets.json").write_bytes(
        msgspec.json.encode({"system_name": "x", "ami": "x", "recorder": "x", "sip": "x"})
    )


@pytest.mark.usefixtures("_installed")
def test_the_newest_stored_plan_counts(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = ivr_catalog.catalog_of(parse_plan(PLAN.read_text(encoding="utf-8"), PLAN.name))
    stored: list[tuple[Catalog, int] | None] = [(plan, 7), None]

    async def newest(*_: object) -> tuple[Catalog, int] | None:
        return stored.pop(0)

    monkeypatch.setattr(ivr_catalog, "_stored", newest)
    (folder / "main.yaml").write_text(FLOW.replace("queue: service}", "queue: nowhere}"))
    code, said = run(capsys, "check", folder)
    assert (code, "Queues and skills are those of version 7" in said) == (1, True)
    code, said = run(capsys, "check", folder)
    assert (code, "no routing plan is known here" in said) == (0, True)


@pytest.mark.usefixtures("_installed")
def test_a_database_that_does_not_answer_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def newest(*_: object) -> None:
        raise Unavailable("the database is down")

    monkeypatch.setattr(ivr_catalog, "_stored", newest)
    code, said = run(capsys, "check", folder)
    assert (code, "the stored routing plan cannot be read (the database is down)" in said) == (0, True)


def test_files_that_cannot_be_read_or_written(folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["ivr", "test", str(folder), "--junit", str(tmp_path / "no" / "report.xml")]) == 1
    assert "report.xml cannot be written" in capsys.readouterr().err
    assert cli.main(["ivr", "check", str(folder), "--plan", str(tmp_path / "plan.yaml")]) == 1
    assert "plan.yaml cannot be read" in capsys.readouterr().err
    (folder / "main.test.yaml").write_bytes(b"x" * (5 << 20))
    assert cli.main(["ivr", "test", str(folder)]) == 1
    assert "is larger than 1 MiB" in capsys.readouterr().err
    (folder / "main.test.yaml").write_text("format: 1\nflow: gone.yaml\ntests: [{name: x}]\n")
    code, said = run(capsys, "test", folder / "main.test.yaml")
    assert (code, "gone.yaml:1: the file cannot be read" in said) == (1, True)


def test_a_home_that_is_none_is_not_made(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    home = tmp_path / "mistyped"
    for command in (["draft", "main.yaml"], ["versions", "main"], ["live", "main", "2"], ["numbers", "main"]):
        assert cli.main(["ivr", *command, "--home", str(home)]) == 1
        assert f"there is no installation in {home}" in capsys.readouterr().err
    assert not home.exists()
