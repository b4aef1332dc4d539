"""The link to Asterisk: connects, logs in, waits until Asterisk has booted, stays, comes back. One task, for ever.

    WAITING -> CONNECTING -> LOGGING_IN -> BOOTING -> SYNCING -> UP
       ^----------------------- whatever goes wrong -------------'

In SYNCING the caller takes its snapshot; events are kept meanwhile and handed over, in order, from UP on. The reader
only parses and enqueues: a slow listener or a stalled database does not stop it, for Asterisk cuts a reader that
stalls. **Overflow policy:** a queue that is full is thrown away with its connection (cause OVERFLOW), because a model
that has missed events is wrong and only a new snapshot mends it; the calls live on in Asterisk meanwhile.

Nothing is ever sent twice. An action without an answer raises OutcomeUnknown: ask Asterisk what is, then decide.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import Final

from tandem.cti.adapters.asterisk.alarms import Alarm, AlarmLimiter
from tandem.cti.adapters.asterisk.codec import Fields, Message
from tandem.cti.adapters.asterisk.session import ActionRefused, AmiSession, Down, DownCause, LinkCounters
from tandem.cti.adapters.asterisk.vetting import Suspicion
from tandem.cti.model.errors import BadRequest, CtiError, LinkDown

__all__ = ["ActionRefused", "Alarm", "AmiLink", "AmiSettings", "Down", "DownCause", "LinkCounters", "LinkState"]

_log = logging.getLogger(__name__)
_SLICE: Final = 256
"""Events handed over before the loop gets a turn."""
_STABLE_S: Final = 10.0
"""A connection that was up so long has ended the trouble before it."""
_PROOFS: Final = 2
"""Refused connections in a row that prove that no Asterisk is there (one: a reload)."""


class LinkState(StrEnum):
    IDLE = "idle"
    CONNECTING = "connecting"
    LOGGING_IN = "logging_in"
    BOOTING = "booting"
    SYNCING = "syncing"
    UP = "up"
    WAITING = "waiting"
    """For the next attempt; ``last_error`` says what was wrong with the last."""
    REFUSED = "refused"
    """Waiting, longer: Asterisk is there but does not let us in. A person has to mend the settings."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiSettings:
    """Where Asterisk's manager listens and as whom we log in.

    ``system_name`` is the secret ``systemname`` of asterisk.conf that vouches for events; None: learned from
    ``CoreSettings`` at each log-in (needs the ``reporting`` write class). A name that differs refuses the link.
    ``event_mask`` are the read classes asked for; ``system`` must be among them, or FullyBooted never comes.
    ``filters`` are criteria for ``Action: Filter`` (``action(exclude),name(VarSet)``), which needs the ``system`` write
    class: better write them into manager.conf. ``ignored`` names events that are not handed over.
    Secrets do not go over a network in the clear: a ``host`` that is not a loopback address needs ``tls``.
    """

    host: str
    port: int
    username: str
    secret: str = field(repr=False)
    system_name: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    event_mask: str = "system,call,agent,user,agi,dtmf,reporting"
    filters: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset({"TestEvent", "RTCPSent", "RTCPReceived", "AGIExecStart", "AGIExecEnd"})
    ping_interval_s: float = 1.0
    ping_timeout_s: float = 2.0
    connect_timeout_s: float = 3.0
    action_timeout_s: float = 5.0
    boot_timeout_s: float = 120.0
    sync_timeout_s: float = 30.0
    backoff_min_s: float = 0.1
    backoff_max_s: float = 5.0
    refused_backoff_max_s: float = 60.0
    queue_limit: int = 50_000
    alarm_interval_s: float = 10.0

    def __post_init__(self) -> None:
        if self.tls is None and not _is_loopback(self.host):
            raise BadRequest(f"{self.host} is not this machine: AMI needs TLS to go there")


