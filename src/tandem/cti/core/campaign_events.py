"""What a campaign's call is told of besides what every contact is, and what it has done: events and effects of its
machine. See ``campaign_rows``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class AttemptBegun:
    """The person is to be dialled: at once, or when an agent is there for it (``Contact.first``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewDialAsked:
    """The agent has read the card: dial now. ``number``: another one of the person's, E.164; '' = the proposed one."""

    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewSkipped:
    note: str = ""


@dataclass(frozen=True, slots=True)
class LetGo:
    """It rings for long enough, and no agent would be there for who answers now: it is given up."""


@dataclass(frozen=True, slots=True)
class MachineMarked:
    """The agent says that it was a machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextGiven:
    """Answer to ``TextWanted``: media names at the switch."""

    prompts: tuple[str, ...]


# ---- effects ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CustomerRings:
    """The person's phone rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonThere:
    """A person is on the line; from now on an agent is looked for. ``verdict``: of the detector, '' = not asked,
    ``unsure`` counts as a person. ``why``: its own word for it."""

    verdict: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class MachineThere:
    """The detector says that a machine answered. ``why``: its own word for it. ``to_agent``: an agent hears it."""

    why: str = ""
    to_agent: bool = False


@dataclass(frozen=True, slots=True)
class AgentJoined:
    """Person and agent hear each other, for the first time in this call."""


@dataclass(frozen=True, slots=True)
class PromiseMissed:
    """No agent was joined with the person in time. Once per call at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextWanted:
    """What the person (``no_agent``), or his machine, is to hear; ``TextGiven`` answers."""

    what: Literal["no_agent", "machine"]


@dataclass(frozen=True, slots=True)
class MachineMessageLeft:
    """The message on the machine was played to its end."""


CampaignEffect = (
    CustomerRings | PersonThere | MachineThere | AgentJoined | PromiseMissed | TextWanted | MachineMessageLeft
)
