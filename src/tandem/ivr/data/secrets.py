"""Digits that only the vault knows, in what a flow asks for. They are put in here, last, and go nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.values import Secret, Value
from tandem.ivr.errors import DataUnusable
from tandem.ivr.ports import Secrets

_MANY = 8
_IN_TEXT = re.compile(r"\{secret:([^{}]{1,200})\}")


def has_secret(dip: Dip) -> bool:
    return any(isinstance(value, Secret) for _, value in dip.keys) or _IN_TEXT.search(dip.source) is not None


def revealed(value: Value, secrets: Secrets) -> str | int | bool:
    """Raises DataUnusable when the vault has it no more (its time is up, or the server was started anew)."""
    return _digits(value.ref, secrets) if isinstance(value, Secret) else value


def revealed_url(source: str, secrets: Secrets) -> str:
    """``{secret:REF}`` replaced, percent-encoded. Raises DataUnusable."""
    return _IN_TEXT.sub(lambda found: quote(_digits(found[1], secrets), safe=""), source)


def hidden_url(source: str) -> str:
    """The same with stars, to look at its form."""
    return _IN_TEXT.sub("*", source)


def gives_away(value: Value, secret_digits: Iterable[str]) -> bool:
    """The value is the digits, or holds them, however they are grouped. Few digits are in many numbers by chance:
    these only count when the value is nothing else."""
    text = str(value)
    digits = "".join(filter(str.isdigit, text))
    return any(secret and (secret == text or (len(secret) >= _MANY and secret in digits)) for secret in secret_digits)


def _digits(ref: str, secrets: Secrets) -> str:
    digits = secrets(ref)
    if digits is None:
        raise DataUnusable("the digits that the caller typed are not kept any more")
    return digits
