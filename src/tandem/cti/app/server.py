"""The server: every room joined, and run."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import phonenumbers

from tandem import __version__
from tandem.agent_desktop.adapters.server import DesktopServer
from tandem.agent_desktop.adapters.store import PostgresLibrary, PostgresSessions
from tandem.agent_desktop.core.resources import Disposition
from tandem.agent_desktop.services.hub import PageHub
from tandem.agent_desktop.settings import DesktopSettings
from tandem.crm_bridge.adapters.builtin import BuiltInDirectory
from tandem.crm_bridge.core.numbers import normalise
from tandem.crm_bridge.lookup import Found, LookUpService
from tandem.cti.adapters.asterisk.switch import AsteriskSwitch
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.adapters.postgres.customers import CustomerStore
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app import floor_plan as c
from tandem.cti.app.center import Center
from tandem.cti.app.floor_plan import House, Limits
from tandem.cti.app.installation import Installation
from tandem.cti.app.operations import InstallationOperations
from tandem.cti.app.shell import Shell
from tandem.cti.core.turn import Rules
from tandem.cti.model.errors import CtiError, Unavailable
from tandem.cti.model.ids import AgentId, CallId, DeviceId, QueueId, RecordingId
from tandem.cti.model.profiles import DispositionNode, QueueDay
from tandem.cti.model.records import CustomerMatch, RecordingRecord
from tandem.cti.runtime import garbage
from tandem.cti.runtime.clock import SystemClock
from tandem.cti.runtime.settings import BadSettings
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool import Spool
from tandem.ivr.core.flow import Flow
from tandem.ivr.core.speech import Prompt
from tandem.ivr.flow_files import load_flow_file
from tandem.ivr.media import prepare
from tandem.recordings.core.naming import wav_path
from tandem.recordings.service import Alarm, RecordingAlarm, RecordingService
from tandem.recordings.settings import RecordingSettings
from tandem.routing.core.acd.service_level import QueueCounts
from tandem.routing.core.plan import Plan
from tandem.routing.plan_file import parse_plan

log = logging.getLogger(__name__)

DATABASE_WAIT_S = 60.0
DRAIN_S = 10.0
SWITCH_WAIT_S = 3.0


@dataclass(slots=True)
class Server:
    """A running server, for tests and the command line."""

    shell: Shell
    desktop: DesktopServer
    spool: Spool
    database: Database
    stopped: asyncio.Event = field(default_factory=asyncio.Event)


def number_allowed(number: str, countries: Sequence[str]) -> bool:
    """A valid number of one of these countries that costs no premium rate (toll fraud)."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    kind = phonenumbers.number_type(parsed)
    return (
        phonenumbers.is_valid_number(parsed)
        and phonenumbers.region_code_for_number(parsed) in countries
        and kind != phonenumbers.PhoneNumberType.PREMIUM_RATE
    )


async def _database(stack: AsyncExitStack, url: str, progress: Callable[[str], None]) -> Database:
    """Connected and migrated. Raises Unavailable when it is not there within a minute."""
    async with asyncio.timeout(DATABASE_WAIT_S):
        while True:
            try:
                for file in await migrate(url):
                    progress(f"database: {file}")
                break
            except Unavailable as error:
                log.warning("waiting for the database: %s", error)
                await asyncio.sleep(0.5)
    database = Database(url)
    await database.open()
    stack.push_async_callback(database.close)
    return database


async def load_flows(
    installation: Installation, queues: Sequence[str], progress: Callable[[str], None]
) -> tuple[dict[DeviceId, Flow], dict[Prompt, str]]:
    """The flows, checked, and their prompts, spoken. Raises FlowError, SpeechUnavailable."""
    flows: dict[DeviceId, Flow] = {}
    sounds: dict[Prompt, str] = {}
    for number, file in installation.flows.items():
        flows[number] = load_flow_file(file, queues)
        names = await prepare(
            flows[number].spoken(),
            installation.sounds_dir,
            lambda done: progress(f"prompts: {done.done} of {done.total}"),
        )
        sounds |= {prompt: str(installation.sounds_dir / name) for prompt, name in names.items()}
    return flows, sounds


async def _stored_plan(plans: PlanStore) -> Plan:
    """The stored plan: its sense was checked before it was saved, its form is read. Raises PlanError, BadSettings."""
    stored = await plans.current()
    if stored is None:
        raise BadSettings(
            "there is no routing plan yet: write one (docs/how-to/routing.md) and tandem routing apply it"
        )
    return replace(parse_plan(stored.text, f"routing plan {stored.version}"), version=stored.version)


