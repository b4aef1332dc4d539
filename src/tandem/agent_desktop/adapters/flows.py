"""What the routes about IVR flows do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from tandem.agent_desktop.adapters.route import Ask
from tandem.agent_desktop.core import flow_resources as shapes
from tandem.agent_desktop.errors import TooLarge
from tandem.cti.model.errors import BadRequest

if TYPE_CHECKING:
    from tandem.agent_desktop.adapters.api import Api

RECORDING_BYTES = 20 << 20
"""Of an uploaded prompt."""
_UPLOAD_S = 20.0
_WAV = "audio/wav"


# ---- versions ------------------------------------------------------------------------------------------------------


async def flow_list(api: Api, ask: Ask) -> shapes.FlowCatalogue:
    return await api.flows.flows()


async def flow(api: Api, ask: Ask) -> shapes.FlowDetail:
    return await api.flows.flow(ask.id)


async def flow_version(api: Api, ask: Ask) -> shapes.FlowVersionText:
    return await api.flows.version(ask.id, ask.number)


async def save_draft(api: Api, ask: Ask) -> shapes.FlowVersion:
    new: shapes.NewDraft = ask.body
    saved = await api.flows.save_draft(ask.id, new, by=ask.user.login)
    api.audit(ask.user.login, "flow_draft_saved", flow=ask.id, version=str(saved.version), note=new.note)
    return saved


async def go_live(api: Api, ask: Ask) -> shapes.FlowDetail:
    asked: shapes.GoLive = ask.body
    detail = await api.flows.go_live(ask.id, asked, by=ask.user.login)
    api.audit(ask.user.login, "flow_live", flow=ask.id, version=str(asked.version), force=str(asked.force))
    return detail


async def go_canary(api: Api, ask: Ask) -> shapes.FlowDetail:
    asked: shapes.GoCanary = ask.body
    detail = await api.flows.go_canary(ask.id, asked, by=ask.user.login)
    detail_of = {"version": str(asked.version), "share": f"{asked.share:g}", "numbers": " ".join(asked.numbers)}
    api.audit(ask.user.login, "flow_canary", flow=ask.id, force=str(asked.force), **detail_of)
    return detail


async def end_canary(api: Api, ask: Ask) -> shapes.FlowDetail:
    detail = await api.flows.end_canary(ask.id, by=ask.user.login)
    api.audit(ask.user.login, "flow_canary_ended", flow=ask.id)
    return detail


async def roll_back(api: Api, ask: Ask) -> shapes.FlowDetail:
    detail = await api.flows.roll_back(ask.id, by=ask.user.login)
    live = detail.deployment.live if detail.deployment else 0
    api.audit(ask.user.login, "flow_rolled_back", flow=ask.id, live=str(live))
    return detail


# ---- a draft at work -----------------------------------------------------------------------------------------------


async def check_flow(api: Api, ask: Ask) -> shapes.FlowChecked:
    return await api.flows.check(ask.body)


async def test_flow(api: Api, ask: Ask) -> shapes.FlowTested:
    return await api.flows.test(ask.body)


async def flow_numbers(api: Api, ask: Ask) -> shapes.FlowNumbers:
    query: shapes.NumbersQuery = ask.query
    return await api.flows.numbers(ask.id, version=query.version, days=query.days)


async def replay_flow(api: Api, ask: Ask) -> shapes.ReplayReport:
    asked: shapes.NewReplay = ask.body
    if (asked.version is None) == (asked.bundle is None):
        raise BadRequest.because("version_or_files")
    return await api.flows.replay(ask.id, asked)


async def call_me(api: Api, ask: Ask) -> shapes.DraftCall:
    call = await api.flows.call_me(ask.body, user=ask.user)
    api.audit(ask.user.login, "flow_draft_called", call=call.call)
    return call


# ---- prompts -------------------------------------------------------------------------------------------------------


async def listen(api: Api, ask: Ask) -> web.Response:
    asked: shapes.SpeechAsked = ask.body
    return web.Response(body=await api.flows.listen(asked.language, asked.text), content_type=_WAV)


async def prompt_recordings(api: Api, ask: Ask) -> shapes.PromptRecordings:
    return await api.flows.recordings()


async def put_prompt_recording(api: Api, ask: Ask) -> shapes.PromptRecording:
    query: shapes.PromptQuery = ask.query
    audio = await _audio(ask.request)
    accepted = await api.flows.put_recording(query.language, query.text, audio, by=ask.user.login)
    api.audit(ask.user.login, "prompt_recorded", language=query.language, text=query.text)
    return accepted


async def drop_prompt_recording(api: Api, ask: Ask) -> web.Response:
    query: shapes.PromptQuery = ask.query
    await api.flows.drop_recording(query.language, query.text)
    api.audit(ask.user.login, "prompt_recording_dropped", language=query.language, text=query.text)
    return web.Response(status=204)


async def _audio(request: web.Request) -> bytes:
    """Raises BadRequest, TooLarge."""
    if not request.content_type.startswith("audio/"):
        raise BadRequest.because("sound_body")
    try:
        async with asyncio.timeout(_UPLOAD_S):
            return await request.clone(client_max_size=RECORDING_BYTES).read()
    except TimeoutError:
        raise BadRequest.because("body_slow", wait_s=round(_UPLOAD_S)) from None
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge.because("sound_large", most_mib=RECORDING_BYTES >> 20) from None
