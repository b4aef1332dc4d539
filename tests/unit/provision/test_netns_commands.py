from __future__ import annotations

import sys

import pytest

from tandem.cti.provision import netns


def test_root_stays_root() -> None:
    command = netns.enter_command(0, 0, ["pytest", "-q"])
    assert command[:3] == ["unshare", "--net", "--"]
    assert command[3:] == [
        sys.executable,
        "-m",
        "tandem.cti.provision.netns",
        "--inside",
        "0",
        "0",
        "--",
        "pytest",
        "-q",
    ]
    assert netns.leave_root_command(0, 0, ["pytest", "-q"]) == ["pytest", "-q"]


def test_a_plain_user_is_the_same_user_again_inside() -> None:
    assert netns.enter_command(1001, 1002, ["x"])[:5] == ["unshare", "--user", "--map-root-user", "--net", "--"]
    assert netns.leave_root_command(1001, 1002, ["x", "-y"]) == [
        "unshare", "--user", "--map-user=1001", "--map-group=1002", "--", "x", "-y",
    ]  # fmt: skip


@pytest.mark.parametrize("arguments", [[], ["--"], ["ls"], ["-x", "--", "ls"], ["--inside", "0"]])
def test_wrong_use_is_explained(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert netns.main(arguments) == 2
    assert "usage: " in capsys.readouterr().err
