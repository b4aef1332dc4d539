"""Where a call is in its flow, small enough to be kept with the channel and to outlive the server.

As text (``encode_state``) it is at most ``MAX_ENCODED`` bytes of ``[A-Za-z0-9_:=~./-]``::

    1/main/3fa9c2d1/services/zh/4/0/1.0/language:zh=3/language=1.services=2/segment=sretail/
    |  |     |        |      |  |  |  |       |                 |                |         `- failure
    |  flow  edition  step   |  |  |  tally   needs             pressed          variables (s text, i whole, b flag)
    version of this format   |  |  priority
                             |  turn
                             language

Any other character of a part is written as ``~`` and two hex digits per byte of its UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

from tandem.cti.documents.shapes import NAME
from tandem.cti.model.needs import SKILL
from tandem.cti.model.skills import HIGHEST, LOWEST, Need, Needs
from tandem.ivr.errors import BadState

MAX_ENCODED = 300
MAX_PRESSED = 120
"""Of these, at most so many bytes for what the caller pressed: the oldest presses are forgotten beyond that."""
Value = str | int | bool
"""What a variable of a call can hold: at most ``MAX_TEXT`` characters, or a number up to ``MAX_INTEGER``."""
MAX_COUNT = 999
MAX_INTEGER = 999_999_999
MAX_TEXT = 32

_VERSION = "1"
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:-")
_ENCODED = re.compile(r"[A-Za-z0-9_:=~./-]+")
_COUNT = re.compile(r"0|[1-9][0-9]{0,2}")
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,8}")
_EDITION = re.compile(r"[0-9a-f]{8}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DIGITS = re.compile(r"[0-9*#]{1,8}")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class IvrState:
    flow: str
    edition: str
    """Which text of the flow the call began with."""
    step: str
    language: str
    turn: int = 0
    """Steps entered and prompts repeated so far; grows with each effect, so it can name the effect in hand."""
    priority: int = 0
    tally: tuple[int, ...] = ()
    """The current step's own counts; empty when a step is entered."""
    needs: Needs = ()
    pressed: tuple[tuple[str, str], ...] = ()
    """(step, digits), the oldest first."""
    variables: tuple[tuple[str, Value], ...] = ()
    """Sorted by name, each name once."""
    failure: str = ""
    """Why the flow was left for its ``on_error`` queue; '' while it was not."""

    def with_press(self, digits: str) -> IvrState:
        pressed = (*self.pressed, (self.step, digits))
        while len(_pairs_text(pressed)) > MAX_PRESSED:
            pressed = pressed[1:]
        return replace(self, pressed=pressed)


def encode_state(state: IvrState) -> str:
    return "/".join(
        (
            _VERSION,
            _quote(state.flow),
            state.edition,
            _quote(state.step),
            state.language,
            str(state.turn),
            str(state.priority),
            ".".join(map(str, state.tally)),
            _pairs_text((need.skill, str(need.minimum)) for need in state.needs),
            _pairs_text(state.pressed),
            _pairs_text((name, _value_text(value)) for name, value in state.variables),
            _quote(state.failure),
        )
    )


def decode_state(text: str) -> IvrState:
    """Only what ``encode_state`` can have written comes back. Raises BadState."""
    if len(text) > MAX_ENCODED or not _ENCODED.fullmatch(text):
        raise BadState("the IVR state is too long or has characters that do not belong there")
    parts = text.split("/")
    if len(parts) != 12 or parts[0] != _VERSION:
        raise BadState("the IVR state has another format")
    _, flow, edition, step, language, turn, priority, tally, needs, pressed, variables, failure = parts
    state = IvrState(
        flow=_matched(NAME, _unquote(flow)),
        edition=_matched(_EDITION, edition),
        step=_matched(NAME, _unquote(step)),
        language=_matched(_LANGUAGE, language),
        turn=int(_matched(_COUNT, turn)),
        priority=int(_matched(_COUNT, priority)),
        tally=tuple(int(_matched(_COUNT, each)) for each in tally.split(".")) if tally else (),
        needs=_pairs(needs, _need),
        pressed=_pairs(pressed, lambda step, digits: (_matched(NAME, step), _matched(_DIGITS, digits))),
        variables=_pairs(variables, lambda name, value: (_matched(NAME, name), _value(value))),
        failure=_matched(NAME, _unquote(failure)) if failure else "",
    )
    if encode_state(state) != text:
        raise BadState("the IVR state is not in the form that we write")
    names = [name for name, _ in state.variables]
    if names != sorted(set(names)) or len(pressed) > MAX_PRESSED:
        raise BadState("the IVR state is not in the form that we write")
    return state


# -- parts -------------------------------------------------------------------------------------------------------------


@lru_cache(1024)
def _quote(text: str) -> str:
    return "".join(chr(b) if chr(b) in _PLAIN else f"~{b:02x}" for b in text.encode())


def _unquote(text: str) -> str:
    try:
        return re.sub(rb"~([0-9a-f]{2})", lambda hit: bytes.fromhex(hit[1].decode()), text.encode()).decode()
    except UnicodeDecodeError:
        raise BadState("the IVR state is not UTF-8") from None


def _pairs_text(pairs: Iterable[tuple[str, str]]) -> str:
    return ".".join(f"{_quote(key)}={_quote(value)}" for key, value in pairs)


def _pairs(text: str, make: Callable[[str, str], T]) -> tuple[T, ...]:
    if not text:
        return ()
    made = []
    for pair in text.split("."):
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadState("a part of the IVR state has no value")
        made.append(make(_unquote(key), _unquote(value)))
    return tuple(made)


def _matched(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise BadState("a part of the IVR state is malformed")
    return text


def _need(skill: str, minimum: str) -> Need:
    need = Need(_matched(SKILL, skill), int(_matched(_COUNT, minimum)))
    if not LOWEST <= need.minimum <= HIGHEST:
        raise BadState("a proficiency in the IVR state is out of range")
    return need


def _value_text(value: Value) -> str:
    if isinstance(value, bool):
        return f"b{value:d}"
    return f"i{value}" if isinstance(value, int) else f"s{value}"


def _value(text: str) -> Value:
    kind, rest = text[:1], text[1:]
    if kind == "s" and len(rest) <= MAX_TEXT:
        return rest
    if kind == "i":
        return int(_matched(_INTEGER, rest))
    if kind == "b" and rest in ("0", "1"):
        return rest == "1"
    raise BadState("a variable in the IVR state is malformed")
