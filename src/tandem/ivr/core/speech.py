"""What is said: a prompt is one text in one language; a wording is the same in every language of the flow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Prompt:
    """One text to be spoken in one language (``zh``, ``en``); the key of a sound file."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """One text per language, in the order of the flow's languages."""

    texts: tuple[tuple[str, str], ...]

    def prompts(self, language: str) -> tuple[Prompt, ...]:
        """The one prompt for the language; empty when there is none (a checked flow has one for each of its own)."""
        return tuple(Prompt(tag, text) for tag, text in self.texts if tag == language)


Speech = tuple[Wording, ...]


def spoken(speech: Speech, languages: tuple[str, ...]) -> tuple[Prompt, ...]:
    """All of the speech in the first language, then all of it in the next one."""
    return tuple(prompt for language in languages for wording in speech for prompt in wording.prompts(language))
