"""What the machine detection said of calls, and agents of what it said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Calls that the detection judged alike. ``said``: ``human``, ``unsure``, ``machine``. ``kind``, ``threshold``: of
    its own word. ``connected``: with an agent; of those he said ``marked`` times that it was a machine, after
    ``marked_s`` seconds of his in all."""

    said: str
    kind: str
    threshold: int
    calls: int
    connected: int = 0
    marked: int = 0
    marked_s: float = 0.0
