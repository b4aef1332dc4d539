"""What the caller heard, by the sound alone: the recording of his side against the sounds of the prompts.

The server says what it meant to play, and when. A prompt counts as heard when the recording has its sound at that
place; of one that a key cut off, as much as was left of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tandem.cti.app.ivr_live.caller import Turn
from tandem.ivr.core.dialogue import Collect, Play
from tandem.ivr.core.speech import Prompt
from tandem.ivr.fingerprint import Fingerprint, find, part

ALIKE = 0.8
"""Score from which two sounds are the same (see ``fingerprint``)."""
EARLY_S, LATE_S = 0.4, 1.5
"""A turn's first sound begins so much before or after the moment at which it was asked for."""
BETWEEN_S = 0.2
"""The same for a prompt that follows another one."""
CUT_S = 0.15
"""From a key, as the caller presses it, to the silence after it."""
SHORTEST_S = 0.3
"""What is shorter cannot be told from another sound."""
LONGEST_ALIKE_S = 2.0
"""Shorter sounds are parts of other ones ("one" is in "press one"); longer ones are not."""


@dataclass(frozen=True, slots=True)
class Listened:
    """``turn``: its number. ``at_s``: in the recording. ``score``: the likeness at the best place.

    ``heard``: it was. ``sure``: nothing has cut it off, so it must have been.
    """

    turn: int
    prompt: Prompt
    at_s: float
    score: float
    heard: bool
    sure: bool


def listen(
    recording: Fingerprint, turns: Sequence[Turn], sounds: Callable[[Prompt], Fingerprint], began_at: float
) -> list[Listened]:
    """``began_at``: of the recording, on the turns' clock."""
    found: list[Listened] = []
    after_s = 0.0
    typed_ahead = False
    for number, turn in enumerate(turns, 1):
        asked_s, until_s = turn.at - began_at, turn.until - began_at
        stops = isinstance(turn.effect, Collect) or (isinstance(turn.effect, Play) and turn.effect.barge_in)
        cut_s = min([key - began_at + CUT_S for key in turn.keys[:1]], default=until_s) if stops else until_s
        sure = not typed_ahead and not (stops and turn.keys)
        expected_s, follows = asked_s, False
        for prompt in turn.prompts:
            sound = sounds(prompt)
            earliest = expected_s - (BETWEEN_S if follows else EARLY_S)
            latest = expected_s + (BETWEEN_S if follows else LATE_S)
            whole = sure and expected_s + sound.seconds <= until_s + LATE_S
            left_s = sound.seconds if whole else min(sound.seconds, cut_s - expected_s)
            if left_s < SHORTEST_S <= sound.seconds:
                if left_s > 0:
                    found.append(Listened(number, prompt, expected_s, 0.0, heard=not typed_ahead, sure=False))
                break
            best = find(recording, part(sound, left_s), since_s=max(earliest, after_s - BETWEEN_S), until_s=latest)
            heard = best.score >= ALIKE
            found.append(Listened(number, prompt, best.at_s, best.score, heard, sure and whole))
            expected_s = (best.at_s if heard else expected_s) + sound.seconds
            follows = follows or heard
            after_s = best.at_s + left_s if heard else after_s
        if isinstance(turn.effect, Collect):
            typed_ahead = False
        elif turn.keys:
            typed_ahead = True
    return found


def anywhere(
    recording: Fingerprint, prompts: Iterable[Prompt], sounds: Callable[[Prompt], Fingerprint]
) -> Prompt | None:
    """One of these that is in the recording, wherever; those that are too short to be told apart are left out."""
    for prompt in prompts:
        sound = sounds(prompt)
        if sound.seconds >= LONGEST_ALIKE_S and find(recording, sound).score >= ALIKE:
            return prompt
    return None
