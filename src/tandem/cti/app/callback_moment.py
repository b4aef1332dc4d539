"""When a customer who is to be rung before an agent is there can be rung. Pure."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from tandem.cti.app import number_checks, overflow
from tandem.cti.model.needs import kept_needs
from tandem.cti.model.records import CallbackRecord
from tandem.cti.model.skills import Needs, unmet
from tandem.cti.model.states import AgentState, Phase
from tandem.routing.core.acd import callback as cb
from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.acd.work import Step
from tandem.routing.core.plan import QueuePlan
from tandem.routing.core.steps import steps_of

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

ANSWER_S = 12.0
"""From the dial to the answer, as expected: so early a customer is dialled before an agent is free."""
LOOK_EVERY_S = 2.0
"""How often it is looked whether a customer who is to be rung first can be rung."""


def has_come(center: Center, record: CallbackRecord, queue: QueuePlan) -> bool:
    """It is open, and an agent will be free by the time of his answer."""
    place = cb.place_of(record)
    looked_at, of_place = center.not_rung.get((queue.id, record.needs), (-1.0, 0.0))
    if 0.0 <= center.now - looked_at < LOOK_EVERY_S / 2 and place >= of_place:
        return False  # hundreds may be due: who stands before him, or he, could not be rung a moment ago
    if not overflow.opening(center, queue).open:
        return False
    needs = _needs_now(center, steps_of(queue.steps, kept_needs(record.needs)), center.now - place)
    in_the_air = sum(
        contact.phase is Phase.DIALLING and contact.queue == queue.id and contact.agent is None
        for contact in center.contacts.values()
    )
    suited = (agent for agent in center.matcher.available_agents if unmet(needs, center.agents[agent].skills) is None)
    if sum(1 for _ in islice(suited, in_the_air + 1)) > in_the_air:
        return True
    center.not_rung[queue.id, record.needs] = (center.now, place)
    if not any(_will_be_free(agent) and unmet(needs, agent.skills) is None for agent in center.agents.values()):
        return False  # waits were short as long as somebody was at work: that says nothing about now
    ahead = sum(work.queue == queue.id and work.queued_at < place for work in center.matcher.waiting())
    expected = center.predictor.wait_left(
        queue.id,
        tier=record.tier,
        ahead=ahead + in_the_air,
        logged_on=center.matcher.logged_on(needs),
        handle_s=queue.handle_s,
    )
    if expected is None or expected.p50_s > ANSWER_S:
        return False
    del center.not_rung[queue.id, record.needs]
    return True


def first_like(center: Center, record: CallbackRecord) -> CallbackRecord:
    """Of those who wait to be rung in his queue, with his needs: who has the best place. Each is looked at in his own
    time, and it may have come just now. Whose number was not looked up yet cannot be dialled."""
    for entry in center.ledger.entries():
        other = center.callbacks.get(entry.id)
        if (
            other is not None
            and (other.state, other.first, other.queue, other.needs) == ("due", "customer", record.queue, record.needs)
            and other.attempt not in center.contacts
            and number_checks.known(center, other.number_e164)
        ):
            return other
    return record


def _needs_now(center: Center, steps: tuple[Step, ...], waited_s: float) -> Needs:
    """As the matcher would ask: of the step whose time has come, or of the first one after it that somebody meets."""
    reached = max((number for number, step in enumerate(steps) if step.from_s <= waited_s), default=0)
    return next((step.needs for step in steps[reached:] if center.matcher.logged_on(step.needs)), steps[reached].needs)


def _will_be_free(agent: Agent) -> bool:
    at_work = agent.state in (AgentState.READY, AgentState.BUSY, AgentState.WORKING_AFTER_CALL)
    return at_work and agent.reachable and agent.pending is not AgentState.NOT_READY
