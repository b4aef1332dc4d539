"""Where a call is in its flow, small enough to be kept with the call and to outlive the server.

As text (``encode_state``) it is at most ``MAX_ENCODED`` bytes of ``[A-Za-z0-9_:=~./-]``: the parts of ``_PARTS`` in
their order, with ``/`` between them::

    2/main/3fa9c2d1/services/zh/4/ivr//1763775000.000/1.0.1.0/language:zh=3/0//language=1.services=2/segment=sretail///

In lists ``.`` stands between the entries and ``=`` between a name and its value; of a variable's value the first letter
tells the type (s text, i whole number, b flag, x secret). Any other character of a part is written as ``~`` and two hex
digits per byte of its UTF-8, or all of the part as ``~~`` and its base64 (RFC 4648 section 5) where that is shorter.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Literal, TypeVar, get_args

import msgspec
from msgspec.structs import replace

from tandem.cti.documents.shapes import NAME
from tandem.cti.model.needs import SKILL
from tandem.cti.model.skills import HIGHEST, LOWEST, Need, Needs
from tandem.ivr.core.values import MAX_INTEGER, MAX_TEXT, Secret, Value
from tandem.ivr.errors import BadState

MAX_ENCODED = 4000
MAX_KEPT = 2600
"""Of these, at most so many bytes for variables, customer fields and needs (``kept_size``)."""
MAX_PRESSED = 300
"""At most so many bytes for what the caller pressed: the oldest presses are forgotten beyond that."""
MAX_HEARD = 300
"""The same for what the current step was told."""
MAX_TRAIL = 300
"""The same for the steps that ``back`` leads to."""
MAX_COUNT = 999
MAX_STEP_NAME = 120
"""Characters of a step's or variable's name with those of the sub-flows it is in."""

Mode = Literal["ivr", "waiting", "after"]
"""``waiting``: the caller stands in line meanwhile. ``after``: his talk with an agent is over."""

CUSTOMER_FIELDS = ("company", "email", "id", "known", "language", "name", "owner", "tier")

_VERSION = "2"
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_:-")
_ENCODED = re.compile(r"[A-Za-z0-9_:=~./-]+")
_COUNT = re.compile(r"0|[1-9][0-9]{0,2}")
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,11}")
_EDITION = re.compile(r"[0-9a-f]{8}")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_DIGITS = re.compile(r"[0-9*#]{1,8}")
_MOMENT = re.compile(r"-?[0-9]{1,12}\.[0-9]{3}")
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SECRET = re.compile(r"([A-Za-z0-9_.:-]{1,64})=([0-9]{1,2})")
_FLAT = re.compile(rf"(?=.{{1,{MAX_STEP_NAME}}}$){NAME.pattern}(?:/{NAME.pattern})*")

T = TypeVar("T")


class IvrState(msgspec.Struct, frozen=True, kw_only=True):
    """A Struct, not a dataclass: each event makes some five successors of a state, and this makes one 15 times faster.

    ``msgspec.structs.replace`` gives them.
    """

    flow: str
    edition: str
    """Which text of the flow the call began with."""
    step: str
    language: str
    turn: int = 0
    """Steps entered and prompts repeated so far; while the caller waits, since time last passed."""
    mode: Mode = "ivr"
    line: str = ""
    """While he waits: the queue step whose branch this is."""
    entered_at: float = 0.0
    """When ``step`` was entered: seconds since the Unix epoch, to the millisecond."""
    tally: tuple[int, ...] = ()
    """The current step's own counts; empty when a step is entered."""
    needs: Needs = ()
    priority: int = 0
    tier: str = ""
    pressed: tuple[tuple[str, str], ...] = ()
    """(step, digits), the oldest first."""
    variables: tuple[tuple[str, Value], ...] = ()
    """Sorted by name, each name once."""
    customer: tuple[tuple[str, Value], ...] = ()
    """What a look-up found, sorted by name; goes before what the world says."""
    trail: tuple[str, ...] = ()
    """The steps that asked the caller something, the oldest first, for the key ``back``."""
    heard: tuple[str, ...] = ()
    """What the current step was told so far, as in a Visit."""
    failure: str = ""
    """Why the flow was left for its ``on_error`` queue; '' while it was not."""

    def with_press(self, digits: str) -> IvrState:
        return replace(self, pressed=_latest((*self.pressed, (self.step, digits)), _pairs_text, MAX_PRESSED))

    def with_heard(self, text: str) -> IvrState:
        return replace(self, heard=_latest((*self.heard, text), _list_text, MAX_HEARD)) if text else self

    def with_trail(self, step: str) -> IvrState:
        """The caller is asked something by ``step``; where it is on the trail already, he has gone back to it."""
        before = self.trail[: self.trail.index(step)] if step in self.trail else self.trail
        return replace(self, trail=_latest((*before, step), _list_text, MAX_TRAIL))

    def with_variables(self, changed: Mapping[str, Value | None]) -> IvrState:
        """``changed``: None takes a variable away."""
        variables = {**dict(self.variables), **changed}
        kept = ((name, value) for name, value in variables.items() if value is not None)
        return replace(self, variables=tuple(sorted(kept, key=_first)))

    def without_locals(self, scope: str) -> IvrState:
        """Without the variables of the sub-flow that is entered by the step ``scope``, and without a way back to its
        questions, which need them."""
        kept = tuple(pair for pair in self.variables if not pair[0].startswith(f"{scope}/"))
        trail = tuple(step for step in self.trail if not step.startswith(f"{scope}/"))
        return replace(self, variables=kept, trail=trail)


def kept_size(state: IvrState) -> int:
    """Bytes of what grows with the call: see MAX_KEPT."""
    return len(_needs_text(state)) + len(_values_text(state.variables)) + len(_values_text(state.customer))


