"""What those who wait are told, offered, or served with in another way: events of the contact's machine, besides those
in ``contact.py``."""

from __future__ import annotations

from dataclasses import dataclass

from tandem.cti.model.ids import QueueId
from tandem.cti.model.skills import Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """He who waits is told something; then the music goes on."""

    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOffered:
    """He who waits hears ``prompts`` and may press 1: "keep my place and call me back"; with ``other_number`` also 2:
    on another number. He can be matched at any moment; any other digit or silence, and the music goes on."""

    prompts: tuple[str, ...]
    timeout_s: float = 4.0
    other_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPrompted:
    """Answer to ``NumberWanted``: he is asked for the number, which he ends with #."""

    prompts: tuple[str, ...]
    timeout_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAgreed:
    """Answer to ``CallbackWanted``: his place is kept; he hears ``prompts`` and the call ends."""

    prompts: tuple[str, ...]
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChanged:
    """His queue does not serve him; another one is to. The place is kept. ``why``: the rule, by language."""

    queue: QueueId
    needs: Needs
    priority: int
    why: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOutside:
    """His queue does not serve him; an outside number is dialled for him while he hears ``prompts`` and music. He is
    back in the line, at his place, when it does not answer."""

    number: str
    why: dict[str, str]
    prompts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWords:
    """His queue does not serve him: he hears ``prompts`` and the call ends."""

    prompts: tuple[str, ...]
    why: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAsked:
    """His queue does not serve him: he hears ``prompts`` and may leave a message of up to ``most_s`` seconds."""

    prompts: tuple[str, ...]
    why: dict[str, str]
    most_s: float = 120.0
