"""What every kind of step is. A new kind is one module under ``steps/``: a record of its fields with these methods.

Fields are declared with ``item``, which gives their reading, their checks and their JSON Schema. A step that has an
effect (``render``) waits for the event that answers it (``receive``); one without passes on at once (``enter``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from tandem.ivr.core.dialogue import Effect, IvrEvent
from tandem.ivr.core.speech import Speech, Wording
from tandem.ivr.core.state import IvrState

if TYPE_CHECKING:
    from tandem.ivr.core.flow import Flow


@dataclass(frozen=True, slots=True)
class Exit:
    """A named way out. ``silent``: a call can take it without a word from the caller."""

    name: str
    target: str
    silent: bool


@dataclass(frozen=True, slots=True)
class Take:
    """Leave the step by this exit, with this state."""

    exit: Exit
    state: IvrState


@dataclass(frozen=True, slots=True)
class Stay:
    """Remain at the step with this state; its effect is carried out anew."""

    state: IvrState


Move = Take | Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    kind: ClassVar[str]
    """The word after ``type:``."""
    ends: ClassVar[bool] = False
    """The flow is over here."""
    name: str

    def exits(self) -> tuple[Exit, ...]:
        """Every named way out, in the order of the file."""
        return ()

    def speeches(self) -> tuple[Speech, ...]:
        """Everything that may be said here, for making the sound files."""
        return ()

    def label(self, digits: str) -> Wording | None:
        """What the caller chose by pressing these, for a person to read."""
        return None

    def enter(self, state: IvrState) -> Take | None:
        """The way on without waiting; None when the step has an effect."""
        return None

    def render(self, flow: Flow, state: IvrState) -> Effect:
        """What to do now: a function of the state alone, so that a restarted server can ask again."""
        raise NotImplementedError(self.kind)

    def receive(self, state: IvrState, event: IvrEvent) -> Move | None:
        """What the answer leads to; None when this is no answer to the effect in hand."""
        return None

    def widest(self, state: IvrState) -> IvrState:
        """The state with the longest that this step may add to it, for the check that every state fits."""
        return state
