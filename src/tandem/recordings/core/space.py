"""Is there room for recordings? A full disk raises no event at the switch, so it is looked at before it is full."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Space(StrEnum):
    ENOUGH = "enough"
    LOW = "low"
    """Somebody should make room."""
    FULL = "full"
    """No new recording should begin; those that run may still end well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceLimits:
    """An hour of a call takes 115 MB."""

    low_bytes: int = 5 << 30
    full_bytes: int = 1 << 30


def judge(before: Space, free_bytes: int, limits: SpaceLimits) -> Space:
    """A better state needs a tenth more room than the limit, so that a disk at the limit does not flutter."""
    if free_bytes < limits.full_bytes:
        return Space.FULL
    if before is Space.FULL and free_bytes * 10 < limits.full_bytes * 11:
        return Space.FULL
    if free_bytes < limits.low_bytes:
        return Space.LOW
    if before is not Space.ENOUGH and free_bytes * 10 < limits.low_bytes * 11:
        return Space.LOW
    return Space.ENOUGH
