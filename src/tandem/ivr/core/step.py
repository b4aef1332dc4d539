"""What every kind of step is. A new kind is one module under ``steps/``: a record of its fields with these methods.

Fields are declared with ``item``, which gives their reading, their checks and their JSON Schema. A step that has an
effect (``render``) waits for the event that answers it (``receive``); one without passes on at once (``enter``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tandem.cti.documents.shapes import Text, item
from tandem.ivr.core.dialogue import Effect, IvrEvent, SurveyAnswer
from tandem.ivr.core.heard import heard_text
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.speech import Speech, Wording
from tandem.ivr.core.state import IvrState

if TYPE_CHECKING:
    from tandem.ivr.core.commands import Commands


@dataclass(frozen=True, slots=True)
class Exit:
    """A named way out. ``silent``: a call can take it without a word from the caller."""

    name: str
    target: str
    silent: bool


@dataclass(frozen=True, slots=True)
class Take:
    """Leave the step by this exit, with this state. ``answers``: what is to be written down of a survey."""

    exit: Exit
    state: IvrState
    answers: tuple[SurveyAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """Remain at the step with this state; its effect is carried out anew."""

    state: IvrState


Move = Take | Stay
FALLBACK = "fallback"
"""The exit that is taken when the effect failed; a step without it fails as a whole."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a step whose fields are right one by one: ``code``, ``what`` as a clause, ``fix``, a
    sentence."""

    code: str
    what: str
    fix: str


def ways(**targets: str | None) -> tuple[Exit, ...]:
    """Exits that no word of the caller is needed for, without those that lead nowhere."""
    return tuple(Exit(name, target, silent=True) for name, target in targets.items() if target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    kind: ClassVar[str]
    """The word after ``type:``."""
    ends: ClassVar[bool] = False
    """The flow has no way on from here (but the branches of a queue)."""
    passes: ClassVar[bool] = False
    """It never has an effect: ``enter`` always leads on."""
    timed: ClassVar[bool] = False
    """A caller who does nothing spends a second here, or more."""
    asks: ClassVar[bool] = False
    """It asks the caller for keys: ``back`` can lead here."""
    leaves_line: ClassVar[bool] = False
    """Who waits in a queue gives up standing there when he comes here."""
    name: str
    note: str = item(Text(500), "the author's remark; nothing else reads it", default="")

    def exits(self) -> tuple[Exit, ...]:
        """Every named way out, in the order of the file; not those of the universal commands."""
        return ()

    def operator(self, commands: Commands) -> Exit | None:
        """The way to the operator that these commands add."""
        return None

    def faults(self) -> Iterator[Fault]:
        """Fields that do not go together."""
        return iter(())

    def sets(self, exit_name: str) -> frozenset[str]:
        """The variables that surely have a value when the step is left by this exit."""
        return frozenset()

    def speeches(self) -> tuple[Speech, ...]:
        """Everything that may be said here, for making the sound files."""
        return ()

    def label(self, digits: str) -> Wording | None:
        """What the caller chose by pressing these, for a person to read."""
        return None

    def over(self, state: IvrState) -> bool:
        """Its effect in hand is the last one of the flow."""
        return self.ends

    def enter(self, scene: Scene) -> Take | None:
        """The way on without waiting; None when the step has an effect."""
        return None

    def render(self, scene: Scene) -> Effect:
        """What to do now: a function of the state and the world alone, so that a restarted server can ask again."""
        raise NotImplementedError(self.kind)

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        """What the answer leads to; None when this is no answer to the effect in hand, or a failure that the step has
        no way for but its exit ``fallback``."""
        return None

    def hears(self, state: IvrState, event: IvrEvent) -> str:
        """What the step was told, as a Visit has it: nothing secret."""
        return heard_text(event)

    def shown(self, digits: str) -> str:
        """What people may see of digits that were pressed here."""
        return digits

    def tries(self, state: IvrState) -> tuple[int, int]:
        """How often the caller pressed nothing, and how often something wrong, in this visit."""
        return 0, 0

    def widest(self, state: IvrState) -> IvrState:
        """The state with the longest that this step may add to it, for the check that every state fits."""
        return state
