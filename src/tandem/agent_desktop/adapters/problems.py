"""The one place where errors become what the outside sees: HTTP status, Problem, ErrorView."""

from __future__ import annotations

import msgspec

from tandem.agent_desktop.core.messages import ErrorView
from tandem.agent_desktop.core.resources import Problem
from tandem.agent_desktop.errors import NoSuchRoute, NotLoggedIn, TooLarge, WrongPassword
from tandem.cti.model.errors import Category, CtiError

_STATUS: dict[Category, int] = {
    Category.BAD_REQUEST: 400,
    Category.SECURITY: 403,
    Category.WRONG_STATE: 409,
    Category.RESOURCE_MISSING: 404,
    Category.LIMIT_REACHED: 429,
    Category.OVERLOAD: 503,
    Category.UNAVAILABLE: 503,
}
_STATUS_OF_CODE: dict[str, int] = {
    NotLoggedIn.code: 401,
    WrongPassword.code: 401,
    NoSuchRoute.code: 404,
    TooLarge.code: 413,
}
OUR_FAULT = Problem(
    code="internal",
    message="The server made a mistake, which it has logged. Try again; if it stays, tell your administrator.",
    retryable=True,
)


def status_of(error: CtiError) -> int:
    return _STATUS_OF_CODE.get(error.code, _STATUS[error.category])


def problem_of(error: CtiError) -> Problem:
    return Problem(
        code=error.code,
        message=str(error) or error.code,
        retryable=error.retryable,
        reason=error.reason,
        values=dict(error.values),
        texts=dict(error.texts),
    )


def error_view(error: CtiError | None) -> ErrorView:
    """The same for the live channel. None: an error that is nobody's business but ours."""
    problem = OUR_FAULT if error is None else problem_of(error)
    return ErrorView(**msgspec.structs.asdict(problem))
