"""What a flow may name outside of itself (queues, skills, agents, tiers), for the check on the command line."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from tandem.cti.adapters.postgres.answers import AnswerStore
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app.installation import Installation, is_installed
from tandem.cti.app.ivr_words import say
from tandem.cti.model.errors import CtiError
from tandem.cti.model.system_reasons import reason_of
from tandem.cti.provision.postgres_home import is_made
from tandem.cti.storage.pool import Database
from tandem.ivr.core.flow_reading import Catalog
from tandem.routing.core.plan import Plan
from tandem.routing.plan_file import parse_plan


@dataclass(frozen=True, slots=True)
class Known:
    """``said``: where it is from, for the one who asked."""

    catalog: Catalog
    said: str


def catalog_of(plan: Plan) -> Catalog:
    return Catalog(
        queues=frozenset(queue.id for queue in plan.for_calls),
        skills=frozenset(skill for agent in plan.agents.values() for skill in agent.skills),
        agents=frozenset(plan.agents),
        tiers=frozenset(tier.name for tier in plan.tiers),
    )


def known_from(text: str, file_name: str, language: str) -> Known:
    """Of a plan that is given. Raises PlanError."""
    return Known(catalog_of(parse_plan(text, file_name)), say("from_file", language, source=file_name))


async def stored_catalog(pool: Database) -> tuple[Catalog, int] | None:
    """What flows of this installation may name, and the version of its routing plan; None where there is no plan.
    Credentials are not looked at: they are the server's, which may have them from its own environment.
    Raises DatabaseDown, PlanError."""
    plan = await PlanStore(pool).current()
    if plan is None:
        return None
    catalog = replace(
        catalog_of(parse_plan(plan.text, f"version {plan.version}")),
        answers=frozenset(table.name for table in await AnswerStore(pool).tables()),
    )
    return catalog, plan.version


async def known_here(
    home: Path,
    installation: Callable[[], Installation],
    database: Callable[[Installation], AbstractAsyncContextManager[str]],
    language: str,
) -> Known:
    """Of the newest plan of the installation in this home. Nothing is made where there is none."""
    if not is_installed(home):
        return Known(Catalog(), say("unknown", language))
    try:
        found = installation()
        if not (os.environ.get("TANDEM_DATABASE_URL") or found.settings.database_url or is_made(found.postgres_dir)):
            return Known(Catalog(), say("unknown", language))
        stored = await _stored(database(found))
    except CtiError as error:
        return Known(Catalog(), say("unreachable", language, why=error.in_language(language)))
    except OSError as error:
        return Known(Catalog(), say("unreachable", language, why=reason_of(error)[language]))
    if stored is None:
        return Known(Catalog(), say("unknown", language))
    catalog, version = stored
    return Known(catalog, say("from_store", language, version=version))


async def _stored(database: AbstractAsyncContextManager[str]) -> tuple[Catalog, int] | None:
    async with database as url:
        pool = Database(url, connections=1)
        await pool.open()
        try:
            return await stored_catalog(pool)
        finally:
            await pool.close()