def _targets(plan: Plan) -> dict[QueueId, float]:
    return {queue.id: queue.target_s for queue in plan.queues.values()}


def _leaves(nodes: Sequence[DispositionNode]) -> frozenset[str]:
    return frozenset(
        code for node in nodes for code in (_leaves(node.children) if node.children else frozenset({node.code}))
    )


def _disposition(node: DispositionNode) -> Disposition:
    return Disposition(code=node.code, zh=node.zh, en=node.en, children=[_disposition(n) for n in node.children])


def _midnight(now: float) -> float:
    return datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _counts(days: Sequence[QueueDay]) -> Mapping[QueueId, QueueCounts]:
    return {
        day.queue: QueueCounts(
            answered=day.answered,
            abandoned=day.abandoned,
            answered_in_target=day.answered_in_target,
            abandoned_in_target=day.abandoned_in_target,
            waited_s=day.waited_s,
        )
        for day in days
    }


class Recordings:
    """Joins the recordings room with the center: what it finds becomes rows and inputs."""

    def __init__(self, folder: Path, clock: SystemClock, spool: Spool, unfinished: Sequence[RecordingRecord]) -> None:
        self._unfinished = {record.id: record for record in unfinished}
        self.service = RecordingService(RecordingSettings(folder=folder), clock, self._alarm)
        self.shell: Shell | None = None
        self._clock = clock
        self._spool = spool
        self._known: dict[RecordingId, tuple[CallId, AgentId | None, float]] = {}
        self._finishing: set[asyncio.Task[None]] = set()

    def started(self, recording: RecordingId, call: CallId, agent: AgentId | None) -> None:
        """It runs; said again after a restart, when it keeps its beginning."""
        earlier = self._unfinished.get(recording)
        self._known[recording] = (call, agent, earlier.started_at if earlier else self._clock.now())
        self.service.started(recording, call)
        self._write(recording, 1, "recording")

    async def recover(self) -> None:
        """Finish what was left over: recordings whose calls ended while no server was there. After re-adoption only,
        or the recording of a call that lives would be cut short."""
        for record in self._unfinished.values():
            if record.id not in self._known:
                self._known[record.id] = (record.call, record.agent, record.started_at)
                self.stopped(record.id)
        await self.service.recover()

    def stopped(self, recording: RecordingId) -> None:
        task = asyncio.get_running_loop().create_task(self._finish(recording))
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    async def _finish(self, recording: RecordingId) -> None:
        try:
            file = await self.service.stopped(recording)
        except CtiError as error:
            self._write(recording, 2, "failed", detail=str(error))
            self._tell(recording, "failed", str(error))
            return
        self._write(recording, 2, "saved", duration_s=file.duration_s, size=file.bytes)
        self._tell(recording, "saved", f"{file.duration_s:.1f} s, both sides")
        self._known.pop(recording, None)

    def _write(
        self, recording: RecordingId, rev: int, state: str, *, duration_s: float = 0.0, size: int = 0, detail: str = ""
    ) -> None:
        call, agent, started_at = self._known[recording]
        self._spool.write(
            RecordingRecord(
                id=recording,
                rev=rev,
                call=call,
                agent=agent,
                file=wav_path(Path(), recording).name,
                started_at=started_at,
                duration_s=duration_s,
                bytes=size,
                state=state,
                detail=detail,
            )
        )

    def _tell(self, recording: RecordingId, state: str, detail: str) -> None:
        if self.shell is not None:
            self.shell.recording_changed(self._known[recording][0], recording, state, detail)

    def _alarm(self, alarm: Alarm) -> None:
        if isinstance(alarm, RecordingAlarm):
            log.log(
                logging.INFO if alarm.phase == "growing" else logging.ERROR,
                "recording %s is %s",
                alarm.recording,
                alarm.phase,
            )
            if alarm.recording in self._known:
                self._tell(alarm.recording, str(alarm.phase), "")
        else:
            log.error("disk for recordings: %s, %d MB free", alarm.space, alarm.free_bytes >> 20)


class DirectoryLookUp:
    """Gives the center the directory's answers."""

    def __init__(self, service: LookUpService) -> None:
        self._service = service
        self._running: set[asyncio.Task[None]] = set()

    def __call__(self, number: str, found: Callable[[Sequence[CustomerMatch], int, bool], None]) -> None:
        task = asyncio.get_running_loop().create_task(self._find(number, found))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _find(self, number: str, found: Callable[[Sequence[CustomerMatch], int, bool], None]) -> None:
        def late(answer: Found) -> None:
            found(answer.customers, answer.unknown_contacts, True)

        answer = await self._service.find(number, late)
        found(answer.customers, answer.unknown_contacts, answer.complete)


