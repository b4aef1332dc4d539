"""Which Asterisk to run: the host's own, or one unpacked once under the user's cache folder.

``find_or_build`` takes the host's ``asterisk`` when it is version 20 or later with the modules that we need. Debian 12
and 13 ship none, so else the packages of Debian's ``sid`` are unpacked (not installed: no chroot, no mount, no
maintainer script, no root) and run through the dynamic loader that comes with them. See docs/adr/0003.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tandem.cti.provision.errors import BuildFailed, PartMissing
from tandem.cti.provision.processes import last_lines, run_logged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OLDEST_MAJOR = 20
SUITE = "sid"
LAYOUT = 1  # raise it when the unpacked folder changes shape: older ones are then left alone and not used
PACKAGES = (
    "asterisk",
    "asterisk-core-sounds-en-gsm",
    "asterisk-core-sounds-en-wav",
    "asterisk-moh-opsound-wav",
)
NEEDED_MODULES = (
    "app_mixmonitor",
    "app_queue",
    "app_read",
    "chan_pjsip",
    "res_agi",
    "res_http_websocket",
    "res_musiconhold",
    "res_pjsip_transport_websocket",
    "res_srtp",
)
_FREE_BYTES_NEEDED = 1_500_000_000  # 90 MB of packages, 310 MB unpacked, room for apt's lists
_KEPT = ("usr/lib", "usr/sbin/asterisk", "usr/share/asterisk", "usr/share/doc/asterisk")
_DROPPED_LIBRARIES = ("gconv", "perl", "perl5", "perl-base", "security", "systemd")

# The loader of the unpacked packages is named explicitly, so that neither the host's libc nor its libraries are used.
# `exec` keeps the process id; --argv0 lets Asterisk find this script again on `core restart`.
_WRAPPER = """#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd -P) || exit 127
lib=$here/root/usr/lib/{triplet}
exec "$lib/{loader}" --argv0 "$here/bin/asterisk" --library-path "$lib" "$here/root/usr/sbin/asterisk" "$@"
"""


@dataclass(frozen=True, slots=True)
class AsteriskInstall:
    """An Asterisk that can be executed with a configuration file of ours.

    ``version`` is what ``asterisk -V`` says, e.g. "22.10.1"; ``module_dir`` holds ``*.so``; ``data_dir`` holds
    ``sounds/en``, ``moh`` and ``documentation``.
    """

    executable: Path
    module_dir: Path
    data_dir: Path
    version: str

    def command(self, config: Path, *arguments: str) -> list[str]:
        """How to run it for the asterisk.conf at ``config``: the server (``-f``) or its command line (``-rx``)."""
        return [str(self.executable), "-C", str(config), *arguments]


def default_cache_dir() -> Path:
    """``$XDG_CACHE_HOME/tandem``, by default ``~/.cache/tandem`` (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base.startswith("/") else Path.home() / ".cache") / "tandem"


def find_or_build(cache_dir: Path, progress: Callable[[str], None]) -> AsteriskInstall:
    """The Asterisk to run. Blocks: milliseconds when there is one, else the time of one build (10 s, 90 MB).

    Raises:
        PartMissing: no usable Asterisk, and mmdebstrap to unpack one is not installed.
        BuildFailed: no disk space, or the packages could not be fetched or do not run here.
    """
    found = find_on_host(progress) or find_in_cache(cache_dir)
    return found if found is not None else build(cache_dir, progress)


