"""Run a command in a network of its own: ``python -m tandem.cti.provision.netns -- COMMAND [ARGUMENT...]``.

The network holds ``lo`` and ``10.99.0.1/24`` on one end of a veth pair, and no way out. Browsers need it: ICE
(RFC 8445) takes no loopback candidates, and the machine's own interfaces are not for tests.

There is no process in between: this one becomes ``unshare``, then the set-up below, then the command. So the exit code
and signals are the command's own, and the namespace goes with its last process. As root the command stays root; a
plain user gets a user namespace and is the same user again inside it, so that programs that refuse root (PostgreSQL)
run. Unix sockets in the file system work across it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tandem.cti.provision.errors import PartMissing, StartFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

ADDRESS = "10.99.0.1"
_INSIDE = "--inside"  # this program's own second stage
MODULE = "tandem.cti.provision.netns"
_SET_UP = (
    ("link", "set", "lo", "up"),
    ("link", "add", "tandem0", "type", "veth", "peer", "name", "tandem1"),
    ("address", "add", f"{ADDRESS}/24", "dev", "tandem0"),
    ("link", "set", "tandem0", "up"),
    ("link", "set", "tandem1", "up"),
)


def enter_command(uid: int, gid: int, command: Sequence[str]) -> list[str]:
    """What to execute to run ``command`` in a fresh network: ``unshare`` and this module's second stage."""
    user = [] if uid == 0 else ["--user", "--map-root-user"]
    second_stage = [sys.executable, "-m", MODULE, _INSIDE, str(uid), str(gid), "--", *command]
    return ["unshare", *user, "--net", "--", *second_stage]


def leave_root_command(uid: int, gid: int, command: Sequence[str]) -> list[str]:
    """What the second stage executes: ``command``, as ``uid`` again."""
    if uid == 0:
        return list(command)
    return ["unshare", "--user", f"--map-user={uid}", f"--map-group={gid}", "--", *command]


def check() -> None:
    """Find out beforehand whether such a network can be made.

    Raises:
        PartMissing: ``ip`` or ``unshare`` is not installed.
        StartFailed: the kernel or the container forbids it; the message says what to do.
    """
    for program, package in (("ip", "iproute2"), ("unshare", "util-linux")):
        if shutil.which(program, path=_path()) is None:
            raise PartMissing.because("program_missing", program=program, package=package)
    probe = enter_command(os.geteuid(), os.getegid(), ["true"])
    done = subprocess.run(probe, capture_output=True, text=True, check=False, timeout=30)
    if done.returncode != 0:
        raise StartFailed(_explain(done.stderr))


def main(arguments: Sequence[str]) -> int:
    """Become the command; returns only when that fails (126: may not, 127: not found, 2: wrong use)."""
    try:
        match list(arguments):
            case [stage, uid, gid, "--", *command] if stage == _INSIDE:
                for words in _SET_UP:
                    subprocess.run(["ip", *words], check=True, env={**os.environ, "PATH": _path()}, timeout=10)
                return _become(leave_root_command(int(uid), int(gid), command))
            case ["--", _, *_]:
                check()
                return _become(enter_command(os.geteuid(), os.getegid(), arguments[1:]))
            case _:
                print(f"usage: python -m {MODULE} -- COMMAND [ARGUMENT...]", file=sys.stderr)
                return 2
    except (PartMissing, StartFailed) as error:
        print(error, file=sys.stderr)
    except subprocess.SubprocessError as error:
        print(f"the network could not be set up: {error}", file=sys.stderr)
    return 126


def _become(command: list[str]) -> int:
    try:
        os.execvp(command[0], command)  # noqa: S606  (no shell is the point)
    except FileNotFoundError:
        print(f"{command[0]}: not found", file=sys.stderr)
        return 127


def _path() -> str:
    """``ip`` may live where a plain user's PATH does not look."""
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def _explain(stderr: str) -> str:
    reason = stderr.strip().splitlines()[-1] if stderr.strip() else "no reason given"
    return (
        f"A network namespace cannot be made here: {reason}. As a plain user it takes unprivileged user namespaces "
        "(Ubuntu 24.04: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0), in a container the capability "
        "SYS_ADMIN (docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined). Or run as root."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
