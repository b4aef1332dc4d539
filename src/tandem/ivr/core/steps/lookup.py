"""``lookup``: which customer is this? The CRM is asked by phone number or by id."""

from __future__ import annotations

from typing import ClassVar

from msgspec.structs import replace

from tandem.cti.documents.shapes import OneOf, item, record
from tandem.ivr.core.dialogue import Dip
from tandem.ivr.core.expressions import Expression
from tandem.ivr.core.formulas import Expr
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.state import CUSTOMER_FIELDS, IvrState
from tandem.ivr.core.step import Exit, Take, ways
from tandem.ivr.core.steps.dips import CACHE, CACHE_DOC, FALLBACK_DOC, TIMEOUT, TIMEOUT_DOC, Dipping
from tandem.ivr.core.values import Value
from tandem.ivr.core.words import Target


@record
class Lookup(Dipping):
    kind: ClassVar[str] = "lookup"
    by: str = item(OneOf(("phone", "id")), "phone: his number; id: the customer's id in the CRM")
    value: Expression = item(Expr(), "the number or id, such as call.number")
    timeout_s: float = item(TIMEOUT, TIMEOUT_DOC)
    cache_s: float = item(CACHE, CACHE_DOC)
    found_: str = item(Target(), "the step that follows when he is known, with his customer.*", is_exit=True)
    not_found: str = item(Target(), "the step that follows when nobody has that number or id", is_exit=True)
    fallback: str = item(Target(), FALLBACK_DOC, is_exit=True)

    def exits(self) -> tuple[Exit, ...]:
        return ways(found=self.found_, not_found=self.not_found, fallback=self.fallback)

    def asked(self, scene: Scene) -> Dip | None:
        value = scene.value(self.value)
        if value is None or value == "" or isinstance(value, bool):
            return None
        return Dip("customer", self.by, (("value", value),), (), self.timeout_s, self.cache_s)

    def found(self, state: IvrState, values: dict[str, Value]) -> Take:
        """Every field is his: what the CRM does not know of him is not left over from someone else."""
        customer = {**dict.fromkeys(CUSTOMER_FIELDS, ""), "known": True, **values}
        fields = tuple((name, customer[name]) for name in CUSTOMER_FIELDS)
        return Take(self.way("found"), replace(state, customer=fields))

    def widest(self, state: IvrState) -> IvrState:
        return replace(state, customer=tuple((name, "x" * 60) for name in CUSTOMER_FIELDS))
