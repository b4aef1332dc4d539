"""Which kinds of work an agent can be given now.

He has one call at most. Tasks lie on his desk beside it: a call may come while he has tasks in hand, but nobody is
handed a new task while he talks, rings or wraps up, and tasks never keep a call from him.
"""

from __future__ import annotations

from tandem.routing.core.acd.agent import Agent
from tandem.routing.core.acd.work import Kind

NOTHING: frozenset[Kind] = frozenset()
VOICE: frozenset[Kind] = frozenset({"voice"})
BOTH: frozenset[Kind] = frozenset({"voice", "task"})
TASK: frozenset[Kind] = frozenset({"task"})
CAMPAIGN: frozenset[Kind] = frozenset({"campaign"})


def kinds(agent: Agent, *, tasks: int, most_tasks: int, held: bool = False, callers: bool = True) -> frozenset[Kind]:
    """``tasks``: in hand or offered to him; ``most_tasks``: of his plan (0: he gets none); ``held``: a campaign has
    him, and counts on him; ``callers``: he takes calls that come in.

    Nothing unless he is Ready, reachable and without a call. More tasks than he may have (the plan was changed) are his
    to finish. Whom a campaign has is not handed tasks: he is to be free when somebody answers."""
    if not agent.available or agent.call is not None:
        return NOTHING
    if held:
        return CAMPAIGN
    if not callers:
        return TASK if tasks < most_tasks else NOTHING
    return BOTH if tasks < most_tasks else VOICE
