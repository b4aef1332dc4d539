"""A store of flows without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tandem.cti.adapters.postgres.flows import Checked, Deployment, Newest, NewVersion, StoredFlow, StoredVersion
from tandem.cti.model.errors import ResourceMissing


class Flows:
    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], StoredFlow] = {}
        self.deployments: list[Deployment] = []
        self.open: list[tuple[str, int]] = []
        self.down: Exception | None = None
        """Raised instead of a deployment."""

    async def newest(self) -> list[Newest]:
        names = sorted({name for name, _ in self.kept})
        found = [await self.versions(name) for name in names]
        return [Newest(version=versions[0], versions=len(versions)) for versions in found]

    async def versions(self, name: str, *, limit: int = 200) -> list[StoredVersion]:
        found: list[StoredVersion] = [flow for (of, _), flow in self.kept.items() if of == name]
        return sorted(found, key=lambda flow: -flow.version)[:limit]

    async def version(self, name: str, version: int) -> StoredFlow:
        if (name, version) not in self.kept:
            raise ResourceMissing(f"there is no version {version} of the flow {name}")
        return self.kept[name, version]

    async def save(self, new: NewVersion) -> StoredVersion:
        version = 1 + len(await self.versions(new.name))
        self.kept[new.name, version] = StoredFlow(
            name=new.name,
            version=version,
            base=new.base,
            note=new.note,
            by=new.by,
            at=float(version),
            edition=new.edition,
            checked=new.checked,
            main=new.main,
            files=new.files,
            tests=new.tests,
        )
        return self.kept[new.name, version]

    async def take_in(self, new: NewVersion) -> tuple[StoredVersion, Deployment]:
        saved = await self.save(new)
        return saved, await self.deploy(Deployment(flow=new.name, live=saved.version, by=new.by, what="imported"))

    async def remember_check(self, name: str, version: int, checked: Checked) -> None:
        self.kept[name, version] = replace(self.kept[name, version], checked=checked)

    async def deployed(self) -> dict[str, Deployment]:
        return {each.flow: each for each in self.deployments}

    async def history(self, name: str) -> list[Deployment]:
        return [each for each in reversed(self.deployments) if each.flow == name]

    async def deploy(self, new: Deployment) -> Deployment:
        if self.down:
            raise self.down
        made = replace(new, number=len(self.deployments) + 1, at=float(len(self.deployments)))
        self.deployments.append(made)
        return made

    async def of_open_calls(self) -> list[StoredFlow]:
        return [self.kept[each] for each in self.open]

    @property
    def live(self) -> Mapping[str, int]:
        return {each.flow: each.live for each in self.deployments}
