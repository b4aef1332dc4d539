"""What a route is, and what its handler gets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import KW_ONLY, dataclass
from typing import Any

import msgspec
from aiohttp import web

from tandem.agent_desktop.core.permissions import Action, Reach
from tandem.agent_desktop.core.resources import UserView
from tandem.agent_desktop.errors import NotLoggedIn
from tandem.agent_desktop.services.authentication import LoggedIn

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Route:
    """``handler(api, ask)`` returns what ``answer`` describes (encoded with ``status``) or a finished response."""

    method: str
    path: str
    """aiohttp's pattern; the only parameters are ``{id}`` and ``{number}``."""
    handler: Callable[[Any, Ask], Awaitable[Any]]
    action: Action
    summary: str
    _: KW_ONLY
    answer: Any = None
    status: int = 200
    body: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    media: str = JSON
    body_bytes: int = 64 * 1024
    """The largest body, in bytes."""
    answer_s: float = 30.0
    """How long the answer may take, with all that is sent in and out."""

    @property
    def name(self) -> str:
        return self.handler.__name__


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, checked and decoded."""

    request: web.Request
    reach: Reach
    who: LoggedIn | None
    body: Any = None
    query: Any = None
    id: str = ""
    number: int = 0

    @property
    def user(self) -> UserView:
        return self.session.user

    @property
    def session(self) -> LoggedIn:
        if self.who is None:
            raise NotLoggedIn("Log in first.")
        return self.who

    def is_own(self, agent: str | None) -> bool:
        return self.reach is Reach.ALL or agent == self.user.login


def json_response(value: object, *, status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), status=status, content_type=JSON, charset="utf-8")
