"""The whole state of a center as bytes, and back. Pure.

What is frozen is the object with everything that it reaches, as it stands (Python's pickle): nothing has to be listed,
so a field that the center gains cannot be forgotten, and what comes back decides exactly as the frozen one would have.
Two functions of the house are code, not data; whoever thaws brings them.

Reading refuses whatever is not plain data of the pure modules: no function can be named, and no class outside.
"""

from __future__ import annotations

import builtins
import collections
import datetime
import io
import pickle
import types
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import msgspec

from tandem.cti.app.center import Center
from tandem.cti.app.floor_plan import House
from tandem.cti.model.errors import BadRequest


class _Keyed(msgspec.Struct, kw_only=True):
    field: int = 0


_PURE = ("tandem.cti.model.", "tandem.cti.core.", "tandem.ivr.core.", "tandem.routing.core.", "tandem.recordings.core.")
_PURE_FILES = ("tandem.cti.app.floor_plan", "tandem.cti.app.center", "tandem.agent_desktop.core.messages")
_PLAIN: dict[tuple[str, str], Any] = {
    (kind.__module__, kind.__qualname__): kind
    for kind in (
        *(builtins.set, builtins.frozenset, builtins.complex, builtins.bytearray, builtins.range, builtins.slice),
        *(collections.deque, collections.OrderedDict, collections.defaultdict, collections.Counter),
        *(datetime.date, datetime.time, datetime.datetime, datetime.timedelta, datetime.timezone),
    )
}
_REBUILD: Any = _Keyed().__reduce__()[0]
"""msgspec's own function that makes a Struct again from its class and its fields."""
_CODE = ("normalise", "number_allowed")


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
    into = io.BytesIO()
    try:
        _Freezer(into, HouseCode.of(center.house)).dump(center)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise BadState(f"the center has a part that cannot be written: {error}") from None
    return into.getvalue()


def thaw(state: bytes, code: HouseCode) -> Center:
    """Inverse of ``freeze``. Raises BadState."""
    try:
        center = _Thawer(io.BytesIO(state), code).load()
    except BadState:
        raise
    except Exception as error:  # whatever hostile or foreign bytes may bring about
        raise BadState(f"the center's state cannot be read by this version ({type(error).__name__}: {error})") from None
    if not isinstance(center, Center):
        raise BadState("this is no center's state")
    return center


class _Freezer(pickle.Pickler):
    def __init__(self, into: io.BytesIO, code: HouseCode) -> None:
        super().__init__(into, protocol=5)
        self._code = {id(getattr(code, name)): name for name in _CODE}

    def persistent_id(self, value: Any) -> str | None:
        return self._code.get(id(value))

    def reducer_override(self, value: Any) -> Any:
        if value is _REBUILD:
            return NotImplemented
        if isinstance(value, types.FunctionType | types.BuiltinFunctionType | types.MethodType):
            raise BadState(f"the center holds code where only data belongs: {value!r}")
        if (
            isinstance(value, type)
            and (value.__module__, value.__qualname__) not in _PLAIN
            and not _pure(value.__module__)
        ):
            raise BadState(f"the center holds {value!r}, which is no data of the pure modules")
        return NotImplemented


class _Thawer(pickle.Unpickler):
    def __init__(self, data: io.BytesIO, code: HouseCode) -> None:
        super().__init__(data)
        self._code = code

    def persistent_load(self, pid: Any) -> Any:
        if pid not in _CODE:
            raise BadState(f"the center's state asks for {pid!r}, which is not its to have")
        return getattr(self._code, pid)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == (_REBUILD.__module__, _REBUILD.__qualname__):
            return _REBUILD
        if (plain := _PLAIN.get((module, name))) is not None:
            return plain
        found = getattr(import_module(module), name, None) if _pure(module) and "." not in name else None
        # not what a pure module has imported from elsewhere, and no function of its own
        if not isinstance(found, type) or found.__module__ != module:
            raise BadState(f"the center's state names {module}.{name}, which is no data of this version")
        return found


def _pure(module: str) -> bool:
    return module.startswith(_PURE) or module in _PURE_FILES