def encode_state(state: IvrState) -> str:
    return "/".join(
        (
            _VERSION,
            _quote(state.flow),
            state.edition,
            _quote(state.step),
            state.language,
            str(state.turn),
            state.mode,
            _quote(state.line),
            f"{state.entered_at:.3f}",
            ".".join(map(str, state.tally)),
            _needs_text(state),
            str(state.priority),
            _quote(state.tier),
            _pairs_text(state.pressed),
            _values_text(state.variables),
            _values_text(state.customer),
            _list_text(state.trail),
            _list_text(state.heard),
            _quote(state.failure),
        )
    )


@lru_cache(64)
def decode_state(text: str) -> IvrState:
    """Only what ``encode_state`` can have written comes back. Raises BadState.

    One event of a call has its state read up to three times in a row, hence the small cache.
    """
    if len(text) > MAX_ENCODED or not _ENCODED.fullmatch(text):
        raise BadState("the IVR state is too long or has characters that do not belong there")
    parts = text.split("/")
    if len(parts) != 19 or parts[0] != _VERSION:
        raise BadState("the IVR state has another format")
    _, flow, edition, step, language, turn, mode, line, entered_at, tally, needs, priority, tier = parts[:13]
    pressed, variables, customer, trail, heard, failure = parts[13:]
    if mode not in get_args(Mode):
        raise BadState("the IVR state has an unknown mode")
    state = IvrState(
        flow=_matched(NAME, _unquote(flow)),
        edition=_matched(_EDITION, edition),
        step=_matched(_FLAT, _unquote(step)),
        language=_matched(_LANGUAGE, language),
        turn=int(_matched(_COUNT, turn)),
        mode=mode,  # type: ignore[arg-type]
        line=_matched(_FLAT, _unquote(line)) if line else "",
        entered_at=float(_matched(_MOMENT, entered_at)),
        tally=tuple(int(_matched(_COUNT, each)) for each in tally.split(".")) if tally else (),
        needs=_pairs(needs, _need),
        priority=int(_matched(_COUNT, priority)),
        tier=_matched(_WORD, _unquote(tier)) if tier else "",
        pressed=_pairs(pressed, lambda step, digits: (_matched(_FLAT, step), _matched(_DIGITS, digits))),
        variables=_pairs(variables, lambda name, value: (_matched(_FLAT, name), _value(value))),
        customer=_pairs(customer, lambda name, value: (_matched(NAME, name), _value(value))),
        trail=tuple(_matched(_FLAT, _unquote(each)) for each in trail.split(".")) if trail else (),
        heard=tuple(_unquote(each) for each in heard.split(".")) if heard else (),
        failure=_matched(NAME, _unquote(failure)) if failure else "",
    )
    if encode_state(state) != text:
        raise BadState("the IVR state is not in the form that we write")
    sorted_once = all(_is_sorted(pairs) for pairs in (state.variables, state.customer))
    if not sorted_once or len(pressed) > MAX_PRESSED or len(heard) > MAX_HEARD or len(trail) > MAX_TRAIL:
        raise BadState("the IVR state is not in the form that we write")
    return state


# -- parts -------------------------------------------------------------------------------------------------------------


@lru_cache(4096)
def _quote(text: str) -> str:
    if _PLAIN.issuperset(text):
        return text
    octets = text.encode()
    hexed = "".join(chr(b) if chr(b) in _PLAIN else f"~{b:02x}" for b in octets)
    packed = f"~~{urlsafe_b64encode(octets).decode().rstrip('=')}"
    return min(hexed, packed, key=len)


def _unquote(text: str) -> str:
    try:
        if text.startswith("~~"):
            return urlsafe_b64decode(text[2:] + "=" * ((2 - len(text)) % 4)).decode()
        return re.sub(rb"~([0-9a-f]{2})", lambda hit: bytes.fromhex(hit[1].decode()), text.encode()).decode()
    except ValueError:
        raise BadState("the IVR state is not UTF-8") from None


def _list_text(entries: Iterable[str]) -> str:
    return ".".join(map(_quote, entries))


def _pairs_text(pairs: Iterable[tuple[str, str]]) -> str:
    return ".".join(f"{_quote(key)}={_quote(value)}" for key, value in pairs)


def _values_text(pairs: Iterable[tuple[str, Value]]) -> str:
    return _pairs_text((name, _value_text(value)) for name, value in pairs)


def _needs_text(state: IvrState) -> str:
    return _pairs_text((need.skill, str(need.minimum)) for need in state.needs)


def _latest(entries: tuple[T, ...], text: Callable[[tuple[T, ...]], str], most: int) -> tuple[T, ...]:
    """As many of the last entries as fit into ``most`` bytes."""
    while len(text(entries)) > most:
        entries = entries[1:]
    return entries


def _first(pair: tuple[str, Value]) -> str:
    return pair[0]


def _is_sorted(pairs: tuple[tuple[str, Value], ...]) -> bool:
    names = [name for name, _ in pairs]
    return names == sorted(set(names))


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
    if isinstance(value, Secret):
        return f"x{value.ref}={value.length}"
    return f"i{value}" if isinstance(value, int) else f"s{value}"


def _value(text: str) -> Value:
    kind, rest = text[:1], text[1:]
    if kind == "s" and len(rest) <= MAX_TEXT:
        return rest
    if kind == "i" and abs(number := int(_matched(_INTEGER, rest))) <= MAX_INTEGER:
        return number
    if kind == "b" and rest in ("0", "1"):
        return rest == "1"
    if kind == "x" and (secret := _SECRET.fullmatch(rest)):
        return Secret(secret[1], int(secret[2]))
    raise BadState("a variable in the IVR state is malformed")
