"""Data dips over HTTP: a URL, and for POST a JSON object; the answer is JSON."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec

from tandem.ivr.core.data_paths import BadPath, parse_path
from tandem.ivr.core.data_values import convert
from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.values import Value
from tandem.ivr.data.secrets import hidden_url, revealed, revealed_url
from tandem.ivr.errors import DataRefused, DataUnavailable, DataUnusable
from tandem.ivr.ports import HttpClient, HttpRequest, Secrets

_log = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[1-9]\d{0,4}))?"
    r"(?P<rest>[/?][!$-;=?-Z_a-z~]*)?"
)
"""Printable ASCII: no spaces, quotes, backslashes, braces, fragments; no user or password before the host."""
_METHODS = ("GET", "POST")
_BUSY = (429, 500, 502, 503, 504)
_JSON = re.compile(r"(?:application|text)/(?:[\w.-]+\+)?json")
_DECODER = msgspec.json.Decoder(float_hook=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A header that proves who asks. ``hosts``: the only ones that it is sent to."""

    header: str
    value: str = field(repr=False)
    hosts: frozenset[str]


class HttpSource:
    """``credentials`` by the name that flows say."""

    def __init__(self, client: HttpClient, *, credentials: Mapping[str, Credential] | None = None) -> None:
        self._client = client
        self._credentials = credentials or {}

    def place(self, dip: Dip) -> str:
        found = _parsed(hidden_url(dip.source))
        if dip.method not in _METHODS:
            raise DataRefused("a data dip is a GET or a POST")
        self._headers(dip, found["host"].lower())
        port = found["port"] or ("443" if found["scheme"] == "https" else "80")
        return f"{found['scheme']}://{found['host'].lower()}:{port}"

    async def ask(self, dip: Dip, secrets: Secrets) -> Mapping[str, Value] | None:
        url = revealed_url(dip.source, secrets)
        headers = {"Accept": "application/json", **self._headers(dip, _parsed(url)["host"].lower())}
        body = b""
        if dip.method == "POST":
            headers["Content-Type"] = "application/json"
            body = msgspec.json.encode({name: revealed(value, secrets) for name, value in dip.keys})
        request = HttpRequest(method=dip.method, url=url, headers=headers, body=body, most_bytes=MOST_BYTES)
        reply = await self._client.send(request)
        if reply.status == 404:
            return None
        if reply.status in _BUSY:
            raise DataUnavailable(f"it answered with status {reply.status}")
        if not 200 <= reply.status < 300:
            raise DataUnusable(f"it answered with status {reply.status}")
        if not reply.body:
            return {}
        if not _JSON.fullmatch(reply.content_type):
            raise DataUnusable(f"it answered with {reply.content_type[:60] or 'something'} and not with JSON")
        return _outputs(_document(reply.body), dip.outputs)

    def _headers(self, dip: Dip, host: str) -> dict[str, str]:
        if not dip.credentials:
            return {}
        credential = self._credentials.get(dip.credentials)
        if credential is None:
            raise DataRefused(f"there are no credentials {dip.credentials} in the settings (data_credentials)")
        if host not in credential.hosts:
            raise DataRefused(f"the credentials {dip.credentials} are not for the host {host} (data_credentials)")
        return {credential.header: credential.value}


def _parsed(url: str) -> re.Match[str]:
    """Raises DataRefused. What one reader of URLs takes for something else than another does not get through."""
    found = _URL.fullmatch(url) if len(url) <= 2000 else None
    if found is None:
        raise DataRefused("this is no URL: http:// or https://, a host without user and password, no spaces")
    if any(unquote(part) in (".", "..") for part in urlsplit(url).path.split("/")):
        raise DataRefused("a URL with . or .. in its path leads elsewhere")
    return found


def _document(body: bytes) -> Any:
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise DataUnusable("its answer is no JSON, or nested too deep") from None


def _outputs(document: Any, outputs: tuple[tuple[str, str, str], ...]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, path, kind in outputs:
        try:
            value = convert(parse_path(path).read(document), kind)
        except (BadPath, KeyError):  # the checker lets none through
            value = None
        if value is not None:
            values[name] = value
    return values
