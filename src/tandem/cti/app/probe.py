"""``tandem probe``: place a test call through the line, as a caller would, and say what became of it.

The caller is ``sipp``, in a process of its own. It comes as the SIP account ``probe``, which may do nothing but call
the numbers that we serve; so it works beside any trunk.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tandem.cti.adapters.asterisk.config import PROBE
from tandem.cti.app.command_words import say
from tandem.cti.app.installation import Installation
from tandem.cti.app.terminal import language_of_terminal
from tandem.cti.model.credentials import sip_password
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.cti.model.ids import DeviceId

_SCENARIO = Path(__file__).with_name("probe.xml")
_ANSWER_S = 20
_WHY = ("401", "403", "404", "503")
"""Answers of SIP for which there is a sentence."""


def probe(installation: Installation, number: str, stay_s: float) -> int:
    """0 when the call was answered and ended in order. Prints what happened. Raises ResourceMissing, BadRequest."""
    sipp = shutil.which("sipp")
    if sipp is None:
        raise ResourceMissing.because("no_sipp")
    called = number or next(iter(installation.flows))
    if not re.fullmatch(r"\+?[0-9]{2,15}", called):
        raise BadRequest.because("not_dialable", number=called)
    settings = installation.settings
    address = "127.0.0.1" if settings.listen in ("0.0.0.0", "::", "localhost") else settings.listen  # noqa: S104
    password = sip_password(installation.secrets.sip.encode(), DeviceId(PROBE))
    with tempfile.TemporaryDirectory(prefix="tandem-probe-") as folder:
        log = Path(folder) / "messages"
        command = [
            *(sipp, f"{address}:{settings.sip_port}", "-sf", str(_SCENARIO), "-s", called),
            *("-i", address, "-au", PROBE, "-ap", password, "-m", "1", "-d", str(int(stay_s * 1000))),
            *("-timeout", str(int(stay_s) + _ANSWER_S), "-recv_timeout", str((int(stay_s) + _ANSWER_S) * 1000)),
            *("-trace_msg", "-message_file", str(log), "-nostdin"),
        ]
        done = subprocess.run(command, cwd=folder, capture_output=True, check=False)
        messages = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return _report(called, f"{address}:{settings.sip_port}", messages, done.returncode)


def _report(called: str, where: str, messages: str, code: int) -> int:
    lines, language = list(_lines(messages)), language_of_terminal()
    for at_s, text in lines:
        print(f"  {at_s:7.3f} s  {text}")
    if not any(text.startswith("<- ") for _, text in lines):
        print(say("nothing_answers", language, where=where))
        return 1
    answers = re.findall(r"^SIP/2\.0 (\d{3})", messages, re.MULTILINE)
    failed = [answer for answer in answers if answer >= "400" and answer not in ("401", "407")]
    if code == 0 and not failed:
        print(say("answers", language, number=called))
        return 0
    last = failed[-1] if failed else answers[-1]
    why = say(f"sip_{last}" if last in _WHY else "sip_other", language, code=last)
    print(say("no_answer", language, number=called, why=why))
    return 1


def _lines(messages: str) -> list[tuple[float, str]]:
    """(seconds since the first, ``-> INVITE ...`` or ``<- SIP/2.0 200 OK``) of a message trace of sipp."""
    found: list[tuple[float, str]] = []
    first: float | None = None
    for block in re.split(r"^-{20,} ", messages, flags=re.MULTILINE):
        stamp = re.match(r"\S+ (\d+):(\d+):(\d+\.\d+)", block) or re.match(r"\S+\t?(\d+):(\d+):(\d+\.\d+)", block)
        start = re.search(r"^(SIP/2\.0 \d{3}[^\r\n]*|(?:INVITE|ACK|BYE|CANCEL) [^\r\n]*)", block, re.MULTILINE)
        if stamp is None or start is None:
            continue
        at_s = int(stamp[1]) * 3600 + int(stamp[2]) * 60 + float(stamp[3])
        first = at_s if first is None else first
        way = "->" if " sent " in block.split("\n\n", 1)[0] else "<-"
        found.append((at_s - first, f"{way} {start[1]}"))
    return found
