"""Everything that pages and commands ask of IVR flows, joined: ``agent_desktop.ports.FlowDesk``."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tandem.agent_desktop.core import flow_resources as shapes
from tandem.agent_desktop.core.resources import UserView
from tandem.cti.adapters.postgres.flow_numbers import Asked, FlowNumbersStore, StepLine
from tandem.cti.adapters.postgres.flows import FlowStore, Newest
from tandem.cti.app import flow_bundles as bundles
from tandem.cti.app.control import Handler
from tandem.cti.app.floor_plan import DraftCalled
from tandem.cti.app.flow_numbers import flow_numbers, step_lines
from tandem.cti.app.flow_replay import MOST_CALLS, Bundle, Order, replayed
from tandem.cti.app.flow_shelf import load
from tandem.cti.app.flow_versions import FlowVersions, GetCatalog, Publish, Shelf, canary_view, prompts_of
from tandem.cti.app.plan_desk import Speak
from tandem.cti.model.errors import BadRequest, ResourceMissing, WrongState
from tandem.cti.model.ids import CallId, DeviceId
from tandem.cti.model.records import AuditRecord
from tandem.cti.ports import Clock, Journal
from tandem.ivr.core.check import edition_of
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.shelf import FlowText
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import BadSound, FlowError, SpeechUnavailable
from tandem.ivr.recorded import TEXTS, RecordedPrompts, Recording
from tandem.ivr.said import SpeechMaker

DAY_S = 86_400.0
_SUMMARY_DAYS = 7
_LISTEN_S = 20.0
_SUMMARY_FRESH_S = 60.0
_MOST_VERSIONS = 40
"""Of one flow, whose steps the numbers tell apart: the newest that calls had."""


@dataclass(frozen=True, slots=True)
class Prompts:
    """Speech and recordings. ``changed``: a recording came or went, so the sounds of prompts have other names."""

    speech: SpeechMaker
    recordings: RecordedPrompts
    changed: Callable[[], Awaitable[None]]


class FlowDesk(FlowVersions):
    """``numbers``: on connections of its own. ``call``: has the center ring a phone with a draft; raises CtiError."""

    def __init__(
        self,
        store: FlowStore,
        shelf: Shelf,
        *,
        catalog: GetCatalog,
        speak: Speak,
        publish: Publish,
        clock: Clock,
        numbers: FlowNumbersStore,
        prompts: Prompts,
        call: Callable[[DraftCalled], None],
    ) -> None:
        super().__init__(store, shelf, catalog=catalog, speak=speak, publish=publish)
        self._clock = clock
        self._counted = numbers
        self._prompts = prompts
        self._call = call
        self._served: tuple[float, dict[str, tuple[int, int]]] | None = None
        self._serving = asyncio.Lock()

    # ---- the list

    async def flows(self) -> shapes.FlowCatalogue:
        newest = await self._store.newest()
        deployed = await self._store.deployed()
        served = await self._served_lately([each.version.name for each in newest])
        return shapes.FlowCatalogue(
            flows=[self._summary(each, deployed.get(each.version.name), served) for each in newest]
        )

    def _summary(self, newest: Newest, now: Any, served: Mapping[str, tuple[int, int]]) -> shapes.FlowSummary:
        version = newest.version
        calls, contained = served.get(version.name, (0, 0))
        deployed_last = now is not None and now.at > version.at
        return shapes.FlowSummary(
            name=version.name,
            numbers=list(self._numbers.get(version.name, ())),
            live_version=now.live if now else None,
            canary=canary_view(now) if now else None,
            newest_version=version.version,
            versions=newest.versions,
            languages=version.checked.languages,
            problems=version.checked.errors,
            calls=calls,
            containment=contained / calls if calls else None,
            changed_at=now.at if deployed_last else version.at,
            changed_by=now.by if deployed_last else version.by,
        )

    async def _served_lately(self, names: list[str]) -> Mapping[str, tuple[int, int]]:
        """By flow: calls of the last days, and how many were served to the end. At most a minute old."""
        async with self._serving:
            now = self._clock.now()
            if self._served is None or now - self._served[0] > _SUMMARY_FRESH_S:
                since = now - _SUMMARY_DAYS * DAY_S
                lines: list[tuple[str, StepLine]] = []
                for name in names:
                    flows = await self._flows_of(Asked(flow=name, since=since, until=now))
                    lines += [(name, line) for version, flow in flows.items() for line in step_lines(version, flow)]
                self._served = (now, await self._counted.containment(since, lines))
            return self._served[1]

    # ---- numbers and replay

    async def numbers(self, name: str, *, version: int | None, days: int) -> shapes.FlowNumbers:
        """Raises ResourceMissing."""
        await self._known(name, version)
        now = self._clock.now()
        asked = Asked(flow=name, since=now - days * DAY_S, until=now, version=version)
        return await flow_numbers(self._counted, asked, await self._flows_of(asked))

    async def replay(
        self, name: str, asked: shapes.NewReplay, *, deadline_s: float | None = None
    ) -> shapes.ReplayReport:
        """Raises BadRequest (the draft has errors), ResourceMissing, Unavailable (it takes too long)."""
        await self._known(name, asked.version)
        new = await self._new_version(name, asked)
        await asyncio.to_thread(_load, new)  # a bundle that does not load is said here, not in the worker
        now = self._clock.now()
        span = Asked(flow=name, since=now - asked.days * DAY_S, until=now)
        calls = await self._counted.recorded(span, limit=MOST_CALLS)
        olds = {}
        for version in sorted({call.version for call in calls})[-_MOST_VERSIONS:]:
            stored = await self._store.version(name, version)
            olds[version] = Bundle(main=stored.main, files=dict(stored.files))
        order = Order(
            name=name,
            version=asked.version,
            new=new,
            olds=olds,
            calls=calls,
            since=span.since,
            until=span.until,
            left_out=max(0, await self._counted.count_recorded(span) - MOST_CALLS),
        )
        return await (replayed(order) if deadline_s is None else replayed(order, deadline_s=deadline_s))

    async def _new_version(self, name: str, asked: shapes.NewReplay) -> Bundle:
        if asked.version is not None:
            stored = await self._store.version(name, asked.version)
            return Bundle(main=stored.main, files=dict(stored.files))
        if asked.bundle is None:
            raise BadRequest("say which version to try, or give the files of a draft")
        return Bundle(main=asked.bundle.main, files=dict(asked.bundle.files))

    async def _known(self, name: str, version: int | None) -> None:
        if version is not None:
            await self._store.version(name, version)
        elif not await self._store.versions(name, limit=1):
            raise ResourceMissing(f"there is no flow {name}")

    async def _flows_of(self, asked: Asked) -> dict[int, Flow]:
        """The versions that calls had, as far as they can still be read."""
        found = {}
        for version in (await self._counted.versions(asked))[-_MOST_VERSIONS:]:
            try:
                stored = await self._store.version(asked.flow, version)
                found[version] = await asyncio.to_thread(_load, Bundle(main=stored.main, files=dict(stored.files)))
            except (ResourceMissing, BadRequest):
                continue
        return found

    # ---- trying a draft

    async def call_me(self, bundle: shapes.CallMe, *, user: UserView) -> shapes.DraftCall:
        """Raises BadRequest (errors), WrongState (no phone, or it is not there), SpeechUnavailable."""
        if user.device is None:
            raise WrongState("you have no phone: tandem user LOGIN --device EXTENSION gives you one")
        review = await asyncio.to_thread(bundles.look, bundle.files, bundle.main, await self._catalog())
        if review.flow is None:
            raise BadRequest(f"the draft has errors: {bundles.first_of(review.errors)}")
        text = FlowText(
            version=0,
            main=bundle.main,
            files=tuple(sorted(bundle.files.items())),
            edition=edition_of(bundle.files),
        )
        sounds = await self._speak(prompts_of([review.flow]))
        await asyncio.to_thread(load, text)
        call = CallId(f"draft-{secrets.token_hex(12)}")
        self._call(DraftCalled(call, DeviceId(user.device), text, tuple(sounds.items()), user.login))
        return shapes.DraftCall(call=call)

    async def listen(self, language: str, text: str) -> bytes:
        """A WAV file. Raises SpeechUnavailable."""
        made = await self._prompts.speech.make((Prompt(language, text),), deadline_s=_LISTEN_S)
        if not made:
            raise SpeechUnavailable("this text cannot be spoken now; the server's log says why")
        return await asyncio.to_thread(Path(f"{made[0]}.wav").read_bytes)

    # ---- recordings of prompts

    async def recordings(self) -> shapes.PromptRecordings:
        return shapes.PromptRecordings(recordings=[_recording(each) for each in await self._prompts.recordings.all()])

    async def put_recording(self, language: str, text: str, audio: bytes, *, by: str) -> shapes.PromptRecording:
        """Raises BadRequest: what is wrong with it."""
        try:
            accepted = await self._prompts.recordings.accept(audio, Prompt(language, text), by=by)
        except BadSound as error:
            why = TEXTS.get(error.reason, {})
            raise BadRequest(f"{why.get('zh', '')} {why.get('en', str(error))}".strip()) from None
        await self._prompts.changed()
        return _recording(accepted)

    async def drop_recording(self, language: str, text: str) -> None:
        if await self._prompts.recordings.remove(Prompt(language, text)):
            await self._prompts.changed()

    # ---- the command line

    def handlers(self, journal: Journal) -> Mapping[str, Handler]:
        """What the running server does for ``tandem ivr`` (see ``control``)."""

        def audited(who: str, action: str, **detail: str) -> None:
            detail["from"] = "command line"
            record = AuditRecord(
                id=secrets.token_hex(16), at=self._clock.now(), who=who[:64], action=action, detail=dict(detail)
            )
            journal.write(record)

        async def draft(asked: dict[str, Any]) -> Any:
            new = msgspec.convert(asked["draft"], shapes.NewDraft)
            saved = await self.save_draft(asked["name"], new, by=asked["by"])
            audited(asked["by"], "flow_draft_saved", flow=asked["name"], version=str(saved.version), note=new.note)
            return msgspec.to_builtins(saved)

        async def live(asked: dict[str, Any]) -> Any:
            new = msgspec.convert(asked["live"], shapes.GoLive)
            detail = await self.go_live(asked["name"], new, by=asked["by"])
            audited(asked["by"], "flow_live", flow=asked["name"], version=str(new.version))
            return msgspec.to_builtins(detail)

        async def canary(asked: dict[str, Any]) -> Any:
            new = msgspec.convert(asked["canary"], shapes.GoCanary)
            detail = await self.go_canary(asked["name"], new, by=asked["by"])
            audited(asked["by"], "flow_canary", flow=asked["name"], version=str(new.version))
            return msgspec.to_builtins(detail)

        async def end_canary(asked: dict[str, Any]) -> Any:
            detail = await self.end_canary(asked["name"], by=asked["by"])
            audited(asked["by"], "flow_canary_ended", flow=asked["name"])
            return msgspec.to_builtins(detail)

        async def rollback(asked: dict[str, Any]) -> Any:
            detail = await self.roll_back(asked["name"], by=asked["by"])
            audited(asked["by"], "flow_rolled_back", flow=asked["name"])
            return msgspec.to_builtins(detail)

        return {
            "ivr.draft": draft,
            "ivr.live": live,
            "ivr.canary": canary,
            "ivr.end_canary": end_canary,
            "ivr.rollback": rollback,
        }


def _load(bundle: Bundle) -> Flow:
    """Raises BadRequest."""
    if bundle.main not in bundle.files:
        raise BadRequest(f"{bundle.main} is not among the files")
    text = FlowText(
        version=0, main=bundle.main, files=tuple(sorted(bundle.files.items())), edition=edition_of(bundle.files)
    )
    try:
        return load(text)
    except FlowError as error:
        raise BadRequest(f"the flow has errors: {bundles.first_of(error.problems)}") from None


def _recording(found: Recording) -> shapes.PromptRecording:
    return shapes.PromptRecording(
        language=found.language,
        text=found.text,
        seconds=found.seconds,
        gain_db=found.gain_db,
        warnings=[dict(TEXTS[warning]) for warning in found.warnings if warning in TEXTS],
        by=found.by,
        at=found.at,
    )
