"""The AGI commands of media requests, checked. Pure.

Prompts go out by Background, several files in one command: it plays them without a gap, a key stops them (not with
option p), and a file that is not there ends it with FAILED, where Playback would go on and Read would say nothing.
What asks a question goes out by Read: it keeps the digits in a variable of the channel, so that those count which are
typed while no server is there. Without a timeout of its own Read takes the channel's, which are two: for the first
digit (response) and between digits (digit).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tandem.cti.adapters.asterisk.dialplan import VAR_ASKED, VAR_DIGITS
from tandem.cti.model.errors import InvalidField
from tandem.cti.model.ids import Token
from tandem.cti.model.keypad import KEYS
from tandem.cti.model.requests import Collect, DetectMachine, LeaveMessage, Music, Play, StartMusic

MediaRequest = Play | Collect | Music | StartMusic | DetectMachine | LeaveMessage

INTERRUPT_KEY = "D"
"""What we press ourselves to end a prompt or a Read; no telephone has it, and it counts as no digit."""

_TOKEN = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_PROMPT = re.compile(r"[A-Za-z0-9_./+-]{1,200}")
_LONGEST_FILES = 900
"""Of one command: AMI takes lines of 1,024 bytes."""
_MOST_PROMPTS = 200
_LONGEST_WAIT_S = 600
_LONGEST_DETECTION_MS = 30_000
_MOST_WORDS = 100
_GREETING_OVER_MS = 2_000
_SHORTEST_WORD_MS, _BETWEEN_WORDS_MS = 100, 50

RINGING = "EXEC Playtones ring"
ASK_PLAYED = "GET FULL VARIABLE ${BACKGROUNDSTATUS},"
ASK_DETECTED = "GET FULL VARIABLE ${AMDSTATUS},${AMDCAUSE}"
ASK_HEARD_OUT = "GET FULL VARIABLE ${WAITSTATUS},"
ASK_READ = f"GET FULL VARIABLE ${{READSTATUS}},${{{VAR_DIGITS}}}"


def check(request: MediaRequest) -> None:
    """Raises InvalidField for what must not, or cannot, be put into a command."""
    match request:
        case Play():
            if not request.prompts:
                raise InvalidField("nothing to play")
            _check_prompts(request.prompts)
        case Collect():
            if not 1 <= request.max_digits <= 64:
                raise InvalidField("1 to 64 digits, please")
            _check_wait(request.timeout_s)
            _check_wait(request.digit_timeout_s)
            if request.terminator not in {"", "#", "*"}:
                raise InvalidField("the terminator is #, * or none")
            _check_prompts(request.prompts)
        case Music():
            _check_wait(request.seconds)
            if len(request.keys) > len(KEYS) or not set(request.keys) <= set(KEYS):
                raise InvalidField(f"the keys that end music are some of {KEYS}")
        case DetectMachine():
            _check_detection(request)
        case LeaveMessage():
            if not request.prompts:
                raise InvalidField("nothing to play")
            _check_prompts(request.prompts)
            _check_wait(request.wait_s)
        case StartMusic():
            return
    if not _TOKEN.fullmatch(request.token):
        raise InvalidField("a token may hold letters, digits and _ . - only")


def _check_wait(wait_s: float) -> None:
    if not 0 < wait_s <= _LONGEST_WAIT_S:
        raise InvalidField(f"a wait is longer than 0 and at most {_LONGEST_WAIT_S} s")


def _check_detection(request: DetectMachine) -> None:
    for what in ("initial_silence_ms", "greeting_ms", "after_greeting_silence_ms", "total_ms"):
        if not _SHORTEST_WORD_MS <= getattr(request, what) <= _LONGEST_DETECTION_MS:
            raise InvalidField(f"{what}: {_SHORTEST_WORD_MS} to {_LONGEST_DETECTION_MS}")
    if not 1 <= request.words <= _MOST_WORDS:
        raise InvalidField(f"words: 1 to {_MOST_WORDS}")


def _check_prompts(prompts: Sequence[str]) -> None:
    if len(prompts) > _MOST_PROMPTS:
        raise InvalidField(f"at most {_MOST_PROMPTS} prompts in one request")
    for prompt in prompts:
        if not _PROMPT.fullmatch(prompt) or ".." in prompt:
            raise InvalidField("a prompt's name may hold letters, digits and _ . / + - only")


def chunks(prompts: Sequence[str]) -> list[tuple[str, ...]]:
    """The prompts in pieces that fit into a command each."""
    pieces: list[tuple[str, ...]] = []
    piece: list[str] = []
    length = 0
    for prompt in prompts:
        if piece and length + 1 + len(prompt) > _LONGEST_FILES:
            pieces.append(tuple(piece))
            piece, length = [], 0
        piece.append(prompt)
        length += len(prompt) + 1
    return [*pieces, tuple(piece)] if piece else pieces


def music(music_class: str) -> str:
    return f"SET MUSIC ON {music_class}"


def note_played(token: Token | None) -> str:
    """Before the prompts: leave the token with the channel (None: a successor is to play them again)."""
    return f"EXEC MSet {VAR_ASKED}={token or ''},BACKGROUNDSTATUS="


def play(files: Sequence[str], *, breaks: bool) -> str:
    """``breaks``: a key stops them."""
    return f"EXEC Background {'&'.join(files)}{'' if breaks else ',p'}"


def note_detecting(token: Token) -> str:
    return f"EXEC MSet {VAR_ASKED}={token},AMDSTATUS=,AMDCAUSE="


def detect(request: DetectMachine) -> str:
    """AMD counts its total from its own beginning, not from the first sound, and gives up in the middle of a greeting
    that came late: so what may be silent at first is added."""
    total_ms = request.initial_silence_ms + request.total_ms
    return (
        f"EXEC AMD {request.initial_silence_ms},{request.greeting_ms},{request.after_greeting_silence_ms},{total_ms},"
        f"{_SHORTEST_WORD_MS},{_BETWEEN_WORDS_MS},{request.words}"
    )


def note_hearing_out() -> str:
    """No token: a successor hears the greeting out himself."""
    return f"EXEC MSet {VAR_ASKED}=,WAITSTATUS="


def hear_out(wait_s: float) -> str:
    """Until two seconds of silence: after its beep a machine says nothing, whatever the beep's pitch."""
    return f"EXEC WaitForSilence {_GREETING_OVER_MS},1,{max(1, round(wait_s))}"


def note_read(token: Token | None, *, first_s: float, next_s: float) -> str:
    """Before a Read: leave the token, set both timeouts, clear what an earlier one has left."""
    return (
        f"EXEC MSet {VAR_ASKED}={token or ''},TIMEOUT(response)={first_s:.3f},TIMEOUT(digit)={next_s:.3f},"
        f"READSTATUS=,{VAR_DIGITS}="
    )


def read(files: Sequence[str], max_digits: int, terminator: str) -> str:
    """Option t: the keys that end it; e: such a key alone is the answer."""
    return f"EXEC Read {VAR_DIGITS},{'&'.join(files)},{max_digits},et({terminator}{INTERRUPT_KEY}),1"
