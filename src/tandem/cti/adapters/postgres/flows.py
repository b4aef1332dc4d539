"""The versions of IVR flows, and what new calls get of them. Texts only: the room ``ivr`` reads them.

Versions and deployments are only ever added: what a call went through stays readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tandem.cti.model.errors import ResourceMissing
from tandem.cti.storage.pool import Database
from tandem.cti.storage.queries import load
from tandem.cti.storage.texts import storable

_QUERIES = load("tandem.cti.adapters.postgres", "flows.sql")
_TEXTS = msgspec.json.Decoder(dict[str, str])


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found when a version was saved or deployed. ``tests_ok`` None: no tests, or they could not run."""

    errors: int = 0
    warnings: int = 0
    tests_ok: bool | None = None
    languages: list[str] = []


_CHECKED = msgspec.json.Decoder(Checked)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """``at``: seconds since the epoch. ``base``: the version that was edited, 0 for none."""

    name: str
    version: int
    base: int
    note: str
    by: str
    at: float
    edition: str
    checked: Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFlow(StoredVersion):
    """``main``: one of ``files``. Texts by file name."""

    main: str
    files: Mapping[str, str]
    tests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newest:
    version: StoredVersion
    versions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    name: str
    base: int
    main: str
    files: Mapping[str, str]
    tests: Mapping[str, str]
    note: str
    by: str
    edition: str
    checked: Checked


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """``canary`` None: all calls get ``live``. ``what``: ``imported``, ``live``, ``canary``, ``canary_ended``,
    ``rollback``. ``number`` and ``at`` are the store's own."""

    flow: str
    live: int
    canary: int | None = None
    share: float = 0.0
    canary_numbers: tuple[str, ...] = ()
    by: str = ""
    what: str = "live"
    number: int = 0
    at: float = 0.0


class FlowStore:
    """Every method raises DatabaseDown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self) -> list[Newest]:
        """Of every flow its newest version, and how many it has; by name."""
        rows = await self._database.fetch(_QUERIES["newest"])
        return [
            Newest(version=_version({k: v for k, v in row.items() if k != "versions"}), versions=row["versions"])
            for row in rows
        ]

    async def versions(self, name: str, *, limit: int = 200) -> list[StoredVersion]:
        """Newest first; [] when there is no such flow."""
        return [_version(row) for row in await self._database.fetch(_QUERIES["versions"], name, limit)]

    async def version(self, name: str, version: int) -> StoredFlow:
        """Raises ResourceMissing."""
        row = await self._database.fetch_row(_QUERIES["version"], name, version)
        if row is None:
            raise ResourceMissing.because("no_flow_version", version=version, flow=name)
        return _flow(row)

    async def save(self, new: NewVersion) -> StoredVersion:
        async with self._database.session() as connection, connection.transaction():
            return await _save(connection, new)

    async def take_in(self, new: NewVersion) -> tuple[StoredVersion, Deployment]:
        """Save a flow that is not known yet, and let calls have it: both or neither."""
        async with self._database.session() as connection, connection.transaction():
            saved = await _save(connection, new)
            first = Deployment(flow=new.name, live=saved.version, by=new.by, what="imported")
            return saved, await _deploy(connection, first)

    async def remember_check(self, name: str, version: int, checked: Checked) -> None:
        await self._database.execute(_QUERIES["remember_check"], name, version, _json(checked))

    async def deployed(self) -> dict[str, Deployment]:
        """What new calls get, by flow; a flow of drafts only is absent."""
        return {row["flow"]: _deployment(row) for row in await self._database.fetch(_QUERIES["deployed"])}

    async def history(self, name: str) -> list[Deployment]:
        """Newest first."""
        return [_deployment(row) for row in await self._database.fetch(_QUERIES["history"], name)]

    async def deploy(self, new: Deployment) -> Deployment:
        """From now on this counts. Whoever deploys has checked the versions."""
        async with self._database.session() as connection:
            return await _deploy(connection, new)

    async def of_open_calls(self) -> list[StoredFlow]:
        """The versions in which calls are under way."""
        return [_flow(row) for row in await self._database.fetch(_QUERIES["of_open_calls"])]


async def _save(connection: Any, new: NewVersion) -> StoredVersion:
    """Inside a transaction: who saves at the same time gets the number after."""
    await connection.execute(_QUERIES["one_at_a_time"], new.name)
    row = await connection.fetchrow(
        _QUERIES["save"],
        new.name,
        new.base,
        new.main,
        _json({name: storable(text) for name, text in new.files.items()}),
        _json({name: storable(text) for name, text in new.tests.items()}),
        storable(new.note),
        new.by,
        new.edition,
        _json(new.checked),
    )
    return _version(row)


async def _deploy(connection: Any, new: Deployment) -> Deployment:
    return _deployment(
        await connection.fetchrow(
            _QUERIES["deploy"],
            new.flow,
            new.live,
            new.canary,
            new.share,
            list(new.canary_numbers),
            new.by,
            new.what,
        )
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _version(row: Mapping[str, Any]) -> StoredVersion:
    return StoredVersion(**{**row, "checked": _CHECKED.decode(row["checked"])})


def _flow(row: Mapping[str, Any]) -> StoredFlow:
    return StoredFlow(
        **{
            **row,
            "checked": _CHECKED.decode(row["checked"]),
            "files": _TEXTS.decode(row["files"]),
            "tests": _TEXTS.decode(row["tests"]),
        }
    )


def _deployment(row: Mapping[str, Any]) -> Deployment:
    return Deployment(**{**row, "canary_numbers": tuple(row["canary_numbers"])})
