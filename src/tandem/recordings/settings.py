"""Settings of the recordings room."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tandem.recordings.core.space import SpaceLimits
from tandem.recordings.core.watch import WatchTimes


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSettings:
    folder: Path
    """Where Asterisk writes and Tandem finishes; both see it under this path."""
    times: WatchTimes = field(default_factory=WatchTimes)
    space: SpaceLimits = field(default_factory=SpaceLimits)
    settled_s: float = 0.3
    """A raw file that has not grown for so long after the stop is complete."""
    settle_limit_s: float = 5.0
    """So long at most is waited for that."""
    quiet_s: float = 15.0
    """A raw file that nobody claims is left over when it has not been written to for so long."""
