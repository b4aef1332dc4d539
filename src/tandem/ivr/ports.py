"""What this room needs from the world."""

from __future__ import annotations

from typing import Protocol

from tandem.ivr.core.speech import Prompt


class Synthesiser(Protocol):
    """Text to speech. The default is espeak-ng; any engine fits that gives 16-bit PCM."""

    def voice(self, language: str) -> str:
        """All that decides how the language sounds (engine, voice, settings); part of the key of a sound file.

        Raises SpeechUnavailable when there is no voice for the language.
        """
        ...

    async def speak(self, prompt: Prompt) -> bytes:
        """A WAV file, 16-bit PCM at any rate; its header's lengths need not be right. Raises SpeechUnavailable."""
        ...
