"""What can go wrong in the store.

Unavailable
`- DatabaseDown            PostgreSQL is away, restarting, stalled or out of connections
CtiError
|- MigrationRefused        the database and the migrations of this version do not fit
`- SpoolInUse              another process has the journal's folder open
"""

from __future__ import annotations

from tandem.cti.model.errors import Category, CtiError, Unavailable


class DatabaseDown(Unavailable):
    """Not answered within the deadline, or the connection broke; a write may or may not have been made."""

    code = "database_down"


class MigrationRefused(CtiError):
    """A migration was edited after it was applied, is missing, or the database is newer than this version."""

    code = "migration_refused"
    category = Category.WRONG_STATE


class SpoolInUse(CtiError):
    code = "spool_in_use"
    category = Category.WRONG_STATE
