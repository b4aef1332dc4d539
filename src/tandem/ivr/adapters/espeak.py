"""espeak-ng as the synthesiser: a process for each text, never a shell; the text goes in on standard input."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from tandem.ivr.core.speech import Prompt
from tandem.ivr.errors import SpeechUnavailable

_DEADLINE_S = 30.0


@dataclass(frozen=True, slots=True)
class Voice:
    name: str
    words_per_minute: int


# At one speed for both, espeak-ng's Mandarin is a third slower than its English.
VOICES: Mapping[str, Voice] = MappingProxyType({"zh": Voice("cmn", 230), "en": Voice("en-us", 160)})


@dataclass(frozen=True, slots=True)
class EspeakNg:
    voices: Mapping[str, Voice] = field(default_factory=lambda: VOICES)
    """By language."""
    command: str = "espeak-ng"

    def voice(self, language: str) -> str:
        voice = self._voice(language)
        return f"espeak-ng/{voice.name}/{voice.words_per_minute}"

    def _voice(self, language: str) -> Voice:
        if language not in self.voices:
            raise SpeechUnavailable(f'espeak-ng has been given no voice for the language "{language}"')
        return self.voices[language]

    async def speak(self, prompt: Prompt) -> bytes:
        voice = self._voice(prompt.language)
        try:
            process = await asyncio.create_subprocess_exec(
                self.command,
                *("-v", voice.name, "-s", str(voice.words_per_minute), "-b", "1", "--stdin", "--stdout"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise SpeechUnavailable(
                f"{self.command} cannot be started ({why}): install it (apt-get install espeak-ng) to make prompts"
            ) from None
        try:
            async with asyncio.timeout(_DEADLINE_S):
                sound, complaint = await process.communicate(prompt.text.encode())
        except TimeoutError:
            raise SpeechUnavailable(f"{self.command} took more than {_DEADLINE_S:g} s for one prompt") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode != 0:
            said = complaint.decode(errors="replace").strip()[-200:]
            raise SpeechUnavailable(f"{self.command} failed with status {process.returncode}: {said}")
        return sound