class AmiLink:
    """Keeps one AMI connection. Give ``run()`` to a TaskGroup; cancelling it closes the link.

    ``on_up(link)`` is awaited after each log-in once Asterisk has booted; actions work from then on, and events that
    come meanwhile are handed over after it. If it raises, or takes longer than ``sync_timeout_s``, the link starts
    afresh. ``on_down(down)`` is called once for each ``on_up`` that was begun, and once more, with ``gone``, when it
    turns out afterwards that Asterisk had ended, at the latest before the next ``on_up`` (this needs the write class
    ``reporting``). ``on_event(message)`` must be quick and must not raise; if it does,
    that is counted and an alarm is given, and the next event goes on. ``on_alarm(alarm)`` tells what a person should
    see, and the channels of callers who forge events (hang them up).
    """

    def __init__(
        self,
        settings: AmiSettings,
        *,
        on_up: Callable[[AmiLink], Awaitable[None]] | None = None,
        on_down: Callable[[Down], None] = lambda down: None,
        on_event: Callable[[Message], None] = lambda message: None,
        on_alarm: Callable[[Alarm], None] = lambda alarm: None,
    ) -> None:
        self.settings = settings
        self.counters = LinkCounters()
        self.state = LinkState.IDLE
        self.last_error = ""
        """What went wrong last, in a sentence; '' while the link is up."""
        self._on_up = on_up
        self._on_down = on_down
        self._on_event = on_event
        self._alarms = AlarmLimiter(on_alarm, settings.alarm_interval_s)
        self._session: AmiSession | None = None
        self._queue: deque[Message] = deque()
        self._wake = asyncio.Event()
        self._up_at: float | None = None
        self._started = ""
        self._gone_told = True
        self._refused_connections = 0

    async def run(self) -> None:
        """Connect and stay connected until cancelled."""
        time = asyncio.get_running_loop().time
        trouble_since: float | None = None
        refusals = 0
        try:
            while True:
                self._up_at = None
                cause = await self._one_connection()
                now = time()
                if self._up_at is not None and now - self._up_at >= _STABLE_S:
                    trouble_since = None
                trouble_s = None if trouble_since is None else now - trouble_since
                trouble_since = now if trouble_since is None else trouble_since
                refusals = refusals + 1 if cause is DownCause.REFUSED else 0
                self.state = LinkState.REFUSED if refusals else LinkState.WAITING
                await asyncio.sleep(self._pause_s(trouble_s, refusals))
        finally:
            self.state = LinkState.CLOSED

    def _pause_s(self, trouble_s: float | None, refusals: int) -> float:
        """None at first, then a fifth of how long the trouble lasts: back within 20 % of any outage.

        Refused: 1, 2, 4 ... seconds.
        """
        settings = self.settings
        if refusals:
            pause_s = min(settings.refused_backoff_max_s, 2.0 ** min(refusals - 1, 16))
        elif trouble_s is None:
            pause_s = 0.0
        else:
            pause_s = min(settings.backoff_max_s, max(settings.backoff_min_s, trouble_s / 5))
        return pause_s * random.uniform(0.8, 1.2)  # noqa: S311  (jitter, no secret)

    async def send(self, action: str, fields: Fields = (), *, timeout_s: float | None = None) -> Message:
        """Send one action, once, and return Asterisk's answer.

        Raises LinkDown (not sent: the link is not up), InvalidField, Overload (not sent), ActionRefused (Asterisk
        answered ``Error``), OutcomeUnknown (sent, and the connection ended or the time was over before the answer).
        """
        session = self._usable(action)
        answer = await session.ask(action, fields, timeout_s=timeout_s or self.settings.action_timeout_s)
        if answer.is_error:
            raise ActionRefused(f"{action}: {answer.get('Message')}")
        return answer

    async def send_list(
        self, action: str, fields: Fields, complete_event: str, *, timeout_s: float | None = None
    ) -> list[Message]:
        """Send an action that is answered by a list (``Status``, ``StatusComplete``) and return the list's events.

        An item that a hostile caller has tampered with is missing from it (``counters.list_items_missing``, alarm).
        Raises what ``send`` does, and LimitReached.
        """
        session = self._usable(action)
        return await session.ask_list(
            action, fields, complete_event, timeout_s=timeout_s or self.settings.action_timeout_s
        )

    def _usable(self, action: str) -> AmiSession:
        if self._session is None or self.state not in (LinkState.SYNCING, LinkState.UP):
            raise LinkDown(f"{action}: no link to Asterisk ({self.state})")
        return self._session

    async def _one_connection(self) -> DownCause:
        """From connect to disconnect."""
        self.state = LinkState.CONNECTING
        settings = self.settings
        session = AmiSession(
            system_name=settings.system_name,
            ignored=settings.ignored,
            counters=self.counters,
            on_event=self._enqueue,
            on_suspicion=self._suspect,
        )
        try:
            async with asyncio.timeout(settings.connect_timeout_s):
                await asyncio.get_running_loop().create_connection(
                    lambda: session, settings.host, settings.port, ssl=settings.tls
                )
        except (OSError, TimeoutError) as error:
            self.last_error = f"cannot connect to {settings.host}:{settings.port}: {error or 'no answer'}"
            self._alarms.give("connect", self.last_error)
            self._no_connection(refused=isinstance(error, ConnectionRefusedError))
            return DownCause.NOT_READY
        self._refused_connections = 0
        self.counters.connects += 1
        self._session = session
        try:
            async with asyncio.TaskGroup() as group:
                work = group.create_task(self._work(session, group))
                cause = await asyncio.shield(session.lost)  # cancelling us must not resolve it: drop() would not close
                if cause is not DownCause.OVERFLOW and self.state is LinkState.UP:
                    await self._hand_over_rest()
                work.cancel()
        finally:
            session.drop(DownCause.CLOSED)
            self._settle(session.lost.result())
        return cause

    def _settle(self, cause: DownCause) -> None:
        told = self.state in (LinkState.SYNCING, LinkState.UP)
        self.state = LinkState.WAITING
        self._session = None
        self._queue.clear()
        self.counters.queue_length = 0
        if told:
            self.counters.downs[cause] = self.counters.downs.get(cause, 0) + 1
            self.last_error = self.last_error or f"the link ended: {cause}"
            self._tell_down(Down(cause, gone=cause is DownCause.SHUTDOWN, reason=self.last_error))

    def _no_connection(self, *, refused: bool) -> None:
        self._refused_connections = self._refused_connections + 1 if refused else 0
        if self._refused_connections >= _PROOFS and not self._gone_told:
            self._tell_down(Down(DownCause.DISCONNECTED, gone=True, reason="Asterisk is not there any more"))

    def _tell_down(self, down: Down) -> None:
        self._gone_told = down.gone
        try:
            self._on_down(down)
        except Exception:
            self.counters.listener_errors += 1
            _log.exception("the listener failed on the end of the link")

    async def _work(self, session: AmiSession, group: asyncio.TaskGroup) -> None:
        """Log in, wait, let the caller take its snapshot, then hand events over."""
        settings = self.settings
        try:
            await self._log_in(session)
            group.create_task(
                session.keep_alive(interval_s=settings.ping_interval_s, timeout_s=settings.ping_timeout_s)
            )
            await self._wait_ready(session)
            self.state = LinkState.SYNCING
            async with asyncio.timeout(settings.sync_timeout_s):
                if self._on_up is not None:
                    await self._on_up(self)
        except _Refused as error:
            self.counters.refusals += 1
            self._fail(session, DownCause.REFUSED, str(error))
            return
        except (CtiError, TimeoutError) as error:
            self._fail(session, DownCause.NOT_READY, f"while {self.state}: {error or 'out of time'}")
            return
        except Exception as error:
            _log.exception("the listener failed to take its snapshot")
            self._fail(session, DownCause.NOT_READY, f"while {self.state}: {type(error).__name__}")
            return
        self.state = LinkState.UP
        self.last_error = ""
        self._up_at = asyncio.get_running_loop().time()
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._hand_over_rest()

    async def _log_in(self, session: AmiSession) -> None:
        settings = self.settings
        self.state = LinkState.LOGGING_IN
        try:
            async with asyncio.timeout(settings.connect_timeout_s):
                await session.greeted.wait()
        except TimeoutError:
            raise LinkDown(f"{settings.host}:{settings.port} does not greet like an Asterisk manager") from None
        login = {"Username": settings.username, "Secret": settings.secret, "Events": settings.event_mask}
        answer = await session.ask("Login", login, timeout_s=settings.action_timeout_s)
        if answer.is_error:
            raise _Refused(f"log-in refused: {answer.get('Message')}")

    async def _wait_ready(self, session: AmiSession) -> None:
        settings = self.settings
        self.state = LinkState.BOOTING
        await self._check_name(session)
        try:
            async with asyncio.timeout(settings.boot_timeout_s):
                await session.booted.wait()
        except TimeoutError:
            raise LinkDown("no FullyBooted: has the manager user the read class 'system'?") from None
        await self._check_start(session)
        for criteria in settings.filters:
            fields = {"Operation": "Add", "MatchCriteria": criteria, "Filter": ""}
            if (answer := await session.ask("Filter", fields, timeout_s=settings.action_timeout_s)).is_error:
                self._alarms.give("filter", f"event filter {criteria!r}: {answer.get('Message')}")

    async def _check_start(self, session: AmiSession) -> None:
        """Tell an Asterisk that has restarted from the one we knew, be it however quick."""
        answer = await session.ask("CoreStatus", timeout_s=self.settings.action_timeout_s)
        started = f"{answer.get('CoreStartupDate')} {answer.get('CoreStartupTime')}".strip()
        if self._started and started and self._started != started and not self._gone_told:
            self._tell_down(Down(DownCause.DISCONNECTED, gone=True, reason="Asterisk has restarted"))
        self._started = started or self._started

    async def _check_name(self, session: AmiSession) -> None:
        """Make sure that it is the Asterisk of the settings, or learn its secret name."""
        answer = await session.ask("CoreSettings", timeout_s=self.settings.action_timeout_s)
        name = answer.get("SystemName")
        expected = self.settings.system_name
        if expected is not None and not answer.is_error and name != expected:
            raise _Refused("this Asterisk has another systemname than the settings say")
        if expected is None and name:
            session.vet_by(name)
        if expected is None and not name:
            self._alarms.give("no_system_name", "Asterisk has no systemname: callers can forge events")

    def _fail(self, session: AmiSession, cause: DownCause, error: str) -> None:
        self.last_error = error
        self._alarms.give(cause, error)
        session.drop(cause)

    # -- events

    def _enqueue(self, message: Message) -> None:
        """What the reader calls. Before SYNCING an event tells nothing that the snapshot will not tell."""
        if self.state is not LinkState.UP and self.state is not LinkState.SYNCING:
            return
        queue = self._queue
        length = len(queue)
        if length >= self.settings.queue_limit:
            self._overflow()
            return
        queue.append(message)
        if length >= self.counters.queue_peak:
            self.counters.queue_peak = length + 1
        self._wake.set()

    def _overflow(self) -> None:
        self.counters.overflowed_events += len(self._queue) + 1
        self._queue.clear()
        if self._session is not None:
            self._fail(self._session, DownCause.OVERFLOW, "events came faster than they were taken; starting afresh")

    async def _hand_over_rest(self) -> None:
        """Hand over all that is queued, letting the loop run in between."""
        queue = self._queue
        while queue:
            for _ in range(min(_SLICE, len(queue))):
                message = queue.popleft()
                try:
                    self._on_event(message)
                except Exception as error:
                    self.counters.listener_errors += 1
                    text = f"{message.name} was not understood: {type(error).__name__}: {error}"
                    if self._alarms.give("listener", text):
                        _log.exception("listener failed on %s", message.name)
            self.counters.queue_length = len(queue)
            await asyncio.sleep(0)

    def _suspect(self, suspicion: Suspicion) -> None:
        reason = suspicion.reason
        self.counters.dropped[reason] = self.counters.dropped.get(reason, 0) + 1
        text = f"dropped {suspicion.event or 'a message'}: {reason}"
        self._alarms.give(f"forged:{suspicion.channel or reason}", text, suspicion.channel)


class _Refused(Exception):
    """Asterisk does not let us in."""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
