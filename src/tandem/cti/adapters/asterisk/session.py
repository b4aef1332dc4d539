"""One AMI connection: bytes in, answers to whoever asked, events to the link. Lives from connect to disconnect."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any, Final, TypeVar, cast

from tandem.cti.adapters.asterisk.codec import Decoder, Fields, Kind, Message, encode_action
from tandem.cti.adapters.asterisk.vetting import Suspicion, Vetting
from tandem.cti.model.errors import CtiError, LimitReached, LinkDown, OutcomeUnknown, Overload, WrongState

T = TypeVar("T")

MAX_PENDING: Final = 2_000
"""Actions without an answer yet. Asterisk answers in milliseconds; so many mean that it does not."""
MAX_LIST_ITEMS: Final = 100_000
_MAX_GIVEN_UP: Final = 1_000
_LATE_S: Final = 0.05
"""When we were held up ourselves, what was not heard in time is there already, and only not read."""


class ActionRefused(WrongState):
    """Asterisk answered ``Response: Error``; the text is its ``Message``. Nothing was done."""

    code = "action_refused"


class DownCause(StrEnum):
    """Why a connection ended."""

    SHUTDOWN = "shutdown"
    """Asterisk said that it ends; every channel is gone."""
    DISCONNECTED = "disconnected"
    """The connection was closed by the other side: a crash, a kick, a reload of its manager."""
    SILENT = "silent"
    """A ping was not answered and nothing else was heard: a cut cable, a frozen host."""
    OVERFLOW = "overflow"
    """Our own side did not keep up; events were thrown away, so only a new snapshot can be believed."""
    REFUSED = "refused"
    """Wrong user, password or rights, or not the Asterisk that the settings name."""
    NOT_READY = "not_ready"
    """It did not greet, boot or let itself be read within its time."""
    CLOSED = "closed"
    """We closed it."""


@dataclass(frozen=True, slots=True)
class Down:
    """The end of a connection. ``gone``: Asterisk itself is known to have ended, and with it every channel."""

    cause: DownCause
    gone: bool
    reason: str


@dataclass(slots=True)
class LinkCounters:
    """What happened since the link was made; only ever grows, except ``ping_s`` and ``queue_length``."""

    bytes_in: int = 0
    events: int = 0
    events_ignored: int = 0
    responses: int = 0
    late_answers: int = 0
    """Responses and list items for an action that had been given up."""
    list_items_missing: int = 0
    """Items that a list announced and that did not arrive, or were dropped as forged."""
    timeouts: int = 0
    outcomes_unknown: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    """Messages dropped by the vetting, by reason."""
    oversize: int = 0
    connects: int = 0
    refusals: int = 0
    downs: dict[str, int] = field(default_factory=dict)
    """Connections that ended after a log-in, by cause."""
    overflowed_events: int = 0
    listener_errors: int = 0
    alarms_suppressed: int = 0
    ping_s: float = 0.0
    """Round trip of the last ping."""
    queue_length: int = 0
    queue_peak: int = 0


@dataclass(slots=True)
class _List:
    complete_event: str
    items: list[Message]
    done: asyncio.Future[list[Message]]


class AmiSession(asyncio.Protocol):
    """The protocol of one connection. ``lost`` resolves to the cause as soon as the connection is of no more use."""

    def __init__(
        self,
        *,
        system_name: str | None,
        ignored: Iterable[str],
        counters: LinkCounters,
        on_event: Callable[[Message], None],
        on_suspicion: Callable[[Suspicion], None],
    ) -> None:
        loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[DownCause] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        self.greeted = asyncio.Event()
        self.booted = asyncio.Event()
        self.heard_at = loop.time()
        self._time = loop.time
        self._counters = counters
        self._on_event = on_event
        self._on_suspicion = on_suspicion
        self._transport: asyncio.Transport | None = None
        self._decoder = Decoder()
        self._id_prefix = secrets.token_hex(8) + "-"  # nobody outside can guess it: it vouches for answers
        self._numbers = count(1)
        self._actions: dict[str, asyncio.Future[Message]] = {}
        self._lists: dict[str, _List | None] = {}  # None: given up, what still comes is late
        self._going = False
        self._ignored = frozenset(ignored)
        self.vet_by(system_name)

    def vet_by(self, system_name: str | None) -> None:
        """From now on, genuine events carry this SystemName."""
        self._vetting = Vetting(
            system_name,
            id_prefix=self._id_prefix,
            is_our_list=self._lists.__contains__,
            list_pending=lambda: any(self._lists.values()),
            ignored=self._ignored,
        )
        self._vetting.booting = not self.booted.is_set()

    # -- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._counters.bytes_in += len(data)
        self.heard_at = self._time()
        batch = self._decoder.feed(data)
        if not self.greeted.is_set() and self._decoder.banner:
            self.greeted.set()
        if not batch or self.lost.done():
            return
        sifted = self._vetting.sift(batch)
        self._counters.events_ignored += sifted.ignored
        for message in sifted.accepted:
            if message.kind is Kind.EVENT:
                self._take_event(message)
            else:
                self._take_response(message)
        if sifted.suspicions:
            self._counters.oversize = max(self._counters.oversize, self._decoder.oversize)
            for suspicion in sifted.suspicions:
                self._on_suspicion(suspicion)

    def connection_lost(self, exc: Exception | None) -> None:
        self.drop(DownCause.SHUTDOWN if self._going else DownCause.DISCONNECTED)
        if not self.closed.done():
            self.closed.set_result(None)

    # -- asking

    async def ask(self, action: str, fields: Fields = (), *, timeout_s: float) -> Message:
        """Send one action and return its answer, whatever it says.

        Raises InvalidField and Overload (not sent), LinkDown (not sent), OutcomeUnknown (sent, no answer).
        """
        action_id, data = self._prepare(action, fields)
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._actions[action_id] = answer
        self._write(data)
        return await self._answer(answer, action, action_id, timeout_s)

    async def ask_list(self, action: str, fields: Fields, complete_event: str, *, timeout_s: float) -> list[Message]:
        """Send one action that is answered by a list of events; return them, without the closing one.

        Raises what ``ask`` does, ActionRefused, and LimitReached for a list beyond ``MAX_LIST_ITEMS``.
        """
        action_id, data = self._prepare(action, fields)
        items: asyncio.Future[list[Message]] = asyncio.get_running_loop().create_future()
        self._lists[action_id] = _List(complete_event, [], items)
        self._write(data)
        try:
            return await self._answer(items, action, action_id, timeout_s)
        finally:
            if not items.done() or items.cancelled():
                self._give_up(action_id)

    def _prepare(self, action: str, fields: Fields) -> tuple[str, bytes]:
        action_id = f"{self._id_prefix}{next(self._numbers)}"
        data = encode_action(action, fields, action_id)
        if self.lost.done():
            raise LinkDown(f"{action}: no connection to Asterisk")
        if len(self._actions) + len(self._lists) >= MAX_PENDING:
            raise Overload(f"{action}: {MAX_PENDING} actions wait for Asterisk's answer")
        return action_id, data

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    async def _answer(self, answer: asyncio.Future[T], action: str, action_id: str, timeout_s: float) -> T:
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            self._counters.timeouts += 1
            self._counters.outcomes_unknown += 1
            raise OutcomeUnknown(f"{action}: sent, but not answered within {timeout_s:g} s") from None
        finally:
            self._actions.pop(action_id, None)

    def _give_up(self, action_id: str) -> None:
        given_up = [key for key, listing in self._lists.items() if listing is None]
        if len(given_up) >= _MAX_GIVEN_UP:
            del self._lists[given_up[0]]
        self._lists[action_id] = None

    # -- staying and going

    async def keep_alive(self, *, interval_s: float, timeout_s: float) -> None:
        """Ping until the connection is lost; lose it as SILENT when an answer is overdue and nothing else was heard.

        Behind a burst of events the answer may be late though all is well; after five timeouts it is not.
        """
        while True:
            await asyncio.wait({self.lost}, timeout=interval_s)
            if self.lost.done():
                return
            sent_at = self._time()
            pong = asyncio.create_task(self.ask("Ping", timeout_s=5 * timeout_s))
            try:
                while not pong.done():
                    await asyncio.wait({pong}, timeout=timeout_s)
                    if self._time() - self.heard_at >= timeout_s:
                        await asyncio.wait({pong}, timeout=_LATE_S)
                    if not pong.done() and self._time() - self.heard_at >= timeout_s:
                        self.drop(DownCause.SILENT)
            finally:
                pong.cancel()
            if isinstance(pong.exception(), CtiError):
                self.drop(DownCause.SILENT)
            self._counters.ping_s = self._time() - sent_at

    def drop(self, cause: DownCause) -> None:
        """Give the connection up now; the first cause counts. Actions without an answer raise OutcomeUnknown."""
        if self.lost.done():
            return
        self.lost.set_result(cause)
        answers: list[asyncio.Future[Any]] = [*self._actions.values()]
        answers += [listing.done for listing in self._lists.values() if listing is not None]
        for answer in answers:
            if not answer.done():
                self._counters.outcomes_unknown += 1
                answer.set_exception(OutcomeUnknown(f"the connection to Asterisk ended ({cause}) before the answer"))
        if self._transport is None:
            return
        if cause is DownCause.CLOSED:
            self._transport.write(encode_action("Logoff"))
            self._transport.close()
        else:
            self._transport.abort()

    # -- what came in

    def _take_event(self, message: Message) -> None:
        action_id = message.get("ActionID")
        if action_id in self._lists:
            self._take_item(message, action_id, self._lists[action_id])
        elif message.name == "FullyBooted":
            self._vetting.booting = False
            self.booted.set()
        else:
            if message.name == "Shutdown":
                self._going = True
            self._counters.events += 1
            self._on_event(message)

    def _take_item(self, message: Message, action_id: str, listing: _List | None) -> None:
        complete = message.get("EventList") == "Complete"
        if listing is not None and not listing.done.done():
            if complete or message.name == listing.complete_event:
                announced = message.get("ListItems")
                if announced.isdecimal():
                    self._counters.list_items_missing += max(0, int(announced) - len(listing.items))
                listing.done.set_result(listing.items)
                del self._lists[action_id]
            elif len(listing.items) >= MAX_LIST_ITEMS:
                listing.done.set_exception(LimitReached(f"Asterisk lists more than {MAX_LIST_ITEMS} items"))
                self._give_up(action_id)
            else:
                listing.items.append(message)
            return
        self._counters.late_answers += 1
        if complete:
            del self._lists[action_id]

    def _take_response(self, message: Message) -> None:
        action_id = message.get("ActionID")
        if (listing := self._lists.get(action_id)) is not None:
            self._counters.responses += 1
            if message.is_error and not listing.done.done():
                listing.done.set_exception(ActionRefused(message.get("Message")))
                del self._lists[action_id]
        elif (answer := self._actions.get(action_id)) is not None and not answer.done():
            self._counters.responses += 1
            answer.set_result(message)
        else:
            self._counters.late_answers += 1
