"""The whole state of a center as bytes, and back. Pure.

What is frozen is the object with everything that it reaches, as it stands (Python's pickle): nothing has to be listed,
so a field that the center gains cannot be forgotten, and what comes back decides exactly as the frozen one would have.
Only the matcher, a net of agents and lines, writes itself (its own snapshot). Two functions of the house are code, not
data; whoever thaws brings them.

Reading refuses whatever is not plain data of the pure modules: no function can be named, and no class outside.
"""

from __future__ import annotations

import collections
import datetime
import io
import pickle
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import msgspec

from tandem.cti.app.center import Center
from tandem.cti.app.house import House
from tandem.cti.model.errors import BadRequest
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.acd.matcher import Matcher
from tandem.routing.core.plan import Plan


class _Keyed(msgspec.Struct, kw_only=True):
    field: int = 0


def _packed(value: Any) -> Any:
    return _unpacked, (type(value).__name__, msgspec.msgpack.encode(value))


def _unpacked(name: str, packed: bytes) -> Any:
    return msgspec.msgpack.decode(packed, type=_PACKED[name])


_PURE = ("tandem.cti.model.", "tandem.cti.core.", "tandem.ivr.core.", "tandem.routing.core.", "tandem.recordings.core.")
_PURE_FILES = (
    "tandem.cti.app.floor_plan",
    "tandem.cti.app.house",
    "tandem.cti.app.dialer.state",
    "tandem.agent_desktop.core.messages",
)
_PACKED = {"Agent": Agent, "Plan": Plan}
"""There are thousands of them, or they are large: five times faster in this way."""
_PACKING = dict.fromkeys(_PACKED.values(), _packed)
_NAMED: tuple[Any, ...] = (
    *(set, frozenset, bytearray, complex, range, slice),
    *(collections.deque, collections.OrderedDict, collections.defaultdict, collections.Counter),
    *(datetime.date, datetime.time, datetime.datetime, datetime.timedelta, datetime.timezone),
    *(list, dict, tuple, int, float),
    _unpacked,
    _Keyed().__reduce__()[0],  # msgspec's own: a Struct again, from its class and its fields
)
_KNOWN: dict[tuple[str, str], Any] = {(kind.__module__, kind.__qualname__): kind for kind in _NAMED}
"""What may be named besides the classes of the pure modules."""


class BadState(BadRequest):
    """Bytes that are no frozen center, or one that another version of this program froze."""

    code = "bad_center_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseCode:
    """What of a house is code: ``normalise(number) -> E.164 or ''``, ``number_allowed(number) -> bool``."""

    normalise: Any
    number_allowed: Any

    @classmethod
    def of(cls, house: House) -> HouseCode:
        return cls(normalise=house.normalise, number_allowed=house.number_allowed)


def freeze(center: Center) -> bytes:
    """``center`` between two inputs, with its house. Raises BadState when a part of it is no data."""
    state = vars(center) | {"house": replace(center.house, normalise=None, number_allowed=None, stage=None)}
    matcher: Matcher = state.pop("matcher")
    into = io.BytesIO()
    freezer = pickle.Pickler(into, protocol=5)
    freezer.dispatch_table = _PACKING
    try:
        freezer.dump((matcher.policy, matcher.snapshot(), state))
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise BadState(f"the center has a part that cannot be written: {error}") from None
    return into.getvalue()


def thaw(state: bytes, code: HouseCode) -> Center:
    """Inverse of ``freeze``. Raises BadState."""
    center = Center.__new__(Center)
    try:
        policy, snapshot, fields = _Thawer(io.BytesIO(state)).load()
        house: House = fields["house"]
        fields["house"] = replace(house, normalise=code.normalise, number_allowed=code.number_allowed)
        fields["matcher"] = Matcher.restore(snapshot, policy)
        vars(center).update(fields)
    except BadState:
        raise
    except Exception as error:  # whatever hostile or foreign bytes may bring about
        raise BadState(f"the center's state cannot be read by this version ({type(error).__name__}: {error})") from None
    return center


class _Thawer(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        known = _KNOWN.get((module, name))
        if known is not None:
            return known
        found = getattr(import_module(module), name, None) if _pure(module) and "." not in name else None
        # not what a pure module has imported from elsewhere, and no function of its own
        if not isinstance(found, type) or found.__module__ != module:
            raise BadState(f"the center's state names {module}.{name}, which is no data of this version")
        return found


def _pure(module: str) -> bool:
    return module.startswith(_PURE) or module in _PURE_FILES