@asynccontextmanager
async def serving(
    installation: Installation,
    database_url: str,
    *,
    progress: Callable[[str], None] = lambda _: None,
    rules: Rules | None = None,
    limits: Limits | None = None,
) -> AsyncIterator[Server]:
    """A server that runs while the ``with`` block does. Raises CtiError with a sentence for the one who starts it."""
    settings = installation.settings
    clock = SystemClock()
    async with AsyncExitStack() as stack:
        installation.recordings_dir.mkdir(parents=True, exist_ok=True)
        database = await _database(stack, database_url, progress)
        spool = Spool(installation.journal_dir, JournalStore(database).store)
        spool.open()
        stack.callback(spool.close)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        stack.callback(tasks.create_task(database.run(), name="database").cancel)
        stack.callback(tasks.create_task(spool.run(), name="journal").cancel)
        # what an earlier process could not write comes first: it is part of what we read next
        await spool.drain(DRAIN_S)

        store = CallStore(database)
        plan = await _stored_plan(PlanStore(database))
        dispositions = await store.dispositions()
        flows, sounds = await load_flows(installation, list(plan.queues), progress)
        house = House(
            agents={agent.login: agent for agent in await store.agents()},
            plan=plan,
            flows=flows,
            sounds=sounds,
            dispositions=_leaves(dispositions),
            normalise=partial(normalise, region=settings.region),
            number_allowed=partial(number_allowed, countries=settings.dial_countries),
            rules=rules or Rules(ring_s=settings.ring_s, record=settings.record),
            limits=limits or Limits(wrap_up_s=settings.wrap_up_s),
        )
        recordings = Recordings(installation.recordings_dir, clock, spool, await store.unfinished_recordings())
        directory = BuiltInDirectory(CustomerStore(database))
        look_up = LookUpService(directory, count_unknown=directory.unknown_contacts, budget_s=settings.lookup_budget_s)
        stack.push_async_callback(look_up.close)
        shell = Shell(
            Center(house),
            clock=clock,
            journal=spool,
            look_up=DirectoryLookUp(look_up),
            recorder=recordings,
            database_up=lambda: database.up,
        )
        recordings.shell = shell
        stack.callback(tasks.create_task(recordings.service.run(), name="recordings").cancel)
        stack.callback(tasks.create_task(shell.run(), name="shell").cancel)
        await asyncio.sleep(0)  # the shell's workers are there before the first request

        hub = PageHub()
        shell.hub = hub
        shell.switch = AsteriskSwitch(
            installation.switch_settings([a.device for a in house.agents.values()], Path("/")), shell.switch_event
        )
        shell.take(
            c.Restored(
                calls=tuple(await store.open_calls()),
                agent_states=await store.agent_states(),
                callbacks=tuple(await store.open_callbacks()),
                counts=_counts(await store.queue_days(_targets(plan), since=_midnight(clock.now()))),
            )
        )
        desktop = DesktopServer(
            _desktop_settings(installation, [_disposition(node) for node in dispositions]),
            hub=hub,
            center=shell,
            sessions=PostgresSessions(database),
            library=PostgresLibrary(database, normalise=house.normalise),
            operations=InstallationOperations(installation, flows, frozenset(plan.queues)),
            journal=spool,
        )
        stack.callback(tasks.create_task(shell.switch.run(), name="switch").cancel)
        # pages come back to calls that are adopted already; a switch that is away must not keep them out
        with suppress(TimeoutError):
            async with asyncio.timeout(SWITCH_WAIT_S):
                await shell.switch_found.wait()
        await stack.enter_async_context(desktop)
        stack.callback(tasks.create_task(_recover(recordings, shell), name="recover recordings").cancel)
        log.info("Tandem %s serves %s", __version__, desktop.url)
        garbage.settle()
        yield Server(shell, desktop, spool, database)
        await spool.drain(2.0)


async def _recover(recordings: Recordings, shell: Shell) -> None:
    await shell.switch_found.wait()
    try:
        await recordings.recover()
    except CtiError as error:
        log.error("left-over recordings were not finished: %s", error)


def _desktop_settings(installation: Installation, dispositions: list[Disposition]) -> DesktopSettings:
    settings = installation.settings
    tls = None
    if installation.serves_tls:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(installation.certificate, installation.key)
    return DesktopSettings(
        listen=settings.listen,
        http_port=settings.http_port,
        seat_port=settings.seat_port,
        names=installation.names,
        tls=tls,
        softphone_port=settings.phone_tls_port if installation.serves_tls else settings.phone_port,
        sip_secret=installation.secrets.sip.encode(),
        dispositions=tuple(dispositions),
    )
