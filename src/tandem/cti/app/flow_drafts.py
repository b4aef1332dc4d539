"""A draft that its author listens to: he hears where the flow would send a caller, and is sent nowhere. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.model.ids import QueueId
from tandem.ivr.core import dialogue
from tandem.ivr.core.speech import Prompt
from tandem.ivr.core.state import IvrState

if TYPE_CHECKING:
    from tandem.cti.app.center import Center

_TO_QUEUE = {"zh": "流程现在会把来电者转到队列 {to}。", "en": "The flow would now send the caller to the queue {to}."}
_TO_NUMBER = {"zh": "流程现在会把来电者转接到 {to}。", "en": "The flow would now transfer the caller to {to}."}
ENDED = "draft"
"""Why its call ends."""


def instead_of(center: Center, state: IvrState, effect: dialogue.Effect) -> dialogue.Effect | None:
    """What happens in a draft instead of ``effect``; None: the same."""
    language = "zh" if state.language == "zh" else "en"
    match effect:
        case dialogue.Enqueue():
            queue = center.plan.queues.get(QueueId(effect.queue))
            name = effect.queue if queue is None else queue.name_zh if language == "zh" else queue.name_en
            return dialogue.Play((Prompt(language, _TO_QUEUE[language].format(to=name)),))
        case dialogue.Transfer():
            to = effect.sip or effect.number
            return dialogue.Play((Prompt(language, _TO_NUMBER[language].format(to=to)),))
        case _:
            return None
