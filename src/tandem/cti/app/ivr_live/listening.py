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
from tandem.ivr.fingerprint import Fingerprint, Found, find, follow, part

ALIKE = ((1.0, 0.75), (0.3, 0.65), (0.0, 0.5))
"""(seconds from which on, score from which two sounds are the same). A lost packet is a small part of a long sound, and
much of a short one; those under 0.3 s are hardly told apart."""
LATE_S = 1.5
"""A turn's first sound begins so much after the moment at which it was asked for, at most."""
BETWEEN_S = 0.2
"""A prompt that follows another one in the same turn begins so much before or after its end, at most."""
PAUSE_S = 0.035
"""Between two files that Asterisk's Read plays one after the other, about; its Background has none."""
ANCHOR_S, ANCHOR_SCORE = 0.6, 0.9
"""From this length, or likeness, on a sound is where it was found."""
LAG_S = 0.5
"""What was to be over so long before a key was not cut off by it."""
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
    """``began_at``: of the recording, on the turns' clock. The recording holds what came, without the pauses in which
    nothing was sent: a place in it is never later than the moment, and may be a good deal earlier."""
    found: list[Listened] = []
    behind_s = 0.0
    typed_ahead = False
    for number, turn in enumerate(turns, 1):
        end_s = _end_s(turn, began_at)
        cut = bool(turn.keys) or turn.in_line or number == len(turns)
        begins_s, after_s, anchored = turn.at - began_at, behind_s, False
        pause_s = PAUSE_S if isinstance(turn.effect, Collect) else 0.0
        for prompt in turn.prompts:
            sound = sounds(prompt)
            left_s = min(sound.seconds, end_s - begins_s) if cut else sound.seconds
            if left_s <= 0:
                break
            if left_s < min(SHORTEST_S, sound.seconds):
                found.append(Listened(number, prompt, after_s, 0.0, heard=not typed_ahead, sure=False))
                break
            latest_s = after_s + BETWEEN_S if anchored else begins_s + LATE_S
            best = _best(recording, part(sound, left_s), after_s - BETWEEN_S, latest_s)
            heard = best.score >= _alike(left_s)
            whole = not cut or begins_s + sound.seconds + LAG_S <= end_s
            found.append(Listened(number, prompt, best.at_s, best.score, heard, sure=whole and not typed_ahead))
            begins_s += sound.seconds
            # short ones are taken for one another: then the next one's place is reckoned from the last that is sure
            if heard and (not anchored or sound.seconds >= ANCHOR_S or best.score >= ANCHOR_SCORE):
                after_s, anchored = best.at_s, True
                behind_s = best.at_s + left_s if sound.seconds >= ANCHOR_S else behind_s
            after_s += left_s + pause_s if anchored else 0.0
        typed_ahead = not isinstance(turn.effect, Collect) and (typed_ahead or bool(turn.keys))
    return found


def _end_s(turn: Turn, began_at: float) -> float:
    """When it was over, or stopped by a key, on the recording."""
    stops = isinstance(turn.effect, Collect) or (isinstance(turn.effect, Play) and turn.effect.barge_in)
    until = min(turn.until, turn.keys[0] + CUT_S) if stops and turn.keys else turn.until
    return until - began_at


def _best(recording: Fingerprint, sound: Fingerprint, since_s: float, until_s: float) -> Found:
    return follow(recording, sound, find(recording, sound, since_s=since_s, until_s=until_s))


def _alike(seconds: float) -> float:
    return next(score for least_s, score in ALIKE if seconds >= least_s)


def anywhere(
    recording: Fingerprint, prompts: Iterable[Prompt], sounds: Callable[[Prompt], Fingerprint]
) -> Prompt | None:
    """One of these that is in the recording, wherever; those that are too short to be told apart are left out."""
    for prompt in prompts:
        sound = sounds(prompt)
        if sound.seconds >= LONGEST_ALIKE_S and find(recording, sound).score >= _alike(sound.seconds):
            return prompt
    return None
