"""Versions of flows on their way to the callers: saved, checked, tried on some calls, live, rolled back.

One after the other, each all at once or not at all: whatever goes wrong before the deployment is written leaves what
is live as it is. Calls in progress are not touched: the center keeps for each the version that it began with.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tandem.agent_desktop.core import flow_resources as shapes
from tandem.agent_desktop.errors import FlowRefused
from tandem.cti.adapters.postgres.flows import Deployment, FlowStore, NewVersion, StoredFlow, StoredVersion
from tandem.cti.app import flow_bundles as bundles
from tandem.cti.app.flow_shelf import load
from tandem.cti.app.plan_desk import Speak
from tandem.cti.model.errors import BadRequest, ResourceMissing
from tandem.ivr.core.check import edition_of, review_bundle
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.flow_reading import Catalog
from tandem.ivr.core.shelf import DeployedFlow, FlowText
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import FlowError

Publish = Callable[[tuple[DeployedFlow, ...], Mapping[Prompt, str], str], None]
"""From now on new calls get these flows: ``(flows, sounds of what is new, by)``."""
GetCatalog = Callable[[], Awaitable[Catalog]]
"""What there is now that flows may name."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What new calls get; ``numbers``: who answers where, by flow."""

    flows: Mapping[str, DeployedFlow]
    numbers: Mapping[str, tuple[str, ...]]


def text_of(stored: StoredFlow) -> FlowText:
    return FlowText(
        version=stored.version, main=stored.main, files=tuple(sorted(stored.files.items())), edition=stored.edition
    )


