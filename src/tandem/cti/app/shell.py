"""The asyncio shell around the center: what it decides is carried out here, in order and with deadlines.

Every input goes through ``take``: the center handles it at once and whole, and its outputs are passed on without
waiting: requests to one worker per call, records to the journal, documents to the pages. Whatever comes back is the
next input.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Protocol

from tandem.agent_desktop.core import messages as m
from tandem.agent_desktop.core.resources import TransferTargets, UserView
from tandem.agent_desktop.ports import SeatHub
from tandem.cti.app import floor_plan as c
from tandem.cti.app import views
from tandem.cti.app.center import Center
from tandem.cti.model import events as ev
from tandem.cti.model import requests as rq
from tandem.cti.model.errors import CtiError, WrongState
from tandem.cti.model.ids import AgentId, CallId, RecordingId
from tandem.cti.model.leads import DoNotCallEntry
from tandem.cti.model.records import CallRecord, CustomerMatch
from tandem.cti.model.states import AgentState
from tandem.cti.ports import Clock, Journal, Switch
from tandem.cti.runtime.workers import KeyedWorkers
from tandem.ivr.core.dialogue import Dip, Fetched
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.values import Secret

log = logging.getLogger(__name__)

REQUEST_S = 5.0
"""Deadline of one request to the switch."""
BOARD_EVERY_S = 0.2
CALLBACKS_EVERY_S = 1.0
"""With thousands of pages that watch them a change costs about 0.1 s of the loop."""
HEAL_EVERY_S = 15.0
ANSWER_SLACK_S = 1.0
"""What a flow waits for has a deadline of its own; so much later it is given up here."""
SPEECH_S = 5.0


class Recorder(Protocol):
    """Watches recordings and makes them fit to be heard."""

    def started(self, recording: RecordingId, call: CallId, agent: AgentId | None) -> None: ...

    def stopped(self, recording: RecordingId) -> None: ...


class LookUp(Protocol):
    """Finds a caller's customers; calls back once in time and, when it was late, once more."""

    def __call__(self, number: str, found: Callable[[Sequence[CustomerMatch], int, bool], None]) -> None: ...


Fetch = Callable[[CallId, Dip], Awaitable[Fetched]]
"""Carries out the data dips of flows."""
ReadLeads = Callable[[c.LeadsWanted], Awaitable[c.LeadsRead]]
"""Reads leads for the campaigns; an answer without leads when it cannot."""
DialByHand = Callable[[AgentId, m.DialNumber], Awaitable[None]]
"""Looks up who is dialled, asks the gate and has him dialled. Raises CtiError."""
Forbidding = Callable[[str], Awaitable[Sequence[DoNotCallEntry]]]
"""All entries against calling this number, whoever calls. Raises CtiError."""
Speak = Callable[[tuple[Prompt, ...]], Awaitable[Sequence[str]]]
"""Speaks prompts that were not known before: their media names, in order; () when it could not."""


class Campaigns(Protocol):
    """What the boards show of campaigns."""

    def whole(self, now: float) -> m.Campaigns: ...

    def changes(self, now: float) -> m.Campaigns | None:
        """None when there is nothing new, or it was asked too soon."""


class Inputs(Protocol):
    """Has the center handle an input, and keeps it."""

    def handle(self, input_: c.Input, *, now: float) -> list[c.Output]: ...


