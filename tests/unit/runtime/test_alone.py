"""A second server in the same home touches nothing of the first, its embedded database least of all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tandem.cti.app import cli
from tandem.cti.runtime.alone import NotAlone, alone


def test_one_at_a_time_and_the_next_one_after(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with alone(home), pytest.raises(NotAlone, match="a server runs already in"), alone(home):
        pass
    with alone(home):
        pass


def test_a_second_server_leaves_the_database_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def touched(*_: Any, **__: Any) -> None:
        raise AssertionError("the database was touched")

    monkeypatch.setattr(cli, "database", touched)
    with alone(tmp_path):
        assert cli.main(["serve", "--home", str(tmp_path)]) == 1
    assert f"tandem: a server runs already in {tmp_path}; stop it first" in capsys.readouterr().err