class FlowVersions:
    """``shelf``: what is deployed, as the store has it. Every method raises DatabaseDown."""

    def __init__(self, store: FlowStore, shelf: Shelf, *, catalog: GetCatalog, speak: Speak, publish: Publish) -> None:
        self._store = store
        self._catalog = catalog
        self._speak = speak
        self._publish = publish
        self._shelf = dict(shelf.flows)
        self._numbers = shelf.numbers
        self._testing = asyncio.Lock()
        """One after the other: they take processor time from the calls."""
        self.one = asyncio.Lock()
        """Held while what calls get changes, and while a routing plan is applied: each is checked against the other."""

    @property
    def deployed(self) -> tuple[DeployedFlow, ...]:
        return tuple(self._shelf.values())

    # ---- reading

    async def flow(self, name: str) -> shapes.FlowDetail:
        """Raises ResourceMissing."""
        versions = await self._store.versions(name)
        if not versions:
            raise ResourceMissing.because("no_flow", flow=name)
        history = await self._store.history(name)
        return shapes.FlowDetail(
            name=name,
            numbers=list(self._numbers.get(name, ())),
            versions=[version_view(version, history) for version in versions],
            deployment=deployment_view(history[0]) if history else None,
            history=[deployment_view(each) for each in history],
            rollback_to=back_from(history),
        )

    async def version(self, name: str, version: int) -> shapes.FlowVersionText:
        """Raises ResourceMissing."""
        stored = await self._store.version(name, version)
        return shapes.FlowVersionText(
            version=version_view(stored, await self._store.history(name)),
            main=stored.main,
            files=dict(stored.files),
            tests=dict(stored.tests),
        )

    async def newest_version(self, name: str) -> int:
        """0: there is no such flow."""
        found = await self._store.versions(name, limit=1)
        return found[0].version if found else 0

    # ---- drafts

    async def save_draft(self, name: str, new: shapes.NewDraft, *, by: str) -> shapes.FlowVersion:
        """With problems or without. Raises BadRequest, ResourceMissing (no such base)."""
        if new.main not in new.files:
            raise BadRequest.because("no_main", main=new.main)
        if new.base_version:
            await self._store.version(name, new.base_version)
        review = await asyncio.to_thread(bundles.look, new.files, new.main, await self._catalog())
        if review.flow is not None and review.flow.name != name:
            raise BadRequest.because("flow_name", said=review.flow.name, flow=name)
        passed = await self._pass(review.flow, new.tests)
        saved = await self._store.save(
            NewVersion(
                name=name,
                base=new.base_version,
                main=new.main,
                files=new.files,
                tests=new.tests,
                note=new.note,
                by=by,
                edition=edition_of(new.files),
                checked=bundles.checked_of(review, passed),
            )
        )
        return version_view(saved, ())

    async def check(self, bundle: shapes.FlowFiles) -> shapes.FlowChecked:
        review = await asyncio.to_thread(bundles.look, bundle.files, _main(bundle), await self._catalog())
        graph = None if review.flow is None else await asyncio.to_thread(bundles.graph_of, review.flow)
        return shapes.FlowChecked(problems=bundles.problems_of(review), graph=graph)

    async def test(self, bundle: shapes.FlowFiles) -> shapes.FlowTested:
        """Raises BadRequest."""
        catalog = await self._catalog()
        async with self._testing:
            return await asyncio.to_thread(bundles.tested, bundle.files, _main(bundle), bundle.tests, catalog)

    # ---- what calls get

    async def go_live(self, name: str, asked: shapes.GoLive, *, by: str) -> shapes.FlowDetail:
        """Raises FlowRefused, ResourceMissing, SpeechUnavailable; what was live stays then."""
        async with self.one:
            await self._fit(name, asked.version, force=asked.force)
            await self._deploy(Deployment(flow=name, live=asked.version, by=by, what="live"))
        return await self.flow(name)

    async def go_canary(self, name: str, asked: shapes.GoCanary, *, by: str) -> shapes.FlowDetail:
        """Raises BadRequest (numbers that are not the flow's, nothing to share) and what ``go_live`` raises."""
        foreign = sorted(set(asked.numbers) - set(self._numbers.get(name, ())))
        if foreign:
            raise BadRequest.because("number_not_flows", number=foreign[0], flow=name)
        if not asked.numbers and not asked.share:
            raise BadRequest.because("share_or_numbers")
        async with self.one:
            now = self._shelf.get(name)
            if now is None:
                raise FlowRefused.because("flow_nothing_live", flow=name)
            await self._fit(name, asked.version, force=asked.force)
            numbers = tuple(dict.fromkeys(asked.numbers))
            new = Deployment(flow=name, live=now.live.version, canary=asked.version, share=asked.share, by=by)
            await self._deploy(replace(new, canary_numbers=numbers, what="canary"))
        return await self.flow(name)

    async def end_canary(self, name: str, *, by: str) -> shapes.FlowDetail:
        """Idempotent. Raises ResourceMissing."""
        async with self.one:
            now = self._shelf.get(name)
            if now is not None and now.canary is not None:
                await self._deploy(Deployment(flow=name, live=now.live.version, by=by, what="canary_ended"))
        return await self.flow(name)

    async def roll_back(self, name: str, *, by: str) -> shapes.FlowDetail:
        """One step: the canary ends, or else the version that was live before is. No tests are run: this is for
        emergencies. Raises FlowRefused, ResourceMissing."""
        async with self.one:
            history = await self._store.history(name)
            target = back_from(history)
            if target is None:
                raise FlowRefused.because("flow_nothing_before", flow=name)
            what = "rollback" if history[0].canary is None else "canary_ended"
            await self._deploy(Deployment(flow=name, live=target, by=by, what=what))
        return await self.flow(name)

    def check_queues(self, queues: Collection[str]) -> None:
        """Whether all that calls get leads to these queues only. Slow: for a thread. Raises FlowError."""
        check_texts(texts_on(self.deployed), Catalog(queues=frozenset(queues)))

    # ---- inside

    async def _pass(self, flow: Flow | None, tests: Mapping[str, str]) -> bool | None:
        if flow is None:
            return None
        async with self._testing:
            return await asyncio.to_thread(bundles.tests_pass, flow, tests)

    async def _fit(self, name: str, version: int, *, force: bool) -> None:
        """Raises FlowRefused: errors, or failing tests without ``force``."""
        stored = await self._store.version(name, version)
        review = await asyncio.to_thread(bundles.look, stored.files, stored.main, await self._catalog())
        passed = await self._pass(review.flow, stored.tests)
        checked = bundles.checked_of(review, passed)
        if checked != stored.checked:
            await self._store.remember_check(name, version, checked)
        if review.flow is None:
            raise FlowRefused.because("flow_version_errors", texts=bundles.first_of(review.errors), version=version)
        if review.flow.name != name:  # it had errors when it was saved, so that nobody could tell
            raise FlowRefused.because("flow_version_name", version=version, said=review.flow.name, flow=name)
        if passed is False and not force:
            raise FlowRefused.because("flow_tests_fail", version=version)

    async def _deploy(self, new: Deployment) -> None:
        """First the sounds, then the store, then the calls: what fails on the way leaves all as it was."""
        live = text_of(await self._store.version(new.flow, new.live))
        canary = None if new.canary is None else text_of(await self._store.version(new.flow, new.canary))
        deployed = DeployedFlow(
            name=new.flow,
            numbers=self._numbers.get(new.flow, ()),
            live=live,
            canary=canary,
            share=new.share,
            canary_numbers=new.canary_numbers,
        )
        catalog = await self._catalog()
        flows = [await asyncio.to_thread(_loaded, text, catalog) for text in texts_on([deployed])]
        sounds = await self._speak(prompts_of(flows))
        for text in texts_on([deployed]):
            await asyncio.to_thread(load, text)
        await self._store.deploy(new)
        self._shelf[new.flow] = deployed
        self._publish(self.deployed, sounds, new.by)


