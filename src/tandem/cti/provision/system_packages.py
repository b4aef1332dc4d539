"""Which Debian packages are needed for what, and getting those that are missing.

``python -m tandem.cti.provision.system_packages PURPOSE...`` installs them with apt-get, as root or through sudo, or
says with which one command to do it. Nothing is installed, and apt is not even asked, when all is there.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tandem.cti.provision.asterisk import default_cache_dir, find_in_cache, find_on_host
from tandem.cti.provision.errors import BuildFailed, PartMissing, ProvisionError
from tandem.cti.provision.processes import last_lines, run_logged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


class Purpose(StrEnum):
    ASTERISK = "asterisk"  # to unpack one; nothing is needed once there is one
    SPEECH = "speech"
    BROWSER = "browser"  # a headless agent
    NETWORK = "network"  # a network namespace
    LOAD = "load"  # scripted callers
    SCREENS = "screens"  # Chinese on screenshots


@dataclass(frozen=True, slots=True)
class SystemPackage:
    """A Debian package, taken as there when any of ``commands`` is on the PATH or any of ``files`` exists."""

    name: str
    purpose: Purpose
    commands: tuple[str, ...] = ()
    files: tuple[str, ...] = ()

    def present(self) -> bool:
        return any(shutil.which(command, path=_path()) for command in self.commands) or any(
            any(Path("/").glob(pattern.lstrip("/"))) for pattern in self.files
        )


BROWSERS = ("chromium", "google-chrome", "google-chrome-stable", "chrome")

PACKAGES = (
    SystemPackage("mmdebstrap", Purpose.ASTERISK, commands=("mmdebstrap",)),
    SystemPackage(
        "debian-archive-keyring", Purpose.ASTERISK, files=("/usr/share/keyrings/debian-archive-keyring.[gp][pg][gp]",)
    ),
    SystemPackage("espeak-ng", Purpose.SPEECH, commands=("espeak-ng",)),
    SystemPackage("chromium", Purpose.BROWSER, commands=BROWSERS),
    SystemPackage("iproute2", Purpose.NETWORK, commands=("ip",)),
    SystemPackage("sip-tester", Purpose.LOAD, commands=("sipp",)),
    SystemPackage("fonts-noto-cjk", Purpose.SCREENS, files=("/usr/share/fonts/opentype/noto/NotoSansCJK*",)),
)


def missing(purposes: Iterable[Purpose]) -> list[SystemPackage]:
    """The packages for ``purposes`` that are not there."""
    wanted = set(purposes)
    if Purpose.ASTERISK in wanted and (find_on_host(_silent) or find_in_cache(default_cache_dir())):
        wanted.discard(Purpose.ASTERISK)
    return [package for package in PACKAGES if package.purpose in wanted and not package.present()]


def install(packages: Sequence[SystemPackage], progress: Callable[[str], None]) -> None:
    """Install ``packages`` with apt-get; does nothing for none.

    Raises:
        PartMissing: no apt-get, or neither root nor sudo; the message names the one command to run.
        BuildFailed: apt-get failed; the message ends with its last lines.
    """
    if not packages:
        return
    names = [package.name for package in packages]
    if shutil.which("apt-get") is None:
        raise PartMissing.because("packages_by_hand", packages=", ".join(names))
    become_root = _become_root()
    if become_root is None:
        raise PartMissing.because("packages_missing", packages=" ".join(names))
    progress(f"installing {', '.join(names)}")
    with tempfile.TemporaryDirectory(prefix="tandem-apt-") as folder:
        log = Path(folder) / "apt.log"
        prefix = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive"]
        if run_logged([*prefix, *_apt("install", *names)], log, progress) != 0:
            # Most often the lists are missing (a fresh container) or name versions that are gone from the mirror.
            progress("refreshing the package lists")
            run_logged([*prefix, *_apt("update")], log, progress)
            if run_logged([*prefix, *_apt("install", *names)], log, progress) != 0:
                raise BuildFailed.because("packages_refused", packages=", ".join(names), log=last_lines(log, 15))
    absent = [package.name for package in packages if not package.present()]
    if absent:
        raise PartMissing(_not_enough(absent))


def main(arguments: Sequence[str], progress: Callable[[str], None]) -> int:
    """``PURPOSE...``; 0 when all is there or has been installed, 1 when not, 2 for wrong use."""
    try:
        purposes = [Purpose(argument) for argument in arguments]
    except ValueError as error:
        print(f"{error}; one of {', '.join(Purpose)}", file=sys.stderr)
        return 2
    try:
        install(missing(purposes), progress)
    except ProvisionError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _apt(verb: str, *names: str) -> list[str]:
    options = ["-y", "--no-install-recommends"] if verb == "install" else []
    return ["apt-get", "-q", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300", verb, *options, *names]


def _become_root() -> list[str] | None:
    """The prefix that makes a command root's: none as root, sudo where it asks nothing or has someone to ask."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    if subprocess.run(["sudo", "-n", "true"], check=False, capture_output=True, timeout=30).returncode == 0:
        return ["sudo", "-n"]
    return ["sudo"] if sys.stdin.isatty() else None


def _not_enough(names: list[str]) -> str:
    if "chromium" in names:
        return (
            "The package chromium brought no browser (on Ubuntu it only points to a snap). Install Google Chrome, "
            f"or run: {shlex.join([sys.executable, '-m', 'playwright', 'install', '--with-deps', 'chromium'])} "
            "and put its chrome on the PATH."
        )
    return f"Still missing after installing them: {', '.join(names)}"


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def _silent(_: str) -> None:
    pass


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], lambda line: print(f"  {line}", flush=True)))
