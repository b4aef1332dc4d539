"""What flows may ask about a call: facts of the house as the interpreter's World. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.app import acd
from tandem.cti.core.contact import Contact
from tandem.cti.core.turn import waited_s
from tandem.cti.model.ids import WorkId
from tandem.cti.model.skills import unmet
from tandem.cti.model.states import AgentState, Phase
from tandem.ivr.core.values import MAX_TEXT, Value
from tandem.ivr.core.world import World

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

_UNKNOWN_S = -1


def world(center: Center, contact: Contact) -> World:
    found = _found(center, contact)
    stage = center.house.stage
    return found if stage is None else stage.facts(contact, found)


def _found(center: Center, contact: Contact) -> World:
    return World(
        now=center.now,
        call={
            "id": contact.id,
            "ani": contact.ani[:MAX_TEXT],
            "number": contact.ani_e164,
            "dnis": contact.dnis[:MAX_TEXT],
            "name": contact.name[:MAX_TEXT],
        },
        customer=_customer(center, contact),
        queue=_queue(center, contact) if contact.phase is Phase.QUEUED else {},
        agent=_agent(center, contact) if contact.phase is Phase.SURVEY else {},
    )


def _customer(center: Center, contact: Contact) -> dict[str, Value]:
    known = acd.customer_of(center, contact)
    if known is None:
        return {"known": False, **dict.fromkeys(("id", "name", "tier", "language", "company", "email", "owner"), "")}
    texts = {
        "id": known.id,
        "name": known.name,
        "tier": known.tier,
        "language": known.language,
        "company": known.company,
        "email": known.email,
        "owner": known.owner or "",
    }
    return {"known": True, **{name: text[:MAX_TEXT] for name, text in texts.items()}}


def _queue(center: Center, contact: Contact) -> dict[str, Value]:
    work = center.callers[contact.id].work
    waits = work is not None and center.matcher.place(work.id) is not None
    expected = acd.expected_wait(center, contact.id)
    return {
        "id": contact.queue or "",
        "position": center.matcher.ahead_of(WorkId(contact.id))[0] + 1 if waits else 1,
        "wait_p50_s": _UNKNOWN_S if expected is None else round(expected.p50_s),
        "wait_p90_s": _UNKNOWN_S if expected is None else round(expected.p90_s),
        "waited_s": round(waited_s(contact, center.now)),
        "ready": _ready(center, contact),
    }


def _ready(center: Center, contact: Contact) -> int:
    """Agents who could take him and are free, at the step that his waiting has come to."""
    work = center.callers[contact.id].work
    if work is None or center.matcher.place(work.id) is None:
        return 0
    needs = work.steps[center.matcher.step_of(work.id)].needs
    free = (center.agents[agent] for agent in center.matcher.available_agents)
    return sum(agent.state is AgentState.READY and unmet(needs, agent.skills) is None for agent in free)


def _agent(center: Center, contact: Contact) -> dict[str, Value]:
    login = contact.served_by
    return {
        "id": login or "",
        "name": "" if login is None else center.names.get(login, login)[:MAX_TEXT],
        "talk_s": round(contact.talk_s - contact.talk_before_s),
    }
