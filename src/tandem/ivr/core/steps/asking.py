"""What steps that ask the caller for keys have in common: tries, and the universal commands.

Silence and wrong keys are counted apart, each with its own words and its own way out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from msgspec.structs import replace

from tandem.cti.documents.shapes import Integer, item, record
from tandem.ivr.core.commands import Commands
from tandem.ivr.core.dialogue import Digits, IvrEvent, NoInput, Played
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.speech import Speech
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Exit, Move, Stay, Step, Take
from tandem.ivr.core.words import Spoken, Target

MOST_ATTEMPTS = 9


@record
class Slip:
    """What happens when the caller presses nothing, or something wrong."""

    prompts: Speech = item(Spoken(), "said before the question is repeated", default=())
    attempts: int | None = item(
        Integer(1, MOST_ATTEMPTS), "tries before the exit is taken (else the step's)", default=None
    )
    goto: str = item(Target(), "the step that follows when the tries are used up", is_exit=True)


NO_INPUT, NO_MATCH = 1, 2
LISTEN, PROMPTED, CONFIRM = 0, 1, 2


class Tries(NamedTuple):
    """A step's tally.

    ``silences`` and ``misses`` so far, which of the two came ``last`` (0: none, nothing is said before the prompts),
    and the ``phase``: at first (``LISTEN``), after prompts that no key stops (``PROMPTED``), and while the caller is
    asked whether it is right (``CONFIRM``).
    """

    silences: int = 0
    misses: int = 0
    last: int = 0
    phase: int = LISTEN

    @classmethod
    def of(cls, state: IvrState) -> Tries:
        """A tally of another length is of another version of the flow: begin anew."""
        return cls(*state.tally) if len(state.tally) == 4 else cls()

    def on(self, state: IvrState) -> IvrState:
        return replace(state, tally=tuple(self))


WIDEST = Tries(MOST_ATTEMPTS, MOST_ATTEMPTS, NO_MATCH, CONFIRM)


def is_silence(event: IvrEvent) -> bool:
    match event:
        case NoInput() | Digits("", None):
            return True
        case _:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking(Step):
    """A step with ``attempts``, ``no_input`` and ``no_match``, where the universal commands are heard."""

    asks: ClassVar[bool] = True
    timed: ClassVar[bool] = True

    def slips(self) -> tuple[int, Slip, Slip]:
        """Attempts, no_input and no_match."""
        raise NotImplementedError(self.kind)

    def tries(self, state: IvrState) -> tuple[int, int]:
        tries = Tries.of(state)
        return tries.silences, tries.misses

    def is_command(self, key: str, digits: str) -> bool:
        """The caller means the universal command on ``key`` by ``digits``, not something of this step."""
        raise NotImplementedError(self.kind)

    def operator(self, commands: Commands) -> Exit | None:
        way = commands.operator
        if way is None or not self.is_command(way.key, way.key):
            return None
        return Exit("operator", way.goto, silent=False)

    def command(self, scene: Scene, digits: str) -> Move | None:
        """What a universal command leads to; None when this is none."""
        state = scene.state
        commands = scene.flow.commands_of(self.name)
        tries = Tries.of(state)
        anew = Stay(tries._replace(last=0, phase=LISTEN).on(state))
        if commands.repeat and self.is_command(commands.repeat, digits):
            return anew
        if commands.back and self.is_command(commands.back, digits):
            before = state.trail[-2:-1]
            if not before or before[0] not in scene.flow.steps:
                return anew
            return Take(Exit("back", before[0], silent=False), state)
        operator = commands.operator
        if operator and state.mode == "ivr" and self.is_command(operator.key, digits):
            return Take(Exit("operator", operator.goto, silent=False), state.with_press(operator.key))
        return None

    def prompted(self, scene: Scene, event: IvrEvent) -> Move | None:
        """Prompts that no key stops were played: now listen."""
        tries = Tries.of(scene.state)._replace(phase=PROMPTED)
        return Stay(tries.on(scene.state)) if isinstance(event, Played) else None

    def silent(self, state: IvrState, phase: int = LISTEN) -> Move:
        """The caller said nothing: once more, from this phase on, or the exit."""
        attempts, slip, _ = self.slips()
        tries = Tries.of(state)
        tries = tries._replace(silences=tries.silences + 1, last=NO_INPUT, phase=phase)
        if tries.silences >= (slip.attempts or attempts):
            return Take(Exit("no_input", slip.goto, silent=True), tries.on(state))
        return Stay(tries.on(state))

    def missed(self, state: IvrState, phase: int = LISTEN) -> Move:
        """The caller pressed something wrong."""
        attempts, _, slip = self.slips()
        tries = Tries.of(state)
        tries = tries._replace(misses=tries.misses + 1, last=NO_MATCH, phase=phase)
        if tries.misses >= (slip.attempts or attempts):
            return Take(Exit("no_match", slip.goto, silent=False), tries.on(state))
        return Stay(tries.on(state))

    def widest(self, state: IvrState) -> IvrState:
        return WIDEST.on(state)
