"""Names that the tests against PostgreSQL share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

MakeDatabase = Callable[[str], Awaitable[str]]
"""Creates a database from a template and returns its URL. ``template0`` is empty, ``tandem`` migrated,
``bank`` holds the demo data."""
