"""What a flow may ask about the call besides its own variables: only data, given to the interpreter with each event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tandem.ivr.core.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Names in expressions: ``call.<field>``, ``customer.<field>``, ``queue.<field>``, ``agent.<field>``.

    ``now``: seconds since the Unix epoch. ``call``: ``id``, ``ani`` (as it came), ``number`` (E.164 or ''), ``dnis``,
    ``name``. ``customer``: ``known`` (flag), ``id``, ``name``, ``tier``, ``language``, ``company``, ``email``,
    ``owner``; texts are '' when unknown. ``queue`` (while waiting): ``position`` (from 1), ``wait_p50_s``,
    ``wait_p90_s`` (expected from now, whole seconds; -1: not known), ``waited_s``, ``ready`` (agents), ``id``.
    ``agent`` (after the talk): ``id``, ``name``, ``talk_s``.
    """

    now: float
    call: Mapping[str, Value] = field(default_factory=dict)
    customer: Mapping[str, Value] = field(default_factory=dict)
    queue: Mapping[str, Value] = field(default_factory=dict)
    agent: Mapping[str, Value] = field(default_factory=dict)
