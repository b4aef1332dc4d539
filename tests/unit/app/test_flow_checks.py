"""What ``tandem check`` says of flows."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.flow_store import Flows
from tests.unit.app.test_flow_versions import BETTER, FLOW, QUEUES, WRONG, desk_on, draft

from tandem.agent_desktop.core.flow_resources import GoLive
from tandem.agent_desktop.core.resources import CheckLine
from tandem.cti.app.flow_checks import Deployed, check_flows, deployed
from tandem.cti.app.installation import Installation


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    (tmp_path / "main.yaml").write_text(FLOW, encoding="utf-8")
    return Installation.at(tmp_path, {"flows": {"95001": "main.yaml"}})


async def look(here: Installation, store: Flows, queues: frozenset[str] = QUEUES) -> CheckLine:
    (line,) = check_flows(here, queues, await deployed(store))  # type: ignore[arg-type]
    return line


def test_a_flow_that_is_not_taken_in_yet_is_its_file(here: Installation) -> None:
    (line,) = check_flows(here, QUEUES, Deployed())
    assert (line.ok, line.detail) == (True, "main.yaml")
    (line,) = check_flows(here, frozenset({"sales"}), Deployed())
    assert not line.ok
    assert "service" in line.detail


async def test_the_database_counts(here: Installation) -> None:
    file = here.home / "main.yaml"
    desk = await desk_on(file)
    assert (await look(here, desk.store)).detail == "version 1, as in main.yaml"
    file.write_text(BETTER)
    line = await look(here, desk.store)
    assert (line.ok, line.detail) == (False, "main.yaml was changed, but calls get version 1: the database counts")
    assert f"tandem ivr draft {file}" in line.remedy
    await desk.versions.save_draft("main", draft(BETTER, tests="tests: []"), by="omar")
    assert (await look(here, desk.store)).detail == "version 1 (in main.yaml stands another one)"
    await desk.versions.go_live("main", GoLive(version=2, force=True), by="omar")
    assert (await look(here, desk.store)).detail == "version 2, as in main.yaml"


async def test_a_spoilt_file_is_no_matter_and_a_spoilt_version_is(here: Installation) -> None:
    file = here.home / "main.yaml"
    desk = await desk_on(file)
    file.write_text(WRONG)
    line = await look(here, desk.store)
    assert line.ok
    assert line.detail.startswith("version 1 of main (the file does not count any more; main.yaml:")
    file.write_text(FLOW)
    line = await look(here, desk.store, frozenset({"loans"}))
    assert not line.ok
    assert line.detail.startswith("version 1 is live: main.yaml:7")
