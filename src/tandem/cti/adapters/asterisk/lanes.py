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

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tandem.cti.adapters.asterisk import media_commands as agi
from tandem.cti.adapters.asterisk.commands_in_flight import Answer, Command, CommandsInFlight
from tandem.cti.adapters.asterisk.hearing import Hearing
from tandem.cti.adapters.asterisk.media_commands import MediaRequest
from tandem.cti.adapters.asterisk.type_ahead import TypeAhead
from tandem.cti.core.beeps import Beep
from tandem.cti.core.greeting_end import Cue
from tandem.cti.model.errors import LimitReached
from tandem.cti.model.events import MachineDetected, MediaEnded, MessageBegun
from tandem.cti.model.ids import CallId, ConnectionId, Token
from tandem.cti.model.requests import Collect, DetectMachine, LeaveMessage, Music, Play, StartMusic

MOST_WAITING = 32
_MOST_AGAIN = 20
"""How often a question or a message goes on that something other than an answer has ended."""

_VERDICTS = {"HUMAN": "human", "MACHINE": "machine"}

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
        self._music_class = music
        self._keep_secret = keep_secret
        self._asked = asked
        self._left = False
        self._waiting: deque[MediaRequest] = deque()
        self._typed = TypeAhead()
        self._keypad = self._typed.keypad
        self._sounds = ""
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
        self._commands = CommandsInFlight(key)
        self._question: Literal["", "adopted", "read", "silence"] = ""
        """What the answer of the commands in flight is to, besides whether prompts were played."""

    @property
    def unsettled(self) -> bool:
        """Asterisk has not begun what it was sent: bridged now, the leg would find it waiting after the bridge."""
        return self._commands.unsettled

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
        self._commands.forget()
        return [self._failed(each) for each in requests if not isinstance(each, StartMusic)]

    # -- what it is told

    def tone_began(self, key: str) -> None:
        """``DTMFBegin``."""
        self._typed.began(key)

    def pressed(self, key: str, now: float) -> Step:
        """``DTMFEnd``: the caller has pressed a key."""
        if self._left or not self._typed.ended(key, now):
            return NOTHING
        request = self._request
        if isinstance(request, Music):
            if key and key in request.keys and self.wake_at is not None:
                return self._finish(self._ended(request.token, digits=key), now)
            if self.wake_at is not None:
                return NOTHING
        if not self._typed.press(key, now, idly=bool(self._sounds) and not self._busy):
            return NOTHING
        if isinstance(request, Collect) and self.wake_at is not None:
            return self._collect(request, now)
        return NOTHING

    def begun(self, text: str) -> Step:
        """``AGIExecStart``: the command of this text is carried out from now on."""
        if not self._commands.begun(text):
            return NOTHING
        return Step(interrupt=self._hearing.anew or self._commands.overtaken(len(self._keypad)))

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
        return Step(interrupt=not self._commands.silent) if self._hearing.begins_anew(beep) else NOTHING

    def executed(self, command_id: str, result: str, now: float) -> Step:
        """``AsyncAGIExec``: a command is over. A foreign one changes nothing."""
        answer = self._commands.executed(command_id, result)
        return NOTHING if answer is None else self._over(answer, now)

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
        self._typed.asked(now)
        adopted, self._asked = request.token == self._asked, ""
        if isinstance(request, Music):
            return self._begin_music(request, now)
        if isinstance(request, DetectMachine):
            return self._detect(request, adopted=adopted)
        self._chunks = deque(agi.chunks(request.prompts))
        if isinstance(request, Play):
            if adopted:
                return self._adopt(agi.ASK_PLAYED)
            return self._play(request, now)
        self._typed.secret_over()
        if isinstance(request, LeaveMessage):
            return self._adopt(agi.ASK_PLAYED) if adopted else self._hear_out(request, now)
        if adopted and not request.sensitive:
            return self._adopt(agi.ASK_READ)
        if request.flush:
            self._keypad.clear()
        return self._collect(request, now)

    def _adopt(self, question: str) -> Step:
        self._question = "adopted"
        return Step(commands=self._send(question))

    def _begin_music(self, request: Music, now: float) -> Step:
        self._typed.secret_over()
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
        self._question = "silence"
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
        self._question = "read"
        return Step(commands=self._send(*texts, breaks=True))

    # -- what came of it

    def _over(self, answer: Answer, now: float) -> Step:
        question, self._question = self._question, ""
        status, request = answer.status, self._request
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
                self._hearing.detected(self._detected(request, status, answer.rest), now)
                return self._judge(request, now)
            case LeaveMessage() if question == "silence":
                if status in {"SILENCE", "TIMEOUT"}:
                    return self._speak(request, now, why="silence" if status == "SILENCE" else "time")
                return self._finish(self._ended(request.token, ok=False), now)
            case Play() | LeaveMessage() if question == "adopted":
                return self._finish(self._ended(request.token, ok=status == "SUCCESS"), now)
            case Collect() if question == "adopted":
                ok = status in {"OK", "TIMEOUT"}
                return self._finish(self._ended(request.token, ok=ok, digits=answer.digits), now)
            case Collect() if question == "read":
                return self._read_over(request, status, answer.digits, now)
        if status != "SUCCESS":
            return self._finish(self._ended(request.token, ok=False), now)
        return self._played(request, now)

    def _message_played(self, request: LeaveMessage, now: float) -> Step:
        if self._hearing.anew:
            self._chunks = deque(agi.chunks(request.prompts))
            return self._speak(request, now)
        if self._commands.by_key and self._again < _MOST_AGAIN:
            self._again += 1  # a key: who leaves a message is not to be stopped by one
        else:
            self._chunks.popleft()
        return self._play(request, now)

    def _played(self, request: Play | LeaveMessage | Collect, now: float) -> Step:
        if isinstance(request, LeaveMessage):
            return self._message_played(request, now)
        if self._commands.by_no_key and not len(self._keypad) and self._again < _MOST_AGAIN:
            self._again += 1  # stopped by what is no key
        elif self._commands.by_key:
            self._chunks.clear()
        else:
            self._chunks.popleft()
        return self._collect(request, now) if isinstance(request, Collect) else self._play(request, now)

    def _read_over(self, request: Collect, status: str, digits: str, now: float) -> Step:
        if digits and not self._typed.told:
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
        self._typed.secret_taken(now)
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
        self.wake_at = None
        return self._commands.send(*texts, keys=len(self._keypad) if breaks else None)
