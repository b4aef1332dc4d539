"""``transfer``: the call goes on to a number outside or a SIP address. (To an agent: ``queue`` with ``agent``.)"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from tandem.cti.documents.shapes import Number, Text, item, record
from tandem.ivr.core.dialogue import IvrEvent, MediaFailed, TransferFailed
from tandem.ivr.core.dialogue import Transfer as TransferEffect
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.formulas import Expr
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.speech import Speech
from tandem.ivr.core.step import Exit, Fault, Move, Step, Take, ways
from tandem.ivr.core.words import Spoken, Target

_NUMBER = re.compile(r"\+?[0-9]{2,20}")
_SIP = re.compile(r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,126}[A-Za-z0-9])?(?::[0-9]{1,5})?")


@record
class Transfer(Step):
    kind: ClassVar[str] = "transfer"
    leaves_line: ClassVar[bool] = True
    number: Expression | None = item(Expr(), 'the number, such as "+862112345678" in quotes', default=None)
    sip: str = item(
        Text(200, _SIP, "an address is written like desk@partner.example.com"), "the SIP address", default=""
    )
    prompts: Speech = item(Spoken(), "what the caller hears before", default=())
    timeout_s: float = item(Number(5, 180), "it failed when nobody has answered after so many seconds", default=30.0)
    failed: str = item(Target(), "the step that follows when nobody answers", is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        return ways(failed=self.failed)

    def faults(self) -> Iterator[Fault]:
        if (self.number is None) == (not self.sip):
            yield Fault("one_of", "a transfer goes to a number or to a SIP address", "Give number: or sip:, not both.")

    def speeches(self) -> tuple[Speech, ...]:
        return (self.prompts,) if self.prompts else ()

    def enter(self, scene: Scene) -> Take | None:
        dialled = self.sip or _NUMBER.fullmatch(scene.text(self.number))
        return None if dialled else Take(self.exits()[0], scene.state)

    def render(self, scene: Scene) -> TransferEffect:
        return TransferEffect(scene.said(self.prompts), scene.text(self.number), self.sip, self.timeout_s)

    def receive(self, scene: Scene, event: IvrEvent) -> Move | None:
        return Take(self.exits()[0], scene.state) if isinstance(event, TransferFailed | MediaFailed) else None
