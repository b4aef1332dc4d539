"""A recorded day, run again: the same inputs into a thawed center, and proof that the same comes of them.

Each line of the journal carries a hash of what came of the input before it. So every single input is compared, also
after a first difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from tandem.cti.app.center import Center
from tandem.cti.app.floor_plan import Output
from tandem.cti.app.history.center_state import BadState, HouseCode, thaw
from tandem.cti.app.history.input_codec import SHAPES, chain
from tandem.cti.app.history.input_files import BadJournal, End, Header, Part, PartReader, Recorded, code_hash
from tandem.cti.model.errors import CtiError

CodeOf = Callable[[Header], HouseCode]


@dataclass(frozen=True, slots=True)
class Replayed:
    """One input, run again. ``same`` is None for the last input before a crash: nothing was kept of its outcome."""

    part: Part
    recorded: Recorded
    outcome: list[Output] | CtiError | None
    """None: the center failed by a defect, then as now."""
    same: bool | None
    center: Center
    """As it is after this input, until the next one is asked for."""


@dataclass(slots=True)
class Proof:
    """Counts of a replay. It is the same day when ``different`` is 0."""

    inputs: int = 0
    different: int = 0
    unproven: int = 0
    torn: int = 0
    """Files that end within a line, as a crash leaves them."""
    first: Replayed | None = None
    """The first input of which something else came."""

    def add(self, step: Replayed) -> None:
        self.inputs += 1
        self.unproven += step.same is None
        if step.same is False:
            self.different += 1
            self.first = self.first or step


def code_of(header: Header) -> HouseCode:
    """The two functions of the house, as the server makes them of its settings."""
    from tandem.crm_bridge.core.numbers import normalise
    from tandem.cti.app.server import number_allowed

    return HouseCode(
        normalise=partial(normalise, region=header.region),
        number_allowed=partial(number_allowed, countries=header.dial_countries),
    )


def replay(parts: Sequence[Part], *, code: CodeOf = code_of, proof: Proof | None = None) -> Iterator[Replayed]:
    """Every input of ``parts``, run again, in order. Raises BadJournal for a file that is damaged or of another
    version; what came before it stands."""
    for part in parts:
        reader = PartReader(part)
        center = begin(reader, code)
        lines = reader.inputs()
        line = next(lines, None)
        while isinstance(line, Recorded):
            outcome = _again(center, line)
            came = line.chain if outcome is None else chain(line.chain, outcome)
            following = next(lines, None)
            step = Replayed(part, line, outcome, None if following is None else following.chain == came, center)
            if proof is not None:
                proof.add(step)
            yield step
            line = following
        if isinstance(line, End) and (after := next(lines, None)) is not None:
            raise BadJournal(f"{part.path}, line {after.number}: the file goes on after its end")
        if proof is not None:
            proof.torn += reader.torn


def begin(reader: PartReader, code: CodeOf) -> Center:
    """The center as it was before the first input of this file. Raises BadJournal."""
    header = reader.header
    written = f"{reader.part.path} was written by Tandem {header.program} (code {header.code})"
    if header.shapes != SHAPES:
        raise BadJournal(f"{written}, whose inputs have other fields than this version's; replay it with that version")
    try:
        return thaw(reader.state, code(header))
    except BadState as error:
        raise BadJournal(f"{written}: {error}; replay it with that version") from None


def written_by_another(part: Part) -> Header | None:
    """Its header when another version of the program wrote it (which may have decided otherwise); else None."""
    header = PartReader(part).header
    return None if header.code == code_hash() else header


def from_time(parts: Sequence[Part], at: float) -> list[Part]:
    """The parts needed to replay from ``at`` (epoch seconds) on: the last that begins before it, and what follows."""
    first = 0
    for number, part in enumerate(parts):
        if PartReader(part).header.at <= at:
            first = number
    return list(parts[first:])


def _again(center: Center, recorded: Recorded) -> list[Output] | CtiError | None:
    try:
        return center.handle(recorded.input, now=recorded.now)
    except CtiError as error:
        return error
    except Exception:
        # a defect of the day is a defect again: the journal kept no outcome of it either
        return None