# ---- of deployments --------------------------------------------------------------------------------------------------


def back_from(history: Sequence[Deployment]) -> int | None:
    """Where one step back leads. ``history``: newest first. Steps back are not steps of their own: two of them lead two
    versions back, not to and fro."""
    if not history:
        return None
    if history[0].canary is not None:
        return history[0].live
    were: list[int] = []
    for each in reversed(history):
        if each.what == "rollback" and each.live in were:
            del were[len(were) - were[::-1].index(each.live) :]
        elif not were or were[-1] != each.live:
            were.append(each.live)
    return were[-2] if len(were) > 1 else None


def texts_on(deployed: Iterable[DeployedFlow]) -> tuple[FlowText, ...]:
    return tuple(text for flow in deployed for text in (flow.live, flow.canary) if text is not None)


def check_texts(texts: Iterable[FlowText], catalog: Catalog) -> None:
    """Slow: for a thread. Raises FlowError."""
    for text in texts:
        _loaded(text, catalog)


def prompts_of(flows: Iterable[Flow]) -> frozenset[Prompt]:
    return frozenset(prompt for flow in flows for prompt in flow.spoken())


def version_view(stored: StoredVersion, history: Sequence[Deployment]) -> shapes.FlowVersion:
    """``history``: newest first."""
    now = history[0] if history else None
    ever = {number for each in history for number in (each.live, each.canary)}
    if now is not None and stored.version in (now.live, now.canary):
        state = "live" if stored.version == now.live else "canary"
    else:
        state = "retired" if stored.version in ever else "draft"
    return shapes.FlowVersion(
        version=stored.version,
        base=stored.base,
        note=stored.note,
        by=stored.by,
        at=stored.at,
        state=state,  # type: ignore[arg-type]
        edition=stored.edition,
        problems=stored.checked.errors,
        tested=stored.checked.tests_ok,
    )


def deployment_view(stored: Deployment) -> shapes.FlowDeployment:
    return shapes.FlowDeployment(
        number=stored.number,
        live=stored.live,
        canary=canary_view(stored),
        by=stored.by,
        at=stored.at,
        what=stored.what,
    )


def canary_view(stored: Deployment) -> shapes.FlowCanary | None:
    if stored.canary is None:
        return None
    return shapes.FlowCanary(version=stored.canary, share=stored.share, numbers=list(stored.canary_numbers))


def _main(bundle: shapes.FlowFiles) -> str:
    if bundle.main not in bundle.files:
        raise BadRequest.because("no_main", main=bundle.main)
    return bundle.main


def _loaded(text: FlowText, catalog: Catalog) -> Flow:
    """Of a version that was fit when it went live. Raises FlowError."""
    review = review_bundle(dict(text.files), text.main, catalog, stored=True)
    if review.flow is None:
        raise FlowError(review.errors)
    return review.flow
