"""Names that the tests against PostgreSQL share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

MakeDatabase = Callable[[str], Awaitable[str]]
"""Creates a database from a template ('template0': empty, 'tandem': migrated); returns its URL."""
