"""The route table: the REST interface is registered from it, checked by it and described from it."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
from aiohttp import web

from tandem.agent_desktop.adapters.api import Api
from tandem.agent_desktop.adapters.campaign_routes import CAMPAIGN_ROUTES
from tandem.agent_desktop.adapters.flow_routes import FLOW_ROUTES
from tandem.agent_desktop.adapters.openapi import live_schema, openapi_document
from tandem.agent_desktop.adapters.route import JSON, Ask, Route
from tandem.agent_desktop.adapters.routing_routes import ROUTING_ROUTES
from tandem.agent_desktop.adapters.surveys import SURVEY_ROUTES
from tandem.agent_desktop.core import resources
from tandem.agent_desktop.core.permissions import Action
from tandem.cti.model.records import CustomerMatch


async def openapi(api: Api, ask: Ask) -> web.Response:
    return web.Response(body=_published()[0], content_type=JSON)


async def live_channel(api: Api, ask: Ask) -> web.Response:
    return web.Response(body=_published()[1], content_type=JSON)


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/api/login",
        Api.log_in,
        Action.LOG_IN,
        "Log in; sets the session cookie.",
        body=resources.LogIn,
        answer=resources.UserView,
    ),
    Route("POST", "/api/logout", Api.log_out, Action.LOG_OUT, "End the session and close its pages.", status=204),
    Route(
        "GET",
        "/api/me",
        Api.me,
        Action.READ_ME,
        "Who is logged in, where the live channel and the softphone connect, and what is allowed.",
        answer=resources.Me,
    ),
    Route(
        "PUT",
        "/api/me/language",
        Api.set_language,
        Action.SET_LANGUAGE,
        "Choose the language of the pages.",
        body=resources.SetLanguage,
        answer=resources.UserView,
    ),
    Route(
        "GET",
        "/api/dispositions",
        Api.dispositions,
        Action.READ_DISPOSITIONS,
        "The tree of dispositions.",
        answer=list[resources.Disposition],
    ),
    Route(
        "GET",
        "/api/transfer-targets",
        Api.transfer_targets,
        Action.READ_TRANSFER_TARGETS,
        "Agents and queues that a call can be transferred to.",
        answer=resources.TransferTargets,
    ),
    Route(
        "GET",
        "/api/calls",
        Api.calls,
        Action.READ_CALLS,
        "Calls, newest first. Agents see their own.",
        query=resources.CallsQuery,
        answer=resources.CallPage,
    ),
    Route(
        "GET",
        "/api/calls/{id}",
        Api.call,
        Action.READ_CALLS,
        "One call with its timeline, recordings and contacts. Agents see their own.",
        answer=resources.CallDetail,
    ),
    Route(
        "GET",
        "/api/recordings/{id}/audio",
        Api.recording_audio,
        Action.READ_RECORDINGS,
        "The audio, whole or in part (Range). Agents hear their own.",
        media="audio/wav",
    ),
    Route(
        "GET",
        "/api/customers",
        Api.customers,
        Action.READ_CUSTOMERS,
        "Customers by name, company or number.",
        query=resources.CustomersQuery,
        answer=resources.CustomerPage,
    ),
    Route(
        "POST",
        "/api/customers",
        Api.create_customer,
        Action.CREATE_CUSTOMER,
        "Create a customer.",
        body=resources.NewCustomer,
        answer=CustomerMatch,
        status=201,
    ),
    Route(
        "GET",
        "/api/customers/{id}",
        Api.customer,
        Action.READ_CUSTOMERS,
        "One customer with the last contacts and open tickets.",
        answer=CustomerMatch,
    ),
    Route(
        "GET",
        "/api/callbacks",
        Api.callbacks,
        Action.READ_CALLBACKS,
        "Callers who should be called back.",
        answer=resources.CallbackList,
    ),
    *ROUTING_ROUTES,
    *FLOW_ROUTES,
    *SURVEY_ROUTES,
    *CAMPAIGN_ROUTES,
    Route(
        "GET",
        "/api/check",
        Api.check,
        Action.CHECK,
        "What is wrong with the installation, and what to do.",
        answer=resources.CheckReport,
    ),
    Route(
        "GET",
        "/api/health",
        Api.health,
        Action.READ_HEALTH,
        "Whether switch and database are up.",
        answer=resources.Health,
    ),
    Route(
        "GET",
        "/api/openapi.json",
        openapi,
        Action.READ_INTERFACE,
        "This description.",
        answer=dict[str, Any],
    ),
    Route(
        "GET",
        "/api/schema/live.json",
        live_channel,
        Action.READ_INTERFACE,
        "JSON Schema of the messages of the live channel.",
        answer=dict[str, Any],
    ),
)


@functools.cache
def _published() -> tuple[bytes, bytes]:
    return msgspec.json.encode(openapi_document(ROUTES)), msgspec.json.encode(live_schema())
