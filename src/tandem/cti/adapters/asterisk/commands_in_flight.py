"""The AGI commands of one leg that Asterisk has and has not yet answered. Pure.

A request is made of up to three commands that go out together: what is noted with the channel, what can be heard, and
the question for the outcome. Only the last one's result is the answer; the others tell how far Asterisk has come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_plus

_ANSWER = re.compile(r"200 result=1 \((.*)\)", re.DOTALL)
_RESULT = re.compile(r"200 result=(-?[0-9]{1,6})")
_DIGITS = re.compile(r"[0-9*#A-D]{0,66}")
_NO_KEYS = frozenset(ord(letter) for letter in "ABCD")


@dataclass(frozen=True, slots=True)
class Command:
    """One AGI command and the id under which its result comes back (AMI ``CommandID``)."""

    command_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """To the question for the outcome (``200 result=1 (SUCCESS,1234)``): a ``status`` and what follows it. Both '' when
    it is no such answer."""

    status: str
    rest: str

    @property
    def digits(self) -> str:
        """The keys of a telephone that a Read has taken; '' when something else follows."""
        return self.rest.rstrip("ABCD") if _DIGITS.fullmatch(self.rest) else ""


class CommandsInFlight:
    """``key`` begins the id of every command and is of this process and leg alone."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._count = 0
        self._last = ""
        self._first = ""
        self._audible = ""
        self._audible_id = ""
        self._result = 0
        self._breaks = False
        self._keys_at_send = 0

    @property
    def unsettled(self) -> bool:
        """Asterisk has not begun with them."""
        return bool(self._last and self._first)

    @property
    def silent(self) -> bool:
        """What can be heard has not begun."""
        return bool(self._audible)

    @property
    def by_key(self) -> bool:
        """What could be heard was stopped by a key, whichever."""
        return self._result > 0

    @property
    def by_no_key(self) -> bool:
        """What could be heard was stopped by A to D, which no telephone has: by us, or by the network."""
        return self._result in _NO_KEYS

    def send(self, *texts: str, keys: int | None = None) -> tuple[Command, ...]:
        """The commands of these texts, of which now the results are waited for. The second one is what can be heard;
        ``keys``: that so many have been pressed before it, and one more stops it (None: no key does)."""
        commands = []
        for text in texts:
            self._count += 1
            commands.append(Command(f"{self._key}.{self._count}", text))
        self._first, self._last = commands[0].command_id, commands[-1].command_id
        heard = commands[1] if len(commands) > 1 else None
        self._audible, self._audible_id = (heard.text, heard.command_id) if heard else ("", "")
        self._breaks, self._keys_at_send, self._result = keys is not None, keys or 0, 0
        return tuple(commands)

    def begun(self, text: str) -> bool:
        """The command of this text is carried out from now on. Whether it is what can be heard."""
        if not self._last or text != self._audible:
            return False
        self._audible = ""
        return True

    def overtaken(self, keys: int) -> bool:
        """``keys`` have been pressed by now: whether one that stops what can be heard came too soon to do so."""
        return self._breaks and keys > self._keys_at_send

    def executed(self, command_id: str, result: str) -> Answer | None:
        """A command is over. The answer, when it was the last one; None also for a foreign command."""
        if not self._last:
            return None
        if command_id == self._first:
            self._first = ""
        text = unquote_plus(result)
        if command_id == self._audible_id:
            found = _RESULT.match(text)
            self._result = int(found[1]) if found else -1
        if command_id != self._last:
            return None
        self.forget()
        answer = _ANSWER.match(text)
        status, _, rest = answer[1].partition(",") if answer else ("", "", "")
        return Answer(status, rest)

    def forget(self) -> None:
        """Whatever comes of them does not matter any more."""
        self._last = self._first = self._audible = ""
