"""``split``: shares of the calls take different ways; the same call always takes the same one."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from itertools import accumulate
from typing import ClassVar

from tandem.cti.documents.shapes import Integer, item, record
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.step import Exit, Fault, Step, Take
from tandem.ivr.core.steps.listed import NAME_OF_WAY, Listed
from tandem.ivr.core.words import Target


@record
class Share:
    share: int = item(Integer(1, 99), "percent of the calls")
    goto: str = item(Target(), "the step that follows", is_exit=True)
    name: str | None = item(NAME_OF_WAY, "what the exit is called (else way1, way2, ...)", default=None)


SHARES = Listed(Share, "way", fewest=2, most=10)


@record
class Split(Step):
    kind: ClassVar[str] = "split"
    passes: ClassVar[bool] = True
    ways: tuple[Share, ...] = item(SHARES, "the shares add up to 100")

    def exits(self) -> tuple[Exit, ...]:
        return tuple(Exit(name, way.goto, silent=True) for name, way in SHARES.named(self.ways))

    def faults(self) -> Iterator[Fault]:
        if (total := sum(way.share for way in self.ways)) != 100:
            yield Fault("shares", f"the shares add up to {total}", "Let them add up to 100.")

    def way(self, call_id: str) -> Exit:
        """By a hash of the call's id and the step's name: even over calls, and the same in a replay."""
        key = f"{self.name} {call_id}".encode(errors="replace")
        drawn = int.from_bytes(blake2b(key, digest_size=8).digest()) % 100
        exits, bounds = self.exits(), accumulate(way.share for way in self.ways)
        return next((way for way, bound in zip(exits, bounds, strict=True) if drawn < bound), exits[-1])

    def enter(self, scene: Scene) -> Take:
        return Take(self.way(str(scene.world.call.get("id", ""))), scene.state)
