"""A day of flows, run again from its inputs as text: the same comes of them, also when the center was frozen before."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from tests.property.test_center_flows_never import OTHERS, OWN, Day
from tests.support.kitchen import KitchenFloor

from tandem.cti.app import floor_plan as c
from tandem.cti.app.center import Center
from tandem.cti.app.history.center_state import HouseCode, freeze, thaw
from tandem.cti.app.history.input_codec import decode, encode
from tandem.cti.model.errors import CtiError, WrongState

FROZEN_EVERY = 50


class TwinFloor(KitchenFloor):
    """Every input goes as text to a twin of the center, which is frozen and thawed now and then."""

    twin: Center | None = None
    original: Center | None = None
    inputs: int = 0

    def handle(self, input_: c.Input) -> list[c.Output]:
        if self.original is not self.center or self.inputs % FROZEN_EVERY == 0:
            code = HouseCode.of(self.house)
            self.twin = thaw(
                freeze(self.center if self.original is not self.center else self.twin or self.center), code
            )
            self.original = self.center
        self.inputs += 1
        assert self.twin is not None
        came = _outcome(self.twin, decode(encode(input_)), self.now)
        if isinstance(came, str):
            with pytest.raises(CtiError, match=f"^{re.escape(came)}$"):
                super().handle(input_)
            raise WrongState(came)
        outputs = super().handle(input_)
        assert came == outputs
        assert self.twin.wake_at() == self.center.wake_at()
        return outputs


def _outcome(center: Center, input_: c.Input, now: float) -> Any:
    try:
        return center.handle(input_, now=now)
    except CtiError as error:
        return str(error)


@pytest.mark.parametrize("seed", range(6))
def test_a_day_of_flows_run_again_is_the_same_day(seed: int) -> None:
    chance = random.Random(seed)
    floor = TwinFloor()
    day = Day(floor)
    for _ in range(300):
        day.take(chance.choice(OWN + OTHERS), chance.randrange(12))
    day.end()
    assert floor.inputs > 200
