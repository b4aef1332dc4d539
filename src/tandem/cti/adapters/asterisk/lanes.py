"""Media of one controlled leg, one request at a time. Pure: says what to send, is told what came of it.

Asterisk keeps a queue of AGI commands for each channel, and that queue **outlives** the session it was meant for: what
waits there when the leg is bridged away is carried out when the bridge ends, minutes later (measured). So at most one
command that can be heard is ever with Asterisk; what waits, waits here and is dropped when the leg leaves our control.
The question for the outcome is sent along at once: asked later it costs the 20 ms until the next frame, and left
behind it does no harm.

**Digits** come from the events of each key (``pressed``) and from nowhere else, whatever command runs meanwhile: they
go through one ``Keypad`` in the order of their pressing, so none counts twice and none is lost between two commands.
A command that a key should have stopped, but that began only after it, is interrupted.

**Secrets** are never left to Read, which writes digits into a variable and into Asterisk's log: we listen ourselves.

A leg that another process has controlled may still be busy with that process's command: its lane begins with a NOOP,
and nothing else is sent until that is answered. Each request leaves its token with the channel. When a successor makes
the same request again, nothing is played: its outcome is asked for, so digits typed while no server was there count.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from tandem.cti.adapters.asterisk import media_commands as agi
from tandem.cti.adapters.asterisk.hearing import Hearing
from tandem.cti.adapters.asterisk.key_events import KeyEvents
from tandem.cti.adapters.asterisk.media_commands import MediaRequest
from tandem.cti.core.beeps import Beep
from tandem.cti.core.greeting_end import Cue
from tandem.cti.model.errors import LimitReached
from tandem.cti.model.events import MachineDetected, MediaEnded, MessageBegun
from tandem.cti.model.ids import CallId, ConnectionId, Token
from tandem.cti.model.keypad import SURPLUS_S, Keypad
from tandem.cti.model.requests import Collect, DetectMachine, LeaveMessage, Music, Play, StartMusic

MOST_WAITING = 32
FRESH_S = 10.0
"""Keys pressed to music that nobody has asked anything in count for the next question when it comes so soon."""
_MOST_AGAIN = 20
"""How often a question or a message goes on that something other than an answer has ended."""

_ANSWER = re.compile(r"200 result=1 \((.*)\)", re.DOTALL)
_RESULT = re.compile(r"200 result=(-?[0-9]{1,6})")
_DIGITS = re.compile(r"[0-9*#A-D]{0,66}")
_VERDICTS = {"HUMAN": "human", "MACHINE": "machine"}
_NO_KEYS = frozenset(ord(letter) for letter in "ABCD")


@dataclass(frozen=True, slots=True)
class Command:
    """One AGI command and the id under which its result comes back (AMI ``CommandID``)."""

    command_id: str
    text: str


Ended = MediaEnded | MachineDetected | MessageBegun


@dataclass(frozen=True, slots=True)
class Step:
    """What follows: what has ended (or a message that begins), what to send now, and whether what runs is to be
    interrupted by ``D``. ``listen``: the leg's sound is wanted, or not any more; None: no change."""

    ended: tuple[Ended, ...] = ()
    commands: tuple[Command, ...] = ()
    interrupt: bool = False
    listen: bool | None = None


NOTHING = Step()


