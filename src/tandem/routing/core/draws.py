"""Numbers that look random and hang on what they are for, never on the order in which they are drawn. Pure."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def uniform(seed: int, subject: int, purpose: int) -> float:
    """A number in (0, 1) that looks random and is always the same for the same three (SplitMix64, Steele et al.,
    "Fast splittable pseudorandom number generators", OOPSLA 2014)."""
    z = (seed * 0x9E3779B97F4A7C15 + subject * 0xD1B54A32D192ED03 + purpose * 0x8CB92BA72F3D8DD7) & _MASK
    for _ in range(2):
        z = (z + 0x9E3779B97F4A7C15) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        z ^= z >> 31
    return ((z >> 11) + 0.5) / (1 << 53)
