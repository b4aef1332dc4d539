"""The HTTP side of the desktop as an aiohttp application: guards, sessions, permissions, errors, routes, pages."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from tandem.agent_desktop.adapters.api import COOKIE, Api
from tandem.agent_desktop.adapters.guards import Guards
from tandem.agent_desktop.adapters.misfits import MISFITS, misfit
from tandem.agent_desktop.adapters.pages import Pages
from tandem.agent_desktop.adapters.problems import OUR_FAULT, problem_of, status_of
from tandem.agent_desktop.adapters.route import JSON, Ask, Route, json_response
from tandem.agent_desktop.adapters.routes import ROUTES
from tandem.agent_desktop.core.fields import Id
from tandem.agent_desktop.core.permissions import Reach, reach
from tandem.agent_desktop.errors import NoSuchRoute, NotLoggedIn, TooLarge, TooManyAttempts
from tandem.cti.model.errors import BadRequest, CtiError, Forbidden, ResourceMissing, Unavailable

_log = logging.getLogger(__name__)
_BODY_S = 10.0
_NUMBER_DIGITS = 10
_DESCRIBED_AT = "/api/openapi.json"
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(api: Api, pages: Pages, guards: Guards) -> web.Application:
    """Everything under ``/api`` from the route table; everything else is the pages."""

    @web.middleware
    async def answer(request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            guards.admit(request)
            return await handler(request)
        except Exception as error:
            return _refusal(request, error)

    app = web.Application(middlewares=[answer])
    app.on_response_prepare.append(guards.put_headers)
    for route in ROUTES:
        app.router.add_route(route.method, route.path, _bound(api, route), name=route.name)
    app.router.add_route("*", "/api{rest:(/.*)?}", _no_such_route)
    app.router.add_get("/{path:.*}", pages.serve, allow_head=True)
    return app


def _bound(api: Api, route: Route) -> _Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            async with asyncio.timeout(route.answer_s):
                answer = await route.handler(api, await _ask(api, route, request))
        except TimeoutError:
            raise Unavailable("The answer took too long. Try again in a few seconds.") from None
        if isinstance(answer, web.StreamResponse):
            return answer
        return json_response(answer, status=route.status)

    return handle


async def _ask(api: Api, route: Route, request: web.Request) -> Ask:
    """Who asks, whether he may, and what for. In this order: a stranger learns nothing about shapes."""
    nobody = reach(None, route.action)
    who = await api.authentication.by_token(request.cookies.get(COOKIE)) if _needs_session(route) else None
    allowed = nobody if who is None else reach(who.user.role, route.action)
    if allowed is Reach.NONE:
        if who is None:
            raise NotLoggedIn("You are not logged in, or your session is over. Log in.")
        raise Forbidden("Your role may not do this.")
    return Ask(
        request=request,
        reach=allowed,
        who=who,
        body=await _body(request, route),
        query=_query(request, route.query),
        id=_id(request),
        number=_number(request),
    )


def _needs_session(route: Route) -> bool:
    """Public routes do not ask the store whose cookie it is; log-out must know."""
    return reach(None, route.action) is Reach.NONE or route.handler is Api.log_out


async def _body(request: web.Request, route: Route) -> Any:
    if route.body is None:
        return None
    if request.content_type != JSON:
        raise BadRequest.because("body_kind", kind=JSON)
    try:
        async with asyncio.timeout(_BODY_S):
            body = await request.clone(client_max_size=route.body_bytes).read()
    except TimeoutError:
        raise BadRequest.because("body_slow", wait_s=round(_BODY_S)) from None
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge.because("body_large", most=route.body_bytes) from None
    try:
        return msgspec.json.decode(body, type=route.body)
    except MISFITS as error:
        raise misfit(error, route.body, described_at=_DESCRIBED_AT) from None


def _query(request: web.Request, shape: type[msgspec.Struct] | None) -> Any:
    if shape is None:
        return None
    given = {name: value for name, value in request.query.items() if value != ""}
    unknown = sorted(given.keys() - set(shape.__struct_fields__))
    if unknown:
        raise BadRequest.because("no_parameter", name=unknown[0][:40])
    try:
        return msgspec.convert(given, shape, strict=False)
    except msgspec.ValidationError as error:
        raise misfit(error, shape, described_at=_DESCRIBED_AT) from None


def _id(request: web.Request) -> str:
    given = request.match_info.get("id")
    if given is None:
        return ""
    try:
        return msgspec.convert(given, Id)
    except msgspec.ValidationError:
        raise ResourceMissing("There is nothing with this id.") from None


def _number(request: web.Request) -> int:
    given = request.match_info.get("number")
    if given is None:
        return 0
    if not (given.isascii() and given.isdigit() and len(given) < _NUMBER_DIGITS):
        raise ResourceMissing("There is nothing with this number.")
    return int(given)


async def _no_such_route(request: web.Request) -> web.StreamResponse:
    raise NoSuchRoute(f"There is no such path, or not with the method {request.method}; see {_DESCRIBED_AT}.")


def _refusal(request: web.Request, error: Exception) -> web.Response:
    """Every answer that is not a success, from whatever was raised."""
    match error:
        case web.HTTPException() if error.status < 500:
            error = NoSuchRoute(f"There is nothing here for {request.method}; see {_DESCRIBED_AT}.")
    if not isinstance(error, CtiError):
        _log.error("%s %s failed", request.method, request.path, exc_info=error)
        return json_response(OUR_FAULT, status=500)
    answer = json_response(problem_of(error), status=status_of(error))
    if isinstance(error, TooManyAttempts):
        answer.headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    elif isinstance(error, Unavailable):
        answer.headers["Retry-After"] = "3"
    elif isinstance(error, NotLoggedIn) and COOKIE in request.cookies:
        answer.del_cookie(COOKIE, path="/")
    return answer
