"""What is to come: when the list will be through, what recycling and more agents would bring."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping
from contextlib import suppress

import msgspec

from tandem.agent_desktop.core import campaign_day_resources as shapes
from tandem.cti.adapters.postgres.campaign_outlook import Times
from tandem.cti.app import blend
from tandem.cti.app.campaign_desk import whatif_worker
from tandem.cti.app.campaign_desk.ground import Book, Ground, Part
from tandem.cti.app.campaign_desk.simulated_hours import Figures, World
from tandem.cti.app.dialer.agents import may_serve
from tandem.cti.app.dialer.days import zone_of
from tandem.cti.app.dialer.state import Running
from tandem.cti.model.campaigns import Campaign, CampaignRecord
from tandem.cti.model.durations import DAY_S
from tandem.cti.model.errors import BadRequest, CtiError, Unavailable, WrongState
from tandem.cti.model.ids import AgentId
from tandem.routing.core.dialer.calling_hours import CommonHours
from tandem.routing.core.dialer.pacing_settings import PACED_MODES, DayCount
from tandem.routing.core.dialer.recycling import Group, Seen, forecast
from tandem.routing.core.dialer.terms import Terms
from tandem.routing.core.shifts import Presence

log = logging.getLogger(__name__)

SEEN_S = 14 * DAY_S
"""What is older counts for nothing any more."""
HOUR_S = 3_600.0
STEP_S = 900.0
MOST_AHEAD_S = 90 * DAY_S
WHAT_IF_S = 50.0
ENDS_EVERY_S = 60.0
GUESSED_TALK_S, GUESSED_WRAP_UP_S, GUESSED_ANSWER_S, GUESSED_OTHER_S = 90.0, 20.0, 10.0, 22.0
GUESSED_ANSWER_RATE = 0.25
PRIOR_CALLS = 50.0
"""The guessed answer rate counts for so many calls."""


class Outlooks(Part):
    """One simulation at a time."""

    def __init__(self, ground: Ground, book: Book) -> None:
        super().__init__(ground, book)
        self._one_what_if = asyncio.Lock()

    async def forecast(self, campaign: str) -> shapes.CampaignForecast:
        record = self._book.known(campaign)
        document, now, run = record.document, self._ground.now, self._ground.run(campaign)
        most = document.attempts.most_per_person
        tried = await self._ground.outlook.open_by_tries(campaign)
        groups = [Group(count=count, tried=done, tries=max(0, most - done)) for done, count in tried.items()]
        agents = 0 if run is None else len(_at_work(run))
        found = forecast(groups, await self._seen(document, run), agents=agents)
        lately = await self._ground.outlook.times(campaign, since=now - HOUR_S)
        ends_at = None
        if record.state == "running" and found.leads and found.hours is not None:
            ends_at = await self._worked_until(document, found.hours)
        return shapes.CampaignForecast(
            at=now,
            left=found.leads,
            attempts=found.calls,
            attempts_per_hour=float(lately.dialled) if lately.dialled else None,
            agent_hours=found.agent_hours,
            reach_ratio=found.reach_ratio,
            ends_at=ends_at,
            text=dict(found.text),
        )

    async def recycle(self, campaign: str, asked: shapes.Recycle, *, by: str) -> shapes.Recycled:
        record = self._book.known(campaign)
        results = list(dict.fromkeys(asked.results))
        tried = await self._ground.outlook.over_by_tries(campaign, results)
        most = record.document.attempts.most_per_person
        groups = [Group(count=count, tried=done, tries=most) for done, count in tried.items()]
        found = forecast(groups, await self._seen(record.document, self._ground.run(campaign)))
        leads = found.leads
        if not asked.try_only:
            why = f"recycled by {by}: {', '.join(results)}"
            leads = await self._ground.leads.recycle(campaign, results, now=self._ground.now, why=why)
            self._ground.look_again(campaign)
        return shapes.Recycled(
            leads=leads,
            agent_hours=found.agent_hours,
            reach_ratio=found.reach_ratio,
            text=dict(found.text),
            done=not asked.try_only,
        )

    async def keep_ends(self) -> None:
        """When the lists of running campaigns will be through, worked out once a minute; until cancelled."""
        while True:
            for record in self._book.all():
                ends_at = None
                if record.state == "running":
                    try:
                        ends_at = (await self.forecast(record.id)).ends_at
                    except CtiError:
                        pass
                    except Exception:
                        # a forecast is worth no call: the others go on, and so does the server
                        log.exception("when the campaign %s will be through could not be worked out", record.id)
                self._ground.ends[record.id] = ends_at
            await asyncio.sleep(ENDS_EVERY_S)

    async def _seen(self, document: Campaign, run: Running | None) -> Seen:
        since = self._ground.now - SEEN_S
        by_try = await self._ground.outlook.by_try(document.id, since=since)
        times = await self._ground.outlook.times(document.id, since=since)
        gauges = None if run is None else copy.copy(run.pacer).gauges(self._ground.now)
        return Seen(
            by_try=by_try,
            talk_s=times.talk_s or GUESSED_TALK_S,
            wrap_up_s=(gauges.wrap_up_s if gauges is not None else None) or GUESSED_WRAP_UP_S,
            wait_s=(gauges.wait_s if gauges is not None else None) or document.target_wait_s,
        )

    async def _worked_until(self, document: Campaign, hours: float) -> float | None:
        """When so many hours of those who are at it now are worked, of those in which the campaign may call in its own
        zone; None: not within three months. Months of hours are gone through beside the calls."""
        terms = Terms(document, calling=self._ground.center.plan.calling)
        open_at = terms.hours("", str(zone_of(document)), "")
        return await asyncio.to_thread(_worked_until, open_at, self._presence(document), self._ground.now, hours)

    def _presence(self, document: Campaign) -> Presence:
        """Of agents, by their shifts."""
        center, run = self._ground.center, self._ground.run(document.id)
        here = [] if run is None else _at_work(run)
        able: list[AgentId] = []
        if run is not None and center.plan.shifts:
            able = [
                agent.id
                for agent in center.agents.values()
                if blend.does_outbound(center, agent.id) and may_serve(center, agent, run)
            ]
        return Presence(center.dialer.roster, here=here, able=able, now=self._ground.now)

    # ---- with more agents

    async def what_if(self, campaign: str, agents: int) -> shapes.AgentsWhatIfAnswer:
        record = self._book.known(campaign)
        run = self._ground.run(campaign)
        if run is None or run.mode not in PACED_MODES:
            raise WrongState.because("nothing_to_simulate")
        now = len(_at_work(run))
        then = now + agents
        if then < 1:
            raise BadRequest.because("nobody_left", agents=now)
        times = await self._ground.outlook.times(campaign, since=self._ground.now - DAY_S)
        world = self._world(run, times)
        async with self._one_what_if:
            figures = await _simulated(whatif_worker.Order(world, (now, then)))
        return await self._answer(record, figures)

    def _world(self, run: Running, times: Times) -> World:
        gauges = copy.copy(run.pacer).gauges(self._ground.now)
        rate = gauges.answer_rate
        if rate is None:
            rate = (times.answered + GUESSED_ANSWER_RATE * PRIOR_CALLS) / (times.dialled + PRIOR_CALLS)
        earlier = tuple(
            DayCount(answered=day.answered, abandoned=day.abandoned)
            for name, day in sorted(run.days.items())
            if name < run.day
        )
        today = run.today
        return World(
            settings=run.pacer.settings,
            learned=run.pacer.learned,
            answer_rate=rate,
            talk_s=gauges.talk_s or times.talk_s or GUESSED_TALK_S,
            wrap_up_s=gauges.wrap_up_s or GUESSED_WRAP_UP_S,
            answer_s=times.answer_s or GUESSED_ANSWER_S,
            other_s=times.other_s or GUESSED_OTHER_S,
            days=earlier,
            today=DayCount(answered=today.answered, abandoned=today.abandoned),
        )

    async def _answer(self, record: CampaignRecord, answer: whatif_worker.Answer) -> shapes.AgentsWhatIfAnswer:
        left = await self._ground.outlook.open_by_tries(record.id)
        seen = await self._seen(record.document, self._ground.run(record.id))
        most = record.document.attempts.most_per_person
        groups = [Group(count=count, tried=done, tries=max(0, most - done)) for done, count in left.items()]
        calls = forecast(groups, seen).calls
        before, after = answer.before, answer.after
        more = after.connects_per_hour - before.connects_per_hour
        within = "" if answer.margin is None else f" (± {max(1.0, answer.margin):.0f})"
        words: Mapping[str, str] = {
            "zh": f"{after.agents} 名座席（现 {before.agents} 名）：每小时约 {more:+.0f}{within} 次通话，"
            f"通话时间占比 {100 * before.talk_ratio:.0f} % → {100 * after.talk_ratio:.0f} %",
            "en": f"{after.agents} agents instead of {before.agents}: about {more:+.0f}{within} talks an hour, "
            f"talking {100 * before.talk_ratio:.0f} % → {100 * after.talk_ratio:.0f} % of their time",
        }
        return shapes.AgentsWhatIfAnswer(
            now=await self._shown(record, before, calls),
            then=await self._shown(record, after, calls),
            hours=answer.runs * after.hours_s / HOUR_S,
            runs=answer.runs,
            more_per_hour=more,
            margin=answer.margin,
            text=dict(words),
        )

    async def _shown(self, record: CampaignRecord, figures: Figures, calls: float) -> shapes.PacingFigures:
        ends_at = None
        if calls and figures.dialled_per_hour:
            ends_at = await self._worked_until(record.document, calls / figures.dialled_per_hour)
        return shapes.PacingFigures(
            agents=figures.agents,
            talk_ratio=figures.talk_ratio,
            wait_s=figures.wait_s,
            connects_per_hour=figures.connects_per_hour,
            lines_per_agent=figures.lines_per_agent,
            abandon_ratio=figures.abandon_ratio,
            ends_at=ends_at,
        )


async def _simulated(order: whatif_worker.Order) -> whatif_worker.Answer:
    """Raises Unavailable: the process ended early, or took too long."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", whatif_worker.__name__, stdin=PIPE, stdout=PIPE, start_new_session=True
    )
    try:
        async with asyncio.timeout(WHAT_IF_S):
            answer, _ = await process.communicate(pickle.dumps(order))
        figures: whatif_worker.Answer = msgspec.json.decode(answer, type=whatif_worker.Answer)
        return figures
    except (TimeoutError, msgspec.DecodeError):
        raise Unavailable.because("simulation_late") from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _at_work(run: Running) -> list[AgentId]:
    return [agent for agent, status in run.agents.items() if status != "away"]


def _worked_until(open_at: CommonHours | None, presence: Presence, now: float, hours: float) -> float | None:
    at, left_s = now, hours * HOUR_S
    while at < now + MOST_AHEAD_S:
        closed = None if open_at is None else open_at.closed(at)
        if closed is None:
            share = presence.at(at)
            if left_s <= STEP_S * share:
                return at + (left_s / share if left_s else 0.0)
            at, left_s = at + STEP_S, left_s - STEP_S * share
        elif closed[1] is None:
            return None
        else:
            at = max(closed[1], at + 1.0)
    return None
