"""Sounds of what flows say: those made ahead, and those of texts that are known only in the call. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tandem.cti.app.floor_plan import Sounds, SpeechAsked
from tandem.cti.app.house import Speaking
from tandem.cti.model.ids import CallId
from tandem.ivr.core.speech import Prompt

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

SPEECH_S = 6.0
"""So long a text may take to be spoken."""
CHARACTER_S = 0.6
"""Mandarin said slowly has two syllables a second, each of them a character; other languages take less."""
MOST_MADE = 2_000
"""Sounds made in calls that are remembered; the oldest go first."""
MADE_S = 120.0
"""So long their files are there for certain; then they are asked for again, which is cheap where they still are."""


def longest_s(center: Center, prompts: Iterable[Prompt]) -> float:
    """By then they have been heard for certain, however long they are: else something is wrong with the switch."""
    return center.house.rules.media_s + CHARACTER_S * sum(len(prompt.text) for prompt in prompts)


def unknown(center: Center, prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
    """Those that nobody has spoken yet, each once."""
    return tuple(dict.fromkeys(prompt for prompt in prompts if prompt.text and _name(center, prompt) is None))


def names(center: Center, prompts: Iterable[Prompt]) -> tuple[str, ...]:
    """Their media names at the switch, as far as they are known. An empty text (a value not set) says nothing."""
    found = (_name(center, prompt) for prompt in prompts if prompt.text)
    return tuple(name for name in found if name is not None)


def _name(center: Center, prompt: Prompt) -> str | None:
    name = center.sounds.get(prompt)
    if name is not None:
        return name
    made, at = center.made.get(prompt, ("", 0.0))
    return made if made and center.now - at <= MADE_S else None


def ask(center: Center, call: CallId, effect: Speaking, prompts: tuple[Prompt, ...]) -> None:
    """Have them spoken; ``flows.speech_made`` goes on with ``effect``."""
    contact = center.contacts[call]
    if contact.in_hand == "speech":
        center.callers[call].speaks = effect
        center.put(SpeechAsked(call, contact.token, prompts))


def keep(center: Center, sounds: Sounds) -> None:
    for prompt, name in sounds:
        center.made.pop(prompt, None)
        center.made[prompt] = (name, center.now)
    while len(center.made) > MOST_MADE:
        del center.made[next(iter(center.made))]
