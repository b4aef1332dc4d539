"""The fake and the real switch, for one suite."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.contract.asterisk.rig import FakeRig, RealRig
from tests.support.asterisk_pair import AsteriskPair

from tandem.cti.model.events import SwitchFound
from tandem.cti.provision.ports import free_port

GUARD_S = 3


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def pair(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsteriskPair]:
    home: Path = tmp_path_factory.mktemp("asterisk")
    port = free_port(socket.SOCK_DGRAM)
    changes: dict[str, Any] = {"guard_s": GUARD_S, "trunk_port": port, "sip_hosts": (f"127.0.0.1:{port}",)}
    async with AsteriskPair(home, **changes) as pair:
        yield pair


@pytest.fixture(params=["fake", "asterisk"])
def pair_or_none(request: pytest.FixtureRequest) -> AsteriskPair | None:
    """None for the fake. The pair is started by the first test that wants it."""
    if request.param == "fake":
        return None
    pair: AsteriskPair = request.getfixturevalue("pair")
    return pair


@pytest_asyncio.fixture(loop_scope="package")
async def rig(pair_or_none: AsteriskPair | None) -> AsyncIterator[FakeRig | RealRig]:
    rig = RealRig(pair_or_none) if pair_or_none else FakeRig()
    await rig.heard.wait(SwitchFound)
    yield rig
    await rig.close()


@pytest_asyncio.fixture(loop_scope="package")
async def real(pair: AsteriskPair) -> AsyncIterator[RealRig]:
    rig = RealRig(pair)
    await rig.heard.wait(SwitchFound)
    yield rig
    await rig.close()
