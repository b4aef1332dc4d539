"""``hours``: is it open now, closed, a holiday, or about to close?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from tandem.cti.documents.shapes import Number, item, record
from tandem.cti.model.hours import closes_at, is_holiday, is_open
from tandem.ivr.core.scene import Scene
from tandem.ivr.core.step import Exit, Fault, Step, Take, ways
from tandem.ivr.core.words import CalendarName, Target


@record
class Hours(Step):
    kind: ClassVar[str] = "hours"
    passes: ClassVar[bool] = True
    calendar: str = item(CalendarName(), "one of the calendars of this file")
    closing_within_s: float | None = item(
        Number(1, 86_400), "it counts as closing when so many seconds or fewer are left", default=None
    )
    open: str = item(Target(), "the step that follows when it is open", is_exit=True)
    closed: str = item(Target(), "the step that follows when it is closed", is_exit=True)
    holiday: str | None = item(
        Target(), "the step that follows when it is closed for a holiday (else closed)", default=None, is_exit=True
    )
    closing: str | None = item(
        Target(), "the step that follows when it closes within closing_within_s", default=None, is_exit=True
    )

    def exits(self) -> tuple[Exit, ...]:
        return ways(open=self.open, closed=self.closed, holiday=self.holiday, closing=self.closing)

    def faults(self) -> Iterator[Fault]:
        if (self.closing is None) != (self.closing_within_s is None):
            what = "closing and closing_within_s go together"
            yield Fault("unwired_exit", what, "Give both, or none.")

    def enter(self, scene: Scene) -> Take:
        exits = {way.name: way for way in self.exits()}
        return Take(exits.get(self._now(scene), exits["closed"]), scene.state)

    def _now(self, scene: Scene) -> str:
        calendar, now = scene.flow.calendars[self.calendar], scene.world.now
        if not is_open(calendar, now):
            return "holiday" if is_holiday(calendar, now) else "closed"
        if self.closing_within_s is not None:
            closes = closes_at(calendar, now)
            if closes is not None and closes - now <= self.closing_within_s:
                return "closing"
        return "open"
