"""The gate before every call, see ``dialer.gate``."""

from __future__ import annotations

from tandem.routing.core.dialer.gate import Gate, Refusal
from tandem.routing.core.dialer.jurisdictions import DAY_S

__all__ = ["DAY_S", "Gate", "Refusal"]
