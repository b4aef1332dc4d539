"""Everything that pages and commands ask of IVR flows, joined: ``agent_desktop.ports.FlowDesk``."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tandem.agent_desktop.core import flow_resources as shapes
from tandem.agent_desktop.core.resources import UserView
from tandem.cti.adapters.postgres.flow_numbers import FlowNumbersStore
from tandem.cti.adapters.postgres.flows import FlowStore
from tandem.cti.app import flow_bundles as bundles
from tandem.cti.app.control import Handler
from tandem.cti.app.floor_plan import DraftCalled
from tandem.cti.app.flow_shelf import load
from tandem.cti.app.flow_studies import FlowStudies
from tandem.cti.app.flow_versions import GetCatalog, Publish, Shelf, prompts_of
from tandem.cti.app.plan_desk import Speak
from tandem.cti.model.errors import BadRequest, WrongState
from tandem.cti.model.ids import CallId, DeviceId
from tandem.cti.model.records import AuditRecord
from tandem.cti.ports import Clock, Journal
from tandem.ivr.core.check import edition_of
from tandem.ivr.core.shelf import FlowText
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import BadSound, SpeechUnavailable
from tandem.ivr.recorded import TEXTS, RecordedPrompts, Recording
from tandem.ivr.said import SpeechMaker

_LISTEN_S = 20.0


@dataclass(frozen=True, slots=True)
class Prompts:
    """Speech and recordings. ``changed``: a recording came or went, so the sounds of prompts have other names."""

    speech: SpeechMaker
    recordings: RecordedPrompts
    changed: Callable[[], Awaitable[None]]


class FlowDesk(FlowStudies):
    """``call``: has the center ring a phone with a draft; raises CtiError. ``phones``: all that there are."""

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
        phones: Callable[[], Awaitable[Iterable[DeviceId]]],
    ) -> None:
        super().__init__(store, shelf, catalog=catalog, speak=speak, publish=publish, clock=clock, numbers=numbers)
        self._prompts = prompts
        self._call = call
        self._phones = phones

    # ---- trying a draft

    async def call_me(self, bundle: shapes.CallMe, *, user: UserView) -> shapes.DraftCall:
        """Raises BadRequest (errors), WrongState (no phone, or it is not there), SpeechUnavailable."""
        if user.device is None:
            raise WrongState.because("no_phone")
        review = await asyncio.to_thread(bundles.look, bundle.files, bundle.main, await self._catalog())
        if review.flow is None:
            raise BadRequest.because("flow_errors", texts=bundles.first_of(review.errors))
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
            raise SpeechUnavailable.because("not_spoken")
        return await asyncio.to_thread(Path(f"{made[0]}.wav").read_bytes)

    # ---- recordings of prompts

    async def recordings(self) -> shapes.PromptRecordings:
        return shapes.PromptRecordings(recordings=[_recording(each) for each in await self._prompts.recordings.all()])

    async def put_recording(self, language: str, text: str, audio: bytes, *, by: str) -> shapes.PromptRecording:
        """Raises BadRequest: what is wrong with it."""
        try:
            accepted = await self._prompts.recordings.accept(audio, Prompt(language, text), by=by)
        except BadSound as error:
            raise BadRequest.because("sound_refused", texts=TEXTS.get(error.reason, {"en": str(error)})) from None
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

        async def call(asked: dict[str, Any]) -> Any:
            bundle = msgspec.convert(asked["bundle"], shapes.CallMe)
            device = str(asked["device"])
            phones = sorted(await self._phones())
            if device not in phones:
                raise BadRequest.because("no_device", device=device, phones=", ".join(phones) or "-")
            who = UserView(login=asked["by"], name="", role="", language="", device=device)
            called = await self.call_me(bundle, user=who)
            audited(asked["by"], "flow_draft_called", call=called.call)
            return msgspec.to_builtins(called)

        return {
            "ivr.call": call,
            "ivr.draft": draft,
            "ivr.live": live,
            "ivr.canary": canary,
            "ivr.end_canary": end_canary,
            "ivr.rollback": rollback,
        }


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
