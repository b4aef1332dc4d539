"""Callers for ``FakeAmi``: channels in Asynchronous AGI that carry commands out, play, read digits and press keys.

What they say is what Asterisk 22 says of such channels (tests/contract/asterisk/test_real_media.py holds the switch to
that); a frame comes every 20 ms, and a command is begun at the next one, or at once where a flash wakes the channel.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from urllib.parse import quote

from tests.support.fake_ami import FakeAmi, FakeChannel, Fields

_READ = re.compile(r"EXEC Read \w+,([^,]*),(\d+),et\((.*)D\),1")
_TIMEOUT = re.compile(r"TIMEOUT\(response\)=([0-9.]+)")
FRAME_S = 0.02


class FakeCaller:
    """One caller. ``prompt_s`` is how long each prompt takes, and whatever is listened to; ``amd`` what Asterisk makes
    of him: AMDSTATUS and AMDCAUSE."""

    def __init__(self, callers: FakeCallers, channel: FakeChannel, prompt_s: float) -> None:
        self.amd = ("HUMAN", "HUMAN-800-800")
        self._callers = callers
        self._channel = channel
        self._prompt_s = prompt_s
        self._queue: deque[tuple[str, str]] = deque()
        self._running: tuple[str, str] | None = None
        self._most = 0
        self._enders = ""
        self._digits = ""
        self._status = ""
        self._timeout_s = 1.0
        self._timer: asyncio.TimerHandle | None = None
        self._frame: asyncio.TimerHandle | None = None

    def press(self, key: str) -> None:
        for name in ("DTMFBegin", "DTMFEnd"):
            self._tell(name, [("Digit", key), ("Direction", "Received"), ("DurationMs", "100")], "dtmf,all")
        if self._running is None or not self._running[1].startswith(("EXEC Background", "EXEC Read")):
            return
        text = self._running[1]
        if text.startswith("EXEC Background"):
            if not text.endswith(",p"):
                self._over("SUCCESS", ord(key))
        elif key in self._enders:
            self._over("OK", 0)
        else:
            self._digits += key
            if len(self._digits) >= self._most:
                self._over("OK", 0)

    def hang_up(self) -> None:
        for timer in (self._timer, self._frame):
            if timer is not None:
                timer.cancel()
        self._queue.clear()
        self._running = None
        if self._callers.leave(self._channel):
            self._tell("Hangup", [("Cause", "16"), ("Cause-txt", "Normal Clearing")])

    def command(self, command_id: str, text: str) -> None:
        self._queue.append((command_id, text))
        if self._running is None and self._frame is None:
            self._frame = asyncio.get_running_loop().call_later(FRAME_S, self.wake)

    def wake(self) -> None:
        """A frame has come."""
        if self._frame is not None:
            self._frame.cancel()
            self._frame = None
        while self._queue and self._running is None:
            command_id, text = self._queue.popleft()
            if text.startswith("EXEC Background"):
                files = text.split(" ", 2)[2].removesuffix(",p")
                self._begin(command_id, text, self._prompt_s * (files.count("&") + 1), "SUCCESS")
            elif found := _READ.fullmatch(text):
                self._most, self._enders, self._digits = int(found[2]), found[3] + "D", ""
                played_s = self._prompt_s * (found[1].count("&") + 1) if found[1] else 0.0
                self._begin(command_id, text, played_s + self._timeout_s, "TIMEOUT")
            elif text.startswith("EXEC AMD"):
                status, self._digits = self.amd
                self._begin(command_id, text, self._prompt_s, status)
            elif text.startswith("EXEC WaitForSilence"):
                self._begin(command_id, text, self._prompt_s, "SILENCE")
            elif text.startswith("GET"):
                self._done(command_id, f"200 result=1 ({self._status},{self._digits})")
            else:
                if found := _TIMEOUT.search(text):
                    self._timeout_s = float(found[1])
                self._done(command_id, "200 result=0")

    def _begin(self, command_id: str, text: str, lasts_s: float, status: str) -> None:
        self._running = command_id, text
        self._tell("AGIExecStart", [("CommandId", "1"), ("Command", text)], "agi,all")
        self._timer = asyncio.get_running_loop().call_later(lasts_s, self._over, status, 0)

    def _over(self, status: str, result: int) -> None:
        if self._running is None or self._timer is None:
            return
        self._timer.cancel()
        command_id, self._running, self._status = self._running[0], None, status
        self._done(command_id, f"200 result={result}")
        self.wake()

    def _done(self, command_id: str, result: str) -> None:
        self._tell("AsyncAGIExec", [("CommandId", command_id), ("Result", quote(f"{result}\n"))], "agi,all")

    def _tell(self, name: str, fields: Fields, privilege: str = "call,all") -> None:
        self._callers.ami.emit(name, [*self._channel.headers(), *fields], privilege=privilege)


class FakeCallers:
    """Makes a ``FakeAmi`` carry out what the switch asks of the callers that ``call_in`` brings."""

    def __init__(self, ami: FakeAmi, *, prompt_s: float = 1.0) -> None:
        self.ami = ami
        self._prompt_s = prompt_s
        self._by_name: dict[str, FakeCaller] = {}
        self._count = 0
        ami.obeys.update(
            {
                "AGI": self._agi,
                "SendFlash": self._flash,
                "PlayDTMF": self._key,
                "AbsoluteTimeout": lambda asked: [("Message", "Timeout Set")],
                "Setvar": lambda asked: [("Message", "Variable Set")],
                "Getvar": lambda asked: [("Variable", asked["Variable"]), ("Value", "")],
            }
        )

    def call_in(self, dnis: str, number: str) -> FakeCaller:
        """A caller arrives and is under control at once."""
        self._count += 1
        uniqueid = f"{self.ami.system_name}-9.{self._count}"
        channel = FakeChannel(f"PJSIP/carrier-{self._count:08x}", uniqueid, number, "", "6")
        channel.context, channel.exten = "from-carrier", dnis
        self.ami.channels[channel.name] = channel
        caller = self._by_name[channel.name] = FakeCaller(self, channel, self._prompt_s)
        self.ami.emit("Newchannel", channel.headers())
        channel.context, channel.exten, channel.priority = "tandem-callers", "loop", "2"
        self.ami.emit("AsyncAGIStart", [*channel.headers(), ("Env", "agi_request%3A%20async%0A")], privilege="agi,all")
        return caller

    def leave(self, channel: FakeChannel) -> bool:
        self._by_name.pop(channel.name, None)
        return self.ami.channels.pop(channel.name, None) is not None

    def _agi(self, asked: dict[str, str]) -> Fields | None:
        caller = self._by_name.get(asked["Channel"])
        if caller is None:
            return None
        caller.command(asked["CommandID"], asked["Command"])
        return [("Message", "Added AGI command to queue")]

    def _flash(self, asked: dict[str, str]) -> Fields | None:
        caller = self._by_name.get(asked["Channel"])
        if caller is None:
            return None
        asyncio.get_running_loop().call_soon(caller.wake)
        return [("Message", "Flash successfully queued")]

    def _key(self, asked: dict[str, str]) -> Fields | None:
        caller = self._by_name.get(asked["Channel"])
        if caller is None:
            return None
        asyncio.get_running_loop().call_soon(caller.press, asked["Digit"])
        return [("Message", "DTMF successfully queued")]
