"""What this room needs from the world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.values import Value


class Synthesiser(Protocol):
    """Text to speech. The default is espeak-ng; any engine fits that gives a sound file."""

    def voice(self, language: str) -> str:
        """All that decides how the language sounds (engine, voice, settings); part of the key of a sound file.

        Raises SpeechUnavailable when there is no voice for the language.
        """
        ...

    async def speak(self, prompt: Prompt) -> bytes:
        """A sound file that ``sound.for_the_line`` reads: 16-bit PCM in WAV (its header's lengths need not be right),
        or FLAC, Ogg or MP3. Raises SpeechUnavailable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """``method``: GET or POST. ``url`` and ``headers`` may hold secrets: they are never shown. ``body``: JSON, or b''.

    ``most_bytes``: of the answer, after decompression.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    most_bytes: int


@dataclass(frozen=True, slots=True)
class HttpReply:
    """``content_type``: small letters, without parameters."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


class HttpClient(Protocol):
    """Asks services outside. It has no deadline of its own: who asks sets one."""

    async def send(self, request: HttpRequest) -> HttpReply:
        """The answer, of whatever status; a redirect is not followed.

        Raises DataRefused (the address may not be asked), DataUnavailable (no answer), DataUnusable (too large).
        """
        ...


Secrets = Callable[[str], str | None]
"""The digits behind the ``ref`` of a Secret; None when the vault has them no more."""


class DataSource(Protocol):
    """One kind of data dip."""

    def place(self, dip: Dip) -> str:
        """What fails together: the host, or the name of the source. Raises DataRefused."""
        ...

    async def ask(self, dip: Dip, secrets: Secrets) -> Mapping[str, Value] | None:
        """The outputs that there are, converted; None: there is no such thing.

        Raises CtiError: DataRefused, DataUnusable (it answers, though not with an answer), or Unavailable.
        """
        ...
