"""What the routes of routing do: the plan, closures, the line, reasons, tasks, studies. Who may ask is decided before
(``http.py``); how far the permission goes is decided here.
"""

from __future__ import annotations

import msgspec
from aiohttp import web

from tandem.agent_desktop.adapters.api import Api
from tandem.agent_desktop.adapters.route import Ask
from tandem.agent_desktop.core import routing_resources as shapes
from tandem.agent_desktop.core import study_resources as studies
from tandem.agent_desktop.core.permissions import Reach
from tandem.cti.model.errors import BadRequest, ResourceMissing

_SHOWN_DIGITS = 4

# ---- the plan ------------------------------------------------------------------------------------------------------


async def routing_plan(api: Api, ask: Ask) -> shapes.RoutingPlan:
    return await api.routing.plan()


async def check_plan(api: Api, ask: Ask) -> shapes.PlanChecked:
    draft: shapes.PlanDraft = ask.body
    return await api.routing.check(draft.text)


async def edit_plan(api: Api, ask: Ask) -> shapes.PlanEdited:
    form: shapes.FormEdits = ask.body
    return await api.routing.edit(form.text, form.edits)


async def preview_plan(api: Api, ask: Ask) -> shapes.PlanPreview:
    draft: shapes.PlanDraft = ask.body
    return await api.routing.preview(draft.text)


async def apply_plan(api: Api, ask: Ask) -> shapes.RoutingPlan:
    new: shapes.ApplyPlan = ask.body
    plan = await api.routing.apply(new, by=ask.user.login)
    api.audit(ask.user.login, "routing_applied", version=str(plan.version), note=new.note)
    return plan


async def plan_versions(api: Api, ask: Ask) -> shapes.PlanVersions:
    return await api.routing.versions()


async def plan_version(api: Api, ask: Ask) -> shapes.PlanVersionText:
    if not (ask.id.isascii() and ask.id.isdigit() and len(ask.id) < 10):
        raise ResourceMissing.because("no_plan_version")
    return await api.routing.version(int(ask.id))


async def set_queue_closure(api: Api, ask: Ask) -> shapes.Closures:
    return await _set_closure(api, ask, ask.id)


async def set_closure(api: Api, ask: Ask) -> shapes.Closures:
    return await _set_closure(api, ask, None)


async def _set_closure(api: Api, ask: Ask, queue: str | None) -> shapes.Closures:
    asked: shapes.SetClosure = ask.body
    closures = await api.routing.set_closure(queue, asked, by=ask.user.login)
    action = "queue_closed" if asked.closed else "queue_opened"
    api.audit(ask.user.login, action, queue=queue or "*", reason=asked.reason)
    return closures


# ---- the line ------------------------------------------------------------------------------------------------------


async def line(api: Api, ask: Ask) -> shapes.LinePage:
    query: shapes.LineQuery = ask.query
    page = await api.routing.line(queue=query.queue, limit=query.limit, agent=_own(ask))
    if ask.reach is Reach.ALL:
        return page
    return msgspec.structs.replace(page, entries=[_discreet(entry, ask.user.login) for entry in page.entries])


def _discreet(entry: shapes.LineEntry, login: str) -> shapes.LineEntry:
    """Callers have names and whole numbers only for who serves them, or promised to call them back."""
    if login in (entry.agent, entry.created_by):
        return entry
    number = f"…{entry.number[-_SHOWN_DIGITS:]}" if entry.number else ""
    return msgspec.structs.replace(entry, number=number, name="", note="")


async def why_waiting(api: Api, ask: Ask) -> shapes.WhyWaiting:
    return await api.routing.why_waiting(ask.id)


async def call_back(api: Api, ask: Ask) -> shapes.LineEntry:
    new: shapes.NewCallback = ask.body
    _in_order(new.window)
    entry = await api.routing.call_back(new, by=ask.user.login)
    api.audit(ask.user.login, "callback_promised", callback=entry.id, queue=new.queue)
    return entry


async def change_callback(api: Api, ask: Ask) -> shapes.LineEntry:
    change: shapes.CallbackChange = ask.body
    _in_order(change.window)
    entry = await api.routing.change_callback(ask.id, change, by=ask.user.login, agent=_own(ask))
    api.audit(ask.user.login, "callback_changed", callback=ask.id)
    return entry


async def cancel_callback(api: Api, ask: Ask) -> web.Response:
    await api.routing.cancel_callback(ask.id, by=ask.user.login, agent=_own(ask))
    api.audit(ask.user.login, "callback_cancelled", callback=ask.id)
    return web.Response(status=204)


def _in_order(window: shapes.Window | None) -> None:
    if window is not None and window.end_at <= window.start_at:
        raise BadRequest.because("window_order")


async def call_why(api: Api, ask: Ask) -> shapes.CallWhy:
    """Agents: why their own calls came to them, and nothing about what colleagues did meanwhile."""
    if ask.reach is Reach.ALL:
        return await api.routing.why(ask.id)
    await api.own_call(ask)
    why = await api.routing.why(ask.id)
    own = [
        msgspec.structs.replace(decision, candidates=[], overtaken=[])
        for decision in why.decisions
        if decision.agent == ask.user.login
    ]
    return msgspec.structs.replace(why, decisions=own, waiting=None)


# ---- tasks ---------------------------------------------------------------------------------------------------------


async def tasks(api: Api, ask: Ask) -> shapes.TaskList:
    query: shapes.TasksQuery = ask.query
    return await api.routing.tasks(queue=query.queue, state=query.state, limit=query.limit, agent=_own(ask))


async def create_task(api: Api, ask: Ask) -> shapes.TaskView:
    new: shapes.NewTask = ask.body
    task = await api.routing.create_task(new, by=ask.user.login)
    api.audit(ask.user.login, "task_created", task=task.id, queue=new.queue)
    return task


async def cancel_task(api: Api, ask: Ask) -> web.Response:
    await api.routing.cancel_task(ask.id, by=ask.user.login)
    api.audit(ask.user.login, "task_cancelled", task=ask.id)
    return web.Response(status=204)


# ---- studies -------------------------------------------------------------------------------------------------------


async def what_if_desk(api: Api, ask: Ask) -> studies.WhatIfDesk:
    return await api.studies.what_if_desk()


async def start_what_if(api: Api, ask: Ask) -> studies.WhatIfJob:
    new: studies.NewWhatIf = ask.body
    job = await api.studies.start_what_if(new, by=ask.user.login)
    api.audit(ask.user.login, "what_if_started", job=job.id, day=new.day)
    return job


async def what_if(api: Api, ask: Ask) -> studies.WhatIfJob:
    return await api.studies.what_if(ask.id)


async def cancel_what_if(api: Api, ask: Ask) -> web.Response:
    await api.studies.cancel_what_if(ask.id)
    return web.Response(status=204)


async def staffing(api: Api, ask: Ask) -> studies.Staffing:
    query: studies.StaffingQuery = ask.query
    return await api.studies.staffing(query.queue, query.day)


async def expected_wait(api: Api, ask: Ask) -> studies.ExpectedWait:
    return await api.studies.expected_wait()


def _own(ask: Ask) -> str | None:
    return ask.user.login if ask.reach is Reach.OWN else None
