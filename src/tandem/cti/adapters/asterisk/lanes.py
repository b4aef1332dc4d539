"""Media commands of one controlled leg, one request at a time. Pure: says what to send, is told what came of it.

Asterisk keeps a queue of AGI commands for each channel, and that queue **outlives** the session it was meant for: what
waits there when the leg is bridged away is carried out when the bridge ends, minutes later (measured). So at most one
command that can be heard is ever with Asterisk; what waits, waits here and is dropped when the leg leaves our control.
The question for the outcome is sent along at once: asked later it costs the 20 ms until the next frame, and left
behind it does no harm.

A leg that another process has controlled may still be busy with that process's command: its lane begins with a NOOP,
and nothing else is sent until that is answered. Each request leaves its token with the channel. When a successor makes
the same request again, nothing is played: its outcome is asked for, so digits typed while no server was there count.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from tandem.cti.adapters.asterisk.dialplan import VAR_ASKED, VAR_DIGITS
from tandem.cti.model.errors import InvalidField, LimitReached
from tandem.cti.model.events import MediaEnded
from tandem.cti.model.ids import CallId, ConnectionId, Token
from tandem.cti.model.requests import Collect, Play, StartMusic

MOST_WAITING = 32

_TOKEN = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_PROMPT = re.compile(r"[A-Za-z0-9_./+-]{1,200}")
_LONGEST_COMMAND = 950
_RESULT = re.compile(r"200 result=1 \((.*)\)", re.DOTALL)
_DIGITS = re.compile(r"[0-9*#A-D]{0,64}")


@dataclass(frozen=True, slots=True)
class Work:
    """AGI commands to be sent together, and whose outcome the last one's result tells."""

    commands: tuple[str, ...]
    token: Token | None = None
    collects: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """One AGI command and the id under which its result comes back (AMI ``CommandID``)."""

    command_id: str
    text: str


def work_for(request: Play | Collect | StartMusic, music: str) -> Work:
    """The AGI commands that carry a request out. Playing ends music. Raises InvalidField."""
    if isinstance(request, StartMusic):
        return Work((f"SET MUSIC ON {music}",))
    if isinstance(request, Play):
        if not request.prompts:
            raise InvalidField("nothing to play")
        play = f"EXEC Playback {_files(request.prompts)}"
        return Work((_asked(request.token), play, "GET FULL VARIABLE ${PLAYBACKSTATUS},"), request.token)
    if not 1 <= request.max_digits <= 64 or not 0 < request.timeout_s <= 600:
        raise InvalidField("1 to 64 digits and a timeout of up to 600 s, please")
    # Option e: '#' alone is a digit, else it ends the input.
    read = f"EXEC Read {VAR_DIGITS},{_files(request.prompts)},{request.max_digits},e,1,{request.timeout_s:.3f}"
    question = f"GET FULL VARIABLE ${{READSTATUS}},${{{VAR_DIGITS}}}"
    return Work((_asked(request.token), read, question), request.token, collects=True)


def _asked(token: Token) -> str:
    if not _TOKEN.fullmatch(token):
        raise InvalidField("a token may hold letters, digits and _ . - only")
    return f"SET VARIABLE {VAR_ASKED} {token}"


class Lane:
    """The commands of one leg. ``key`` begins the id of every command and is of this process alone."""

    __slots__ = ("_asked", "_call", "_connection", "_count", "_first", "_in_flight", "_key", "_waiting", "_working")

    def __init__(self, call: CallId, connection: ConnectionId, key: str, asked: str = "") -> None:
        """``asked``: the token that a predecessor left, when the leg was under his control until now."""
        self._asked = asked
        self._call = call
        self._connection = connection
        self._key = key
        self._count = 0
        self._waiting: deque[Work] = deque()
        self._working: Work | None = None
        self._first = ""
        self._in_flight = ""

    @property
    def unsettled(self) -> bool:
        """Asterisk has not begun what it was sent: bridged now, the leg would find it waiting after the bridge."""
        return bool(self._working and self._first)

    def add(self, work: Work) -> tuple[Command, ...]:
        """Take on work; the commands to send now: none when others are under way. Raises LimitReached."""
        if len(self._waiting) >= MOST_WAITING:
            raise LimitReached(f"{MOST_WAITING} media requests already wait for this connection")
        if work.token is not None:
            if work.token == self._asked:
                work = Work(work.commands[-1:], work.token, collects=work.collects)
            self._asked = ""
        self._waiting.append(work)
        return () if self._working else self._next()

    def executed(self, command_id: str, result: str) -> tuple[MediaEnded | None, tuple[Command, ...]]:
        """``AsyncAGIExec`` came: what ended by it, and the commands to send next. A foreign one changes nothing."""
        if command_id == self._first:
            self._first = ""
        if self._working is None or command_id != self._in_flight:
            return None, ()
        ended = self._outcome(self._working, result)
        self._working = None
        return ended, self._next()

    def abandon(self) -> list[MediaEnded]:
        """The leg has left our control: everything that was asked for has failed."""
        works = [*([self._working] if self._working else []), *self._waiting]
        self._waiting.clear()
        self._working = None
        return [self._ended(work.token, ok=False) for work in works if work.token is not None]

    def _next(self) -> tuple[Command, ...]:
        if not self._waiting:
            return ()
        self._working = self._waiting.popleft()
        commands = []
        for text in self._working.commands:
            self._count += 1
            commands.append(Command(f"{self._key}.{self._count}", text))
        self._first, self._in_flight = commands[0].command_id, commands[-1].command_id
        return tuple(commands)

    def _outcome(self, work: Work, result: str) -> MediaEnded | None:
        if work.token is None:
            return None
        found = _RESULT.match(unquote_plus(result))
        status, _, digits = (found[1] or "").partition(",") if found else ("", "", "")
        if not work.collects:
            return self._ended(work.token, ok=status == "SUCCESS")
        if not _DIGITS.fullmatch(digits):
            digits = ""
        return self._ended(work.token, ok=status in {"OK", "TIMEOUT"}, digits=digits)

    def _ended(self, token: Token, *, ok: bool, digits: str = "") -> MediaEnded:
        return MediaEnded(call=self._call, connection=self._connection, token=token, digits=digits, ok=ok)


NOOP = Work(("NOOP",))


def _files(prompts: Sequence[str]) -> str:
    for prompt in prompts:
        if not _PROMPT.fullmatch(prompt) or ".." in prompt:
            raise InvalidField("a prompt's name may hold letters, digits and _ . / + - only")
    files = "&".join(prompts)
    if len(files) > _LONGEST_COMMAND:
        raise InvalidField(f"the names of all prompts of one request: at most {_LONGEST_COMMAND} characters")
    return files