def find_on_host(progress: Callable[[str], None]) -> AsteriskInstall | None:
    """The host's own Asterisk, or None when it has none, an older one, or one without the needed modules."""
    path = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        return None
    version = _version_of(Path(path))
    if version is None or int(version.split(".")[0]) < OLDEST_MAJOR:
        progress(f"{path} is Asterisk {version or '?'}, older than {OLDEST_MAJOR}: not used")
        return None
    prefixes = (Path(path).resolve().parent.parent, Path("/usr"))
    libraries = [found for prefix in prefixes for found in (*prefix.glob("lib/*-linux-gnu*"), *prefix.glob("lib*"))]
    modules = _first_with([library / "asterisk/modules" for library in libraries], "chan_pjsip.so")
    shares = [prefix / "share/asterisk" for prefix in prefixes]
    data = _first_with([*shares, Path("/var/lib/asterisk")], "sounds/en")
    if modules is None or data is None:
        progress(f"{path} (Asterisk {version}) has no chan_pjsip module or no English sounds: not used")
        return None
    missing = [name for name in NEEDED_MODULES if not (modules / f"{name}.so").exists()]
    if missing:
        progress(f"{path} (Asterisk {version}) lacks the modules {', '.join(missing)}: not used")
        return None
    return AsteriskInstall(Path(path), modules, data, version)


def install_dir(cache_dir: Path) -> Path:
    """Where the unpacked Asterisk of this layout lives below ``cache_dir``."""
    return cache_dir / f"asterisk-{SUITE}-{LAYOUT}"


