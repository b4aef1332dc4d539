"""An address with parts that are known only during the call: ``https://api.example.com/orders/{order}?by={call.ani}``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from tandem.ivr.core.expression_reading import parse
from tandem.ivr.core.expressions import Expression, Look, Result
from tandem.ivr.core.values import Secret

MAX_LENGTH = 1000
_PART = re.compile(r"""\{((?:[^{}"']|"[^"]*"|'[^']*')*)\}""")
_HOST = r"(?:(?:[A-Za-z0-9-]{1,63}\.){0,16}[A-Za-z0-9-]{1,63}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
_BEGINNING = re.compile(rf"https?://{_HOST}(?=[/?])")
_WHOLE = re.compile(rf"https?://{_HOST}")
_ALLOWED = re.compile(r"[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=%-]*")


class BadTemplate(ValueError):
    """``str()`` says what is wrong with the address; ``fix`` is a sentence."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Template:
    """``parts``: texts as they are, and values that are filled in. The scheme and the host are always text."""

    parts: tuple[str | Expression, ...]

    def expressions(self) -> tuple[Expression, ...]:
        return tuple(part for part in self.parts if isinstance(part, Expression))

    def filled(self, look: Look) -> str | None:
        """The address, each value percent-encoded (RFC 3986, 2.1); a secret stands there as ``{secret:<ref>}``.

        None when a value is not there, is empty, or is a dot segment (5.2.4), which would lead to another resource.
        """
        filled = [part if isinstance(part, str) else _encoded(part.value(look)) for part in self.parts]
        return None if None in filled else "".join(part for part in filled if part)


def _encoded(value: Result) -> str | None:
    if isinstance(value, Secret):
        return f"{{secret:{value.ref}}}"
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return None if text.strip() in ("", ".", "..") else quote(text, safe="")


def read_template(text: str) -> Template:
    """Raises BadTemplate, and BadExpression for what stands in braces."""
    if len(text) > MAX_LENGTH:
        raise BadTemplate(f"the address has more than {MAX_LENGTH} characters", "Shorten it.")
    parts: list[str | Expression] = []
    at = 0
    for match in _PART.finditer(text):
        parts.append(text[at : match.start()])
        parts.append(parse(match[1]))
        at = match.end()
    parts.append(text[at:])
    if not _BEGINNING.match(text[: text.find("{")] if len(parts) > 1 else text) and not _WHOLE.fullmatch(text):
        fix = "Write it like https://api.example.com/orders/{order}: the host is written out."
        raise BadTemplate("the address does not begin with http:// or https:// and a host", fix)
    for part in parts:
        if isinstance(part, str) and (bad := part[_allowed(part) :]):
            fix = "Write a value as {name}; percent-encode other characters."
            raise BadTemplate(f'"{bad[0]}" is not allowed in an address', fix)
    return Template(tuple(part for part in parts if part != ""))


def _allowed(part: str) -> int:
    match = _ALLOWED.match(part)
    return match.end() if match else 0
