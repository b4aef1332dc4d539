"""What the routes of campaigns do. Who may ask is decided before (``http.py``); how far the permission goes is decided
here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from tandem.agent_desktop.adapters.api import Api
from tandem.agent_desktop.adapters.compliance_pages import SHEET_POLICY, sheet_csv, sheet_html
from tandem.agent_desktop.adapters.route import JSON, Ask, json_response
from tandem.agent_desktop.core import campaign_day_resources as day_shapes
from tandem.agent_desktop.core import campaign_resources as shapes
from tandem.agent_desktop.core import compliance_resources as sheet_shapes
from tandem.agent_desktop.core import lead_resources as lead_shapes
from tandem.agent_desktop.core import list_resources as list_shapes
from tandem.agent_desktop.core.campaign_bounds import within_bounds
from tandem.agent_desktop.core.permissions import Reach
from tandem.agent_desktop.errors import TooLarge
from tandem.cti.model.errors import BadRequest, Forbidden

_IDLE_S = 30.0
"""Between two pieces of an upload."""
_PIECE_BYTES = 256 * 1024

# ---- documents -------------------------------------------------------------------------------------------------------


async def campaign_list(api: Api, ask: Ask) -> shapes.CampaignList:
    return await api.campaigns.campaigns()


async def campaign(api: Api, ask: Ask) -> shapes.CampaignView:
    return await api.campaigns.campaign(ask.id)


async def campaign_choices(api: Api, ask: Ask) -> shapes.CampaignChoices:
    return await api.campaigns.choices()


async def check_campaign(api: Api, ask: Ask) -> shapes.CampaignChecked:
    asked: shapes.CampaignDraft = ask.body
    return await api.campaigns.check(within_bounds(asked.document))


async def create_campaign(api: Api, ask: Ask) -> shapes.CampaignView:
    asked: shapes.CampaignDraft = ask.body
    created = await api.campaigns.create(within_bounds(asked.document), by=ask.user.login)
    api.audit(ask.user.login, "campaign_created", campaign=created.id)
    return created


async def change_campaign(api: Api, ask: Ask) -> shapes.CampaignView:
    asked: shapes.ChangeCampaign = ask.body
    changed = await api.campaigns.change(ask.id, asked.rev, within_bounds(asked.document), by=ask.user.login)
    api.audit(ask.user.login, "campaign_changed", campaign=ask.id, rev=str(changed.rev))
    return changed


async def copy_campaign(api: Api, ask: Ask) -> shapes.CampaignView:
    asked: shapes.CopyCampaign = ask.body
    copied = await api.campaigns.copy(ask.id, asked.name, by=ask.user.login)
    api.audit(ask.user.login, "campaign_created", campaign=copied.id, copy_of=ask.id)
    return copied


async def delete_campaign(api: Api, ask: Ask) -> web.Response:
    await api.campaigns.delete(ask.id, by=ask.user.login)
    api.audit(ask.user.login, "campaign_deleted", campaign=ask.id)
    return web.Response(status=204)


async def set_campaign_state(api: Api, ask: Ask) -> shapes.CampaignView:
    asked: shapes.SetCampaignState = ask.body
    changed = await api.campaigns.set_state(ask.id, asked.state, by=ask.user.login)
    api.audit(ask.user.login, f"campaign_{asked.state}", campaign=ask.id)
    return changed


async def set_campaign_mode(api: Api, ask: Ask) -> shapes.CampaignView:
    asked: shapes.SetCampaignMode = ask.body
    changed = await api.campaigns.set_mode(ask.id, asked.mode, by=ask.user.login)
    api.audit(ask.user.login, "campaign_mode", campaign=ask.id, mode=asked.mode)
    return changed


async def jurisdictions(api: Api, ask: Ask) -> shapes.Jurisdictions:
    return api.campaigns.jurisdictions()


# ---- leads -----------------------------------------------------------------------------------------------------------


async def waterfall(api: Api, ask: Ask) -> lead_shapes.Waterfall:
    return await api.campaigns.waterfall(ask.id)


async def campaign_leads(api: Api, ask: Ask) -> lead_shapes.LeadPage:
    return await api.campaigns.leads(ask.id, ask.query)


async def lead(api: Api, ask: Ask) -> lead_shapes.LeadDetail:
    return await api.campaigns.lead(ask.id)


async def promise_lead_callback(api: Api, ask: Ask) -> lead_shapes.LeadDetail:
    asked: lead_shapes.LeadCallback = ask.body
    promised = await api.campaigns.promise_callback(ask.id, asked, by=ask.user.login)
    api.audit(ask.user.login, "lead_callback", lead=ask.id, agent=asked.agent or "")
    return promised


async def dial_lead_again(api: Api, ask: Ask) -> lead_shapes.LeadDetail:
    again = await api.campaigns.dial_again(ask.id, by=ask.user.login)
    api.audit(ask.user.login, "lead_again", lead=ask.id)
    return again


async def recycle_leads(api: Api, ask: Ask) -> day_shapes.Recycled:
    asked: day_shapes.Recycle = ask.body
    recycled = await api.campaigns.recycle(ask.id, asked, by=ask.user.login)
    if recycled.done:
        api.audit(ask.user.login, "leads_recycled", campaign=ask.id, leads=str(recycled.leads))
    return recycled


async def export_leads(api: Api, ask: Ask) -> web.StreamResponse:
    api.audit(ask.user.login, "leads_exported", campaign=ask.id)
    return await _csv(ask, f"{ask.id}.csv", api.campaigns.export(ask.id))


# ---- numbers ---------------------------------------------------------------------------------------------------------


async def campaign_day(api: Api, ask: Ask) -> day_shapes.DaySeries:
    query: day_shapes.DayQuery = ask.query
    return await api.campaigns.day(ask.id, query.day)


async def campaign_detections(api: Api, ask: Ask) -> day_shapes.DetectionReport:
    return await api.campaigns.detections(ask.id)


async def pacing_decisions(api: Api, ask: Ask) -> day_shapes.PacingDecisions:
    query: day_shapes.DecisionsQuery = ask.query
    return await api.campaigns.decisions(ask.id, before=query.before, limit=query.limit)


async def campaign_forecast(api: Api, ask: Ask) -> day_shapes.CampaignForecast:
    return await api.campaigns.forecast(ask.id)


async def agents_what_if(api: Api, ask: Ask) -> day_shapes.AgentsWhatIfAnswer:
    asked: day_shapes.AgentsWhatIf = ask.body
    return await api.campaigns.what_if(ask.id, asked.agents)


async def compliance_sheets(api: Api, ask: Ask) -> sheet_shapes.SheetList:
    return await api.campaigns.sheets(ask.id)


async def compliance_sheet(api: Api, ask: Ask) -> web.Response:
    query: sheet_shapes.SheetQuery = ask.query
    sheet = await api.campaigns.sheet(ask.id, query.day)
    if query.format == "html":
        answer = web.Response(text=sheet_html(sheet, query.language), content_type="text/html", charset="utf-8")
        answer.headers["Content-Security-Policy"] = SHEET_POLICY
        return answer
    if query.format == "csv":
        answer = web.Response(body=sheet_csv(sheet), content_type="text/csv", charset="utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{sheet.campaign}-{sheet.day}.csv"'
        return answer
    return json_response(sheet)


# ---- lists -----------------------------------------------------------------------------------------------------------


async def upload_list(api: Api, ask: Ask) -> list_shapes.Inspected:
    query: list_shapes.UploadQuery = ask.query
    if ask.request.content_type == JSON:
        raise BadRequest.because("list_body")
    return await api.campaigns.inspect(query.name, _pieces(ask.request), by=ask.user.login, forbidden=query.forbidden)


async def _pieces(request: web.Request) -> AsyncIterator[bytes]:
    """Raises BadRequest (it comes too slowly), TooLarge."""
    size = 0
    while True:
        try:
            async with asyncio.timeout(_IDLE_S):
                piece = await request.content.read(_PIECE_BYTES)
        except TimeoutError:
            raise BadRequest.because("list_slow", wait_s=round(_IDLE_S)) from None
        if not piece:
            return
        size += len(piece)
        if size > list_shapes.UPLOAD_BYTES:
            raise TooLarge.because("list_too_large", most_mib=list_shapes.UPLOAD_BYTES >> 20)
        yield piece


async def import_list(api: Api, ask: Ask) -> list_shapes.ImportJob:
    new: list_shapes.NewList = ask.body
    job = await api.campaigns.import_list(new, by=ask.user.login)
    api.audit(ask.user.login, "list_imported", campaign=new.campaign, list=job.list_id, name=new.name)
    return job


async def import_job(api: Api, ask: Ask) -> list_shapes.ImportJob:
    return await api.campaigns.import_job(ask.id)


async def lead_lists(api: Api, ask: Ask) -> list_shapes.LeadLists:
    query: list_shapes.ListsQuery = ask.query
    return await api.campaigns.lists(query.campaign)


async def undo_list(api: Api, ask: Ask) -> web.Response:
    await api.campaigns.undo_list(ask.id, by=ask.user.login)
    api.audit(ask.user.login, "list_taken_back", list=ask.id)
    return web.Response(status=204)


async def bad_rows(api: Api, ask: Ask) -> web.StreamResponse:
    return await _csv(ask, f"{ask.id}-bad-rows.csv", api.campaigns.bad_rows(ask.id))


async def _csv(ask: Ask, name: str, pieces: AsyncIterator[bytes]) -> web.StreamResponse:
    """Streams. What fails before the first piece is answered as any other failure is."""
    first = await anext(pieces, b"")
    answer = web.StreamResponse(headers={"Content-Disposition": f'attachment; filename="{name}"'})
    answer.content_type, answer.charset = "text/csv", "utf-8"
    await answer.prepare(ask.request)
    await answer.write(first)
    async for piece in pieces:
        await answer.write(piece)
    await answer.write_eof()
    return answer


# ---- who is not called -----------------------------------------------------------------------------------------------


async def forbidden_numbers(api: Api, ask: Ask) -> list_shapes.ForbiddenPage:
    return await api.campaigns.forbidden(ask.query)


async def forbid_number(api: Api, ask: Ask) -> list_shapes.ForbiddenLine:
    asked: list_shapes.Forbid = ask.body
    if bool(asked.person) is not (asked.scope == "person") or bool(asked.number) is (asked.scope == "person"):
        raise BadRequest.because("forbid_person_or_number")
    if (asked.campaign is None) is (asked.scope == "campaign"):
        raise BadRequest.because("forbid_campaign")
    entry = await api.campaigns.forbid(asked, by=ask.user.login)
    api.audit(ask.user.login, "call_forbidden", entry=entry.id, scope=entry.scope)
    return entry


async def forbid_numbers(api: Api, ask: Ask) -> list_shapes.ForbiddenMany:
    entered = await api.campaigns.forbid_many(ask.body, by=ask.user.login)
    api.audit(ask.user.login, "calls_forbidden", numbers=str(entered.entered))
    return entered


async def forbid_list(api: Api, ask: Ask) -> list_shapes.ImportJob:
    new: list_shapes.ForbidList = ask.body
    job = await api.campaigns.import_forbidden(new, by=ask.user.login)
    api.audit(ask.user.login, "calls_forbidden", list=job.name, campaign=new.campaign or "")
    return job


async def lift_entry(api: Api, ask: Ask) -> web.Response:
    query: list_shapes.LiftQuery = ask.query
    await api.campaigns.lift(ask.id, by=ask.user.login)
    api.audit(ask.user.login, "call_allowed_again", entry=ask.id, reason=query.reason)
    return web.Response(status=204)


# ---- by hand ---------------------------------------------------------------------------------------------------------


async def dial_choices(api: Api, ask: Ask) -> list_shapes.DialChoices:
    return api.campaigns.dial_choices(_own(ask))


async def dial(api: Api, ask: Ask) -> list_shapes.Dialled:
    asked: list_shapes.Dial = ask.body
    agent = asked.agent or ask.user.login
    if ask.reach is Reach.OWN and agent != ask.user.login:
        raise Forbidden.because("dial_for_others")
    if asked.check:
        return await api.campaigns.may_dial(asked.number, campaign=asked.campaign)
    dialled = await api.campaigns.dial(asked.number, agent=agent, campaign=asked.campaign, by=ask.user.login)
    verdict = dialled.verdict.rule
    api.audit(ask.user.login, "dialled", number=dialled.number, agent=agent, call=dialled.call or "", verdict=verdict)
    return dialled


# ---- calls that were promised ----------------------------------------------------------------------------------------


async def promises(api: Api, ask: Ask) -> list_shapes.Promises:
    return await api.campaigns.promises(_own(ask))


async def move_promise(api: Api, ask: Ask) -> web.Response:
    await api.campaigns.move_promise(ask.id, ask.body, by=ask.user.login, agent=_own(ask))
    agent = {} if ask.body.agent is None else {"agent": ask.body.agent}
    api.audit(ask.user.login, "promise_moved", lead=ask.id, at=ask.body.at, **agent)
    return web.Response(status=204)


async def cancel_promise(api: Api, ask: Ask) -> web.Response:
    await api.campaigns.cancel_promise(ask.id, by=ask.user.login, agent=_own(ask))
    api.audit(ask.user.login, "promise_cancelled", lead=ask.id)
    return web.Response(status=204)


def _own(ask: Ask) -> str | None:
    """Whose they must be; None: anybody's."""
    return None if ask.reach is Reach.ALL else ask.user.login
