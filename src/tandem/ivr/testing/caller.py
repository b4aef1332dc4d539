"""The virtual caller: a list of actions, done one after the other when their time has come.

Polite by itself: it presses when it is asked for something and has heard the prompts out. After a ``Wait`` (or
``during`` a prompt) it acts at that very moment, as people do who know the menu.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from tandem.ivr.core.speech import Prompt
from tandem.ivr.testing.case import Action, Agent, HangUp, Press, Silence, Speak, Wait

REACTION_S = 0.8
"""From the end of the prompts to the first key."""
BETWEEN_KEYS_S = 0.25


@dataclass(frozen=True, slots=True)
class Key:
    at: float
    key: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The caller hung up."""

    at: float


@dataclass(frozen=True, slots=True)
class Taken:
    """An agent answers the call."""

    at: float
    login: str
    talk_s: float


Act = Key | Gone | Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What goes on from ``begins`` on. ``heard_out``: when the prompts are over; ``asked``: keys are wanted then.

    ``said``: (begin, length, prompt) of each. ``in_line``: he waits in a queue. Times in seconds on one clock.
    """

    begins: float
    heard_out: float
    asked: bool = False
    in_line: bool = False
    said: tuple[tuple[float, float, Prompt], ...] = ()


class Caller:
    def __init__(self, actions: Iterable[Action], now: float) -> None:
        self._todo = deque(actions)
        self._since = now
        self._at_once = False
        """A wait is over: what comes next is done at ``_since``."""
        self._typing = ""
        self._silences = 0

    @property
    def is_done(self) -> bool:
        return not self._todo and not self._typing

    @property
    def lets_time_pass(self) -> bool:
        """The next thing has its time, whatever the line does."""
        return bool(self._typing) or (bool(self._todo) and isinstance(self._todo[0], Wait))

    @property
    def since(self) -> float:
        """When he last did something."""
        return self._since

    @property
    def left(self) -> tuple[Action, ...]:
        """What he has not come to do."""
        return tuple(self._todo)

    def act(self, scene: Scene, until: float) -> Act | None:
        """What he does next, not before ``scene.begins``; None when nothing happens up to ``until``."""
        if self._typing:
            at = max(self._since + BETWEEN_KEYS_S, scene.begins)
            return self._type(at) if at <= until else None
        while self._todo:
            match self._todo[0]:
                case Wait(seconds):
                    if self._since + seconds > until:
                        return None
                    self._done(self._since + seconds)
                    self._at_once = True
                case Press(digits, during):
                    moment = self._during(during, scene) if during else self._when(scene, polite=scene.asked)
                    if moment is None or moment > until:
                        return None
                    self._typing = digits
                    self._done(moment)
                    return self._type(moment)
                case HangUp():
                    moment = self._when(scene, polite=True)
                    if moment is None or moment > until:
                        return None
                    self._done(moment)
                    return Gone(moment)
                case Agent(login, talk_s):
                    if not scene.in_line:
                        return None
                    at = max(self._since, scene.begins)
                    self._done(at)
                    return Taken(at, login, talk_s)
                case _:
                    return None
        return None

    def timed_out(self, now: float) -> None:
        """What he was asked has timed out."""
        match self._todo[0] if self._todo else None:
            case Silence(times):
                self._silences += 1
                if self._silences >= times:
                    self._silences = 0
                    self._done(now)
            case _:
                pass

    def message(self) -> Speak | None:
        """What he is about to speak, if that is next."""
        match self._todo[0] if self._todo else None:
            case Speak() as speak:
                return speak
            case _:
                return None

    def spoke(self, now: float) -> None:
        self._done(now)

    # -- inside --------------------------------------------------------------------------------------------------------

    def _when(self, scene: Scene, *, polite: bool) -> float | None:
        if self._at_once:
            return max(self._since, scene.begins)
        return scene.heard_out + REACTION_S if polite else None

    @staticmethod
    def _during(texts: tuple[str, ...], scene: Scene) -> float | None:
        return next((begin + length / 2 for begin, length, prompt in scene.said if _is(prompt, texts)), None)

    def _type(self, at: float) -> Key:
        key, self._typing = self._typing[0], self._typing[1:]
        self._since = at
        return Key(at, key)

    def _done(self, at: float) -> None:
        self._todo.popleft()
        self._since = at
        self._at_once = False


def _is(prompt: Prompt, texts: tuple[str, ...]) -> bool:
    return any(text in prompt.text for text in texts)
