"""``hangup``: the call ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tandem.cti.documents.shapes import NAME, Text, item, record
from tandem.ivr.core.dialogue import HangUp as HangUpEffect
from tandem.ivr.core.state import IvrState
from tandem.ivr.core.step import Step

if TYPE_CHECKING:
    from tandem.ivr.core.flow import Flow


@record
class HangUp(Step):
    kind: ClassVar[str] = "hangup"
    ends: ClassVar[bool] = True
    reason: str = item(
        Text(longest=32, pattern=NAME, rule="a reason is one word of small letters, digits and _"),
        "one word for the reports",
        default="completed",
    )

    def render(self, flow: Flow, state: IvrState) -> HangUpEffect:
        return HangUpEffect(self.reason)
