from __future__ import annotations

import configparser
from pathlib import Path

import pytest

from tandem.cti.provision.asterisk_conf import (
    FORBIDDEN_MODULES,
    MODULES,
    InstanceFolders,
    asterisk_conf,
    modules_conf,
    quiet_files,
)

HOME = Path("/srv/tandem/pbx")
FOLDERS = InstanceFolders(HOME, HOME / "run")


def test_every_folder_is_the_instances_own_except_the_modules() -> None:
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.read_string(asterisk_conf(FOLDERS, Path("/opt/modules"), "s3cret").replace("=>", "="))
    directories = dict(parser["directories"])
    assert directories.pop("astmoddir") == "/opt/modules"
    assert all(Path(path).is_relative_to(HOME) for path in directories.values())
    assert parser["options"]["systemname"] == "s3cret"
    assert parser["options"]["live_dangerously"] == "no"
    assert parser["options"]["execincludes"] == "no"


@pytest.mark.parametrize("home", ["relative", "/a;b", "/a\nb", "/a\\b"])
def test_a_folder_that_asterisk_cannot_carry_is_refused(home: str) -> None:
    with pytest.raises(ValueError, match="cannot use the folder"):
        asterisk_conf(InstanceFolders(Path(home), Path(home) / "run"), Path("/m"), "name")


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "a;b", "x" * 80])
def test_a_system_name_that_could_break_the_file_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="system_name"):
        asterisk_conf(FOLDERS, Path("/m"), name)


def test_only_listed_modules_that_exist_are_loaded(tmp_path: Path) -> None:
    for name in ("chan_pjsip", "res_agi", "app_system", "cdr_odbc"):
        (tmp_path / f"{name}.so").touch()
    lines = modules_conf(tmp_path, ["cdr_odbc"]).splitlines()
    assert [line for line in lines if line.startswith("load ")] == [
        "load => chan_pjsip.so", "load => res_agi.so", "load => cdr_odbc.so",
    ]  # fmt: skip
    assert "autoload = no" in lines
    assert "noload => app_system.so" in lines


@pytest.mark.parametrize("name", sorted(FORBIDDEN_MODULES))
def test_a_module_that_opens_the_host_cannot_be_asked_for(name: str, tmp_path: Path) -> None:
    (tmp_path / f"{name}.so").touch()
    with pytest.raises(ValueError, match="never loaded"):
        modules_conf(tmp_path, [name])
    assert name not in MODULES


def test_an_extra_module_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no module app_none"):
        modules_conf(tmp_path, ["app_none"])


def test_music_comes_from_the_data_folder() -> None:
    assert "directory = /srv/data/moh\n" in quiet_files(Path("/srv/data"))["musiconhold.conf"]
