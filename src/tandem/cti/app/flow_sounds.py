"""Sounds of what flows say: those made ahead, and those of texts that are known only in the call. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tandem.cti.app.floor_plan import Sounds, Speaking, SpeechAsked
from tandem.cti.model.ids import CallId
from tandem.ivr.core.speech import Prompt

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

SPEECH_S = 6.0
"""So long a text may take to be spoken."""
MOST_MADE = 2_000
"""Sounds made in calls that are remembered; the one not used for longest goes first."""


def unknown(center: Center, prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
    """Those that nobody has spoken yet, each once."""
    return tuple(
        dict.fromkeys(prompt for prompt in prompts if prompt not in center.sounds and prompt not in center.made)
    )


def names(center: Center, prompts: Iterable[Prompt]) -> tuple[str, ...]:
    """Their media names at the switch; raises KeyError for what is unknown."""
    return tuple(_name(center, prompt) for prompt in prompts)


def _name(center: Center, prompt: Prompt) -> str:
    name = center.sounds.get(prompt)
    if name is None:
        name = center.made.pop(prompt)
        center.made[prompt] = name  # used last
    return name


def ask(center: Center, call: CallId, effect: Speaking, prompts: tuple[Prompt, ...]) -> None:
    """Have them spoken; ``flows.speech_made`` goes on with ``effect``."""
    contact = center.contacts[call]
    if contact.in_hand == "speech":
        center.callers[call].speaks = effect
        center.put(SpeechAsked(call, contact.token, prompts))


def keep(center: Center, sounds: Sounds) -> None:
    for prompt, name in sounds:
        center.made.pop(prompt, None)
        center.made[prompt] = name
    while len(center.made) > MOST_MADE:
        del center.made[next(iter(center.made))]
