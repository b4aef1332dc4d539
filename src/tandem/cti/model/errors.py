"""The tree of errors that Tandem raises.

    CtiError                     every error of ours: a stable wire-visible ``code``, ``retryable``, a ``category``
    |- BadRequest                the asker's fault: malformed or out of range
    |  `- InvalidField           a value that may not go where it was sent (control characters, length)
    |- Forbidden                 not allowed, or not logged in
    |- WrongState                right request, wrong moment (CSTA "invalid object state")
    |  `- IllegalTransition      a state machine has no such row; the state is unchanged
    |- ResourceMissing           no such call, agent, queue, record
    |- LimitReached              a bound of ours is full
    |- Overload                  too busy now; try again
    `- Unavailable               a part we depend on is away (switch, database)
       |- LinkDown               the action was certainly not carried out
       `- OutcomeUnknown         the action may or may not have been carried out: query, then decide, never resend

A normal refusal (no agent is free) is a result, not an exception. Categories follow ECMA-269 clause "Error values".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Self

from tandem.cti.model.command_refusals import COMMAND_SENTENCES
from tandem.cti.model.refusals import SENTENCES
from tandem.cti.model.refusals_in_chinese import SENTENCES_ZH, value_in_chinese


class Category(StrEnum):
    """Whose fault, and what the outer edge makes of it (HTTP status, close code)."""

    BAD_REQUEST = "bad_request"
    SECURITY = "security"
    WRONG_STATE = "wrong_state"
    RESOURCE_MISSING = "resource_missing"
    LIMIT_REACHED = "limit_reached"
    OVERLOAD = "overload"
    UNAVAILABLE = "unavailable"


class CtiError(Exception):
    """Base of the tree. ``str(error)`` is a sentence for the person who can mend it; it carries no secret.

    ``reason``: which refusal of this kind it is, a key of ``refusals.SENTENCES`` ('' = none of those); ``values``: what
    its sentence names. ``texts``: by language, what stands for ``{text}`` in it. ``said``: the whole sentence by
    language, as far as it is known in others than English.
    """

    code: ClassVar[str] = "error"
    category: ClassVar[Category] = Category.BAD_REQUEST
    retryable: ClassVar[bool] = False
    reason: str = ""
    values: Mapping[str, str | float] = {}
    texts: Mapping[str, str] = {}
    said: Mapping[str, str] = {}

    @classmethod
    def because(cls, reason: str, *, texts: Mapping[str, str] | None = None, **values: str | float) -> Self:
        """``str()`` is the English sentence of ``reason``, a key of ``refusals`` or of ``command_refusals``; only those
        of the former are kept as the error's reason."""
        for_pages, inner = reason in SENTENCES, {} if texts is None else texts
        zh, en = (SENTENCES_ZH[reason], SENTENCES[reason]) if for_pages else COMMAND_SENTENCES[reason]
        error = cls(en.format_map({**values, "text": inner.get("en", "")}))
        named = {name: value_in_chinese(name, value) for name, value in values.items()}
        error.said = {"zh": zh.format_map({**named, "text": inner.get("zh") or inner.get("en", "")}), "en": str(error)}
        if for_pages:
            error.reason, error.values, error.texts = reason, values, inner
        return error

    def in_language(self, language: str) -> str:
        """``str()`` where nothing else is known."""
        return self.said.get(language) or str(self)


class BadRequest(CtiError):
    code = "bad_request"


class InvalidField(BadRequest):
    code = "invalid_field"


class Forbidden(CtiError):
    code = "forbidden"
    category = Category.SECURITY


class WrongState(CtiError):
    code = "wrong_state"
    category = Category.WRONG_STATE


class IllegalTransition(WrongState):
    code = "illegal_transition"


class ResourceMissing(CtiError):
    code = "resource_missing"
    category = Category.RESOURCE_MISSING


class LimitReached(CtiError):
    code = "limit_reached"
    category = Category.LIMIT_REACHED
    retryable = True


class Overload(CtiError):
    code = "overload"
    category = Category.OVERLOAD
    retryable = True


class Unavailable(CtiError):
    code = "unavailable"
    category = Category.UNAVAILABLE
    retryable = True


class LinkDown(Unavailable):
    code = "link_down"


class OutcomeUnknown(Unavailable):
    code = "outcome_unknown"
    retryable = False
