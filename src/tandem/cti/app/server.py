"""The server: every room joined, and run."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from tandem import __version__
from tandem.agent_desktop.adapters.server import DesktopServer
from tandem.agent_desktop.adapters.store import PostgresLibrary, PostgresSessions
from tandem.agent_desktop.core.resources import Disposition
from tandem.agent_desktop.services.hub import PageHub
from tandem.agent_desktop.settings import DesktopSettings
from tandem.crm_bridge.adapters.builtin import BuiltInDirectory
from tandem.crm_bridge.core.numbers import normalise
from tandem.crm_bridge.lookup import LookUpService
from tandem.cti.adapters.asterisk.switch import AsteriskSwitch
from tandem.cti.adapters.postgres.calls import CallStore
from tandem.cti.adapters.postgres.customers import CustomerStore
from tandem.cti.adapters.postgres.plans import PlanStore
from tandem.cti.app import acd
from tandem.cti.app import floor_plan as c
from tandem.cti.app.announcements import every_language, prompts_of
from tandem.cti.app.campaign_desk import commands
from tandem.cti.app.campaign_desk.wiring import campaign_desk, carriers_of, look_after, read_campaigns
from tandem.cti.app.center import Center
from tandem.cti.app.clock_watch import ClockWatch
from tandem.cti.app.control import control
from tandem.cti.app.directory import DirectoryLookUp
from tandem.cti.app.flow_wiring import FlowsAtStart, flow_desk, keep_sounds, open_flows
from tandem.cti.app.history.input_journal import InputJournal
from tandem.cti.app.history.studies import StudyDesk
from tandem.cti.app.house import House, Limits
from tandem.cti.app.installation import Installation
from tandem.cti.app.operations import InstallationOperations
from tandem.cti.app.outside import Outside, outside
from tandem.cti.app.plan_desk import closure_of
from tandem.cti.app.recordings import Recordings
from tandem.cti.app.routing_desk import Routing
from tandem.cti.app.shell import Fetch, Shell
from tandem.cti.app.stage import Stage
from tandem.cti.core.turn import Rules
from tandem.cti.model.errors import CtiError, Unavailable
from tandem.cti.model.ids import AgentId, CallId, QueueId
from tandem.cti.model.profiles import AgentProfile, DispositionNode, QueueDay
from tandem.cti.runtime import garbage
from tandem.cti.runtime.clock import SystemClock
from tandem.cti.runtime.secret_digits import SecretDigits
from tandem.cti.runtime.settings import BadSettings
from tandem.cti.storage.journal_store import JournalStore
from tandem.cti.storage.migrate import migrate
from tandem.cti.storage.pool import Database
from tandem.cti.storage.spool import Spool
from tandem.ivr.core.dialogue import Dip, Fetched
from tandem.ivr.core.speech import Prompt
from tandem.routing.core.acd.service_level import QueueCounts
from tandem.routing.core.dialer.zones import facts_of
from tandem.routing.core.plan import Plan
from tandem.routing.plan_file import parse_plan

log = logging.getLogger(__name__)

DATABASE_WAIT_S = 60.0
SWITCH_WAIT_S = 3.0
LATE_NEWS_S = 3_600.0
"""News of a call that is over for longer is not thought possible."""
KNOWN_SLACK_S = 0.05
"""Of the look-up of a caller, which says itself when it takes longer than its budget."""
STUDY_CONNECTIONS = 2
STUDY_S = 60.0


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
    facts = facts_of(number)
    return facts.valid and facts.country in countries and facts.kind != "premium"


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


def _journal_left(progress: Callable[[str], None], records: int) -> None:
    text = f"journal: {records} records of the last run go into the database first"
    log.info(text)
    progress(text)


async def _stored_plan(plans: PlanStore) -> Plan:
    """The stored plan: its sense was checked before it was saved, its form is read. Raises PlanError, BadSettings."""
    stored = await plans.current()
    if stored is None:
        raise BadSettings.because("no_plan_to_serve")
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


@asynccontextmanager
async def serving(
    installation: Installation,
    database_url: str,
    *,
    progress: Callable[[str], None] = lambda _: None,
    stage: Stage | None = None,
) -> AsyncIterator[Server]:
    """A server that runs while the ``with`` block does. ``stage``: a test that plays the world for its flows.

    Raises CtiError with a sentence for the one who starts it.
    """
    settings = installation.settings
    clock = SystemClock()
    vault = SecretDigits()
    async with AsyncExitStack() as stack:
        installation.recordings_dir.mkdir(parents=True, exist_ok=True)
        database = await _database(stack, database_url, progress)
        spool = Spool(installation.journal_dir, JournalStore(database).store)
        spool.open()
        stack.callback(spool.close)
        tasks = await stack.enter_async_context(asyncio.TaskGroup())

        def runs(work: Coroutine[Any, Any, object], name: str) -> None:
            """Until the server stops: what was begun last is stopped first."""
            stack.callback(tasks.create_task(work, name=name).cancel)

        runs(database.run(), "database")
        runs(spool.run(), "journal")
        # what an earlier process could not write comes first, however much: an attempt that is known to the journal
        # alone would be dialled again
        await spool.drain_all(partial(_journal_left, progress))

        store = CallStore(database)
        plans = PlanStore(database)
        plan = await _stored_plan(plans)
        closures = tuple(closure_of(closure) for closure in await plans.closures())
        spoken = prompts_of(plan).union(*(every_language(closure.text) for closure in closures))
        dispositions = await store.dispositions()
        directory = BuiltInDirectory(CustomerStore(database))
        out = await stack.enter_async_context(outside(installation, database, directory.find))
        flows = await open_flows(installation, database, plan, out)
        campaigns = await read_campaigns(database, spool, now=clock.now())
        sounds = await out.sounds.prepare(
            flows.prompts | spoken | campaigns.prompts, lambda done: progress(f"prompts: {done.done} of {done.total}")
        )
        agents = {agent.login: agent for agent in await store.agents()}
        house = _house(installation, plan, flows, sounds, agents=agents, dispositions=dispositions, stage=stage)
        recordings = Recordings(installation.recordings_dir, clock, spool, await store.unfinished_recordings())
        look_up = LookUpService(directory, count_unknown=directory.unknown_contacts, budget_s=settings.lookup_budget_s)
        stack.push_async_callback(look_up.close)
        center = Center(house)
        inputs = InputJournal(
            installation.inputs_dir,
            center,
            region=settings.region,
            dial_countries=tuple(settings.dial_countries),
            journal_days=settings.journal_days,
            on_alarm=lambda text: log.error("journal of inputs: %s", text),
        )
        inputs.open()
        stack.callback(inputs.close)
        shell = Shell(
            center,
            inputs=inputs,
            clock=clock,
            journal=spool,
            look_up=DirectoryLookUp(look_up),
            recorder=recordings,
            database_up=lambda: database.up,
            fetch=_fetch(out, vault) if stage is None else partial(stage.fetch, secrets=vault.get),
            speak=out.speech.make,
            forget=vault.forget,
        )
        recordings.shell = shell
        runs(recordings.service.run(), "recordings")
        runs(shell.run(), "shell")
        await asyncio.sleep(0)  # the shell's workers are there before the first request

        hub = PageHub()
        shell.hub = hub
        shell.switch = AsteriskSwitch(
            installation.switch_settings(await store.phones(), Path("/")), shell.switch_event, vault=vault
        )
        studies = await _study_database(stack, database_url)
        outbound = campaign_desk(
            campaigns,
            shell,
            installation=installation,
            studies=studies,
            database=database,
            journal=spool,
            clock=clock,
            speak=out.sounds.prepare,
            dispositions=dispositions,
            flows=lambda: [flow.name for flow in center.flows],
        )
        restored = await _restored(store, plan, closures, clock.now())
        shell.take(campaigns.within(restored))
        desk = flow_desk(flows, shell, out, clock=clock, studies=studies)
        routing = Routing(
            plans,
            store,
            shell,
            clock=clock,
            speak=out.sounds.prepare,
            check_flows=desk.check_queues,
            one=desk.one,
        )
        await outbound.open()
        desktop = DesktopServer(
            _desktop_settings(installation, [_disposition(node) for node in dispositions]),
            hub=hub,
            center=shell,
            sessions=PostgresSessions(database),
            library=PostgresLibrary(database, normalise=house.normalise),
            operations=InstallationOperations(installation),
            journal=spool,
            routing=routing,
            studies=_studies(stack, installation, studies, center, clock),
            flows=desk,
            campaigns=outbound,
        )
        runs(shell.switch.run(), "switch")
        # pages come back to calls that are adopted already; a switch that is away must not keep them out
        with suppress(TimeoutError):
            async with asyncio.timeout(SWITCH_WAIT_S):
                await shell.switch_found.wait()
        await stack.enter_async_context(desktop)
        handlers = {**routing.handlers(spool), **desk.handlers(spool), **commands.handlers(outbound, spool, clock)}
        await stack.enter_async_context(control(installation.home, handlers))
        runs(look_after(outbound), "campaigns")
        runs(ClockWatch(clock.off_s, shell.take).run(), "clock")
        runs(keep_sounds(shell, out), "prompts")
        runs(_recover(recordings, shell), "recover recordings")
        log.info("Tandem %s serves %s", __version__, desktop.url)
        garbage.settle()
        yield Server(shell, desktop, spool, database)
        await spool.drain(2.0)


def _house(
    installation: Installation,
    plan: Plan,
    flows: FlowsAtStart,
    sounds: Mapping[Prompt, str],
    *,
    agents: Mapping[AgentId, AgentProfile],
    dispositions: Sequence[DispositionNode],
    stage: Stage | None,
) -> House:
    settings = installation.settings
    return House(
        agents=agents,
        plan=plan,
        flows=flows.deployed,
        editions=flows.opened.editions,
        sip_hosts=frozenset(host.lower() for host in settings.sip_hosts),
        sounds=sounds,
        dispositions=_leaves(dispositions),
        carriers=carriers_of(settings),
        normalise=partial(normalise, region=settings.region),
        number_allowed=partial(number_allowed, countries=settings.dial_countries),
        rules=Rules(pop_s=settings.pop_s, ring_s=settings.ring_s, record=settings.record),
        limits=Limits(wrap_up_s=settings.wrap_up_s, known_s=settings.lookup_budget_s + KNOWN_SLACK_S),
        stage=stage,
    )


async def _restored(store: CallStore, plan: Plan, closures: tuple[c.Closure, ...], now: float) -> c.Restored:
    """What the database knows of calls, agents and promises that are not over."""
    return c.Restored(
        calls=tuple(await store.open_calls()),
        agent_states=await store.agent_states(),
        callbacks=tuple(await store.open_callbacks()),
        tasks=tuple(await store.open_tasks()),
        counts=_counts(await store.queue_days(_targets(plan), since=_midnight(now))),
        closures=closures,
        ended=tuple(await store.ended_calls(since=now - LATE_NEWS_S)),
    )


def _fetch(out: Outside, vault: SecretDigits) -> Fetch:
    async def fetch(call: CallId, dip: Dip) -> Fetched:
        return await out.dips.fetch(dip, secrets=vault.get)

    return fetch


async def _study_database(stack: AsyncExitStack, url: str) -> Database:
    """Connections of its own: counting months is slow, and must neither hold up calls nor look like an outage."""
    database = Database(url, connections=STUDY_CONNECTIONS, deadline_s=STUDY_S)
    await database.open()
    stack.push_async_callback(database.close)
    return database


def _studies(
    stack: AsyncExitStack, installation: Installation, database: Database, center: Center, clock: SystemClock
) -> StudyDesk:
    desk = StudyDesk(
        database=database,
        inputs_dir=installation.inputs_dir,
        now=clock.now,
        plan=lambda: center.plan,
        handle_s=lambda queue: acd.handle_s(center, center.plan.queues[queue]),
        accuracy=lambda: center.predictor.accuracy,
        since=clock.now(),
    )
    stack.push_async_callback(desk.close)
    return desk


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
