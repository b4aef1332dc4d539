"""Which messages are Asterisk's own, and which a caller wrote.

Asterisk puts some values into its events as they came: a caller whose SIP ``From`` is ``<sip:1%0d%0aCause%3a%2016@h>``
adds a header to every event of his channel (``CallerIDNum``, 79 bytes of it), and with two line ends he tears an event
in two and may begin another. Measured on 22.10.1; no setting prevents it.

What he cannot write is what he does not know: the secret ``systemname`` of asterisk.conf, which every event carries
as its third header, and our action ids, which every answer carries. So:

- an event without that ``SystemName``, or without ``Privilege``, is forged;
- an event that repeats a header is forged: what was added cannot be told from what was there;
- an event with a piece behind it that is not genuine was torn, and is not whole: both are dropped;
- an answer, and an item of a list, is known by our action id, which is random and new for each connection. An item of
  ``Status`` has it at its end, so a torn one looks forged; while a list comes in, such a piece says nothing about the
  event before it.

Asterisk writes an event in one go, so its pieces arrive together. Should they not, or be torn while a list comes in,
then the front part gets through. It can name no other call, for unique ids contain the secret, provided that the ids
that we give to our own channels cannot be guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tandem.cti.adapters.asterisk.codec import Kind, Message


class Reason(StrEnum):
    """Why a message was dropped."""

    NO_SYSTEM_NAME = "no_system_name"
    NO_PRIVILEGE = "no_privilege"
    REPEATED_HEADER = "repeated_header"
    UNREADABLE = "unreadable"
    UNSOLICITED = "unsolicited"
    """A response to nothing that we asked."""
    TORN = "torn"
    """Genuine as far as it goes, but what follows it is not."""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A dropped message. ``channel``: the channel whose caller wrote it, '' when that is not known for sure."""

    reason: Reason
    event: str
    channel: str


@dataclass(slots=True)
class Sifted:
    """What is left of a batch: ``accepted`` in order (events, responses, list items), and what was dropped."""

    accepted: list[Message]
    suspicions: list[Suspicion]
    ignored: int = 0


class Vetting:
    """Sifts the messages of one connection. Pure: the same batch gives the same result.

    ``system_name`` is None where Asterisk has none: then only ``Privilege`` and repeated headers are looked at.
    ``ignored`` names events that nobody reads; genuine ones are counted, not parsed.
    ``is_our_list`` tells whether an action id is that of a list which we asked for, ``list_pending`` whether one is
    coming in; ``id_prefix`` begins every action id of this connection.
    """

    def __init__(
        self,
        system_name: str | None,
        *,
        id_prefix: str,
        is_our_list: Callable[[str], bool],
        list_pending: Callable[[], bool],
        ignored: Iterable[str] = (),
    ) -> None:
        self._mark = f"\r\nSystemName: {system_name}\r\n" if system_name is not None else "\r\nPrivilege: "
        self._system_name = system_name
        self._id_prefix = id_prefix
        self._is_our_list = is_our_list
        self._list_pending = list_pending
        self._ignored = frozenset(ignored)
        self.booting = True
        """Until ``FullyBooted``, which Asterisk sends without SystemName to whoever logs in after its start."""

    def sift(self, batch: Iterable[Message]) -> Sifted:
        """Judge the messages of one read. Those that share a read are judged together, to find torn ones."""
        accepted: list[Message] = []
        sifted = Sifted(accepted, [])
        before: Message | None = None  # the message just before, if it was accepted
        for message in batch:
            if message.kind is Kind.EVENT and self._mark in message.text:  # nearly all there is
                if message.name in self._ignored:
                    sifted.ignored += 1
                    before = None
                    continue
                if "Privilege" in message.headers and not message.repeated:
                    accepted.append(message)
                    before = message
                    continue
            reason = self._doubt(message)
            if reason is None:
                accepted.append(message)
                before = message
                continue
            if before is not None and before.kind is Kind.EVENT and self._tears(reason):
                accepted.pop()
                sifted.suspicions.append(Suspicion(Reason.TORN, before.name, before.get("Channel")))
            channel = message.get("Channel") if reason is Reason.REPEATED_HEADER else ""
            sifted.suspicions.append(Suspicion(reason, message.name, channel))
            before = None
        return sifted

    def _tears(self, reason: Reason) -> bool:
        """Whether a message dropped for ``reason`` is the rest of the one before it."""
        if reason in (Reason.UNREADABLE, Reason.UNSOLICITED):
            return True
        return reason is not Reason.REPEATED_HEADER and not self._list_pending()

    def _doubt(self, message: Message) -> Reason | None:
        if message.kind is Kind.RESPONSE:
            return None if message.get("ActionID").startswith(self._id_prefix) else Reason.UNSOLICITED
        if message.kind is Kind.UNREADABLE:
            return Reason.UNREADABLE
        headers = message.headers
        if not self._is_our_list(headers.get("ActionID", "")):
            if "Privilege" not in headers:
                return Reason.NO_PRIVILEGE
            if self._system_name not in (None, headers.get("SystemName")) and not self._excused(message):
                return Reason.NO_SYSTEM_NAME
        repeated = message.repeated
        return Reason.REPEATED_HEADER if repeated and _forged(repeated.items()) else None

    def _excused(self, message: Message) -> bool:
        return self.booting and message.name == "FullyBooted"


def _forged(repeated: Iterable[tuple[str, Sequence[str]]]) -> bool:
    """Whether a header is repeated that Asterisk sends once. ``ChanVariable: a=1`` may repeat, each name once."""
    for name, values in repeated:
        if not name.startswith(("Variable", "ChanVariable", "DestChanVariable")):
            return True
        names = [value.partition("=")[0] for value in values]
        if len(set(names)) != len(names):
            return True
    return False
