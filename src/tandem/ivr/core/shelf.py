"""Which version of which flow a call gets: what is deployed, as text, and the choice between live and canary."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowText:
    """One version of a flow: its files by name, of which ``main`` is the first to be read.

    ``version``: from 1, 0 for a draft. ``edition``: 8 hex digits, a hash of the files.
    """

    version: int
    main: str
    files: tuple[tuple[str, str], ...]
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedFlow:
    """What answers at ``numbers``. ``share`` (0 to 1) of their calls get the canary, and all at ``canary_numbers``."""

    name: str
    numbers: tuple[str, ...]
    live: FlowText
    canary: FlowText | None = None
    share: float = 0.0
    canary_numbers: tuple[str, ...] = ()


def at_number(flows: Iterable[DeployedFlow], dnis: str) -> DeployedFlow | None:
    """The flow that answers there, if any."""
    return next((flow for flow in flows if dnis in flow.numbers or dnis in flow.canary_numbers), None)


def choose(deployed: DeployedFlow, call_id: str, dnis: str) -> FlowText:
    """The version for this call: by a hash of its id, so the same call always gets the same one."""
    canary = deployed.canary
    if canary is None:
        return deployed.live
    if dnis in deployed.canary_numbers:
        return canary
    key = f"{deployed.name} {canary.version} {call_id}".encode()
    drawn = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest()) / 2**64
    return canary if drawn < deployed.share else deployed.live