class Shell:
    """Implements ``agent_desktop.ports.Center`` for the pages and is the listener of the switch."""

    def __init__(
        self,
        center: Center,
        *,
        inputs: Inputs | None = None,
        clock: Clock,
        journal: Journal,
        look_up: LookUp,
        recorder: Recorder,
        database_up: Callable[[], bool],
        fetch: Fetch | None = None,
        speak: Speak | None = None,
        forget: Callable[[CallId], None] = lambda _: None,
    ) -> None:
        """``forget``: what was kept of a call outside of the center while it lasted (its secret digits)."""
        self.center = center
        self._handle = center.handle if inputs is None else inputs.handle
        self.switch: Switch | None = None
        self.hub: SeatHub | None = None
        self.read_leads: ReadLeads | None = None
        self.dial_by_hand: DialByHand | None = None
        self.forbidding: Forbidding | None = None
        self.campaigns: Campaigns | None = None
        self._clock = clock
        self._journal = journal
        self._look_up = look_up
        self._recorder = recorder
        self._database_up = database_up
        self._fetch = fetch
        self._speak = speak
        self._forget = forget
        self._tasks: asyncio.TaskGroup | None = None
        self._workers: KeyedWorkers[str, rq.SwitchRequest] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._service = (False, False)
        self._callbacks_changed = False
        self.switch_found = asyncio.Event()
        """Set once the switch was found and its calls adopted, for the first time."""

    async def run(self) -> None:
        """Carry out requests, push boards, look after calls; until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self._workers = KeyedWorkers(tasks, lambda request: self._in_turn(request, tasks))
            tasks.create_task(self._push_boards(), name="boards")
            tasks.create_task(self._push_callbacks(), name="callbacks")
            tasks.create_task(self._heal(), name="healer")

    # ---- inputs ----

    def take(self, input_: c.Input) -> None:
        """Handle one input now. Raises CtiError for a refused command."""
        now = self._clock.now()
        try:
            outputs = self._handle(input_, now=now)
        finally:
            self._set_timer(now)
        shown: dict[AgentId, None] = {}
        for output in outputs:
            if isinstance(output, c.ShowSeat):
                shown[output.agent] = None
            else:
                self._carry_out(output)
        for agent in shown:
            self._show(agent)

    def switch_event(self, event: ev.SwitchEvent) -> None:
        """The switch's listener."""
        self._news(event)
        if isinstance(event, ev.SwitchFound) and self.center.switch_up:
            self.switch_found.set()

    def _news(self, input_: c.Input) -> None:
        """A defect of ours must not end the link, and with it every other call."""
        try:
            self.take(input_)
        except Exception:
            log.exception("news could not be handled: %s", type(input_).__name__)

    def _set_timer(self, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self.center.wake_at()
        if at is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.0, at - now), self.take, c.Tick())

    # ---- outputs ----

    def _carry_out(self, output: c.Output) -> None:
        match output:
            case c.ToSwitch(request):
                if self._workers is not None:
                    self._workers.give(_key(request), request)
            case c.Keep(record):
                self._journal.write(record)
                if isinstance(record, CallRecord) and record.ended_at is not None:
                    self._forget(record.id)
            case c.LookUp(call, number):
                self._look_up(number, lambda found, unknown, complete: self._found(call, found, unknown, complete))
            case c.ForbiddenAsked(number):
                self._apart(self._forbidden(number), "do not call?")
            case c.StartRecording(call, recording, agent):
                self._recorder.started(recording, call, agent)
            case c.FinishRecording(_, recording):
                self._recorder.stopped(recording)
            case c.ShowCallbacks():
                self._callbacks_changed = True
            case c.ShowCampaigns():
                pass  # the boards are looked after by the second
            case c.LeadsWanted():
                self._apart(self._leads(output), f"leads {output.campaign}")
            case c.DipAsked():
                self._apart(self._dip(output), f"dip {output.call}")
            case c.SpeechAsked():
                self._apart(self._speech(output), f"speech {output.call}")
            case _:
                raise AssertionError(f"no way to carry out {type(output).__name__}")

    def _found(self, call: CallId, customers: Sequence[CustomerMatch], unknown: int, complete: bool) -> None:
        self.take(c.CustomersFound(call, tuple(customers), complete, unknown))

    # ---- what flows wait for ----

    def _apart(self, work: Coroutine[None, None, None], name: str) -> None:
        if self._tasks is not None:
            self._tasks.create_task(work, name=name)
        else:
            work.close()

    async def _dip(self, asked: c.DipAsked) -> None:
        fetched = Fetched("failed")
        try:
            if self._fetch is not None:
                async with asyncio.timeout(asked.dip.timeout_s + ANSWER_SLACK_S):
                    fetched = await self._fetch(asked.call, asked.dip)
        except TimeoutError:
            fetched = Fetched("timeout")
        except Exception:
            log.exception("a data dip raised")
        values = {name: value for name, value in fetched.values.items() if not isinstance(value, Secret)}
        self._news(c.DipAnswered(asked.call, asked.token, fetched.status, values))

    async def _speech(self, asked: c.SpeechAsked) -> None:
        names: Sequence[str] = ()
        try:
            if self._speak is not None:
                async with asyncio.timeout(SPEECH_S):
                    names = await self._speak(asked.prompts)
        except TimeoutError:
            log.warning("%d prompts of a flow were not spoken in time", len(asked.prompts))
        except Exception:
            log.exception("prompts of a flow could not be spoken")
        sounds = tuple(zip(asked.prompts, names, strict=False)) if len(names) == len(asked.prompts) else ()
        self._news(c.SpeechMade(asked.call, asked.token, sounds))

    async def _leads(self, wanted: c.LeadsWanted) -> None:
        """Who asked asks again after a while when nothing comes."""
        if self.read_leads is None:
            return
        try:
            answer = await self.read_leads(wanted)
        except Exception:
            log.exception("leads of the campaign %s could not be read", wanted.campaign)
        else:
            self._news(answer)

    async def _forbidden(self, number: str) -> None:
        """Who asked asks again after a while when nothing comes."""
        try:
            entries = () if self.forbidding is None else await self.forbidding(number)
        except CtiError as error:
            log.warning("the do-not-call list could not be asked: %s", error)
        except Exception:
            log.exception("the do-not-call list could not be asked")
        else:
            self._news(c.ForbiddenFound(number, tuple(entries)))

    async def number_known(self, number: str) -> None:
        """What the do-not-call list has against calling this number is known from now on, if it can be asked."""
        e164 = self.center.house.normalise(number)
        if e164 and e164 not in self.center.numbers_known:
            await self._forbidden(e164)

    async def _in_turn(self, request: rq.SwitchRequest, tasks: asyncio.TaskGroup) -> None:
        """One request after the other. Only ``Remember`` is not waited for: after one turn of the loop it is on its
        way, so that what follows (the ringing of a phone) follows it on the wire, and not its answer."""
        if isinstance(request, rq.Remember):
            tasks.create_task(self._request(request), name=f"remember {request.call}")
            await asyncio.sleep(0)
        else:
            await self._request(request)

    async def _request(self, request: rq.SwitchRequest) -> None:
        assert self.switch is not None
        code = ""
        try:
            async with asyncio.timeout(REQUEST_S):
                await self.switch.request(request)
        except CtiError as error:
            code = error.code
        except TimeoutError:
            code = "outcome_unknown"
        except Exception:
            log.exception("a request to the switch raised: %s", type(request).__name__)
            code = "error"
        if code and not isinstance(request, rq.SetFallbackMember):
            level = logging.DEBUG if code == "resource_missing" else logging.WARNING
            log.log(level, "%s for %s was refused: %s", type(request).__name__, request.connection, code)
            self.switch_event(
                ev.RequestFailed(
                    call=request.call, connection=request.connection, request=type(request).__name__, code=code
                )
            )

    # ---- pages ----

    def _show(self, agent: AgentId) -> None:
        if self.hub is not None:
            self.hub.to_seat(agent, views.seat(self.center, agent))

    async def _push_callbacks(self) -> None:
        """Once for all that have changed meanwhile."""
        while True:
            await asyncio.sleep(CALLBACKS_EVERY_S)
            if self.hub is not None and self._callbacks_changed:
                self._callbacks_changed = False
                self.hub.show_callbacks(self.center.callbacks.values())

    async def _push_boards(self) -> None:
        while True:
            await asyncio.sleep(BOARD_EVERY_S)
            self._show_service()
            self._show_campaigns()
            seats, calls = self.center.dirty_seats, self.center.dirty_calls
            if self.hub is None or not (seats or calls):
                continue
            self.center.dirty_seats, self.center.dirty_calls = set(), set()
            self.hub.to_boards(views.board_changes(self.center, seats, calls))

    def _show_service(self) -> None:
        service = (self.switch_up, self.database_up)
        if service != self._service and self.hub is not None:
            self._service = service
            self.hub.to_all(self._service_message())

    def _show_campaigns(self) -> None:
        if self.hub is None or self.campaigns is None:
            return
        try:
            changes = self.campaigns.changes(self._clock.now())
        except Exception:
            log.exception("the campaigns could not be shown")
            return
        if changes is not None:
            self.hub.to_boards(changes)

    def _service_message(self) -> m.Service:
        return m.Service(seq=0, switch_up=self.switch_up, database_up=self.database_up)

    async def _heal(self) -> None:
        while True:
            await asyncio.sleep(HEAL_EVERY_S)
            if self.switch is None or not self.switch_up:
                continue
            asked_at = self._clock.now()
            try:
                snapshot = await self.switch.snapshot()
            except CtiError:
                continue
            self.take(c.Healed(snapshot, asked_at))

    # ---- agent_desktop.ports.Center ----

    def seat_opened(self, agent: AgentId, *, on_call: bool) -> None:
        self.take(c.SeatOpened(agent, on_call))
        if self.hub is not None:
            self.hub.to_seat(agent, self._service_message())

    def seat_closed(self, agent: AgentId, *, page_gone: bool) -> None:
        self.take(c.SeatClosed(agent, page_gone))

    def board_opened(self, user: str) -> None:
        if self.hub is not None:
            self.hub.to_board(user, views.board(self.center))
            self.hub.to_board(user, self._service_message())
            if self.campaigns is not None:
                self.hub.to_board(user, self.campaigns.whole(self._clock.now()))

    def command(self, agent: AgentId, command: m.PageCommand) -> Awaitable[None] | None:
        if isinstance(command, m.DialNumber) and self.dial_by_hand is not None:
            return self.dial_by_hand(agent, command)
        self.take(c.Commanded(agent, command))
        return None

    def logged_out(self, agent: AgentId) -> None:
        try:
            self.take(c.LoggedOut(agent))
        except WrongState:
            # he left in the middle of a call: that is a lost seat, not an end of work
            self.take(c.SeatClosed(agent, page_gone=True))

    def transfer_targets(self) -> TransferTargets:
        house = self.center.house
        agents = [
            UserView(
                login=agent.id,
                name=house.agents[agent.id].name,
                role="agent",
                language="",
                device=agent.device,
            )
            for agent in self.center.agents.values()
            if agent.state not in (AgentState.LOGGED_OFF, AgentState.NOT_READY)
        ]
        queues = [{"id": queue.id, "zh": queue.name_zh, "en": queue.name_en} for queue in self.center.plan.for_calls]
        return TransferTargets(agents=agents, queues=[dict(queue) for queue in queues])

    @property
    def switch_up(self) -> bool:
        return self.center.switch_up

    @property
    def database_up(self) -> bool:
        return self._database_up()


def _key(request: rq.SwitchRequest) -> str:
    if isinstance(request, rq.SetFallbackMember):
        return f"phone {request.device}"
    return request.call
