"""How long things are, in seconds."""

from __future__ import annotations

DAY_S = 86_400.0
"""A day of the clock on the wall may be an hour shorter or longer."""
