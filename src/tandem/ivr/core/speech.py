"""What is said: prompts, wordings, and values that are said by the grammar of each language.

A prompt is one text in one language, and the key of one sound file. A wording is the same in every language of the
flow. A ``Say`` is a value that is known only during the call: numbers, dates, money and the like are put together from
a closed vocabulary of prompts (``spoken_values``), so that all of them are made ahead; ``text`` is one prompt that has
to be made when it is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tandem.ivr.core.expressions import Expression, Look, Result
from tandem.ivr.core.spoken_values import vocabulary, words_for

TEXT = "text"


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
        for tag, text in self.texts:
            if tag == language:
                return (Prompt(tag, text),)
        return ()


@dataclass(frozen=True, slots=True)
class Say:
    """``kind``: ``number``, ``ordinal``, ``digits``, ``money``, ``date``, ``time`` or ``text``. ``currency``: ISO 4217,
    of money."""

    expression: Expression
    kind: str
    currency: str = ""

    def prompts(self, language: str, look: Look) -> tuple[Prompt, ...]:
        """Empty when there is no value, or it is none of this kind."""
        value = self.expression.value(look)
        if self.kind == TEXT:
            return (Prompt(language, value.strip()),) if isinstance(value, str) and value.strip() else ()
        return tuple(Prompt(language, word) for word in words_for(self.kind, value, language, self.currency))


Speech = tuple[Wording | Say, ...]


def nothing_known(name: str) -> Result:
    """For speech without values."""
    return None


def spoken(speech: Speech, languages: tuple[str, ...], look: Look = nothing_known) -> tuple[Prompt, ...]:
    """All of the speech in the first language, then all of it in the next one."""
    return tuple(prompt for language in languages for part in speech for prompt in _prompts(part, language, look))


def _prompts(part: Wording | Say, language: str, look: Look) -> tuple[Prompt, ...]:
    return part.prompts(language, look) if isinstance(part, Say) else part.prompts(language)


def speakable(speech: Speech, languages: tuple[str, ...]) -> Iterator[Prompt]:
    """Every prompt that this speech can need and that can be made ahead (a ``text`` cannot), with repetitions."""
    for language in languages:
        for part in speech:
            if isinstance(part, Say):
                yield from (Prompt(language, word) for word in vocabulary(part.kind, language, part.currency))
            else:
                yield from part.prompts(language)
