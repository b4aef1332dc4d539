"""The media of lines in memory: prompts, questions, music, machine detection, one request at a time for each line."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tandem.cti.adapters.asterisk.carrier_people import Behaviour
from tandem.cti.adapters.asterisk.media_commands import MediaRequest
from tandem.cti.adapters.asterisk.type_ahead import FRESH_S
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.ids import CallId, ConnectionId, DeviceId
from tandem.cti.model.keypad import SURPLUS_S, Keypad
from tandem.cti.runtime.secret_digits import SecretDigits

_AMD = {
    Behaviour.MACHINE: ("machine", "MAXWORDS-4-4"),
    Behaviour.SILENT: ("machine", "INITIALSILENCE-2520-2500"),
}


@dataclass(slots=True, eq=False)
class Line:
    """One leg as the world has it."""

    call: CallId
    connection: ConnectionId
    party: ev.Party
    device: DeviceId
    calling: str = ""
    name: str = ""
    called: DeviceId = ev.NOWHERE
    memory: str = ""
    answered: bool = False
    answered_at: float | None = None
    """Of a phone that we rang."""
    ringing: bool = False
    controlled: bool = False
    fallback: bool = False
    held: bool = False
    joined: Line | None = None
    keypad: Keypad = field(default_factory=Keypad)
    listening: bool = False
    """For the answer to a Collect, or for a key that ends music; its prompts may still play."""
    deaf: bool = False
    surplus_until: float = 0.0
    music: bool = False
    rings_back: bool = False
    idly_pressed_at: float | None = None
    media: list[MediaRequest] = field(default_factory=list)
    timer: asyncio.TimerHandle | None = None
    guard: asyncio.TimerHandle | None = None

    def common(self) -> dict[str, object]:
        return {"call": self.call, "connection": self.connection}


class FakeMedia:
    """``prompt_s``: how long each prompt takes, and telling a machine from a person; ``missing``: the prompts that do
    not exist, ``long``: those that take half a minute; ``vault`` has the digits of sensitive questions."""

    def __init__(
        self, tell: Callable[[ev.SwitchEvent], None], behaviours: Mapping[str, Behaviour], *, prompt_s: float
    ) -> None:
        self._tell = tell
        self._behaviours = behaviours
        self.prompt_s = prompt_s
        self.missing: set[str] = set()
        self.long: set[str] = set()
        self.vault = SecretDigits()

    def add(self, line: Line, request: MediaRequest) -> None:
        line.media.append(request)
        if len(line.media) == 1:
            self._begin(line)
        elif isinstance(line.media[0], rq.Music) and not isinstance(request, rq.StartMusic):
            self._end(line)

    def abandon(self, line: Line) -> None:
        """The line has left its controller: what was asked for has failed."""
        abandoned, line.media = line.media, []
        line.keypad.clear()
        line.listening = line.deaf = line.music = line.rings_back = False
        for request in abandoned:
            if not isinstance(request, rq.StartMusic):
                self._tell(_failed(line, request))

    def _begin(self, line: Line) -> None:
        if line.idly_pressed_at is not None and now() - line.idly_pressed_at > FRESH_S:
            line.keypad.clear()
        line.idly_pressed_at = None
        match line.media[0]:
            case rq.StartMusic() as request:
                line.music, line.rings_back = True, request.ringing
                line.media.pop(0)
                if line.media:
                    self._begin(line)
            case rq.Music() as request:
                line.deaf = False
                if key := line.keypad.first_of(request.keys):
                    self._end(line, digits=key)
                    return
                line.listening = line.music = True
                line.timer = later(request.seconds, lambda: self._end(line))
            case rq.Play() as request:
                if self.missing.intersection(request.prompts):
                    line.timer = later(0, lambda: self._end(line, ok=False))
                elif request.barge_in and len(line.keypad):
                    self._end(line)
                else:
                    line.music = False
                    line.timer = later(self._playing_s(request.prompts), lambda: self._end(line))
            case rq.DetectMachine() as request:
                line.timer = later(self.prompt_s, lambda: self._detected(line))
            case rq.LeaveMessage() as request:
                if self.missing.intersection(request.prompts):
                    line.timer = later(0, lambda: self._end(line, ok=False))
                else:
                    line.music = False
                    begun = ev.MessageBegun(
                        call=line.call,
                        connection=line.connection,
                        token=request.token,
                        why="beep",
                        beep_hz=1_000.0,
                        beep_s=0.4,
                        beep_ago_s=0.6,
                    )
                    self._tell(begun)
                    heard_out_s = self._playing_s(request.prompts) + self.prompt_s
                    line.timer = later(heard_out_s, lambda: self._end(line))
            case rq.Collect() as request:
                line.deaf = False
                if self.missing.intersection(request.prompts):
                    line.timer = later(0, lambda: self._end(line, ok=False))
                    return
                if request.flush:
                    line.keypad.clear()
                line.music = line.music and not request.prompts
                line.listening = True
                silent_s = self._playing_s(request.prompts) + request.timeout_s
                line.timer = later(silent_s, lambda: self._silent(line, request))
                if len(line.keypad):
                    self._typed(line, request)

    def _playing_s(self, prompts: tuple[str, ...]) -> float:
        return sum(30.0 if prompt in self.long else self.prompt_s for prompt in prompts)

    def pressed(self, line: Line, key: str) -> None:
        request = line.media[0] if line.media else None
        if isinstance(request, rq.Music):
            if key in request.keys:
                self._end(line, digits=key)
            return
        if line.deaf and now() < line.surplus_until:
            line.surplus_until = now() + SURPLUS_S
            return
        line.deaf = False
        line.keypad.press(key)
        if line.music and not line.media:
            line.idly_pressed_at = now()
        if isinstance(request, rq.Collect) and line.listening and len(line.keypad):
            self._typed(line, request)
        elif isinstance(request, rq.Play) and request.barge_in and not self.missing.intersection(request.prompts):
            self._end(line)

    def _typed(self, line: Line, request: rq.Collect) -> None:
        answer = line.keypad.answer(request.max_digits, request.terminator)
        if answer is not None:
            self._answered(line, request, answer)
            return
        if line.timer:
            line.timer.cancel()
        line.timer = later(request.digit_timeout_s, lambda: self._silent(line, request))

    def _silent(self, line: Line, request: rq.Collect) -> None:
        self._answered(line, request, line.keypad.rest())

    def _answered(self, line: Line, request: rq.Collect, answer: str) -> None:
        if not request.sensitive or answer in {"", "#", "*"}:
            self._end(line, digits=answer)
            return
        line.keypad.clear()
        line.deaf = True
        line.surplus_until = now() + SURPLUS_S
        self._end(line, secret=self.vault.put(line.call, answer), secret_length=len(answer))

    def _detected(self, line: Line) -> None:
        verdict, why = _AMD.get(self._behaviours.get(line.device, Behaviour.ANSWER), ("human", "HUMAN-800-800"))
        request = line.media.pop(0)
        assert isinstance(request, rq.DetectMachine)
        line.timer = None
        self._tell(
            ev.MachineDetected(
                call=line.call, connection=line.connection, token=request.token, verdict=verdict, why=why
            )
        )
        if line.media:
            self._begin(line)

    def _end(self, line: Line, *, ok: bool = True, digits: str = "", secret: str = "", secret_length: int = 0) -> None:
        if line.timer:
            line.timer.cancel()
        line.timer, line.listening = None, False
        request = line.media.pop(0)
        assert not isinstance(request, rq.StartMusic | rq.DetectMachine)
        ended = ev.MediaEnded(
            call=line.call,
            connection=line.connection,
            token=request.token,
            ok=ok,
            digits=digits,
            secret=secret,
            secret_length=secret_length,
        )
        self._tell(ended)
        if line.media:
            self._begin(line)


def _failed(line: Line, request: MediaRequest) -> ev.MediaEnded | ev.MachineDetected:
    assert not isinstance(request, rq.StartMusic)
    if isinstance(request, rq.DetectMachine):
        return ev.MachineDetected(
            call=line.call, connection=line.connection, token=request.token, verdict="unsure", why=""
        )
    return ev.MediaEnded(call=line.call, connection=line.connection, token=request.token, ok=False)


def later(delay_s: float, what: Callable[[], None]) -> asyncio.TimerHandle:
    return asyncio.get_running_loop().call_later(delay_s, what)


def now() -> float:
    return asyncio.get_running_loop().time()