def find_in_cache(cache_dir: Path) -> AsteriskInstall | None:
    """The Asterisk that an earlier ``build`` completed, or None."""
    home = install_dir(cache_dir)
    try:
        facts = json.loads((home / "install.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise BuildFailed(f"{home}/install.json cannot be read; remove the folder {home} and run again") from None
    return AsteriskInstall(
        home / "bin/asterisk", home / facts["module_dir"], home / "root/usr/share/asterisk", facts["version"]
    )


def build(cache_dir: Path, progress: Callable[[str], None]) -> AsteriskInstall:
    """Fetch and unpack the packages into ``install_dir(cache_dir)``; atomic, and at most one builder at a time."""
    mmdebstrap = shutil.which("mmdebstrap")
    if mmdebstrap is None:
        raise PartMissing.because("no_mmdebstrap")
    cache_dir.mkdir(parents=True, exist_ok=True)
    with _only_builder(cache_dir / f"asterisk-{SUITE}-{LAYOUT}.lock", progress):
        ready = find_in_cache(cache_dir)  # another builder may have finished while we waited for the lock
        if ready is not None:
            return ready
        free = shutil.disk_usage(cache_dir).free
        if free < _FREE_BYTES_NEEDED:
            raise BuildFailed.because(
                "no_room_to_unpack",
                folder=str(cache_dir),
                free_gb=f"{free / 1e9:.1f}",
                needed_gb=f"{_FREE_BYTES_NEEDED / 1e9:.1f}",
            )
        progress(f"unpacking Asterisk from Debian {SUITE} into {install_dir(cache_dir)} (once; about 90 MB to fetch)")
        for abandoned in (*cache_dir.glob(f".asterisk-{SUITE}-*"), install_dir(cache_dir)):
            shutil.rmtree(abandoned, ignore_errors=True)  # left by a builder that was killed: we hold the lock
        scratch = Path(tempfile.mkdtemp(prefix=f".asterisk-{SUITE}-", dir=cache_dir))
        try:
            scratch.chmod(0o755)
            _unpack(mmdebstrap, scratch, progress)
            _arrange(scratch)
            scratch.rename(install_dir(cache_dir))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        built = find_in_cache(cache_dir)
        assert built is not None  # just renamed into place
        progress(f"Asterisk {built.version} is ready")
        return built


def _unpack(mmdebstrap: str, scratch: Path, progress: Callable[[str], None]) -> None:
    log = scratch / "mmdebstrap.log"
    command = [
        mmdebstrap,
        "--variant=extract",
        # Nothing is configured or chrooted into, so as a plain user no fake root is needed.
        "--mode=root" if os.geteuid() == 0 else "--mode=chrootless",
        "--format=directory",
        '--aptopt=Apt::Install-Recommends "false"',
        *(f"--aptopt={option}" for option in _host_apt_options()),
        f"--include={','.join(PACKAGES)}",
        SUITE,
        str(scratch / "all"),
    ]
    # The host's mirror and keys are found by mmdebstrap itself: no mirror is named here.
    if run_logged(command, log, progress) != 0:
        raise BuildFailed.because("asterisk_not_unpacked", why=_explain(last_lines(log, 60)))


def _host_apt_options() -> list[str]:
    """The host's own word on stale package lists (mirrors frozen in time), which mmdebstrap does not take over."""
    with contextlib.suppress(FileNotFoundError):
        dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False, timeout=20).stdout
        wanted = r"^Acquire::(?:Check-Valid-Until|Check-Date|Retries) \"[^\"]*\";$"
        return [line.rstrip(";") for line in re.findall(wanted, dump, re.MULTILINE)]
    return []


def _explain(log: str) -> str:
    reasons = (
        ("Valid-Until|is expired", "the package mirror is out of date; see Acquire::Check-Valid-Until in apt.conf(5)"),
        ("NO_PUBKEY|not signed|keyring", "run: sudo apt-get install debian-archive-keyring (Debian's signing keys)"),
        ("No space left", "the disk is full"),
        (
            "Could not resolve|Failed to fetch|Could not connect|Unable to connect|Temporary failure|timed out",
            "the package mirror cannot be reached: check the network, or the proxy in apt.conf",
        ),
    )
    why = next((text for pattern, text in reasons if re.search(pattern, log)), "see the last lines of its log")
    return f"{why}.\n" + "\n".join(log.splitlines()[-8:])


def _arrange(scratch: Path) -> None:
    """Keep what Asterisk needs of the packages, add the wrapper, prove that it runs, write ``install.json``."""
    everything, root = scratch / "all", scratch / "root"
    for kept in _KEPT:
        if (everything / kept).exists():
            (root / kept).parent.mkdir(parents=True, exist_ok=True)
            (everything / kept).rename(root / kept)
    shutil.rmtree(everything)
    loaders = sorted(root.glob("usr/lib/*-linux-*/ld-linux*.so.*"))
    if not loaders:
        raise BuildFailed("the unpacked packages hold no dynamic loader (usr/lib/*/ld-linux*.so.*)")
    library = loaders[0].parent
    for name in _DROPPED_LIBRARIES:
        shutil.rmtree(library / name, ignore_errors=True)
    # The packages' maintainer script would make this link; the others point out of the folder.
    sounds = root / "usr/share/asterisk/sounds"
    for link in [entry for entry in sounds.iterdir() if entry.is_symlink()]:
        link.unlink()
    (sounds / "en").symlink_to("en_US_f_Allison")
    wrapper = scratch / "bin/asterisk"
    wrapper.parent.mkdir()
    wrapper.write_text(_WRAPPER.format(triplet=library.name, loader=loaders[0].name), encoding="utf-8")
    wrapper.chmod(0o755)
    version = _version_of(wrapper)
    if version is None:
        raise BuildFailed(f"the unpacked Asterisk does not run on this machine: {_version_output(wrapper).strip()}")
    module_dir = (library / "asterisk/modules").relative_to(scratch)
    facts = {"version": version, "module_dir": str(module_dir)}
    (scratch / "install.json").write_text(json.dumps(facts), encoding="utf-8")


def _version_of(executable: Path) -> str | None:
    match = re.search(r"Asterisk (?:certified[/-])?(\d+(?:\.\d+)*)", _version_output(executable))
    return match.group(1) if match else None


def _version_output(executable: Path) -> str:
    try:
        done = subprocess.run([executable, "-V"], capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return done.stdout + done.stderr


def _first_with(folders: list[Path], entry: str) -> Path | None:
    return next((folder for folder in folders if (folder / entry).exists()), None)


@contextlib.contextmanager
def _only_builder(lock: Path, progress: Callable[[str], None]) -> Iterator[None]:
    """Hold an exclusive ``flock``; the kernel frees it when its holder dies."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress("another process is unpacking Asterisk: waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
