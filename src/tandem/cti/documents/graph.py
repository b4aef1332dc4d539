"""Walks over a graph of names. Linear in its size, without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

Ways = Mapping[str, Iterable[str]]
"""Where each name leads to; a target that is no key is passed over."""


def reachable(start: str, ways: Ways) -> set[str]:
    found = {start}
    waiting = [start]
    while waiting:
        for target in ways[waiting.pop()]:
            if target in ways and target not in found:
                found.add(target)
                waiting.append(target)
    return found


def circles(ways: Ways) -> Iterator[tuple[str, ...]]:
    """At least one circle of each tangle, none when there is none: the names in order, the first again at the end."""
    done: set[str] = set()
    for start in ways:
        path: dict[str, Iterator[str]] = {} if start in done else {start: iter(ways[start])}
        while path:
            here = next(reversed(path))
            target = next(path[here], None)
            if target is None:
                done.add(here)
                del path[here]
            elif target in path:
                names = list(path)
                yield (*names[names.index(target) :], target)
            elif target in ways and target not in done:
                path[target] = iter(ways[target])
