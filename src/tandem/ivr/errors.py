"""What can go wrong in this room.

BadRequest
|- FlowError        a flow file does not load; ``problems`` holds every one, each with file, line and what to do
|- BadState         the text of a call's IVR state is not one that we wrote
|- BadSound         a sound cannot be used as a prompt; ``reason`` is a word for it
`- DataUnusable     a data source answered with something that is no answer (too large, not JSON, a refusal)
Forbidden
`- DataRefused      a data source may not be asked (address inside the network, credentials for another host)
Unavailable
|- SpeechUnavailable   no prompt can be made now (no synthesiser, no voice, it failed)
`- DataUnavailable     a data source is away, or too busy
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.model.errors import BadRequest, Forbidden, Unavailable
from tandem.ivr.core.problem_texts import problem_text

if TYPE_CHECKING:
    from tandem.cti.documents.problems import Problem


class FlowError(BadRequest):
    """``str()`` lists the problems, one a line, ``file:line: what. What to do.``"""

    code = "bad_flow"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems

    def in_language(self, language: str) -> str:
        return "\n".join(problem_text(problem, language) for problem in self.problems)


class BadState(BadRequest):
    code = "bad_ivr_state"


class BadSound(BadRequest, ValueError):
    """A sound cannot be used. ``reason``: ``not_audio``, ``rate``, ``silent``, ``too_short``, ``too_long``,
    ``too_large``."""

    code = "bad_sound"

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class DataUnusable(BadRequest):
    code = "data_unusable"


class DataRefused(Forbidden):
    code = "data_refused"


class SpeechUnavailable(Unavailable):
    code = "speech_unavailable"


class DataUnavailable(Unavailable):
    code = "data_unavailable"
