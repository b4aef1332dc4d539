"""``language:zh>=3 and product:loans>=2`` <-> the needs that a call brings to its queue."""

from __future__ import annotations

import re

from tandem.cti.model.skills import HIGHEST, LOWEST, Need, Needs

MAX_NEEDS = 8
SKILL = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,23}(?::[A-Za-z0-9_.-]{1,24})?")
_TERM = re.compile(rf"({SKILL.pattern})(?:\s*>=\s*([0-9]{{1,3}}))?")


class BadNeeds(ValueError):
    """``str()`` says what is wrong with the expression."""


def parse_needs(text: str) -> Needs:
    """A skill alone means at least 1. Raises BadNeeds."""
    needs: list[Need] = []
    for term in re.split(r"\s+and\s+", text.strip()):
        match = _TERM.fullmatch(term.strip())
        if match is None or match[1] == "and":
            raise BadNeeds(f'"{term.strip()[:60]}" is not a skill with a proficiency')
        skill, minimum = match[1], int(match[2] or LOWEST)
        if not LOWEST <= minimum <= HIGHEST:
            raise BadNeeds(f"a proficiency runs from {LOWEST} to {HIGHEST}, not {minimum}")
        if any(need.skill == skill for need in needs):
            raise BadNeeds(f'"{skill}" is asked for twice')
        needs.append(Need(skill, minimum))
    if len(needs) > MAX_NEEDS:
        raise BadNeeds(f"at most {MAX_NEEDS} skills can be asked for")
    return tuple(needs)


def kept_needs(text: str) -> Needs:
    """Needs as they were kept with a row; none where the text is empty or of another version."""
    try:
        return parse_needs(text) if text else ()
    except BadNeeds:
        return ()


def merge_needs(earlier: Needs, later: Needs) -> Needs:
    """Both, sorted by skill; where both ask for one skill, the later word counts."""
    wanted = {need.skill: need for need in (*earlier, *later)}
    return tuple(sorted(wanted.values()))
