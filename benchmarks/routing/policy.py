"""What the simulator asks of a policy of routing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol


class Pair(NamedTuple):
    """``contact`` goes to ``agent`` (indices into the world's). ``passed``: contacts that stood before it, could have
    been given to this agent, and were passed over by a rule that was written down."""

    contact: int
    agent: int
    passed: Sequence[int] = ()


class Policy(Protocol):
    """All times in seconds. After a pair both sides are gone from the policy until it is told of them again. It is told
    of a change, and returns what it decides: usually nothing or one pair."""

    name: str

    def enqueue(self, contact: int, *, now: float) -> Sequence[Pair]:
        """The contact waits (again, at its old place, when its offer was not answered)."""

    def withdraw(self, contact: int, *, now: float) -> None:
        """It hung up while it waited."""

    def available(self, agent: int, *, idle_since: float, now: float) -> Sequence[Pair]: ...

    def unavailable(self, agent: int, *, now: float) -> None: ...

    def tick(self, *, now: float) -> Sequence[Pair]: ...

    def wake_at(self) -> float | None:
        """When it wants to be asked (``tick``) next."""
