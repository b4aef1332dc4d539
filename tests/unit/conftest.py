"""Tests that are marked ``own_time`` run on a loop whose time is their own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest
from tests.support.own_time import OwnTime


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "own_time: the loop's seconds pass at once as soon as everybody waits")


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    if item.get_closest_marker("own_time") is not None:
        return {"own": OwnTime}
    return {"real": asyncio.new_event_loop}
