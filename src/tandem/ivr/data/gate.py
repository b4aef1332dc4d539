"""Keeps callers from standing in silence for a source that is down, and a source from being asked by all at once.

A circuit breaker (M. Nygard, "Release It!", "Stability Patterns"): after ``FAILURES`` failures in a row nobody is let
through for ``REST_S``; then one is let through, and the rest wait another ``REST_S`` for what comes of it.
"""

from __future__ import annotations

import asyncio

FAILURES = 5
REST_S = 5.0


class Gate:
    """One source. The caller's deadline bounds the wait for a place."""

    def __init__(self, at_once: int) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._failures = 0
        self._closed_until = 0.0
        self.users = 0
        """How many are inside or wait."""

    @property
    def idle(self) -> bool:
        """Nothing would be lost if it were forgotten."""
        return not self.users and not self._failures

    @property
    def is_failing(self) -> bool:
        return self._failures >= FAILURES

    def lets_through(self, now: float) -> bool:
        if not self.is_failing:
            return True
        if now < self._closed_until:
            return False
        self._closed_until = now + REST_S
        return True

    async def __aenter__(self) -> None:
        self.users += 1
        try:
            await self._places.acquire()
        except BaseException:
            self.users -= 1
            raise

    async def __aexit__(self, *_: object) -> None:
        self._places.release()
        self.users -= 1

    def succeeded(self) -> bool:
        """True when it had been failing."""
        failing, self._failures = self.is_failing, 0
        return failing

    def failed(self, now: float) -> bool:
        """True when it is closed by this very failure."""
        self._failures += 1
        if self._failures == FAILURES:
            self._closed_until = now + REST_S
            return True
        return False
