"""What is missing and how it is installed, with stand-ins for apt-get and sudo."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tandem.cti.provision import system_packages
from tandem.cti.provision.errors import BuildFailed, PartMissing
from tandem.cti.provision.system_packages import Purpose, SystemPackage, install, main, missing

TOOL = SystemPackage("tool-package", Purpose.LOAD, commands=("tool-of-ours",))


@pytest.fixture
def bin_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return folder


def fake_apt(bin_dir: Path, *, works_at: int, brings: str = "tool-of-ours") -> Path:
    """An apt-get whose n-th ``install`` brings a program; its calls are written down."""
    calls = bin_dir.parent / "calls"
    text = f"""#!/bin/sh
echo "$DEBIAN_FRONTEND $@" >> {calls}
case " $* " in *" update "*) exit 0;; esac
[ $(grep -c ' install ' {calls}) -ge {works_at} ] || {{ echo 'E: Unable to locate package' >&2; exit 100; }}
touch {bin_dir}/{brings}; chmod +x {bin_dir}/{brings}
"""
    (bin_dir / "apt-get").write_text(text, encoding="utf-8")
    (bin_dir / "apt-get").chmod(0o755)
    return calls


def test_nothing_missing_asks_nobody(bin_dir: Path) -> None:
    calls = fake_apt(bin_dir, works_at=1)
    install([], pytest.fail)
    assert not calls.exists()


def test_root_installs_with_apt_get(bin_dir: Path) -> None:
    calls = fake_apt(bin_dir, works_at=1)
    lines: list[str] = []
    assert not TOOL.present()
    install([TOOL], lines.append)
    assert TOOL.present()
    assert lines == ["installing tool-package"]
    (call,) = calls.read_text(encoding="utf-8").splitlines()
    assert call.startswith("noninteractive ")
    assert call.endswith(" install -y --no-install-recommends tool-package")


def test_empty_package_lists_are_fetched_once(bin_dir: Path) -> None:
    calls = fake_apt(bin_dir, works_at=2)
    install([TOOL], lambda _: None)
    assert [call.split()[6] for call in calls.read_text(encoding="utf-8").splitlines()] == [
        "install", "update", "install",
    ]  # fmt: skip


def test_a_failure_shows_the_last_words_of_apt_get(bin_dir: Path) -> None:
    fake_apt(bin_dir, works_at=99)
    with pytest.raises(BuildFailed, match="Unable to locate package"):
        install([TOOL], lambda _: None)


def test_a_package_that_brings_nothing_is_noticed(bin_dir: Path) -> None:
    fake_apt(bin_dir, works_at=1, brings="something-else")
    with pytest.raises(PartMissing, match="tool-package"):
        install([TOOL], lambda _: None)


def test_without_root_and_sudo_the_command_is_named(bin_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_apt(bin_dir, works_at=1)
    monkeypatch.setattr(system_packages, "_become_root", lambda: None)
    with pytest.raises(PartMissing, match=r"Run: sudo apt-get install tool-package$"):
        install([TOOL], pytest.fail)


def test_a_plain_user_goes_through_sudo(bin_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = fake_apt(bin_dir, works_at=1)
    (bin_dir / "sudo").write_text('#!/bin/sh\n[ "$1" = -n ] && shift\nSUDO=yes exec "$@"\n', encoding="utf-8")
    (bin_dir / "sudo").chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    install([TOOL], lambda _: None)
    assert len(calls.read_text(encoding="utf-8").splitlines()) == 1


def test_not_a_debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system_packages, "_path", lambda: str(tmp_path))
    with pytest.raises(PartMissing, match="your package manager"):
        install([TOOL], pytest.fail)


def test_an_asterisk_that_is_there_needs_no_mmdebstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "_path", lambda: str(tmp_path))
    monkeypatch.setattr(system_packages, "find_on_host", lambda _: None)
    monkeypatch.setattr(system_packages, "find_in_cache", lambda _: None)
    assert "mmdebstrap" in [package.name for package in missing([Purpose.ASTERISK])]
    monkeypatch.setattr(system_packages, "find_on_host", lambda _: object())
    assert missing([Purpose.ASTERISK]) == []


def test_only_what_the_purpose_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_packages, "_path", lambda: str(tmp_path))
    assert [package.name for package in missing([Purpose.SPEECH, Purpose.LOAD])] == ["espeak-ng", "sip-tester"]


def test_a_file_counts_as_well_as_a_command(tmp_path: Path) -> None:
    package = SystemPackage("fonts", Purpose.SCREENS, files=(f"{tmp_path}/Noto*",))
    assert not package.present()
    (tmp_path / "NotoSansCJK-Regular.ttc").touch()
    assert package.present()


def test_the_command_line(bin_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(system_packages, "PACKAGES", (TOOL,))
    assert main(["nonsense"], pytest.fail) == 2
    fake_apt(bin_dir, works_at=99)
    assert main(["load"], lambda _: None) == 1
    assert "could not install tool-package" in capsys.readouterr().err
    fake_apt(bin_dir, works_at=1)
    assert main(["load"], lambda _: None) == 0
