"""Any text-to-speech service that takes a request and gives a sound, as the synthesiser."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import msgspec

from tandem.cti.model.errors import CtiError
from tandem.ivr.core.data_paths import BadPath, parse_path
from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import SpeechUnavailable
from tandem.ivr.ports import HttpClient, HttpRequest

_DEADLINE_S = 30.0
_MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechService:
    """``{text}``, ``{language}`` and ``{voice}`` are filled in: percent-encoded in ``url``, as they are in the texts of
    ``body``. ``body``: a JSON object that is posted; {} for a GET. ``audio``: where in a JSON answer the sound stands
    in Base64; '' when the answer is the sound. ``voices``: by language; {} when the language is enough."""

    url: str
    body: Mapping[str, Any] = field(default_factory=dict)
    audio: str = ""
    voices: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


class HttpSpeech:
    """Implements Synthesiser."""

    def __init__(self, client: HttpClient, service: SpeechService) -> None:
        self._client = client
        self._service = service
        settings = msgspec.json.encode([service.url, service.body, service.audio])
        self._kind = f"http/{sha256(settings).hexdigest()[:16]}"

    def voice(self, language: str) -> str:
        return f"{self._kind}/{language}/{self._voice(language)}"

    def _voice(self, language: str) -> str:
        voices = self._service.voices
        if voices and language not in voices:
            raise SpeechUnavailable(f'speech_voices has no voice for the language "{language}"')
        return voices.get(language, "")

    async def speak(self, prompt: Prompt) -> bytes:
        words = {"text": prompt.text, "language": prompt.language, "voice": self._voice(prompt.language)}
        service = self._service
        encoded = {name: quote(word, safe="") for name, word in words.items()}
        headers = {"Accept": "application/json" if service.audio else "audio/*", **service.headers}
        body = b""
        if service.body:
            headers["Content-Type"] = "application/json"
            body = msgspec.json.encode(_filled(service.body, words))
        request = HttpRequest(
            method="POST" if service.body else "GET",
            url=_filled(service.url, encoded),
            headers=headers,
            body=body,
            most_bytes=_MOST_BYTES,
        )
        try:
            async with asyncio.timeout(_DEADLINE_S):
                reply = await self._client.send(request)
        except TimeoutError:
            raise SpeechUnavailable(f"the speech service took more than {_DEADLINE_S:g} s for one prompt") from None
        except CtiError as error:
            raise SpeechUnavailable(f"the speech service cannot be used: {error}") from None
        if reply.status != 200:
            raise SpeechUnavailable(f"the speech service answered with status {reply.status}")
        return _sound_in(reply.body, service.audio) if service.audio else reply.body


def _filled(template: Any, words: Mapping[str, str]) -> Any:
    """In one go: what is filled in is not looked at again."""
    if isinstance(template, str):
        parts = template.split("{")
        filled = [parts[0]]
        for part in parts[1:]:
            name, closed, rest = part.partition("}")
            filled.append(words[name] + rest if closed and name in words else "{" + part)
        return "".join(filled)
    if isinstance(template, Mapping):
        return {name: _filled(value, words) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, words) for value in template]
    return template


def _sound_in(body: bytes, path: str) -> bytes:
    try:
        return base64.b64decode(parse_path(path).read(msgspec.json.decode(body)), validate=True)
    except (BadPath, msgspec.DecodeError, RecursionError, binascii.Error, ValueError, TypeError):
        raise SpeechUnavailable(f"there is no sound in the answer of the speech service at {path}") from None
