"""One worker per key: in order within a key, parallel between keys. A worker lives only while it has work."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class KeyedWorkers(Generic[K, T]):
    """``work(item)`` must handle its own errors: one that escapes ends the whole group, as a defect should.

    Overflow policy: none is needed per key, the giver is the bound (a call asks for a handful of things); ``size`` is
    watched by the metrics.
    """

    def __init__(self, tasks: asyncio.TaskGroup, work: Callable[[T], Awaitable[None]]) -> None:
        self._tasks = tasks
        self._work = work
        self._queues: dict[K, deque[T]] = {}

    @property
    def size(self) -> int:
        return sum(map(len, self._queues.values()))

    def give(self, key: K, item: T) -> None:
        queue = self._queues.get(key)
        if queue is not None:
            queue.append(item)
            return
        self._queues[key] = deque([item])
        self._tasks.create_task(self._drain(key), name=f"worker {key}")

    async def _drain(self, key: K) -> None:
        queue = self._queues[key]
        try:
            while queue:
                await self._work(queue[0])
                queue.popleft()
        finally:
            del self._queues[key]