class Lane:
    """The media of one leg. ``key`` begins the id of every command and is of this process alone.

    ``now`` is always in seconds of one steady clock; when ``wake_at`` has come, call ``due``.
    """

    def __init__(
        self,
        call: CallId,
        connection: ConnectionId,
        key: str,
        *,
        music: str,
        keep_secret: Callable[[str], str],
        asked: str = "",
    ) -> None:
        """``keep_secret`` puts digits into the vault and tells where they are; ``asked`` is the token that a
        predecessor left, when the leg was under his control until now."""
        self._call = call
        self._connection = connection
        self._key = key
        self._music_class = music
        self._keep_secret = keep_secret
        self._asked = asked
        self._count = 0
        self._left = False
        self._waiting: deque[MediaRequest] = deque()
        self._keypad = Keypad()
        self._keys = KeyEvents()
        self._deaf = False
        self._secret_told = False
        self._surplus_until = 0.0
        self._sounds = ""
        self._idly_pressed_at: float | None = None
        # the request in hand
        self._request: MediaRequest | None = None
        self.taking_over = False
        """Asterisk may still be busy with what another process began."""
        self._chunks: deque[tuple[str, ...]] = deque()
        self._again = 0
        self.wake_at: float | None = None
        """When ``due`` is to be called: we listen by ourselves until then."""
        # the greeting of a machine, and the message for it
        self._hearing = Hearing()
        # the commands under way
        self._in_flight = ""
        self._first = ""
        self._audible = ""
        self._audible_id = ""
        self._reads = False
        self._adopts = False
        self._hears_out = False
        self._breaks = False
        self._keys_at_send = 0
        self._stopped_by = 0

    @property
    def unsettled(self) -> bool:
        """Asterisk has not begun what it was sent: bridged now, the leg would find it waiting after the bridge."""
        return bool(self._in_flight and self._first)

    @property
    def _busy(self) -> bool:
        return self.taking_over or self._request is not None

    # -- what is asked of it

    def take_over(self) -> Step:
        """Wait until Asterisk has done with what another process began here."""
        self.taking_over = True
        return Step(commands=self._send("NOOP"))

    def add(self, request: MediaRequest, now: float) -> Step:
        """Take on a request. Raises InvalidField, and LimitReached when too many wait."""
        agi.check(request)
        if self._left:
            return NOTHING
        if len(self._waiting) >= MOST_WAITING:
            raise LimitReached(f"{MOST_WAITING} media requests already wait for this connection")
        self._waiting.append(request)
        if isinstance(self._request, Music) and self.wake_at is not None and not isinstance(request, StartMusic):
            return self._finish(self._ended(self._request.token), now)  # what is asked next ends music
        return NOTHING if self._busy else self._next(now)

    def abandon(self) -> list[Ended]:
        """The leg has left our control: everything that was asked for has failed, and nothing is sent any more."""
        requests = [*([self._request] if self._request else []), *self._waiting]
        self._left, self._request, self.taking_over, self.wake_at = True, None, False, None
        self._waiting.clear()
        self._keypad.clear()
        self._in_flight = self._first = ""
        return [self._failed(each) for each in requests if not isinstance(each, StartMusic)]

    # -- what it is told

    def tone_began(self, key: str) -> None:
        """``DTMFBegin``."""
        self._keys.began(key)

    def pressed(self, key: str, now: float) -> Step:
        """``DTMFEnd``: the caller has pressed a key."""
        if self._left or not self._keys.counts(key, now):
            return NOTHING
        request = self._request
        if isinstance(request, Music):
            if key and key in request.keys and self.wake_at is not None:
                return self._finish(self._ended(request.token, digits=key), now)
            if self.wake_at is not None:
                return NOTHING
        if self._deaf and now < self._surplus_until:
            self._surplus_until = now + SURPLUS_S
            return NOTHING
        self._deaf = self._secret_told = False
        self._keypad.press(key)
        if self._sounds and not self._busy:
            self._idly_pressed_at = now
        if isinstance(request, Collect) and self.wake_at is not None:
            return self._collect(request, now)
        return NOTHING

    def begun(self, text: str) -> Step:
        """``AGIExecStart``: the command of this text is carried out from now on."""
        if not self._in_flight or text != self._audible:
            return NOTHING
        self._audible = ""
        return Step(interrupt=self._hearing.anew or (self._breaks and len(self._keypad) > self._keys_at_send))

    def ear_opened(self, levels: Sequence[float]) -> None:
        """The leg's sound comes in; ``levels`` grows with it (``GreetingEnd.levels``)."""
        self._hearing.opened(levels)
        if self._hearing.until is not None:
            self.wake_at = self._hearing.until

    def ear_closed(self, now: float) -> Step:
        """It comes in no more, or never did."""
        self._hearing.closed()
        if isinstance(self._request, LeaveMessage) and self._hearing.until is not None:
            return self._wait_for_silence(self._request)
        return NOTHING

    def heard(self, cue: Cue | None, beep: Beep | None, now: float) -> Step:
        """What the sound says now: whether a message is due, and the beep that has just ended."""
        self._hearing.told(cue, now)
        request = self._request
        if not isinstance(request, LeaveMessage):
            return NOTHING
        if self._hearing.until is not None:
            return self._speak(request, now) if cue is not None else NOTHING
        # what has not begun is interrupted as soon as it does
        return Step(interrupt=not self._audible) if self._hearing.begins_anew(beep) else NOTHING

    def executed(self, command_id: str, result: str, now: float) -> Step:
        """``AsyncAGIExec``: a command is over. A foreign one changes nothing."""
        if not self._in_flight:
            return NOTHING
        if command_id == self._first:
            self._first = ""
        text = unquote_plus(result)
        if command_id == self._audible_id:
            found = _RESULT.match(text)
            self._stopped_by = int(found[1]) if found else -1
        if command_id != self._in_flight:
            return NOTHING
        self._in_flight = self._first = self._audible = ""
        return self._over(text, now)

    def due(self, now: float) -> Step:
        """``wake_at`` has come."""
        if self.wake_at is None or now < self.wake_at or self._request is None:
            return NOTHING
        if isinstance(self._request, Collect):
            return self._answered(self._request, self._keypad.rest(), now)
        if isinstance(self._request, LeaveMessage):
            return self._speak(self._request, now) if self._hearing.open else self._wait_for_silence(self._request)
        if isinstance(self._request, DetectMachine):
            return self._judge(self._request, now)
        return self._finish(self._ended(self._request.token), now) if isinstance(self._request, Music) else NOTHING

    # -- one request after the other

    def _finish(self, ended: Ended | None, now: float) -> Step:
        heard_enough = isinstance(self._request, LeaveMessage) or (
            isinstance(ended, MachineDetected) and ended.verdict != "machine"
        )
        self._request, self.taking_over, self.wake_at = None, False, None
        following = self._next(now)
        listen = False if heard_enough and following.listen is None else following.listen
        return Step((ended, *following.ended) if ended else following.ended, following.commands, listen=listen)

    def _next(self, now: float) -> Step:
        if not self._waiting:
            return NOTHING
        request = self._request = self._waiting.popleft()
        self._again = 0
        if isinstance(request, StartMusic):
            sound = agi.RINGING if request.ringing else agi.music(self._music_class)
            return self._finish(None, now) if self._sounds == sound else self._sound(sound)
        if self._idly_pressed_at is not None and now - self._idly_pressed_at > FRESH_S:
            self._keypad.clear()
        self._idly_pressed_at = None
        adopted, self._asked = request.token == self._asked, ""
        if isinstance(request, Music):
            return self._begin_music(request, now)
        if isinstance(request, DetectMachine):
            return self._detect(request, adopted=adopted)
        self._deaf = self._secret_told and isinstance(request, Play)
        self._chunks = deque(agi.chunks(request.prompts))
        if isinstance(request, Play):
            if adopted:
                return self._adopt(agi.ASK_PLAYED)
            return self._play(request, now)
        self._secret_told = False
        if isinstance(request, LeaveMessage):
            return self._adopt(agi.ASK_PLAYED) if adopted else self._hear_out(request, now)
        if adopted and not request.sensitive:
            return self._adopt(agi.ASK_READ)
        if request.flush:
            self._keypad.clear()
        return self._collect(request, now)

    def _adopt(self, question: str) -> Step:
        self._adopts = True
        return Step(commands=self._send(question))

    def _begin_music(self, request: Music, now: float) -> Step:
        self._deaf = self._secret_told = False
        if key := self._keypad.first_of(request.keys):
            return self._finish(self._ended(request.token, digits=key), now)
        music = agi.music(self._music_class)
        if self._sounds != music:
            return self._sound(music)
        self.wake_at = now + request.seconds
        return NOTHING

    def _sound(self, command: str) -> Step:
        """What goes on until something else is to be heard; it takes the place of what has been going on."""
        self._sounds = command
        return Step(commands=self._send(command))

    def _detect(self, request: DetectMachine, *, adopted: bool) -> Step:
        if adopted:
            return Step(commands=self._send(agi.ASK_DETECTED))
        commands = self._send(agi.note_detecting(request.token), agi.detect(request), agi.ASK_DETECTED)
        return Step(commands=commands, listen=True if request.listen else None)

    def _judge(self, request: DetectMachine, now: float) -> Step:
        verdict = self._hearing.verdict(request, now)
        if isinstance(verdict, MachineDetected):
            return self._finish(verdict, now)
        self.wake_at = verdict
        return NOTHING

    # -- a message for a machine

    def _hear_out(self, request: LeaveMessage, now: float) -> Step:
        self.wake_at = self._hearing.hear_out(request, now)
        return self._speak(request, now) if self._hearing.due else Step(listen=True)

    def _speak(self, request: LeaveMessage, now: float, *, why: str = "") -> Step:
        self.wake_at, self._hearing.speaks = None, not why
        begun = self._hearing.begun(request, now, why=why)
        playing = self._play(request, now)
        return Step((begun, *playing.ended), playing.commands, listen=playing.listen)

    def _wait_for_silence(self, request: LeaveMessage) -> Step:
        """Without its sound: Asterisk itself listens for two seconds of silence."""
        self._hearing.until = None
        self._hears_out = True
        return Step(commands=self._send(agi.note_hearing_out(), agi.hear_out(request.wait_s), agi.ASK_HEARD_OUT))

    def _play(self, request: Play | LeaveMessage, now: float) -> Step:
        """The next piece of the prompts; a key, even one pressed before, ends them where that is allowed."""
        breaks = isinstance(request, Play) and request.barge_in
        if not self._chunks or (breaks and len(self._keypad)):
            return self._finish(self._ended(request.token), now)
        token = request.token if len(self._chunks) == 1 else None
        return self._play_chunk(token, breaks=breaks)

    def _play_chunk(self, token: Token | None, *, breaks: bool) -> Step:
        self._sounds = ""
        may_stop = breaks or self._hearing.speaks
        texts = (agi.note_played(token), agi.play(self._chunks[0], breaks=may_stop), agi.ASK_PLAYED)
        return Step(commands=self._send(*texts, breaks=breaks))

    def _collect(self, request: Collect, now: float) -> Step:
        """Answer it from the keypad, or play the next piece, or listen for what is missing."""
        answer = self._keypad.answer(request.max_digits, request.terminator)
        if answer is not None:
            return self._answered(request, answer, now)
        typed = len(self._keypad)
        if typed or not self._chunks:
            first_s = request.digit_timeout_s if typed else request.timeout_s
            if request.sensitive:
                self.wake_at = now + first_s
                return NOTHING
            return self._read(request, (), first_s)
        if request.sensitive or len(self._chunks) > 1:
            return self._play_chunk(None, breaks=True)
        return self._read(request, self._chunks[0], request.timeout_s)

    def _read(self, request: Collect, files: tuple[str, ...], first_s: float) -> Step:
        # With digits of before, what Read leaves in the variable is not the whole answer: a successor asks anew.
        token = None if len(self._keypad) else request.token
        if files:
            self._sounds = ""
        texts = (
            agi.note_read(token, first_s=first_s, next_s=request.digit_timeout_s),
            agi.read(files, request.max_digits - len(self._keypad), request.terminator),
            agi.ASK_READ,
        )
        self._reads = True
        return Step(commands=self._send(*texts, breaks=True))

    # -- what came of it

    def _over(self, text: str, now: float) -> Step:
        found = _ANSWER.match(text)
        status, _, rest = (found[1] or "").partition(",") if found else ("", "", "")
        digits = rest.rstrip("ABCD") if _DIGITS.fullmatch(rest) else ""
        reads, adopts, hears_out = self._reads, self._adopts, self._hears_out
        self._reads = self._adopts = self._hears_out = False
        request = self._request
        match request:
            case None:
                if self._asked:
                    self._keypad.clear()  # the predecessor's Read has taken them
                return self._finish(None, now)
            case StartMusic():
                return self._finish(None, now)
            case Music():
                if key := self._keypad.first_of(request.keys):
                    return self._finish(self._ended(request.token, digits=key), now)
                self.wake_at = now + request.seconds
                return NOTHING
            case DetectMachine():
                self._hearing.detected(self._detected(request, status, rest), now)
                return self._judge(request, now)
            case LeaveMessage() if hears_out:
                if status in {"SILENCE", "TIMEOUT"}:
                    return self._speak(request, now, why="silence" if status == "SILENCE" else "time")
                return self._finish(self._ended(request.token, ok=False), now)
            case Play() | LeaveMessage() if adopts:
                return self._finish(self._ended(request.token, ok=status == "SUCCESS"), now)
            case Collect() if adopts:
                ok = status in {"OK", "TIMEOUT"}
                return self._finish(self._ended(request.token, ok=ok, digits=digits), now)
            case Collect() if reads:
                return self._read_over(request, status, digits, now)
        if status != "SUCCESS":
            return self._finish(self._ended(request.token, ok=False), now)
        return self._played(request, now)

    def _message_played(self, request: LeaveMessage, now: float) -> Step:
        if self._hearing.anew:
            self._chunks = deque(agi.chunks(request.prompts))
            return self._speak(request, now)
        if self._stopped_by > 0 and self._again < _MOST_AGAIN:
            self._again += 1  # a key: who leaves a message is not to be stopped by one
        else:
            self._chunks.popleft()
        return self._play(request, now)

    def _played(self, request: Play | LeaveMessage | Collect, now: float) -> Step:
        if isinstance(request, LeaveMessage):
            return self._message_played(request, now)
        if self._stopped_by in _NO_KEYS and not len(self._keypad) and self._again < _MOST_AGAIN:
            self._again += 1  # stopped by what is no key
        elif self._stopped_by > 0:
            self._chunks.clear()
        else:
            self._chunks.popleft()
        return self._collect(request, now) if isinstance(request, Collect) else self._play(request, now)

    def _read_over(self, request: Collect, status: str, digits: str, now: float) -> Step:
        if digits and not self._keys.any:
            # This Asterisk tells us of no keys: it was started before an upgrade of ours, with fewer rights for us.
            return self._answered(request, digits, now)
        answer = self._keypad.answer(request.max_digits, request.terminator)
        if answer is None:
            if status not in {"OK", "TIMEOUT"}:
                return self._finish(self._ended(request.token, ok=False), now)
            if status == "OK" and self._again < _MOST_AGAIN:
                self._again += 1  # ended by what is no part of an answer
                return self._collect(request, now)
            answer = self._keypad.rest()
        return self._answered(request, answer, now)

    def _answered(self, request: Collect, answer: str, now: float) -> Step:
        if not request.sensitive or answer in {"", "#", "*"}:
            return self._finish(self._ended(request.token, digits=answer), now)
        # What is typed too much may be of the secret: it must not become the plain answer to the next question.
        self._keypad.clear()
        self._deaf = self._secret_told = True
        self._surplus_until = now + SURPLUS_S
        where = self._keep_secret(answer)
        return self._finish(self._ended(request.token, secret=where, secret_length=len(answer)), now)

    def _failed(self, request: Play | LeaveMessage | Collect | Music | DetectMachine) -> Ended:
        if isinstance(request, DetectMachine):
            return self._detected(request, "", "")
        return self._ended(request.token, ok=False)

    def _detected(self, request: DetectMachine, status: str, why: str) -> MachineDetected:
        """``why`` is AMD's own: ``MAXWORDS-4-4``, ``LONGGREETING-1500-1500``, ``INITIALSILENCE-2520-2500``."""
        return MachineDetected(
            call=self._call,
            connection=self._connection,
            token=request.token,
            verdict=_VERDICTS.get(status, "unsure"),
            why=why,
        )

    def _ended(
        self, token: Token, *, ok: bool = True, digits: str = "", secret: str = "", secret_length: int = 0
    ) -> MediaEnded:
        return MediaEnded(
            call=self._call,
            connection=self._connection,
            token=token,
            digits=digits,
            ok=ok,
            secret=secret,
            secret_length=secret_length,
        )

    def _send(self, *texts: str, breaks: bool = False) -> tuple[Command, ...]:
        commands = []
        for text in texts:
            self._count += 1
            commands.append(Command(f"{self._key}.{self._count}", text))
        self.wake_at = None
        self._first, self._in_flight = commands[0].command_id, commands[-1].command_id
        heard = commands[1] if len(commands) > 1 else None
        self._audible, self._audible_id = (heard.text, heard.command_id) if heard else ("", "")
        self._breaks, self._keys_at_send, self._stopped_by = breaks, len(self._keypad), 0
        return tuple(commands)
