"""What can go wrong in this room.

BadRequest
|- FlowError        a flow file does not load; ``problems`` holds every one, each with file, line and what to do
`- BadState         the text of a call's IVR state is not one that we wrote
Unavailable
`- SpeechUnavailable   no prompt can be made now (no synthesiser, no voice, it failed)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tandem.cti.model.errors import BadRequest, Unavailable

if TYPE_CHECKING:
    from tandem.cti.documents.problems import Problem


class FlowError(BadRequest):
    """``str()`` lists the problems, one a line, ``file:line: what. What to do.``"""

    code = "bad_flow"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class BadState(BadRequest):
    code = "bad_ivr_state"


class SpeechUnavailable(Unavailable):
    code = "speech_unavailable"
